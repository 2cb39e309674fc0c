/*-------------------------------------------------------------------------
 *
 * benchmark_names.c
 *	  Benchmarks of a score_matrix as the user names them.
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

void
sc_unknown_benchmark(const ScoreMatrixView *view, const char *name, int len)
{
	StringInfoData detail;
	uint32		near[MAX_NEAR];
	int			near_distance[MAX_NEAR];
	int			n_near = 0;
	int			limit = Max(Min(2, len / 2), len / 4);
	uint32		i;
	int			k;

	for (i = 0; i < view->n_benchmarks && len <= MAX_NEAR_BYTES; i++)
	{
		uint32		label_len;
		const char *label = sc_flat_label(view, view->n_models + i, &label_len);
		int			distance;

		CHECK_FOR_INTERRUPTS();
		if (label_len > MAX_NEAR_BYTES)
			continue;
		distance = name_distance(name, len, label, label_len, limit);
		if (distance > limit)
			continue;
		/* keep the nearest, ascending */
		for (k = n_near; k > 0 && near_distance[k - 1] > distance; k--)
		{
			if (k < MAX_NEAR)
			{
				near[k] = near[k - 1];
				near_distance[k] = near_distance[k - 1];
			}
		}
		if (k < MAX_NEAR)
		{
			near[k] = i;
			near_distance[k] = distance;
			n_near = Min(n_near + 1, MAX_NEAR);
		}
	}

	initStringInfo(&detail);
	if (view->n_benchmarks == 0)
		appendStringInfoString(&detail, "The matrix is empty.");
	else if (n_near == 0)
		appendStringInfo(&detail, "None of the names of its %u benchmarks is near.",
						 view->n_benchmarks);
	else
	{
		appendStringInfoString(&detail, n_near > 1 ? "The nearest names are " : "The nearest name is ");
		for (k = 0; k < n_near; k++)
		{
			uint32		label_len;
			const char *label = sc_flat_label(view, view->n_models + near[k], &label_len);

			appendStringInfo(&detail, "%s\"%s\"", k > 0 ? ", " : "",
							 pnstrdup(label, label_len));
		}
		appendStringInfoChar(&detail, '.');
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("benchmark \"%s\" is not in the score matrix",
					pnstrdup(name, len)),
			 errdetail_internal("%s", detail.data),
			 errhint("benchmarks(m) lists the names that are.")));
}

void
sc_set_init(BenchmarkSet *set, const ScoreMatrixView *view)
{
	set->n = 0;
	set->place = NULL;
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

bool
sc_named_benchmarks(FunctionCallInfo fcinfo, int i, const char *parameter,
					const ScoreMatrixView *view, MissingName missing,
					BenchmarkSet *set)
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
