/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between the major versions of PostgreSQL, in one place.
 *	  15 is the oldest supported and the one the tests run on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_MATRIX_COMPAT_H
#define SC_MATRIX_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "safetycorr needs PostgreSQL 15 or newer"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "common/jsonapi.h"

static inline JsonLexContext *
sc_make_json_lexer(char *json, size_t len, int encoding)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, json, len, encoding, true);
#else
	return makeJsonLexContextCstringLen(json, (int) len, encoding, true);
#endif
}

#endif							/* SC_MATRIX_COMPAT_H */
