/*-------------------------------------------------------------------------
 *
 * eval_scores.c
 *	  eval_scores(log): the scores of a log of an evaluation harness, whichever of
 *	  those that are known here wrote it; eval_log_problem(log): why there are none.
 *
 * The form for jsonb reads one document, that for text all of a file: one document,
 * JSON Lines, or a table in CSV.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "functions/logs/eval_catch.h"
#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_text.h"
#include "functions/shared/arguments.h"
#include "types/forms/clip.h"

PG_FUNCTION_INFO_V1(sc_eval_scores);
PG_FUNCTION_INFO_V1(sc_eval_scores_text);
PG_FUNCTION_INFO_V1(sc_eval_log_problem);

/* What an error shows of a document that nobody knows. */
#define SHOWN_KEYS 12
#define SHOWN_KEY_BYTES 40

typedef struct EvalFormat
{
	const char *name;
	bool		(*is) (JsonbContainer *document);
	void		(*read) (JsonbContainer *document, EvalSink *sink);
} EvalFormat;

/* The first that fits: LightEval's marks are more than those of lm-evaluation-harness. */
static const EvalFormat formats[] = {
	{"every_eval_ever", sc_is_every_eval_results, sc_read_every_eval_results},
	{"every_eval_ever", sc_is_every_eval_item, sc_read_every_eval_item},
	{"inspect_ai", sc_is_inspect_log, sc_read_inspect_log},
	{"lighteval", sc_is_lighteval_results, sc_read_lighteval_results},
	{"lm-evaluation-harness", sc_is_lm_eval_results, sc_read_lm_eval_results},
	{"lm-evaluation-harness", sc_is_lm_eval_item, sc_read_lm_eval_item},
	{"helm", sc_is_helm_run, sc_read_helm_run},
	{"inspect_ai", sc_is_inspect_logs, sc_read_inspect_logs},
	{"lm-evaluation-harness", sc_is_bare_results, sc_read_bare_results},
};

static const EvalFormat *
format_of(JsonbContainer *document)
{
	Size		i;

	if (JsonContainerIsObject(document))
		for (i = 0; i < lengthof(formats); i++)
			if (formats[i].is(document))
				return &formats[i];
	return NULL;
}

/* ----------
 * What nobody knows
 * ----------
 */

/* The first keys of an object, each quoted and of bounded length. */
static char *
first_keys(JsonbContainer *object)
{
	JsonbIterator *iterator = sc_jsonb_begin(object);
	StringInfoData list;
	EvalText	key;
	JsonbValue	value;
	uint32		n = 0;

	initStringInfo(&list);
	while (n < SHOWN_KEYS && sc_eval_next_member(&iterator, &key, &value))
	{
		int			clipped = sc_clip(key.data, key.len, SHOWN_KEY_BYTES);

		appendStringInfo(&list, "%s\"%.*s%s\"", n > 0 ? ", " : "", clipped, key.data,
						 clipped < key.len ? "..." : "");
		n++;
	}
	if (n < JsonContainerSize(object))
		appendStringInfo(&list, " and %u more", JsonContainerSize(object) - n);
	return list.data;
}

static const char known_formats[] =
"Known are lm-evaluation-harness (\"results\" with an object for each task; an item: \"doc_id\" and \"resps\"), "
"lighteval (\"config_general\" and \"results\"), inspect_ai (\"eval\" and \"status\"), "
"every_eval_ever (\"model_info\" and \"evaluation_results\"; an item: \"model_id\", \"sample_id\" and "
"\"evaluation\"), helm (\"run_spec\" and \"stats\") and garak (lines with \"entry_type\").";

static const char array_of_logs[] = "Pass each element by itself: jsonb_array_elements(log).";
static const char statistics_of_helm[] =
"Statistics of HELM do not say of what model they are: pass "
"jsonb_build_object('run_spec', ..., 'stats', ...), with what is in run_spec.json.";

/* What to do with an array: that depends on its first element. */
static const char *
hint_of_array(JsonbContainer *array)
{
	JsonbValue *first = JsonContainerSize(array) > 0 ? getIthJsonbValueFromContainer(array, 0) : NULL;
	JsonbContainer *object = first != NULL && first->type == jbvBinary ? first->val.binary.data : NULL;

	if (object == NULL || !JsonContainerIsObject(object))
		return known_formats;
	if (format_of(object) != NULL)
		return array_of_logs;
	if (sc_eval_has(object, "name") && sc_eval_has(object, "count"))
		return statistics_of_helm;
	return known_formats;
}

static void
unknown_document(JsonbContainer *document)
{
	const char *hint = known_formats;
	char	   *found;

	if (JsonContainerIsScalar(document))
		found = pstrdup("The document is no object.");
	else if (JsonContainerIsArray(document))
	{
		found = pstrdup("The document is an array.");
		hint = hint_of_array(document);
	}
	else if (JsonContainerSize(document) == 0)
		found = pstrdup("The document has no keys.");
	else
		found = psprintf("The document has the keys %s.", first_keys(document));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("evaluation log has no known format"),
			 errdetail("%s", found),
			 errhint("%s", hint)));
}

/* ----------
 * Reading
 * ----------
 */

static void
read_document(JsonbContainer *document, EvalSink *sink)
{
	const EvalFormat *format = format_of(document);

	if (format == NULL)
		unknown_document(document);
	sink->source = format->name;
	format->read(document, sink);
}

/*
 * What stands at the top.  lm-evaluation-harness has written the items of a task as one
 * array; no other array is a log.
 */
static void
read_top(void *argument, EvalSink *sink)
{
	Jsonb	   *log = argument;
	JsonbContainer *array = &log->root;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	JsonbIterator *iterator;
	JsonbValue	element;
	JsonbValue *first = NULL;

	if (JB_ROOT_IS_ARRAY(log) && !JB_ROOT_IS_SCALAR(log) && JB_ROOT_COUNT(log) > 0)
		first = getIthJsonbValueFromContainer(array, 0);
	if (first == NULL || first->type != jbvBinary || !JsonContainerIsObject(first->val.binary.data) ||
		!sc_is_lm_eval_item(first->val.binary.data))
	{
		read_document(&log->root, sink);
		return;
	}
	context = AllocSetContextCreate(caller, "eval_scores element", ALLOCSET_SMALL_SIZES);
	iterator = sc_jsonb_begin(array);
	while (sc_jsonb_next_element(&iterator, &element))
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(context);
		read_document(sc_eval_element(&element, "[]"), sink);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}

/* What is read is named in errors from the second value on. */
static void
value_error_callback(void *value)
{
	errcontext("value %lld of the evaluation log", (long long) *(int64 *) value);
}

/* The value from s to its end, which is written to for a moment. */
static Jsonb *
parse_value(char *s, char *end)
{
	char		behind = *end;
	Datum		parsed;

	*end = '\0';
	parsed = DirectFunctionCall1(jsonb_in, CStringGetDatum(s));
	*end = behind;
	return DatumGetJsonbP(parsed);
}

/*
 * JSON values, one after the other.  s ends with a zero and is changed.  Of each only the
 * rows stay; a report of garak is read as one.
 */
static void
read_values(char *s, char *end, EvalSink *sink)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "eval_scores value", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	ErrorContextCallback callback;
	GarakReport report;
	bool		is_garak = false;
	int64		n = 0;

	callback.callback = value_error_callback;
	callback.arg = &n;
	callback.previous = error_context_stack;
	while (s < end)
	{
		char	   *stop = sc_eval_repair_value(s, end);
		Jsonb	   *log;

		CHECK_FOR_INTERRUPTS();
		if (++n == 2)
			error_context_stack = &callback;
		MemoryContextSwitchTo(context);
		log = parse_value(s, stop);
		if (n == 1 && JB_ROOT_IS_OBJECT(log) && sc_is_garak_entry(&log->root))
		{
			MemoryContextSwitchTo(caller);
			is_garak = true;
			sc_begin_garak_report(&report);
			sink->source = "garak";
		}
		if (!is_garak)
			read_top(log, sink);
		else if (JB_ROOT_IS_OBJECT(log))
			sc_read_garak_entry(&report, &log->root, sink);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
		s = sc_eval_skip_blanks(stop, end);
	}
	error_context_stack = callback.previous;
	MemoryContextDelete(context);
}

/* Is it what CSV begins with: a line with a sign between cells that is no JSON? */
static bool
looks_like_table(const char *s, const char *end)
{
	const char *line = memchr(s, '\n', end - s);

	if (s == end || *s == '{' || *s == '[')
		return false;
	if (line == NULL)
		line = end;
	return memchr(s, ',', line - s) != NULL || memchr(s, ';', line - s) != NULL || memchr(s, '\t', line - s) != NULL;
}

static void
read_file(void *argument, EvalSink *sink)
{
	text	   *log = argument;
	static const char pointer[] = "version https://git-lfs.github.com/spec/";
	char	   *copy = text_to_cstring(log);
	char	   *end = copy + VARSIZE_ANY_EXHDR(log);
	char	   *s = sc_eval_skip_mark(copy, end);
	char	   *begin = sc_eval_skip_blanks(s, end);

	if (begin == end)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("evaluation log is empty")));
	if (end - begin > (int) strlen(pointer) && memcmp(begin, pointer, strlen(pointer)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("evaluation log is not there, only a pointer to it of Git LFS"),
				 errhint("Run \"git lfs pull\" where it lies.")));
	if (looks_like_table(begin, end))
		sc_read_eval_csv(s, end - s, sink);
	else
		read_values(begin, end, sink);
	pfree(copy);
}

static void
begin_sink(EvalSink *sink, ResultRows *rows)
{
	sink->rows = rows;
	sink->source = "";
	sink->n_rows = 0;
	sink->why_none = NULL;
	sink->context = AllocSetContextCreate(CurrentMemoryContext, "eval_scores row", ALLOCSET_SMALL_SIZES);
}

/* The rows of one argument, as a reader gives them. */
static Datum
read_argument(FunctionCallInfo fcinfo, void *log, void (*read) (void *log, EvalSink *sink))
{
	ResultRows	rows;
	EvalSink	sink;

	sc_begin_rows(fcinfo, sc_eval_columns, SC_EVAL_COLUMNS, &rows);
	begin_sink(&sink, &rows);
	read(log, &sink);
	MemoryContextDelete(sink.context);
	PG_FREE_IF_COPY(log, 0);
	return (Datum) 0;
}

/* eval_scores(log jsonb) */
Datum
sc_eval_scores(PG_FUNCTION_ARGS)
{
	return read_argument(fcinfo, PG_GETARG_JSONB_P(0), read_top);
}

/* eval_scores(log text) */
Datum
sc_eval_scores_text(PG_FUNCTION_ARGS)
{
	return read_argument(fcinfo, PG_GETARG_TEXT_PP(0), read_file);
}

/* ----------
 * Why there are none
 * ----------
 */

/* Reads one without keeping its rows. */
typedef struct Trial
{
	text	   *log;
	EvalSink	sink;
} Trial;

static void
read_in_vain(void *trial)
{
	read_file(((Trial *) trial)->log, &((Trial *) trial)->sink);
}

/*
 * eval_log_problem(log text): reads it as eval_scores() does, and catches what is wrong
 * with it.
 */
Datum
sc_eval_log_problem(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "eval_log_problem", ALLOCSET_DEFAULT_SIZES);
	Trial		trial;
	const char *reason;
	Datum		result = (Datum) 0;

	trial.log = PG_GETARG_TEXT_PP(0);
	MemoryContextSwitchTo(context);
	begin_sink(&trial.sink, NULL);
	reason = sc_eval_catch(read_in_vain, &trial);
	if (reason == NULL && trial.sink.n_rows == 0)
		reason = trial.sink.why_none != NULL ? trial.sink.why_none : "the evaluation log has no results";
	MemoryContextSwitchTo(caller);
	if (reason != NULL)
		result = PointerGetDatum(cstring_to_text(reason));
	MemoryContextDelete(context);
	if (result == (Datum) 0)
		PG_RETURN_NULL();
	return result;
}
