/*-------------------------------------------------------------------------
 *
 * eval_inspect.c
 *	  Logs of Inspect (inspect_ai), in JSON.
 *
 * results.scores has an entry for each scorer, for each key of a scorer whose
 * value is a dictionary, and for each reducer of epochs; an entry has an object
 * of metrics.  stderr is a metric like accuracy, mean and std.  Version 1 had
 * one scorer, with its metrics beside it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"

#include "functions/logs/eval_documents.h"

bool
sc_is_inspect_log(JsonbContainer *document)
{
	return sc_eval_has(document, "eval") && sc_eval_has(document, "status");
}

static bool
is_error(EvalText metric)
{
	return sc_eval_text_is(metric, "stderr") || sc_eval_text_is(metric, "bootstrap_stderr");
}

/* Metrics that measure spread: no mean, and no standard error belongs to them. */
static bool
is_spread(EvalText metric)
{
	return is_error(metric) || sc_eval_text_is(metric, "std") || sc_eval_text_is(metric, "var");
}

/* stderr() is that of the mean of an entry's values, which these are. */
static bool
is_mean(EvalText metric)
{
	return sc_eval_text_is(metric, "accuracy") || sc_eval_text_is(metric, "mean");
}

/* What to know about the metrics of an entry before any is read. */
typedef struct Metrics
{
	double		error;			/* NaN: none */
	int			n_mean;			/* accuracy and mean */
	int			n_other;		/* and those that are neither a spread */
} Metrics;

static double
metric_value(const JsonbValue *value, EvalText name)
{
	return sc_eval_score_of(sc_eval_member(value, name), "value", name);
}

static Metrics
survey(JsonbContainer *metrics)
{
	JsonbIterator *iterator = JsonbIteratorInit(metrics);
	Metrics		found = {NAN, 0, 0};
	JsonbValue	key;
	JsonbValue	value;

	(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
	while (JsonbIteratorNext(&iterator, &key, false) == WJB_KEY)
	{
		EvalText	name = {key.val.string.val, key.val.string.len};

		(void) JsonbIteratorNext(&iterator, &value, true);
		if (sc_eval_text_is(name, "stderr") || (is_error(name) && isnan(found.error)))
			found.error = metric_value(&value, name);
		else if (is_mean(name))
			found.n_mean++;
		else if (!is_spread(name))
			found.n_other++;
	}
	if (!(found.error >= 0))
		found.error = NAN;
	return found;
}

/*
 * The rows of an entry, of which the template holds what is common.  prefix goes
 * before the names of metrics where a log has several entries.
 */
static void
read_metrics(JsonbContainer *metrics, StringInfo prefix, const EvalRow *template, EvalSink *sink)
{
	Metrics		all = survey(metrics);
	JsonbIterator *iterator = JsonbIteratorInit(metrics);
	int			prefix_len = prefix->len;
	JsonbValue	key;
	JsonbValue	value;

	(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
	while (JsonbIteratorNext(&iterator, &key, false) == WJB_KEY)
	{
		EvalText	name = {key.val.string.val, key.val.string.len};
		EvalRow		row = *template;

		(void) JsonbIteratorNext(&iterator, &value, true);
		if (is_error(name))
			continue;
		appendBinaryStringInfo(prefix, name.data, name.len);
		row.metric.data = prefix->data;
		row.metric.len = prefix->len;
		row.score = metric_value(&value, name);
		/* a single metric of a scorer's own, beside stderr, is a mean too */
		if (is_mean(name) || (all.n_mean == 0 && all.n_other == 1 && !is_spread(name)))
			row.error = all.error;
		sc_eval_put(sink, &row);
		prefix->len = prefix_len;
	}
}

/* One entry of results.scores. */
static void
read_entry(JsonbContainer *entry, bool is_one_of_several, const EvalRow *template, EvalSink *sink,
		   StringInfo prefix)
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
	resetStringInfo(prefix);
	if (is_one_of_several && name.data != NULL)
	{
		appendBinaryStringInfo(prefix, name.data, name.len);
		appendStringInfoChar(prefix, '/');
	}
	if (is_one_of_several && reducer.data != NULL)
	{
		appendBinaryStringInfo(prefix, reducer.data, reducer.len);
		appendStringInfoChar(prefix, '/');
	}
	read_metrics(metrics, prefix, &row, sink);
}

void
sc_read_inspect_log(JsonbContainer *document, EvalSink *sink)
{
	JsonbContainer *eval = sc_eval_object(document, "eval");
	JsonbContainer *results = sc_eval_object(document, "results");
	EvalText	status = sc_eval_text(document, "status");
	EvalRow		template = sc_eval_row();
	JsonbContainer *scores;
	StringInfoData prefix;

	/* a log of a run that goes on, or broke off, has no results that count */
	if (status.data == NULL || !sc_eval_text_is(status, "success") || results == NULL)
		return;
	template.model = sc_eval_text(eval, "model");
	template.benchmark = sc_eval_text(eval, "task");
	template.run_at = sc_eval_time(eval, "created");
	template.n = sc_eval_count_of(results, sc_eval_key("completed_samples"));
	initStringInfo(&prefix);
	scores = sc_eval_array(results, "scores");
	if (scores != NULL)
	{
		JsonbIterator *iterator = JsonbIteratorInit(scores);
		bool		several = JsonContainerSize(scores) > 1;
		JsonbValue	value;

		(void) JsonbIteratorNext(&iterator, &value, false); /* the array begins */
		while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
			read_entry(sc_eval_element(&value, "scores"), several, &template, sink, &prefix);
	}
	else
		read_entry(results, false, &template, sink, &prefix);
}
