/*-------------------------------------------------------------------------
 *
 * score_matrix.h
 *	  The score_matrix type: labelled cells of models and benchmarks.
 *
 * In memory it is an expanded object that grows in place; at rest it is the
 * flat form of matrix_flat.h.  Everything that only reads takes the flat form
 * (sc_matrix_read gives it, whatever came), in which labels and cells stand in
 * C order, so that what is computed does not depend on the order of rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_SCORE_MATRIX_SCORE_MATRIX_H
#define SC_TYPES_SCORE_MATRIX_SCORE_MATRIX_H

#include "utils/expandeddatum.h"

#include "types/forms/compat.h"
#include "types/score_matrix/matrix_flat.h"
#include "types/score_matrix/labels.h"
#include "types/score_matrix/pooled.h"

/* What is in the place of a cell. */
typedef enum CellKind
{
	CELL_EMPTY,					/* a place made for a cell, which is not there */
	CELL_SINGLE,
	CELL_POOLED,
} CellKind;

/* A cell in memory; 16 bytes. */
typedef struct MatrixCell
{
	uint32		benchmark;		/* number of the label table; of an empty
								 * place perhaps one that is not there */
	char		status;			/* simplehash */
	uint8		kind;			/* CellKind */
	union
	{
		double		score;		/* the one score */
		uint64		pooled;		/* index into pooled[] */
	}			u;
} MatrixCell;

/* A score on its way to its cell. */
typedef struct PendingScore
{
	CellIndex	at;
	double		score;
} PendingScore;

struct cellhash_hash;
struct overlaphash_hash;

/*
 * What is said of models, and of pairs of benchmarks.  Models have a table of
 * their own here, because one may be named that has no score yet; benchmarks
 * that are named are among those of the matrix.
 */
typedef struct MatrixAnnotations
{
	LabelTable	models;			/* that have a family */
	uint32	   *family;			/* [models_capacity], numbers of families, or
								 * SC_FAMILY_CONFLICT */
	uint32		models_capacity;
	LabelTable	families;
	uint32	   *users;			/* [families_capacity], models of each, which
								 * may be none */
	uint32		families_capacity;
	struct overlaphash_hash **overlaps; /* [targets_capacity], by number of
										 * the target, NULL: none */
	uint32		targets_capacity;
	uint32		n_overlaps;
	uint64		text_bytes;		/* bound of what they take in the text form */
} MatrixAnnotations;

/*
 * Each model has a hash table of its cells: rows often come model by model, and
 * none of the tables is ever so large that growing it takes long.
 */
typedef struct ExpandedScoreMatrix
{
	ExpandedObjectHeader hdr;
	int			magic;
	LabelTable	models;
	LabelTable	benchmarks;
	uint8	   *benchmark_flags;	/* [benchmarks.capacity] */
	MatrixAnnotations annotations;
	struct cellhash_hash **row; /* [models.capacity], NULL: no cells yet */
	struct cellhash_hash *newest;	/* of them */
	uint32		n_single;
	uint32		n_pooled;
	uint32		pooled_capacity;
	PooledCell *pooled;
	uint8	   *pooled_flags;
	bool		has_huge_count; /* a cell of so many scores that more may be
								 * too many */

	/*
	 * In a matrix that is larger than the caches, scores wait here until
	 * there are enough for the memory of their cells to be fetched side by
	 * side.  None of them can be refused later: near a limit no score waits.
	 */
	PendingScore *pending;		/* NULL while none may wait */
	uint32		n_pending;
	uint32		n_settled;		/* the first of them, which are in their cells */

	MemoryContext flattening;	/* of matrix_flatten_into(), NULL elsewhere */
} ExpandedScoreMatrix;

/* A score of a row that names many benchmarks. */
typedef struct RowScore
{
	const char *benchmark;
	uint32		len;
	uint32		number;			/* of the benchmark; for sc_matrix_add_row() */
	double		score;			/* which sc_check_score() has passed */
} RowScore;

/*
 * An empty matrix in the given context, which belongs to it alone or is that of
 * an aggregate's states (state_context.h).
 */
extern ExpandedScoreMatrix *sc_matrix_create(MemoryContext context);

/* The expanded matrix that a datum points to, read-write or read-only. */
extern ExpandedScoreMatrix *sc_matrix_from_datum(Datum d);

/* The standard read-write datum of an expanded matrix. */
#define ScoreMatrixGetDatum(m) EOHPGetRWDatum(&(m)->hdr)

/*
 * The flat form of a datum, detoasted, or flattened in CurrentMemoryContext;
 * validated (XX001 for a stored value that is damaged).
 */
extern void sc_matrix_read(Datum d, ScoreMatrixView *view);

/*
 * Adding a score, a mean or a row is all or nothing: after an error, whatever it
 * is, the matrix is what it was.  A variable of PL/pgSQL that is changed in place
 * relies on that.  They look for all that is wrong, then make all the room, in
 * labels that are reserved and cells that are empty, and then change the matrix,
 * which cannot fail.
 */

/*
 * Adds one score: finite, |score| <= SC_MAX_SCORE (22003 otherwise).  A cell
 * that has scores already is pooled: their mean counts.
 */
extern void sc_matrix_add(ExpandedScoreMatrix *m,
						  const char *model, uint32 model_len,
						  const char *benchmark, uint32 benchmark_len,
						  double score);

/* The same with labels that are the decimal forms of ids. */
extern void sc_matrix_add_by_id(ExpandedScoreMatrix *m, int64 model,
								int64 benchmark, double score);

/*
 * Adds the mean of n scores with its standard error, NaN for unknown; errors are
 * those of sc_check_score() and sc_pooled_of_mean().  A cell's spread is unknown
 * as soon as that of one of its means is.
 */
extern void sc_matrix_add_mean(ExpandedScoreMatrix *m,
							   const char *model, uint32 model_len,
							   const char *benchmark, uint32 benchmark_len,
							   double mean, int64 n, double error);

/*
 * Adds n scores of one model on n different benchmarks, as sc_matrix_add() would
 * one after the other.  The last pass over them is not cancellable: n is that of
 * one value of jsonb.
 */
extern void sc_matrix_add_row(ExpandedScoreMatrix *m,
							  const char *model, uint32 model_len,
							  RowScore *row, uint32 n);

/*
 * Adds a cell of a flat matrix with its labels and flags: single or pooled cell
 * i, which stands at the given place.
 */
extern void sc_matrix_copy_cell(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
								CellIndex at, uint32 i, bool single);

/*
 * Adds the scores that wait.  Whoever reads the cells calls it first, also where
 * the matrix is read-only: its value does not change.
 */
extern void sc_matrix_settle(ExpandedScoreMatrix *m);

/*
 * Adds all cells of a flat matrix, ORs its flags and joins its annotations, which
 * never fails but for a limit.  An error or a cancel on the way leaves m half
 * merged: it must not be used again.
 */
extern void sc_matrix_merge(ExpandedScoreMatrix *m, const ScoreMatrixView *from);

/*
 * Joins a model's family with the one it has: none, a family, and SC_FAMILY_CONFLICT
 * where two of them met (for which text is NULL).  False if an error was saved in
 * escontext: a limit (54000).  No score may wait, as after sc_matrix_stop_waiting().
 */
extern bool sc_matrix_add_family(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
								 const char *family, uint32 family_len, Node *escontext);

/* Says that two benchmarks, of these numbers, overlap; otherwise as the above. */
extern bool sc_matrix_add_overlap(ExpandedScoreMatrix *m, uint32 target, uint32 capability,
								  Node *escontext);

/* ORs the flags of a benchmark of a flat matrix, which is added if it is new. */
extern void sc_matrix_copy_flags(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
								 uint32 benchmark);

/* What a copy of marks leaves out; a list that is NULL leaves nothing out. */
typedef struct KeptLabels
{
	const bool *model;			/* [n_models] */
	const bool *declared;		/* [n_declared] */
	const bool *benchmark;		/* [n_benchmarks] */
} KeptLabels;

/* Joins families, overlaps, or both, of a flat matrix; kept NULL: all. */
extern void sc_matrix_copy_families(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
									const KeptLabels *kept);
extern void sc_matrix_copy_overlaps(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
									const KeptLabels *kept);

/*
 * The flat matrix with the cells of from, and with the marks of another that has
 * no models and, in the order of its numbers, all benchmarks of from, then
 * declared ones.  In CurrentMemoryContext; 54000.
 */
extern Datum sc_matrix_with_marks(const ScoreMatrixView *from, ExpandedScoreMatrix *marks);

/*
 * Building from a text or binary form: labels first, which must be new, then
 * cells, which must be new too: false if they are not.  Also false if an error
 * was saved in escontext, which is as in json.h: a limit (54000), a score out of
 * range (22003).
 */
extern bool sc_matrix_put_model(ExpandedScoreMatrix *m, const char *text,
								uint32 len, Node *escontext);
extern bool sc_matrix_put_benchmark(ExpandedScoreMatrix *m, const char *text,
									uint32 len, uint8 flags, Node *escontext);

/*
 * The same of a cell of either kind (the sum of a single one is its score): gives a
 * DETAIL if it does not fit, to which nothing comes if an error is saved already.
 */
extern const char *sc_matrix_put_cell(ExpandedScoreMatrix *m, int64 model, int64 benchmark,
									  bool is_pooled, const PooledCell *cell, uint8 flags,
									  Node *escontext);

/* True if every model has a cell, and every benchmark a cell or a mark. */
extern bool sc_matrix_is_covered(ExpandedScoreMatrix *m);

/*
 * Place in C order of the given benchmark or model, -1 if it is not there.
 */
extern int64 sc_matrix_find_model(const ScoreMatrixView *view,
								  const char *text, uint32 len);
extern int64 sc_matrix_find_benchmark(const ScoreMatrixView *view,
									  const char *text, uint32 len);

/* The same of a declared model, among the declared ones. */
extern int64 sc_matrix_find_declared(const ScoreMatrixView *view, const char *text, uint32 len);

/* [n_benchmarks]: how many models have a score on each; palloc'd. */
extern uint32 *sc_count_scores(const ScoreMatrixView *view);

#endif							/* SC_TYPES_SCORE_MATRIX_SCORE_MATRIX_H */
