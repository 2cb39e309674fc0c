/*-------------------------------------------------------------------------
 *
 * score_matrix_io.c
 *	  Text and binary forms of score_matrix.
 *
 * Text is a JSON object:
 *	  version		1
 *	  models		["name", ...]
 *	  benchmarks	[{"name": "...", "capability": true,
 *					  "lower_is_better": true, "covariate": true,
 *					  "target": true, "higher_is_better": true}, ...]
 *					flags only where they are set
 *	  cells			[[model, benchmark, score], ...			a single score
 *					 [model, benchmark, n, sum, sum_lo, sumsq, sumsq_lo],
 *					 [model, benchmark, n, sum, sum_lo], ...]	spread unknown
 *	  families		{"model": "family", ...}	{"conflict": true} for a family
 *					where two met
 *	  overlaps		{"target": ["capability", ...], ...}
 * with model and benchmark counted from 0; the last two keys only where there is
 * something in them.  A model of the families may be none of the models: it is
 * declared.  Labels and cells are written in C order and read in any.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "types/forms/json.h"
#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/forms/state_context.h"

#define TYPE_NAME "score_matrix"

PG_FUNCTION_INFO_V1(sc_score_matrix_in);
PG_FUNCTION_INFO_V1(sc_score_matrix_out);

/* Keys of a benchmark, in the order in which they are written. */
static const struct
{
	const char *key;
	uint8		flag;
}			flag_keys[] = {
	{"capability", SC_BENCHMARK_CAPABILITY},
	{"lower_is_better", SC_BENCHMARK_LOWER_IS_BETTER},
	{"covariate", SC_BENCHMARK_COVARIATE},
	{"target", SC_BENCHMARK_TARGET},
	{"higher_is_better", SC_BENCHMARK_HIGHER_IS_BETTER}
};

/* Keys of the whole; from KEY_FAMILIES on they need not be there. */
enum
{
	KEY_VERSION, KEY_MODELS, KEY_BENCHMARKS, KEY_CELLS, KEY_FAMILIES, KEY_OVERLAPS, N_KEYS
};

static const char *const keys[N_KEYS] = {
	"version", "models", "benchmarks", "cells", "families", "overlaps"
};

/* ----------
 * Reading
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
		problem = sc_matrix_put_cell(m, model, benchmark, n > 3, &cell,
									 n == 5 ? SC_CELL_SPREAD_UNKNOWN : 0, r->escontext);
		if (problem)
			sc_json_fail(r, problem);
	}
}

/* {"conflict": true} */
static void
read_conflict(JsonReader *r)
{
	char	   *key;
	bool		seen = false;

	sc_json_object_begin(r);
	while ((key = sc_json_object_next(r)) != NULL)
	{
		if (strcmp(key, "conflict") != 0)
		{
			sc_json_fail(r, psprintf("Key \"%s\" is not expected in a family.", key));
			return;
		}
		sc_json_once(r, &seen, key);
		if (!sc_json_bool(r))
			sc_json_fail(r, "\"conflict\" is not true.");
	}
	if (!seen)
		sc_json_fail(r, "A family is neither a string nor a conflict.");
}

static void
read_families(ExpandedScoreMatrix *m, JsonReader *r)
{
	char	   *model;

	sc_json_object_begin(r);
	while ((model = sc_json_object_next(r)) != NULL)
	{
		char	   *family = NULL;
		uint32		len = 0;

		if (sc_labels_find(&m->annotations.models, model, strlen(model)) >= 0)
			sc_json_fail(r, psprintf("Model \"%s\" has two families.", model));
		if (sc_json_at_object(r))
			read_conflict(r);
		else
			family = sc_json_string(r, &len);
		if (sc_json_failed(r))
			break;
		(void) sc_matrix_add_family(m, model, strlen(model), family, len, r->escontext);
		if (family != NULL)
			pfree(family);
		pfree(model);
	}
}

/* The number of a benchmark that is there. */
static uint32
find_benchmark(ExpandedScoreMatrix *m, const char *label, uint32 len, JsonReader *r)
{
	int64		found = sc_labels_find(&m->benchmarks, label, len);

	if (found < 0)
		sc_json_fail(r, psprintf("Benchmark \"%s\" of an overlap is not there.", label));
	return (uint32) Max(found, 0);
}

static void
read_overlaps(ExpandedScoreMatrix *m, JsonReader *r)
{
	char	   *label;

	sc_json_object_begin(r);
	while ((label = sc_json_object_next(r)) != NULL)
	{
		uint32		target = find_benchmark(m, label, strlen(label), r);

		pfree(label);
		sc_json_array_begin(r);
		while (sc_json_array_next(r))
		{
			uint32		len;
			char	   *other = sc_json_string(r, &len);
			uint32		capability = find_benchmark(m, other, len, r);

			if (capability == target)
				sc_json_fail(r, psprintf("Benchmark \"%s\" overlaps with itself.", other));
			pfree(other);
			if (sc_json_failed(r))
				break;
			(void) sc_matrix_add_overlap(m, target, capability, r->escontext);
		}
	}
}

Datum
sc_score_matrix_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ExpandedScoreMatrix *m = sc_matrix_create(sc_object_context());
	JsonReader	r;
	JsonMark	mark[N_KEYS];
	static void (*const read_part[N_KEYS]) (ExpandedScoreMatrix *, JsonReader *) = {
		NULL, read_models, read_benchmarks, read_cells, read_families, read_overlaps
	};
	bool		seen[N_KEYS] = {false};
	int			key;

	/*
	 * the parts refer to each other and may come in any order: mark, then
	 * read
	 */
	sc_json_open(&r, text, strlen(text), TYPE_NAME, fcinfo->context);
	sc_json_object_begin(&r);
	while ((key = sc_json_key(&r, keys, N_KEYS, KEY_FAMILIES, seen)) >= 0)
	{
		if (key == KEY_VERSION)
			sc_json_version(&r, SC_MATRIX_VERSION);
		else
			mark[key] = sc_json_skip(&r);
	}
	sc_json_close(&r);
	for (key = KEY_MODELS; key < N_KEYS && !sc_json_failed(&r); key++)
	{
		if (!seen[key])
			continue;
		sc_json_reopen(&r, mark[key]);
		read_part[key] (m, &r);
		sc_json_close(&r);
	}
	if (!sc_json_failed(&r) && !sc_matrix_is_covered(m))
		sc_json_fail(&r, "A model has no cell, or a benchmark neither cell nor mark.");
	if (sc_json_failed(&r))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(sc_flat_datum(&m->hdr));
}

/* ----------
 * Writing
 * ----------
 */

static void
put_family(StringInfo out, const ScoreMatrixView *view, const char *model, uint32 len,
		   uint32 code, bool *any)
{
	if (code == SC_FAMILY_NONE)
		return;
	appendStringInfoString(out, *any ? "," : ",\"families\":{");
	*any = true;
	sc_json_put_label(out, model, len);
	appendStringInfoChar(out, ':');
	if (code == SC_FAMILY_CONFLICT)
		appendStringInfoString(out, "{\"conflict\":true}");
	else
	{
		const char *family = sc_flat_family_label(view, code, &len);

		sc_json_put_label(out, family, len);
	}
}

static void
put_families(StringInfo out, const ScoreMatrixView *view)
{
	bool		any = false;
	const char *label;
	uint32		len;
	uint32		i;

	for (i = 0; i < view->n_models; i++)
	{
		sc_poll_step(i);
		label = sc_flat_label(view, i, &len);
		put_family(out, view, label, len, sc_flat_family(view, i), &any);
	}
	for (i = 0; i < view->counts.n_declared; i++)
	{
		sc_poll_step(i);
		label = sc_flat_declared_label(view, i, &len);
		put_family(out, view, label, len, view->declared_family[i], &any);
	}
	if (any)
		appendStringInfoChar(out, '}');
}

static void
put_overlaps(StringInfo out, const ScoreMatrixView *view)
{
	uint32		i;

	for (i = 0; i < view->counts.n_overlaps; i++)
	{
		Overlap		overlap = view->overlap[i];
		const char *label;
		uint32		len;

		sc_poll_step(i);
		if (i == 0 || overlap.target != view->overlap[i - 1].target)
		{
			appendStringInfoString(out, i == 0 ? ",\"overlaps\":{" : "],");
			label = sc_flat_label(view, view->n_models + overlap.target, &len);
			sc_json_put_label(out, label, len);
			appendStringInfoString(out, ":[");
		}
		else
			appendStringInfoChar(out, ',');
		label = sc_flat_label(view, view->n_models + overlap.capability, &len);
		sc_json_put_label(out, label, len);
	}
	if (view->counts.n_overlaps > 0)
		appendStringInfoString(out, "]}");
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
	int			k;

	sc_matrix_read(PG_GETARG_DATUM(0), &view);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"version\":%d,\"models\":[", SC_MATRIX_VERSION);
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
		for (k = 0; k < (int) lengthof(flag_keys); k++)
		{
			if (flags & flag_keys[k].flag)
				appendStringInfo(&out, ",\"%s\":true", flag_keys[k].key);
		}
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
	appendStringInfoChar(&out, ']');
	put_families(&out, &view);
	put_overlaps(&out, &view);
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}
