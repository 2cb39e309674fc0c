/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  What differs between the major versions of PostgreSQL, in one place:
 *	  no other file asks for the version.
 *
 * Code is written as for the newest server; for older ones this file defines
 * what they lack, under the newest name where it has one.  Include it after
 * postgres.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_FORMS_COMPAT_H
#define SC_TYPES_FORMS_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "safetycorr needs PostgreSQL 15 or later"
#endif

/* Ranks and random numbers take integers of 128 bits. */
#if SIZEOF_VOID_P < 8 || !defined(__SIZEOF_INT128__)
#error "safetycorr needs a 64-bit machine and a compiler that has __int128"
#endif

#include "common/jsonapi.h"
#include "libpq/pqformat.h"
#include "nodes/nodes.h"
#include "nodes/pg_list.h"

/* 16: the macros of varlena values left postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * 16: input functions may be asked to return their errors.  Where they cannot
 * be asked, an error that is saved is raised.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#else
#define errsave(context, ...) \
	do { (void) (context); ereport(ERROR, __VA_ARGS__); } while (0)
#define ereturn(context, value, ...) errsave(context, __VA_ARGS__)
#define SOFT_ERROR_OCCURRED(context) ((void) (context), false)
#endif

/* 16: one function asks for rights on objects of every kind, here of two kinds */
#if PG_VERSION_NUM < 160000
#define object_ownercheck(classid, objectid, roleid) \
	((classid) == NamespaceRelationId ? \
	 pg_namespace_ownercheck(objectid, roleid) : pg_class_ownercheck(objectid, roleid))
#define object_aclcheck(classid, objectid, roleid, mode) \
	pg_namespace_aclcheck(objectid, roleid, mode)
#endif

/* 17: a right to refresh what somebody else owns */
#ifndef ACL_MAINTAIN
#define ACL_MAINTAIN 0
#endif

/* 17: lexers may be allocated by the caller, and read const text */
static inline JsonLexContext *
sc_make_json_lexer(const char *json, size_t len, int encoding)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, json, len, encoding, true);
#else
	return makeJsonLexContextCstringLen(unconstify(char *, json), (int) len,
										encoding, true);
#endif
}

/* 17: the length no longer counts itself */
static inline void
sc_send_counted_text(StringInfo buf, const char *text, int len)
{
#if PG_VERSION_NUM >= 170000
	pq_sendcountedtext(buf, text, len);
#else
	pq_sendcountedtext(buf, text, len, false);
#endif
}

/*
 * 18: PL/pgSQL asks whether a function may change a variable in place.  Nobody
 * sends this request before.
 */
#if PG_VERSION_NUM < 180000
typedef struct SupportRequestModifyInPlace
{
	NodeTag		type;
	Oid			funcid;
	List	   *args;
	int			paramid;
} SupportRequestModifyInPlace;
#define T_SupportRequestModifyInPlace T_Invalid
#endif

/* 18: before a declaration; the attribute of older ones may stand there too */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* 18: a library says what it is, see pg_get_loaded_modules() */
#ifndef PG_MODULE_MAGIC_EXT
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC
#endif

#endif							/* SC_TYPES_FORMS_COMPAT_H */
