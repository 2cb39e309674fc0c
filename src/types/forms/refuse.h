/*-------------------------------------------------------------------------
 *
 * refuse.h
 *	  Errors that several types raise in the same words.
 *
 * Those of text forms are sc_json_fail(), those of binary forms sc_wire_fail().
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_FORMS_REFUSE_H
#define SC_TYPES_FORMS_REFUSE_H

#include "types/forms/compat.h"

/* XX001: a stored value is damaged; problem, a sentence, becomes the DETAIL. */
pg_noreturn extern void sc_refuse_stored(const char *type_name, const char *problem);

/* 2202E: an array of scores has another length than one before it. */
pg_noreturn extern void sc_refuse_length(int64 given, int64 known);

#endif							/* SC_TYPES_FORMS_REFUSE_H */
