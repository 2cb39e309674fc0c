/*-------------------------------------------------------------------------
 *
 * wire.c
 *	  Binary forms: reading what may be hostile.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "types/forms/wire.h"
#include "utils/float.h"

void
sc_wire_fail(const char *type_name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary representation of type %s", type_name),
			 errdetail_internal("%s", detail)));
}

void
sc_wire_version(StringInfo buf, const char *type_name, int version)
{
	int			found = pq_getmsgint(buf, 2);

	if (found != version)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version of type %s: %d", type_name, found),
				 errdetail("This release reads version %d.", version)));
}

uint32
sc_wire_count(StringInfo buf, const char *type_name, int item_bytes)
{
	int32		count = (int32) pq_getmsgint(buf, 4);

	if (count < 0 || (int64) count * item_bytes > buf->len - buf->cursor)
		sc_wire_fail(type_name, "A count does not fit the length of the value.");
	return (uint32) count;
}

char *
sc_wire_label(StringInfo buf, const char *type_name, int *len)
{
	int32		bytes = (int32) pq_getmsgint(buf, 4);

	if (bytes < 0 || bytes > buf->len - buf->cursor)
		sc_wire_fail(type_name, "The length of a label does not fit the length of the value.");
	return pq_getmsgtext(buf, bytes, len);
}

void
sc_wire_doubles(StringInfo buf, const char *type_name, double *values,
				size_t n, bool missing_allowed)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		double		value = pq_getmsgfloat8(buf);

		if (isnan(value) && missing_allowed)
			value = get_float8_nan();
		else if (!isfinite(value))
			sc_wire_fail(type_name, "A number is not finite.");
		values[i] = value == 0 ? 0.0 : value;
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
	}
}
