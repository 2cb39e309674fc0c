/*-------------------------------------------------------------------------
 *
 * interval_options.c
 *	  Families of models, and the five parameters of an interval together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "functions/shared/interval_options.h"
#include "functions/shared/memory.h"
#include "types/score_matrix/labels.h"

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
						"families", "ci", sc_ci_word(options->kind)),
				 errdetail("Models of one family are not independent, which only the jackknife over families accounts for."),
				 errhint("Leave out \"ci\", or set it to 'jackknife'.")));
	if (!has_families && options->kind == CI_JACKKNIFE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ci => 'jackknife' needs the parameter \"%s\"", "families"),
				 errhint("Give the family of each model: families => jsonb_object_agg(model, family).")));
}
