/*-------------------------------------------------------------------------
 *
 * refuse.c
 *	  Errors that several types raise in the same words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "types/forms/refuse.h"

void
sc_refuse_stored(const char *type_name, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored %s is not valid", type_name),
			 errdetail_internal("%s", problem)));
}

void
sc_refuse_length(int64 given, int64 known)
{
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("arrays of scores have different lengths"),
			 errdetail("An array has length %lld, one before it has length %lld.",
					   (long long) given, (long long) known),
			 errhint("Use NULL elements for missing scores.")));
}
