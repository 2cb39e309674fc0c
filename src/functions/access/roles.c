/*-------------------------------------------------------------------------
 *
 * roles.c
 *	  roles() and families(): the marks of a score_matrix, to look at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"

PG_FUNCTION_INFO_V1(sc_score_matrix_roles);
PG_FUNCTION_INFO_V1(sc_score_matrix_families);

static const ResultColumn role_columns[] = {
	{"benchmark", TEXTOID},
	{"role", TEXTOID},
	{"direction", TEXTOID},
	{"overlaps_with", TEXTOID},
	{"n_scores", INT4OID},
	{"declared_only", BOOLOID},
};

static const ResultColumn family_columns[] = {
	{"model", TEXTOID},
	{"family", TEXTOID},
	{"conflict", BOOLOID},
	{"n_scores", INT4OID},
	{"declared_only", BOOLOID},
};

#define CONFLICT "conflict"

/* NULL where no role is marked. */
static const char *
role_word(uint8 flags)
{
	if (sc_has_role_conflict(flags))
		return CONFLICT;
	switch (flags & SC_BENCHMARK_ROLES)
	{
		case SC_BENCHMARK_CAPABILITY:
			return "capability";
		case SC_BENCHMARK_COVARIATE:
			return "covariate";
		case SC_BENCHMARK_TARGET:
			return "target";
		default:
			return NULL;
	}
}

/* NULL where no direction is marked. */
static const char *
direction_word(uint8 flags)
{
	if (sc_has_direction_conflict(flags))
		return CONFLICT;
	return flags & SC_BENCHMARK_HIGHER_IS_BETTER ? "higher" :
		flags & SC_BENCHMARK_LOWER_IS_BETTER ? "lower" : NULL;
}

static void
put_word(const char *word, Datum *value, bool *null)
{
	*null = word == NULL;
	*value = *null ? (Datum) 0 : CStringGetTextDatum(word);
}

/* The names of the overlaps of a target, from place *next on, which moves on. */
static void
put_overlaps(const ScoreMatrixView *view, uint32 target, uint32 *next, Datum *value, bool *null)
{
	StringInfoData names;

	*null = true;
	*value = (Datum) 0;
	if (*next == view->counts.n_overlaps || view->overlap[*next].target != target)
		return;
	initStringInfo(&names);
	for (; *next < view->counts.n_overlaps && view->overlap[*next].target == target; (*next)++)
	{
		uint32		len;
		const char *label = sc_flat_label(view, view->n_models + view->overlap[*next].capability,
										  &len);

		sc_poll_step(*next);
		if (names.len > 0)
			appendStringInfoString(&names, ", ");
		appendBinaryStringInfo(&names, label, (int) len);
	}
	*null = false;
	*value = PointerGetDatum(cstring_to_text_with_len(names.data, names.len));
	pfree(names.data);
}

Datum
sc_score_matrix_roles(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScoreMatrixView view;
	MemoryContext context;
	MemoryContext old;
	uint32	   *n_scores;
	uint32		overlap = 0;
	uint32		k;

	sc_begin_rows(fcinfo, role_columns, lengthof(role_columns), &rows);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	n_scores = sc_count_scores(&view);
	context = AllocSetContextCreate(CurrentMemoryContext, "row of roles", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	for (k = 0; k < view.n_benchmarks; k++)
	{
		Datum		values[lengthof(role_columns)];
		bool		nulls[lengthof(role_columns)] = {false};
		uint32		len;
		const char *label = sc_flat_label(&view, view.n_models + k, &len);

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(context);
		values[0] = PointerGetDatum(cstring_to_text_with_len(label, len));
		put_word(role_word(view.benchmark_flags[k]), &values[1], &nulls[1]);
		put_word(direction_word(view.benchmark_flags[k]), &values[2], &nulls[2]);
		put_overlaps(&view, k, &overlap, &values[3], &nulls[3]);
		values[4] = Int32GetDatum((int32) n_scores[k]);
		values[5] = BoolGetDatum(n_scores[k] == 0);
		sc_put_row(&rows, values, nulls);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/* A row of families(); n_scores is 0 of a declared model. */
static void
put_family(ResultRows *rows, const ScoreMatrixView *view, const char *model, uint32 len,
		   uint32 code, uint32 n_scores)
{
	Datum		values[lengthof(family_columns)] = {0};
	bool		nulls[lengthof(family_columns)] = {false};

	CHECK_FOR_INTERRUPTS();
	values[0] = PointerGetDatum(cstring_to_text_with_len(model, len));
	nulls[1] = code == SC_FAMILY_NONE || code == SC_FAMILY_CONFLICT;
	if (!nulls[1])
	{
		const char *family = sc_flat_family_label(view, code, &len);

		values[1] = PointerGetDatum(cstring_to_text_with_len(family, len));
	}
	values[2] = BoolGetDatum(code == SC_FAMILY_CONFLICT);
	values[3] = Int32GetDatum((int32) n_scores);
	values[4] = BoolGetDatum(n_scores == 0);
	sc_put_row(rows, values, nulls);
	pfree(DatumGetPointer(values[0]));
	if (!nulls[1])
		pfree(DatumGetPointer(values[1]));
}

Datum
sc_score_matrix_families(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScoreMatrixView view;
	uint32	   *n_scores;
	uint32		i;
	uint32		len;

	sc_begin_rows(fcinfo, family_columns, lengthof(family_columns), &rows);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	n_scores = sc_alloc(view.n_models, sizeof(uint32));
	memset(n_scores, 0, sizeof(uint32) * view.n_models);
	for (i = 0; i < view.n_single; i++)
	{
		sc_poll_step(i);
		n_scores[view.single_at[i].model]++;
	}
	for (i = 0; i < view.n_pooled; i++)
	{
		sc_poll_step(i);
		n_scores[view.pooled_at[i].model]++;
	}
	for (i = 0; i < view.n_models; i++)
	{
		const char *model = sc_flat_label(&view, i, &len);

		put_family(&rows, &view, model, len, sc_flat_family(&view, i), n_scores[i]);
	}
	for (i = 0; i < view.counts.n_declared; i++)
	{
		const char *model = sc_flat_declared_label(&view, i, &len);

		put_family(&rows, &view, model, len, view.declared_family[i], 0);
	}
	return (Datum) 0;
}
