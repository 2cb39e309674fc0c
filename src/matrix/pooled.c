/*-------------------------------------------------------------------------
 *
 * pooled.c
 *	  Several scores of one cell: their count, mean and spread.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "common/shortest_dec.h"

#include "matrix/pooled.h"

void
sc_refuse_score(double score)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isinf(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is infinite"),
				 errhint("Use NULL or NaN for a missing score.")));
	double_to_shortest_decimal_buf(score, digits);
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("score is out of range"),
			 errdetail("The score is %s; its magnitude may be at most %g.",
					   digits, SC_MAX_SCORE)));
}

static inline DoubleDouble
pooled_sum(const PooledCell *p)
{
	DoubleDouble r = {p->sum, p->sum_lo};

	return r;
}

static inline DoubleDouble
pooled_sumsq(const PooledCell *p)
{
	DoubleDouble r = {p->sumsq, p->sumsq_lo};

	return r;
}

PooledCell
sc_pooled_of_score(double score)
{
	DoubleDouble square = sc_two_product(score, score);
	PooledCell	p;

	p.n = 1;
	p.sum = score;
	p.sum_lo = 0;
	p.sumsq = square.hi;
	p.sumsq_lo = square.lo;
	return p;
}

void
sc_pooled_add(PooledCell *a, uint8 *a_flags, const PooledCell *b, uint8 b_flags)
{
	DoubleDouble sum = sc_dd_add(pooled_sum(a), pooled_sum(b));
	DoubleDouble sumsq = sc_dd_add(pooled_sumsq(a), pooled_sumsq(b));
	int64		n;

	if (pg_add_s64_overflow(a->n, b->n, &n))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of scores of a cell is out of range")));
	a->n = n;
	a->sum = sum.hi;
	a->sum_lo = sum.lo;
	*a_flags |= b_flags;
	if (*a_flags & SC_CELL_SPREAD_UNKNOWN)
		sumsq.hi = sumsq.lo = 0;
	a->sumsq = sumsq.hi;
	a->sumsq_lo = sumsq.lo;
}

double
sc_pooled_mean(const PooledCell *cell)
{
	return sc_dd_divide(pooled_sum(cell), (double) cell->n).hi;
}

double
sc_pooled_stderr(const PooledCell *cell, uint8 flags)
{
	double		n = (double) cell->n;
	DoubleDouble mean = sc_dd_divide(pooled_sum(cell), n);
	DoubleDouble product;
	DoubleDouble deviation;

	if (flags & SC_CELL_SPREAD_UNKNOWN)
		return NAN;

	/* sum of squares - sum * mean, all in double-double, rounded at the end */
	product = sc_two_product(cell->sum, mean.hi);
	product = sc_two_sum(product.hi, product.lo +
						 (cell->sum * mean.lo + cell->sum_lo * mean.hi));
	product.hi = -product.hi;
	product.lo = -product.lo;
	deviation = sc_dd_add(pooled_sumsq(cell), product);

	/* what rounding of the sums can make of equal scores is no spread */
	if (deviation.hi <= cell->sumsq * n * 0x1p-104)
		return 0;
	return sqrt(deviation.hi / (n - 1) / n);
}
