/*-------------------------------------------------------------------------
 *
 * eval_inspect.c
 *	  Logs of Inspect (inspect_ai), in JSON.
 *
 * results.scores has an entry for each scorer, for each key of a scorer whose
 * value is a dictionary, and for each reducer of epochs; an entry has an object
 * of metrics.  stderr is a metric like accuracy, mean and std, and so are the ends
 * of intervals, which are of the group "ci".  A metric's key is its name, made
 * unique: "stderr2" is a second stderr.  Version 1 had one scorer, with its metrics
 * beside it.
 *
 * The logs.json of an eval set is an object of logs without their samples, by file.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_models.h"

bool
sc_is_inspect_log(JsonbContainer *document)
{
	return sc_eval_has(document, "eval") && sc_eval_has(document, "status");
}

bool
sc_is_inspect_logs(JsonbContainer *document)
{
	JsonbIterator *iterator = sc_jsonb_begin(document);
	EvalText	file;
	JsonbValue	value;

	if (!sc_eval_next_member(&iterator, &file, &value))
		return false;
	pfree(iterator);
	return value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data) &&
		sc_is_inspect_log(value.val.binary.data);
}

/* ----------
 * Metrics
 * ----------
 */

/* A metric: its key, and the name that it is registered by, without its package. */
typedef struct Metric
{
	EvalText	key;
	EvalText	name;
	JsonbContainer *object;
} Metric;

static Metric
metric_of(EvalText key, const JsonbValue *value)
{
	Metric		metric = {key, key, sc_eval_member(value, key)};
	EvalText	name = sc_eval_text(metric.object, "name");
	const char *slash;

	if (name.data == NULL)
		return metric;
	slash = memchr(name.data, '/', name.len);
	if (slash != NULL)
	{
		name.len -= slash + 1 - name.data;
		name.data = slash + 1;
	}
	metric.name = name;
	return metric;
}

static bool
is_error(const Metric *metric)
{
	return sc_eval_text_is(metric->name, "stderr") || sc_eval_text_is(metric->name, "bootstrap_stderr");
}

/* Metrics that measure spread: no mean, and no standard error belongs to them. */
static bool
is_spread(const Metric *metric)
{
	return is_error(metric) || sc_eval_text_is(metric->name, "std") || sc_eval_text_is(metric->name, "var");
}

static bool
is_interval(const Metric *metric)
{
	EvalText	group = sc_eval_text(metric->object, "group");

	return group.data != NULL && sc_eval_text_is(group, "ci");
}

/* stderr() is that of the mean of an entry's values, which these are. */
static bool
is_mean(const Metric *metric)
{
	return sc_eval_text_is(metric->name, "accuracy") || sc_eval_text_is(metric->name, "mean");
}

/* What to know about the metrics of an entry before any is read. */
typedef struct Metrics
{
	double		error;			/* NaN: none */
	int			n_mean;			/* accuracy and mean */
	int			n_other;		/* and those that are neither a spread */
} Metrics;

/* Of several standard errors the best is the one that is called just so, then any. */
static Metrics
survey(JsonbContainer *metrics)
{
	JsonbIterator *iterator = sc_jsonb_begin(metrics);
	Metrics		found = {NAN, 0, 0};
	EvalText	key;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &key, &value))
	{
		Metric		metric = metric_of(key, &value);

		CHECK_FOR_INTERRUPTS();
		if (is_error(&metric))
		{
			double		error = sc_eval_score_of(metric.object, "value", key);

			if (error >= 0 && (isnan(found.error) || sc_eval_text_is(key, "stderr")))
				found.error = error;
		}
		else if (is_mean(&metric))
			found.n_mean++;
		else if (!is_spread(&metric) && !is_interval(&metric))
			found.n_other++;
	}
	return found;
}

/* The rows of an entry, of which the template holds what is common. */
static void
read_metrics(JsonbContainer *metrics, const EvalRow *template, EvalSink *sink)
{
	Metrics		all = survey(metrics);
	JsonbIterator *iterator = sc_jsonb_begin(metrics);
	EvalText	key;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &key, &value))
	{
		Metric		metric = metric_of(key, &value);
		EvalRow		row = *template;

		CHECK_FOR_INTERRUPTS();
		if (is_error(&metric) || is_interval(&metric))
			continue;
		row.metric = key;
		row.score = sc_eval_score_of(metric.object, "value", key);
		/* a single metric of a scorer's own, beside stderr, is a mean too */
		if (is_mean(&metric) || (all.n_mean == 0 && all.n_other == 1 && !is_spread(&metric)))
			row.error = all.error;
		sc_eval_put(sink, &row);
	}
}

/* ----------
 * Logs
 * ----------
 */

/* What the counts of a log are of. */
typedef struct Counts
{
	int64		samples;		/* of the dataset */
	int64		epochs;			/* how often each is run; at least 1 */
	int64		run;			/* samples times epochs that this run has */
} Counts;

static Counts
counts_of(JsonbContainer *eval, JsonbContainer *results)
{
	Counts		counts;

	counts.samples = sc_eval_count_of(sc_eval_maybe_object(eval, sc_eval_key("dataset")), sc_eval_key("samples"));
	counts.epochs = sc_eval_count_of(sc_eval_maybe_object(eval, sc_eval_key("config")), sc_eval_key("epochs"));
	counts.run = sc_eval_count_of(results, sc_eval_key("total_samples"));
	if (counts.epochs < 1 || counts.epochs > PG_INT32_MAX || counts.samples > PG_INT32_MAX)
		counts.epochs = 1;
	return counts;
}

/* Samples that n would be: each once where the epochs of a sample are reduced to one score. */
static int64
whole_dataset(const Counts *counts, int64 n)
{
	bool		is_reduced = n >= 0 && (counts->run < 0 || n <= counts->run / counts->epochs);

	return counts->samples < 0 || is_reduced ? counts->samples : counts->samples * counts->epochs;
}

/* One entry of results.scores; of several the scorer and the reducer are the filter. */
static void
read_entry(JsonbContainer *entry, bool is_one_of_several, const Counts *counts, const EvalRow *template, EvalSink *sink)
{
	JsonbContainer *metrics = sc_eval_object(entry, "metrics");
	EvalText	name = sc_eval_text(entry, "name");
	EvalText	reducer = sc_eval_text(entry, "reducer");
	EvalRow		row = *template;
	int64		n = sc_eval_count_of(entry, sc_eval_key("scored_samples"));

	if (metrics == NULL)
		return;
	if (n >= 0)
		row.n = n;
	row.n_total = whole_dataset(counts, n);
	if (is_one_of_several)
		row.filter = name.data == NULL || reducer.data == NULL ?
			(name.data != NULL ? name : reducer) :
			sc_eval_key(psprintf("%.*s/%.*s", name.len, name.data, reducer.len, reducer.data));
	read_metrics(metrics, &row, sink);
}

/* What the model was asked to do differently; not how long or how often. */
static EvalText
setting_of(JsonbContainer *eval, EvalText revision)
{
	JsonbContainer *config = sc_eval_maybe_object(eval, sc_eval_key("model_generate_config"));
	ModelArguments arguments = sc_eval_arguments(eval, "model_args");
	StringInfoData setting;

	initStringInfo(&setting);
	sc_eval_add_arguments(&setting, &arguments, revision);
	sc_eval_add_member(&setting, "system_prompt", config, "system_message");
	sc_eval_add_member(&setting, "reasoning_effort", config, "reasoning_effort");
	sc_eval_add_member(&setting, "reasoning_tokens", config, "reasoning_tokens");
	sc_eval_add_member(&setting, "temperature", config, "temperature");
	return sc_eval_copied(&setting);
}

/* The arguments that were passed, or in old logs all; a version other than the first. */
static EvalText
variant_of(JsonbContainer *eval)
{
	static const char *const no_fact[] = {NULL};
	StringInfoData variant;

	initStringInfo(&variant);
	sc_eval_add_members(&variant,
						sc_eval_maybe_object(eval, sc_eval_key(sc_eval_has(eval, "task_args_passed") ?
															   "task_args_passed" : "task_args")),
						no_fact);
	if (sc_eval_is_set(eval, "task_version"))
		sc_eval_add_member(&variant, "version", eval, "task_version");
	sc_eval_add_member(&variant, "solver", eval, "solver");
	return sc_eval_copied(&variant);
}

void
sc_read_inspect_log(JsonbContainer *document, EvalSink *sink)
{
	JsonbContainer *eval = sc_eval_object(document, "eval");
	JsonbContainer *results = sc_eval_object(document, "results");
	EvalText	status = sc_eval_text(document, "status");
	EvalRow		template = sc_eval_row();
	JsonbContainer *scores;
	EvalText	revision;
	Counts		counts;

	/* a log of a run that goes on, or broke off, has no results that count */
	if (status.data == NULL || !sc_eval_text_is(status, "success") || results == NULL)
	{
		sink->why_none = "the run of inspect_ai has not ended with the status \"success\"";
		return;
	}
	if (sc_eval_bool(document, sc_eval_key("invalidated")) == 1)
	{
		sink->why_none = "the log of inspect_ai is marked as invalidated";
		return;
	}
	template.model = sc_eval_model_name(sc_eval_text(eval, "model"), &revision);
	template.setting = setting_of(eval, revision);
	template.benchmark = sc_eval_text(eval, "task");
	template.variant = variant_of(eval);
	template.run_id = sc_eval_text(eval, "run_id");
	template.run_at = sc_eval_time(eval, "created");
	template.n = sc_eval_count_of(results, sc_eval_key("completed_samples"));
	counts = counts_of(eval, results);
	scores = sc_eval_array(results, "scores");
	if (scores != NULL)
	{
		JsonbIterator *iterator = sc_jsonb_begin(scores);
		bool		several = JsonContainerSize(scores) > 1;
		JsonbValue	value;

		while (sc_jsonb_next_element(&iterator, &value))
			read_entry(sc_eval_element(&value, "scores"), several, &counts, &template, sink);
	}
	else
		read_entry(results, false, &counts, &template, sink);
}

void
sc_read_inspect_logs(JsonbContainer *document, EvalSink *sink)
{
	JsonbIterator *iterator = sc_jsonb_begin(document);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "eval_scores log", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	EvalText	file;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &file, &value))
	{
		JsonbContainer *log = sc_eval_member(&value, file);

		CHECK_FOR_INTERRUPTS();
		if (!sc_is_inspect_log(log))
			continue;
		MemoryContextSwitchTo(context);
		sc_read_inspect_log(log, sink);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}
