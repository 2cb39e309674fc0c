/*-------------------------------------------------------------------------
 *
 * strata.h
 *	  Two strata, matrices of other models, beside each other: their benchmarks,
 *	  models and families by name.
 *
 * Two of everything: [0] is of a, [1] of b.  All is in C order of names.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_STRATA_H
#define SC_FUNCTIONS_ANALYSES_STRATA_H

#include "functions/analyses/columns.h"
#include "functions/analyses/families.h"
#include "functions/shared/benchmark_names.h"

/* Places of one name in each matrix; -1: not there. */
typedef struct StrataPlace
{
	int64		in[2];
} StrataPlace;

typedef struct Strata
{
	ScoreColumns columns[2];
	BenchmarkSet capabilities[2];	/* those of them that the matrix has */
	bool		lacks[2];		/* one of those that are named, or the matrix
								 * is empty */
	uint32		n_targets;
	StrataPlace *target;		/* [n_targets] */
	uint32		n_shared;
	StrataPlace *shared;		/* [n_shared], models of both */
	bool		has_families;
	Families	families[2];	/* if so: numbers below families[0].n =
								 * families[1].n, those of one family the same */
} Strata;

/* Reads the matrices a and b, arguments 0 and 1, and finds the models of both. */
extern void sc_read_strata(FunctionCallInfo fcinfo, Strata *strata);

/*
 * The capability benchmarks, argument i as for sc_capability_set().  22023 for a name
 * that is in neither matrix, for one that has scores but no marks where the argument is
 * NULL, and for two that are empty.
 */
extern void sc_strata_capabilities(FunctionCallInfo fcinfo, int i, Strata *strata);

/*
 * The targets: those named by argument i, or if it is NULL those that
 * sc_choose_targets() finds in one matrix or the other.
 */
extern void sc_strata_targets(FunctionCallInfo fcinfo, int i, Strata *strata);

/*
 * The families of argument i, or those that the matrices are annotated with; returns
 * whether they are the matrices' own.  In a matrix that has none where the other has,
 * that of no model is known, unless the other knows it.  A model of both with a family in
 * each, of different names, is a FAMILY_CONFLICT.
 */
extern bool sc_strata_families(FunctionCallInfo fcinfo, int i, Strata *strata);

/* No families, whatever was said. */
extern void sc_no_strata_families(Strata *strata);

#endif							/* SC_FUNCTIONS_ANALYSES_STRATA_H */
