/*-------------------------------------------------------------------------
 *
 * eval_every.c
 *	  Documents of Every Eval Ever, schema versions 0.2 and 0.3: results of a
 *	  model on some benchmarks, and the lines of its *_samples.jsonl.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "functions/logs/eval_documents.h"

bool
sc_is_every_eval_results(JsonbContainer *document)
{
	return sc_eval_has(document, "model_info") && sc_eval_has(document, "evaluation_results");
}

bool
sc_is_every_eval_item(JsonbContainer *document)
{
	return sc_eval_has(document, "model_id") && sc_eval_has(document, "sample_id") &&
		sc_eval_has(document, "evaluation");
}

/* The first of some keys that has a text. */
static EvalText
first_text(JsonbContainer *object, const char *const *keys, Size n)
{
	EvalText	text = {NULL, 0};
	Size		i;

	for (i = 0; text.data == NULL && i < n; i++)
		text = sc_eval_text(object, keys[i]);
	return text;
}

/* Of levels, -1 can stand for an unknown one. */
static bool
is_unknown_level(JsonbContainer *metric, double score)
{
	EvalText	type = sc_eval_text(metric, "score_type");

	return score == -1 && type.data != NULL && sc_eval_text_is(type, "levels") &&
		sc_eval_bool(metric, sc_eval_key("has_unknown_level")) == 1;
}

static void
read_result(JsonbContainer *result, const EvalRow *template, EvalSink *sink)
{
	/* 0.2 has no name of the metric but in the description */
	static const char *const names[] = {"metric_id", "metric_name", "metric_kind", "evaluation_description"};
	JsonbContainer *metric = sc_eval_object(result, "metric_config");
	JsonbContainer *details = sc_eval_object(result, "score_details");
	JsonbContainer *uncertainty = sc_eval_maybe_object(details, sc_eval_key("uncertainty"));
	JsonbContainer *error = sc_eval_maybe_object(uncertainty, sc_eval_key("standard_error"));
	TimestampTz run_at = sc_eval_time(result, "evaluation_timestamp");
	EvalRow		row = *template;

	row.benchmark = sc_eval_text(result, "evaluation_name");
	row.metric = first_text(metric, names, lengthof(names));
	row.score = sc_eval_score_of(details, "score", row.benchmark);
	if (is_unknown_level(metric, row.score))
		row.score = NAN;
	row.error = error != NULL ? sc_eval_error_of(error, sc_eval_key("value")) :
		sc_eval_error_of(uncertainty, sc_eval_key("standard_error"));
	row.n = sc_eval_count_of(uncertainty, sc_eval_key("num_samples"));
	row.lower_is_better = sc_eval_bool(metric, sc_eval_key("lower_is_better"));
	if (!TIMESTAMP_IS_NOBEGIN(run_at))
		row.run_at = run_at;
	sc_eval_put(sink, &row);
}

void
sc_read_every_eval_results(JsonbContainer *document, EvalSink *sink)
{
	/* the id is that of the items too; the name may lack the developer's */
	static const char *const names[] = {"id", "name"};
	JsonbContainer *results = sc_eval_array(document, "evaluation_results");
	EvalRow		template = sc_eval_row();
	JsonbIterator *iterator;
	JsonbValue	value;

	template.model = first_text(sc_eval_object(document, "model_info"), names, lengthof(names));
	template.run_at = sc_eval_time(document, "evaluation_timestamp");
	if (TIMESTAMP_IS_NOBEGIN(template.run_at))
		template.run_at = sc_eval_time(document, "retrieved_timestamp");
	if (results == NULL)
		return;
	iterator = JsonbIteratorInit(results);
	(void) JsonbIteratorNext(&iterator, &value, false); /* the array begins */
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
		read_result(sc_eval_element(&value, "evaluation_results"), &template, sink);
}

void
sc_read_every_eval_item(JsonbContainer *document, EvalSink *sink)
{
	EvalRow		row = sc_eval_row();

	row.model = sc_eval_text(document, "model_id");
	row.benchmark = sc_eval_text(document, "evaluation_name");
	/* an item that counts for several results is there once for each */
	row.metric = sc_eval_text(document, "evaluation_result_id");
	row.score = sc_eval_score_of(sc_eval_object(document, "evaluation"), "score", row.benchmark);
	row.n = 1;
	sc_eval_put(sink, &row);
}
