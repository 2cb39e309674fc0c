/*-------------------------------------------------------------------------
 *
 * score_matrix_io.c
 *	  Text and binary forms of score_matrix.
 *
 * Text is a JSON object:
 *	  version		1
 *	  models		["name", ...]
 *	  benchmarks	[{"name": "...", "capability": true,
 *					  "lower_is_better": true, "covariate": true}, ...]
 *					flags only where they are set
 *	  cells			[[model, benchmark, score], ...			a single score
 *					 [model, benchmark, n, sum, sum_lo, sumsq, sumsq_lo],
 *					 [model, benchmark, n, sum, sum_lo], ...]	spread unknown
 * with model and benchmark counted from 0.  Labels and cells are written in C
 * order and read in any.
 *
 * Binary, in network order: int16 version, int32 counts of models, benchmarks,
 * single and pooled cells; per model int32 length and text; per benchmark the
 * same and a byte of flags; per single cell int32 model, int32 benchmark,
 * float8 score; per pooled cell int32 model, int32 benchmark, byte flags, int8
 * n, float8 sum, sum_lo, sumsq, sumsq_lo.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "libpq/pqformat.h"

#include "types/forms/json.h"
#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/forms/state_context.h"
#include "types/forms/wire.h"
#include "stats/base/status.h"

#define TYPE_NAME "score_matrix"

PG_FUNCTION_INFO_V1(sc_score_matrix_in);
PG_FUNCTION_INFO_V1(sc_score_matrix_out);
PG_FUNCTION_INFO_V1(sc_score_matrix_recv);
PG_FUNCTION_INFO_V1(sc_score_matrix_send);

/* ----------
 * Text
 * ----------
 */

static void
read_models(ExpandedScoreMatrix *m, JsonReader *r)
{
	sc_json_array_begin(r);
	while (sc_json_array_next(r))
	{
		uint32		len;
		char	   *label = sc_json_string(r, &len);

		if (!sc_matrix_put_model(m, label, len, r->escontext))
			sc_json_fail(r, psprintf("Model \"%s\" appears twice.", label));
		pfree(label);
	}
}

static void
read_benchmarks(ExpandedScoreMatrix *m, JsonReader *r)
{
	static const struct
	{
		const char *key;
		uint8		flag;
	}			flag_keys[] = {
		{"capability", SC_BENCHMARK_CAPABILITY},
		{"lower_is_better", SC_BENCHMARK_LOWER_IS_BETTER},
		{"covariate", SC_BENCHMARK_COVARIATE}
	};

	sc_json_array_begin(r);
	while (sc_json_array_next(r))
	{
		char	   *label = NULL;
		uint32		len = 0;
		uint8		flags = 0;
		bool		seen_name = false;
		bool		seen[lengthof(flag_keys)] = {false};
		char	   *key;

		sc_json_object_begin(r);
		while ((key = sc_json_object_next(r)) != NULL)
		{
			int			i;

			if (strcmp(key, "name") == 0)
			{
				sc_json_once(r, &seen_name, key);
				label = sc_json_string(r, &len);
				continue;
			}
			for (i = 0; i < (int) lengthof(flag_keys); i++)
			{
				if (strcmp(key, flag_keys[i].key) == 0)
					break;
			}
			if (i == (int) lengthof(flag_keys))
			{
				sc_json_fail(r, psprintf("Key \"%s\" is not expected in a benchmark.", key));
				break;
			}
			sc_json_once(r, &seen[i], key);
			if (sc_json_bool(r))
				flags |= flag_keys[i].flag;
		}
		if (label == NULL)
			sc_json_fail(r, "A benchmark has no name.");
		if (sc_json_failed(r))
			break;
		if (!sc_matrix_put_benchmark(m, label, len, flags, r->escontext))
			sc_json_fail(r, psprintf("Benchmark \"%s\" appears twice.", label));
		pfree(label);
	}
}

/*
 * Adds a cell read from text or binary; gives a DETAIL if it does not fit, to
 * which nothing comes if an error is saved already.
 */
static const char *
put_cell(ExpandedScoreMatrix *m, int64 model, int64 benchmark, bool is_pooled,
		 const PooledCell *cell, uint8 flags, Node *escontext)
{
	const char *problem;

	if (model < 0 || model >= m->models.n)
		return "A cell names a model that is not there.";
	if (benchmark < 0 || benchmark >= m->benchmarks.n)
		return "A cell names a benchmark that is not there.";
	if (is_pooled)
	{
		if ((problem = sc_flat_check_pooled(cell, flags)) != NULL)
			return problem;
		if (!sc_matrix_put_pooled(m, (uint32) model, (uint32) benchmark, cell, flags,
								  escontext))
			return "A cell appears twice.";
	}
	else
	{
		if (isnan(cell->sum))
			return "A score is not a number.";
		if (!sc_matrix_put_single(m, (uint32) model, (uint32) benchmark, cell->sum,
								  escontext))
			return "A cell appears twice.";
	}
	return NULL;
}

static void
read_cells(ExpandedScoreMatrix *m, JsonReader *r)
{
	sc_json_array_begin(r);
	while (sc_json_array_next(r))
	{
		PooledCell	cell = {0, 0, 0, 0, 0};
		int64		model = -1;
		int64		benchmark = -1;
		int			n = 0;
		char	   *third = NULL;
		const char *problem;

		sc_json_array_begin(r);
		while (sc_json_array_next(r))
		{
			switch (n++)
			{
				case 0:
					model = sc_json_int64(r);
					break;
				case 1:
					benchmark = sc_json_int64(r);
					break;
				case 2:
					/* a score, or n if more follow */
					third = sc_json_number(r);
					break;
				case 3:
					cell.sum = sc_json_double(r);
					break;
				case 4:
					cell.sum_lo = sc_json_double(r);
					break;
				case 5:
					cell.sumsq = sc_json_double(r);
					break;
				case 6:
					cell.sumsq_lo = sc_json_double(r);
					break;
				default:
					(void) sc_json_double(r);
					break;
			}
		}
		if (n == 3)
			cell.sum = sc_json_to_double(r, third);
		else if (n == 5 || n == 7)
			cell.n = sc_json_to_int64(r, third);
		else
			sc_json_fail(r, "A cell does not have 3, 5 or 7 numbers.");
		if (sc_json_failed(r))
			break;
		pfree(third);
		problem = put_cell(m, model, benchmark, n > 3, &cell,
						   n == 5 ? SC_CELL_SPREAD_UNKNOWN : 0, r->escontext);
		if (problem)
			sc_json_fail(r, problem);
	}
}

Datum
sc_score_matrix_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ExpandedScoreMatrix *m = sc_matrix_create(sc_object_context());
	JsonReader	r;
	JsonMark	part[3];
	static const char *const part_key[3] = {"models", "benchmarks", "cells"};
	static void (*const read_part[3]) (ExpandedScoreMatrix *, JsonReader *) = {
		read_models, read_benchmarks, read_cells
	};
	bool		seen_version = false;
	bool		seen[3] = {false, false, false};
	char	   *key;
	int			i;

	/* the parts refer to each other and may come in any order: mark, then read */
	sc_json_open(&r, text, strlen(text), TYPE_NAME, fcinfo->context);
	sc_json_object_begin(&r);
	while ((key = sc_json_object_next(&r)) != NULL)
	{
		if (strcmp(key, "version") == 0)
		{
			sc_json_once(&r, &seen_version, key);
			sc_json_version(&r);
			continue;
		}
		for (i = 0; i < 3 && strcmp(key, part_key[i]) != 0; i++)
			;
		if (i == 3)
		{
			sc_json_fail(&r, psprintf("Key \"%s\" is not expected.", key));
			break;
		}
		sc_json_once(&r, &seen[i], key);
		part[i] = sc_json_skip(&r);
	}
	sc_json_close(&r);
	if (!seen_version)
		sc_json_fail(&r, "Key \"version\" is missing.");
	for (i = 0; i < 3; i++)
	{
		if (!seen[i])
			sc_json_fail(&r, psprintf("Key \"%s\" is missing.", part_key[i]));
		if (sc_json_failed(&r))
			PG_RETURN_NULL();
		sc_json_reopen(&r, part[i]);
		read_part[i] (m, &r);
		sc_json_close(&r);
	}
	if (!sc_json_failed(&r) && !sc_matrix_is_covered(m))
		sc_json_fail(&r, "A model or benchmark has no cell.");
	if (sc_json_failed(&r))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(sc_flat_datum(&m->hdr));
}

Datum
sc_score_matrix_out(PG_FUNCTION_ARGS)
{
	ScoreMatrixView view;
	StringInfoData out;
	uint32		i;
	uint32		s = 0;
	uint32		p = 0;
	uint32		len;

	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"version\":1,\"models\":[");
	for (i = 0; i < view.n_models; i++)
	{
		const char *label = sc_flat_label(&view, i, &len);

		sc_poll_step(i);
		if (i > 0)
			appendStringInfoChar(&out, ',');
		sc_json_put_label(&out, label, len);
	}
	appendStringInfoString(&out, "],\"benchmarks\":[");
	for (i = 0; i < view.n_benchmarks; i++)
	{
		const char *label = sc_flat_label(&view, view.n_models + i, &len);
		uint8		flags = view.benchmark_flags[i];

		sc_poll_step(i);
		appendStringInfoString(&out, i > 0 ? ",{\"name\":" : "{\"name\":");
		sc_json_put_label(&out, label, len);
		if (flags & SC_BENCHMARK_CAPABILITY)
			appendStringInfoString(&out, ",\"capability\":true");
		if (flags & SC_BENCHMARK_LOWER_IS_BETTER)
			appendStringInfoString(&out, ",\"lower_is_better\":true");
		if (flags & SC_BENCHMARK_COVARIATE)
			appendStringInfoString(&out, ",\"covariate\":true");
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoString(&out, "],\"cells\":[");
	while (s < view.n_single || p < view.n_pooled)
	{
		bool		single = sc_next_cell_is_single(&view, s, p);
		CellIndex	at = single ? view.single_at[s] : view.pooled_at[p];

		sc_poll_step((uint64) s + p);
		appendStringInfo(&out, "%s[%u,%u,", s + p > 0 ? "," : "",
						 at.model, at.benchmark);
		if (single)
			sc_json_put_double(&out, view.score[s++]);
		else
		{
			const PooledCell *cell = &view.pooled[p];

			appendStringInfo(&out, INT64_FORMAT ",", cell->n);
			sc_json_put_double(&out, cell->sum);
			appendStringInfoChar(&out, ',');
			sc_json_put_double(&out, cell->sum_lo);
			if (!(view.pooled_flags[p] & SC_CELL_SPREAD_UNKNOWN))
			{
				appendStringInfoChar(&out, ',');
				sc_json_put_double(&out, cell->sumsq);
				appendStringInfoChar(&out, ',');
				sc_json_put_double(&out, cell->sumsq_lo);
			}
			p++;
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
sc_score_matrix_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	ExpandedScoreMatrix *m = sc_matrix_create(sc_object_context());
	uint32		n_models;
	uint32		n_benchmarks;
	uint32		n_single;
	uint32		n_pooled;
	uint32		i;
	int			len;

	sc_wire_version(buf, TYPE_NAME, 1);
	n_models = sc_wire_count(buf, TYPE_NAME, 4);
	n_benchmarks = sc_wire_count(buf, TYPE_NAME, 5);
	n_single = sc_wire_count(buf, TYPE_NAME, 16);
	n_pooled = sc_wire_count(buf, TYPE_NAME, 49);
	for (i = 0; i < n_models; i++)
	{
		char	   *label = sc_wire_label(buf, TYPE_NAME, &len);

		if (!sc_matrix_put_model(m, label, len, NULL))
			sc_wire_fail(TYPE_NAME, "A model appears twice.");
		pfree(label);
	}
	for (i = 0; i < n_benchmarks; i++)
	{
		char	   *label = sc_wire_label(buf, TYPE_NAME, &len);
		uint8		flags = pq_getmsgbyte(buf);

		if (flags & ~SC_BENCHMARK_FLAGS)
			sc_wire_fail(TYPE_NAME, "A benchmark has flags that are not defined.");
		if (!sc_matrix_put_benchmark(m, label, len, flags, NULL))
			sc_wire_fail(TYPE_NAME, "A benchmark appears twice.");
		pfree(label);
	}
	for (i = 0; i < n_single + n_pooled; i++)
	{
		uint32		model = pq_getmsgint(buf, 4);
		uint32		benchmark = pq_getmsgint(buf, 4);
		PooledCell	cell = {0, 0, 0, 0, 0};
		uint8		flags = 0;
		const char *problem;

		if (i < n_single)
			cell.sum = pq_getmsgfloat8(buf);
		else
		{
			flags = pq_getmsgbyte(buf);
			cell.n = pq_getmsgint64(buf);
			/* adding 0 makes 0 of a negative zero, which text does not keep */
			cell.sum = pq_getmsgfloat8(buf) + 0.0;
			cell.sum_lo = pq_getmsgfloat8(buf) + 0.0;
			cell.sumsq = pq_getmsgfloat8(buf) + 0.0;
			cell.sumsq_lo = pq_getmsgfloat8(buf) + 0.0;
		}
		problem = put_cell(m, model, benchmark, i >= n_single, &cell, flags, NULL);
		if (problem)
			sc_wire_fail(TYPE_NAME, problem);
		sc_poll_step(i);
	}
	pq_getmsgend(buf);
	if (!sc_matrix_is_covered(m))
		sc_wire_fail(TYPE_NAME, "A model or benchmark has no cell.");
	PG_RETURN_DATUM(sc_flat_datum(&m->hdr));
}

Datum
sc_score_matrix_send(PG_FUNCTION_ARGS)
{
	ScoreMatrixView view;
	StringInfoData buf;
	uint32		i;
	uint32		len;

	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	pq_begintypsend(&buf);
	pq_sendint16(&buf, SC_MATRIX_VERSION);
	pq_sendint32(&buf, view.n_models);
	pq_sendint32(&buf, view.n_benchmarks);
	pq_sendint32(&buf, view.n_single);
	pq_sendint32(&buf, view.n_pooled);
	for (i = 0; i < view.n_models + view.n_benchmarks; i++)
	{
		const char *label = sc_flat_label(&view, i, &len);

		sc_poll_step(i);
		sc_send_counted_text(&buf, label, len);
		if (i >= view.n_models)
			pq_sendbyte(&buf, view.benchmark_flags[i - view.n_models]);
	}
	for (i = 0; i < view.n_single; i++)
	{
		pq_sendint32(&buf, view.single_at[i].model);
		pq_sendint32(&buf, view.single_at[i].benchmark);
		pq_sendfloat8(&buf, view.score[i]);
		sc_poll_step(i);
	}
	for (i = 0; i < view.n_pooled; i++)
	{
		pq_sendint32(&buf, view.pooled_at[i].model);
		pq_sendint32(&buf, view.pooled_at[i].benchmark);
		pq_sendbyte(&buf, view.pooled_flags[i]);
		pq_sendint64(&buf, view.pooled[i].n);
		pq_sendfloat8(&buf, view.pooled[i].sum);
		pq_sendfloat8(&buf, view.pooled[i].sum_lo);
		pq_sendfloat8(&buf, view.pooled[i].sumsq);
		pq_sendfloat8(&buf, view.pooled[i].sumsq_lo);
		sc_poll_step(i);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
