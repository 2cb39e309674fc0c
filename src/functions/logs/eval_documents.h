/*-------------------------------------------------------------------------
 *
 * eval_documents.h
 *	  What the readers of evaluation logs share: values inside a document, and
 *	  the rows that a document gives.
 *
 * A document is untrusted.  What must be there to find the scores, and is of
 * another type, raises 22023 naming the key; anything else that is not what its
 * format says is as if it were not there.  A JSON null is as good as absent.
 * Texts point into the document.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_DOCUMENTS_H
#define SC_FUNCTIONS_LOGS_EVAL_DOCUMENTS_H

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

#include "functions/shared/result_rows.h"

/* Not terminated; data is NULL for none. */
typedef struct EvalText
{
	const char *data;
	int			len;
} EvalText;

/* One score, and what its document says about it. */
typedef struct EvalRow
{
	EvalText	model;
	EvalText	benchmark;
	EvalText	metric;
	double		score;			/* NaN: none */
	double		error;			/* standard error; NaN: none */
	int64		n;				/* scores that it is the mean of; -1: unknown */
	int			lower_is_better;	/* 1, 0, or -1: unknown */
	TimestampTz run_at;			/* DT_NOBEGIN: unknown */
} EvalRow;

/* Where rows go. */
typedef struct EvalSink
{
	ResultRows *rows;
	const char *source;			/* name of the format */
	MemoryContext context;		/* of one row */
} EvalSink;

/* A row of which nothing is known. */
extern EvalRow sc_eval_row(void);

/* The columns of eval_scores(). */
#define SC_EVAL_COLUMNS 9
extern const ResultColumn sc_eval_columns[SC_EVAL_COLUMNS];

/* Adds a row to the result; looks for interrupts. */
extern void sc_eval_put(EvalSink *sink, const EvalRow *row);

/*
 * The readers: is the object one of this format, by its keys; and its rows.  An
 * item is one line of a JSON Lines file, the score of one sample.
 */
extern bool sc_is_lm_eval_results(JsonbContainer *document);
extern void sc_read_lm_eval_results(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_lm_eval_item(JsonbContainer *document);
extern void sc_read_lm_eval_item(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_inspect_log(JsonbContainer *document);
extern void sc_read_inspect_log(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_every_eval_results(JsonbContainer *document);
extern void sc_read_every_eval_results(JsonbContainer *document, EvalSink *sink);
extern bool sc_is_every_eval_item(JsonbContainer *document);
extern void sc_read_every_eval_item(JsonbContainer *document, EvalSink *sink);

/* A key as text, and equality with one. */
extern EvalText sc_eval_key(const char *key);
extern bool sc_eval_text_is(EvalText text, const char *word);

/* The value of a key of an object; false if there is none, or null. */
extern bool sc_eval_get(JsonbContainer *object, EvalText key, JsonbValue *value);
extern bool sc_eval_has(JsonbContainer *object, const char *key);

/*
 * The object, or array, of a key; NULL if there is none.  Another type is 22023.
 * Then the same of what an iterator gave, where null is another type too: the
 * value of a key, an element of the array of a key.
 */
extern JsonbContainer *sc_eval_object(JsonbContainer *object, const char *key);
extern JsonbContainer *sc_eval_array(JsonbContainer *object, const char *key);
extern JsonbContainer *sc_eval_member(const JsonbValue *value, EvalText key);
extern JsonbContainer *sc_eval_element(const JsonbValue *value, const char *key);

/* The object, or array, of a key; NULL for anything else, and of a NULL object. */
extern JsonbContainer *sc_eval_maybe_object(JsonbContainer *object, EvalText key);
extern JsonbContainer *sc_eval_maybe_array(JsonbContainer *object, const char *key);

/* A string that is not empty; none for anything else. */
extern EvalText sc_eval_text(JsonbContainer *object, const char *key);

/* true or false; -1 for anything else, and of a NULL object. */
extern int	sc_eval_bool(JsonbContainer *object, EvalText key);

/*
 * A score: a number; true and false as 1 and 0; a string that holds a number in
 * JSON's notation, which is how numpy's numbers get there.  NaN for anything
 * else.  22003, with the name of the score, for a number that is no finite double.
 */
extern double sc_eval_score(const JsonbValue *value, EvalText name);

/* The same by key; NaN of a NULL object.  Without a name the key is it. */
extern double sc_eval_score_of(JsonbContainer *object, const char *key, EvalText name);

/* A standard error: the same, and NaN if it is negative. */
extern double sc_eval_error_of(JsonbContainer *object, EvalText key);

/* A whole number from 1 to 2^53 - 1; -1 for anything else, and of a NULL object. */
extern int64 sc_eval_count_of(JsonbContainer *object, EvalText key);

/*
 * A time: seconds since 1970, as number or string, or a string in ISO 8601.
 * Without a time zone it is UTC, whatever TimeZone says.  DT_NOBEGIN for anything
 * else and beyond the range of timestamptz.
 */
extern TimestampTz sc_eval_time(JsonbContainer *object, const char *key);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_DOCUMENTS_H */
