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

#include "types/score_matrix/pooled.h"

void
sc_refuse_score(double score, const char *whose, Node *escontext)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isinf(score))
		ereturn(escontext,,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is infinite"),
				 whose ? errdetail("It is that of %s.", whose) : 0,
				 errhint("Use NULL or NaN for a missing score.")));
	double_to_shortest_decimal_buf(score, digits);
	errsave(escontext,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("score is out of range"),
			 whose ?
			 errdetail("The score of %s is %s; its magnitude may be at most %g.",
					   whose, digits, SC_MAX_SCORE) :
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

/* Raises 22003 for a standard error that no n scores in range have. */
static void
refuse_error(double error, int64 n)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(error, digits);
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("standard error of a mean is out of range"),
			 errdetail("The standard error is %s over " INT64_FORMAT " scores, of which the magnitude may be at most %g.",
					   digits, n, SC_MAX_SCORE)));
}

PooledCell
sc_pooled_of_mean(double mean, int64 n, double error, uint8 *flags)
{
	DoubleDouble one = {mean, 0};
	DoubleDouble count;
	DoubleDouble sum;
	DoubleDouble square;
	PooledCell	p = {n, 0, 0, 0, 0};
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of scores of a mean must be at least 1"),
				 errdetail("The number is " INT64_FORMAT ".", n)));
	if (error < 0 || isinf(error))
	{
		double_to_shortest_decimal_buf(error, digits);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("standard error of a mean must be finite and not negative"),
				 errdetail("The standard error is %s.", digits),
				 errhint("Use NULL or NaN for a standard error that is not known.")));
	}

	count = sc_dd_of_count(n);
	sum = sc_dd_multiply(one, count);
	p.sum = sum.hi;
	p.sum_lo = sum.lo + 0.0;	/* no negative zero, as in every form */
	if (n == 1 || isnan(error))
	{
		*flags = SC_CELL_SPREAD_UNKNOWN;
		return p;
	}

	/* squares about the mean: error^2 n (n - 1); about 0: n mean^2 more */
	if (error > SC_MAX_SCORE)
		refuse_error(error, n);
	square = sc_dd_multiply(sc_two_product(error, error), sc_dd_of_count(n - 1));
	square = sc_dd_add(sc_two_product(mean, mean), square);
	if (square.hi > SC_MAX_SCORE * SC_MAX_SCORE * (1 + 1e-12))
		refuse_error(error, n);
	square = sc_dd_multiply(square, count);
	p.sumsq = square.hi;
	p.sumsq_lo = square.lo + 0.0;
	*flags = 0;
	return p;
}

static void
refuse_count(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("number of scores of a cell is out of range")));
}

void
sc_pooled_check_room(const PooledCell *cell)
{
	if (cell->n == PG_INT64_MAX)
		refuse_count();
}

void
sc_pooled_add(PooledCell *a, uint8 *a_flags, const PooledCell *b, uint8 b_flags)
{
	DoubleDouble sum = sc_dd_add(pooled_sum(a), pooled_sum(b));
	DoubleDouble sumsq = sc_dd_add(pooled_sumsq(a), pooled_sumsq(b));
	int64		n;

	if (pg_add_s64_overflow(a->n, b->n, &n))
		refuse_count();
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
	return sc_dd_divide(pooled_sum(cell), sc_dd_of_count(cell->n)).hi;
}

double
sc_pooled_stderr(const PooledCell *cell, uint8 flags)
{
	double		n = (double) cell->n;
	DoubleDouble mean = sc_dd_divide(pooled_sum(cell), sc_dd_of_count(cell->n));
	DoubleDouble product;
	DoubleDouble deviation;

	if (flags & SC_CELL_SPREAD_UNKNOWN)
		return NAN;

	/* sum of squares - sum * mean, all in double-double, rounded at the end */
	product = sc_dd_multiply(pooled_sum(cell), mean);
	product.hi = -product.hi;
	product.lo = -product.lo;
	deviation = sc_dd_add(pooled_sumsq(cell), product);

	/* what rounding of the sums can make of equal scores is no spread */
	if (deviation.hi <= cell->sumsq * n * 0x1p-104)
		return 0;
	return sqrt(deviation.hi / (n - 1) / n);
}
