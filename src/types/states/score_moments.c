/*-------------------------------------------------------------------------
 *
 * score_moments.c
 *	  The score_moments type: in memory and at rest.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "fmgr.h"
#include "utils/memutils.h"

#include "types/forms/refuse.h"
#include "types/states/score_moments.h"

#define SC_MOMENTS_MAGIC 0x5C0A3A73

static Size moments_get_flat_size(ExpandedObjectHeader *eohptr);
static void moments_flatten_into(ExpandedObjectHeader *eohptr, void *result,
								 Size allocated_size);

static const ExpandedObjectMethods moments_methods = {
	moments_get_flat_size,
	moments_flatten_into
};

/* Points the arrays of m into data. */
static void
lay_out(ScMoments *m, int32 d, int64 n, double *data)
{
	m->d = d;
	m->n = n;
	m->pivot = data;
	m->mean = data + d;
	m->min = data + 2 * (Size) d;
	m->max = data + 3 * (Size) d;
	m->comoment = data + 4 * (Size) d;
}

ExpandedScoreMoments *
sc_score_moments_create(MemoryContext context)
{
	ExpandedScoreMoments *m;

	m = MemoryContextAllocZero(context, sizeof(ExpandedScoreMoments));
	EOH_init_header(&m->hdr, &moments_methods, context);
	m->magic = SC_MOMENTS_MAGIC;
	return m;
}

ExpandedScoreMoments *
sc_score_moments_from_datum(Datum d)
{
	ExpandedScoreMoments *m = (ExpandedScoreMoments *) DatumGetEOHP(d);

	if (m->hdr.eoh_methods != &moments_methods || m->magic != SC_MOMENTS_MAGIC)
		elog(ERROR, "expanded object is not a score_moments");
	return m;
}

/*
 * The arrays come with the first full buffer: in a small group they are larger
 * than all of its rows.
 */
static void
make_arrays(ExpandedScoreMoments *m)
{
	if (m->moments.pivot == NULL)
		lay_out(&m->moments, (int32) m->moments.d, 0,
				MemoryContextAllocZero(m->hdr.eoh_context,
									   sizeof(double) * sc_score_moments_doubles(m->moments.d)));
}

/* Fixes the number of columns. */
static void
set_columns(ExpandedScoreMoments *m, int64 n)
{
	if ((int64) m->moments.d == n)
		return;
	if (m->moments.d > 0)
		sc_refuse_length(n, (int64) m->moments.d);
	if (n > SC_MAX_COMPONENT_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many columns for a component"),
				 errdetail("An array has %lld elements; at most %d are allowed.",
						   (long long) n, SC_MAX_COMPONENT_COLUMNS)));
	m->moments.d = n;
}

ExpandedScoreMoments *
sc_score_moments_of_size(MemoryContext context, int32 n_columns, int64 n_rows)
{
	ExpandedScoreMoments *m = sc_score_moments_create(context);

	m->moments.d = n_columns;
	if (n_rows > 0)
		make_arrays(m);
	m->moments.n = n_rows;
	return m;
}

/*
 * Adds the buffered rows to the moments.  The workspace is larger than a small
 * state, so it is not kept.  It comes from the object's own context: flattening
 * may run in a context that cannot free, such as that of a sort's tuples since
 * PostgreSQL 17, and where a production build would read what follows a chunk
 * as its header.
 */
static void
fold_buffer(const ExpandedScoreMoments *m, ScMoments *moments)
{
	void	   *work;

	if (m->buffered == 0)
		return;
	work = MemoryContextAlloc(m->hdr.eoh_context,
							  sc_moments_workspace(moments->d));
	sc_moments_add(moments, m->buffer, m->buffered, work);
	pfree(work);
}

static void
too_many_rows(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("number of rows is out of range")));
}

double *
sc_score_moments_reserve_row(ExpandedScoreMoments *m, int64 n)
{
	set_columns(m, n);
	if (m->moments.n > PG_INT64_MAX - (int64) SC_BLOCK_ROWS(n))
		too_many_rows();
	if (m->buffered == m->buffer_capacity)
	{
		int32		capacity = m->buffer_capacity == 0 ? 4 : m->buffer_capacity * 2;
		Size		bytes = sizeof(double) * capacity * m->moments.d;

		if (m->buffer == NULL)
			m->buffer = MemoryContextAlloc(m->hdr.eoh_context, bytes);
		else
			m->buffer = repalloc(m->buffer, bytes);
		m->buffer_capacity = capacity;
	}
	return m->buffer + (Size) m->buffered * m->moments.d;
}

void
sc_score_moments_commit_row(ExpandedScoreMoments *m)
{
	Assert(m->buffered < m->buffer_capacity);
	m->buffered++;
	if (m->buffered == (int32) SC_BLOCK_ROWS(m->moments.d))
	{
		make_arrays(m);
		fold_buffer(m, &m->moments);
		m->buffered = 0;
	}
}

void
sc_score_moments_absorb(ExpandedScoreMoments *m, const ScMoments *from)
{
	void	   *work;

	if (from->d == 0)
		return;
	set_columns(m, from->d);
	if (from->n == 0)
		return;
	make_arrays(m);
	fold_buffer(m, &m->moments);
	m->buffered = 0;
	work = palloc(sc_moments_merge_workspace(from->d));
	if (!sc_moments_merge(&m->moments, from, work))
		too_many_rows();
	pfree(work);
}

/* ----------
 * At rest
 * ----------
 */

static Size
moments_get_flat_size(ExpandedObjectHeader *eohptr)
{
	ExpandedScoreMoments *m = (ExpandedScoreMoments *) eohptr;

	return offsetof(ScoreMomentsFlat, data) +
		sizeof(double) * sc_score_moments_doubles(m->moments.d);
}

static void
moments_flatten_into(ExpandedObjectHeader *eohptr, void *result,
					 Size allocated_size)
{
	ExpandedScoreMoments *m = (ExpandedScoreMoments *) eohptr;
	ScoreMomentsFlat *flat = (ScoreMomentsFlat *) result;
	ScMoments	copy;

	Assert(allocated_size == moments_get_flat_size(eohptr));
	memset(flat, 0, allocated_size);
	SET_VARSIZE(flat, allocated_size);
	flat->version = SC_MOMENTS_VERSION;
	flat->n_columns = (int32) m->moments.d;
	if (m->moments.d == 0)
		return;

	/* fold the buffer into the copy: the object itself may be read-only */
	lay_out(&copy, flat->n_columns, m->moments.n, flat->data);
	if (m->moments.n > 0)
		memcpy(flat->data, m->moments.pivot,
			   sizeof(double) * sc_score_moments_doubles(m->moments.d));
	fold_buffer(m, &copy);
	flat->n_rows = copy.n;

	/* whatever came in, what is stored can be read */
	Assert(copy.n == 0 || sc_score_moments_check(&copy) == NULL);
}

const char *
sc_score_moments_check_counts(int64 n_columns, int64 n_rows)
{
	if (n_columns < 0 || n_columns > SC_MAX_COMPONENT_COLUMNS)
		return "The number of columns is out of range.";
	if (n_rows < 0 || (n_columns == 0 && n_rows > 0))
		return "The number of rows is out of range.";
	return NULL;
}

/* Room for rounding, relative to what is compared. */
#define SLACK 1e-6

/*
 * Moments are possible if every mean lies between minimum and maximum, every
 * variance is at most (max - mean) (mean - min) (Bhatia & Davis, Amer. Math.
 * Monthly 107 (2000) 353-357), and every co-moment is within what its two sums
 * of squares allow.  Merging possible moments gives possible ones.
 */
const char *
sc_score_moments_check(const ScMoments *m)
{
	double		n = (double) m->n;
	Size		i;
	Size		j;

	for (i = 0; i < m->d; i++)
	{
		double		range = m->max[i] - m->min[i];
		double		above = (m->max[i] - m->pivot[i]) - m->mean[i];
		double		below = m->mean[i] - (m->min[i] - m->pivot[i]);

		if (!(m->min[i] >= -SC_MAX_SCORE) || !(m->max[i] <= SC_MAX_SCORE) ||
			!(m->pivot[i] >= m->min[i] && m->pivot[i] <= m->max[i]) ||
			!(above >= -SLACK * range && below >= -SLACK * range))
			return "A pivot, mean, minimum or maximum is out of range.";
		if (!(m->comoment[SC_TRIANGLE_AT(m->d, i, i)] >= 0) ||
			(range == 0 && m->comoment[SC_TRIANGLE_AT(m->d, i, i)] > 0) ||
			!(m->comoment[SC_TRIANGLE_AT(m->d, i, i)] / n <=
			  fmax(above, 0) * fmax(below, 0) + SLACK * range * range + DBL_MIN))
			return "A sum of squares is out of range.";
	}
	for (i = 0; i < m->d; i++)
	{
		/* squares may have underflowed */
		double		root = sqrt(m->comoment[SC_TRIANGLE_AT(m->d, i, i)] + n * DBL_MIN);

		for (j = i + 1; j < m->d; j++)
		{
			double		sjj = m->comoment[SC_TRIANGLE_AT(m->d, j, j)] + n * DBL_MIN;

			if (!(fabs(m->comoment[SC_TRIANGLE_AT(m->d, i, j)]) <=
				  root * sqrt(sjj) * (1 + SLACK)))
				return "A co-moment is out of range.";
		}
	}
	return NULL;
}

void
sc_score_moments_read(Datum d, ScMoments *moments)
{
	ScoreMomentsFlat *flat;
	const char *problem = NULL;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)))
	{
		ExpandedScoreMoments *m = sc_score_moments_from_datum(d);
		Size		size = moments_get_flat_size(&m->hdr);

		flat = palloc(size);
		moments_flatten_into(&m->hdr, flat, size);
		lay_out(moments, flat->n_columns, flat->n_rows, flat->data);
		return;
	}

	flat = (ScoreMomentsFlat *) PG_DETOAST_DATUM(d);
	if (VARSIZE(flat) < offsetof(ScoreMomentsFlat, data))
		problem = "The value is shorter than its header.";
	else if (flat->version != SC_MOMENTS_VERSION || flat->reserved != 0 ||
			 flat->reserved2 != 0)
		problem = "The format version is not supported.";
	else if ((problem = sc_score_moments_check_counts(flat->n_columns, flat->n_rows)) == NULL &&
			 VARSIZE(flat) != offsetof(ScoreMomentsFlat, data) +
			 sizeof(double) * sc_score_moments_doubles(flat->n_columns))
		problem = "The length does not agree with the counts.";
	if (problem == NULL)
	{
		lay_out(moments, flat->n_columns, flat->n_rows, flat->data);
		if (moments->n > 0)
			problem = sc_score_moments_check(moments);
	}
	if (problem != NULL)
		sc_refuse_stored("score_moments", problem);
}
