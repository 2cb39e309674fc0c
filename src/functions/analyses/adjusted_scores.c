/*-------------------------------------------------------------------------
 *
 * adjusted_scores.c
 *	  capabilities_adjusted_scores: which models are safer than their capability
 *	  lets expect?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/analyses/correlation_rows.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/regression/residuals.h"
#include "stats/correlation/q_values.h"
#include "stats/base/student.h"

PG_FUNCTION_INFO_V1(sc_capabilities_adjusted_scores);

static const ResultColumn result_columns[] = {
	{"model", TEXTOID},
	{"benchmark", TEXTOID},
	{"negated", BOOLOID},
	{"capability", FLOAT8OID},
	{"imputed", FLOAT8OID},
	{"score", FLOAT8OID},
	{"expected", FLOAT8OID},
	{"pi_low", FLOAT8OID},
	{"pi_high", FLOAT8OID},
	{"residual", FLOAT8OID},
	{"studentised", FLOAT8OID},
	{"p_value", FLOAT8OID},
	{"q_value", FLOAT8OID},
	{"rank", INT4OID},
	{"n", INT4OID},
	{"status", TEXTOID},
};

/*
 * A model's score on a target, higher meaning better; NaN is a number that is not
 * there.
 */
typedef struct AdjustedCell
{
	uint32		target;
	uint32		model;
	uint32		n;				/* models of the line */
	int32		rank;			/* -1: none */
	double		score;
	double		capability;
	double		imputed;		/* share of it that rests on filled scores */
	double		expected;
	double		low;
	double		high;
	double		residual;
	double		studentised;
	double		p_value;
	double		q_value;
	const char *status;
} AdjustedCell;

/* Furthest above the line first. */
static int
compare_studentised(const void *a, const void *b, void *arg)
{
	const AdjustedCell *cell = (const AdjustedCell *) arg;
	double		x = cell[*(const uint32 *) a].studentised;
	double		y = cell[*(const uint32 *) b].studentised;

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	return x > y ? -1 : x < y;
}

static void
set_ranks(AdjustedCell *cell, uint32 n)
{
	uint32	   *order = sc_alloc(n, sizeof(uint32));
	uint32		ranked = 0;
	uint32		i;

	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		if (!isnan(cell[i].studentised))
			order[ranked++] = i;
	}
	qsort_arg(order, ranked, sizeof(uint32), compare_studentised, cell);
	for (i = 0; i < ranked; i++)
	{
		bool		tie;

		sc_poll_step(i);
		tie = i > 0 && cell[order[i]].studentised == cell[order[i - 1]].studentised;

		cell[order[i]].rank = tie ? cell[order[i - 1]].rank : (int32) i + 1;
	}
	pfree(order);
}

/*
 * The line of one target, and what it says of its cells, which are in the order
 * of models.
 */
static void
adjust_target(const ScoreColumns *columns, uint32 target, const CapabilityScores *scores,
			  double confidence, AdjustedCell *cell)
{
	uint32		start = columns->start[target];
	uint32		n_cells = columns->start[target + 1] - start;
	double	   *numbers = sc_alloc((Size) n_cells * 6, sizeof(double));
	TargetPairs pairs;
	TargetCorrelation result = {0};
	ScAdjusted	line;
	uint32		n;
	void	   *work;
	const char *status;
	uint32		i;
	uint32		k = 0;

	sc_gather_pairs(columns, target, scores, &pairs);
	n = pairs.n;
	work = sc_alloc(sc_adjusted_workspace(n), 1);
	line.expected = numbers;
	line.residual = numbers + n_cells;
	line.leverage = numbers + 2 * (Size) n_cells;
	line.studentised = numbers + 3 * (Size) n_cells;
	line.low = numbers + 4 * (Size) n_cells;
	line.high = numbers + 5 * (Size) n_cells;
	result.fit_status = result.status = scores->status;
	if (result.status == SC_OK)
		result.status = sc_adjust(pairs.y, pairs.x, n,
								  n > 2 ? -sc_student_quantile((1 - confidence) / 2, n - 2.0) : 0,
								  work, sc_poll, &line);
	status = sc_correlation_status(&result, SC_STATUS_CONSTANT_CAPABILITY);

	for (i = 0; i < n_cells; i++)
	{
		AdjustedCell *c = &cell[i];

		/* a tail of Student's t takes a microsecond */
		CHECK_FOR_INTERRUPTS();
		c->target = target;
		c->model = columns->model[start + i];
		c->n = n;
		c->rank = -1;
		c->score = columns->score[start + i];
		c->capability = c->imputed = c->expected = c->low = c->high = c->residual = get_float8_nan();
		c->studentised = c->p_value = c->q_value = get_float8_nan();
		c->status = status;
		if (!scores->included[c->model])
		{
			c->status = sc_excluded_status(scores);
			continue;
		}
		if (scores->status == SC_OK)
		{
			c->capability = pairs.x[k];
			c->imputed = sc_imputed_share(scores, c->model);
		}
		if (result.status == SC_OK)
		{
			c->expected = line.expected[k];
			c->low = line.low[k];
			c->high = line.high[k];
			c->residual = line.residual[k];
			c->studentised = line.studentised[k];
			if (!isnan(c->studentised))
				c->p_value = sc_student_two_sided(c->studentised, n - 3.0);
		}
		k++;
	}
	set_ranks(cell, n_cells);
	sc_free_pairs(&pairs);
	pfree(numbers);
	pfree(work);
}

/* The same for a capability benchmark, by the component of the others. */
static void
adjust_with_others(const ScoreColumns *columns, uint32 target,
				   const BenchmarkSet *capabilities, const CapabilityRecipe *recipe,
				   double confidence,
				   AdjustedCell *cell)
{
	uint32		n_cells = columns->start[target + 1] - columns->start[target];
	OtherBenchmarks others;
	CapabilityScores scores = {0};
	uint32		i;

	sc_begin_others(capabilities, target, &others);
	if (others.n > 0)
		sc_fit_capabilities(columns, others.place, others.n, recipe, 1, &scores);
	else
	{
		/* nothing to expect it from */
		scores.included = sc_alloc(columns->view.n_models, sizeof(bool));
		memset(scores.included, 0, columns->view.n_models);
		scores.status = SC_TOO_FEW_MODELS;
	}
	adjust_target(columns, target, &scores, confidence, cell);
	for (i = 0; others.n == 0 && i < n_cells; i++)
		cell[i].status = SC_STATUS_NO_OTHER;
	sc_end_others(&others);
}

/* Either, as the target may be; returns the number of its cells. */
static uint32
adjust(const ScoreColumns *columns, uint32 target, const BenchmarkSet *capabilities,
	   const CapabilityScores *scores, double confidence, AdjustedCell *cell)
{
	CHECK_FOR_INTERRUPTS();
	if (capabilities->member[target])
		adjust_with_others(columns, target, capabilities, &scores->recipe, confidence, cell);
	else
		adjust_target(columns, target, scores, confidence, cell);
	return columns->start[target + 1] - columns->start[target];
}

/* All but the rank in the units and the direction of the stored scores. */
static void
put_cell(ResultRows *rows, const ScoreColumns *columns, const AdjustedCell *cell)
{
	bool		negated = sc_is_flagged(columns, cell->target, SC_BENCHMARK_LOWER_IS_BETTER);
	double		sign = negated ? -1 : 1;
	Datum		values[lengthof(result_columns)] = {0};
	bool		nulls[lengthof(result_columns)] = {false};

	values[0] = sc_model_name(columns, cell->model);
	values[1] = sc_benchmark_name(columns, cell->target);
	values[2] = BoolGetDatum(negated);
	sc_put_float8(cell->capability, &values[3], &nulls[3]);
	sc_put_float8(cell->imputed, &values[4], &nulls[4]);
	values[5] = Float8GetDatum(sign * cell->score + 0.0);
	sc_put_float8(sign * cell->expected + 0.0, &values[6], &nulls[6]);
	sc_put_float8(sign * (negated ? cell->high : cell->low) + 0.0, &values[7], &nulls[7]);
	sc_put_float8(sign * (negated ? cell->low : cell->high) + 0.0, &values[8], &nulls[8]);
	sc_put_float8(sign * cell->residual + 0.0, &values[9], &nulls[9]);
	sc_put_float8(sign * cell->studentised + 0.0, &values[10], &nulls[10]);
	sc_put_float8(cell->p_value, &values[11], &nulls[11]);
	sc_put_float8(cell->q_value, &values[12], &nulls[12]);
	sc_put_count(cell->rank, &values[13], &nulls[13]);
	values[14] = Int32GetDatum((int32) cell->n);
	values[15] = CStringGetTextDatum(cell->status);
	sc_put_row(rows, values, nulls);
	pfree(DatumGetPointer(values[0]));
	pfree(DatumGetPointer(values[1]));
	pfree(DatumGetPointer(values[15]));
}

/*
 * capabilities_adjusted_scores(m, capabilities, targets, pca, missing, min_scores,
 *							  confidence)
 */
Datum
sc_capabilities_adjusted_scores(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	double		confidence = sc_confidence_argument(fcinfo, 6);
	CapabilityRecipe recipe;
	ScoreColumns columns;
	BenchmarkSet capabilities;
	BenchmarkSet targets;
	CapabilityScores scores;
	AdjustedCell *cell;
	double	   *p;
	double	   *q;
	void	   *work;
	Size		n_cells = 0;
	Size		most_cells = 0;
	Size		at;
	uint32		i;
	uint32		j;

	sc_recipe_arguments(fcinfo, 3, &recipe);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	(void) sc_capability_set(fcinfo, 1, &columns.view, MISSING_RAISE, &capabilities);
	sc_choose_targets(fcinfo, 2, "targets", &columns, &capabilities,
					  SC_BENCHMARK_COVARIATE, &targets);
	for (j = 0; j < targets.n; j++)
	{
		Size		n = columns.start[targets.place[j] + 1] - columns.start[targets.place[j]];

		n_cells += n;
		most_cells = Max(most_cells, n);
	}
	cell = sc_alloc(most_cells, sizeof(AdjustedCell));
	p = sc_alloc(n_cells, sizeof(double));
	q = sc_alloc(n_cells, sizeof(double));

	/*
	 * q-values are over all cells, of which there may be millions: their p-values
	 * are kept, and all else is found once more.
	 */
	sc_fit_named(&columns, capabilities.place, capabilities.n, &recipe, 1, &scores);
	for (j = 0, at = 0; j < targets.n; j++)
	{
		uint32		n = adjust(&columns, targets.place[j], &capabilities, &scores,
							   confidence, cell);

		for (i = 0; i < n; i++)
		{
			sc_poll_step(i);
			p[at++] = cell[i].p_value;
		}
	}
	work = sc_alloc(sc_q_values_workspace(n_cells), 1);
	sc_benjamini_hochberg(p, n_cells, q, work, sc_poll);
	pfree(work);
	for (j = 0, at = 0; j < targets.n; j++)
	{
		uint32		n = adjust(&columns, targets.place[j], &capabilities, &scores,
							   confidence, cell);

		for (i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			cell[i].q_value = q[at++];
			put_cell(&rows, &columns, &cell[i]);
		}
	}
	return (Datum) 0;
}
