/*-------------------------------------------------------------------------
 *
 * student.h
 *	  Student's t distribution, accurate in its tails.
 *
 * gsl_cdf_tdist_* change to an approximation above 30 degrees of freedom, good
 * to some 1e-7; these go through the beta distribution instead:
 * P(|T| >= t) = P(Beta(nu / 2, 1/2) <= nu / (nu + t^2)).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_STUDENT_H
#define SC_STATS_BASE_STUDENT_H

/*
 * P(|T| >= |t|) with nu >= 1 degrees of freedom, within [0, 1]; relative error
 * below 1e-10 up to nu = 1,000,000, absolute below 1e-290.  Of |t| > 1e150 it
 * is 0, of a NaN NaN.
 */
extern double sc_student_two_sided(double t, double nu);

/*
 * The same where t = r sqrt(nu / x) and x = 1 - r^2: the test of a correlation
 * r with nu degrees of freedom.  x is given because near |r| = 1 it is known
 * better than from r.
 */
extern double sc_student_of_correlation(double r, double x, double nu);

/*
 * The t with P(T <= t) = p; relative error below 1e-10 for 1 <= nu <=
 * 1,000,000.  0 and 1 give -HUGE_VAL and HUGE_VAL; a tail between 0 and 1e-100
 * counts as 1e-100.  A small tail is better asked for as such,
 * -sc_student_quantile(tail, nu), than as p = 1 - tail, which has lost digits.
 */
extern double sc_student_quantile(double p, double nu);

#endif							/* SC_STATS_BASE_STUDENT_H */
