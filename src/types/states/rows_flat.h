/*-------------------------------------------------------------------------
 *
 * rows_flat.h
 *	  The score_rows at rest: format 1, its limits and its validator.
 *
 * No server header is included here, so that the validator can be fuzzed
 * without a server.  A flat value is a header and the rows as they came, each
 * the scores of one model: first the capability benchmarks, all present, then
 * the targets, NaN where a score is missing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_STATES_ROWS_FLAT_H
#define SC_TYPES_STATES_ROWS_FLAT_H

#include <stddef.h>
#include <stdint.h>

#define SC_ROWS_VERSION 1

/* Scores in one state; its text form then fits 1 GB.  Documented in README. */
#define SC_MAX_COLLECTED_SCORES 36000000

/* Scores in one row, of either kind. */
#define SC_MAX_ROW_SCORES 100000

typedef struct ScoreRowsFlat
{
	int32_t		vl_len_;		/* varlena header (do not touch directly!) */
	uint16_t	version;
	uint16_t	reserved;		/* 0 */
	int32_t		n_capabilities; /* -1: not known yet, no rows */
	int32_t		n_targets;		/* -1: not known yet */
	int64_t		n_rows;
	double		score[];		/* row by row */
} ScoreRowsFlat;

/* Doubles in a row, with -1 for a number of columns that is not known. */
static inline int32_t
sc_rows_flat_width(int32_t n_capabilities, int32_t n_targets)
{
	return (n_capabilities > 0 ? n_capabilities : 0) + (n_targets > 0 ? n_targets : 0);
}

/*
 * Is this piece of memory, size bytes aligned to 8, a valid flat value?  Returns
 * NULL if so, else a sentence that says what is wrong.  Reads nothing beyond
 * size; does not look at vl_len_.
 */
extern const char *sc_rows_check(const ScoreRowsFlat *flat, size_t size);

/* Checks of its parts, shared by every way in; NULL, or what is wrong. */
extern const char *sc_rows_check_counts(int64_t n_capabilities, int64_t n_targets, int64_t n_rows);
extern const char *sc_rows_check_row(const double *row, int32_t n_capabilities, int32_t width);

#endif							/* SC_TYPES_STATES_ROWS_FLAT_H */
