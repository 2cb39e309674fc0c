/*-------------------------------------------------------------------------
 *
 * eval_groups.c
 *	  Groups of tasks in one log.
 *
 * The pairs of group and member are sorted twice, by group and by member, when the
 * first question comes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/qunique.h"
#include "miscadmin.h"
#include "port.h"
#include "utils/memutils.h"

#include "functions/logs/eval_groups.h"

/* Groups within groups; those of harnesses have three levels. */
#define DEEPEST 16

/*
 * Members that are looked at to count samples: those of a tree of that depth, and some.
 * A hostile log has a large group in very many others.
 */
#define MOST_LOOKS(n_pairs) ((n_pairs) * DEEPEST + 1000000)

typedef struct Pair
{
	EvalText	group;
	EvalText	member;
} Pair;

struct EvalGroups
{
	Size		n;
	Size		room;
	Size		looks;			/* at members so far */
	bool		is_sorted;
	Pair	   *by_group;		/* then by member */
	Pair	   *by_member;		/* then by group */
};

static int
compare_by_group(const void *a, const void *b)
{
	int			order = sc_eval_compare(((const Pair *) a)->group, ((const Pair *) b)->group);

	return order != 0 ? order : sc_eval_compare(((const Pair *) a)->member, ((const Pair *) b)->member);
}

static int
compare_by_member(const void *a, const void *b)
{
	int			order = sc_eval_compare(((const Pair *) a)->member, ((const Pair *) b)->member);

	return order != 0 ? order : sc_eval_compare(((const Pair *) a)->group, ((const Pair *) b)->group);
}

EvalGroups *
sc_eval_groups(JsonbContainer *members_of_groups)
{
	EvalGroups *groups = palloc0(sizeof(EvalGroups));
	JsonbIterator *iterator;
	EvalText	group;
	JsonbValue	value;

	if (members_of_groups == NULL)
		return groups;
	iterator = sc_jsonb_begin(members_of_groups);
	while (sc_eval_next_member(&iterator, &group, &value))
	{
		JsonbIterator *members;
		JsonbValue	member;

		if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
			continue;
		members = sc_jsonb_begin(value.val.binary.data);
		while (sc_jsonb_next_element(&members, &member))
			if (member.type == jbvString)
				sc_eval_add_group_member(groups, group, sc_eval_string(&member));
	}
	return groups;
}

void
sc_eval_add_group_member(EvalGroups *groups, EvalText group, EvalText member)
{
	CHECK_FOR_INTERRUPTS();
	Assert(!groups->is_sorted);
	if (sc_eval_compare(group, member) == 0)
		return;
	if (groups->n == groups->room)
	{
		/* the document has as many texts, so this is bounded by its size */
		groups->room = Max(groups->room * 2, 64);
		groups->by_group = groups->by_group == NULL ?
			palloc(groups->room * sizeof(Pair)) :
			repalloc_huge(groups->by_group, groups->room * sizeof(Pair));
	}
	groups->by_group[groups->n].group = group;
	groups->by_group[groups->n++].member = member;
}

static void
sort_once(EvalGroups *groups)
{
	if (groups->is_sorted)
		return;
	groups->is_sorted = true;
	if (groups->n == 0)
		return;
	pg_qsort(groups->by_group, groups->n, sizeof(Pair), compare_by_group);
	groups->n = qunique(groups->by_group, groups->n, sizeof(Pair), compare_by_group);
	groups->by_member = MemoryContextAllocHuge(GetMemoryChunkContext(groups->by_group), groups->n * sizeof(Pair));
	memcpy(groups->by_member, groups->by_group, groups->n * sizeof(Pair));
	pg_qsort(groups->by_member, groups->n, sizeof(Pair), compare_by_member);
}

/* The first of sorted pairs whose group, or member, is not before a text. */
static Size
first_pair(const Pair *pairs, Size n, size_t part, EvalText wanted)
{
	Size		low = 0;

	while (low < n)
	{
		Size		middle = low + (n - low) / 2;

		if (sc_eval_compare(*(const EvalText *) ((const char *) &pairs[middle] + part), wanted) < 0)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

static Size
first_of_group(EvalGroups *groups, EvalText group)
{
	sort_once(groups);
	return first_pair(groups->by_group, groups->n, offsetof(Pair, group), group);
}

static bool
is_of_group(EvalGroups *groups, Size i, EvalText group)
{
	return i < groups->n && sc_eval_compare(groups->by_group[i].group, group) == 0;
}

EvalText
sc_eval_parent(EvalGroups *groups, EvalText task)
{
	EvalText	none = {NULL, 0};
	Size		i;

	sort_once(groups);
	i = first_pair(groups->by_member, groups->n, offsetof(Pair, member), task);
	return i < groups->n && sc_eval_compare(groups->by_member[i].member, task) == 0 ? groups->by_member[i].group : none;
}

bool
sc_eval_is_group(EvalGroups *groups, EvalText task)
{
	return is_of_group(groups, first_of_group(groups, task), task);
}

EvalText
sc_eval_first_leaf(EvalGroups *groups, EvalText task)
{
	int			depth;

	for (depth = 0; depth < DEEPEST; depth++)
	{
		Size		first = first_of_group(groups, task);

		if (!is_of_group(groups, first, task))
			break;
		task = groups->by_group[first].member;
	}
	return task;
}

/* The leaves under a task, which may come several times; false if there are too many. */
typedef struct Leaves
{
	Size		n;
	Size		room;
	EvalText   *names;
} Leaves;

static bool
collect_leaves(EvalGroups *groups, EvalText task, int depth, Leaves *leaves)
{
	Size		i = first_of_group(groups, task);

	if (++groups->looks > MOST_LOOKS(groups->n))
		return false;
	if (!is_of_group(groups, i, task))
	{
		if (leaves->n == leaves->room)
		{
			leaves->room = Max(leaves->room * 2, 64);
			leaves->names = leaves->names == NULL ?
				palloc(leaves->room * sizeof(EvalText)) :
				repalloc_huge(leaves->names, leaves->room * sizeof(EvalText));
		}
		leaves->names[leaves->n++] = task;
		return true;
	}
	if (depth >= DEEPEST)
		return false;
	for (; is_of_group(groups, i, task); i++)
		if (!collect_leaves(groups, groups->by_group[i].member, depth + 1, leaves))
			return false;
	return true;
}

static int
compare_leaves(const void *a, const void *b)
{
	return sc_eval_compare(*(const EvalText *) a, *(const EvalText *) b);
}

void
sc_eval_count_leaves(EvalGroups *groups, EvalText task,
					 void (*count) (EvalText task, void *data, int64 *n, int64 *n_total),
					 void *data, int64 *n, int64 *n_total)
{
	Leaves		leaves = {0};
	Size		i;

	count(task, data, n, n_total);
	if (*n >= 0 || !sc_eval_is_group(groups, task) || !collect_leaves(groups, task, 0, &leaves))
		return;
	pg_qsort(leaves.names, leaves.n, sizeof(EvalText), compare_leaves);
	leaves.n = qunique(leaves.names, leaves.n, sizeof(EvalText), compare_leaves);
	*n = *n_total = 0;
	for (i = 0; i < leaves.n; i++)
	{
		int64		leaf_n;
		int64		leaf_total;

		count(leaves.names[i], data, &leaf_n, &leaf_total);
		*n = sc_eval_sum(*n, leaf_n);
		*n_total = sc_eval_sum(*n_total, leaf_total);
	}
	pfree(leaves.names);
}
