/*-------------------------------------------------------------------------
 *
 * views_reach.h
 *	  What lies under the evaluation: the relations that it is made of, and who
 *	  sees the same of them as their owner.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_VIEWS_VIEWS_REACH_H
#define SC_FUNCTIONS_VIEWS_VIEWS_REACH_H

#include "nodes/pg_list.h"

/* Relations by OID; a materialised view stands for itself. */
typedef struct ViewReach
{
	Oid			relation;		/* the evaluation */
	List	   *all;			/* it, and what is read through it */
	List	   *asked;			/* of these, those that the reader must have
								 * rights on: not what is behind a view that
								 * reads with the rights of its own owner */
	bool		same_for_all;	/* its views call only immutable functions, so
								 * that it does not matter who asks, nor when */
	bool		secured_for_owner;	/* row-level security of one of them
									 * applies to the current role too */
} ViewReach;

/* Finds it, from the rules of views; the relations are locked as for reading. */
extern void sc_view_reach(Oid relation, ViewReach *reach);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_REACH_H */
