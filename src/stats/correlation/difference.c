/*-------------------------------------------------------------------------
 *
 * difference.c
 *	  The difference of two correlations with the same variable.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/correlation/difference.h"
#include "stats/correlation/infer.h"

/* More standard errors than this are not told apart: p would underflow. */
#define MOST_ERRORS 37.0

/* Halvings of an interval of quantiles, until its ends are neighbours. */
#define MAX_HALVINGS 200

/* What is compared, turned as it is. */
typedef struct Pair
{
	ScCorrelation a;
	ScCorrelation b;
	double		overlap;		/* of the two estimates */
	bool		absolute;
} Pair;

/* At most a step away from 1. */
static double
bounded(const ScCorrelation *c)
{
	double		n = (double) sc_free_observations(c);
	double		most = 1.0 - 6.0 / (n * (n - 1.0) * (n + 1.0));

	return fmax(-most, fmin(c->corr, most));
}

double
sc_overlap_correlation(const ScCorrelation *a, const ScCorrelation *b, double r_ab)
{
	double		r_a = bounded(a);
	double		r_b = bounded(b);
	double		rest = ((1.0 - r_a) * (1.0 + r_a)) * ((1.0 - r_b) * (1.0 + r_b));
	double		common = r_ab - r_a * r_b;
	double		partial = 0.0;

	if (a->method == SC_KENDALL)
		return -1.0;

	/*
	 * Where a step is lost in rounding to 1 nothing is left that is partial.
	 * That of a bounded one may be beyond 1.
	 */
	if (rest > 0.0)
		partial = fmin(common * common / rest, 1.0);
	return fmax(-1.0, fmin(common + r_a * r_b / 2.0 * (1.0 + partial), 1.0));
}

static void
make_pair(const ScCorrelation *a, const ScCorrelation *b, double r_ab, bool absolute,
		  Pair *pair)
{
	pair->a = *a;
	pair->b = *b;
	pair->absolute = absolute;
	if (absolute)
	{
		if (a->corr < 0.0)
			r_ab = -r_ab;
		if (b->corr < 0.0)
			r_ab = -r_ab;
		if (a->corr == 0.0 || b->corr == 0.0)
			r_ab = -fabs(r_ab); /* nobody knows which way; so it is widest */
		pair->a.corr = fabs(a->corr);
		pair->b.corr = fabs(b->corr);
	}
	pair->overlap = sc_overlap_correlation(&pair->a, &pair->b, r_ab);
}

/* The third side of a triangle; overlap is the cosine between the two. */
static double
distance(double x, double y, double overlap)
{
	return sqrt(fmax(0.0, (x - y) * (x - y) + 2.0 * (1.0 - overlap) * (x * y)));
}

void
sc_difference_of_intervals(double a, double low_a, double high_a, double b, double low_b,
						   double high_b, double overlap, double *low, double *high)
{
	*low = a - b - distance(a - low_a, high_b - b, overlap);
	*high = a - b + distance(high_a - a, b - low_b, overlap);
}

static bool
interval(const void *of, double quantile, double *low, double *high)
{
	const Pair *pair = of;
	double		a = pair->a.corr;
	double		b = pair->b.corr;
	double		low_a;
	double		low_b;
	double		high_a;
	double		high_b;

	if (!sc_interval(&pair->a, quantile, &low_a, &high_a) ||
		!sc_interval(&pair->b, quantile, &low_b, &high_b))
		return false;
	sc_difference_of_intervals(a, low_a, high_a, b, low_b, high_b, pair->overlap, low, high);
	if (pair->absolute)
	{
		if (low_a < 0.0)
			*low = fmin(*low, -high_b);
		if (low_b < 0.0)
			*high = fmax(*high, high_a);
		*low = fmax(*low, -1.0);
		*high = fmin(*high, 1.0);
	}
	return true;
}

bool
sc_difference_interval(const ScCorrelation *a, const ScCorrelation *b, double r_ab,
					   bool absolute, double quantile, double *low, double *high)
{
	Pair		pair;

	make_pair(a, b, r_ab, absolute, &pair);
	return interval(&pair, quantile, low, high);
}

/*
 * 0 enters an interval that widens once, and does not leave it: so of all correlations
 * that three variables can have, looked at on a grid.
 */
double
sc_quantile_without_zero(ScIntervalAt at, const void *pair, double most)
{
	double		within = 0.0;
	double		beyond = most;
	double		low = 0.0;
	double		high = 0.0;
	int			i;

	if (!at(pair, beyond, &low, &high))
		return 0.0;
	if (low > 0.0 || high < 0.0)
		within = beyond;
	for (i = 0; i < MAX_HALVINGS && within < beyond; i++)
	{
		double		middle = within + (beyond - within) / 2.0;

		if (middle <= within || middle >= beyond)
			break;
		(void) at(pair, middle, &low, &high);
		if (low > 0.0 || high < 0.0)
			within = middle;
		else
			beyond = middle;
	}
	return within;
}

double
sc_difference_p_value(const ScCorrelation *a, const ScCorrelation *b, double r_ab,
					  bool absolute)
{
	Pair		pair;
	double		within;
	double		low;
	double		high;
	gsl_error_handler_t *saved;
	double		p;

	make_pair(a, b, r_ab, absolute, &pair);
	if (!interval(&pair, MOST_ERRORS, &low, &high))
		return NAN;
	within = sc_quantile_without_zero(interval, &pair, MOST_ERRORS);
	if (pair.a.corr == pair.b.corr)
		return 1.0;
	saved = sc_gsl_enter();
	p = 2.0 * gsl_cdf_ugaussian_Q(within);
	sc_gsl_leave(saved);
	return fmax(p, sc_least_p_value(sc_free_observations(a)));
}
