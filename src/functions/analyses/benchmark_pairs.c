/*-------------------------------------------------------------------------
 *
 * benchmark_pairs.c
 *	  correlation_matrix: every pair of benchmarks, the full square.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"

#include "functions/analyses/capability_control.h"
#include "functions/analyses/columns.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/pair_ranks.h"
#include "functions/analyses/target_pairs.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/correlation/pairwise.h"
#include "stats/correlation/rank.h"

PG_FUNCTION_INFO_V1(sc_score_matrix_correlation_matrix);

static const ResultColumn result_columns[] = {
	{"benchmark_a", TEXTOID},
	{"benchmark_b", TEXTOID},
	{"n", INT4OID},
	{"corr", FLOAT8OID},
	{"status", TEXTOID},
};

/*
 * A correlation has the same bits either way round: one half of the square is
 * kept until its mirror image is put out, at most 110 MB.
 */
typedef struct Kept
{
	double		corr;			/* NaN: none */
	const char *status;
	int32		n;
} Kept;

/* The benchmarks, sorted if ranks are what counts. */
typedef struct Square
{
	const ScoreColumns *columns;
	const BenchmarkSet *set;
	const Controls *controls;	/* NULL: none */
	ScMethod	method;
	uint32	   *order;			/* like columns->model; NULL if not sorted */
	uint8	   *has;			/* [n_models]: the benchmark of this row? */
	uint32	   *rank;			/* [n_models], 0 between pairs */
	Kept	   *half;			/* pair (i, j) with i <= j, for row j */
	PairRanks  *ranks;			/* given capability, if ranks are what counts */
	uint64		component;		/* number of that whose controls they have */
} Square;

static void
sort_benchmarks(Square *square)
{
	const ScoreColumns *columns = square->columns;
	uint32		n_models = columns->view.n_models;
	void	   *work;
	uint32		i;

	square->order = NULL;
	if (square->method != SC_SPEARMAN || square->controls != NULL ||
		n_models > SC_MAX_PAIRWISE_MODELS)
		return;
	square->order = sc_alloc(columns->start[columns->view.n_benchmarks], sizeof(uint32));
	square->has = sc_alloc(n_models, sizeof(uint8));
	square->rank = sc_alloc(n_models, sizeof(uint32));
	memset(square->has, 0, sizeof(uint8) * n_models);
	memset(square->rank, 0, sizeof(uint32) * n_models);
	work = sc_alloc(sc_sort_workspace(n_models), 1);
	for (i = 0; i < square->set->n; i++)
	{
		uint32		start = columns->start[square->set->place[i]];

		CHECK_FOR_INTERRUPTS();
		sc_tied_order(columns->score + start, columns->model + start,
					  columns->start[square->set->place[i] + 1] - start,
					  square->order + start, work, sc_poll);
	}
	pfree(work);
}

/* Marks the models of a benchmark as those of this row, or no more. */
static void
mark_models(Square *square, uint32 benchmark, uint8 mark)
{
	const ScoreColumns *columns = square->columns;
	uint32		k;

	if (square->order == NULL)
		return;
	for (k = columns->start[benchmark]; k < columns->start[benchmark + 1]; k++)
		square->has[columns->model[k]] = mark;
}

static inline Kept *
kept_pair(const Square *square, uint32 i, uint32 j)
{
	return &square->half[(Size) Max(i, j) * (Max(i, j) + 1) / 2 + Min(i, j)];
}

/* What became of a pair. */
static Kept
keep(const Square *square, uint32 a, uint32 b, const TargetCorrelation *result)
{
	ScStatus	status = result->status;
	Kept		kept;

	/* which of the two the controls are does not matter here */
	if (status == SC_CONTROLLED_X)
		status = SC_CONTROLLED_Y;
	if (sc_has_direction_conflict(square->columns->view.benchmark_flags[a]) ||
		sc_has_direction_conflict(square->columns->view.benchmark_flags[b]))
		status = SC_CONFLICT;
	kept.corr = status == SC_OK ? result->c.corr : get_float8_nan();
	kept.n = (int32) result->c.n;
	kept.status = sc_correlation_status(SC_OK, status, SC_STATUS_CONSTANT_SCORES);
	return kept;
}

static Kept
correlate(Square *square, uint32 a, uint32 b)
{
	const uint32 *start = square->columns->start;
	TargetCorrelation result;

	if (square->order == NULL)
		sc_correlate_benchmarks(square->columns, a, b, square->controls, square->method, &result);
	else
		result.status = sc_pairwise_spearman(square->order + start[a], start[a + 1] - start[a],
											 square->order + start[b], start[b + 1] - start[b],
											 square->has, square->rank, sc_poll, &result.c);
	return keep(square, a, b, &result);
}

/* Given the capabilities score (PairGivenComponent). */
static void
keep_given_component(void *state, uint32 i, uint32 j, const PairComponent *component)
{
	Square	   *square = state;
	uint32		a = square->set->place[i];
	uint32		b = square->set->place[j];
	TargetCorrelation result;
	Kept	   *kept = kept_pair(square, i, j);

	if (square->ranks != NULL && square->component != component->number)
	{
		sc_take_pair_controls(square->ranks, &component->controls);
		square->component = component->number;
	}
	if (square->ranks == NULL || !sc_correlate_pair_ranks(square->ranks, a, b, &result))
		sc_correlate_benchmarks(square->columns, a, b, &component->controls, square->method, &result);
	*kept = keep(square, a, b, &result);
	if (!component->there)
	{
		kept->corr = get_float8_nan();
		kept->status = component->status;
	}
	else if (!isnan(kept->corr))
		kept->status = component->status;
}

/* All pairs, row by row. */
static void
keep_square(Square *square)
{
	const BenchmarkSet *set = square->set;
	uint32		i;
	uint32		j;

	sort_benchmarks(square);
	for (i = 0; i < set->n; i++)
	{
		mark_models(square, set->place[i], 1);
		for (j = i; j < set->n; j++)
		{
			CHECK_FOR_INTERRUPTS();
			*kept_pair(square, i, j) = correlate(square, set->place[i], set->place[j]);
		}
		mark_models(square, set->place[i], 0);
	}
}

static void
put_pair(ResultRows *rows, const Square *square, uint32 a, uint32 b, const Kept *kept)
{
	sc_add_benchmark(rows, square->columns, a);
	sc_add_benchmark(rows, square->columns, b);
	sc_add_int4(rows, kept->n);
	sc_add_float8(rows, kept->corr);
	sc_add_text(rows, kept->status);
	sc_end_row(rows);
}

/* correlation_matrix(m, benchmarks, method, controlling) */
Datum
sc_score_matrix_correlation_matrix(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	Square		square = {0};
	ScoreColumns columns;
	BenchmarkSet set;
	BenchmarkSet capabilities;
	Controls	controls;
	bool		capability;
	uint32		i;
	uint32		j;

	square.method = sc_method_argument(fcinfo, 2);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	if (sc_controls_or_capability(fcinfo, 3, &columns, square.method, &controls, &capability))
		square.controls = &controls;
	if (capability)
		sc_annotated_capabilities(&columns, &capabilities);
	sc_choose_benchmarks(fcinfo, 1, "benchmarks", &columns, square.controls, &set);
	if (set.n > SC_MAX_SQUARE_BENCHMARKS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many benchmarks for a correlation matrix"),
				 errdetail("There are %u, which is %.0f pairs; at most %d benchmarks are allowed.",
						   set.n, (double) set.n * set.n, SC_MAX_SQUARE_BENCHMARKS),
				 errhint("Name those that you want in parameter \"benchmarks\", or correlate all with one by benchmark_correlations().")));
	square.columns = &columns;
	square.set = &set;
	square.half = sc_alloc((Size) set.n * (set.n + 1) / 2, sizeof(Kept));
	if (capability && square.method == SC_SPEARMAN)
	{
		square.ranks = sc_alloc(1, sizeof(PairRanks));
		sc_begin_pair_ranks(&columns, controls.n + 1, square.ranks);
	}
	if (capability)
		sc_pairs_given_capability(&columns, &capabilities, &set, &controls, keep_given_component,
								  &square);
	else
		keep_square(&square);
	for (i = 0; i < set.n; i++)
	{
		for (j = 0; j < set.n; j++)
		{
			CHECK_FOR_INTERRUPTS();
			put_pair(&rows, &square, set.place[i], set.place[j], kept_pair(&square, i, j));
		}
	}
	return (Datum) 0;
}
