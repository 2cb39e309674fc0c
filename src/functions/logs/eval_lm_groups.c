/*-------------------------------------------------------------------------
 *
 * eval_lm_groups.c
 *	  The groups of tasks in results of lm-evaluation-harness.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port.h"
#include "utils/memutils.h"

#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_groups.h"

static int
compare_names(const void *a, const void *b)
{
	return sc_eval_compare(*(const EvalText *) a, *(const EvalText *) b);
}

static int
common_beginning(EvalText a, EvalText b)
{
	int			n = 0;

	while (n < Min(a.len, b.len) && a.data[n] == b.data[n])
		n++;
	return n;
}

/*
 * Up to 0.4.2 groups of a group, "mmlu_stem" of "mmlu", are told by their names alone.
 *
 * In the order of bytes the names that one begins with are before it, and those of them that are
 * still open, each the beginning of the next, are on a stack; so the time is that of the sort.
 */
static void
add_groups_by_name(EvalGroups *members, JsonbContainer *groups)
{
	Size		n = JsonContainerSize(groups);
	EvalText   *names = palloc_extended((n + 1) * sizeof(EvalText), MCXT_ALLOC_HUGE);
	EvalText   *open = palloc_extended((n + 1) * sizeof(EvalText), MCXT_ALLOC_HUGE);
	JsonbIterator *iterator = sc_jsonb_begin(groups);
	Size		n_open = 0;
	Size		i = 0;
	JsonbValue	value;

	while (i < n && sc_eval_next_member(&iterator, &names[i], &value))
		i++;
	n = i;
	if (n > 1)
		pg_qsort(names, n, sizeof(EvalText), compare_names);
	for (i = 0; i < n; i++)
	{
		int			common = i > 0 ? common_beginning(names[i - 1], names[i]) : 0;
		Size		k;

		CHECK_FOR_INTERRUPTS();
		while (n_open > 0 && open[n_open - 1].len > common)
			n_open--;
		/* the longest name that it begins with */
		for (k = n_open; k > 0; k--)
			if (open[k - 1].len > 0 && names[i].data[open[k - 1].len] == '_')
			{
				sc_eval_add_group_member(members, open[k - 1], names[i]);
				break;
			}
		open[n_open++] = names[i];
	}
	pfree(names);
	pfree(open);
}

/*
 * The members of groups: group_subtasks, or up to 0.4.2 the group, or list of groups,
 * that a task is configured with.
 */
EvalGroups *
sc_lm_eval_groups(JsonbContainer *document, JsonbContainer *results)
{
	JsonbContainer *subtasks = sc_eval_maybe_object(document, sc_eval_key("group_subtasks"));
	JsonbContainer *averaged = sc_eval_maybe_object(document, sc_eval_key("groups"));
	JsonbContainer *configs = sc_eval_maybe_object(document, sc_eval_key("configs"));
	EvalGroups *groups = sc_eval_groups(subtasks);
	JsonbIterator *iterator;
	EvalText	task;
	JsonbValue	value;

	if (subtasks != NULL)
		return groups;
	if (averaged != NULL)
		add_groups_by_name(groups, averaged);
	if (configs == NULL)
		return groups;
	iterator = sc_jsonb_begin(configs);
	while (sc_eval_next_member(&iterator, &task, &value))
	{
		JsonbContainer *config = value.type == jbvBinary ? value.val.binary.data : NULL;
		JsonbValue	group;
		JsonbValue	other;

		CHECK_FOR_INTERRUPTS();
		if (config == NULL || !JsonContainerIsObject(config) || !sc_eval_get(config, sc_eval_key("group"), &group))
			continue;
		if (group.type == jbvBinary && JsonContainerIsArray(group.val.binary.data) &&
			JsonContainerSize(group.val.binary.data) > 0)
			group = *getIthJsonbValueFromContainer(group.val.binary.data, 0);
		if (group.type == jbvString && results != NULL && sc_eval_get(results, sc_eval_string(&group), &other))
			sc_eval_add_group_member(groups, sc_eval_string(&group), task);
	}
	return groups;
}
