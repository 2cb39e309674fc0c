/*-------------------------------------------------------------------------
 *
 * controls.h
 *	  Controls: benchmarks and covariates that are partialled out of the
 *	  correlations of others.
 *
 * Which of their directions is better makes no difference.  A control may be any
 * benchmark: of one that is the target itself, or all that a capabilities score is made
 * of, nothing is left, which the statistics say (partial.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_CONTROLS_H
#define SC_FUNCTIONS_ANALYSES_CONTROLS_H

#include "functions/analyses/columns.h"
#include "functions/shared/benchmark_names.h"
#include "stats/correlation/correlate.h"

typedef struct Controls
{
	uint32		n;				/* at least 1, unless capability is one beside
								 * them */
	uint32	   *place;			/* [n], in C order of names */
	uint32		n_models;		/* of the matrix */
	bool	   *has;			/* [n_models], a score of each control? */
	double	   *score;			/* [n x n_models], by control; 0 where there
								 * is none */
} Controls;

/*
 * Reads argument i, "controlling"; false if it names none.  22023 for NULL, for a name
 * that is not there or stands twice, and with Kendall; 54000 for too many.
 */
extern bool sc_controls_argument(FunctionCallInfo fcinfo, int i, const ScoreColumns *columns,
								 ScMethod method, Controls *controls);

/*
 * The same where the word "capability" may stand among the names, and capability says
 * whether it does: it is one of those that are counted, and true is returned also if it
 * is the only one, with n = 0.  A benchmark of that name wins.
 */
#define SC_CAPABILITY_WORD "capability"

extern bool sc_controls_or_capability(FunctionCallInfo fcinfo, int i, const ScoreColumns *columns,
									  ScMethod method, Controls *controls, bool *capability);

/* A set of benchmarks, and the controls (NULL: none) beside them. */
extern void sc_add_controls(const ScoreColumns *columns, const BenchmarkSet *set,
							const Controls *controls, BenchmarkSet *both);

/* Control j of a model. */
static inline double
sc_control_score(const Controls *controls, uint32 j, uint32 model)
{
	return controls->score[(Size) j * controls->n_models + model];
}

/* Those of n models by control, [controls->n x n]. */
extern double *sc_controls_of_models(const Controls *controls, const uint32 *model, uint32 n);

#endif							/* SC_FUNCTIONS_ANALYSES_CONTROLS_H */
