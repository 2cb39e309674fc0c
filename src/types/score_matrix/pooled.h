/*-------------------------------------------------------------------------
 *
 * pooled.h
 *	  Several scores of one cell: their count, mean and spread.
 *
 * Sums are double-doubles, so that mean and spread, rounded once when read, are
 * the same whatever the order in which scores came, short of cancellation
 * beyond 106 bits: the spread keeps its last bit while the mean is below some
 * 1e6 times the spread.
 *
 * Scores may also come summarised, as their mean over n of them with its
 * standard error: from these the sums are made that the scores themselves would
 * have given.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_SCORE_MATRIX_POOLED_H
#define SC_TYPES_SCORE_MATRIX_POOLED_H

#include "types/forms/compat.h"
#include "stats/base/double_double.h"
#include "types/score_matrix/matrix_flat.h"
#include "stats/base/status.h"

/*
 * 22003, raised or saved (escontext as in json.h), for a score that is infinite
 * or larger than SC_MAX_SCORE.  whose says in words where it stands; NULL: nobody
 * knows.
 */
extern void sc_refuse_score(double score, const char *whose, Node *escontext);

/* Is a score one of these?  Not for NaN. */
static inline bool
sc_is_refused(double score)
{
	return fabs(score) > SC_MAX_SCORE;
}

/* Such a score is refused, -0 becomes 0.  Not for NaN, which is no score. */
static inline double
sc_check_score(double score)
{
	if (unlikely(sc_is_refused(score)))
		sc_refuse_score(score, NULL, NULL);
	return score + 0.0;			/* no negative zero */
}

/* A single score as sums over n = 1, the form in which cells are added. */
extern PooledCell sc_pooled_of_score(double score);

/*
 * Sums of n scores with this mean, which sc_check_score() has passed, and this
 * standard error of it, sd (ddof = 1) / sqrt(n).  The spread is unknown, which
 * *flags says, if the error is NaN or n is 1: a mean of one score has no
 * standard error, and one that is given says nothing.  22023 if n < 1 or the
 * error is negative or infinite; 22003 if scores of at most SC_MAX_SCORE cannot
 * be spread so far.
 */
extern PooledCell sc_pooled_of_mean(double mean, int64 n, double error,
									uint8 *flags);

/* 22003 if the count would overflow with one score more. */
extern void sc_pooled_check_room(const PooledCell *cell);

/*
 * a += b; the spread stays known only if both are known.  22003 if the count
 * overflows, with a unchanged.
 */
extern void sc_pooled_add(PooledCell *a, uint8 *a_flags,
						  const PooledCell *b, uint8 b_flags);

/*
 * The same for one more score: what is added up most often.  22003 if the count
 * overflows, with a unchanged.
 */
static inline void
sc_pooled_add_score(PooledCell *a, uint8 *a_flags, double score)
{
	DoubleDouble sum = {a->sum, a->sum_lo};
	DoubleDouble sumsq = {a->sumsq, a->sumsq_lo};

	/* the square of a number of 24 bits is exact: 0 and 1, float4, percents */
	if (unlikely(a->n == PG_INT64_MAX) || *a_flags != 0 ||
		(double) (float) score != score)
	{
		PooledCell	b = sc_pooled_of_score(score);

		sc_pooled_add(a, a_flags, &b, 0);
		return;
	}
	sum = sc_dd_add_double(sum, score);
	sumsq = sc_dd_add_double(sumsq, score * score);
	a->n++;
	a->sum = sum.hi;
	a->sum_lo = sum.lo;
	a->sumsq = sumsq.hi;
	a->sumsq_lo = sumsq.lo;
}

/* The mean, and its standard error: sd (ddof = 1) / sqrt(n); NaN if unknown. */
extern double sc_pooled_mean(const PooledCell *cell);
extern double sc_pooled_stderr(const PooledCell *cell, uint8 flags);

#endif							/* SC_TYPES_SCORE_MATRIX_POOLED_H */
