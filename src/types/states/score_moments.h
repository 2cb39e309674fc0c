/*-------------------------------------------------------------------------
 *
 * score_moments.h
 *	  The score_moments type: streaming means and co-moments of complete rows.
 *
 * In memory an expanded object with the arrays of stats/moments.h and a buffer
 * of up to SC_BLOCK_ROWS(d) rows that grows with use, so that a small group
 * costs little; at rest a header and the arrays, the buffer folded in.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_STATES_SCORE_MOMENTS_H
#define SC_TYPES_STATES_SCORE_MOMENTS_H

#include "utils/expandeddatum.h"

#include "types/forms/compat.h"
#include "stats/component/component.h"
#include "stats/correlation/moments.h"

#define SC_MOMENTS_VERSION 1

typedef struct ScoreMomentsFlat
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint16		version;
	uint16		reserved;		/* 0 */
	int32		n_columns;		/* 0: no row has come yet */
	int32		reserved2;		/* 0 */
	int64		n_rows;

	/*
	 * pivot, mean, min, max: n_columns each; comoment: SC_TRIANGLE. All 0 if
	 * n_rows = 0.
	 */
	double		data[FLEXIBLE_ARRAY_MEMBER];
} ScoreMomentsFlat;

typedef struct ExpandedScoreMoments
{
	ExpandedObjectHeader hdr;
	int			magic;
	ScMoments	moments;		/* d = 0 until the first row, no arrays until
								 * n > 0 */
	double	   *buffer;			/* buffered x d */
	int32		buffered;
	int32		buffer_capacity;
} ExpandedScoreMoments;

/* As sc_matrix_create() and sc_matrix_from_datum(). */
extern ExpandedScoreMoments *sc_score_moments_create(MemoryContext context);
extern ExpandedScoreMoments *sc_score_moments_from_datum(Datum d);

#define ScoreMomentsGetDatum(m) EOHPGetRWDatum(&(m)->hdr)

/* One of n_rows rows whose arrays, if there is a row, are to be filled in. */
extern ExpandedScoreMoments *sc_score_moments_of_size(MemoryContext context, int32 n_columns,
													  int64 n_rows);

/*
 * The moments of a datum, every row folded in; points into memory of
 * CurrentMemoryContext or of the datum, and is read only.  d = 0 if no row ever
 * came.  XX001 for a stored value that is damaged.
 */
extern void sc_score_moments_read(Datum d, ScMoments *moments);

/*
 * Room for one more row of n scores: fixes the number of columns (2202E if it
 * differs, 54000 over SC_MAX_COMPONENT_COLUMNS, 22003 if n would overflow).
 * The caller fills the row and then calls sc_score_moments_commit_row(), or drops it.
 */
extern double *sc_score_moments_reserve_row(ExpandedScoreMoments *m, int64 n);
extern void sc_score_moments_commit_row(ExpandedScoreMoments *m);

/* Adds the moments of other rows; 22003 if the number of rows overflows. */
extern void sc_score_moments_absorb(ExpandedScoreMoments *m, const ScMoments *from);

/*
 * Checks shared by every way in; NULL, or a sentence that says what is wrong.  The
 * second is for moments of at least one row.
 */
extern const char *sc_score_moments_check_counts(int64 n_columns, int64 n_rows);
extern const char *sc_score_moments_check(const ScMoments *m);

/* Doubles in the arrays of d columns. */
static inline Size
sc_score_moments_doubles(Size d)
{
	return 4 * d + SC_TRIANGLE(d);
}

#endif							/* SC_TYPES_STATES_SCORE_MOMENTS_H */
