/*-------------------------------------------------------------------------
 *
 * equality.c
 *	  "The same stored value": comparing and hashing values of our types.
 *
 * Two values are equal if their stored forms are the same bytes, detoasted and
 * without the length word.  That is what replication, DISTINCT and the
 * comparison of records need; it is not "the same scores", which may be stored
 * in other bytes where they came in another order.  The order of values has no
 * meaning: bytes first, then length.
 *
 * Each type has symbols of its own, although all do the same: a type of which
 * a later release stores another form reads the older one into it first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"

#include "types/forms/state_context.h"

/* Compared and hashed in pieces of this size, between which a cancel is heard. */
#define PIECE (1024 * 1024)

/* The bytes of a value; copy, if any, is to be freed. */
typedef struct ValueBytes
{
	const char *data;
	Size		len;
	void	   *copy;
} ValueBytes;

static ValueBytes
bytes_of(Datum d)
{
	ValueBytes	bytes;
	struct varlena *value;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)))
		value = (struct varlena *) DatumGetPointer(sc_flat_datum(DatumGetEOHP(d)));
	else
		value = PG_DETOAST_DATUM_PACKED(d);
	bytes.data = VARDATA_ANY(value);
	bytes.len = VARSIZE_ANY_EXHDR(value);
	bytes.copy = (Pointer) value == DatumGetPointer(d) ? NULL : value;
	return bytes;
}

static void
free_bytes(ValueBytes *bytes)
{
	if (bytes->copy != NULL)
		pfree(bytes->copy);
}

static int
compare_values(Datum a, Datum b)
{
	ValueBytes	x = bytes_of(a);
	ValueBytes	y = bytes_of(b);
	Size		len = Min(x.len, y.len);
	Size		at;
	int			cmp = 0;

	for (at = 0; at < len && cmp == 0; at += PIECE)
	{
		CHECK_FOR_INTERRUPTS();
		cmp = memcmp(x.data + at, y.data + at, Min(len - at, PIECE));
	}
	if (cmp == 0)
		cmp = (x.len > y.len) - (x.len < y.len);
	free_bytes(&x);
	free_bytes(&y);
	return cmp < 0 ? -1 : cmp > 0;
}

/* Lengths are known without detoasting. */
static bool
values_are_equal(Datum a, Datum b)
{
	return toast_raw_datum_size(a) == toast_raw_datum_size(b) &&
		compare_values(a, b) == 0;
}

static uint64
hash_value(Datum d, uint64 seed)
{
	ValueBytes	bytes = bytes_of(d);
	uint64		hash = seed;
	Size		at;

	for (at = 0; at < bytes.len; at += PIECE)
	{
		CHECK_FOR_INTERRUPTS();
		hash = hash_bytes_extended((const unsigned char *) bytes.data + at,
								   (int) Min(bytes.len - at, PIECE), hash);
	}
	free_bytes(&bytes);
	return hash;
}

#define VALUE_FUNCTION(name, result) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	result; \
}

#define LEFT PG_GETARG_DATUM(0)
#define RIGHT PG_GETARG_DATUM(1)

/* With a seed of 0 the two hashes agree in their low halves, as they must. */
#define VALUE_FUNCTIONS(type) \
	VALUE_FUNCTION(sc_##type##_eq, PG_RETURN_BOOL(values_are_equal(LEFT, RIGHT))) \
	VALUE_FUNCTION(sc_##type##_ne, PG_RETURN_BOOL(!values_are_equal(LEFT, RIGHT))) \
	VALUE_FUNCTION(sc_##type##_lt, PG_RETURN_BOOL(compare_values(LEFT, RIGHT) < 0)) \
	VALUE_FUNCTION(sc_##type##_le, PG_RETURN_BOOL(compare_values(LEFT, RIGHT) <= 0)) \
	VALUE_FUNCTION(sc_##type##_gt, PG_RETURN_BOOL(compare_values(LEFT, RIGHT) > 0)) \
	VALUE_FUNCTION(sc_##type##_ge, PG_RETURN_BOOL(compare_values(LEFT, RIGHT) >= 0)) \
	VALUE_FUNCTION(sc_##type##_cmp, PG_RETURN_INT32(compare_values(LEFT, RIGHT))) \
	VALUE_FUNCTION(sc_##type##_hash, PG_RETURN_UINT32((uint32) hash_value(LEFT, 0))) \
	VALUE_FUNCTION(sc_##type##_hash_extended, \
				   PG_RETURN_UINT64(hash_value(LEFT, PG_GETARG_INT64(1))))

VALUE_FUNCTIONS(score_rows)
VALUE_FUNCTIONS(score_moments)
VALUE_FUNCTIONS(principal_component)
VALUE_FUNCTIONS(score_matrix)
