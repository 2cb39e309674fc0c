/*-------------------------------------------------------------------------
 *
 * score_matrix.h
 *	  The score_matrix type: labelled cells of models and benchmarks.
 *
 * In memory it is an expanded object that grows in place; at rest it is the
 * flat form of flat.h.  Everything that only reads takes the flat form
 * (sc_matrix_read gives it, whatever came), in which labels and cells stand in
 * C order, so that what is computed does not depend on the order of rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_MATRIX_SCORE_MATRIX_H
#define SC_MATRIX_SCORE_MATRIX_H

#include "utils/expandeddatum.h"

#include "matrix/compat.h"
#include "matrix/flat.h"
#include "matrix/labels.h"
#include "matrix/pooled.h"

/* A cell in memory; 24 bytes. */
typedef struct MatrixCell
{
	CellIndex	at;				/* numbers of the label tables */
	union
	{
		double		score;		/* the one score */
		uint64		pooled;		/* index into pooled[] */
	}			u;
	bool		is_pooled;
	char		status;			/* simplehash */
} MatrixCell;

struct cellhash_hash;

typedef struct ExpandedScoreMatrix
{
	ExpandedObjectHeader hdr;
	int			magic;
	LabelTable	models;
	LabelTable	benchmarks;
	uint8	   *benchmark_flags;	/* [benchmarks.capacity or less] */
	uint32		flags_capacity;
	struct cellhash_hash *cells;
	uint32		n_single;
	uint32		n_pooled;
	uint32		pooled_capacity;
	PooledCell *pooled;
	uint8	   *pooled_flags;
} ExpandedScoreMatrix;

/* An empty matrix in a child of the given context. */
extern ExpandedScoreMatrix *sc_matrix_create(MemoryContext parent);

/*
 * The matrix of a datum, to be changed: the object itself if the datum is a
 * read-write pointer to one, else a copy in a child of the given context.
 */
extern ExpandedScoreMatrix *sc_matrix_for_write(Datum d, MemoryContext parent);

/* The expanded matrix that a datum points to, read-write or read-only. */
extern ExpandedScoreMatrix *sc_matrix_from_datum(Datum d);

/* The standard read-write datum of an expanded matrix. */
#define ScoreMatrixGetDatum(m) EOHPGetRWDatum(&(m)->hdr)

/*
 * The flat form of a datum, detoasted, or flattened in CurrentMemoryContext;
 * validated (XX001 for a stored value that is damaged).
 */
extern void sc_matrix_read(Datum d, ScoreMatrixView *view);

/* A copy of a datum's flat form, validated, in CurrentMemoryContext. */
extern Datum sc_matrix_copy(Datum d);

/* The flat datum of an expanded matrix, in CurrentMemoryContext. */
extern Datum sc_matrix_flatten(ExpandedScoreMatrix *m);

/*
 * Adds one score: finite, |score| <= SC_MAX_SCORE (22003 otherwise).  A cell
 * that has scores already is pooled: their mean counts.
 */
extern void sc_matrix_add(ExpandedScoreMatrix *m,
						  const char *model, uint32 model_len,
						  const char *benchmark, uint32 benchmark_len,
						  double score);

/*
 * Adds a cell of a flat matrix with its labels and flags: single or pooled cell
 * i, which stands at the given place.
 */
extern void sc_matrix_copy_cell(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
								CellIndex at, uint32 i, bool single);

/* Raises 22023 if a benchmark is both a capability and a covariate. */
extern void sc_check_flags(const char *label, uint32 len, uint8 flags);

/* Adds all cells and ORs the flags of a flat matrix. */
extern void sc_matrix_merge(ExpandedScoreMatrix *m, const ScoreMatrixView *from);

/*
 * Building from a stored form (input functions, subset): labels first, which
 * must be new, then cells, which must be new too: false if they are not.
 */
extern bool sc_matrix_put_model(ExpandedScoreMatrix *m, const char *text, uint32 len);
extern bool sc_matrix_put_benchmark(ExpandedScoreMatrix *m, const char *text,
									uint32 len, uint8 flags);
extern bool sc_matrix_put_single(ExpandedScoreMatrix *m, uint32 model,
								 uint32 benchmark, double score);
extern bool sc_matrix_put_pooled(ExpandedScoreMatrix *m, uint32 model,
								 uint32 benchmark, const PooledCell *cell,
								 uint8 flags);

/* True if every label has a cell, as the flat form demands. */
extern bool sc_matrix_is_covered(ExpandedScoreMatrix *m);

/*
 * Place in C order of the given benchmark or model, -1 if it is not there.
 */
extern int64 sc_matrix_find_model(const ScoreMatrixView *view,
								  const char *text, uint32 len);
extern int64 sc_matrix_find_benchmark(const ScoreMatrixView *view,
									  const char *text, uint32 len);

#endif							/* SC_MATRIX_SCORE_MATRIX_H */
