/*-------------------------------------------------------------------------
 *
 * load_eval_log.c
 *	  load_eval_log, reject_eval_log and eval_log_is_known: evaluation logs into
 *	  the tables that create_eval_tables() makes.
 *
 * A log is read within a subtransaction, which writes nothing: whatever is wrong
 * with its content ends there and becomes the reason of a row of logs.  What is
 * wrong with anything else, such as a right that lacks or a trigger that refuses,
 * is an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/comment.h"
#include "executor/tstoreReceiver.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

#include "functions/eval_tables/eval_tables_work.h"
#include "functions/eval_tables/load_eval_log_sql.h"
#include "functions/logs/eval_catch.h"
#include "functions/shared/arguments.h"
#include "types/forms/clip.h"
#include "types/forms/compat.h"

PG_FUNCTION_INFO_V1(sc_load_eval_log);
PG_FUNCTION_INFO_V1(sc_reject_eval_log);
PG_FUNCTION_INFO_V1(sc_eval_log_is_known);

/* Names beyond this many bytes do not fit the indexes of the tables. */
#define MAX_NAME_BYTES 1000

/* So does a file's name. */
#define MAX_FILE_BYTES 2000

/* A loader's own reason is cut to this. */
#define MAX_REASON_BYTES 500

/* The log at hand. */
typedef struct EvalLog
{
	EvalWork	work;
	Datum		file;			/* text */
	Datum		hash;
	Datum		content;		/* bytea; of the part at hand */
	int64		bytes;
	const char *reason;			/* why it cannot be read; NULL if it can */
	bool		is_empty;		/* it can be read, and holds no scores */
	Tuplestorestate *rows;		/* what it holds, in the columns of EVAL_ROWS */
	TupleDesc	desc;
	int64		n_rows;
} EvalLog;

/* ----------
 * Reading
 * ----------
 */

/* The first value of what a statement gives, or NULL. */
static char *
first_text(void)
{
	char	   *value = SPI_processed == 0 ? NULL :
		SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

	return value;
}

/* The text of a log, a datum of the caller's context. */
static Datum
text_of(EvalLog *log)
{
	static const Oid types[] = {BYTEAOID};
	bool		null;
	Datum		content;

	(void) sc_tables_run(&log->work, sc_load_sql_text, 1, types, &log->content, NULL, NULL);
	content = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null);
	return null ? CStringGetTextDatum("") : content;
}

/* eval_scores() of a content, into the rows. */
static void
read_rows(void *argument)
{
	static const Oid types[] = {TEXTOID};
	EvalLog    *log = argument;
	DestReceiver *destination = CreateDestReceiver(DestTuplestore);
	Datum		content = text_of(log);
	SPITupleTable *table = SPI_tuptable;

	SetTuplestoreDestReceiverParams(destination, log->rows, CurrentMemoryContext, false, NULL, NULL);
	(void) sc_tables_run(&log->work, sc_load_sql_read, 1, types, &content, NULL, destination);
	destination->rDestroy(destination);
	SPI_freetuptable(table);
}

/* Why a content that can be read holds no scores, or NULL. */
static const char *
problem_of(EvalLog *log)
{
	static const Oid types[] = {TEXTOID};
	Datum		content = text_of(log);

	(void) sc_tables_run(&log->work, sc_load_sql_problem, 1, types, &content, NULL, NULL);
	return first_text();
}

/* Counts the rows; a name that no index takes is a reason. */
static void
look_at_rows(EvalLog *log)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(log->desc, &TTSOpsMinimalTuple);
	int			i;

	while (log->reason == NULL && tuplestore_gettupleslot(log->rows, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		log->n_rows++;
		slot_getallattrs(slot);
		for (i = 0; i < log->desc->natts; i++)
			if (TupleDescAttr(log->desc, i)->atttypid == TEXTOID && !slot->tts_isnull[i] &&
				VARSIZE_ANY_EXHDR(DatumGetPointer(slot->tts_values[i])) > MAX_NAME_BYTES)
				log->reason = psprintf("a name is longer than %d bytes", MAX_NAME_BYTES);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_rescan(log->rows);
}

/* The columns of EVAL_ROWS: those of the statement that reads. */
static TupleDesc
columns_of_rows(void)
{
	static const struct
	{
		const char *name;
		Oid			type;
	}			columns[] = {
		{"model", TEXTOID}, {"setting", TEXTOID}, {"benchmark", TEXTOID}, {"variant", TEXTOID},
		{"metric", TEXTOID}, {"filter", TEXTOID}, {"score", FLOAT8OID}, {"stderr", FLOAT8OID},
		{"n", INT8OID}, {"n_total", INT8OID}, {"lower_is_better", BOOLOID}, {"parent", TEXTOID},
		{"is_group", BOOLOID}, {"item", TEXTOID}, {"run_id", TEXTOID}, {"run_at", TIMESTAMPTZOID},
		{"source", TEXTOID},
	};
	TupleDesc	desc = CreateTemplateTupleDesc(lengthof(columns));
	Size		i;

	for (i = 0; i < lengthof(columns); i++)
		TupleDescInitEntry(desc, i + 1, columns[i].name, columns[i].type, -1, 0);
	return desc;
}

/* Reads a content, so that either the rows are there under their name or the reason. */
static void
read_content(EvalLog *log)
{
	EphemeralNamedRelation rows = palloc0(sizeof(EphemeralNamedRelationData));

	log->rows = tuplestore_begin_heap(true, false, work_mem);
	log->desc = columns_of_rows();
	rows->md.name = pstrdup(EVAL_ROWS);
	rows->md.reliddesc = InvalidOid;
	rows->md.tupdesc = log->desc;
	rows->md.enrtype = ENR_NAMED_TUPLESTORE;
	rows->reldata = log->rows;

	log->reason = sc_eval_catch(read_rows, log);
	if (log->reason == NULL)
		look_at_rows(log);
	log->is_empty = log->reason == NULL && log->n_rows == 0;
	if (log->is_empty)
		log->reason = problem_of(log);
	if (log->is_empty && log->reason == NULL)
		log->reason = "the log holds no scores";
	rows->md.enrtuples = log->n_rows;
	if (SPI_register_relation(rows) != SPI_OK_REL_REGISTER)
		elog(ERROR, "SPI_register_relation failed");
}

/* ----------
 * Parts that wait
 * ----------
 */

/* The temporary table of the session; false if it is not there. */
static bool
find_staged(void)
{
	Oid			schema = LookupNamespaceNoError("pg_temp");
	Oid			table = OidIsValid(schema) ? get_relname_relid(EVAL_STAGED, schema) : InvalidOid;
	char	   *comment;

	if (!OidIsValid(table))
		return false;
	comment = GetComment(table, RelationRelationId, 0);
	if (comment == NULL || strcmp(comment, EVAL_STAGED_MARK) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("temporary relation \"%s\" was not made by load_eval_log", EVAL_STAGED),
				 errhint("Drop it, or load from another session.")));
	return true;
}

static void
make_staged(void)
{
	if (find_staged())
		return;
	sc_view_run(sc_load_sql_create_staged);
	sc_view_run(psprintf("COMMENT ON TABLE pg_temp.%s IS %s", EVAL_STAGED, quote_literal_cstr(EVAL_STAGED_MARK)));
	sc_view_run(psprintf("CREATE INDEX ON pg_temp.%s (file)", EVAL_STAGED));
}

/* Runs a statement on file, hash, bytes, oid of the schema and reason; the first so many of them. */
static void
run_with_log(EvalLog *log, const char *sql, int n_arguments)
{
	static const Oid types[] = {TEXTOID, TEXTOID, INT8OID, OIDOID, TEXTOID};
	Datum		values[] = {log->file, log->hash, Int64GetDatum(log->bytes), ObjectIdGetDatum(log->work.schema),
	log->reason ? CStringGetTextDatum(log->reason) : (Datum) 0};
	bool		nulls[] = {false, log->hash == (Datum) 0, false, false, log->reason == NULL};

	(void) sc_tables_run(&log->work, sql, n_arguments, types, values, nulls, NULL);
}

/* What is staged of the file goes; with the last row the room that the others took, too. */
static void
unstage(EvalLog *log)
{
	static const Oid types[] = {TEXTOID, OIDOID};
	Datum		values[] = {log->file, ObjectIdGetDatum(log->work.schema)};

	if (!find_staged() || sc_tables_run(&log->work, sc_load_sql_unstage, 2, types, values, NULL, NULL) == 0)
		return;
	if (sc_tables_run(&log->work, sc_load_sql_any_staged, 0, NULL, NULL, NULL, NULL) == 0)
		sc_view_run("TRUNCATE pg_temp." EVAL_STAGED);
}

/* Puts the part away, or why it is rejected; one without scores is none of the file's faults. */
static void
stage(EvalLog *log)
{
	bool		rejected = log->reason != NULL && !log->is_empty;

	make_staged();
	run_with_log(log, rejected ? sc_load_sql_stage_part : sc_load_sql_stage, rejected ? 5 : 4);
}

/*
 * Are parts of the file staged?  Then bytes and number of rows of the log are
 * theirs, and a reason of one of them is its reason.
 */
static bool
read_staged(EvalLog *log)
{
	static const Oid types[] = {TEXTOID, TEXTOID, OIDOID};
	Datum		values[] = {log->file, log->hash, ObjectIdGetDatum(log->work.schema)};
	HeapTuple	tuple;
	char	   *reason;
	bool		null;

	if (!find_staged() || sc_tables_run(&log->work, sc_load_sql_staged_parts, 3, types, values, NULL, NULL) == 0)
		return false;
	tuple = SPI_tuptable->vals[0];
	log->bytes = DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &null));
	reason = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2);
	log->n_rows = DatumGetInt64(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 3, &null));
	if (reason != NULL)
		log->reason = reason;
	else if (log->is_empty && log->n_rows > 0)
		log->reason = NULL;
	return true;
}

/* ----------
 * Loading
 * ----------
 */

/* Is the content there under any name, and has the file rows? */
static bool
is_known(EvalLog *log, bool *has_rows)
{
	static const Oid types[] = {TEXTOID, TEXTOID};
	Datum		values[] = {log->file, log->hash};
	bool		null;
	bool		known;

	(void) sc_tables_run(&log->work, sc_load_sql_known, 2, types, values, NULL, NULL);
	known = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	*has_rows = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &null));
	return known;
}

/* The file as one that gives nothing, whatever it gave before. */
static void
write_rejected(EvalLog *log)
{
	static const Oid types[] = {TEXTOID, TEXTOID, INT8OID, TEXTOID};
	Datum		values[] = {log->file, log->hash, Int64GetDatum(log->bytes), CStringGetTextDatum(log->reason)};
	bool		nulls[] = {false, log->hash == (Datum) 0, log->bytes < 0, false};

	run_with_log(log, sc_load_sql_delete_rows, 1);
	(void) sc_tables_run(&log->work, sc_load_sql_insert_rejected, 4, types, values, nulls, NULL);
}

/* Reads the content and writes the log, or for all but the last part stages it; what became of it. */
static const char *
load(EvalLog *log, bool is_last)
{
	bool		has_rows;
	bool		has_parts;
	EvalLog		before;
	const char *result = "known";

	if (is_known(log, &has_rows))
	{
		/* what the file held before it holds no more */
		run_with_log(log, sc_load_sql_delete_other, 2);
		unstage(log);
		return result;
	}
	read_content(log);
	if (!is_last)
	{
		stage(log);
		return log->reason != NULL && !log->is_empty ? "rejected" : "staged";
	}
	before = *log;
	has_parts = read_staged(&before);
	if (has_parts)
	{
		stage(log);
		(void) read_staged(log);
	}
	if (log->reason != NULL)
		write_rejected(log);
	else
	{
		if (has_rows)
			run_with_log(log, sc_load_sql_delete_rows, 1);
		run_with_log(log, has_parts ? sc_load_sql_insert_staged : sc_load_sql_insert, has_parts ? 4 : 3);
	}
	if (has_parts)
		unstage(log);
	return log->reason != NULL ? "rejected" : has_rows ? "replaced" : "loaded";
}

/* The schema, its tables and the lock of a function that writes. */
static void
begin(FunctionCallInfo fcinfo, EvalLog *log, const char *command)
{
	char	   *file;

	memset(log, 0, sizeof(*log));
	sc_tables_find(fcinfo, &log->work, command);
	sc_tables_need(&log->work, "logs");
	sc_tables_need(&log->work, "results");
	file = sc_text_parameter(fcinfo, 1, "file");
	if (strlen(file) > MAX_FILE_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("name of a file is longer than %d bytes", MAX_FILE_BYTES)));
	log->file = PointerGetDatum(cstring_to_text(file));
	sc_tables_connect(&log->work);
	/* rights are checked by it before it waits */
	(void) sc_tables_run(&log->work, sc_load_sql_lock, 0, NULL, NULL, NULL, NULL);
}

/* load_eval_log(schema, file, hash, content, is_last) */
Datum
sc_load_eval_log(PG_FUNCTION_ARGS)
{
	bool		is_last = sc_bool_argument(fcinfo, 4, "is_last");
	MemoryContext context = CurrentMemoryContext;
	EvalLog		log;
	const char *result;

	if (PG_ARGISNULL(3))
		sc_null_parameter("content");
	if (PG_ARGISNULL(2) && !is_last)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" must not be null for a part of a file", "hash"),
				 errhint("Pass the hash of the whole file with each of its parts.")));
	begin(fcinfo, &log, "load_eval_log()");
	log.content = PointerGetDatum(PG_GETARG_BYTEA_PP(3));
	log.bytes = VARSIZE_ANY_EXHDR(DatumGetPointer(log.content));
	if (!PG_ARGISNULL(2))
		log.hash = PG_GETARG_DATUM(2);
	else
	{
		static const Oid types[] = {BYTEAOID};
		bool		null;

		(void) sc_tables_run(&log.work, sc_load_sql_hash, 1, types, &log.content, NULL, NULL);
		log.hash = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null);
	}
	result = load(&log, is_last);
	if (log.rows != NULL)
		tuplestore_end(log.rows);
	sc_tables_finish(&log.work);
	MemoryContextSwitchTo(context);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* reject_eval_log(schema, file, reason) */
Datum
sc_reject_eval_log(PG_FUNCTION_ARGS)
{
	char	   *reason = sc_text_parameter(fcinfo, 2, "reason");
	EvalLog		log;

	begin(fcinfo, &log, "reject_eval_log()");
	log.bytes = -1;
	log.reason = pnstrdup(reason, sc_clip(reason, strlen(reason), MAX_REASON_BYTES));
	write_rejected(&log);
	unstage(&log);
	sc_tables_finish(&log.work);
	PG_RETURN_VOID();
}

/* eval_log_is_known(schema, hash) */
Datum
sc_eval_log_is_known(PG_FUNCTION_ARGS)
{
	static const Oid types[] = {TEXTOID};
	Datum		hash = PointerGetDatum(cstring_to_text(sc_text_parameter(fcinfo, 1, "hash")));
	EvalWork	work;
	bool		null;
	bool		known;

	sc_tables_find(fcinfo, &work, NULL);
	sc_tables_need(&work, "logs");
	sc_tables_connect(&work);
	(void) sc_tables_run(&work, sc_load_sql_has_hash, 1, types, &hash, NULL, NULL);
	known = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	sc_tables_finish(&work);
	PG_RETURN_BOOL(known);
}
