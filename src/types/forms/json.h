/*-------------------------------------------------------------------------
 *
 * json.h
 *	  Text forms: a strict pull reader over PostgreSQL's JSON lexer, and the
 *	  few things that writing needs.
 *
 * The text form of every type of ours is a JSON object with fixed keys, in any
 * order.  Numbers are written with the shortest digits that read back to the
 * same double, which no setting changes.  Whatever does not fit is 22P02 naming
 * the type, with the reason as DETAIL.
 *
 * Errors are raised, or saved where the caller of an input function asked for
 * that (escontext, PostgreSQL 16 and later).  From then on the reader has
 * failed: it stands still, objects and arrays have no further members, values
 * are 0, false or "", and later errors are not saved.  So loops end by
 * themselves; who needs a value that was really read asks sc_json_failed().
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_FORMS_JSON_H
#define SC_TYPES_FORMS_JSON_H

#include "types/forms/compat.h"

typedef struct JsonReader
{
	JsonLexContext *lex;		/* lex->token_type is the token to be read */
	const char *type_name;		/* for messages */
	Node	   *escontext;		/* as in fcinfo->context of an input function */
	bool		first;			/* just after an opening bracket */
} JsonReader;

/* A place to come back to: the beginning of a value. */
typedef struct JsonMark
{
	const char *start;
	size_t		length;
} JsonMark;

extern void sc_json_open(JsonReader *r, const char *text, size_t length,
						 const char *type_name, Node *escontext);

/* Fails with a reason as DETAIL; returns only if the error is saved. */
extern void sc_json_fail(JsonReader *r, const char *detail);

static inline bool
sc_json_failed(const JsonReader *r)
{
	return SOFT_ERROR_OCCURRED(r->escontext);
}

/* Nothing may follow. */
extern void sc_json_close(JsonReader *r);

/* { key: value ... }: begin, then next until it returns NULL; key is palloc'd. */
extern void sc_json_object_begin(JsonReader *r);
extern char *sc_json_object_next(JsonReader *r);

/* [ value ... ]: begin, then next until it returns false. */
extern void sc_json_array_begin(JsonReader *r);
extern bool sc_json_array_next(JsonReader *r);

extern bool sc_json_null(JsonReader *r);	/* read a null if there is one */
extern bool sc_json_at_object(const JsonReader *r); /* does one begin here? */
extern bool sc_json_bool(JsonReader *r);
extern double sc_json_double(JsonReader *r);	/* finite; else 22003 */
extern int64 sc_json_int64(JsonReader *r);
extern char *sc_json_string(JsonReader *r, uint32 *len);	/* palloc'd */

/* A number as it is written, to be taken as either of the two later. */
extern char *sc_json_number(JsonReader *r);
extern double sc_json_to_double(JsonReader *r, const char *number);
extern int64 sc_json_to_int64(JsonReader *r, const char *number);

/*
 * Skips a value, remembering where it is; a reader that was closed is opened on
 * it later.
 */
extern JsonMark sc_json_skip(JsonReader *r);
extern void sc_json_reopen(JsonReader *r, JsonMark mark);

/*
 * The next key of an object that has the first n_needed of these n keys, perhaps the
 * others, and no other, each once and in any order: its place among them, the value to be read next; -1 at the
 * end, or when the reader has failed.  seen[n], false at first, is what is kept
 * between calls.
 */
extern int	sc_json_key(JsonReader *r, const char *const *keys, int n, int n_needed, bool *seen);

/* Fails unless *seen is false, and sets it: keys appear once. */
extern void sc_json_once(JsonReader *r, bool *seen, const char *key);

/* Reads the value of "version" and refuses any but the given one. */
extern void sc_json_version(JsonReader *r, int version);

/* Writing. */
extern void sc_json_put_double(StringInfo out, double value);
extern void sc_json_put_doubles(StringInfo out, const double *values, size_t n);
extern void sc_json_put_label(StringInfo out, const char *label, uint32 len);

#endif							/* SC_TYPES_FORMS_JSON_H */
