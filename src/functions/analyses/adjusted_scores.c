/*-------------------------------------------------------------------------
 *
 * adjusted_scores.c
 *	  capabilities_adjusted_scores: which models are safer than their capability
 *	  predicts?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/analyses/limits.h"
#include "functions/analyses/target_pairs.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/regression/logit.h"
#include "stats/regression/residuals.h"
#include "stats/correlation/q_values.h"
#include "stats/correlation/rank.h"
#include "stats/base/student.h"

/*
 * Where a line was asked for, a quadratic term with a smaller p-value is said; how
 * often it is without reason, src/stats/README.md tells.
 */
#define CURVATURE_LEVEL 0.05

PG_FUNCTION_INFO_V1(sc_capabilities_adjusted_scores);

static const ResultColumn result_columns[] = {
	{"model", TEXTOID},
	{"benchmark", TEXTOID},
	{"direction", TEXTOID},
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
	uint32		n;				/* models of the fit */
	int32		rank;			/* -1: none */
	double		score;
	double		capability;
	double		imputed;		/* share of it that rests on imputed scores */
	double		expected;
	double		low;
	double		high;
	double		residual;
	double		studentised;
	double		p_value;
	double		q_value;
	const char *status;
} AdjustedCell;

/* How a score is predicted. */
typedef struct Prediction
{
	ScFit		fit;
	bool		logit;			/* on this scale */
	double		confidence;
} Prediction;

/* Furthest above the fit first. */
static void
set_ranks(AdjustedCell *cell, uint32 n)
{
	uint32	   *order = sc_alloc(n, sizeof(uint32));
	double	   *below = sc_alloc(n, sizeof(double));
	void	   *work = sc_alloc(sc_sort_workspace(n), 1);
	uint32		ranked = 0;
	uint32		i;

	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		below[i] = -cell[i].studentised;
		if (!isnan(cell[i].studentised))
			order[ranked++] = i;
	}
	sc_sort_order(below, ranked, order, work, sc_poll);
	for (i = 0; i < ranked; i++)
	{
		bool		tie;

		sc_poll_step(i);
		tie = i > 0 && cell[order[i]].studentised == cell[order[i - 1]].studentised;

		cell[order[i]].rank = tie ? cell[order[i - 1]].rank : (int32) i + 1;
	}
	pfree(work);
	pfree(below);
	pfree(order);
}

/* ----------
 * The scale of the fit
 * ----------
 */

/* Scores are negated where lower is better: so are their logits. */
static double
to_logit(double score, double sign)
{
	return sign * sc_logit(sign * score);
}

static double
of_logit(double logit, double sign)
{
	return sign * sc_logistic(sign * logit);
}

/* Puts logits in the place of n scores; false if one is not inside (0, 1). */
static bool
take_logits(double *y, uint32 n, double sign)
{
	uint32		i;

	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		if (!(sign * y[i] > 0 && sign * y[i] < 1))
			return false;
		y[i] = to_logit(y[i], sign);
	}
	return true;
}

/*
 * What a fit to logits says of a score, on the scale of the scores: the residual is
 * the distance there.  A residual of 0 stays one, and an end that is what is expected.
 */
static void
carry_back(AdjustedCell *c, double sign)
{
	double		expected = c->expected;

	c->expected = c->residual == 0 ? c->score : of_logit(expected, sign);
	c->low = c->low == expected ? c->expected : of_logit(c->low, sign);
	c->high = c->high == expected ? c->expected : of_logit(c->high, sign);
	c->residual = c->score - c->expected;
}

/* ----------
 * Targets
 * ----------
 */

/*
 * The fit of one target, and what it says of its cells, which are in the order
 * of models.
 */
static void
adjust_target(const ScoreColumns *columns, uint32 target, const CapabilityScores *scores,
			  const Prediction *prediction, AdjustedCell *cell)
{
	uint32		start = columns->start[target];
	uint32		n_cells = columns->start[target + 1] - start;
	double		sign = sc_is_flagged(columns, target, SC_BENCHMARK_LOWER_IS_BETTER) ? -1 : 1;
	double	   *numbers = sc_alloc((Size) n_cells * 6, sizeof(double));
	TargetPairs pairs;
	ScAdjusted	out;
	ScStatus	known = sc_target_status(columns, target, scores);
	ScStatus	fit_status = known;
	bool		fitted = false;
	const char *status;
	double		df;				/* of sigma */
	uint32		n;
	void	   *work;
	uint32		i;
	uint32		k = 0;

	sc_gather_pairs(columns, target, scores, &pairs);
	n = pairs.n;
	df = (double) n - prediction->fit;
	work = sc_alloc(sc_adjusted_workspace(n), 1);
	out.expected = numbers;
	out.residual = numbers + n_cells;
	out.leverage = numbers + 2 * (Size) n_cells;
	out.studentised = numbers + 3 * (Size) n_cells;
	out.low = numbers + 4 * (Size) n_cells;
	out.high = numbers + 5 * (Size) n_cells;
	if (known == SC_OK && prediction->logit && !take_logits(pairs.y, n, sign))
		status = SC_STATUS_OUTSIDE;
	else
	{
		if (known == SC_OK)
			fit_status = sc_adjust(pairs.y, pairs.x, n, prediction->fit,
								   df > 0 ? -sc_student_quantile((1 - prediction->confidence) / 2, df) : 0,
								   work, sc_poll, &out);
		fitted = fit_status == SC_OK;
		status = sc_correlation_status(known, fit_status, SC_STATUS_CONSTANT_CAPABILITY);
	}
	if (fitted && prediction->fit == SC_FIT_LINEAR && !isnan(out.curvature) &&
		sc_student_two_sided(out.curvature, n - 3.0) < CURVATURE_LEVEL)
		status = SC_STATUS_CURVATURE;

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
			if (known != SC_CONFLICT)
				c->status = sc_model_status(scores, c->model, status);
			continue;
		}
		if (known == SC_OK)
		{
			c->capability = pairs.x[k];
			c->imputed = sc_imputed_share(scores, c->model);
		}
		if (fitted)
		{
			c->expected = out.expected[k];
			c->low = out.low[k];
			c->high = out.high[k];
			c->residual = out.residual[k];
			c->studentised = out.studentised[k];
			if (prediction->logit)
				carry_back(c, sign);
			if (isnan(c->studentised))
				c->status = SC_STATUS_UNTESTED;
			else
				c->p_value = sc_student_two_sided(c->studentised, df - 1);
		}
		k++;
	}
	set_ranks(cell, n_cells);
	sc_free_pairs(&pairs);
	pfree(numbers);
	pfree(work);
}

/* The same of a target that is part of the component, by that of the others. */
static void
adjust_with_others(const ScoreColumns *columns, uint32 target,
				   const BenchmarkSet *capabilities, const CapabilityRecipe *recipe,
				   const Prediction *prediction, AdjustedCell *cell)
{
	uint32		n_cells = columns->start[target + 1] - columns->start[target];
	OtherBenchmarks others;
	CapabilityScores scores = {0};
	bool		nothing = false;
	uint32		i;

	sc_begin_others(columns, capabilities, target, &others);
	if (others.n > 0)
		sc_fit_some(columns, capabilities, others.place, others.n, recipe, 1, &scores);
	else
	{
		/* nothing to expect it from */
		scores.included = sc_alloc(columns->view.n_models, sizeof(bool));
		memset(scores.included, 0, columns->view.n_models);
		scores.status = sc_check_capabilities(columns, capabilities);
		nothing = scores.status == SC_OK;
		if (nothing)
			scores.status = SC_TOO_FEW_MODELS;
	}
	adjust_target(columns, target, &scores, prediction, cell);
	for (i = 0; nothing && i < n_cells; i++)
		cell[i].status = SC_STATUS_NO_OTHER;
	sc_end_others(&others);
}

/* Either, as the target may be; returns the number of its cells. */
static uint32
adjust(const ScoreColumns *columns, uint32 target, const BenchmarkSet *capabilities,
	   const CapabilityScores *scores, const Prediction *prediction, AdjustedCell *cell)
{
	CHECK_FOR_INTERRUPTS();
	if (sc_is_part(columns, capabilities, target))
		adjust_with_others(columns, target, capabilities, &scores->recipe, prediction, cell);
	else
		adjust_target(columns, target, scores, prediction, cell);
	return columns->start[target + 1] - columns->start[target];
}

/* All but the rank in the units and the direction of the stored scores. */
static void
put_cell(ResultRows *rows, const ScoreColumns *columns, const AdjustedCell *cell)
{
	bool		negated = sc_is_flagged(columns, cell->target, SC_BENCHMARK_LOWER_IS_BETTER);
	double		sign = negated ? -1 : 1;

	sc_add_model(rows, columns, cell->model);
	sc_add_benchmark(rows, columns, cell->target);
	sc_add_direction(rows, columns, cell->target);
	sc_add_float8(rows, cell->capability);
	sc_add_float8(rows, cell->imputed);
	sc_add_float8(rows, sign * cell->score + 0.0);
	sc_add_float8(rows, sign * cell->expected + 0.0);
	sc_add_float8(rows, sign * (negated ? cell->high : cell->low) + 0.0);
	sc_add_float8(rows, sign * (negated ? cell->low : cell->high) + 0.0);
	sc_add_float8(rows, sign * cell->residual + 0.0);
	sc_add_float8(rows, sign * cell->studentised + 0.0);
	sc_add_float8(rows, cell->p_value);
	sc_add_float8(rows, cell->q_value);
	sc_add_count(rows, cell->rank);
	sc_add_int4(rows, (int32) cell->n);
	sc_add_text(rows, cell->status);
	sc_end_row(rows);
}

/*
 * capabilities_adjusted_scores(m, capabilities, targets, fit, scale, pca, missing,
 *							  min_scores, confidence)
 */
Datum
sc_capabilities_adjusted_scores(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	Prediction	prediction;
	CapabilityRecipe recipe;
	ScoreColumns columns;
	BenchmarkSet capabilities;
	BenchmarkSet targets;
	CapabilityScores scores;
	AdjustedCell *cell;
	bool		keep;
	double	   *p;
	double	   *q;
	void	   *work;
	Size		n_cells = 0;
	Size		most_cells = 0;
	Size		at;
	uint32		i;
	uint32		j;

	prediction.fit = sc_fit_argument(fcinfo, 3);
	prediction.logit = sc_logit_argument(fcinfo, 4);
	sc_recipe_arguments(fcinfo, 5, &recipe);
	prediction.confidence = sc_confidence_argument(fcinfo, 8);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	(void) sc_capability_set(fcinfo, 1, &columns.view, MISSING_RAISE, &capabilities);
	sc_choose_targets(fcinfo, 2, &columns, &capabilities, SC_BENCHMARK_COVARIATE, &targets);
	for (j = 0; j < targets.n; j++)
	{
		Size		n = columns.start[targets.place[j] + 1] - columns.start[targets.place[j]];

		n_cells += n;
		most_cells = Max(most_cells, n);
	}
	keep = n_cells <= SC_MAX_KEPT_CELLS;
	cell = sc_alloc(keep ? n_cells : most_cells, sizeof(AdjustedCell));
	p = sc_alloc(n_cells, sizeof(double));
	q = sc_alloc(n_cells, sizeof(double));

	/*
	 * q-values are over all cells.  Of millions the p-values are kept, and
	 * all else is found once more.
	 */
	sc_fit_named(&columns, &capabilities, &recipe, 1, &scores);
	for (j = 0, at = 0; j < targets.n; j++)
	{
		AdjustedCell *here = keep ? cell + at : cell;
		uint32		n = adjust(&columns, targets.place[j], &capabilities, &scores,
							   &prediction, here);

		for (i = 0; i < n; i++)
		{
			sc_poll_step(i);
			p[at++] = here[i].p_value;
		}
	}
	work = sc_alloc(sc_q_values_workspace(n_cells), 1);
	sc_benjamini_hochberg(p, n_cells, q, work, sc_poll);
	pfree(work);
	for (j = 0, at = 0; j < targets.n; j++)
	{
		AdjustedCell *here = keep ? cell + at : cell;
		uint32		n = columns.start[targets.place[j] + 1] - columns.start[targets.place[j]];

		if (!keep)
			(void) adjust(&columns, targets.place[j], &capabilities, &scores, &prediction, cell);
		for (i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			here[i].q_value = q[at++];
			put_cell(&rows, &columns, &here[i]);
		}
	}
	return (Datum) 0;
}
