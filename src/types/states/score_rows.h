/*-------------------------------------------------------------------------
 *
 * score_rows.h
 *	  The score_rows type: the collecting state of the aggregates that rank.
 *
 * Rows of doubles, each the scores of one model, laid out as rows_flat.h says.
 * (The aggregates of two variables use one capability and one target.)  A row
 * that lacks a capability is never stored: it cannot count anywhere.
 *
 * A row may come before the number of targets is known (a NULL array of them);
 * it then has none, and gets NaN when the number becomes known.
 *
 * In memory an expanded object, a contiguous block of rows from which the
 * oldest can be removed; at rest a header and the rows as they came.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_STATES_SCORE_ROWS_H
#define SC_TYPES_STATES_SCORE_ROWS_H

#include "utils/expandeddatum.h"

#include "types/forms/compat.h"
#include "types/states/rows_flat.h"

typedef struct ExpandedScoreRows
{
	ExpandedObjectHeader hdr;
	int			magic;
	int32		n_capabilities;
	int32		n_targets;
	int64		with_capabilities;	/* arrays that came, see sc_rows_forget() */
	int64		with_targets;
	int64		head;			/* rows removed from the front of score */
	int64		n_rows;			/* rows from head on */
	int64		capacity;		/* of score, in doubles */
	double	   *score;
} ExpandedScoreRows;

/* What readers see; points into the datum. */
typedef struct ScoreRowsView
{
	int32		n_capabilities;
	int32		n_targets;
	int32		width;			/* doubles in a row */
	int64		n_rows;
	const double *score;
} ScoreRowsView;

/* As sc_matrix_create() and sc_matrix_from_datum(). */
extern ExpandedScoreRows *sc_rows_create(MemoryContext context);
extern ExpandedScoreRows *sc_rows_from_datum(Datum d);

#define ScoreRowsGetDatum(r) EOHPGetRWDatum(&(r)->hdr)

/* The rows of a datum, flat (detoasted, validated: XX001) or expanded. */
extern void sc_rows_read(Datum d, ScoreRowsView *view);

/*
 * Fixes the widths, -1 for one that is not known; 2202E if they differ from
 * what came before.
 */
extern void sc_rows_set_widths(ExpandedScoreRows *r, int64 n_capabilities,
							   int64 n_targets);

/*
 * Room for one more row; the caller fills its sc_rows_width() doubles and then
 * counts it by r->n_rows++.  54000 over SC_MAX_COLLECTED_SCORES.
 */
extern double *sc_rows_reserve(ExpandedScoreRows *r);

static inline int32
sc_rows_width(const ExpandedScoreRows *r)
{
	return sc_rows_flat_width(r->n_capabilities, r->n_targets);
}

/* Removes the oldest row; 22023 if there is none. */
extern void sc_rows_remove_oldest(ExpandedScoreRows *r);

/*
 * A moving frame loses a row that had, or did not have, an array of each kind.
 * False if it was the last with one of them: what is left would know a width
 * that a frame of the same rows does not know.
 */
extern bool sc_rows_forget(ExpandedScoreRows *r, bool capabilities, bool targets);

/* Adds all rows. */
extern void sc_rows_merge(ExpandedScoreRows *r, const ScoreRowsView *from);

/*
 * The rows in ascending order of their scores, column by column, missing last:
 * sorted[i] points to row i.  Palloc'd.  Sums over rows in this order do not
 * depend on the order in which they came.
 */
extern const double **sc_rows_sorted(const ScoreRowsView *view);

#endif							/* SC_TYPES_STATES_SCORE_ROWS_H */
