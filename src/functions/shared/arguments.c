/*-------------------------------------------------------------------------
 *
 * arguments.c
 *	  Arguments that several SQL functions have.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "functions/shared/arguments.h"
#include "stats/correlation/verdict.h"

void
sc_null_parameter(const char *parameter)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("parameter \"%s\" must not be null", parameter)));
}

/* ----------
 * Words, flags and numbers
 * ----------
 */

char *
sc_text_parameter(FunctionCallInfo fcinfo, int i, const char *parameter)
{
	if (PG_ARGISNULL(i))
		sc_null_parameter(parameter);
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

#define ALL_WORDS (~0)

/*
 * Index of the word of text argument i, in any case, among those whose bits are in
 * allowed; 22023 if it is none.
 */
static int
word_argument(FunctionCallInfo fcinfo, int i, const char *parameter,
			  const char *const *words, int n, int allowed)
{
	char	   *word = sc_text_parameter(fcinfo, i, parameter);
	StringInfoData list;
	int			k;

	initStringInfo(&list);
	for (k = 0; k < n; k++)
	{
		if ((allowed & (1 << k)) == 0)
			continue;
		if (pg_strcasecmp(word, words[k]) == 0)
			return k;
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", words[k]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for parameter \"%s\": \"%s\"", parameter, word),
			 errhint("Available values: %s.", list.data)));
	return 0;					/* keep compiler quiet */
}

bool
sc_bool_argument(FunctionCallInfo fcinfo, int i, const char *parameter)
{
	if (PG_ARGISNULL(i))
		sc_null_parameter(parameter);
	return PG_GETARG_BOOL(i);
}

int32
sc_count_argument(FunctionCallInfo fcinfo, int i, const char *parameter)
{
	int32		count;

	if (PG_ARGISNULL(i))
		sc_null_parameter(parameter);
	count = PG_GETARG_INT32(i);
	if (count < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %d", parameter, count),
				 errdetail("It must be at least 1.")));
	return count;
}

ScMethod
sc_method_argument(FunctionCallInfo fcinfo, int i)
{
	static const char *const words[] = {"spearman", "pearson", "kendall"};

	StaticAssertStmt(SC_SPEARMAN == 0 && SC_PEARSON == 1 && SC_KENDALL == 2,
					 "words follow ScMethod");
	return (ScMethod) word_argument(fcinfo, i, "method", words, lengthof(words), ALL_WORDS);
}

/* ----------
 * How capabilities scores are made
 * ----------
 */

const CapabilityRecipe sc_complete_recipe = {SC_PCA_SPEARMAN, false, 0};

static ScPca
pca_argument(FunctionCallInfo fcinfo, int i)
{
	static const char *const words[] = {"spearman", "pearson"};

	StaticAssertStmt(SC_PCA_SPEARMAN == 0 && SC_PCA_PEARSON == 1,
					 "words follow ScPca");
	return (ScPca) word_argument(fcinfo, i, "pca", words, lengthof(words), ALL_WORDS);
}

static bool
impute_argument(FunctionCallInfo fcinfo, int i)
{
	static const char *const words[] = {"complete", "impute"};

	return word_argument(fcinfo, i, "missing", words, lengthof(words), ALL_WORDS) == 1;
}

void
sc_missing_arguments(FunctionCallInfo fcinfo, int first, CapabilityRecipe *recipe)
{
	recipe->impute = impute_argument(fcinfo, first);
	recipe->min_scores = 0;
	if (PG_ARGISNULL(first + 1))
		return;
	recipe->min_scores = (uint32) sc_count_argument(fcinfo, first + 1, "min_scores");
	if (!recipe->impute)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"min_scores\" needs missing => 'impute'"),
				 errdetail("Without it only models with a score on every capability benchmark count.")));
}

void
sc_recipe_arguments(FunctionCallInfo fcinfo, int first, CapabilityRecipe *recipe)
{
	recipe->pca = pca_argument(fcinfo, first);
	sc_missing_arguments(fcinfo, first + 1, recipe);
}

void
sc_check_min_scores(const CapabilityRecipe *recipe, uint32 d)
{
	if (recipe->min_scores > d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"min_scores\": %u", recipe->min_scores),
				 errdetail("There are %u capability benchmarks.", d)));
}

uint32
sc_scores_needed(const CapabilityRecipe *recipe, uint32 d)
{
	uint32		needed = recipe->min_scores;

	if (!recipe->impute)
		return d;
	if (needed == 0)
		needed = Max((d + SC_MIN_SCORES_SHARE - 1) / SC_MIN_SCORES_SHARE, SC_MIN_SCORES);
	return Min(needed, d);
}

/* ----------
 * How a score is predicted from capability
 * ----------
 */

ScFit
sc_fit_argument(FunctionCallInfo fcinfo, int i)
{
	static const char *const words[] = {"linear", "quadratic"};

	return word_argument(fcinfo, i, "fit", words, lengthof(words), ALL_WORDS) == 0 ?
		SC_FIT_LINEAR : SC_FIT_QUADRATIC;
}

bool
sc_logit_argument(FunctionCallInfo fcinfo, int i)
{
	static const char *const words[] = {"raw", "logit"};

	return word_argument(fcinfo, i, "scale", words, lengthof(words), ALL_WORDS) == 1;
}

/* ----------
 * How sure a number shall be
 * ----------
 */

/* Greater than 0 and less than 1. */
static double
check_share(double share, const char *name)
{
	if (!(share > 0 && share < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %g", name, share),
				 errdetail("It must be greater than 0 and less than 1.")));
	return share;
}

double
sc_share_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		sc_null_parameter(name);
	return check_share(PG_GETARG_FLOAT8(i), name);
}

double
sc_confidence_argument(FunctionCallInfo fcinfo, int i)
{
	return sc_share_argument(fcinfo, i, "confidence");
}

/* By CiKind. */
static const char *const ci_words[] = {"none", "analytic", "bootstrap", "jackknife"};

CiKind
sc_ci_argument(FunctionCallInfo fcinfo, int i, int allowed, CiKind preferred)
{
	StaticAssertStmt(CI_NONE == 0 && CI_ANALYTIC == 1 && CI_BOOTSTRAP == 2 &&
					 CI_JACKKNIFE == 3, "words follow CiKind");
	if (PG_ARGISNULL(i))
		return preferred;
	return (CiKind) word_argument(fcinfo, i, "ci", ci_words, lengthof(ci_words), allowed);
}

const char *
sc_ci_word(CiKind kind)
{
	return ci_words[kind];
}

int32
sc_resamples_argument(FunctionCallInfo fcinfo, int i)
{
	int32		resamples = sc_count_argument(fcinfo, i, "resamples");

	if (resamples < SC_MIN_RESAMPLES || resamples > SC_MAX_RESAMPLES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %d", "resamples", resamples),
				 errdetail("It must be between %d and %d.", SC_MIN_RESAMPLES, SC_MAX_RESAMPLES)));
	return resamples;
}

uint64
sc_seed_argument(FunctionCallInfo fcinfo, int i)
{
	if (PG_ARGISNULL(i))
		sc_null_parameter("seed");
	return (uint64) PG_GETARG_INT64(i);
}

double
sc_threshold_argument(FunctionCallInfo fcinfo, int i, ScMethod method)
{
	if (PG_ARGISNULL(i))
		return method == SC_KENDALL ? SC_VERDICT_THRESHOLD_KENDALL : SC_VERDICT_THRESHOLD;
	return check_share(PG_GETARG_FLOAT8(i), "threshold");
}
