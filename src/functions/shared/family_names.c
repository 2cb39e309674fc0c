/*-------------------------------------------------------------------------
 *
 * family_names.c
 *	  Families of models as the user names them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "functions/shared/benchmark_names.h"
#include "functions/shared/family_names.h"
#include "functions/shared/jsonb_values.h"

static char *
json_text(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

JsonbIterator *
sc_begin_families(Jsonb *families)
{
	if (!JB_ROOT_IS_OBJECT(families))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" is not a JSON object", "families"),
				 errhint("Make it by jsonb_object_agg(model, family).")));
	return sc_jsonb_begin(&families->root);
}

bool
sc_next_family(JsonbIterator **iterator, JsonbValue *model, JsonbValue *family)
{
	while (sc_jsonb_next_member(iterator, model, family))
	{
		CHECK_FOR_INTERRUPTS();
		if (family->type == jbvString)
			return true;
		if (family->type != jbvNull)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("family of model \"%s\" is not a string", json_text(model)),
					 errhint("Make families by jsonb_object_agg(model, family::text).")));
	}
	return false;
}

/* Has model i a family?  *is_named: is it a key, if only of a JSON null? */
static bool
has_family(const ScoreMatrixView *view, uint32 i, Jsonb *families, bool *is_named)
{
	uint32		len;
	const char *model = sc_flat_label(view, i, &len);
	JsonbValue	space;
	JsonbValue *value = getKeyJsonValueFromContainer(&families->root, model, (int) len, &space);

	*is_named = value != NULL;
	return value != NULL && value->type == jbvString;
}

void
sc_check_families(const ScoreMatrixView *view, Jsonb *families,
				  const char *hint_none, const char *hint_few)
{
	uint32		n_named = 0;
	uint32		n_known = 0;	/* of these, with a family */
	uint32		unknown = 0;
	uint32		i;

	if (JB_ROOT_COUNT(families) == 0 || view->n_models == 0)
		return;
	for (i = view->n_models; i > 0; i--)
	{
		bool		is_named;

		CHECK_FOR_INTERRUPTS();
		if (has_family(view, i - 1, families, &is_named))
			n_known++;
		else
			unknown = i - 1;
		n_named += is_named;
	}
	if (n_named == 0)
	{
		JsonbIterator *iterator = sc_begin_families(families);
		JsonbValue	key;
		JsonbValue	value;

		(void) sc_jsonb_next_member(&iterator, &key, &value);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" names no model of the score matrix", "families"),
				 errdetail("One of its keys is \"%s\".  %s", json_text(&key),
						   sc_near_models(view, key.val.string.val, key.val.string.len)),
				 errhint("%s", hint_none)));
	}
	if (n_known < view->n_models - n_known)
	{
		uint32		len;
		const char *model = sc_flat_label(view, unknown, &len);

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" gives no family to %u of %u models", "families",
						view->n_models - n_known, view->n_models),
				 errdetail("One of them is \"%s\".", pnstrdup(model, len)),
				 errhint("%s", hint_few)));
	}
}
