/*-------------------------------------------------------------------------
 *
 * jsonb_values.h
 *	  Walking an object or an array of jsonb, and the scores in it.
 *
 *	  iterator = sc_jsonb_begin(container);
 *	  while (sc_jsonb_next_member(&iterator, &key, &value))		of an object
 *	  while (sc_jsonb_next_element(&iterator, &value))			of an array
 *
 * Objects and arrays within come as one value, of type jbvBinary.  At the end
 * the iterator has been freed and is NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_JSONB_VALUES_H
#define SC_FUNCTIONS_SHARED_JSONB_VALUES_H

#include "utils/jsonb.h"

static inline JsonbIterator *
sc_jsonb_begin(JsonbContainer *container)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue	unused;

	/* that it begins is a step of its own */
	(void) JsonbIteratorNext(&iterator, &unused, false);
	return iterator;
}

static inline bool
sc_jsonb_next_member(JsonbIterator **iterator, JsonbValue *key, JsonbValue *value)
{
	if (JsonbIteratorNext(iterator, key, false) != WJB_KEY)
		return false;
	(void) JsonbIteratorNext(iterator, value, true);
	return true;
}

static inline bool
sc_jsonb_next_element(JsonbIterator **iterator, JsonbValue *value)
{
	return JsonbIteratorNext(iterator, value, true) == WJB_ELEM;
}

/*
 * What a value says as a score: a number as the cast from numeric converts it, so
 * that the bits are those of a column, but infinite where that would overflow;
 * true and false as 1 and 0; NaN for anything else.
 */
extern double sc_jsonb_score(const JsonbValue *value);

#endif							/* SC_FUNCTIONS_SHARED_JSONB_VALUES_H */
