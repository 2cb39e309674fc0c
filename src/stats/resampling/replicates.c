/*-------------------------------------------------------------------------
 *
 * replicates.c
 *	  What is made of replicates.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/base/select.h"
#include "stats/base/student.h"
#include "stats/base/sums.h"
#include "stats/correlation/infer.h"
#include "stats/resampling/replicates.h"

/* ----------
 * Bootstrap
 * ----------
 */

/*
 * Between the values at k = floor(at) and k + 1 in ascending order.  From the
 * nearer one, as numpy does it (numpy.lib.function_base._lerp); where the two
 * are equal there is nothing to add.  The first before of them are in place.
 */
static double
quantile(double *x, size_t n, double at, size_t before, ScPoll poll)
{
	size_t		k = at < (double) (n - 1) ? (size_t) at : n - 1;
	double		t = at - (double) k;
	double		next;
	double		value = sc_select_pair(x + before, n - before, k - before, &next, poll);

	if (t < 0.5)
		return value + (next - value) * t;
	return next - (next - value) * (1.0 - t);
}

double
sc_quantile(double *values, size_t count, double share, ScPoll poll)
{
	return quantile(values, count, (double) (count - 1) * share, 0, poll);
}

bool
sc_percentile_interval(double *values, size_t count, double confidence,
					   ScPoll poll, double *low, double *high, size_t *valid)
{
	double		tail = (1.0 - confidence) / 2.0;
	size_t		n = 0;
	size_t		i;
	double		at;

	for (i = 0; i < count; i++)
	{
		double		value = values[i];

		values[i] = values[n];
		values[n] = value;
		n += !isnan(value);
		sc_poll_at(poll, i);
	}
	*valid = n;
	if (n == 0)
		return false;

	/* the lower end leaves all from its place on behind it */
	at = (double) (n - 1) * tail;
	*low = quantile(values, n, at, 0, poll);
	*high = quantile(values, n, (double) (n - 1) * (1.0 - tail), (size_t) at, poll);
	return true;
}

double
sc_bootstrap_p_value(const double *values, size_t count, ScPoll poll)
{
	size_t		not_positive = 0;
	size_t		not_negative = 0;
	size_t		n = 0;
	size_t		i;
	double		smaller;

	for (i = 0; i < count; i++)
	{
		not_positive += values[i] <= 0.0;
		not_negative += values[i] >= 0.0;
		n += !isnan(values[i]);
		sc_poll_at(poll, i);
	}
	smaller = (double) (not_positive < not_negative ? not_positive : not_negative);
	return fmin(2.0 * (1.0 + smaller) / ((double) n + 1.0), 1.0);
}

double
sc_widened_confidence(double confidence, size_t d)
{
	double		nu = (double) d - 1.0;
	double		t = -sc_student_quantile((1.0 - confidence) / 2.0, nu);
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		tail = gsl_cdf_ugaussian_Q(t * sqrt((double) d / nu));

	sc_gsl_leave(saved);
	return 1.0 - 2.0 * tail;
}

double
sc_widened_p_value(double p, size_t d)
{
	double		nu = (double) d - 1.0;
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		z = gsl_cdf_ugaussian_Qinv(p / 2.0);

	sc_gsl_leave(saved);
	return sc_student_two_sided(z * sqrt(nu / (double) d), nu);
}

/* Ranks from 1 to one. */
static size_t
count_up_to(const int32_t *ranks, size_t count, int32_t rank, ScPoll poll)
{
	size_t		found = 0;
	size_t		i;

	for (i = 0; i < count; i++)
	{
		found += ranks[i] >= 1 && ranks[i] <= rank;
		sc_poll_at(poll, i);
	}
	return found;
}

/*
 * The smallest rank that with those below it is a share of n ranks.  The place
 * is rounded as numpy does it.  Found by halves, between 1 and the highest: some
 * passes over small integers, and nothing need be moved or copied.
 */
static int32_t
rank_quantile(const int32_t *ranks, size_t count, size_t n, double share,
			  int32_t highest, ScPoll poll)
{
	double		place = ceil((double) n * share - 1.0);
	size_t		wanted = place > 0.0 ? (size_t) place + 1 : 1;
	int32_t		low = 1;
	int32_t		high = highest;

	while (low < high)
	{
		int32_t		middle = low + (high - low) / 2;

		if (count_up_to(ranks, count, middle, poll) >= wanted)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool
sc_rank_interval(const int32_t *ranks, size_t count, double confidence,
				 ScPoll poll, int32_t *low, int32_t *high, size_t *valid)
{
	double		tail = (1.0 - confidence) / 2.0;
	int32_t		highest = 0;
	size_t		i;

	for (i = 0; i < count; i++)
	{
		if (ranks[i] > highest)
			highest = ranks[i];
		sc_poll_at(poll, i);
	}
	*valid = count_up_to(ranks, count, highest, poll);
	if (*valid == 0)
		return false;
	*low = rank_quantile(ranks, count, *valid, tail, highest, poll);
	*high = rank_quantile(ranks, count, *valid, 1.0 - tail, highest, poll);
	return true;
}

/* ----------
 * Jackknife over groups
 * ----------
 */

/* Replicate g, on the scale of z if numbers of models are given. */
static double
replicate(const double *replicates, const size_t *ns, size_t g)
{
	return ns == NULL ? replicates[g] : sc_fisher_z(replicates[g], ns[g]);
}

/*
 * Interval and p-value on the scale of the replicates.  They are measured from
 * the first one, so that equal ones have no spread, exactly; the mean comes
 * first, then deviations from it.
 */
static bool
jackknife(double estimate, const double *replicates, const size_t *ns,
		  size_t groups, double confidence, ScJackknife *out)
{
	ScSum		sum = {0.0, 0.0};
	ScSum		squares = {0.0, 0.0};
	double		n = (double) groups;
	double		first;
	double		mean;
	double		error;
	double		half_width;
	size_t		g;

	if (groups < SC_MIN_GROUPS)
		return false;
	first = replicate(replicates, ns, 0);
	for (g = 0; g < groups; g++)
	{
		if (isnan(replicates[g]))
			return false;
		sc_sum_add(&sum, replicate(replicates, ns, g) - first);
	}
	mean = sc_sum_total(&sum) / n;
	for (g = 0; g < groups; g++)
	{
		double		deviation = replicate(replicates, ns, g) - first - mean;

		sc_sum_add(&squares, deviation * deviation);
	}
	error = sqrt((n - 1.0) / n * sc_sum_total(&squares));

	half_width = -sc_student_quantile((1.0 - confidence) / 2.0, n - 1.0) * error;
	out->low = estimate - half_width;
	out->high = estimate + half_width;
	out->error = error;
	if (error > 0.0)
		out->p = sc_student_two_sided(estimate / error, n - 1.0);
	else
		out->p = estimate == 0.0 ? 1.0 : 0.0;
	return true;
}

bool
sc_jackknife(double estimate, const double *replicates, size_t groups,
			 double confidence, ScJackknife *out)
{
	return jackknife(estimate, replicates, NULL, groups, confidence, out);
}

bool
sc_jackknife_correlation(double corr, size_t n, const double *replicates,
						 const size_t *ns, size_t groups, double confidence,
						 ScJackknife *out)
{
	if (!jackknife(sc_fisher_z(corr, n), replicates, ns, groups, confidence, out))
		return false;
	out->low = fmin(tanh(out->low), corr);
	out->high = fmax(tanh(out->high), corr);
	return true;
}

/* The mean of z of the replicates, measured from the first one. */
static double
mean_from_first(const double *replicates, const size_t *ns, size_t groups)
{
	ScSum		sum = {0.0, 0.0};
	double		first = sc_fisher_z(replicates[0], ns[0]);
	size_t		g;

	for (g = 0; g < groups; g++)
		sc_sum_add(&sum, sc_fisher_z(replicates[g], ns[g]) - first);
	return sc_sum_total(&sum) / (double) groups;
}

bool
sc_jackknife_pair(const double *a, const size_t *ns_a, const double *b, const size_t *ns_b,
				  size_t groups, ScPairErrors *out)
{
	ScSum		aa = {0.0, 0.0};
	ScSum		bb = {0.0, 0.0};
	ScSum		ab = {0.0, 0.0};
	double		mean_a;
	double		mean_b;
	double		scale;
	size_t		g;

	if (groups < SC_MIN_GROUPS)
		return false;
	for (g = 0; g < groups; g++)
	{
		if (isnan(a[g]) || isnan(b[g]))
			return false;
	}
	mean_a = mean_from_first(a, ns_a, groups);
	mean_b = mean_from_first(b, ns_b, groups);
	for (g = 0; g < groups; g++)
	{
		double		x = sc_fisher_z(a[g], ns_a[g]) - sc_fisher_z(a[0], ns_a[0]) - mean_a;
		double		y = sc_fisher_z(b[g], ns_b[g]) - sc_fisher_z(b[0], ns_b[0]) - mean_b;

		sc_sum_add(&aa, x * x);
		sc_sum_add(&bb, y * y);
		sc_sum_add(&ab, x * y);
	}
	scale = ((double) groups - 1.0) / (double) groups;
	out->a = sqrt(scale * sc_sum_total(&aa));
	out->b = sqrt(scale * sc_sum_total(&bb));
	out->overlap = 0.0;
	if (out->a > 0.0 && out->b > 0.0)
		out->overlap = fmax(-1.0, fmin(scale * sc_sum_total(&ab) / out->a / out->b, 1.0));
	return true;
}
