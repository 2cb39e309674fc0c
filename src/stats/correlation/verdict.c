/*-------------------------------------------------------------------------
 *
 * verdict.c
 *	  What an interval says about a threshold, and tests of what a verdict
 *	  claims.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/base/poll.h"
#include "stats/base/student.h"
#include "stats/correlation/verdict.h"

/* P(T >= t), of a standard normal variable if nu is infinite. */
static double
upper_tail(double t, double nu)
{
	gsl_error_handler_t *saved;
	double		p;

	if (isfinite(nu))
	{
		p = sc_student_two_sided(t, nu) / 2.0;
		return t < 0.0 ? 1.0 - p : p;
	}
	saved = sc_gsl_enter();
	p = gsl_cdf_ugaussian_Q(t);
	sc_gsl_leave(saved);
	return p;
}

void
sc_test_claims(double beyond, double nu, ScClaims *out)
{
	/* no spread at all and right on the threshold: neither */
	out->beyond = isnan(beyond) ? 0.5 : upper_tail(beyond, nu);
	out->within = isnan(beyond) ? 0.5 : upper_tail(-beyond, nu);
}

void
sc_count_claims(const double *replicates, size_t count, double corr, double threshold,
				ScPoll poll, ScClaims *out)
{
	double		sign = corr < 0.0 ? -1.0 : 1.0;
	size_t		below = 0;
	size_t		above = 0;
	size_t		n = 0;
	size_t		i;

	for (i = 0; i < count; i++)
	{
		below += sign * replicates[i] <= threshold;
		above += fabs(replicates[i]) >= threshold;
		n += !isnan(replicates[i]);
		sc_poll_at(poll, i);
	}
	out->beyond = ((double) below + 1.0) / ((double) n + 1.0);
	out->within = ((double) above + 1.0) / ((double) n + 1.0);
}

ScVerdict
sc_verdict(double low, double high, double threshold)
{
	if (low >= threshold)
		return SC_ENTANGLED;
	if (high <= -threshold)
		return SC_INVERSE;
	if (low >= -threshold && high <= threshold)
		return SC_LOW;
	if (low > 0.0)
		return SC_POSITIVE;
	if (high < 0.0)
		return SC_NEGATIVE;
	return SC_UNRESOLVED;
}

ScVerdict
sc_unsigned_verdict(double low, double high, double threshold)
{
	switch (sc_verdict(low, high, threshold))
	{
		case SC_ENTANGLED:
		case SC_INVERSE:
			return SC_TIED;
		case SC_LOW:
			return SC_LOW;
		default:
			return SC_UNRESOLVED;
	}
}

const char *
sc_verdict_word(ScVerdict verdict)
{
	switch (verdict)
	{
		case SC_ENTANGLED:
			return "entangled";
		case SC_INVERSE:
			return "inverse";
		case SC_LOW:
			return "low";
		case SC_POSITIVE:
			return "positive";
		case SC_NEGATIVE:
			return "negative";
		case SC_TIED:
			return "tied";
		case SC_UNRESOLVED:
			break;
	}
	return "unresolved";
}
