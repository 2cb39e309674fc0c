/*-------------------------------------------------------------------------
 *
 * eval_documents.h
 *	  What the readers of evaluation logs share: values inside a document.
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

#include "functions/shared/jsonb_values.h"

/* Not terminated; data is NULL for none. */
typedef struct EvalText
{
	const char *data;
	int			len;
} EvalText;

/* A key as text, and equality with one. */
extern EvalText sc_eval_key(const char *key);
extern bool sc_eval_text_is(EvalText text, const char *word);

/* Does it begin, or end, with a word? */
extern bool sc_eval_begins(EvalText string, const char *begin);
extern bool sc_eval_ends(EvalText string, const char *end);

/* The order of their bytes; looks for interrupts, so it may be that of a sort. */
extern int	sc_eval_compare(EvalText a, EvalText b);

/* The text of a string, and walking the members of an object by it. */
static inline EvalText
sc_eval_string(const JsonbValue *string)
{
	EvalText text = {string->val.string.val, string->val.string.len};

	return text;
}

static inline bool
sc_eval_next_member(JsonbIterator **iterator, EvalText *key, JsonbValue *value)
{
	JsonbValue	string;

	if (!sc_jsonb_next_member(iterator, &string, value))
		return false;
	*key = sc_eval_string(&string);
	return true;
}

/*
 * The value of a key of an object; false if there is none, or null.  Here and below
 * a NULL object is one without keys.
 */
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

/* The first of some keys that has one. */
extern EvalText sc_eval_first_text(JsonbContainer *object, const char *const *keys, Size n);

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

/* A sum of counts: -1 if one of them is unknown, or if hostile ones overflow. */
extern int64 sc_eval_sum(int64 sum, int64 count);

/*
 * Is one of the members of an object, which may be NULL, a number that is not 0, or a
 * text that is not empty, or true, ...: anything but null, false, 0, "", {} and []?
 */
extern bool sc_eval_is_set(JsonbContainer *object, const char *key);

/*
 * A time: seconds since 1970, as number or string, or a string in ISO 8601 or as
 * YYYYMMDD_hhmmss. Without a time zone it is UTC, whatever TimeZone says.  DT_NOBEGIN for anything
 * else and beyond the range of timestamptz.
 */
extern TimestampTz sc_eval_time(JsonbContainer *object, const char *key);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_DOCUMENTS_H */
