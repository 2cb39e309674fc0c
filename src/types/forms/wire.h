/*-------------------------------------------------------------------------
 *
 * wire.h
 *	  Binary forms: reading what may be hostile.
 *
 * Counts are checked against the bytes that are left before anything is
 * allocated for them.  Whatever does not fit raises 22P03 naming the type.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_FORMS_WIRE_H
#define SC_TYPES_FORMS_WIRE_H

#include "types/forms/compat.h"

pg_noreturn extern void sc_wire_fail(const char *type_name, const char *detail);

/* Reads an int16 and refuses any version but the given one. */
extern void sc_wire_version(StringInfo buf, const char *type_name, int version);

/* Reads an int32 count of items of at least item_bytes each. */
extern uint32 sc_wire_count(StringInfo buf, const char *type_name, int item_bytes);

/* Reads an int32 length and text in the client's encoding; palloc'd. */
extern char *sc_wire_label(StringInfo buf, const char *type_name, int *len);

/* Reads n doubles, all finite (or, if missing_allowed, NaN). */
extern void sc_wire_doubles(StringInfo buf, const char *type_name,
							double *values, size_t n, bool missing_allowed);

#endif							/* SC_TYPES_FORMS_WIRE_H */
