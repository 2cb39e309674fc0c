/*-------------------------------------------------------------------------
 *
 * eval_helm.c
 *	  A run of HELM: {"run_spec": ..., "stats": ...}, the two files of its folder
 *	  as one document.
 *
 * stats.json is an array of statistics, {name: {name, split, perturbation}, count,
 * mean, ...}, where count and stddev are of repetitions, not of items.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_models.h"

bool
sc_is_helm_run(JsonbContainer *document)
{
	return sc_eval_has(document, "run_spec") && sc_eval_has(document, "stats");
}

/* One statistic; name.data is NULL for what is none, or of perturbed items. */
typedef struct Statistic
{
	JsonbContainer *object;
	EvalText	name;
	EvalText	split;
} Statistic;

static Statistic
statistic_of(const JsonbValue *element)
{
	Statistic	found = {NULL, {NULL, 0}, {NULL, 0}};
	JsonbContainer *name;

	if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
		return found;
	found.object = element->val.binary.data;
	name = sc_eval_maybe_object(found.object, sc_eval_key("name"));
	if (name == NULL || sc_eval_is_set(name, "perturbation") || sc_eval_is_set(name, "sub_split"))
		return found;
	found.name = sc_eval_text(name, "name");
	found.split = sc_eval_text(name, "split");
	return found;
}

/* The split that counts, test or else valid, and the number of items in it. */
static const char *
split_of(JsonbContainer *stats, int64 *n)
{
	JsonbIterator *iterator = sc_jsonb_begin(stats);
	const char *split = NULL;
	JsonbValue	value;

	*n = -1;
	while (sc_jsonb_next_element(&iterator, &value))
	{
		Statistic	one = statistic_of(&value);
		bool		is_test;

		CHECK_FOR_INTERRUPTS();
		if (one.name.data == NULL || one.split.data == NULL)
			continue;
		is_test = sc_eval_text_is(one.split, "test");
		if (!is_test && (split != NULL ? strcmp(split, "test") == 0 : !sc_eval_text_is(one.split, "valid")))
			continue;
		if (is_test && (split == NULL || strcmp(split, "test") != 0))
			*n = -1;
		split = is_test ? "test" : "valid";
		if (sc_eval_text_is(one.name, "num_instances"))
			*n = sc_eval_count_of(one.object, sc_eval_key("mean"));
	}
	return split;
}

/* "scenario" of "scenario:argument=value,...,model=..." */
static EvalText
until(EvalText name, char stop)
{
	const char *end = memchr(name.data, stop, name.len);

	if (end != NULL)
		name.len = end - name.data;
	return name;
}

static void
describe_run(JsonbContainer *spec, EvalRow *row)
{
	JsonbContainer *adapter = sc_eval_maybe_object(spec, sc_eval_key("adapter_spec"));
	JsonbContainer *scenario = sc_eval_maybe_object(spec, sc_eval_key("scenario_spec"));
	static const char *const no_fact[] = {NULL};
	StringInfoData variant;
	EvalText	revision;

	row->run_id = sc_eval_text(spec, "name");
	row->model = sc_eval_model_name(sc_eval_text(adapter, "model"), &revision);
	row->setting = sc_eval_revision_setting(revision);
	if (row->run_id.data != NULL)
		row->benchmark = until(until(row->run_id, ':'), ',');
	initStringInfo(&variant);
	sc_eval_add_member(&variant, "shots", adapter, "max_train_instances");
	sc_eval_add_member(&variant, "method", adapter, "method");
	sc_eval_add_members(&variant, sc_eval_maybe_object(scenario, sc_eval_key("args")), no_fact);
	row->variant = sc_eval_copied(&variant);
}

void
sc_read_helm_run(JsonbContainer *document, EvalSink *sink)
{
	JsonbContainer *stats = sc_eval_array(document, "stats");
	JsonbContainer *spec = sc_eval_object(document, "run_spec");
	JsonbIterator *iterator;
	EvalRow		template = sc_eval_row();
	const char *split;
	JsonbValue	value;

	if (stats == NULL || spec == NULL)
		return;
	describe_run(spec, &template);
	split = split_of(stats, &template.n);
	iterator = sc_jsonb_begin(stats);
	while (split != NULL && sc_jsonb_next_element(&iterator, &value))
	{
		Statistic	one = statistic_of(&value);
		EvalRow		row = template;

		CHECK_FOR_INTERRUPTS();
		if (one.name.data == NULL || one.split.data == NULL || !sc_eval_text_is(one.split, split))
			continue;
		row.metric = one.name;
		row.score = sc_eval_score_of(one.object, "mean", one.name);
		sc_eval_put(sink, &row);
	}
}
