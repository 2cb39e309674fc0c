/*-------------------------------------------------------------------------
 *
 * memory.c
 *	  Where states live, and memory for an analysis.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "functions/shared/memory.h"
#include "types/forms/state_context.h"

MemoryContext
sc_state_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (AggCheckCallContext(fcinfo, &context))
		return sc_shared_state_context(context);
	return sc_object_context();
}

void *
sc_alloc(Size n, Size size)
{
	/* counts come from data in memory; a product cannot wrap, but make sure */
	if (size > 0 && n > MaxAllocHugeSize / size)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("analysis needs too much memory")));
	return palloc_extended(Max(n * size, 1), MCXT_ALLOC_HUGE);
}
