/*-------------------------------------------------------------------------
 *
 * score_matrix_wire.c
 *	  Binary form of score_matrix.
 *
 * In network order: int16 version, int32 counts of models, benchmarks, single
 * and pooled cells, families and overlaps; per model int32 length and text; per
 * benchmark the same and a byte of flags; per single cell int32 model, int32
 * benchmark, float8 score; per pooled cell int32 model, int32 benchmark, byte
 * flags, int8 n, float8 sum, sum_lo, sumsq, sumsq_lo; per model with a family, of
 * the models or declared, int32 length and text of the model, a byte that is 1 for
 * a conflict and else 0, and then int32 length and text of the family; per overlap
 * int32 target, int32 capability benchmark.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"

#include "types/forms/poll.h"
#include "types/forms/state_context.h"
#include "types/forms/wire.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

#define TYPE_NAME "score_matrix"

PG_FUNCTION_INFO_V1(sc_score_matrix_recv);
PG_FUNCTION_INFO_V1(sc_score_matrix_send);

/* What a model with a family takes at least, and an overlap. */
#define FAMILY_BYTES 5
#define OVERLAP_BYTES 8

static void
recv_family(StringInfo buf, ExpandedScoreMatrix *m)
{
	int			model_len;
	int			len = 0;
	char	   *model = sc_wire_label(buf, TYPE_NAME, &model_len);
	char	   *family = NULL;

	switch (pq_getmsgbyte(buf))
	{
		case 0:
			family = sc_wire_label(buf, TYPE_NAME, &len);
			break;
		case 1:
			break;
		default:
			sc_wire_fail(TYPE_NAME, "A family is neither a label nor a conflict.");
	}
	if (sc_labels_find(&m->annotations.models, model, model_len) >= 0)
		sc_wire_fail(TYPE_NAME, "A model has two families.");
	(void) sc_matrix_add_family(m, model, model_len, family, len, NULL);
	pfree(model);
	if (family != NULL)
		pfree(family);
}

static void
recv_overlap(StringInfo buf, ExpandedScoreMatrix *m)
{
	uint32		target = pq_getmsgint(buf, 4);
	uint32		capability = pq_getmsgint(buf, 4);

	if (target >= m->benchmarks.n || capability >= m->benchmarks.n)
		sc_wire_fail(TYPE_NAME, "An overlap names a benchmark that is not there.");
	if (target == capability)
		sc_wire_fail(TYPE_NAME, "A benchmark overlaps with itself.");
	(void) sc_matrix_add_overlap(m, target, capability, NULL);
}

static void
send_family(StringInfo buf, const ScoreMatrixView *view, const char *model, uint32 len,
			uint32 code)
{
	if (code == SC_FAMILY_NONE)
		return;
	sc_send_counted_text(buf, model, len);
	pq_sendbyte(buf, code == SC_FAMILY_CONFLICT);
	if (code != SC_FAMILY_CONFLICT)
	{
		const char *family = sc_flat_family_label(view, code, &len);

		sc_send_counted_text(buf, family, len);
	}
}

static void
send_families(StringInfo buf, const ScoreMatrixView *view)
{
	const char *label;
	uint32		len;
	uint32		i;

	for (i = 0; i < view->n_models; i++)
	{
		sc_poll_step(i);
		label = sc_flat_label(view, i, &len);
		send_family(buf, view, label, len, sc_flat_family(view, i));
	}
	for (i = 0; i < view->counts.n_declared; i++)
	{
		sc_poll_step(i);
		label = sc_flat_declared_label(view, i, &len);
		send_family(buf, view, label, len, view->declared_family[i]);
	}
}

/* Models with a family, declared ones among them. */
static uint32
count_families(const ScoreMatrixView *view)
{
	uint32		n = view->counts.n_declared;
	uint32		i;

	for (i = 0; i < view->n_models; i++)
	{
		sc_poll_step(i);
		n += sc_flat_family(view, i) != SC_FAMILY_NONE;
	}
	return n;
}

Datum
sc_score_matrix_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	ExpandedScoreMatrix *m = sc_matrix_create(sc_object_context());
	uint32		n_models;
	uint32		n_benchmarks;
	uint32		n_single;
	uint32		n_pooled;
	uint32		n_families;
	uint32		n_overlaps;
	uint32		i;
	int			len;

	sc_wire_version(buf, TYPE_NAME, 1);
	n_models = sc_wire_count(buf, TYPE_NAME, 4);
	n_benchmarks = sc_wire_count(buf, TYPE_NAME, 5);
	n_single = sc_wire_count(buf, TYPE_NAME, 16);
	n_pooled = sc_wire_count(buf, TYPE_NAME, 49);
	n_families = sc_wire_count(buf, TYPE_NAME, FAMILY_BYTES);
	n_overlaps = sc_wire_count(buf, TYPE_NAME, OVERLAP_BYTES);
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
		problem = sc_matrix_put_cell(m, model, benchmark, i >= n_single, &cell, flags, NULL);
		if (problem)
			sc_wire_fail(TYPE_NAME, problem);
		sc_poll_step(i);
	}
	for (i = 0; i < n_families; i++)
	{
		sc_poll_step(i);
		recv_family(buf, m);
	}
	for (i = 0; i < n_overlaps; i++)
	{
		sc_poll_step(i);
		recv_overlap(buf, m);
	}
	pq_getmsgend(buf);
	if (!sc_matrix_is_covered(m))
		sc_wire_fail(TYPE_NAME, "A model has no cell, or a benchmark neither cell nor mark.");
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
	pq_sendint32(&buf, count_families(&view));
	pq_sendint32(&buf, view.counts.n_overlaps);
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
	send_families(&buf, &view);
	for (i = 0; i < view.counts.n_overlaps; i++)
	{
		pq_sendint32(&buf, view.overlap[i].target);
		pq_sendint32(&buf, view.overlap[i].capability);
		sc_poll_step(i);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
