/*-------------------------------------------------------------------------
 *
 * views_reach.c
 *	  What lies under the evaluation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "functions/views/views_reach.h"

/* Where a walk is: the relations of one view. */
typedef struct Walk
{
	ViewReach  *reach;
	bool		asks_reader;	/* rights are those of who reads */
	Oid			reads_as;		/* otherwise of this role */
} Walk;

static void add_relation(Oid oid, const Walk *walk);

/* Is a function, or of an aggregate what it calls, not immutable?  For check_functions_in_node(). */
static bool
is_mutable(Oid function, void *context pg_attribute_unused())
{
	bool		mutable = func_volatile(function) != PROVOLATILE_IMMUTABLE;
	HeapTuple	tuple;

	if (mutable || get_func_prokind(function) != PROKIND_AGGREGATE)
		return mutable;
	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(function));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_aggregate aggregate = (Form_pg_aggregate) GETSTRUCT(tuple);

		mutable = func_volatile(aggregate->aggtransfn) != PROVOLATILE_IMMUTABLE ||
			(OidIsValid(aggregate->aggfinalfn) &&
			 func_volatile(aggregate->aggfinalfn) != PROVOLATILE_IMMUTABLE);
		ReleaseSysCache(tuple);
	}
	return mutable;
}

/* Everything in the query of a view. */
static bool
walk_query(Node *node, void *context)
{
	Walk	   *walk = context;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *entry = (RangeTblEntry *) node;

		if (entry->rtekind == RTE_RELATION)
			add_relation(entry->relid, walk);
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, walk_query, context, QTW_EXAMINE_RTES_BEFORE);
	if (check_functions_in_node(node, is_mutable, NULL))
		walk->reach->same_for_all = false;
	return expression_tree_walker(node, walk_query, context);
}

/* A relation, unless it has been seen with the same rights, and what it is made of. */
static void
add_relation(Oid oid, const Walk *walk)
{
	ViewReach  *reach = walk->reach;
	Relation	rel;

	if (list_member_oid(reach->asked, oid) || (!walk->asks_reader && list_member_oid(reach->all, oid)))
		return;
	check_stack_depth();
	rel = relation_open(oid, AccessShareLock);
	reach->all = list_append_unique_oid(reach->all, oid);
	if (walk->asks_reader)
		reach->asked = lappend_oid(reach->asked, oid);
	if (check_enable_rls(oid, walk->reads_as, true) == RLS_ENABLED)
		reach->secured_for_owner = true;
	if (rel->rd_rel->relkind == RELKIND_VIEW)
	{
		Walk		below = *walk;
		Query	   *query = get_view_query(rel);

		if (!RelationHasSecurityInvoker(rel))
		{
			below.asks_reader = false;
			below.reads_as = rel->rd_rel->relowner;
		}
		/* words such as CURRENT_USER, which are no functions */
		if (contain_mutable_functions((Node *) query))
			reach->same_for_all = false;
		(void) walk_query((Node *) query, &below);
	}
	relation_close(rel, NoLock);
}

void
sc_view_reach(Oid relation, ViewReach *reach)
{
	Walk		walk = {reach, true, GetUserId()};

	reach->relation = relation;
	reach->all = reach->asked = NIL;
	reach->same_for_all = true;
	reach->secured_for_owner = false;
	add_relation(relation, &walk);
}
