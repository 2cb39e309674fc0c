/*-------------------------------------------------------------------------
 *
 * matrix_access.c
 *	  Reading and cutting a score_matrix: annotate, models, benchmarks, cells,
 *	  subset.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/forms/state_context.h"

PG_FUNCTION_INFO_V1(sc_score_matrix_annotate);
PG_FUNCTION_INFO_V1(sc_score_matrix_models);
PG_FUNCTION_INFO_V1(sc_score_matrix_benchmarks);
PG_FUNCTION_INFO_V1(sc_score_matrix_cells);
PG_FUNCTION_INFO_V1(sc_score_matrix_subset);

/* ORs a flag into the benchmarks named by text[] argument i. */
static void
annotate_list(FunctionCallInfo fcinfo, int i, const char *parameter, uint8 flag,
			  ScoreMatrixView *view)
{
	BenchmarkSet set;
	uint32		k;

	if (PG_ARGISNULL(i))
		return;
	(void) sc_named_benchmarks(fcinfo, i, parameter, view, MISSING_IGNORE, &set);
	for (k = 0; k < set.n; k++)
		view->benchmark_flags[set.place[k]] |= flag;
}

/*
 * The flags sit in the flat form at a fixed place: copy it and set them.
 */
Datum
sc_score_matrix_annotate(PG_FUNCTION_ARGS)
{
	struct varlena *copy;
	ScoreMatrixView view;
	uint32		k;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	copy = (struct varlena *) DatumGetPointer(sc_matrix_copy(PG_GETARG_DATUM(0)));
	sc_flat_view((ScoreMatrixFlat *) copy, &view);
	annotate_list(fcinfo, 1, "capabilities", SC_BENCHMARK_CAPABILITY, &view);
	annotate_list(fcinfo, 2, "lower_is_better", SC_BENCHMARK_LOWER_IS_BETTER, &view);
	annotate_list(fcinfo, 3, "covariates", SC_BENCHMARK_COVARIATE, &view);
	for (k = 0; k < view.n_benchmarks; k++)
	{
		uint32		len;
		const char *label = sc_flat_label(&view, view.n_models + k, &len);

		(void) sc_check_flags(label, len, view.benchmark_flags[k], NULL);
	}
	PG_RETURN_POINTER(copy);
}

/* text[] of count labels from first on; '{}' for a NULL matrix. */
static Datum
label_array(FunctionCallInfo fcinfo, bool benchmarks)
{
	ScoreMatrixView view;
	Datum	   *labels;
	uint32		first;
	uint32		n;
	uint32		i;

	if (PG_ARGISNULL(0))
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TEXTOID));
	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	first = benchmarks ? view.n_models : 0;
	n = benchmarks ? view.n_benchmarks : view.n_models;
	labels = sc_alloc(n, sizeof(Datum));
	for (i = 0; i < n; i++)
	{
		uint32		len;
		const char *label = sc_flat_label(&view, first + i, &len);

		sc_poll_step(i);
		labels[i] = PointerGetDatum(cstring_to_text_with_len(label, len));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(labels, n, TEXTOID, -1, false,
										  TYPALIGN_INT));
}

Datum
sc_score_matrix_models(PG_FUNCTION_ARGS)
{
	return label_array(fcinfo, false);
}

Datum
sc_score_matrix_benchmarks(PG_FUNCTION_ARGS)
{
	return label_array(fcinfo, true);
}

static const ResultColumn cell_columns[] = {
	{"model", TEXTOID},
	{"benchmark", TEXTOID},
	{"score", FLOAT8OID},
	{"n", INT8OID},
	{"stderr", FLOAT8OID},
};

Datum
sc_score_matrix_cells(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScoreMatrixView view;
	uint32		s = 0;
	uint32		p = 0;

	sc_begin_rows(fcinfo, cell_columns, lengthof(cell_columns), &rows);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	while (s < view.n_single || p < view.n_pooled)
	{
		bool		single = sc_next_cell_is_single(&view, s, p);
		CellIndex	at = single ? view.single_at[s] : view.pooled_at[p];
		Datum		values[lengthof(cell_columns)];
		bool		nulls[lengthof(cell_columns)] = {false, false, false, false, true};
		const char *label;
		uint32		len;

		CHECK_FOR_INTERRUPTS();
		label = sc_flat_label(&view, at.model, &len);
		values[0] = PointerGetDatum(cstring_to_text_with_len(label, len));
		label = sc_flat_label(&view, view.n_models + at.benchmark, &len);
		values[1] = PointerGetDatum(cstring_to_text_with_len(label, len));
		values[4] = (Datum) 0;
		if (single)
		{
			values[2] = Float8GetDatum(view.score[s]);
			values[3] = Int64GetDatum(1);
			s++;
		}
		else
		{
			double		error = sc_pooled_stderr(&view.pooled[p], view.pooled_flags[p]);

			values[2] = Float8GetDatum(sc_pooled_mean(&view.pooled[p]));
			values[3] = Int64GetDatum(view.pooled[p].n);
			nulls[4] = isnan(error);
			if (!nulls[4])
				values[4] = Float8GetDatum(error);
			p++;
		}
		sc_put_row(&rows, values, nulls);
		pfree(DatumGetPointer(values[0]));
		pfree(DatumGetPointer(values[1]));
	}
	return (Datum) 0;
}

/* Which models argument 1 names; NULL for all.  Unknown names do not matter. */
static bool *
named_models(FunctionCallInfo fcinfo, const ScoreMatrixView *view)
{
	ArrayType  *array;
	bool	   *member;
	Datum	   *names;
	bool	   *nulls;
	int			n;
	int			k;

	if (PG_ARGISNULL(1))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(1);
	sc_check_name_list(array, "models");
	member = sc_alloc(view->n_models, sizeof(bool));
	memset(member, 0, view->n_models);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT,
					  &names, &nulls, &n);
	for (k = 0; k < n; k++)
	{
		text	   *name;
		int64		place;

		sc_poll_step(k);
		if (nulls[k])
			continue;
		name = DatumGetTextPP(names[k]);
		place = sc_matrix_find_model(view, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		if (place >= 0)
			member[place] = true;
	}
	return member;
}

/*
 * A label stays only if a cell of it stays, so that a subset is the same matrix
 * as one made from the rows that it keeps.
 */
Datum
sc_score_matrix_subset(PG_FUNCTION_ARGS)
{
	ExpandedScoreMatrix *m;
	ScoreMatrixView view;
	BenchmarkSet set;
	bool	   *model;
	bool	   *benchmark = NULL;
	uint32		s = 0;
	uint32		p = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	model = named_models(fcinfo, &view);
	if (!PG_ARGISNULL(2))
	{
		(void) sc_named_benchmarks(fcinfo, 2, "benchmarks", &view, MISSING_IGNORE, &set);
		benchmark = set.member;
	}
	m = sc_matrix_create(sc_object_context());
	while (s < view.n_single || p < view.n_pooled)
	{
		bool		single = sc_next_cell_is_single(&view, s, p);
		CellIndex	at = single ? view.single_at[s] : view.pooled_at[p];

		if (((s + p) & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if ((model == NULL || model[at.model]) &&
			(benchmark == NULL || benchmark[at.benchmark]))
			sc_matrix_copy_cell(m, &view, at, single ? s : p, single);
		if (single)
			s++;
		else
			p++;
	}
	PG_RETURN_DATUM(sc_flat_datum(&m->hdr));
}
