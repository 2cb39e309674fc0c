/*-------------------------------------------------------------------------
 *
 * benchmark_names.c
 *	  Benchmarks and models of a score_matrix as the user names them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/varlena.h"

#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"

/* Near matches to show, and the longest name they are looked for. */
#define MAX_NEAR 3
#define MAX_NEAR_BYTES 255

/*
 * Edits between two names, ignoring case, one if either is a part of the other;
 * more than limit is limit + 1.
 */
static int
name_distance(const char *a, int a_len, const char *b, int b_len, int limit)
{
	char	   *x = asc_tolower(a, a_len);
	char	   *y = asc_tolower(b, b_len);
	int			distance;

	if (a_len != b_len && a_len >= 3 && b_len >= 3 &&
		(strstr(x, y) != NULL || strstr(y, x) != NULL))
		distance = 1;
	else
		distance = varstr_levenshtein_less_equal(x, a_len, y, b_len,
												 1, 1, 1, limit, true);
	pfree(x);
	pfree(y);
	return Min(distance, limit + 1);
}

/* Labels that are near a name, nearest first. */
typedef struct NearNames
{
	int			n;
	uint32		label[MAX_NEAR];
	int			distance[MAX_NEAR];
} NearNames;

static void
find_near(const ScoreMatrixView *view, uint32 first, uint32 count,
		  const char *name, int len, NearNames *near)
{
	int			limit = Max(Min(2, len / 2), len / 4);
	uint32		i;
	int			k;

	near->n = 0;
	for (i = first; i < first + count && len <= MAX_NEAR_BYTES; i++)
	{
		uint32		label_len;
		const char *label = sc_flat_label(view, i, &label_len);
		int			distance;

		CHECK_FOR_INTERRUPTS();
		if (label_len > MAX_NEAR_BYTES)
			continue;
		distance = name_distance(name, len, label, label_len, limit);
		if (distance > limit)
			continue;
		/* keep the nearest, ascending */
		for (k = near->n; k > 0 && near->distance[k - 1] > distance; k--)
		{
			if (k < MAX_NEAR)
			{
				near->label[k] = near->label[k - 1];
				near->distance[k] = near->distance[k - 1];
			}
		}
		if (k < MAX_NEAR)
		{
			near->label[k] = i;
			near->distance[k] = distance;
			near->n = Min(near->n + 1, MAX_NEAR);
		}
	}
}

/* A sentence on the labels that are near a name. */
static char *
near_names(const ScoreMatrixView *view, bool benchmarks, const char *name, int len)
{
	uint32		first = benchmarks ? view->n_models : 0;
	uint32		count = benchmarks ? view->n_benchmarks : view->n_models;
	StringInfoData detail;
	NearNames	near;
	int			k;

	find_near(view, first, count, name, len, &near);
	initStringInfo(&detail);
	if (count == 0)
		appendStringInfoString(&detail, "The matrix is empty.");
	else if (near.n == 0)
		appendStringInfo(&detail, "None of the names of its %u %s is near.",
						 count, benchmarks ? "benchmarks" : "models");
	else
	{
		appendStringInfoString(&detail, near.n > 1 ? "The nearest names are " : "The nearest name is ");
		for (k = 0; k < near.n; k++)
		{
			uint32		label_len;
			const char *label = sc_flat_label(view, near.label[k], &label_len);

			appendStringInfo(&detail, "%s\"%s\"", k > 0 ? ", " : "",
							 pnstrdup(label, label_len));
		}
		appendStringInfoChar(&detail, '.');
	}
	return detail.data;
}

char *
sc_near_models(const ScoreMatrixView *view, const char *name, int len)
{
	return near_names(view, false, name, len);
}

void
sc_unknown_benchmark(const ScoreMatrixView *view, const char *name, int len)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("benchmark \"%s\" is not in the score matrix",
					pnstrdup(name, len)),
			 errdetail_internal("%s", near_names(view, true, name, len)),
			 errhint("benchmarks(m) lists the names that are.")));
}

void
sc_unknown_in_both(const ScoreMatrixView *a, const ScoreMatrixView *b, const char *name, int len)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("benchmark \"%s\" is in neither score matrix",
					pnstrdup(name, len)),
			 errdetail("Of a: %s  Of b: %s", near_names(a, true, name, len),
					   near_names(b, true, name, len)),
			 errhint("benchmarks(m) lists the names that are in one.")));
}

void
sc_check_marks(const char *label, uint32 len, uint8 flags)
{
	const char *first = NULL;
	const char *second = NULL;

	if (sc_has_direction_conflict(flags))
	{
		first = "lower is better";
		second = "higher is better";
	}
	if (sc_has_role_conflict(flags))
	{
		first = flags & SC_BENCHMARK_CAPABILITY ? "capability" : "covariate";
		second = flags & SC_BENCHMARK_TARGET ? "target" : "covariate";
	}
	if (first != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("benchmark \"%s\" is annotated both as %s and as %s",
						pnstrdup(label, len), first, second)));
}

void
sc_set_init(BenchmarkSet *set, const ScoreMatrixView *view)
{
	set->n = 0;
	set->place = NULL;
	set->annotated = false;
	set->member = sc_alloc(view->n_benchmarks, sizeof(bool));
	memset(set->member, 0, view->n_benchmarks);
}

void
sc_set_finish(BenchmarkSet *set, const ScoreMatrixView *view)
{
	uint32		i;

	set->place = sc_alloc(view->n_benchmarks, sizeof(uint32));
	set->n = 0;
	for (i = 0; i < view->n_benchmarks; i++)
	{
		if (set->member[i])
			set->place[set->n++] = i;
	}
}

void
sc_check_name_list(ArrayType *array, const char *parameter)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("parameter \"%s\" has %d dimensions", parameter, ARR_NDIM(array)),
				 errdetail("A list of names is an array of one dimension.")));
}

static bool
is_word(const text *name, const char *word)
{
	return VARSIZE_ANY_EXHDR(name) == strlen(word) &&
		memcmp(VARDATA_ANY(name), word, strlen(word)) == 0;
}

/* word is NULL if there is none. */
static bool
read_names(FunctionCallInfo fcinfo, int i, const char *parameter,
		   const ScoreMatrixView *view, MissingName missing, const char *word,
		   BenchmarkSet *set, bool *said)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(i);
	bool		all_there = true;
	Datum	   *names;
	bool	   *nulls;
	int			n;
	int			k;

	sc_check_name_list(array, parameter);
	sc_set_init(set, view);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	for (k = 0; k < n; k++)
	{
		text	   *name;
		int64		place;

		sc_poll_step(k);
		if (nulls[k])
		{
			if (missing == MISSING_IGNORE)
				continue;
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter \"%s\" contains a null name", parameter)));
		}
		name = DatumGetTextPP(names[k]);
		place = sc_matrix_find_benchmark(view, VARDATA_ANY(name),
										 VARSIZE_ANY_EXHDR(name));
		if (place < 0 && word != NULL && is_word(name, word))
		{
			if (*said)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("\"%s\" appears twice in parameter \"%s\"", word, parameter)));
			*said = true;
			continue;
		}
		if (place < 0)
		{
			if (missing == MISSING_RAISE)
				sc_unknown_benchmark(view, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
			all_there = false;
			continue;
		}
		if (set->member[place] && missing != MISSING_IGNORE)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("benchmark \"%s\" appears twice in parameter \"%s\"",
							text_to_cstring(name), parameter)));
		set->member[place] = true;
	}
	sc_set_finish(set, view);
	return all_there || missing != MISSING_TELL;
}

bool
sc_named_benchmarks(FunctionCallInfo fcinfo, int i, const char *parameter,
					const ScoreMatrixView *view, MissingName missing,
					BenchmarkSet *set)
{
	return read_names(fcinfo, i, parameter, view, missing, NULL, set, NULL);
}

void
sc_named_benchmarks_or_word(FunctionCallInfo fcinfo, int i, const char *parameter,
							const ScoreMatrixView *view, const char *word,
							BenchmarkSet *set, bool *said)
{
	*said = false;
	(void) read_names(fcinfo, i, parameter, view, MISSING_RAISE, word, set, said);
}

int64
sc_named_benchmark(FunctionCallInfo fcinfo, int i, const char *parameter,
				   const ScoreMatrixView *view, MissingName missing)
{
	text	   *name;
	int64		place;

	if (PG_ARGISNULL(i))
		sc_null_parameter(parameter);
	name = PG_GETARG_TEXT_PP(i);
	place = sc_matrix_find_benchmark(view, VARDATA_ANY(name),
									 VARSIZE_ANY_EXHDR(name));
	if (place < 0 && missing == MISSING_RAISE)
		sc_unknown_benchmark(view, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	return place;
}

uint32
sc_named_model(FunctionCallInfo fcinfo, int i, const char *parameter,
			   const ScoreMatrixView *view)
{
	text	   *name;
	int64		place;

	if (PG_ARGISNULL(i))
		sc_null_parameter(parameter);
	name = PG_GETARG_TEXT_PP(i);
	place = sc_matrix_find_model(view, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	if (place < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model \"%s\" is not in the score matrix", text_to_cstring(name)),
				 errdetail_internal("%s", sc_near_models(view, VARDATA_ANY(name),
														 VARSIZE_ANY_EXHDR(name))),
				 errhint("models(m) lists the names that are.")));
	return (uint32) place;
}

bool
sc_capability_set(FunctionCallInfo fcinfo, int i, const ScoreMatrixView *view,
				  MissingName missing, BenchmarkSet *set)
{
	uint32		k;

	if (!PG_ARGISNULL(i))
	{
		if (ARR_NDIM(PG_GETARG_ARRAYTYPE_P(i)) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter \"capabilities\" names no benchmark")));
		return sc_named_benchmarks(fcinfo, i, "capabilities", view, missing, set);
	}
	sc_set_init(set, view);
	set->annotated = true;
	for (k = 0; k < view->n_benchmarks; k++)
		set->member[k] = (view->benchmark_flags[k] & SC_BENCHMARK_CAPABILITY) != 0;
	sc_set_finish(set, view);
	if (set->n == 0 && (missing == MISSING_RAISE || view->n_benchmarks > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no capability benchmarks are named"),
				 view->n_benchmarks == 0 ?
				 errdetail("The parameter \"capabilities\" is null and the score matrix is empty.") :
				 errdetail("The parameter \"capabilities\" is null and the score matrix has none annotated."),
				 errhint("Name them, or mark them once with annotate(m, capabilities => ...).")));
	return set->n > 0;
}
