/*-------------------------------------------------------------------------
 *
 * score_matrix_cells.h
 *	  The hash table of a model's cells, for the files that make and read it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_MATRIX_SCORE_MATRIX_CELLS_H
#define SC_MATRIX_SCORE_MATRIX_CELLS_H

#include "common/hashfn.h"

#include "matrix/score_matrix.h"

#define SH_PREFIX cellhash
#define SH_ELEMENT_TYPE MatrixCell
#define SH_KEY_TYPE uint32
#define SH_KEY benchmark
#define SH_HASH_KEY(tb, key) (key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

#endif							/* SC_MATRIX_SCORE_MATRIX_CELLS_H */
