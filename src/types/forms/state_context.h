/*-------------------------------------------------------------------------
 *
 * state_context.h
 *	  Where the transition states of an aggregate live.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_FORMS_STATE_CONTEXT_H
#define SC_TYPES_FORMS_STATE_CONTEXT_H

#include "utils/expandeddatum.h"

#include "types/forms/compat.h"

/*
 * The one child of an aggregate's context in which all our states of it live.
 * They share it, because nodeAgg sums over all child contexts each time that a
 * hashed aggregation meets a new group: a context for each state would make the
 * cost of a GROUP BY quadratic in the number of groups, and a state larger than
 * its contents.  It goes when the aggregate's context is reset.
 *
 * An expanded object in it may never be deleted or transferred by itself.
 * nodeAgg, nodeWindowAgg and their like do so only with a state that a support
 * function has replaced by another; ours change the state they are given.
 */
extern MemoryContext sc_shared_state_context(MemoryContext aggregate_context);

/* A context of its own, under the current one, for a single expanded object. */
extern MemoryContext sc_object_context(void);

/*
 * The flat datum of an expanded object in CurrentMemoryContext: what functions
 * return that callers take for a plain value, which they may pfree().
 */
extern Datum sc_flat_datum(ExpandedObjectHeader *object);

#endif							/* SC_TYPES_FORMS_STATE_CONTEXT_H */
