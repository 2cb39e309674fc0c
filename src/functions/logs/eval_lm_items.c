/*-------------------------------------------------------------------------
 *
 * eval_lm_items.c
 *	  The lines of samples_TASK_TIME.jsonl, the items of lm-evaluation-harness.
 *
 * A line knows neither its model nor its task.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "functions/logs/eval_formats.h"

bool
sc_is_lm_eval_item(JsonbContainer *document)
{
	return sc_eval_has(document, "doc_id") && (sc_eval_has(document, "resps") || sc_eval_has(document, "filtered_resps"));
}

/* doc_id, a number or a text. */
static EvalText
item_of(JsonbContainer *document)
{
	StringInfoData text;
	JsonbValue	value;

	if (!sc_eval_get(document, sc_eval_key("doc_id"), &value))
		return sc_eval_key("");
	if (value.type == jbvString)
		return sc_eval_string(&value);
	initStringInfo(&text);
	if (value.type == jbvNumeric)
		appendStringInfoString(&text, DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric))));
	return sc_eval_key(text.data);
}

static void
put_item(EvalText metric, const JsonbValue *score, const EvalRow *template, EvalSink *sink)
{
	EvalRow		row = *template;

	row.metric = metric;
	row.score = sc_eval_score(score, metric);
	sc_eval_put(sink, &row);
}

/*
 * A line lists the names of its metrics; an old one does not, there every number and
 * boolean but doc_id is a score.
 */
void
sc_read_lm_eval_item(JsonbContainer *document, EvalSink *sink)
{
	JsonbContainer *metrics = sc_eval_array(document, "metrics");
	JsonbIterator *iterator = sc_jsonb_begin(metrics != NULL ? metrics : document);
	EvalRow		row = sc_eval_row();
	EvalText	metric;
	JsonbValue	name;
	JsonbValue	value;

	row.filter = sc_eval_text(document, "filter");
	if (row.filter.data != NULL && sc_eval_text_is(row.filter, "none"))
		row.filter.data = NULL;
	row.item = item_of(document);
	row.n = 1;
	if (metrics != NULL)
		while (sc_jsonb_next_element(&iterator, &name))
		{
			CHECK_FOR_INTERRUPTS();
			if (name.type == jbvString && sc_eval_get(document, sc_eval_string(&name), &value))
				put_item(sc_eval_string(&name), &value, &row, sink);
		}
	else
		while (sc_eval_next_member(&iterator, &metric, &value))
		{
			CHECK_FOR_INTERRUPTS();
			if ((value.type == jbvNumeric || value.type == jbvBool) && !sc_eval_text_is(metric, "doc_id"))
				put_item(metric, &value, &row, sink);
		}
}
