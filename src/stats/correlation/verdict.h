/*-------------------------------------------------------------------------
 *
 * verdict.h
 *	  What an interval says about a threshold, and tests of what a verdict
 *	  claims.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_VERDICT_H
#define SC_STATS_CORRELATION_VERDICT_H

#include <stddef.h>

#include "stats/base/status.h"

/* ----------
 * Verdicts
 * ----------
 */

/*
 * What an interval says about a threshold, within which a correlation counts as low:
 * the first of these that holds.
 */
typedef enum ScVerdict
{
	SC_ENTANGLED,				/* wholly at or above the threshold */
	SC_INVERSE,					/* wholly at or below minus the threshold */
	SC_LOW,						/* wholly between the two, ends included */
	SC_POSITIVE,				/* wholly above 0 */
	SC_NEGATIVE,				/* wholly below 0 */
	SC_UNRESOLVED,				/* none of these */
	SC_TIED						/* of sc_unsigned_verdict() */
} ScVerdict;

/*
 * The threshold of Ren et al. on Spearman's scale, and where that is on Kendall's:
 * of a bivariate normal, tau = 2/pi asin(r), r = 2 sin(pi rho_s / 6).
 */
#define SC_VERDICT_THRESHOLD 0.4
#define SC_VERDICT_THRESHOLD_KENDALL 0.273

/* Of low <= high and threshold >= 0; an interval with a NaN is SC_UNRESOLVED. */
extern ScVerdict sc_verdict(double low, double high, double threshold);

/*
 * The same where nobody can say which sign is which: SC_TIED, wholly at or above the
 * threshold or at or below minus the threshold, SC_LOW, SC_UNRESOLVED.
 */
extern ScVerdict sc_unsigned_verdict(double low, double high, double threshold);

/* Its word, in lower case. */
extern const char *sc_verdict_word(ScVerdict verdict);

/* ----------
 * Tests
 * ----------
 */

/*
 * One-sided p-values of what verdicts claim of a correlation rho in the population:
 * beyond of |rho| <= threshold, which "entangled" and "inverse" deny, within of
 * |rho| >= threshold, which "low" denies.  Each is tested where it is nearest to the
 * estimate, at the threshold of its sign.
 */
typedef struct ScClaims
{
	double		beyond;
	double		within;
} ScClaims;

/*
 * By the number of standard errors by which |rho| exceeds the threshold in the sample:
 * P(T > beyond) and P(T > -beyond), T of Student with nu degrees of freedom, standard
 * normal if nu is infinite.  Of a NaN, which is 0 in the place of 0, both are 0.5.
 */
extern void sc_test_claims(double beyond, double nu, ScClaims *out);

/*
 * By replicates of resampled models: the share that does not bear out the claim, the
 * estimate itself counted with it (Davison & Hinkley, Bootstrap Methods and their
 * Application, 1997, section 4.4).  NaN are left out.
 */
extern void sc_count_claims(const double *replicates, size_t count, double corr,
							double threshold, ScPoll poll, ScClaims *out);

#endif							/* SC_STATS_CORRELATION_VERDICT_H */
