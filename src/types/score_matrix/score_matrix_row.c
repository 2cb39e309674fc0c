/*-------------------------------------------------------------------------
 *
 * score_matrix_row.c
 *	  The score_matrix in memory: many scores of one model are added, or none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

/* What a row makes of a matrix. */
typedef struct RowChange
{
	CellIndex	at;				/* its model; of the benchmarks, one after the
								 * other */
	bool		new_model;
	uint32		n_new_benchmarks;
	uint32		n_pooled;		/* single cells that become pooled ones */
	uint64		bytes;
} RowChange;

/* Looks for labels and cells, and raises what there is to raise. */
static void
check_row(ExpandedScoreMatrix *m, uint32 model_len, RowScore *row, uint32 n,
		  RowChange *change)
{
	cellhash_hash *cells = change->new_model ? NULL : m->row[change->at.model];
	uint32		i;

	if (change->new_model)
	{
		(void) sc_labels_check(model_len, NULL);
		change->bytes += SC_TEXT_BYTES_PER_LABEL(model_len);
	}
	for (i = 0; i < n; i++)
	{
		int64		found = sc_matrix_find_label(&m->benchmarks, row[i].benchmark, row[i].len);
		const MatrixCell *cell = NULL;

		if (found < 0)
		{
			(void) sc_labels_check(row[i].len, NULL);
			change->bytes += SC_TEXT_BYTES_PER_LABEL(row[i].len);
			found = (int64) m->benchmarks.n + change->n_new_benchmarks++;
		}
		else if (cells != NULL)
			cell = cellhash_lookup(cells, (uint32) found);
		row[i].number = (uint32) found;
		if (cell == NULL || cell->kind == CELL_EMPTY)
			change->bytes += SC_TEXT_BYTES_PER_SINGLE;
		else if (cell->kind == CELL_SINGLE)
		{
			change->bytes += SC_TEXT_BYTES_PER_POOLED - SC_TEXT_BYTES_PER_SINGLE;
			change->n_pooled++;
		}
		else
			sc_pooled_check_room(&m->pooled[cell->u.pooled]);
		sc_poll_step(i);
	}
	(void) sc_matrix_check_size(m, change->bytes, NULL);
}

void
sc_matrix_add_row(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
				  RowScore *row, uint32 n)
{
	RowChange	change = {0};
	int64		found;
	uint32		i;

	if (n == 0)
		return;
	sc_matrix_stop_waiting(m);
	found = sc_matrix_find_label(&m->models, model, model_len);
	change.new_model = found < 0;
	change.at.model = change.new_model ? m->models.n : (uint32) found;
	check_row(m, model_len, row, n, &change);

	if (change.new_model)
		sc_matrix_reserve_model(m, change.at.model, model, model_len);
	sc_matrix_reserve_pooled(m, change.n_pooled);
	for (i = 0; i < n; i++)
	{
		if (row[i].number >= m->benchmarks.n)
			sc_matrix_reserve_benchmark(m, row[i].number, row[i].benchmark, row[i].len);
		change.at.benchmark = row[i].number;
		(void) sc_matrix_reach_cell(m, change.at);
		sc_poll_step(i);
	}

	/*
	 * Nothing can fail, nor be cancelled, from here on: cells are looked up,
	 * because an insert may make room even for what is there.
	 */
	if (change.new_model)
		sc_labels_commit(&m->models);
	for (i = 0; i < n; i++)
	{
		if (row[i].number == m->benchmarks.n)
			sc_labels_commit(&m->benchmarks);
		sc_matrix_add_to_cell(m, cellhash_lookup(m->row[change.at.model], row[i].number),
							  row[i].score);
	}
}
