/*-------------------------------------------------------------------------
 *
 * score_rows.c
 *	  The score_rows type in memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "types/forms/refuse.h"
#include "types/states/score_rows.h"

#define SC_ROWS_MAGIC 0x5C0A3A72

static Size rows_get_flat_size(ExpandedObjectHeader *eohptr);
static void rows_flatten_into(ExpandedObjectHeader *eohptr, void *result,
							  Size allocated_size);

static const ExpandedObjectMethods rows_methods = {
	rows_get_flat_size,
	rows_flatten_into
};

ExpandedScoreRows *
sc_rows_create(MemoryContext context)
{
	ExpandedScoreRows *r;

	r = MemoryContextAllocZero(context, sizeof(ExpandedScoreRows));
	EOH_init_header(&r->hdr, &rows_methods, context);
	r->magic = SC_ROWS_MAGIC;
	r->n_capabilities = -1;
	r->n_targets = -1;
	return r;
}

ExpandedScoreRows *
sc_rows_from_datum(Datum d)
{
	ExpandedScoreRows *r = (ExpandedScoreRows *) DatumGetEOHP(d);

	if (r->hdr.eoh_methods != &rows_methods || r->magic != SC_ROWS_MAGIC)
		elog(ERROR, "expanded object is not a score_rows");
	return r;
}

void
sc_rows_read(Datum d, ScoreRowsView *view)
{
	const ScoreRowsFlat *flat;
	const char *problem;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)))
	{
		ExpandedScoreRows *r = sc_rows_from_datum(d);

		view->n_capabilities = r->n_capabilities;
		view->n_targets = r->n_targets;
		view->width = sc_rows_width(r);
		view->n_rows = r->n_rows;
		view->score = r->score + r->head * view->width;
		return;
	}
	flat = (const ScoreRowsFlat *) PG_DETOAST_DATUM(d);
	problem = sc_rows_check(flat, VARSIZE(flat));
	if (problem != NULL)
		sc_refuse_stored("score_rows", problem);
	view->n_capabilities = flat->n_capabilities;
	view->n_targets = flat->n_targets;
	view->width = sc_rows_flat_width(flat->n_capabilities, flat->n_targets);
	view->n_rows = flat->n_rows;
	view->score = flat->score;
}

static void
check_width(int64 known, int64 given)
{
	if (known >= 0 && given >= 0 && known != given)
		sc_refuse_length(given, known);
	if (given > SC_MAX_ROW_SCORES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("array of scores is too long"),
				 errdetail("It has %lld elements; at most %d are allowed.",
						   (long long) given, SC_MAX_ROW_SCORES)));
}

/* Makes room for so many doubles from head on, 54000 over the limit. */
static void
reserve(ExpandedScoreRows *r, int64 n_rows, int32 width)
{
	int64		needed;

	if (n_rows > SC_MAX_COLLECTED_SCORES / Max(width, 1))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many scores to rank in one group"),
				 errdetail("A group has more than %d scores.",
						   SC_MAX_COLLECTED_SCORES),
				 errhint("Aggregate in smaller groups; first_component takes any number of rows.")));
	needed = (r->head + n_rows) * width;
	if (needed <= r->capacity)
		return;

	/* rows that were removed make room first */
	if (r->head > 0)
	{
		memmove(r->score, r->score + r->head * width,
				sizeof(double) * r->n_rows * width);
		r->head = 0;
		needed = n_rows * width;
	}
	if (needed * 2 > r->capacity)
	{
		int64		capacity = Max(needed * 2, 32);

		if (r->score == NULL)
			r->score = MemoryContextAllocHuge(r->hdr.eoh_context,
											  sizeof(double) * capacity);
		else
			r->score = repalloc_huge(r->score, sizeof(double) * capacity);
		r->capacity = capacity;
	}
}

void
sc_rows_set_widths(ExpandedScoreRows *r, int64 n_capabilities, int64 n_targets)
{
	check_width(r->n_capabilities, n_capabilities);
	check_width(r->n_targets, n_targets);
	if (r->n_capabilities < 0 && n_capabilities >= 0)
		r->n_capabilities = (int32) n_capabilities;
	if (r->n_targets < 0 && n_targets >= 0)
	{
		int32		old_width = sc_rows_width(r);
		int32		new_width = old_width + (int32) n_targets;
		int64		i;
		int32		j;

		/* rows so far get missing targets, the last row first */
		if (r->n_rows > 0)
		{
			if (r->head > 0)
			{
				memmove(r->score, r->score + r->head * old_width,
						sizeof(double) * r->n_rows * old_width);
				r->head = 0;
			}
			reserve(r, r->n_rows, new_width);
			for (i = r->n_rows - 1; i >= 0; i--)
			{
				memmove(r->score + i * new_width, r->score + i * old_width,
						sizeof(double) * old_width);
				for (j = old_width; j < new_width; j++)
					r->score[i * new_width + j] = get_float8_nan();
			}
		}
		else
			r->head = 0;
		r->n_targets = (int32) n_targets;
	}
}

double *
sc_rows_reserve(ExpandedScoreRows *r)
{
	int32		width = sc_rows_width(r);

	reserve(r, r->n_rows + 1, width);
	return r->score + (r->head + r->n_rows) * width;
}

void
sc_rows_remove_oldest(ExpandedScoreRows *r)
{
	if (r->n_rows <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("score_rows has no row to remove")));
	r->head++;
	r->n_rows--;
	if (r->n_rows == 0)
		r->head = 0;
}

bool
sc_rows_forget(ExpandedScoreRows *r, bool capabilities, bool targets)
{
	bool		known = true;

	if (capabilities && --r->with_capabilities <= 0)
		known = false;
	if (targets && --r->with_targets <= 0)
		known = false;
	return known;
}

void
sc_rows_merge(ExpandedScoreRows *r, const ScoreRowsView *from)
{
	int32		width;
	int64		i;
	int32		j;

	sc_rows_set_widths(r, from->n_capabilities, from->n_targets);
	if (from->n_capabilities >= 0)
		r->with_capabilities += from->n_rows;
	if (from->n_targets >= 0)
		r->with_targets += from->n_rows;
	width = sc_rows_width(r);
	Assert(from->width <= width);	/* targets may be unknown in from only */
	if (from->n_rows == 0)
		return;
	reserve(r, r->n_rows + from->n_rows, width);
	for (i = 0; i < from->n_rows; i++)
	{
		double	   *row = r->score + (r->head + r->n_rows) * width;

		memcpy(row, from->score + i * from->width, sizeof(double) * from->width);
		for (j = from->width; j < width; j++)
			row[j] = get_float8_nan();
		r->n_rows++;
	}
}

static Size
rows_get_flat_size(ExpandedObjectHeader *eohptr)
{
	ExpandedScoreRows *r = (ExpandedScoreRows *) eohptr;

	return offsetof(ScoreRowsFlat, score) +
		sizeof(double) * r->n_rows * sc_rows_width(r);
}

static void
rows_flatten_into(ExpandedObjectHeader *eohptr, void *result,
				  Size allocated_size)
{
	ExpandedScoreRows *r = (ExpandedScoreRows *) eohptr;
	ScoreRowsFlat *flat = (ScoreRowsFlat *) result;
	int32		width = sc_rows_width(r);

	Assert(allocated_size == rows_get_flat_size(eohptr));
	memset(flat, 0, offsetof(ScoreRowsFlat, score));
	SET_VARSIZE(flat, allocated_size);
	flat->version = SC_ROWS_VERSION;
	flat->n_capabilities = r->n_capabilities;
	flat->n_targets = r->n_targets;
	flat->n_rows = r->n_rows;
	if (r->n_rows > 0)
		memcpy(flat->score, r->score + r->head * width,
			   sizeof(double) * r->n_rows * width);

	/* whatever came in, what is stored can be read */
	Assert(sc_rows_check(flat, allocated_size) == NULL);
}

/* Ascending by value, column by column; NaN, which is missing, last. */
static int
compare_rows(const void *a, const void *b, void *arg)
{
	const double *x = *(const double *const *) a;
	const double *y = *(const double *const *) b;
	int32		width = *(int32 *) arg;
	int32		j;

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	for (j = 0; j < width; j++)
	{
		int			cmp = float8_cmp_internal(x[j], y[j]);

		if (cmp != 0)
			return cmp;
	}
	return 0;
}

const double **
sc_rows_sorted(const ScoreRowsView *view)
{
	const double **sorted;
	int32		width = view->width;
	int64		i;

	sorted = palloc_extended(sizeof(double *) * Max(view->n_rows, 1),
							 MCXT_ALLOC_HUGE);
	for (i = 0; i < view->n_rows; i++)
		sorted[i] = view->score + i * width;
	qsort_arg(sorted, view->n_rows, sizeof(double *), compare_rows, &width);
	return sorted;
}
