/*-------------------------------------------------------------------------
 *
 * eval_lighteval.c
 *	  Results of LightEval.
 *
 * A task is "suite|task|shots", since version 0.13 "task|shots".  Subtasks are
 * "task:part", and "task:_average" is the plain mean of their scores, with that of
 * their standard errors, which is no standard error of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "port.h"
#include "utils/memutils.h"

#include "functions/logs/eval_directions.h"
#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_models.h"

static const char average[] = ":_average";
static const char error_end[] = "_stderr";

bool
sc_is_lighteval_results(JsonbContainer *document)
{
	return sc_eval_has(document, "config_general") && sc_eval_has(document, "results");
}

/* The parts of a task's key. */
typedef struct TaskKey
{
	EvalText	suite;			/* none if there is none */
	EvalText	name;
	EvalText	shots;
	bool		is_average;
} TaskKey;

static TaskKey
parse_key(EvalText key)
{
	EvalText	none = {NULL, 0};
	TaskKey		parts = {none, key, none, false};
	const char *end = key.data + key.len;
	const char *first = memchr(key.data, '|', key.len);
	const char *second = first != NULL ? memchr(first + 1, '|', end - first - 1) : NULL;
	const char *third = second != NULL ? memchr(second + 1, '|', end - second - 1) : NULL;

	if (second != NULL)
	{
		parts.suite.data = key.data;
		parts.suite.len = first - key.data;
		parts.name.data = first + 1;
		parts.name.len = second - first - 1;
		parts.shots.data = second + 1;
		parts.shots.len = (third != NULL ? third : end) - second - 1;
	}
	else if (first != NULL)
	{
		parts.name.len = first - key.data;
		parts.shots.data = first + 1;
		parts.shots.len = end - first - 1;
	}
	parts.is_average = sc_eval_ends(parts.name, average);
	if (parts.is_average)
		parts.name.len -= strlen(average);
	return parts;
}

/*
 * The key of the average of which a task is a part, "suite|task:_average|shots", and its
 * name; no key if there is none.
 */
static EvalText
average_of(JsonbContainer *results, EvalText key, const TaskKey *parts, EvalText *group)
{
	EvalText	none = {NULL, 0};
	const char *colon = parts->name.data + parts->name.len;
	EvalText	average_key;
	JsonbValue	value;

	*group = none;
	while (colon > parts->name.data && colon[-1] != ':')
		colon--;
	if (colon == parts->name.data || parts->is_average)
		return none;
	colon--;
	average_key = sc_eval_key(psprintf("%.*s%s%.*s",
									   (int) (colon - key.data), key.data, average,
									   (int) (key.data + key.len - parts->name.data - parts->name.len),
									   parts->name.data + parts->name.len));
	if (!sc_eval_get(results, average_key, &value))
	{
		pfree(unconstify(char *, average_key.data));
		return none;
	}
	group->data = parts->name.data;
	group->len = colon - parts->name.data;
	return average_key;
}

/* What config_tasks, or summary_tasks, says of a task: of its key, or without the shots. */
static JsonbContainer *
config_of(JsonbContainer *config_tasks, EvalText key, const TaskKey *parts)
{
	JsonbContainer *config = sc_eval_maybe_object(config_tasks, key);

	if (config == NULL && parts->shots.data != NULL)
	{
		key.len = parts->name.data + parts->name.len - key.data;
		config = sc_eval_maybe_object(config_tasks, key);
	}
	return config;
}

/*
 * metrics, up to version 0.10 metric, has an object for one metric, with
 * higher_is_better, or for several of them, whose names are a list and whose
 * higher_is_better is an object.
 */
static void
add_directions(EvalDirections *directions, JsonbContainer *config)
{
	JsonbContainer *list = sc_eval_maybe_array(config, sc_eval_has(config, "metrics") ? "metrics" : "metric");
	JsonbIterator *iterator = list != NULL ? sc_jsonb_begin(list) : NULL;
	JsonbValue	value;

	while (list != NULL && sc_jsonb_next_element(&iterator, &value))
	{
		JsonbContainer *one = value.type == jbvBinary ? value.val.binary.data : NULL;
		JsonbContainer *several;
		JsonbIterator *members;
		EvalText	name;

		if (one == NULL || !JsonContainerIsObject(one))
			continue;
		several = sc_eval_maybe_object(one, sc_eval_key("higher_is_better"));
		name = sc_eval_text(one, "metric_name");
		if (several == NULL && name.data != NULL)
			sc_eval_add_direction(directions, config, name, sc_eval_bool(one, sc_eval_key("higher_is_better")));
		if (several == NULL)
			continue;
		members = sc_jsonb_begin(several);
		while (sc_eval_next_member(&members, &name, &value))
			if (value.type == jbvBool)
				sc_eval_add_direction(directions, config, name, value.val.boolean);
	}
}

static EvalDirections *
directions_of(JsonbContainer *config_tasks)
{
	EvalDirections *directions = sc_eval_directions();
	JsonbIterator *iterator = config_tasks != NULL ? sc_jsonb_begin(config_tasks) : NULL;
	EvalText	task;
	JsonbValue	value;

	while (config_tasks != NULL && sc_eval_next_member(&iterator, &task, &value))
	{
		CHECK_FOR_INTERRUPTS();
		if (value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data))
			add_directions(directions, value.val.binary.data);
	}
	return directions;
}

static void
read_metrics(JsonbContainer *metrics, JsonbContainer *config, EvalDirections *directions, const EvalRow *template, EvalSink *sink)
{
	JsonbIterator *iterator = sc_jsonb_begin(metrics);
	EvalText	metric;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &metric, &value))
	{
		EvalRow		row = *template;

		CHECK_FOR_INTERRUPTS();
		if (sc_eval_ends(metric, error_end) || value.type == jbvBinary)
			continue;
		row.metric = metric;
		row.score = sc_eval_score(&value, metric);
		if (!row.is_group)
			row.error = sc_eval_error_of(metrics, sc_eval_key(psprintf("%.*s%s", metric.len, metric.data, error_end)));
		if (config != NULL)
		{
			int			higher = sc_eval_direction(directions, config, metric);

			row.lower_is_better = higher < 0 ? -1 : !higher;
		}
		sc_eval_put(sink, &row);
	}
}

static EvalText
setting_of(JsonbContainer *general, EvalText revision)
{
	/* what it is called, where it runs and what it may take */
	static const char *const no_setting[] = {"max_new_tokens", "grammar", "stop_tokens", "truncate_prompt", "seed",
	"early_stopping", NULL};
	JsonbContainer *model = sc_eval_maybe_object(general, sc_eval_key("model_config"));
	JsonbContainer *generation = sc_eval_maybe_object(model, sc_eval_key("generation_parameters"));
	ModelArguments arguments = {model, {NULL, 0}};
	StringInfoData setting;

	initStringInfo(&setting);
	sc_eval_add_arguments(&setting, &arguments, revision);
	sc_eval_add_member(&setting, "chat_template", model, "override_chat_template");
	sc_eval_add_member(&setting, "system_prompt", model != NULL ? model : general, "system_prompt");
	if (generation == NULL)
		generation = sc_eval_maybe_object(general, sc_eval_key("generation_parameters"));
	sc_eval_add_members(&setting, generation, no_setting);
	return sc_eval_copied(&setting);
}

/*
 * The samples of a task.  config_tasks may say that there were all of them where there
 * were not: summary_tasks has how many were asked, up to version 0.10.
 */
static void
count_samples(JsonbContainer *document, EvalText key, const TaskKey *parts, int64 *n, int64 *n_total)
{
	JsonbContainer *config = config_of(sc_eval_maybe_object(document, sc_eval_key("config_tasks")), key, parts);
	JsonbContainer *summary = config_of(sc_eval_maybe_object(document, sc_eval_key("summary_tasks")), key, parts);
	int64		asked = Max(sc_eval_count_of(summary, sc_eval_key("truncated")), 0) +
		Max(sc_eval_count_of(summary, sc_eval_key("non_truncated")), 0);

	*n = sc_eval_count_of(config, sc_eval_key("effective_num_docs"));
	*n_total = sc_eval_count_of(config, sc_eval_key("original_num_docs"));
	if (asked > 0 && asked < *n)
		*n = asked;
}

/* The samples of the parts of each average, by the average's key. */
typedef struct Part
{
	EvalText	average;
	int64		n;
	int64		n_total;
} Part;

typedef struct Parts
{
	Size		n;
	Part	   *list;
} Parts;

static int
compare_parts(const void *a, const void *b)
{
	return sc_eval_compare(((const Part *) a)->average, ((const Part *) b)->average);
}

static Parts
parts_of(JsonbContainer *document, JsonbContainer *results)
{
	Parts		parts = {0, palloc_extended((JsonContainerSize(results) + 1) * sizeof(Part), MCXT_ALLOC_HUGE)};
	JsonbIterator *iterator = sc_jsonb_begin(results);
	EvalText	key;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &key, &value))
	{
		TaskKey		task = parse_key(key);
		Part	   *part = &parts.list[parts.n];
		EvalText	group;

		CHECK_FOR_INTERRUPTS();
		part->average = average_of(results, key, &task, &group);
		if (part->average.data == NULL)
			continue;
		count_samples(document, key, &task, &part->n, &part->n_total);
		parts.n++;
	}
	if (parts.n > 1)
		pg_qsort(parts.list, parts.n, sizeof(Part), compare_parts);
	return parts;
}

/* The sum of the samples of all parts of an average, -1 if that of one is unknown. */
static void
count_parts(const Parts *parts, EvalText average_key, EvalRow *row)
{
	Size		low = 0;
	Size		high = parts->n;
	int64		n = 0;
	int64		n_total = 0;

	while (low < high)
	{
		Size		middle = low + (high - low) / 2;

		if (sc_eval_compare(parts->list[middle].average, average_key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < parts->n && sc_eval_compare(parts->list[low].average, average_key) == 0; low++)
	{
		n = sc_eval_sum(n, parts->list[low].n);
		n_total = sc_eval_sum(n_total, parts->list[low].n_total);
	}
	row->n = n > 0 ? n : -1;
	row->n_total = n_total > 0 ? n_total : -1;
}

void
sc_read_lighteval_results(JsonbContainer *document, EvalSink *sink)
{
	JsonbContainer *general = sc_eval_object(document, "config_general");
	JsonbContainer *model = sc_eval_maybe_object(general, sc_eval_key("model_config"));
	JsonbContainer *results = sc_eval_object(document, "results");
	JsonbContainer *versions = sc_eval_maybe_object(document, sc_eval_key("versions"));
	JsonbContainer *config_tasks = sc_eval_maybe_object(document, sc_eval_key("config_tasks"));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "eval_scores task", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	EvalRow		template = sc_eval_row();
	StringInfoData limit;
	EvalDirections *directions;
	Parts		all_parts;
	JsonbIterator *iterator;
	EvalText	revision;
	EvalText	key;
	JsonbValue	value;

	if (results == NULL)
		return;
	template.model = sc_eval_text(general, "model_name");
	if (template.model.data == NULL)
		template.model = sc_eval_text(model, "model_name");
	template.model = sc_eval_model_name(template.model, &revision);
	template.setting = setting_of(general, revision);
	initStringInfo(&limit);
	sc_eval_add_member(&limit, "limit", general, "max_samples");
	directions = directions_of(config_tasks);
	all_parts = parts_of(document, results);
	iterator = sc_jsonb_begin(results);
	while (sc_eval_next_member(&iterator, &key, &value))
	{
		TaskKey		parts = parse_key(key);
		JsonbContainer *config;
		EvalRow		row = template;
		StringInfoData variant;

		CHECK_FOR_INTERRUPTS();
		/* the mean of everything */
		if (sc_eval_text_is(key, "all"))
			continue;
		MemoryContextSwitchTo(context);
		initStringInfo(&variant);
		config = config_of(config_tasks, key, &parts);
		row.benchmark = parts.name;
		row.is_group = parts.is_average;
		(void) average_of(results, key, &parts, &row.parent);
		if (parts.is_average)
			count_parts(&all_parts, key, &row);
		else
			count_samples(document, key, &parts, &row.n, &row.n_total);
		sc_eval_add_fact(&variant, "suite", parts.suite);
		sc_eval_add_fact(&variant, "shots", parts.shots);
		if (versions != NULL && sc_eval_get(versions, key, &value))
			sc_eval_add_value(&variant, "version", &value);
		if (row.n < 0 || row.n_total < 0)
			sc_eval_add_facts(&variant, sc_eval_copied(&limit));
		row.variant = sc_eval_copied(&variant);
		read_metrics(sc_eval_object(results, pnstrdup(key.data, key.len)), config, directions, &row, sink);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}
