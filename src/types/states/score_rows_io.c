/*-------------------------------------------------------------------------
 *
 * score_rows_io.c
 *	  Text and binary forms of score_rows.
 *
 * Text: {"version": 1, "capabilities": d, "targets": t, "rows": [[...], ...]},
 * each row d scores and then t scores or null; d or t null where it is not
 * known yet.  Binary, in network order: int16 version, int32 d, int32 t (-1 if
 * not known), int64 rows, float8 scores row by row, NaN for a missing one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/float.h"

#include "types/forms/json.h"
#include "types/states/score_rows.h"
#include "types/forms/state_context.h"
#include "types/forms/wire.h"

#define TYPE_NAME "score_rows"

PG_FUNCTION_INFO_V1(sc_score_rows_in);
PG_FUNCTION_INFO_V1(sc_score_rows_out);
PG_FUNCTION_INFO_V1(sc_score_rows_recv);
PG_FUNCTION_INFO_V1(sc_score_rows_send);

/* ----------
 * Text
 * ----------
 */

enum
{
	KEY_VERSION, KEY_CAPABILITIES, KEY_TARGETS, KEY_ROWS, N_KEYS
};

static const char *const keys[N_KEYS] = {
	"version", "capabilities", "targets", "rows"
};

/* A number of columns, or null for -1; 0, also for less, is refused later. */
static int64
read_width(JsonReader *r)
{
	int64		n;

	if (sc_json_null(r))
		return -1;
	n = sc_json_int64(r);
	return n < 0 ? 0 : n;
}

static void
read_rows(ExpandedScoreRows *rows, JsonReader *r)
{
	int32		width = sc_rows_width(rows);

	sc_json_array_begin(r);
	while (sc_json_array_next(r))
	{
		double	   *row;
		int32		j = 0;
		const char *problem;

		problem = rows->n_capabilities < 0 ?
			"There are rows, but the number of columns is not known." :
			sc_rows_check_counts(rows->n_capabilities, rows->n_targets, rows->n_rows + 1);
		if (problem)
		{
			sc_json_fail(r, problem);
			break;
		}
		row = sc_rows_reserve(rows);
		sc_json_array_begin(r);
		while (sc_json_array_next(r))
		{
			if (j == width)
			{
				sc_json_fail(r, "A row has too many scores.");
				break;
			}
			row[j++] = sc_json_null(r) ? get_float8_nan() : sc_json_double(r);
		}
		if (j < width)
			sc_json_fail(r, "A row has too few scores.");
		if (sc_json_failed(r))
			break;
		problem = sc_rows_check_row(row, rows->n_capabilities, width);
		if (problem)
			sc_json_fail(r, problem);
		rows->n_rows++;
	}
}

Datum
sc_score_rows_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ExpandedScoreRows *rows;
	JsonReader	r;
	JsonMark	mark = {NULL, 0};
	int64		n_capabilities = -1;
	int64		n_targets = -1;
	bool		seen[N_KEYS] = {false};
	const char *problem;
	int			key;

	sc_json_open(&r, text, strlen(text), TYPE_NAME, fcinfo->context);
	sc_json_object_begin(&r);
	while ((key = sc_json_key(&r, keys, N_KEYS, N_KEYS, seen)) >= 0)
	{
		switch (key)
		{
			case KEY_VERSION:
				sc_json_version(&r, SC_ROWS_VERSION);
				break;
			case KEY_CAPABILITIES:
				n_capabilities = read_width(&r);
				break;
			case KEY_TARGETS:
				n_targets = read_width(&r);
				break;
			case KEY_ROWS:
				mark = sc_json_skip(&r);
				break;
		}
	}
	sc_json_close(&r);
	problem = sc_rows_check_counts(n_capabilities, n_targets, 0);
	if (problem)
		sc_json_fail(&r, problem);
	if (sc_json_failed(&r))
		PG_RETURN_NULL();
	rows = sc_rows_create(sc_object_context());
	sc_rows_set_widths(rows, n_capabilities, n_targets);
	sc_json_reopen(&r, mark);
	read_rows(rows, &r);
	sc_json_close(&r);
	if (sc_json_failed(&r))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(sc_flat_datum(&rows->hdr));
}

static void
put_width(StringInfo out, const char *key, int32 n)
{
	if (n < 0)
		appendStringInfo(out, ",\"%s\":null", key);
	else
		appendStringInfo(out, ",\"%s\":%d", key, n);
}

Datum
sc_score_rows_out(PG_FUNCTION_ARGS)
{
	ScoreRowsView view;
	StringInfoData out;
	int64		i;
	int32		j;

	sc_rows_read(PG_GETARG_DATUM(0), &view);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"version\":%d", SC_ROWS_VERSION);
	put_width(&out, keys[KEY_CAPABILITIES], view.n_capabilities);
	put_width(&out, keys[KEY_TARGETS], view.n_targets);
	appendStringInfoString(&out, ",\"rows\":[");
	for (i = 0; i < view.n_rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, i > 0 ? ",[" : "[");
		for (j = 0; j < view.width; j++)
		{
			double		score = view.score[i * view.width + j];

			if (j > 0)
				appendStringInfoChar(&out, ',');
			if (isnan(score))
				appendStringInfoString(&out, "null");
			else
				sc_json_put_double(&out, score);
		}
		appendStringInfoChar(&out, ']');
	}
	appendStringInfoString(&out, "]}");
	PG_RETURN_CSTRING(out.data);
}

/* ----------
 * Binary
 * ----------
 */

Datum
sc_score_rows_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	ExpandedScoreRows *rows = sc_rows_create(sc_object_context());
	int32		n_capabilities;
	int32		n_targets;
	int64		n_rows;
	int64		i;
	int32		width;
	const char *problem;

	sc_wire_version(buf, TYPE_NAME, SC_ROWS_VERSION);
	n_capabilities = (int32) pq_getmsgint(buf, 4);
	n_targets = (int32) pq_getmsgint(buf, 4);
	n_rows = pq_getmsgint64(buf);
	problem = sc_rows_check_counts(n_capabilities, n_targets, n_rows);
	if (problem)
		sc_wire_fail(TYPE_NAME, problem);
	sc_rows_set_widths(rows, n_capabilities, n_targets);
	width = sc_rows_width(rows);
	if (n_rows * width * (int64) sizeof(double) > buf->len - buf->cursor)
		sc_wire_fail(TYPE_NAME, "A count does not fit the length of the value.");
	for (i = 0; i < n_rows; i++)
	{
		double	   *row = sc_rows_reserve(rows);

		sc_wire_doubles(buf, TYPE_NAME, row, width, true);
		problem = sc_rows_check_row(row, n_capabilities, width);
		if (problem)
			sc_wire_fail(TYPE_NAME, problem);
		rows->n_rows++;
	}
	pq_getmsgend(buf);
	PG_RETURN_DATUM(sc_flat_datum(&rows->hdr));
}

Datum
sc_score_rows_send(PG_FUNCTION_ARGS)
{
	ScoreRowsView view;
	StringInfoData buf;
	int64		i;

	sc_rows_read(PG_GETARG_DATUM(0), &view);
	pq_begintypsend(&buf);
	pq_sendint16(&buf, SC_ROWS_VERSION);
	pq_sendint32(&buf, view.n_capabilities);
	pq_sendint32(&buf, view.n_targets);
	pq_sendint64(&buf, view.n_rows);
	for (i = 0; i < view.n_rows * view.width; i++)
		pq_sendfloat8(&buf, view.score[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
