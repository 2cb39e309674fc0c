/*-------------------------------------------------------------------------
 *
 * eval_groups.h
 *	  Groups of tasks in one log: who is a member of what, and how many samples
 *	  a group has.
 *
 *	  groups = sc_eval_groups(group_subtasks);
 *	  sc_eval_add_group_member(groups, group, member);	any number
 *	  then questions, after which nothing is added
 *
 * Texts are those of the document, which outlives the groups.  A group may be a
 * member of another; that it is its own member is taken for an error of the log and
 * ends there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_GROUPS_H
#define SC_FUNCTIONS_LOGS_EVAL_GROUPS_H

#include "functions/logs/eval_documents.h"

typedef struct EvalGroups EvalGroups;

/* Of an object group -> array of members, which may be NULL; anything else in it is passed over. */
extern EvalGroups *sc_eval_groups(JsonbContainer *members_of_groups);
extern void sc_eval_add_group_member(EvalGroups *groups, EvalText group, EvalText member);

/* The group of a task, the first by name if there are several; none if there is none. */
extern EvalText sc_eval_parent(EvalGroups *groups, EvalText task);

/* Has it members? */
extern bool sc_eval_is_group(EvalGroups *groups, EvalText task);

/* The first member of the first member ... that has none itself; of a task the task. */
extern EvalText sc_eval_first_leaf(EvalGroups *groups, EvalText task);

/*
 * Counts of a task by a callback, -1 where they are unknown; of a group the sums over
 * its tasks, each counted once, or -1 if that of one is unknown, or if the groups
 * have far more members together than the log has.
 */
extern void sc_eval_count_leaves(EvalGroups *groups, EvalText task,
								 void (*count) (EvalText task, void *data, int64 *n, int64 *n_total),
								 void *data, int64 *n, int64 *n_total);

/* Those of results of lm-evaluation-harness, of any version; results may be NULL. */
extern EvalGroups *sc_lm_eval_groups(JsonbContainer *document, JsonbContainer *results);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_GROUPS_H */
