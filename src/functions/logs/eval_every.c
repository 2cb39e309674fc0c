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

#include "miscadmin.h"
#include "utils/memutils.h"

#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_models.h"

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

/* Of levels, -1 can stand for an unknown one. */
static bool
is_unknown_level(JsonbContainer *metric, double score)
{
	EvalText	type = sc_eval_text(metric, "score_type");

	return score == -1 && type.data != NULL && sc_eval_text_is(type, "levels") &&
		sc_eval_bool(metric, sc_eval_key("has_unknown_level")) == 1;
}

static bool
is_same(EvalText a, EvalText b)
{
	return a.data != NULL && b.data != NULL && a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/*
 * evaluation_result_id tells values of one metric apart: "metric:filter", "metric:split" or
 * "scorer:metric", as converters make it.  What it has beside the metric's name, or none.
 */
static EvalText
qualifier_of(JsonbContainer *result, JsonbContainer *metric)
{
	EvalText	id = sc_eval_text(result, "evaluation_result_id");
	EvalText	name = sc_eval_text(metric, "metric_name");
	EvalText	rest = {NULL, 0};
	int			len = id.len - name.len - 1;

	if (id.data == NULL || name.data == NULL || len <= 0)
		return rest;
	if (id.data[name.len] == ':' && memcmp(id.data, name.data, name.len) == 0)
		rest.data = id.data + name.len + 1;
	else if (id.data[len] == ':' && memcmp(id.data + len + 1, name.data, name.len) == 0)
		rest.data = id.data;
	else
		return rest;
	rest.len = len;
	return rest;
}

/* That of lm-evaluation-harness's filters is at the end of the name of the task, too. */
static EvalText
without_qualifier(EvalText benchmark, EvalText qualifier)
{
	int			len = benchmark.len - qualifier.len;

	if (qualifier.data != NULL && len > 1 && benchmark.data[len - 1] == '/' &&
		memcmp(benchmark.data + len, qualifier.data, qualifier.len) == 0)
		benchmark.len = len - 1;
	return benchmark;
}

static void
add_to_filter(EvalRow *row, EvalText more)
{
	if (row->filter.data == NULL)
		row->filter = more;
	else if (more.data != NULL)
		row->filter = sc_eval_key(psprintf("%.*s/%.*s", row->filter.len, row->filter.data, more.len, more.data));
}

/* The schema wants lower_is_better of every metric; converters say beside it where nobody knows. */
static int
lower_is_better(JsonbContainer *metric)
{
	EvalText	polarity = sc_eval_text(sc_eval_maybe_object(metric, sc_eval_key("additional_details")), "polarity");

	if (polarity.data != NULL && (sc_eval_text_is(polarity, "unknown") || sc_eval_text_is(polarity, "not_applicable")))
		return -1;
	return sc_eval_bool(metric, sc_eval_key("lower_is_better"));
}

/*
 * metric_kind says what is measured in a word that is the same for all benchmarks;
 * where a document has it, the metric's own name tells two of a kind apart, as the filter.
 * Schema 0.2 has no name of the metric but in the description.
 */
static void
name_metric(JsonbContainer *metric, EvalRow *row)
{
	static const char *const names[] = {"metric_id", "metric_name", "evaluation_description"};
	EvalText	name = sc_eval_first_text(metric, names, lengthof(names) - 1);

	row->metric = sc_eval_text(metric, "metric_kind");
	if (row->metric.data == NULL)
		row->metric = sc_eval_first_text(metric, names, lengthof(names));
	else if (name.data != NULL && !is_same(name, row->metric))
		row->filter = name;
}

/* Converters write strings among the details as JSON: "\"low\"". */
static void
add_effort(StringInfo setting, JsonbContainer *object)
{
	const char *key = sc_eval_has(object, "reasoning_effort") ? "reasoning_effort" : "inference_effort";
	EvalText	effort = sc_eval_text(object, key);

	if (effort.len > 2 && effort.data[0] == '"' && effort.data[effort.len - 1] == '"')
	{
		effort.data++;
		effort.len -= 2;
		sc_eval_add_fact(setting, "reasoning_effort", effort);
	}
	else
		sc_eval_add_member(setting, "reasoning_effort", object, key);
}

/* What is said of the model, for all of its results. */
typedef struct AboutModel
{
	EvalText	agent;			/* as facts: what it was loaded with, and the
								 * agent */
	EvalText	effort;
} AboutModel;

static EvalText
agent_of(JsonbContainer *about, EvalText revision)
{
	ModelArguments loaded = sc_eval_arguments(about, "model_args");
	StringInfoData facts;

	initStringInfo(&facts);
	sc_eval_add_arguments(&facts, &loaded, revision);
	sc_eval_add_member(&facts, "agent", about, "agent_scaffold");
	return sc_eval_copied(&facts);
}

static EvalText
effort_of(JsonbContainer *about)
{
	StringInfoData facts;

	initStringInfo(&facts);
	add_effort(&facts, about);
	return sc_eval_copied(&facts);
}

/* How the model was asked, of one result: what changes its answers. */
static EvalText
setting_of(const AboutModel *about, JsonbContainer *result)
{
	JsonbContainer *config = sc_eval_maybe_object(result, sc_eval_key("generation_config"));
	JsonbContainer *arguments = sc_eval_maybe_object(config, sc_eval_key("generation_args"));
	JsonbContainer *more = sc_eval_maybe_object(config, sc_eval_key("additional_details"));
	StringInfoData setting;

	initStringInfo(&setting);
	sc_eval_add_facts(&setting, about->agent);
	sc_eval_add_member(&setting, "temperature", arguments, "temperature");
	if (sc_eval_bool(arguments, sc_eval_key("reasoning")) == 1)
		sc_eval_add_fact(&setting, "reasoning", sc_eval_key("true"));
	if (sc_eval_has(arguments, "reasoning_effort"))
		add_effort(&setting, arguments);
	else if (sc_eval_has(more, "reasoning_effort"))
		add_effort(&setting, more);
	else
		sc_eval_add_facts(&setting, about->effort);
	return sc_eval_copied(&setting);
}

/* The number of shots, where a converter keeps it. */
static EvalText
variant_of(JsonbContainer *result)
{
	JsonbContainer *config = sc_eval_maybe_object(result, sc_eval_key("generation_config"));
	StringInfoData variant;

	initStringInfo(&variant);
	sc_eval_add_member(&variant, "shots", sc_eval_maybe_object(config, sc_eval_key("additional_details")), "num_fewshot");
	return sc_eval_copied(&variant);
}

static void
read_result(const AboutModel *about, JsonbContainer *result, const EvalRow *template, EvalSink *sink)
{
	JsonbContainer *metric = sc_eval_object(result, "metric_config");
	JsonbContainer *details = sc_eval_object(result, "score_details");
	JsonbContainer *uncertainty = sc_eval_maybe_object(details, sc_eval_key("uncertainty"));
	JsonbContainer *error = sc_eval_maybe_object(uncertainty, sc_eval_key("standard_error"));
	TimestampTz run_at = sc_eval_time(result, "evaluation_timestamp");
	EvalText	qualifier = qualifier_of(result, metric);
	EvalRow		row = *template;

	CHECK_FOR_INTERRUPTS();
	row.setting = setting_of(about, result);
	row.variant = variant_of(result);
	row.benchmark = without_qualifier(sc_eval_text(result, "evaluation_name"), qualifier);
	name_metric(metric, &row);
	add_to_filter(&row, qualifier);
	row.score = sc_eval_score_of(details, "score", row.benchmark);
	if (is_unknown_level(metric, row.score))
		row.score = NAN;
	row.error = error != NULL ? sc_eval_error_of(error, sc_eval_key("value")) :
		sc_eval_error_of(uncertainty, sc_eval_key("standard_error"));
	row.n = sc_eval_count_of(uncertainty, sc_eval_key("num_samples"));
	if (row.n < 0)
		row.n = sc_eval_count_of(sc_eval_maybe_object(result, sc_eval_key("source_data")), sc_eval_key("samples_number"));
	row.lower_is_better = lower_is_better(metric);
	if (!TIMESTAMP_IS_NOBEGIN(run_at))
		row.run_at = run_at;
	sc_eval_put(sink, &row);
}

void
sc_read_every_eval_results(JsonbContainer *document, EvalSink *sink)
{
	/* the id is that of the items too; the name may lack the developer's */
	static const char *const names[] = {"id", "name"};
	JsonbContainer *model = sc_eval_object(document, "model_info");
	JsonbContainer *results = sc_eval_array(document, "evaluation_results");
	EvalRow		template = sc_eval_row();
	JsonbContainer *details = sc_eval_maybe_object(model, sc_eval_key("additional_details"));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "eval_scores result", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	AboutModel	about;
	JsonbIterator *iterator;
	EvalText	revision;
	JsonbValue	value;

	template.model = sc_eval_model_name(sc_eval_first_text(model, names, lengthof(names)), &revision);
	about.agent = agent_of(details, revision);
	about.effort = effort_of(details);
	template.run_id = sc_eval_text(document, "evaluation_id");
	template.run_at = sc_eval_time(document, "evaluation_timestamp");
	if (TIMESTAMP_IS_NOBEGIN(template.run_at))
		template.run_at = sc_eval_time(document, "retrieved_timestamp");
	if (results == NULL)
		return;
	iterator = sc_jsonb_begin(results);
	while (sc_jsonb_next_element(&iterator, &value))
	{
		MemoryContextSwitchTo(context);
		read_result(&about, sc_eval_element(&value, "evaluation_results"), &template, sink);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}

void
sc_read_every_eval_item(JsonbContainer *document, EvalSink *sink)
{
	EvalRow		row = sc_eval_row();
	EvalText	revision;

	row.model = sc_eval_model_name(sc_eval_text(document, "model_id"), &revision);
	row.setting = sc_eval_revision_setting(revision);
	row.benchmark = sc_eval_text(document, "evaluation_name");
	/* an item that counts for several results is there once for each */
	row.metric = sc_eval_text(document, "evaluation_result_id");
	row.score = sc_eval_score_of(sc_eval_object(document, "evaluation"), "score", row.benchmark);
	row.item = sc_eval_text(document, "sample_id");
	if (row.item.data == NULL)
		row.item = sc_eval_key("");
	row.run_id = sc_eval_text(document, "evaluation_id");
	row.n = 1;
	sc_eval_put(sink, &row);
}
