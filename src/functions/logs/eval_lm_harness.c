/*-------------------------------------------------------------------------
 *
 * eval_lm_harness.c
 *	  Logs of lm-evaluation-harness: results_*.json, and the lines of
 *	  samples_*.jsonl.
 *
 * results has an object for each task, and for each group that is averaged.
 * Its keys are "metric,filter", and "metric_stderr,filter" for the standard
 * error; up to version 0.3 there were no filters, and keys are "metric" and
 * "metric_stderr".  Beside them are alias and other things that are no metric.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "functions/logs/eval_documents.h"

/* Keys of a task that are no metrics. */
static const char *const bookkeeping[] = {"alias", "name", "samples", "sample_len", "sample_count"};

bool
sc_is_lm_eval_results(JsonbContainer *document)
{
	return sc_eval_has(document, "results") && sc_eval_has(document, "versions") &&
		(sc_eval_has(document, "config") || sc_eval_has(document, "configs"));
}

bool
sc_is_lm_eval_item(JsonbContainer *document)
{
	return sc_eval_has(document, "doc_id") && sc_eval_has(document, "resps");
}

/* ----------
 * The model's name
 * ----------
 */

/* Arguments that name the model, the one that says most first. */
static const char *const model_keys[] = {"peft", "delta", "pretrained", "model", "path", "engine"};

/* The value of one of "key=value,key=value,...". */
static EvalText
argument(EvalText arguments, const char *key)
{
	EvalText	none = {NULL, 0};
	const char *s = arguments.data;
	const char *end = s + arguments.len;
	int			key_len = (int) strlen(key);

	while (s < end)
	{
		const char *comma = memchr(s, ',', end - s);
		const char *stop = comma != NULL ? comma : end;

		while (s < stop && *s == ' ')
			s++;
		if (stop - s > key_len + 1 && memcmp(s, key, key_len) == 0 && s[key_len] == '=')
		{
			none.data = s + key_len + 1;
			none.len = stop - none.data;
			return none;
		}
		s = stop + 1;
	}
	return none;
}

/*
 * model_name; or what the model's arguments say, a string or an object.  Not
 * config.model: that is the kind of model, such as "hf".
 */
static EvalText
model_of(JsonbContainer *document)
{
	EvalText	model = sc_eval_text(document, "model_name");
	JsonbContainer *config = sc_eval_maybe_object(document, sc_eval_key("config"));
	JsonbContainer *object = sc_eval_maybe_object(config, sc_eval_key("model_args"));
	EvalText	string = sc_eval_text(config, "model_args");
	Size		i;

	for (i = 0; model.data == NULL && i < lengthof(model_keys); i++)
		model = object != NULL ? sc_eval_text(object, model_keys[i]) : argument(string, model_keys[i]);
	return model.data != NULL ? model : sc_eval_text(document, "model_name_sanitized");
}

/* ----------
 * Tasks
 * ----------
 */

/* What is said about a task outside of its results. */
typedef struct LmEvalTask
{
	EvalText	name;
	JsonbContainer *results;
	bool		has_filters;	/* keys have commas */
	int64		n;
	JsonbContainer *sample_count;	/* n by metric, of a group; or NULL */
	JsonbContainer *higher_is_better;	/* by metric; or NULL */
	JsonbContainer *config;		/* or NULL */
} LmEvalTask;

/* "metric" of "metric,filter". */
static EvalText
without_filter(EvalText key)
{
	const char *comma = memchr(key.data, ',', key.len);

	if (comma != NULL)
		key.len = comma - key.data;
	return key;
}

static bool
ends_with(EvalText text, const char *end)
{
	int			len = (int) strlen(end);

	return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

static bool
is_metric(const LmEvalTask *task, EvalText key, const JsonbValue *value)
{
	EvalText	metric = without_filter(key);
	Size		i;

	if (ends_with(metric, "_stderr"))
		return false;
	if (metric.len < key.len)
		return true;
	if (task->has_filters || value->type != jbvNumeric)
		return false;
	for (i = 0; i < lengthof(bookkeeping); i++)
		if (sc_eval_text_is(key, bookkeeping[i]))
			return false;
	return true;
}

/* "metric_stderr,filter" of "metric,filter". */
static double
error_of(const LmEvalTask *task, EvalText key, StringInfo buffer)
{
	EvalText	metric = without_filter(key);
	EvalText	error_key;

	resetStringInfo(buffer);
	appendBinaryStringInfo(buffer, metric.data, metric.len);
	appendStringInfoString(buffer, "_stderr");
	appendBinaryStringInfo(buffer, key.data + metric.len, key.len - metric.len);
	error_key.data = buffer->data;
	error_key.len = buffer->len;
	return sc_eval_error_of(task->results, error_key);
}

/* From higher_is_better, or where that does not say it the task's metric_list. */
static int
lower_is_better(const LmEvalTask *task, EvalText metric)
{
	int			higher = sc_eval_bool(task->higher_is_better, metric);
	JsonbContainer *list = sc_eval_maybe_array(task->config, "metric_list");
	JsonbIterator *iterator;
	JsonbValue	value;

	if (higher < 0 && list != NULL)
	{
		iterator = JsonbIteratorInit(list);
		(void) JsonbIteratorNext(&iterator, &value, false); /* the array begins */
		while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
		{
			EvalText	name;

			if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
				continue;
			name = sc_eval_text(value.val.binary.data, "metric");
			if (name.data != NULL && name.len == metric.len && memcmp(name.data, metric.data, name.len) == 0)
				higher = sc_eval_bool(value.val.binary.data, sc_eval_key("higher_is_better"));
		}
	}
	return higher < 0 ? -1 : !higher;
}

/* The row of each metric of a task, of which the template holds what is common. */
static void
read_task(const LmEvalTask *task, const EvalRow *template, EvalSink *sink, StringInfo buffer)
{
	JsonbIterator *iterator = JsonbIteratorInit(task->results);
	JsonbValue	key_value;
	JsonbValue	value;

	(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
	while (JsonbIteratorNext(&iterator, &key_value, false) == WJB_KEY)
	{
		EvalText	key = {key_value.val.string.val, key_value.val.string.len};
		EvalRow		row = *template;

		(void) JsonbIteratorNext(&iterator, &value, true);
		if (!is_metric(task, key, &value))
			continue;
		row.benchmark = task->name;
		row.metric = ends_with(key, ",none") ? without_filter(key) : key;
		row.score = sc_eval_score(&value, key);
		row.error = error_of(task, key, buffer);
		row.n = task->n >= 0 ? task->n : sc_eval_count_of(task->sample_count, key);
		if (row.n < 0)
			row.n = sc_eval_count_of(task->results, sc_eval_key("sample_len"));
		row.lower_is_better = lower_is_better(task, without_filter(key));
		sc_eval_put(sink, &row);
	}
}

static bool
has_commas(JsonbContainer *results)
{
	JsonbIterator *iterator = JsonbIteratorInit(results);
	JsonbValue	value;
	bool		found = false;

	(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
	while (!found && JsonbIteratorNext(&iterator, &value, false) == WJB_KEY)
	{
		found = memchr(value.val.string.val, ',', value.val.string.len) != NULL;
		(void) JsonbIteratorNext(&iterator, &value, true);
	}
	if (iterator != NULL)
		pfree(iterator);
	return found;
}

/* n-samples of a task: { original, effective }, the latter after --limit. */
static int64
effective_samples(JsonbContainer *n_samples, EvalText task)
{
	int64		n = sc_eval_count_of(n_samples, task);

	return n >= 0 ? n : sc_eval_count_of(sc_eval_maybe_object(n_samples, task), sc_eval_key("effective"));
}

void
sc_read_lm_eval_results(JsonbContainer *document, EvalSink *sink)
{
	/* groups are among the results too; one that is not is read in its place */
	static const char *const parts[] = {"results", "groups"};
	JsonbContainer *n_samples = sc_eval_maybe_object(document, sc_eval_key("n-samples"));
	JsonbContainer *higher = sc_eval_maybe_object(document, sc_eval_key("higher_is_better"));
	JsonbContainer *configs = sc_eval_maybe_object(document, sc_eval_key("configs"));
	JsonbContainer *results = sc_eval_object(document, "results");
	EvalRow		template = sc_eval_row();
	StringInfoData buffer;
	Size		i;

	initStringInfo(&buffer);
	template.model = model_of(document);
	template.run_at = sc_eval_time(document, "date");
	for (i = 0; i < lengthof(parts); i++)
	{
		JsonbContainer *part = sc_eval_object(document, parts[i]);
		JsonbIterator *iterator;
		JsonbValue	key;
		JsonbValue	value;

		if (part == NULL)
			continue;
		iterator = JsonbIteratorInit(part);
		(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
		while (JsonbIteratorNext(&iterator, &key, false) == WJB_KEY)
		{
			LmEvalTask	task;
			JsonbValue	other;

			CHECK_FOR_INTERRUPTS();
			(void) JsonbIteratorNext(&iterator, &value, true);
			task.name.data = key.val.string.val;
			task.name.len = key.val.string.len;
			if (i > 0 && results != NULL && sc_eval_get(results, task.name, &other))
				continue;
			task.results = sc_eval_member(&value, task.name);
			task.has_filters = has_commas(task.results);
			task.n = effective_samples(n_samples, task.name);
			task.sample_count = sc_eval_maybe_object(task.results, sc_eval_key("sample_count"));
			task.higher_is_better = sc_eval_maybe_object(higher, task.name);
			task.config = sc_eval_maybe_object(configs, task.name);
			read_task(&task, &template, sink, &buffer);
		}
	}
}

/* ----------
 * Items
 * ----------
 */

static void
put_item(EvalText metric, const JsonbValue *score, EvalText filter, EvalSink *sink, StringInfo buffer)
{
	EvalRow		row = sc_eval_row();

	row.metric = metric;
	if (filter.data != NULL && !sc_eval_text_is(filter, "none"))
	{
		resetStringInfo(buffer);
		appendBinaryStringInfo(buffer, metric.data, metric.len);
		appendStringInfoChar(buffer, ',');
		appendBinaryStringInfo(buffer, filter.data, filter.len);
		row.metric.data = buffer->data;
		row.metric.len = buffer->len;
	}
	row.score = sc_eval_score(score, metric);
	row.n = 1;
	sc_eval_put(sink, &row);
}

/*
 * A line of samples_TASK_TIME.jsonl knows neither its model nor its task.  It
 * lists the names of its metrics; an old one does not, there every number and
 * boolean but doc_id is a score.
 */
void
sc_read_lm_eval_item(JsonbContainer *document, EvalSink *sink)
{
	JsonbContainer *metrics = sc_eval_array(document, "metrics");
	EvalText	filter = sc_eval_text(document, "filter");
	JsonbIterator *iterator = JsonbIteratorInit(metrics != NULL ? metrics : document);
	StringInfoData buffer;
	JsonbValue	name;
	JsonbValue	value;

	initStringInfo(&buffer);
	(void) JsonbIteratorNext(&iterator, &value, false); /* the array or object begins */
	if (metrics != NULL)
		while (JsonbIteratorNext(&iterator, &name, true) == WJB_ELEM)
		{
			EvalText	metric;

			CHECK_FOR_INTERRUPTS();
			if (name.type != jbvString)
				continue;
			metric.data = name.val.string.val;
			metric.len = name.val.string.len;
			if (sc_eval_get(document, metric, &value))
				put_item(metric, &value, filter, sink, &buffer);
		}
	else
		while (JsonbIteratorNext(&iterator, &name, false) == WJB_KEY)
		{
			EvalText	metric = {name.val.string.val, name.val.string.len};

			CHECK_FOR_INTERRUPTS();
			(void) JsonbIteratorNext(&iterator, &value, true);
			if ((value.type == jbvNumeric || value.type == jbvBool) && !sc_eval_text_is(metric, "doc_id"))
				put_item(metric, &value, filter, sink, &buffer);
		}
}
