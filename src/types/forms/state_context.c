/*-------------------------------------------------------------------------
 *
 * state_context.c
 *	  Where the transition states of an aggregate live.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "types/forms/state_context.h"

/*
 * The shared contexts found last, of the few aggregations that run at a time.
 * Support functions cannot keep them in fn_extra, which not every caller
 * preserves.  A context that is deleted takes itself out of the list.
 */
#define N_SHARED 8

static MemoryContext shared[N_SHARED];
static int	next_shared = 0;

static void
forget_shared(void *context)
{
	int			i;

	for (i = 0; i < N_SHARED; i++)
	{
		if (shared[i] == (MemoryContext) context)
			shared[i] = NULL;
	}
}

MemoryContext
sc_shared_state_context(MemoryContext aggregate_context)
{
	MemoryContext context;
	MemoryContextCallback *callback;
	int			i;

	for (i = 0; i < N_SHARED; i++)
	{
		if (shared[i] != NULL &&
			MemoryContextGetParent(shared[i]) == aggregate_context)
			return shared[i];
	}

	context = AllocSetContextCreate(aggregate_context, "safetycorr states",
									ALLOCSET_START_SMALL_SIZES);
	callback = MemoryContextAlloc(context, sizeof(MemoryContextCallback));
	callback->func = forget_shared;
	callback->arg = context;
	MemoryContextRegisterResetCallback(context, callback);
	shared[next_shared] = context;
	next_shared = (next_shared + 1) % N_SHARED;
	return context;
}

Datum
sc_flat_datum(ExpandedObjectHeader *object)
{
	Size		size = EOH_get_flat_size(object);
	void	   *flat = palloc(size);

	EOH_flatten_into(object, flat, size);
	return PointerGetDatum(flat);
}

MemoryContext
sc_object_context(void)
{
	return AllocSetContextCreate(CurrentMemoryContext, "safetycorr object",
								 ALLOCSET_START_SMALL_SIZES);
}
