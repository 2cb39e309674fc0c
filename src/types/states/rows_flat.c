/*-------------------------------------------------------------------------
 *
 * rows_flat.c
 *	  The score_rows at rest: its validator.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "types/states/rows_flat.h"
#include "stats/base/status.h"

/* A number of columns: not known yet, or at least one. */
static int
is_width(int64_t n)
{
	return n == -1 || (n >= 1 && n <= SC_MAX_ROW_SCORES);
}

const char *
sc_rows_check_counts(int64_t n_capabilities, int64_t n_targets, int64_t n_rows)
{
	int32_t		width;

	if (!is_width(n_capabilities) || !is_width(n_targets))
		return "A number of columns is out of range.";
	width = sc_rows_flat_width((int32_t) n_capabilities, (int32_t) n_targets);
	if (n_rows < 0 || (n_capabilities < 0 && n_rows > 0) ||
		(n_rows > 0 && n_rows > SC_MAX_COLLECTED_SCORES / width))
		return "The number of rows is out of range.";
	return NULL;
}

const char *
sc_rows_check_row(const double *row, int32_t n_capabilities, int32_t width)
{
	int32_t		j;

	for (j = 0; j < width; j++)
	{
		if (isnan(row[j]) ? j < n_capabilities : fabs(row[j]) > SC_MAX_SCORE)
			return "A score is missing or out of range.";
	}
	return NULL;
}

const char *
sc_rows_check(const ScoreRowsFlat *flat, size_t size)
{
	const char *problem;
	int32_t		width;
	int64_t		i;

	if (size < offsetof(ScoreRowsFlat, score))
		return "The value is shorter than its header.";
	if (flat->version != SC_ROWS_VERSION || flat->reserved != 0)
		return "The format version is not supported.";
	problem = sc_rows_check_counts(flat->n_capabilities, flat->n_targets, flat->n_rows);
	if (problem)
		return problem;
	width = sc_rows_flat_width(flat->n_capabilities, flat->n_targets);
	if (size != offsetof(ScoreRowsFlat, score) +
		sizeof(double) * (size_t) flat->n_rows * (size_t) width)
		return "The length does not agree with the counts.";
	for (i = 0; i < flat->n_rows; i++)
	{
		problem = sc_rows_check_row(flat->score + i * width, flat->n_capabilities, width);
		if (problem)
			return problem;
	}
	return NULL;
}
