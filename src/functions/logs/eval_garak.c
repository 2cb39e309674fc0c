/*-------------------------------------------------------------------------
 *
 * eval_garak.c
 *	  Reports of garak, *.report.jsonl: of each probe and detector, in how many of
 *	  the attempts the model held.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_models.h"

bool
sc_is_garak_entry(JsonbContainer *document)
{
	return sc_eval_has(document, "entry_type");
}

void
sc_begin_garak_report(GarakReport *report)
{
	report->row = sc_eval_row();
	initStringInfo(&report->model);
	initStringInfo(&report->run);
	initStringInfo(&report->setting);
}

/* A text that shall outlive its document. */
static EvalText
keep(StringInfo buffer, EvalText text)
{
	EvalText	kept = {NULL, 0};

	resetStringInfo(buffer);
	if (text.data == NULL)
		return kept;
	appendBinaryStringInfo(buffer, text.data, text.len);
	kept.data = buffer->data;
	kept.len = buffer->len;
	return kept;
}

static void
read_setup(GarakReport *report, JsonbContainer *entry)
{
	static const char *const names[] = {"plugins.target_name", "plugins.model_name",
	"plugins.target_type", "plugins.model_type"};
	EvalText	revision;
	EvalText	model = sc_eval_model_name(sc_eval_first_text(entry, names, lengthof(names)), &revision);
	EvalText	revised = sc_eval_revision_setting(revision);

	report->row.model = keep(&report->model, model);
	resetStringInfo(&report->setting);
	sc_eval_add_facts(&report->setting, revised);
	sc_eval_add_member(&report->setting, "system_prompt", entry, "run.system_prompt");
	report->row.setting.data = report->setting.len > 0 ? report->setting.data : NULL;
	report->row.setting.len = report->setting.len;
}

static void
read_eval(const GarakReport *report, JsonbContainer *entry, EvalSink *sink)
{
	static const char prefix[] = "detector.";
	EvalRow		row = report->row;
	double		passed = sc_eval_score_of(entry, "passed", sc_eval_key("passed"));
	EvalText	run = sc_eval_text(entry, "uuid");

	row.benchmark = sc_eval_text(entry, "probe");
	row.metric = sc_eval_key("passed");
	row.filter = sc_eval_text(entry, "detector");
	if (sc_eval_begins(row.filter, prefix))
	{
		row.filter.data += strlen(prefix);
		row.filter.len -= strlen(prefix);
	}
	row.n = sc_eval_count_of(entry, sc_eval_key("total_evaluated"));
	if (row.n < 0)
		row.n = sc_eval_count_of(entry, sc_eval_key("total"));
	if (row.n < 0 || !(passed >= 0 && passed <= row.n))
		return;
	row.score = passed / row.n;
	/* of a mean of zeros and ones, with ddof = 1 as that of other harnesses */
	if (row.n > 1)
		row.error = sqrt(row.score * (1 - row.score) / (row.n - 1));
	row.lower_is_better = 0;
	if (run.data != NULL)
		row.run_id = run;
	sc_eval_put(sink, &row);
}

void
sc_read_garak_entry(GarakReport *report, JsonbContainer *document, EvalSink *sink)
{
	EvalText	type = sc_eval_text(document, "entry_type");

	sink->why_none = "the report of garak has no entries of the type \"eval\": the run has not ended";
	if (type.data == NULL)
		return;
	if (sc_eval_text_is(type, "start_run setup"))
		read_setup(report, document);
	else if (sc_eval_text_is(type, "init"))
	{
		report->row.run_id = keep(&report->run, sc_eval_text(document, "run"));
		report->row.run_at = sc_eval_time(document, "start_time");
	}
	else if (sc_eval_text_is(type, "eval"))
		read_eval(report, document, sink);
}
