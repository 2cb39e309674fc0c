/*-------------------------------------------------------------------------
 *
 * memory.h
 *	  Where states live, and memory for an analysis.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_MEMORY_H
#define SC_FUNCTIONS_SHARED_MEMORY_H

#include "fmgr.h"

#include "types/forms/compat.h"

/*
 * Where a new transition state lives: with the others of its aggregate, or by
 * itself when a support function is called from plain SQL, as Citus does.
 */
extern MemoryContext sc_state_context(FunctionCallInfo fcinfo);

/* Is argument i an expanded object that the callee may change in place? */
static inline bool
sc_is_writable(FunctionCallInfo fcinfo, int i)
{
	return !PG_ARGISNULL(i) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(i)));
}

/* palloc of n items of the given size, huge allowed, at least one byte. */
extern void *sc_alloc(Size n, Size size);

#endif							/* SC_FUNCTIONS_SHARED_MEMORY_H */
