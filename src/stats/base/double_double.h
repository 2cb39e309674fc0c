/*-------------------------------------------------------------------------
 *
 * double_double.h
 *	  Sums as an unevaluated pair of doubles, some 106 bits.
 *
 * Error-free transformations after Dekker (1971) and Knuth (TAOCP 2, 4.2.2);
 * the product's error by fma(), which is exact on every machine.  Must not be
 * compiled with -ffast-math or with contraction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_DOUBLE_DOUBLE_H
#define SC_STATS_BASE_DOUBLE_DOUBLE_H

#include <math.h>
#include <stdint.h>

typedef struct DoubleDouble
{
	double		hi;
	double		lo;				/* |lo| <= ulp(hi) / 2 */
} DoubleDouble;

/* a + b exactly */
static inline DoubleDouble
sc_two_sum(double a, double b)
{
	DoubleDouble r;
	double		bb;

	r.hi = a + b;
	bb = r.hi - a;
	r.lo = (a - (r.hi - bb)) + (b - bb);
	return r;
}

/* a * b exactly, unless it underflows */
static inline DoubleDouble
sc_two_product(double a, double b)
{
	DoubleDouble r;

	r.hi = a * b;
	r.lo = fma(a, b, -r.hi);
	return r;
}

static inline DoubleDouble
sc_dd_add(DoubleDouble a, DoubleDouble b)
{
	DoubleDouble s = sc_two_sum(a.hi, b.hi);
	DoubleDouble t = sc_two_sum(a.lo, b.lo);

	s = sc_two_sum(s.hi, s.lo + t.hi);
	return sc_two_sum(s.hi, s.lo + t.lo);
}

/* The same where b is a single double: the same bits with fewer steps. */
static inline DoubleDouble
sc_dd_add_double(DoubleDouble a, double b)
{
	DoubleDouble s = sc_two_sum(a.hi, b);

	return sc_two_sum(s.hi, s.lo + a.lo);
}

/* a * b, with an error of some 2^-103 of it; exact for two single doubles */
static inline DoubleDouble
sc_dd_multiply(DoubleDouble a, DoubleDouble b)
{
	DoubleDouble r = sc_two_product(a.hi, b.hi);

	return sc_two_sum(r.hi, r.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* a / b, for b > 0 */
static inline DoubleDouble
sc_dd_divide(DoubleDouble a, DoubleDouble b)
{
	double		q = a.hi / b.hi;
	double		rest = fma(-q, b.hi, a.hi) + (a.lo - q * b.lo);

	return sc_two_sum(q, rest / b.hi);
}

/* A count n >= 0, exactly, beyond 2^53 too. */
static inline DoubleDouble
sc_dd_of_count(int64_t n)
{
	return sc_two_sum((double) (n >> 32) * 0x1p32, (double) (n & 0xFFFFFFFF));
}

#endif							/* SC_STATS_BASE_DOUBLE_DOUBLE_H */
