/*-------------------------------------------------------------------------
 *
 * student.c
 *	  Student's t distribution, accurate in its tails.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>

#include "stats/base/gsl_guard.h"
#include "stats/base/student.h"

/* Newton's steps for a quantile: three are usual, all are never needed. */
#define MAX_STEPS 50

/* After a step below this, relative to t, what is left is rounding. */
#define LAST_STEP 1e-7

/* Larger t, whose squares overflow, are infinite. */
#define LARGEST_T 1e150

/* From this many degrees of freedom on, tails beyond t = 1 are by beta_tail(). */
#define MANY_DEGREES 10000.0

/* Terms of its continued fraction: some tens are usual, all are never needed. */
#define MAX_TERMS 10000

/* Of smaller tails there is no quantile: densities would underflow. */
#define SMALLEST_TAIL 1e-100

/*
 * P(Beta(a, 1/2) <= x), y = 1 - x, for t >= 1, where x is at most the mean, by
 * the continued fraction of Didonato and Morris, ACM TOMS 18 (1992) 360-373,
 * section 4 (BFRAC).  Some tens of its terms do, however large a is: relative
 * error below 2e-14 up to a = 5e7 (mpmath), where GSL's fraction is off by 3e-9.
 */
static double
beta_tail(double x, double y, double a)
{
	const double b = 0.5;
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		front = exp(a * (y < 0.5 ? log1p(-y) : log(x)) + b * log(y) -
							gsl_sf_lnbeta(a, b));
	double		c = 1.0 + (a + b) * y - b;
	double		top_before = 0.0;
	double		top = 1.0;
	double		bottom_before = 1.0;
	double		bottom = c / (1.0 + 1.0 / a);
	double		value = top / bottom;
	int			n;

	sc_gsl_leave(saved);
	for (n = 1; n < MAX_TERMS; n++)
	{
		double		w = n * (b - n) * x;
		double		s = a + 2.0 * n - 1.0;
		double		alpha = (a + n - 1.0) / s * ((a + b + n - 1.0) / s) * w * x;
		double		beta = n + w / s + (a + n) / (s + 2.0) * (c + n * (1.0 + y));
		double		before = value;
		double		next;

		next = alpha * top_before + beta * top;
		top_before = top;
		top = next;
		next = alpha * bottom_before + beta * bottom;
		bottom_before = bottom;
		bottom = next;
		value = top / bottom;
		if (fabs(value - before) <= 4.0 * DBL_EPSILON * value)
			break;
		top_before /= bottom;
		bottom_before /= bottom;
		top = value;
		bottom = 1.0;
	}
	return front * value;
}

/*
 * P(Beta(nu / 2, 1/2) <= x), x = 1 - r^2: Student's t test of t^2 = nu r^2 / x.
 * Near r = 0 it is asked for as P(Beta(1/2, nu / 2) >= r^2), the same thing,
 * because x is 1 there and no longer knows r; elsewhere not, because for nu >
 * 200,000 GSL forms that as a difference from 1.
 *
 * GSL's continued fraction for P stops when a factor is 1 to the last bit or two,
 * and after 512 terms gives NaN: Debian's does on arm64, from some 70,000 degrees
 * of freedom on and t = 1.7.
 */
double
sc_student_of_correlation(double r, double x, double nu)
{
	gsl_error_handler_t *saved;
	double		p;

	if (nu >= MANY_DEGREES && nu * r * r >= x && x > 0.0)
		return beta_tail(x, r * r, nu / 2.0);
	saved = sc_gsl_enter();
	if (nu * r * r < x)
		p = gsl_cdf_beta_Q(r * r, 0.5, nu / 2.0);
	else
		p = gsl_cdf_beta_P(x, nu / 2.0, 0.5);
	sc_gsl_leave(saved);
	return p;
}

double
sc_student_two_sided(double t, double nu)
{
	double		p;

	if (isnan(t))
		return t;
	if (fabs(t) > LARGEST_T)
		return 0.0;
	p = sc_student_of_correlation(t / sqrt(nu + t * t), nu / (nu + t * t), nu);
	/* fmax() would make 0 of a NaN */
	return p < 0.0 ? 0.0 : p > 1.0 ? 1.0 : p;
}

/* P(|T| < t), which is what is known well near t = 0. */
static double
central(double t, double nu)
{
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		p = gsl_cdf_beta_P(t * t / (nu + t * t), 0.5, nu / 2.0);

	sc_gsl_leave(saved);
	return p;
}

/* The density; good to 1e-8 for large nu, enough for steps that shrink. */
static double
density(double t, double nu)
{
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		f = gsl_ran_tdist_pdf(t, nu);

	sc_gsl_leave(saved);
	return f;
}

/*
 * Where to start: Wallace's approximation of t by the normal quantile, Ann.
 * Math. Statist. 30 (1959) 1124-1130.
 */
static double
first_guess(double tail, double nu)
{
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		z = gsl_cdf_ugaussian_Qinv(tail);

	sc_gsl_leave(saved);
	z *= (8.0 * nu + 3.0) / (8.0 * nu + 1.0);
	return fmin(sqrt(nu * expm1(z * z / nu)), LARGEST_T);
}

/*
 * Newton's method: near 0 on the central probability; beyond on the logarithm
 * of the tail against that of t, which is concave, so that it converges from
 * everywhere, and nearly straight where the tail is a power of t.
 */
double
sc_student_quantile(double p, double nu)
{
	double		tail = p < 0.5 ? p : 1.0 - p;
	double		t;
	int			step;

	if (isnan(p))
		return p;
	if (tail <= 0.0)
		return p < 0.5 ? -HUGE_VAL : HUGE_VAL;
	if (tail == 0.5)
		return 0.0;

	tail = fmax(tail, SMALLEST_TAIL);
	t = first_guess(tail, nu);
	for (step = 0; step < MAX_STEPS; step++)
	{
		double		before = t;

		if (t < 1.0)
			t += (1.0 - 2.0 * tail - central(t, nu)) / (2.0 * density(t, nu));
		else
		{
			double		beyond = sc_student_two_sided(t, nu);

			if (beyond > 0.0)
				t *= exp(log(beyond / (2.0 * tail)) * beyond /
						 (2.0 * t * density(t, nu)));
			else
				t = sqrt(t);	/* far out: at least 1 still */
		}
		if (!(fabs(t - before) > LAST_STEP * before))
			break;
	}
	return p < 0.5 ? -t : t;
}
