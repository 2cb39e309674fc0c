/*-------------------------------------------------------------------------
 *
 * score_rows_io.c
 *	  Text and binary forms of score_rows, and its validator.
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
#include "types/score_matrix/pooled.h"
#include "types/states/score_rows_io.h"
#include "types/forms/state_context.h"
#include "types/forms/wire.h"
#include "stats/base/status.h"

#define TYPE_NAME "score_rows"

PG_FUNCTION_INFO_V1(sc_score_rows_in);
PG_FUNCTION_INFO_V1(sc_score_rows_out);
PG_FUNCTION_INFO_V1(sc_score_rows_recv);
PG_FUNCTION_INFO_V1(sc_score_rows_send);

static const char *
check_widths(int64 n_capabilities, int64 n_targets, int64 n_rows)
{
	int64		width;

	if (n_capabilities < -1 || n_capabilities == 0 ||
		n_capabilities > SC_MAX_ROW_SCORES ||
		n_targets < -1 || n_targets == 0 || n_targets > SC_MAX_ROW_SCORES)
		return "A number of columns is out of range.";
	width = Max(n_capabilities, 0) + Max(n_targets, 0);
	if (n_rows < 0 || (n_capabilities < 0 && n_rows > 0) ||
		n_rows > SC_MAX_COLLECTED_SCORES / Max(width, 1))
		return "The number of rows is out of range.";
	return NULL;
}

static const char *
check_row(const double *row, int32 n_capabilities, int32 width)
{
	int32		j;

	for (j = 0; j < width; j++)
	{
		if (isnan(row[j]) ? j < n_capabilities : fabs(row[j]) > SC_MAX_SCORE)
			return "A score is missing or out of range.";
	}
	return NULL;
}

const char *
sc_rows_check(const ScoreRowsFlat *flat, Size size)
{
	const char *problem;
	int32		width;
	int64		i;

	if (size < offsetof(ScoreRowsFlat, score))
		return "The value is shorter than its header.";
	if (flat->version != SC_ROWS_VERSION || flat->reserved != 0)
		return "The format version is not supported.";
	problem = check_widths(flat->n_capabilities, flat->n_targets, flat->n_rows);
	if (problem)
		return problem;
	width = Max(flat->n_capabilities, 0) + Max(flat->n_targets, 0);
	if (size != offsetof(ScoreRowsFlat, score) +
		sizeof(double) * flat->n_rows * width)
		return "The length does not agree with the counts.";
	for (i = 0; i < flat->n_rows; i++)
	{
		problem = check_row(flat->score + i * width, flat->n_capabilities, width);
		if (problem)
			return problem;
	}
	return NULL;
}

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
			check_widths(rows->n_capabilities, rows->n_targets, rows->n_rows + 1);
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
		problem = check_row(row, rows->n_capabilities, width);
		if (problem)
			sc_json_fail(r, problem);
		rows->n_rows++;
	}
}

Datum
sc_score_rows_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ExpandedScoreRows *rows = sc_rows_create(sc_object_context());
	JsonReader	r;
	JsonMark	mark = {NULL, 0};
	int64		n_capabilities = -1;
	int64		n_targets = -1;
	bool		seen[4] = {false, false, false, false};
	const char *problem;
	char	   *key;

	sc_json_open(&r, text, strlen(text), TYPE_NAME, fcinfo->context);
	sc_json_object_begin(&r);
	while ((key = sc_json_object_next(&r)) != NULL)
	{
		if (strcmp(key, "version") == 0)
		{
			sc_json_once(&r, &seen[0], key);
			sc_json_version(&r);
		}
		else if (strcmp(key, "capabilities") == 0)
		{
			sc_json_once(&r, &seen[1], key);
			n_capabilities = read_width(&r);
		}
		else if (strcmp(key, "targets") == 0)
		{
			sc_json_once(&r, &seen[2], key);
			n_targets = read_width(&r);
		}
		else if (strcmp(key, "rows") == 0)
		{
			sc_json_once(&r, &seen[3], key);
			mark = sc_json_skip(&r);
		}
		else
			sc_json_fail(&r, psprintf("Key \"%s\" is not expected.", key));
	}
	sc_json_close(&r);
	if (!seen[0] || !seen[1] || !seen[2] || !seen[3])
		sc_json_fail(&r, "A key is missing: version, capabilities, targets or rows.");
	problem = check_widths(n_capabilities, n_targets, 0);
	if (problem)
		sc_json_fail(&r, problem);
	if (sc_json_failed(&r))
		PG_RETURN_NULL();
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
	appendStringInfoString(&out, "{\"version\":1");
	put_width(&out, "capabilities", view.n_capabilities);
	put_width(&out, "targets", view.n_targets);
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
	problem = check_widths(n_capabilities, n_targets, n_rows);
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
		problem = check_row(row, n_capabilities, width);
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
