/*-------------------------------------------------------------------------
 *
 * eval_rows.c
 *	  The rows that an evaluation log gives.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "functions/logs/eval_rows.h"
#include "types/score_matrix/matrix_flat.h"

/*
 * A fact that is longer is told by its hash, of which this many bytes are shown, and so
 * are many facts: they stand in every row.
 */
#define LONGEST_FACT 200
#define LONGEST_FACTS 2000
#define SHOWN_HASH_BYTES 4

/* Bytes of a text between two looks for interrupts. */
#define STRETCH (1 << 20)

EvalRow
sc_eval_row(void)
{
	EvalRow		row = {0};

	row.score = NAN;
	row.error = NAN;
	row.n = -1;
	row.n_total = -1;
	row.lower_is_better = -1;
	row.run_at = DT_NOBEGIN;
	return row;
}

/* ----------
 * Into the result
 * ----------
 */

const ResultColumn sc_eval_columns[SC_EVAL_COLUMNS] = {
	{"model", TEXTOID},
	{"setting", TEXTOID},
	{"benchmark", TEXTOID},
	{"variant", TEXTOID},
	{"metric", TEXTOID},
	{"filter", TEXTOID},
	{"score", FLOAT8OID},
	{"stderr", FLOAT8OID},
	{"n", INT8OID},
	{"n_total", INT8OID},
	{"lower_is_better", BOOLOID},
	{"parent", TEXTOID},
	{"is_group", BOOLOID},
	{"item", TEXTOID},
	{"run_id", TEXTOID},
	{"run_at", TIMESTAMPTZOID},
	{"source", TEXTOID},
};

/* One row as it is filled, from left to right. */
typedef struct Cells
{
	int			n;
	Datum		values[SC_EVAL_COLUMNS];
	bool		nulls[SC_EVAL_COLUMNS];
} Cells;

static void
put(Cells *cells, Datum value, bool null)
{
	Assert(cells->n < SC_EVAL_COLUMNS);
	cells->values[cells->n] = value;
	cells->nulls[cells->n++] = null;
}

static void
put_text(Cells *cells, EvalText string)
{
	bool		null = string.data == NULL;

	put(cells, null ? (Datum) 0 : PointerGetDatum(cstring_to_text_with_len(string.data, string.len)), null);
}

static void
put_number(Cells *cells, double number)
{
	/* no negative zero */
	put(cells, isnan(number) ? (Datum) 0 : Float8GetDatum(number + 0.0), isnan(number));
}

static void
put_count(Cells *cells, int64 count)
{
	put(cells, Int64GetDatum(count), count < 0);
}

/*
 * What is no label of a matrix is none here: a document of some megabytes would have
 * a long name in each of its rows.
 */
static void
check_texts(const EvalRow *row)
{
	const struct
	{
		const char *name;
		EvalText text;
	}			texts[] = {
		{"model", row->model},
		{"benchmark", row->benchmark},
		{"metric", row->metric},
		{"filter", row->filter},
		{"setting", row->setting},
		{"variant", row->variant},
		{"parent", row->parent},
		{"item", row->item},
		{"run_id", row->run_id},
	};
	Size		i;

	for (i = 0; i < lengthof(texts); i++)
		if (texts[i].text.data != NULL && texts[i].text.len > SC_MAX_LABEL_BYTES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("%s of the evaluation log is too long", texts[i].name),
					 errdetail("It has %d bytes; at most %d are allowed.", texts[i].text.len, SC_MAX_LABEL_BYTES)));
}

void
sc_eval_put(EvalSink *sink, const EvalRow *row)
{
	MemoryContext caller;
	Cells		cells = {0};
	bool		is_possible = !(row->error == 0 && row->score > 0 && row->score < 1);

	CHECK_FOR_INTERRUPTS();
	check_texts(row);
	sink->n_rows++;
	if (sink->rows == NULL)
		return;
	caller = MemoryContextSwitchTo(sink->context);
	put_text(&cells, row->model);
	put_text(&cells, row->setting);
	put_text(&cells, row->benchmark);
	put_text(&cells, row->variant);
	put_text(&cells, row->metric);
	put_text(&cells, row->filter);
	put_number(&cells, row->score);
	put_number(&cells, is_possible ? row->error : NAN);
	put_count(&cells, row->n);
	put_count(&cells, row->n_total);
	put(&cells, BoolGetDatum(row->lower_is_better > 0), row->lower_is_better < 0);
	put_text(&cells, row->parent);
	put(&cells, BoolGetDatum(row->is_group), false);
	put_text(&cells, row->item);
	put_text(&cells, row->run_id);
	put(&cells, TimestampTzGetDatum(row->run_at), TIMESTAMP_IS_NOBEGIN(row->run_at));
	put_text(&cells, sc_eval_key(sink->source));
	sc_put_row(sink->rows, cells.values, cells.nulls);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(sink->context);
}

/* ----------
 * Facts
 * ----------
 */

/* "sha256:1a2b3c4d" of a text. */
static void
append_hash(StringInfo facts, EvalText text)
{
	pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	bool		done = hash != NULL && pg_cryptohash_init(hash) >= 0;
	int			i;

	for (i = 0; done && i < text.len; i += STRETCH)
	{
		CHECK_FOR_INTERRUPTS();
		done = pg_cryptohash_update(hash, (const uint8 *) text.data + i, Min(text.len - i, STRETCH)) >= 0;
	}
	if (!done || pg_cryptohash_final(hash, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute SHA-256");
	pg_cryptohash_free(hash);
	appendStringInfoString(facts, "sha256:");
	for (i = 0; i < SHOWN_HASH_BYTES; i++)
		appendStringInfo(facts, "%02x", digest[i]);
}

/* What would be taken for the end of the fact, or be illegible in a column. */
static bool
is_plain(EvalText text)
{
	int			i;

	for (i = 0; i < text.len; i++)
		if ((unsigned char) text.data[i] < ' ' || text.data[i] == ',' || text.data[i] == '"')
			return false;
	return true;
}

/* As it is, quoted, or its hash. */
static void
append_word(StringInfo facts, EvalText word, bool is_quoted)
{
	if (word.len > LONGEST_FACT || memchr(word.data, '\n', word.len) != NULL)
		append_hash(facts, word);
	else if (is_quoted || !is_plain(word))
		escape_json(facts, pnstrdup(word.data, word.len));
	else
		appendBinaryStringInfo(facts, word.data, word.len);
}

void
sc_eval_add_fact(StringInfo facts, const char *key, EvalText value)
{
	if (value.data == NULL || value.len == 0 || sc_eval_text_is(value, "None"))
		return;
	if (facts->len > 0)
		appendStringInfoString(facts, ", ");
	/* a key of a document could look like the facts of another */
	append_word(facts, sc_eval_key(key), strchr(key, '=') != NULL);
	appendStringInfoChar(facts, '=');
	append_word(facts, value, false);
}

void
sc_eval_add_value(StringInfo facts, const char *key, const JsonbValue *value)
{
	EvalText text = {NULL, 0};

	switch (value->type)
	{
		case jbvString:
			text = sc_eval_string(value);

			break;
		case jbvBool:
			text = sc_eval_key(value->val.boolean ? "true" : "false");

			break;
		case jbvNumeric:
			/* 1 and 1.0 are the same fact */
			text = sc_eval_key(DatumGetCString(
											   DirectFunctionCall1(numeric_out,
																   DirectFunctionCall1(numeric_trim_scale,
																					   NumericGetDatum(value->val.numeric)))));

			break;
		case jbvBinary:
			if (JsonContainerSize(value->val.binary.data) > 0)
				text = sc_eval_key(JsonbToCString(NULL, value->val.binary.data, value->val.binary.len));

			break;
		default:
			break;
	}
	sc_eval_add_fact(facts, key, text);
}

void
sc_eval_add_facts(StringInfo facts, EvalText more)
{
	if (more.data == NULL)
		return;
	if (facts->len > 0)
		appendStringInfoString(facts, ", ");
	appendBinaryStringInfo(facts, more.data, more.len);
}

void
sc_eval_add_member(StringInfo facts, const char *fact, JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	if (object != NULL && sc_eval_get(object, sc_eval_key(key), &value))
		sc_eval_add_value(facts, fact, &value);
}

void
sc_eval_add_members(StringInfo facts, JsonbContainer *object, const char *const *but)
{
	JsonbIterator *iterator = object != NULL ? sc_jsonb_begin(object) : NULL;
	EvalText	key;
	JsonbValue	value;

	while (object != NULL && sc_eval_next_member(&iterator, &key, &value))
	{
		const char *const *other = but;

		CHECK_FOR_INTERRUPTS();
		while (*other != NULL && !sc_eval_text_is(key, *other))
			other++;
		if (*other == NULL)
			sc_eval_add_value(facts, pnstrdup(key.data, key.len), &value);
	}
}

EvalText
sc_eval_copied(StringInfo buffer)
{
	EvalText	copy = {NULL, 0};
	StringInfoData hash;

	if (buffer->len == 0)
		return copy;
	copy.data = buffer->data;
	copy.len = buffer->len;
	if (copy.len > LONGEST_FACTS)
	{
		initStringInfo(&hash);
		append_hash(&hash, copy);
		return sc_eval_key(hash.data);
	}
	copy.data = pnstrdup(copy.data, copy.len);
	return copy;
}

/* ----------
 * Numbers
 * ----------
 */

/* Is a standard error, written to some unit, that of n zeros and ones with this mean? */
static bool
is_error_of(double score, double n, double error, double unit)
{
	return n > 1 && fabs(sqrt(score * (1 - score) / (n - 1)) - error) <= fmax(unit / 2, error * 1e-12);
}

/* What the last digit of a number stands for; programs print doubles with all of theirs. */
static double
unit_of(const JsonbValue *value)
{
	return pow(10, -DatumGetInt32(DirectFunctionCall1(numeric_scale, NumericGetDatum(value->val.numeric))));
}

int64
sc_eval_n_of_error(const JsonbValue *score, const JsonbValue *error)
{
	double		mean;
	double		given;
	double		unit;
	double		n;

	if (score->type != jbvNumeric || error->type != jbvNumeric)
		return -1;
	mean = sc_jsonb_score(score);
	given = sc_jsonb_score(error);
	unit = unit_of(error);
	if (!(mean > 0 && mean < 1 && given > 0))
		return -1;
	n = rint(mean * (1 - mean) / (given * given)) + 1;
	if (!(n < 9007199254740992.0) || !is_error_of(mean, n, given, unit) ||
		is_error_of(mean, n - 1, given, unit) || is_error_of(mean, n + 1, given, unit) ||
		fabs(mean * n - rint(mean * n)) > n * fmax(unit_of(score) / 2, 1e-9))
		return -1;
	return (int64) n;
}
