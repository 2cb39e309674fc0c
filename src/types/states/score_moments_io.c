/*-------------------------------------------------------------------------
 *
 * score_moments_io.c
 *	  Text and binary forms of score_moments.
 *
 * Text: {"version": 1, "columns": d, "rows": n, "pivot": [...], "mean": [...],
 * "min": [...], "max": [...], "comoments": [...]}; mean is measured from pivot,
 * comoments are the upper triangle, row by row, diagonal included.  Binary, in
 * network order: int16 version, int32 d, int64 n, float8 the same arrays in the
 * same order.  With n = 0 the arrays are empty.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"

#include "types/forms/json.h"
#include "types/forms/state_context.h"
#include "types/forms/wire.h"
#include "types/states/score_moments.h"

#define TYPE_NAME "score_moments"

PG_FUNCTION_INFO_V1(sc_score_moments_in);
PG_FUNCTION_INFO_V1(sc_score_moments_out);
PG_FUNCTION_INFO_V1(sc_score_moments_recv);
PG_FUNCTION_INFO_V1(sc_score_moments_send);

/* ----------
 * Text
 * ----------
 */

enum
{
	KEY_VERSION, KEY_COLUMNS, KEY_ROWS,
	KEY_PIVOT, KEY_MEAN, KEY_MIN, KEY_MAX, KEY_COMOMENTS, N_KEYS
};

static const char *const keys[N_KEYS] = {
	"version", "columns", "rows",
	"pivot", "mean", "min", "max", "comoments"
};

/* Where the array of a key begins in m, and how many elements it has. */
static double *
array_of(const ScMoments *m, int key, Size *length)
{
	*length = m->n == 0 ? 0 : (key < KEY_COMOMENTS ? m->d : SC_TRIANGLE(m->d));
	return m->n == 0 ? NULL : m->pivot + (key - KEY_PIVOT) * m->d;
}

/* Reads the array of a key into m. */
static void
read_array(ScMoments *m, int key, JsonReader *r)
{
	Size		length;
	Size		i = 0;
	double	   *values = array_of(m, key, &length);

	sc_json_array_begin(r);
	while (sc_json_array_next(r))
	{
		if (i == length)
		{
			sc_json_fail(r, psprintf("Array \"%s\" is too long.", keys[key]));
			break;
		}
		values[i++] = sc_json_double(r);
	}
	if (i < length)
		sc_json_fail(r, psprintf("Array \"%s\" is too short.", keys[key]));
}

Datum
sc_score_moments_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ExpandedScoreMoments *m;
	JsonReader	r;
	JsonMark	mark[N_KEYS];
	bool		seen[N_KEYS] = {false};
	int64		n_columns = 0;
	int64		n_rows = 0;
	const char *problem;
	int			key;

	sc_json_open(&r, text, strlen(text), TYPE_NAME, fcinfo->context);
	sc_json_object_begin(&r);
	while ((key = sc_json_key(&r, keys, N_KEYS, N_KEYS, seen)) >= 0)
	{
		switch (key)
		{
			case KEY_VERSION:
				sc_json_version(&r, SC_MOMENTS_VERSION);
				break;
			case KEY_COLUMNS:
				n_columns = sc_json_int64(&r);
				break;
			case KEY_ROWS:
				n_rows = sc_json_int64(&r);
				break;
			default:
				mark[key] = sc_json_skip(&r);
				break;
		}
	}
	sc_json_close(&r);
	problem = sc_score_moments_check_counts(n_columns, n_rows);
	if (problem)
		sc_json_fail(&r, problem);
	if (sc_json_failed(&r))
		PG_RETURN_NULL();
	m = sc_score_moments_of_size(sc_object_context(), (int32) n_columns, n_rows);
	for (key = KEY_PIVOT; key < N_KEYS; key++)
	{
		sc_json_reopen(&r, mark[key]);
		read_array(&m->moments, key, &r);
		sc_json_close(&r);
	}
	if (n_rows > 0 && !sc_json_failed(&r) &&
		(problem = sc_score_moments_check(&m->moments)) != NULL)
		sc_json_fail(&r, problem);
	if (sc_json_failed(&r))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(sc_flat_datum(&m->hdr));
}

Datum
sc_score_moments_out(PG_FUNCTION_ARGS)
{
	ScMoments	m;
	StringInfoData out;
	int			key;

	sc_score_moments_read(PG_GETARG_DATUM(0), &m);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"version\":%d,\"columns\":%d,\"rows\":" INT64_FORMAT,
					 SC_MOMENTS_VERSION, (int) m.d, m.n);
	for (key = KEY_PIVOT; key < N_KEYS; key++)
	{
		Size		length;
		const double *values = array_of(&m, key, &length);

		appendStringInfo(&out, ",\"%s\":", keys[key]);
		sc_json_put_doubles(&out, values, length);
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* ----------
 * Binary
 * ----------
 */

Datum
sc_score_moments_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	ExpandedScoreMoments *m;
	int32		n_columns;
	int64		n_rows;
	const char *problem;

	sc_wire_version(buf, TYPE_NAME, SC_MOMENTS_VERSION);
	n_columns = (int32) pq_getmsgint(buf, 4);
	n_rows = pq_getmsgint64(buf);
	problem = sc_score_moments_check_counts(n_columns, n_rows);
	if (problem)
		sc_wire_fail(TYPE_NAME, problem);
	if (n_rows > 0 &&
		sizeof(double) * sc_score_moments_doubles(n_columns) > (Size) (buf->len - buf->cursor))
		sc_wire_fail(TYPE_NAME, "A count does not fit the length of the value.");
	m = sc_score_moments_of_size(sc_object_context(), n_columns, n_rows);
	if (n_rows > 0)
	{
		sc_wire_doubles(buf, TYPE_NAME, m->moments.pivot,
						sc_score_moments_doubles(n_columns), false);
		problem = sc_score_moments_check(&m->moments);
		if (problem)
			sc_wire_fail(TYPE_NAME, problem);
	}
	pq_getmsgend(buf);
	PG_RETURN_DATUM(sc_flat_datum(&m->hdr));
}

Datum
sc_score_moments_send(PG_FUNCTION_ARGS)
{
	ScMoments	m;
	StringInfoData buf;
	Size		i;

	sc_score_moments_read(PG_GETARG_DATUM(0), &m);
	pq_begintypsend(&buf);
	pq_sendint16(&buf, SC_MOMENTS_VERSION);
	pq_sendint32(&buf, (int32) m.d);
	pq_sendint64(&buf, m.n);
	for (i = 0; m.n > 0 && i < sc_score_moments_doubles(m.d); i++)
		pq_sendfloat8(&buf, m.pivot[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
