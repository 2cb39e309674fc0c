/*-------------------------------------------------------------------------
 *
 * annotate.c
 *	  annotate(): a score_matrix with marks of its benchmarks and models.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/family_names.h"
#include "types/forms/poll.h"
#include "types/forms/state_context.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

PG_FUNCTION_INFO_V1(sc_score_matrix_annotate);

/* Arguments, and the mark that each list gives. */
static const struct
{
	const char *name;
	uint8		flag;
}			lists[] = {
	{"capabilities", SC_BENCHMARK_CAPABILITY},
	{"lower_is_better", SC_BENCHMARK_LOWER_IS_BETTER},
	{"covariates", SC_BENCHMARK_COVARIATE},
	{"targets", SC_BENCHMARK_TARGET},
	{"higher_is_better", SC_BENCHMARK_HIGHER_IS_BETTER},
};

#define FIRST_LIST 1
#define FAMILIES 6
#define OVERLAPS 7
#define MISSING_OK 8

/* The matrix as it came, and the marks that it gets: benchmarks by their number. */
typedef struct Annotation
{
	ScoreMatrixView view;
	ExpandedScoreMatrix *marks;
	bool		missing_ok;
} Annotation;

/* The number of a benchmark, which becomes a declared one if it may be missing. */
static uint32
benchmark_number(Annotation *a, const char *name, uint32 len)
{
	int64		found = sc_labels_find(&a->marks->benchmarks, name, len);

	if (found >= 0)
		return (uint32) found;
	if (!a->missing_ok)
		sc_unknown_benchmark(&a->view, name, (int) len);
	return sc_matrix_new_benchmark(a->marks, name, len);
}

/* ----------
 * Lists of benchmarks
 * ----------
 */

/* Replaces a mark of all benchmarks. */
static void
annotate_list(Annotation *a, ArrayType *array, const char *parameter, uint8 flag)
{
	Datum	   *names;
	bool	   *nulls;
	int			n;
	int			k;
	uint32		i;

	sc_check_name_list(array, parameter);
	for (i = 0; i < a->marks->benchmarks.n; i++)
	{
		sc_poll_step(i);
		a->marks->benchmark_flags[i] &= ~flag;
	}
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	for (k = 0; k < n; k++)
	{
		text	   *name;
		uint32		number;

		sc_poll_step(k);
		if (nulls[k])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter \"%s\" contains a null name", parameter)));
		name = DatumGetTextPP(names[k]);
		number = benchmark_number(a, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		if (a->marks->benchmark_flags[number] & flag)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("benchmark \"%s\" appears twice in parameter \"%s\"",
							text_to_cstring(name), parameter)));
		a->marks->benchmark_flags[number] |= flag;
	}
}

/*
 * 22023 if one call gives a benchmark two roles or both directions; given are the
 * flags that the call sets.
 */
static void
check_contradictions(const Annotation *a, uint8 given)
{
	uint32		i;

	for (i = 0; i < a->marks->benchmarks.n; i++)
	{
		const Label *label = &a->marks->benchmarks.label[i];

		sc_poll_step(i);
		sc_check_marks(label->text, label->len, a->marks->benchmark_flags[i] & given);
	}
}

/* ----------
 * Families
 * ----------
 */

/* Replaces the families of all models. */
static void
annotate_families(Annotation *a, Jsonb *families)
{
	JsonbIterator *iterator = sc_begin_families(families);
	JsonbValue	model;
	JsonbValue	family;

	while (sc_next_family(&iterator, &model, &family))
	{
		if (a->missing_ok ||
			sc_matrix_find_model(&a->view, model.val.string.val, model.val.string.len) >= 0)
			(void) sc_matrix_add_family(a->marks, model.val.string.val, model.val.string.len,
										family.val.string.val, family.val.string.len, NULL);
	}
	if (!a->missing_ok)
		sc_check_families(&a->view, families,
						  "models(m) lists the names that are in it; missing_ok => true keeps those of models that may come.",
						  "Give each model a family, or set missing_ok => true.");
}

/* ----------
 * Overlaps
 * ----------
 */

static char *
json_text(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static void
add_overlap(Annotation *a, const JsonbValue *target, const JsonbValue *value)
{
	MatrixAnnotations *annotations = &a->marks->annotations;
	uint32		before = annotations->n_overlaps;
	uint32		number;
	uint32		other;

	if (value->type != jbvString)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("overlaps of benchmark \"%s\" are not names", json_text(target)),
				 errdetail("A value of \"overlaps\" is a name of a benchmark, or an array of them.")));
	number = benchmark_number(a, target->val.string.val, target->val.string.len);
	other = benchmark_number(a, value->val.string.val, value->val.string.len);
	if (number == other)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("benchmark \"%s\" overlaps with itself", json_text(target))));
	(void) sc_matrix_add_overlap(a->marks, number, other, NULL);
	if (annotations->n_overlaps == before)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("benchmark \"%s\" appears twice among the overlaps of \"%s\"",
						json_text(value), json_text(target))));
}

/* The overlaps of one target: a name or several. */
static void
add_overlaps(Annotation *a, const JsonbValue *target, JsonbValue *value)
{
	JsonbIterator *iterator;
	JsonbValue	item;
	JsonbIteratorToken token;
	uint32		n = 0;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
	{
		add_overlap(a, target, value);
		return;
	}
	iterator = JsonbIteratorInit(value->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &item, false);	/* the array begins */
	while ((token = JsonbIteratorNext(&iterator, &item, true)) == WJB_ELEM)
	{
		sc_poll_step(n++);
		add_overlap(a, target, &item);
	}
	/* an empty list names no overlap, but its target must be there */
	if (!a->missing_ok)
		(void) benchmark_number(a, target->val.string.val, target->val.string.len);
}

/* Replaces all overlaps. */
static void
annotate_overlaps(Annotation *a, Jsonb *overlaps)
{
	JsonbIterator *iterator = JsonbIteratorInit(&overlaps->root);
	JsonbValue	key;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(overlaps))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" is not a JSON object", "overlaps"),
				 errhint("Its keys are targets, its values the capability benchmarks that share items with them.")));
	(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
	while (JsonbIteratorNext(&iterator, &key, false) == WJB_KEY)
	{
		CHECK_FOR_INTERRUPTS();
		(void) JsonbIteratorNext(&iterator, &value, true);
		add_overlaps(a, &key, &value);
	}
}

/* ----------
 * annotate
 * ----------
 */

/* The marks that the matrix has. */
static void
read_marks(FunctionCallInfo fcinfo, Annotation *a)
{
	uint32		k;

	sc_matrix_read(PG_GETARG_DATUM(0), &a->view);
	a->marks = sc_matrix_create(sc_object_context());
	for (k = 0; k < a->view.n_benchmarks; k++)
	{
		uint32		len;
		const char *label = sc_flat_label(&a->view, a->view.n_models + k, &len);
		uint32		number = sc_matrix_new_benchmark(a->marks, label, len);

		sc_poll_step(k);
		a->marks->benchmark_flags[number] = a->view.benchmark_flags[k];
	}
	if (PG_ARGISNULL(FAMILIES))
		sc_matrix_copy_families(a->marks, &a->view, NULL);
	if (PG_ARGISNULL(OVERLAPS))
		sc_matrix_copy_overlaps(a->marks, &a->view, NULL);
}

Datum
sc_score_matrix_annotate(PG_FUNCTION_ARGS)
{
	Annotation	a;
	uint8		given = 0;
	int			i;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	a.missing_ok = sc_bool_argument(fcinfo, MISSING_OK, "missing_ok");
	read_marks(fcinfo, &a);
	for (i = 0; i < (int) lengthof(lists); i++)
	{
		if (PG_ARGISNULL(FIRST_LIST + i))
			continue;
		annotate_list(&a, PG_GETARG_ARRAYTYPE_P(FIRST_LIST + i), lists[i].name, lists[i].flag);
		given |= lists[i].flag;
	}
	check_contradictions(&a, given);
	if (!PG_ARGISNULL(FAMILIES))
		annotate_families(&a, PG_GETARG_JSONB_P(FAMILIES));
	if (!PG_ARGISNULL(OVERLAPS))
		annotate_overlaps(&a, PG_GETARG_JSONB_P(OVERLAPS));
	PG_RETURN_DATUM(sc_matrix_with_marks(&a.view, a.marks));
}
