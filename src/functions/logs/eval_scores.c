/*-------------------------------------------------------------------------
 *
 * eval_scores.c
 *	  eval_scores(log): the scores of a result document of an evaluation
 *	  harness, whichever of those that are known here wrote it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "functions/logs/eval_documents.h"

PG_FUNCTION_INFO_V1(sc_eval_scores);

/* What an error shows of a document that nobody knows. */
#define SHOWN_KEYS 12
#define SHOWN_KEY_BYTES 40

typedef struct EvalFormat
{
	const char *name;
	bool		(*is) (JsonbContainer *document);
	void		(*read) (JsonbContainer *document, EvalSink *sink);
} EvalFormat;

/* Their marks exclude each other in documents that harnesses write. */
static const EvalFormat formats[] = {
	{"every_eval_ever", sc_is_every_eval_results, sc_read_every_eval_results},
	{"every_eval_ever", sc_is_every_eval_item, sc_read_every_eval_item},
	{"inspect_ai", sc_is_inspect_log, sc_read_inspect_log},
	{"lm-evaluation-harness", sc_is_lm_eval_results, sc_read_lm_eval_results},
	{"lm-evaluation-harness", sc_is_lm_eval_item, sc_read_lm_eval_item},
};

/* The first keys of an object, each quoted and of bounded length. */
static char *
first_keys(JsonbContainer *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	StringInfoData list;
	JsonbValue	key;
	JsonbValue	value;
	uint32		n = 0;

	initStringInfo(&list);
	(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
	while (n < SHOWN_KEYS && JsonbIteratorNext(&iterator, &key, false) == WJB_KEY)
	{
		int			len = key.val.string.len;
		int			clipped = pg_mbcliplen(key.val.string.val, len, SHOWN_KEY_BYTES);

		(void) JsonbIteratorNext(&iterator, &value, true);
		appendStringInfo(&list, "%s\"%.*s%s\"", n > 0 ? ", " : "", clipped, key.val.string.val,
						 clipped < len ? "..." : "");
		n++;
	}
	if (n < JsonContainerSize(object))
		appendStringInfo(&list, " and %u more", JsonContainerSize(object) - n);
	return list.data;
}

static void
unknown_document(JsonbContainer *document)
{
	char	   *found;

	if (JsonContainerIsScalar(document))
		found = pstrdup("The document is no object.");
	else if (JsonContainerIsArray(document))
		found = pstrdup("The document is an array.");
	else if (JsonContainerSize(document) == 0)
		found = pstrdup("The document has no keys.");
	else
		found = psprintf("The document has the keys %s.", first_keys(document));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("evaluation log has no known format"),
			 errdetail("Known are lm-evaluation-harness (keys \"results\", \"versions\", and \"config\" or \"configs\"; "
					   "an item: \"doc_id\" and \"resps\"), inspect_ai (\"eval\" and \"status\") and "
					   "every_eval_ever (\"model_info\" and \"evaluation_results\"; "
					   "an item: \"model_id\", \"sample_id\" and \"evaluation\"). %s", found),
			 JsonContainerIsArray(document) && !JsonContainerIsScalar(document) ?
			 errhint("Pass each element by itself: jsonb_array_elements(log).") : 0));
}

Datum
sc_eval_scores(PG_FUNCTION_ARGS)
{
	Jsonb	   *log = PG_GETARG_JSONB_P(0);
	ResultRows	rows;
	EvalSink	sink;
	Size		i;

	sc_begin_rows(fcinfo, sc_eval_columns, SC_EVAL_COLUMNS, &rows);
	sink.rows = &rows;
	sink.context = AllocSetContextCreate(CurrentMemoryContext, "eval_scores row", ALLOCSET_SMALL_SIZES);
	for (i = 0; JB_ROOT_IS_OBJECT(log) && i < lengthof(formats); i++)
		if (formats[i].is(&log->root))
		{
			sink.source = formats[i].name;
			formats[i].read(&log->root, &sink);
			MemoryContextDelete(sink.context);
			PG_FREE_IF_COPY(log, 0);
			return (Datum) 0;
		}
	unknown_document(&log->root);
	pg_unreachable();
}
