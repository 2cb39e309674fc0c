/*-------------------------------------------------------------------------
 *
 * in_place.c
 *	  Assignments "m := f(m, ...)" that change the variable m and copy nothing.
 *
 * From PostgreSQL 18 on, PL/pgSQL asks the support function of f whether f may
 * be given the variable's own value to change.  Where no block around the
 * assignment, and within the variable's own, handles exceptions, it does so
 * without asking: after an error nobody sees the variable again.  Otherwise
 * somebody may, so f must leave the value as it was if it fails.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"

#include "types/forms/compat.h"

PG_FUNCTION_INFO_V1(sc_modify_in_place);

/* Does a tree refer to the variable of this number? */
static bool
refers_to(Node *node, void *context)
{
	const Param *param = (const Param *) node;

	if (node == NULL)
		return false;
	if (IsA(node, Param) && param->paramkind == PARAM_EXTERN)
		return param->paramid == *(int *) context;
	return expression_tree_walker(node, refers_to, context);
}

/*
 * The support function of functions that change their first argument all or not
 * at all.  The other arguments must not read the variable: what they give might
 * lie in the value that is changed.
 *
 * A variable of a domain stands below a node that makes it one of its base type,
 * and so is copied: the domain's constraints are looked at when the function is
 * through, and may fail.
 */
Datum
sc_modify_in_place(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *modified = NULL;

	if (IsA(request, SupportRequestModifyInPlace))
	{
		SupportRequestModifyInPlace *in_place = (SupportRequestModifyInPlace *) request;
		Node	   *first = (Node *) linitial(in_place->args);
		List	   *others = list_copy_tail(in_place->args, 1);

		if (IsA(first, Param) && refers_to(first, &in_place->paramid) &&
			!refers_to((Node *) others, &in_place->paramid))
			modified = first;
	}
	PG_RETURN_POINTER(modified);
}
