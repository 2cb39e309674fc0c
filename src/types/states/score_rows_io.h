/*-------------------------------------------------------------------------
 *
 * score_rows_io.h
 *	  Validation of a stored score_rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_STATES_SCORE_ROWS_IO_H
#define SC_TYPES_STATES_SCORE_ROWS_IO_H

#include "types/states/score_rows.h"

/* NULL if size bytes at flat are a valid score_rows, else what is wrong. */
extern const char *sc_rows_check(const ScoreRowsFlat *flat, Size size);

#endif							/* SC_TYPES_STATES_SCORE_ROWS_IO_H */
