/*-------------------------------------------------------------------------
 *
 * test_rows_flat.c
 *	  The validator of score_rows: what it accepts, and each thing it refuses.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/base/status.h"
#include "types/states/rows_flat.h"

static bool
same(const char *problem, const char *want)
{
	return problem == NULL || want == NULL ? problem == want : strcmp(problem, want) == 0;
}

#define ACCEPTED NULL
#define WIDTHS "A number of columns is out of range."
#define ROWS "The number of rows is out of range."
#define SCORE "A score is missing or out of range."
#define LENGTH "The length does not agree with the counts."
#define VERSION "The format version is not supported."
#define SHORT "The value is shorter than its header."

static void
test_counts(void)
{
	static const struct
	{
		int64_t		n_capabilities;
		int64_t		n_targets;
		int64_t		n_rows;
		const char *want;
	}			cases[] = {
		{-1, -1, 0, ACCEPTED},
		{-1, 1, 0, ACCEPTED},
		{1, -1, 36000000, ACCEPTED},
		{1, -1, 36000001, ROWS},
		{1, 1, 18000000, ACCEPTED},
		{1, 1, 18000001, ROWS},
		{SC_MAX_ROW_SCORES, SC_MAX_ROW_SCORES, 180, ACCEPTED},
		{SC_MAX_ROW_SCORES, SC_MAX_ROW_SCORES, 181, ROWS},
		{SC_MAX_ROW_SCORES + 1, 1, 0, WIDTHS},
		{1, SC_MAX_ROW_SCORES + 1, 0, WIDTHS},
		{0, 1, 0, WIDTHS},
		{1, 0, 0, WIDTHS},
		{-2, 1, 0, WIDTHS},
		{1, -2, 0, WIDTHS},
		{INT64_MIN, 1, 0, WIDTHS},
		{INT64_C(4294967297), 1, 0, WIDTHS},
		{2, 1, -1, ROWS},
		{2, 1, INT64_MAX, ROWS},
		{-1, -1, 1, ROWS},		/* rows of no known width */
		{-1, 3, 1, ROWS},
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK(same(sc_rows_check_counts(cases[i].n_capabilities, cases[i].n_targets, cases[i].n_rows),
				   cases[i].want));
	CHECK(sc_rows_flat_width(-1, -1) == 0 && sc_rows_flat_width(3, -1) == 3 &&
		  sc_rows_flat_width(-1, 2) == 2 && sc_rows_flat_width(3, 2) == 5);
}

static void
test_row(void)
{
	double		row[4] = {1, -SC_MAX_SCORE, NAN, SC_MAX_SCORE};

	CHECK(sc_rows_check_row(row, 2, 4) == NULL);
	CHECK(sc_rows_check_row(row, 0, 0) == NULL);
	CHECK(same(sc_rows_check_row(row, 3, 4), SCORE));	/* a capability is
														 * missing */
	row[3] = nextafter(SC_MAX_SCORE, INFINITY);
	CHECK(same(sc_rows_check_row(row, 2, 4), SCORE));
	row[3] = -INFINITY;
	CHECK(same(sc_rows_check_row(row, 2, 4), SCORE));
	CHECK(sc_rows_check_row(row, 2, 3) == NULL);
}

static void
test_value(void)
{
	size_t		size = sizeof(ScoreRowsFlat) + 6 * sizeof(double);
	ScoreRowsFlat *flat = exactly(size);
	int			i;

	memset(flat, 0, size);
	flat->version = SC_ROWS_VERSION;
	flat->n_capabilities = 2;
	flat->n_targets = 1;
	flat->n_rows = 2;
	for (i = 0; i < 6; i++)
		flat->score[i] = i;
	flat->score[2] = NAN;
	CHECK(sc_rows_check(flat, size) == NULL);
	CHECK(same(sc_rows_check(flat, size - 1), LENGTH));
	CHECK(same(sc_rows_check(flat, sizeof(ScoreRowsFlat)), LENGTH));
	CHECK(same(sc_rows_check(flat, sizeof(ScoreRowsFlat) - 1), SHORT));
	CHECK(same(sc_rows_check(flat, 0), SHORT));

	flat->score[4] = NAN;
	CHECK(same(sc_rows_check(flat, size), SCORE));
	flat->score[4] = 4;
	flat->n_rows = 1;
	CHECK(same(sc_rows_check(flat, size), LENGTH));
	flat->n_rows = INT64_MAX;
	CHECK(same(sc_rows_check(flat, size), ROWS));
	flat->n_rows = 2;
	flat->n_targets = -1;
	CHECK(same(sc_rows_check(flat, size), LENGTH));
	flat->n_targets = 0;
	CHECK(same(sc_rows_check(flat, size), WIDTHS));
	flat->n_targets = 1;
	flat->version++;
	CHECK(same(sc_rows_check(flat, size), VERSION));
	flat->version--;
	flat->reserved = 1;
	CHECK(same(sc_rows_check(flat, size), VERSION));
	free(flat);
}

int
main(void)
{
	RUN(test_counts);
	RUN(test_row);
	RUN(test_value);
	return check_done();
}
