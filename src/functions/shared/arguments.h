/*-------------------------------------------------------------------------
 *
 * arguments.h
 *	  Arguments that several SQL functions have.
 *
 * All raise 22023 for a value that is not allowed, NULL among them unless its
 * meaning is said.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_ARGUMENTS_H
#define SC_FUNCTIONS_SHARED_ARGUMENTS_H

#include "fmgr.h"

#include "types/forms/compat.h"
#include "stats/correlation/correlate.h"
#include "stats/correlation/correlation_matrix.h"
#include "stats/regression/residuals.h"

/* Raises 22023 for a parameter that is NULL. */
pg_noreturn extern void sc_null_parameter(const char *parameter);

extern char *sc_text_parameter(FunctionCallInfo fcinfo, int i, const char *parameter);
extern bool sc_bool_argument(FunctionCallInfo fcinfo, int i, const char *parameter);

/* At least 1. */
extern int32 sc_count_argument(FunctionCallInfo fcinfo, int i, const char *parameter);

extern ScMethod sc_method_argument(FunctionCallInfo fcinfo, int i);

/* ----------
 * How capabilities scores are made: pca, missing and min_scores, and what follows
 * from them for models with gaps
 * ----------
 */

/* Fewest scores of a model by default: one in so many capability benchmarks. */
#define SC_MIN_SCORES_SHARE 3

/* They are so many at least. */
#define SC_MIN_SCORES 2

typedef struct CapabilityRecipe
{
	ScPca		pca;
	bool		impute;			/* else models with a missing score are left
								 * out */
	uint32		min_scores;		/* with impute: fewest scores of a model; 0:
								 * the default */
} CapabilityRecipe;

/* The recipe of the paper, for complete models. */
extern const CapabilityRecipe sc_complete_recipe;

/*
 * Reads arguments pca, missing and min_scores, from first on.  22023 for what is
 * malformed, and for min_scores without missing => 'impute'.
 */
extern void sc_recipe_arguments(FunctionCallInfo fcinfo, int first,
								CapabilityRecipe *recipe);

/* The parameters missing and min_scores, without pca. */
extern void sc_missing_arguments(FunctionCallInfo fcinfo, int first,
								 CapabilityRecipe *recipe);

/* 22023 for more min_scores than capability benchmarks. */
extern void sc_check_min_scores(const CapabilityRecipe *recipe, uint32 d);

/* How many scores of d capability benchmarks a model needs, at most d. */
extern uint32 sc_scores_needed(const CapabilityRecipe *recipe, uint32 d);

/* ----------
 * How a score is predicted from capability
 * ----------
 */

extern ScFit sc_fit_argument(FunctionCallInfo fcinfo, int i);

/* The scale of the fit: is it the logit's, or the scores' own? */
extern bool sc_logit_argument(FunctionCallInfo fcinfo, int i);

/* ----------
 * How sure a number shall be
 * ----------
 */

/* Limits of "resamples". */
#define SC_MIN_RESAMPLES 100
#define SC_MAX_RESAMPLES 100000

typedef enum CiKind
{
	CI_NONE,
	CI_ANALYTIC,
	CI_BOOTSTRAP,				/* over models, percentiles */
	CI_JACKKNIFE				/* over families of models */
} CiKind;

/* Sets of kinds, for functions that do not know them all. */
#define CI_BIT(kind) (1 << (kind))
#define CI_ALL (CI_BIT(CI_NONE) | CI_BIT(CI_ANALYTIC) | CI_BIT(CI_BOOTSTRAP) | CI_BIT(CI_JACKKNIFE))

/* Greater than 0 and less than 1; not NULL. */
extern double sc_share_argument(FunctionCallInfo fcinfo, int i, const char *name);
extern double sc_confidence_argument(FunctionCallInfo fcinfo, int i);

/*
 * One of the kinds that the function knows, a set of them; preferred is what NULL
 * means.
 */
extern CiKind sc_ci_argument(FunctionCallInfo fcinfo, int i, int allowed,
							 CiKind preferred);

/* The word for a kind. */
extern const char *sc_ci_word(CiKind kind);

extern int32 sc_resamples_argument(FunctionCallInfo fcinfo, int i);
extern uint64 sc_seed_argument(FunctionCallInfo fcinfo, int i);

/*
 * The threshold of the verdict: argument i, or the paper's 0.4 on the scale of the
 * method.
 */
extern double sc_threshold_argument(FunctionCallInfo fcinfo, int i, ScMethod method);

#endif							/* SC_FUNCTIONS_SHARED_ARGUMENTS_H */
