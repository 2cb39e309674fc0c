/*-------------------------------------------------------------------------
 *
 * families.h
 *	  Families of models: those of one family are not independent.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_FAMILIES_H
#define SC_FUNCTIONS_ANALYSES_FAMILIES_H

#include "fmgr.h"

#include "types/score_matrix/matrix_flat.h"

typedef enum FamilyKnown
{
	FAMILY_KNOWN,
	FAMILY_UNKNOWN,				/* a family of its own */
	FAMILY_CONFLICT				/* matrices that were merged gave several */
} FamilyKnown;

typedef struct Families
{
	uint32		n;				/* of all models */
	uint32	   *of_model;		/* [n_models], numbers below n; NULL without
								 * families */
	text	  **name;			/* [n]; of a model alone its own */
	FamilyKnown *known;			/* [n_models] */
	bool		annotated;		/* they are the matrix's, not the call's */
} Families;

/*
 * The families of argument i, a JSON object, or if it is NULL those that the matrix
 * is annotated with; there may be none, as with an object without keys.  Models of one
 * family are those to whose names it gives the same string; a model that it lacks, or
 * to which it gives null, is a family of its own; names that are no models are
 * ignored.  22023 for what is malformed, and as sc_check_families().
 */
extern void sc_families_argument(FunctionCallInfo fcinfo, int i,
								 const ScoreMatrixView *view, Families *families);

/* Those that the matrix is annotated with; there may be none. */
extern void sc_annotated_families(const ScoreMatrixView *view, Families *families);

/* No families, whatever was said. */
extern void sc_no_families(Families *families);

/* What is known of the families of the models of a row. */
typedef struct FamilyCounts
{
	int32		n;				/* models */
	int32		n_without;		/* of them, those of no known family */
	int32		n_conflicts;	/* and those of several */
} FamilyCounts;

static inline void
sc_count_family(const Families *families, uint32 model, FamilyCounts *counts)
{
	counts->n++;
	counts->n_without += families->known[model] == FAMILY_UNKNOWN;
	counts->n_conflicts += families->known[model] == FAMILY_CONFLICT;
}

/*
 * SC_STATUS_OK, or the word for families that are not known well enough for anything
 * that rests on them.
 */
extern const char *sc_families_status(const FamilyCounts *counts);

/* The models of a fit by groups that are left out together. */
typedef struct ModelGroups
{
	uint32		n;
	uint32	   *of_row;			/* numbers below n, by place in the fit */
} ModelGroups;

/*
 * The families of so many models, numbered from 0 in the order in which they come:
 * of_row[i] is that of model[i].
 */
extern void sc_family_groups(const Families *families, const uint32 *model,
							 uint32 n_models, ModelGroups *groups);

#endif							/* SC_FUNCTIONS_ANALYSES_FAMILIES_H */
