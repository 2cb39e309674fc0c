/*-------------------------------------------------------------------------
 *
 * limits.h
 *	  How much an analysis keeps at a time, and how much it does unasked.
 *
 * Limits of what is allowed at all (models of a refit, columns of a component) stand
 * with the statistics that have them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_LIMITS_H
#define SC_FUNCTIONS_ANALYSES_LIMITS_H

/* ----------
 * What is kept at a time
 * ----------
 */

/* Refitted correlations, 64 MB; more targets are refitted in turn. */
#define SC_MAX_KEPT_CORRELATIONS ((Size) 8000000)

/* Counts of models that make replicates, 4 MB. */
#define SC_MAX_KEPT_COUNTS ((Size) 1000000)

/*
 * Resampled scores of models and their ranks, 240 MB; there are fewer resamples where
 * there are very many models.
 */
#define SC_MAX_KEPT_SCORES ((Size) 20000000)

/* Adjusted scores until their q-values are known, 60 MB; more are found twice. */
#define SC_MAX_KEPT_CELLS ((Size) 500000)

/* Resampled loadings, 512 MB; more are refused. */
#define SC_MAX_KEPT_LOADINGS 64000000

/*
 * Benchmarks of one correlation_matrix(): 9 million rows, some 500 MB.  Twenty thousand
 * would write ten gigabytes of temporary files.
 */
#define SC_MAX_SQUARE_BENCHMARKS 3000

/* The longest window of releases, in days. */
#define SC_MAX_WINDOW_DAYS 36500

/* ----------
 * What is done by default, a few seconds of it: more takes an explicit "ci"
 * ----------
 */

/* Draws of scores that were imputed, or whose errors are known, in all resamples. */
#define SC_MAX_DEFAULT_DRAWS ((Size) 50000000)

/*
 * Scores that are imputed anew, in all resamples together: of a difference, and of
 * components, which take all eigenvectors and a parallel analysis besides.
 */
#define SC_MAX_DEFAULT_IMPUTED_DIFFERENCE 6000000
#define SC_MAX_DEFAULT_IMPUTED_COMPONENTS 1200000

/*
 * Samples of chance that are imputed, and scores of all of them together: half a second at
 * most.  Of 200 the threshold is off by 1 % (one standard deviation).
 */
#define SC_MAX_DEFAULT_IMPUTED_SAMPLES 200
#define SC_MAX_DEFAULT_IMPUTED_CHANCE 600000

/*
 * Scores that are drawn for the samples of one threshold, but so many samples in any case:
 * of 2,000 models and 256 benchmarks 117, in 6 s, whose threshold is off by 0.2 %.
 */
#define SC_MAX_CHANCE_SCORES ((Size) 60000000)
#define SC_MIN_CHANCE_SAMPLES ((Size) 100)

/*
 * Resamples of a later component, each of which is decomposed anew, and samples of chance
 * that it is held against: 40 ms with 26 models.
 */
#define SC_MAX_DEFAULT_LATER_RESAMPLES 500

/* Capability benchmarks whose components are resampled, and scores of them. */
#define SC_MAX_DEFAULT_COLUMNS 64
#define SC_MAX_DEFAULT_SCORES 6000

/*
 * Leaving out one benchmark, model and family after the other for capabilities_report,
 * by sc_leave_out_time(), in nanoseconds.
 */
#define SC_MAX_DEFAULT_LEAVE_OUT_TIME 1e9

/* ----------
 * What takes long is done in another way
 * ----------
 */

/*
 * Capability benchmarks up to which the component of the others is refitted for each
 * that may be reversed, half of 64 in 30 ms, and for each pair of them that is
 * correlated given capability.
 */
#define SC_MAX_REFITTED_OTHERS 64

/*
 * Samples of chance that a later component is held against: as many as
 * capabilities_components() has by default, if there are not fewer resamples.
 */
#define SC_MAX_GATE_SAMPLES 1000

#endif							/* SC_FUNCTIONS_ANALYSES_LIMITS_H */
