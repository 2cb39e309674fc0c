/*-------------------------------------------------------------------------
 *
 * arrays.h
 *	  Scores in arrays of float8.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_ARRAYS_H
#define SC_FUNCTIONS_SHARED_ARRAYS_H

#include "utils/array.h"

/*
 * Elements of an array of scores; 2202E unless it has exactly one dimension.
 * Lower bounds do not matter.
 */
extern int64 sc_scores_length(ArrayType *array);

/*
 * Copies the scores of an array; NULL and NaN become NaN.  Returns whether all
 * are there.  22003 for an infinite score.
 */
extern bool sc_scores_copy(ArrayType *array, double *scores);

/* A float8[] of n values. */
extern ArrayType *sc_float8_array(const double *values, int n);

#endif							/* SC_FUNCTIONS_SHARED_ARRAYS_H */
