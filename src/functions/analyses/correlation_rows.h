/*-------------------------------------------------------------------------
 *
 * correlation_rows.h
 *	  The rows of capabilities_correlations and benchmark_correlations: one
 *	  target each, with what a correlation should not travel without.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_CORRELATION_ROWS_H
#define SC_FUNCTIONS_ANALYSES_CORRELATION_ROWS_H

#include "fmgr.h"

#include "functions/analyses/target_pairs.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/result_rows.h"

/*
 * NaN is a number that is not there, -1 a count that is not.
 */
typedef struct CorrelationRow
{
	uint32		target;
	const char *role;
	const char *status;			/* SC_STATUS_OK or why something is missing */
	bool		tested;			/* may have an interval, p and q */
	const CapabilityScores *scores; /* what it is correlated with, while that is kept */
	TargetCorrelation result;
	int32		n_families;
	int32		n_resamples;	/* that gave a correlation */
	double		ci_low;
	double		ci_high;
	double		p_value;
	double		q_value;
	double		slope;
	double		benchmark_sd;
} CorrelationRow;

/*
 * The benchmarks named by argument i; if it is NULL, all but those of the set
 * except (NULL: none) and those with a flag of except_flags.
 */
extern void sc_choose_targets(FunctionCallInfo fcinfo, int i,
							  const char *parameter,
							  const ScoreColumns *columns,
							  const BenchmarkSet *except, uint8 except_flags,
							  BenchmarkSet *set);

/* The words of the column "role". */
#define SC_ROLE_TARGET "target"
#define SC_ROLE_CAPABILITY "capability"
extern const char *sc_role_of(const ScoreColumns *columns, uint32 benchmark,
							  bool is_capability);

/*
 * Correlates a target; sets all of the row but interval and q-value.  constant_x
 * is the status word for scores that do not vary.  part_whole: the scores contain
 * the target, which is not tested then.
 */
extern void sc_row_init(CorrelationRow *row, const ScoreColumns *columns,
						uint32 target, const char *role,
						const CapabilityScores *scores, ScMethod method,
						bool part_whole, const char *constant_x);

/* The row of a target that there is nothing to correlate with. */
extern void sc_row_init_alone(CorrelationRow *row, const ScoreColumns *columns,
							  uint32 target, const char *role);

/* Word of the column "status" for a correlation that could not be had. */
extern const char *sc_correlation_status(const TargetCorrelation *result,
										 const char *constant_x);

/* q-values over the tested rows whose role is target. */
extern void sc_set_q_values(CorrelationRow *row, uint32 n);

/* The columns of both functions. */
#define SC_CORRELATION_COLUMNS 17
extern const ResultColumn sc_correlation_columns[SC_CORRELATION_COLUMNS];

/* Puts the row out, its verdict by the given threshold. */
extern void sc_put_correlation_row(ResultRows *rows, const ScoreColumns *columns,
								   const CorrelationRow *row, double threshold);

#endif							/* SC_FUNCTIONS_ANALYSES_CORRELATION_ROWS_H */
