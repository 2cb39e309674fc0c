/*-------------------------------------------------------------------------
 *
 * interval_options.c
 *	  The parameters that say how sure a number shall be.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "functions/shared/interval_options.h"
#include "functions/shared/names.h"
#include "functions/shared/support.h"
#include "types/score_matrix/labels.h"
#include "stats/correlation/infer.h"

/* By CiKind. */
static const char *const ci_words[] = {"none", "analytic", "bootstrap", "jackknife"};

CiKind
sc_ci_argument(FunctionCallInfo fcinfo, int i, int allowed, CiKind preferred)
{
	StringInfoData list;
	char	   *word;
	int			kind;

	StaticAssertStmt(CI_NONE == 0 && CI_ANALYTIC == 1 && CI_BOOTSTRAP == 2 &&
					 CI_JACKKNIFE == 3, "words follow CiKind");
	if (PG_ARGISNULL(i))
		return preferred;
	word = text_to_cstring(PG_GETARG_TEXT_PP(i));
	initStringInfo(&list);
	for (kind = CI_NONE; kind <= CI_JACKKNIFE; kind++)
	{
		if ((allowed & CI_BIT(kind)) == 0)
			continue;
		if (pg_strcasecmp(word, ci_words[kind]) == 0)
			return (CiKind) kind;
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", ci_words[kind]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for parameter \"%s\": \"%s\"", "ci", word),
			 errhint("Available values: %s.", list.data)));
	return preferred;			/* keep compiler quiet */
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
	double		threshold;

	if (PG_ARGISNULL(i))
		return method == SC_KENDALL ? SC_VERDICT_THRESHOLD_KENDALL : SC_VERDICT_THRESHOLD;
	threshold = PG_GETARG_FLOAT8(i);
	if (!(threshold > 0 && threshold < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %g", "threshold", threshold),
				 errdetail("It must be greater than 0 and less than 1.")));
	return threshold;
}

/* ----------
 * Families
 * ----------
 */

static void
not_a_family(const char *model, uint32 len)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("family of model \"%s\" is not a string", pnstrdup(model, len)),
			 errhint("Make families by jsonb_object_agg(model, family::text).")));
}

void
sc_families_argument(FunctionCallInfo fcinfo, int i, const ScoreMatrixView *view,
					 IntervalOptions *options)
{
	Jsonb	   *families;
	LabelTable	labels;
	uint32	   *number;			/* of the family with a label */
	uint32		m;

	options->n_families = 0;
	options->family = NULL;
	options->family_name = NULL;
	if (PG_ARGISNULL(i))
		return;
	families = PG_GETARG_JSONB_P(i);
	if (!JB_ROOT_IS_OBJECT(families))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" is not a JSON object", "families"),
				 errhint("Make it by jsonb_object_agg(model, family).")));

	options->family = sc_alloc(view->n_models, sizeof(uint32));
	options->family_name = sc_alloc(view->n_models, sizeof(text *));
	number = sc_alloc(view->n_models, sizeof(uint32));
	sc_labels_init(&labels, CurrentMemoryContext);
	for (m = 0; m < view->n_models; m++)
	{
		uint32		len;
		const char *model = sc_flat_label(view, m, &len);
		JsonbValue	space;
		JsonbValue *value = getKeyJsonValueFromContainer(&families->root, model, (int) len, &space);
		int64		known;

		CHECK_FOR_INTERRUPTS();
		if (value == NULL || value->type == jbvNull)
		{
			options->family_name[options->n_families] = cstring_to_text_with_len(model, (int) len);
			options->family[m] = options->n_families++;
			continue;
		}
		if (value->type != jbvString)
			not_a_family(model, len);
		known = sc_labels_find(&labels, value->val.string.val, value->val.string.len);
		if (known < 0)
		{
			known = sc_labels_add(&labels, value->val.string.val, value->val.string.len);
			number[known] = options->n_families;
			options->family_name[options->n_families++] =
				cstring_to_text_with_len(value->val.string.val, value->val.string.len);
		}
		options->family[m] = number[known];
	}
}

/* ----------
 * All of them
 * ----------
 */

void
sc_interval_options(FunctionCallInfo fcinfo, int first, const ScoreMatrixView *view,
					int allowed, CiKind preferred, IntervalOptions *options)
{
	bool		has_families = !PG_ARGISNULL(first + 4);

	options->confidence = sc_confidence_argument(fcinfo, first);
	options->kind = sc_ci_argument(fcinfo, first + 1, allowed,
								   has_families ? CI_JACKKNIFE : preferred);
	options->resamples = sc_resamples_argument(fcinfo, first + 2);
	options->seed = sc_seed_argument(fcinfo, first + 3);
	sc_families_argument(fcinfo, first + 4, view, options);

	if (has_families && options->kind != CI_JACKKNIFE && options->kind != CI_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" cannot be used with %s => '%s'",
						"families", "ci", ci_words[options->kind]),
				 errdetail("Models of one family are not independent, which only the jackknife over families accounts for."),
				 errhint("Leave out \"ci\", or set it to 'jackknife'.")));
	if (!has_families && options->kind == CI_JACKKNIFE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ci => 'jackknife' needs the parameter \"%s\"", "families"),
				 errhint("Give the family of each model: families => jsonb_object_agg(model, family).")));
}
