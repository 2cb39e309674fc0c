/*-------------------------------------------------------------------------
 *
 * correlation_rows.h
 *	  The rows of capabilities_correlations and its like: one target each,
 *	  with what a correlation should not travel without.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_CORRELATION_ROWS_H
#define SC_FUNCTIONS_ANALYSES_CORRELATION_ROWS_H

#include "fmgr.h"

#include "functions/analyses/families.h"
#include "functions/analyses/target_pairs.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/result_rows.h"
#include "stats/correlation/verdict.h"

/*
 * NaN is a number that is not there, -1 a count that is not.
 */
typedef struct CorrelationRow
{
	uint32		target;
	const char *role;
	const char *status;			/* SC_STATUS_OK or why something is missing */
	const char *component;		/* what its component is worth, a status word;
								 * by sc_gate_rows() */
	bool		tested;			/* may have an interval, p and q */
	const CapabilityScores *scores; /* what it is correlated with, while that
									 * is kept */
	TargetCorrelation result;
	int32		n_families;
	int32		n_without_family;
	int32		n_capabilities; /* of the component; this, the next and
								 * no_verdict by sc_gate_rows() */
	double		score_reliability;
	bool		no_verdict;		/* whatever the interval says; also by
								 * sc_withhold_tests() */
	bool		sign_is_arbitrary;	/* that of another component than the
									 * first: a verdict of |corr| */
	int32		n_resamples;	/* that gave a correlation */
	double		ci_low;
	double		ci_high;
	double		p_value;
	double		q_value;
	ScClaims	claim;			/* p-values of what a verdict claims */
	ScClaims	q_claim;
	double		slope;
	double		benchmark_sd;
	double		reliability;
	double		corr_disattenuated;
} CorrelationRow;

/*
 * Correlates a target; sets all of the row but interval and q-value.  constant_x
 * is the status word for scores that do not vary.  part_whole: the scores contain
 * the target, which is not tested then.
 */
extern void sc_row_init(CorrelationRow *row, const ScoreColumns *columns,
						uint32 target, const char *role,
						const CapabilityScores *scores, ScMethod method,
						bool part_whole, const char *constant_x);

/* The row of a target that is left none of the capability benchmarks. */
extern void sc_row_init_alone(CorrelationRow *row, const ScoreColumns *columns,
							  uint32 target, const char *role,
							  const BenchmarkSet *capabilities);

/*
 * Counts the models of a row without a known family; SC_STATUS_OK, or the word for
 * families that are not known well enough.
 */
extern const char *sc_row_families(CorrelationRow *row, const ScoreColumns *columns,
								   const Families *families);

/*
 * Takes p-values and verdict from those of n rows correlated with these scores in which
 * controls and scores are not told apart; after their intervals, which stand.
 */
extern void sc_withhold_tests(const CapabilityScores *scores, CorrelationRow *row, uint32 n);

/* The word for these scores and controls that are not told apart. */
extern const char *sc_not_separable(const CapabilityScores *scores);

/*
 * q-values of no correlation at all and of both claims: each over the tested rows whose
 * role is target, whatever their verdict.
 */
extern void sc_set_q_values(CorrelationRow *row, uint32 n);

/* The verdict of a row by the given threshold; false: it has none. */
extern bool sc_row_verdict(const CorrelationRow *row, double threshold, ScVerdict *verdict);

/* The q-value of what a verdict claims; NaN where it claims nothing. */
extern double sc_verdict_q_value(const CorrelationRow *row, ScVerdict verdict);

/* The columns of these functions. */
#define SC_CORRELATION_COLUMNS 25
extern const ResultColumn sc_correlation_columns[SC_CORRELATION_COLUMNS];

/*
 * Puts the row out, its verdict by the given threshold; columns before these have been
 * added.
 */
extern void sc_put_correlation_row(ResultRows *rows, const ScoreColumns *columns,
								   const CorrelationRow *row, double threshold);

#endif							/* SC_FUNCTIONS_ANALYSES_CORRELATION_ROWS_H */
