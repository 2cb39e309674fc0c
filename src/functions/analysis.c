/*-------------------------------------------------------------------------
 *
 * analysis.c
 *	  From a score_matrix to the numbers that the statistics want.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/analysis.h"
#include "functions/support.h"
#include "stats/rank.h"

void
sc_read_columns(FunctionCallInfo fcinfo, int i, ScoreColumns *columns)
{
	ScoreMatrixView *view = &columns->view;
	uint32		n_cells;
	uint32	   *next;
	uint32		s = 0;
	uint32		p = 0;
	uint32		k;

	if (PG_ARGISNULL(i))
		memset(view, 0, sizeof(ScoreMatrixView));
	else
		sc_matrix_read(PG_GETARG_DATUM(i), view);

	/* cells stand by model: a counting sort puts them by benchmark */
	n_cells = view->n_single + view->n_pooled;
	columns->start = sc_alloc(view->n_benchmarks + 1, sizeof(uint32));
	columns->model = sc_alloc(n_cells, sizeof(uint32));
	columns->score = sc_alloc(n_cells, sizeof(double));
	next = sc_alloc(view->n_benchmarks, sizeof(uint32));
	memset(columns->start, 0, sizeof(uint32) * ((Size) view->n_benchmarks + 1));
	for (k = 0; k < view->n_single; k++)
		columns->start[view->single_at[k].benchmark + 1]++;
	for (k = 0; k < view->n_pooled; k++)
		columns->start[view->pooled_at[k].benchmark + 1]++;
	for (k = 0; k < view->n_benchmarks; k++)
	{
		columns->start[k + 1] += columns->start[k];
		next[k] = columns->start[k];
	}
	while (s < view->n_single || p < view->n_pooled)
	{
		bool		single = sc_next_cell_is_single(view, s, p);
		CellIndex	at = single ? view->single_at[s] : view->pooled_at[p];
		double		score;

		if (((s + p) & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		score = single ? view->score[s++] : sc_pooled_mean(&view->pooled[p++]);
		if (sc_is_flagged(columns, at.benchmark, SC_BENCHMARK_LOWER_IS_BETTER))
			score = score == 0 ? 0.0 : -score;
		columns->model[next[at.benchmark]] = at.model;
		columns->score[next[at.benchmark]++] = score;
	}
	pfree(next);
}

/* The ranks that every target with a score of each complete model needs. */
static void
rank_scores(CapabilityScores *scores)
{
	void	   *work = sc_alloc(sc_mid_ranks_workspace(scores->n), 1);
	uint32		i;

	scores->rank = sc_alloc(scores->n, sizeof(int32));
	sc_mid_ranks(scores->fit.score, scores->n, scores->rank, work, sc_poll);
	pfree(work);
	for (i = 0; i < scores->n && scores->rank[i] == 0; i++)
		;
	if (i == scores->n)
		scores->rank = NULL;
}

void
sc_fit_capabilities(const ScoreColumns *columns, const uint32 *benchmark,
					uint32 d, ScPca pca, uint32 wanted,
					CapabilityScores *scores)
{
	uint32		n_models = columns->view.n_models;
	uint32	   *row = sc_alloc(n_models, sizeof(uint32));
	double	   *x;
	uint32		i;
	uint32		j;
	uint32		k;

	scores->d = d;
	scores->benchmark = sc_alloc(d, sizeof(uint32));
	memcpy(scores->benchmark, benchmark, sizeof(uint32) * d);
	scores->n_observed = sc_alloc(n_models, sizeof(uint32));
	memset(scores->n_observed, 0, sizeof(uint32) * n_models);
	scores->complete = sc_alloc(n_models, sizeof(bool));
	scores->model = sc_alloc(n_models, sizeof(uint32));
	scores->score = sc_alloc(n_models, sizeof(double));
	for (j = 0; j < d; j++)
	{
		for (k = columns->start[benchmark[j]]; k < columns->start[benchmark[j] + 1]; k++)
			scores->n_observed[columns->model[k]]++;
	}
	scores->n = 0;
	for (i = 0; i < n_models; i++)
	{
		scores->complete[i] = scores->n_observed[i] == d;
		scores->score[i] = get_float8_nan();
		if (scores->complete[i])
		{
			row[i] = scores->n;
			scores->model[scores->n++] = i;
		}
	}

	x = sc_alloc((Size) scores->n * d, sizeof(double));
	for (j = 0; j < d; j++)
	{
		for (k = columns->start[benchmark[j]]; k < columns->start[benchmark[j] + 1]; k++)
		{
			if (scores->complete[columns->model[k]])
				x[(Size) j * scores->n + row[columns->model[k]]] = columns->score[k];
		}
		CHECK_FOR_INTERRUPTS();
	}
	scores->status = sc_run_fit(x, scores->n, d, pca, wanted, &scores->fit);
	scores->rank = NULL;
	if (scores->status == SC_OK)
	{
		for (i = 0; i < scores->n; i++)
			scores->score[scores->model[i]] = scores->fit.score[i];
		rank_scores(scores);
	}
	pfree(x);
	pfree(row);
}

void
sc_correlate_with_scores(const ScoreColumns *columns, uint32 target,
						 const CapabilityScores *scores, ScMethod method,
						 TargetCorrelation *result)
{
	uint32		start = columns->start[target];
	uint32		end = columns->start[target + 1];
	double	   *x = sc_alloc(end - start, sizeof(double));
	double	   *y = sc_alloc(end - start, sizeof(double));
	uint32		n = 0;
	uint32		k;

	result->n_dropped = 0;
	for (k = start; k < end; k++)
	{
		if (!scores->complete[columns->model[k]])
		{
			result->n_dropped++;
			continue;
		}
		x[n] = scores->score[columns->model[k]];
		y[n++] = columns->score[k];
	}
	result->fit_status = result->status = scores->status;
	if (result->status == SC_OK)
	{
		if (method == SC_SPEARMAN && n == scores->n && scores->rank != NULL)
			result->status = sc_run_correlation_with_ranks(y, scores->rank, n, &result->c);
		else
			result->status = sc_run_correlation(method, y, x, n, &result->c);
	}
	result->c.n = n;
	pfree(x);
	pfree(y);
}

void
sc_correlate_benchmarks(const ScoreColumns *columns, uint32 target,
						uint32 against, ScMethod method,
						TargetCorrelation *result)
{
	uint32		a = columns->start[target];
	uint32		a_end = columns->start[target + 1];
	uint32		b = columns->start[against];
	uint32		b_end = columns->start[against + 1];
	double	   *x = sc_alloc(a_end - a, sizeof(double));
	double	   *y = sc_alloc(a_end - a, sizeof(double));
	uint32		n = 0;

	/* both ascend by model */
	result->n_dropped = 0;
	for (; a < a_end; a++)
	{
		while (b < b_end && columns->model[b] < columns->model[a])
			b++;
		if (b == b_end || columns->model[b] != columns->model[a])
		{
			result->n_dropped++;
			continue;
		}
		x[n] = columns->score[b];
		y[n++] = columns->score[a];
	}
	result->fit_status = SC_OK;
	result->status = sc_run_correlation(method, y, x, n, &result->c);
	result->c.n = n;
	pfree(x);
	pfree(y);
}

Datum
sc_benchmark_name(const ScoreColumns *columns, uint32 benchmark)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view,
									  columns->view.n_models + benchmark, &len);

	return PointerGetDatum(cstring_to_text_with_len(label, len));
}

Datum
sc_model_name(const ScoreColumns *columns, uint32 model)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view, model, &len);

	return PointerGetDatum(cstring_to_text_with_len(label, len));
}

const char *
sc_fit_status(ScStatus status)
{
	switch (status)
	{
		case SC_OK:
			return SC_STATUS_OK;
		case SC_TOO_FEW_MODELS:
			return "too few complete models";
		case SC_CONSTANT_COLUMN:
			return "constant capability benchmark";
		case SC_UNDEFINED_COMPONENT:
			return "undefined component";
		default:
			elog(ERROR, "unexpected status %d", (int) status);
	}
	return NULL;				/* keep compiler quiet */
}
