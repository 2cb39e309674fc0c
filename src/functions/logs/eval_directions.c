/*-------------------------------------------------------------------------
 *
 * eval_directions.c
 *	  Which of the metrics of a task are better higher.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port.h"
#include "utils/memutils.h"

#include "functions/logs/eval_directions.h"

typedef struct Direction
{
	const JsonbContainer *config;
	EvalText	metric;
	Size		place;			/* in the order in which they came */
	int			higher;
} Direction;

struct EvalDirections
{
	Size		n;
	Size		room;
	bool		is_sorted;
	MemoryContext context;
	Direction  *list;			/* by configuration, metric, place */
};

static int
compare_names(const Direction *a, const Direction *b)
{
	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	if (a->config != b->config)
		return a->config < b->config ? -1 : 1;
	return sc_eval_compare(a->metric, b->metric);
}

static int
compare_directions(const void *a, const void *b)
{
	const Direction *x = a;
	const Direction *y = b;
	int			order = compare_names(x, y);

	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

EvalDirections *
sc_eval_directions(void)
{
	EvalDirections *directions = palloc0(sizeof(EvalDirections));

	directions->context = CurrentMemoryContext;
	return directions;
}

void
sc_eval_add_direction(EvalDirections *directions, const JsonbContainer *config, EvalText metric, int higher)
{
	CHECK_FOR_INTERRUPTS();
	Assert(!directions->is_sorted);
	if (higher < 0)
		return;
	if (directions->n == directions->room)
	{
		/* the document has as many texts, so this is bounded by its size */
		directions->room = Max(directions->room * 2, 64);
		directions->list = directions->list == NULL ?
			MemoryContextAlloc(directions->context, directions->room * sizeof(Direction)) :
			repalloc_huge(directions->list, directions->room * sizeof(Direction));
	}
	directions->list[directions->n] = (Direction)
	{
		config, metric, directions->n, higher
	};
	directions->n++;
}

int
sc_eval_direction(EvalDirections *directions, const JsonbContainer *config, EvalText metric)
{
	Direction	wanted = {config, metric, 0, -1};
	Size		low = 0;
	Size		high = directions->n;

	if (!directions->is_sorted && directions->n > 1)
		pg_qsort(directions->list, directions->n, sizeof(Direction), compare_directions);
	directions->is_sorted = true;
	/* the first that is greater */
	while (low < high)
	{
		Size		middle = low + (high - low) / 2;

		if (compare_names(&directions->list[middle], &wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && compare_names(&directions->list[low - 1], &wanted) == 0 ? directions->list[low - 1].higher : -1;
}
