/*-------------------------------------------------------------------------
 *
 * eval_formats.h
 *	  The readers of evaluation logs: is an object one of this format, by its
 *	  keys, and its rows.
 *
 * An item is one line of a JSON Lines file, the score of one sample.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_FORMATS_H
#define SC_FUNCTIONS_LOGS_EVAL_FORMATS_H

#include "functions/logs/eval_documents.h"
#include "functions/logs/eval_rows.h"

extern bool sc_is_lm_eval_results(JsonbContainer *document);
extern void sc_read_lm_eval_results(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_bare_results(JsonbContainer *document);
extern void sc_read_bare_results(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_lm_eval_item(JsonbContainer *document);
extern void sc_read_lm_eval_item(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_lighteval_results(JsonbContainer *document);
extern void sc_read_lighteval_results(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_inspect_log(JsonbContainer *document);
extern void sc_read_inspect_log(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_inspect_logs(JsonbContainer *document);
extern void sc_read_inspect_logs(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_every_eval_results(JsonbContainer *document);
extern void sc_read_every_eval_results(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_every_eval_item(JsonbContainer *document);
extern void sc_read_every_eval_item(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_helm_run(JsonbContainer *document);
extern void sc_read_helm_run(JsonbContainer *document, EvalSink *sink);

/*
 * A report of garak is JSON Lines of several kinds, of which the first ones say which
 * model it is: what is known so far goes from line to line.
 */
typedef struct GarakReport
{
	EvalRow		row;
	StringInfoData model;		/* what the row's texts lie in */
	StringInfoData run;
	StringInfoData setting;
} GarakReport;

extern bool sc_is_garak_entry(JsonbContainer *document);
extern void sc_begin_garak_report(GarakReport *report);
extern void sc_read_garak_entry(GarakReport *report, JsonbContainer *document, EvalSink *sink);

/* A table in CSV, with a row for each model or for each score. */
extern void sc_read_eval_csv(const char *text, Size len, EvalSink *sink);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_FORMATS_H */
