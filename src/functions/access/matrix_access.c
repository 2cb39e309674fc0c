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

PG_FUNCTION_INFO_V1(sc_score_matrix_models);
PG_FUNCTION_INFO_V1(sc_score_matrix_benchmarks);
PG_FUNCTION_INFO_V1(sc_score_matrix_cells);
PG_FUNCTION_INFO_V1(sc_score_matrix_subset);

/* text[] of the models or benchmarks that have scores; '{}' for a NULL matrix. */
static Datum
label_array(FunctionCallInfo fcinfo, bool benchmarks)
{
	ScoreMatrixView view;
	Datum	   *labels;
	uint32	   *n_scores = NULL;
	uint32		first;
	uint32		n;
	uint32		n_labels = 0;
	uint32		i;

	if (PG_ARGISNULL(0))
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TEXTOID));
	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	first = benchmarks ? view.n_models : 0;
	n = benchmarks ? view.n_benchmarks : view.n_models;
	if (benchmarks)
		n_scores = sc_count_scores(&view);
	labels = sc_alloc(n, sizeof(Datum));
	for (i = 0; i < n; i++)
	{
		uint32		len;
		const char *label = sc_flat_label(&view, first + i, &len);

		sc_poll_step(i);
		if (!benchmarks || n_scores[i] > 0)
			labels[n_labels++] = PointerGetDatum(cstring_to_text_with_len(label, len));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(labels, n_labels, TEXTOID, -1, false,
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

/*
 * Which models argument 1 names, of those with scores and of the declared ones.
 * Names that are not there do not matter.
 */
static void
named_models(FunctionCallInfo fcinfo, const ScoreMatrixView *view, bool **models,
			 bool **declared)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *names;
	bool	   *nulls;
	int			n;
	int			k;

	sc_check_name_list(array, "models");
	*models = sc_alloc(view->n_models, sizeof(bool));
	*declared = sc_alloc(view->counts.n_declared, sizeof(bool));
	memset(*models, 0, view->n_models);
	memset(*declared, 0, view->counts.n_declared);
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
			(*models)[place] = true;
		place = sc_matrix_find_declared(view, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		if (place >= 0)
			(*declared)[place] = true;
	}
}

/*
 * A label stays if a cell of it stays, so that a subset is the same matrix as one
 * made from the rows that it keeps; or, unless it is not among those that are
 * named, if it has a mark: a capability benchmark does not go unnoticed.
 */
Datum
sc_score_matrix_subset(PG_FUNCTION_ARGS)
{
	ExpandedScoreMatrix *m;
	ScoreMatrixView view;
	BenchmarkSet set;
	bool	   *models = NULL;
	bool	   *declared = NULL;
	KeptLabels	kept;
	uint32		s = 0;
	uint32		p = 0;
	uint32		k;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	set.member = NULL;
	if (!PG_ARGISNULL(1))
		named_models(fcinfo, &view, &models, &declared);
	if (!PG_ARGISNULL(2))
		(void) sc_named_benchmarks(fcinfo, 2, "benchmarks", &view, MISSING_IGNORE, &set);
	kept.model = models;
	kept.declared = declared;
	kept.benchmark = set.member;

	m = sc_matrix_create(sc_object_context());
	while (s < view.n_single || p < view.n_pooled)
	{
		bool		single = sc_next_cell_is_single(&view, s, p);
		CellIndex	at = single ? view.single_at[s] : view.pooled_at[p];

		if (((s + p) & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if ((models == NULL || models[at.model]) &&
			(set.member == NULL || set.member[at.benchmark]))
			sc_matrix_copy_cell(m, &view, at, single ? s : p, single);
		if (single)
			s++;
		else
			p++;
	}
	for (k = 0; k < view.n_benchmarks; k++)
	{
		sc_poll_step(k);
		if (view.benchmark_flags[k] != 0 && (set.member == NULL || set.member[k]))
			sc_matrix_copy_flags(m, &view, k);
	}
	sc_matrix_copy_families(m, &view, &kept);
	sc_matrix_copy_overlaps(m, &view, &kept);
	PG_RETURN_DATUM(sc_flat_datum(&m->hdr));
}
