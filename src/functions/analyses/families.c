/*-------------------------------------------------------------------------
 *
 * families.c
 *	  Families of models.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "functions/analyses/families.h"
#include "functions/analyses/targets.h"
#include "functions/shared/family_names.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "types/score_matrix/labels.h"
#include "types/score_matrix/score_matrix.h"

void
sc_no_families(Families *families)
{
	memset(families, 0, sizeof(Families));
}

static void
prepare(Families *families, uint32 n_models)
{
	families->of_model = sc_alloc(n_models, sizeof(uint32));
	families->name = sc_alloc(n_models, sizeof(text *));
	families->known = sc_alloc(n_models, sizeof(FamilyKnown));
}

/* The next model, whose family, if it is known, has number *number. */
static void
add_model(Families *families, const ScoreMatrixView *view, uint32 model,
		  FamilyKnown known, uint32 *number, const char *name, uint32 len)
{
	families->known[model] = known;
	if (known != FAMILY_KNOWN)
	{
		name = sc_flat_label(view, model, &len);
		number = NULL;
	}
	if (number != NULL && *number != PG_UINT32_MAX)
	{
		families->of_model[model] = *number;
		return;
	}
	families->name[families->n] = cstring_to_text_with_len(name, (int) len);
	families->of_model[model] = families->n++;
	if (number != NULL)
		*number = families->of_model[model];
}

/* The families that a call gives. */
static void
read_given(Jsonb *given, const ScoreMatrixView *view, Families *families)
{
	JsonbIterator *iterator = sc_begin_families(given);
	JsonbValue	key;
	JsonbValue	value;
	LabelTable	labels;
	int64	   *label;			/* [n_models], of its family; -1: none */
	uint32	   *number;			/* of the family with a label */
	uint32		m;

	if (JB_ROOT_COUNT(given) == 0)
		return;
	prepare(families, view->n_models);
	label = sc_alloc(view->n_models, sizeof(int64));
	memset(label, 0xFF, sizeof(int64) * view->n_models);
	sc_labels_init(&labels, CurrentMemoryContext);
	while (sc_next_family(&iterator, &key, &value))
	{
		int64		model = sc_matrix_find_model(view, key.val.string.val, key.val.string.len);

		if (model < 0)
			continue;
		label[model] = sc_labels_find(&labels, value.val.string.val, value.val.string.len);
		if (label[model] < 0)
			label[model] = sc_labels_add(&labels, value.val.string.val, value.val.string.len);
	}
	sc_check_families(view, given, "models(m) lists the names that are in it.",
					  "Give each model a family, or those without one their own name.");
	number = sc_alloc(labels.n, sizeof(uint32));
	memset(number, 0xFF, sizeof(uint32) * labels.n);
	for (m = 0; m < view->n_models; m++)
	{
		sc_poll_step(m);
		if (label[m] < 0)
			add_model(families, view, m, FAMILY_UNKNOWN, NULL, NULL, 0);
		else
			add_model(families, view, m, FAMILY_KNOWN, &number[label[m]],
					  labels.label[label[m]].text, labels.label[label[m]].len);
	}
}

/* Has the matrix been told of any family, be it of a model that has no scores? */
static bool
is_annotated(const ScoreMatrixView *view)
{
	uint32		m;

	if (view->counts.n_declared > 0 || view->counts.n_families > 0)
		return true;
	for (m = 0; view->family != NULL && m < view->n_models; m++)
	{
		if (view->family[m] != SC_FAMILY_NONE)
			return true;
	}
	return false;
}

static void
read_annotated(const ScoreMatrixView *view, Families *families)
{
	uint32	   *number = sc_alloc(view->counts.n_families, sizeof(uint32));
	uint32		m;

	families->annotated = true;
	prepare(families, view->n_models);
	memset(number, 0xFF, sizeof(uint32) * view->counts.n_families);
	for (m = 0; m < view->n_models; m++)
	{
		uint32		code = sc_flat_family(view, m);
		uint32		len;
		const char *name;

		sc_poll_step(m);
		if (code == SC_FAMILY_NONE || code == SC_FAMILY_CONFLICT)
		{
			add_model(families, view, m,
					  code == SC_FAMILY_NONE ? FAMILY_UNKNOWN : FAMILY_CONFLICT, NULL, NULL, 0);
			continue;
		}
		name = sc_flat_family_label(view, code, &len);
		add_model(families, view, m, FAMILY_KNOWN, &number[code - 1], name, len);
	}
}

void
sc_annotated_families(const ScoreMatrixView *view, Families *families)
{
	sc_no_families(families);
	if (is_annotated(view))
		read_annotated(view, families);
}

void
sc_families_argument(FunctionCallInfo fcinfo, int i, const ScoreMatrixView *view,
					 Families *families)
{
	sc_no_families(families);
	if (!PG_ARGISNULL(i))
		read_given(PG_GETARG_JSONB_P(i), view, families);
	else
		sc_annotated_families(view, families);
}

const char *
sc_families_status(const FamilyCounts *counts)
{
	if (counts->n_conflicts > 0)
		return SC_STATUS_CONFLICT;
	if (counts->n - counts->n_without < counts->n_without)
		return SC_STATUS_UNKNOWN_FAMILIES;
	return SC_STATUS_OK;
}

void
sc_family_groups(const Families *families, const uint32 *model, uint32 n_models,
				 ModelGroups *groups)
{
	uint32	   *number = sc_alloc(families->n, sizeof(uint32));
	uint32		i;

	groups->n = 0;
	groups->of_row = sc_alloc(n_models, sizeof(uint32));
	memset(number, 0xFF, sizeof(uint32) * families->n);
	for (i = 0; i < n_models; i++)
	{
		uint32		family = families->of_model[model[i]];

		if (number[family] == PG_UINT32_MAX)
			number[family] = groups->n++;
		groups->of_row[i] = number[family];
	}
	pfree(number);
}
