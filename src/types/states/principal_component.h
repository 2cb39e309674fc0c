/*-------------------------------------------------------------------------
 *
 * principal_component.h
 *	  The principal_component type: a fitted first component, to store.
 *
 * A component is always defined: where the data do not determine one, functions
 * return NULL instead.  Means and standard deviations are those of the scores
 * as stored; a benchmark of which lower is better is negated before its weight
 * applies: score = sum of weight * (negated ? -1 : 1) * (x - mean) / sd.  A mean
 * is one double: where an offset is 1e9 times the spread, all scores on a stored
 * component shift by the same 1e-7.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_STATES_PRINCIPAL_COMPONENT_H
#define SC_TYPES_STATES_PRINCIPAL_COMPONENT_H

#include "types/forms/compat.h"
#include "stats/component/capability.h"
#include "stats/component/component.h"

#define SC_COMPONENT_VERSION 1

typedef struct PrincipalComponentFlat
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint16		version;
	uint8		pca;			/* ScPca */
	uint8		has_labels;
	int32		d;				/* benchmarks, >= 1 */
	uint32		label_bytes;
	int64		n;				/* rows or models it was fitted on */
	int32		n_eigenvalues;	/* the largest ones: 1 to d */
	int32		reserved;		/* 0 */

	/*
	 * double mean[d], sd[d], weight[d], eigenvalue[]; uint32 label_end[d] if
	 * has_labels; uint8 negated[d]; char labels[label_bytes]; zero padding
	 */
	double		data[FLEXIBLE_ARRAY_MEMBER];
} PrincipalComponentFlat;

/* A component with its parts found; points into it. */
typedef struct PrincipalComponent
{
	ScPca		pca;
	int32		d;
	int64		n;
	int32		n_eigenvalues;
	bool		has_labels;
	double	   *mean;
	double	   *sd;
	double	   *weight;
	double	   *eigenvalue;
	uint32	   *label_end;
	uint8	   *negated;
	char	   *labels;
} PrincipalComponent;

/*
 * A new flat component in CurrentMemoryContext, zero, with c's parts pointing
 * into it, to be filled in; label_bytes < 0 means without labels.
 */
extern PrincipalComponentFlat *sc_principal_component_create(ScPca pca, int32 d, int64 n,
															 int32 n_eigenvalues,
															 int64 label_bytes,
															 PrincipalComponent *c);

/* The component of a datum, detoasted, validated (XX001). */
extern void sc_principal_component_read(Datum d, PrincipalComponent *c);

/* Label j of a component that has labels. */
static inline const char *
sc_principal_component_label(const PrincipalComponent *c, int32 j, uint32 *len)
{
	uint32		start = j == 0 ? 0 : c->label_end[j - 1];

	*len = c->label_end[j] - start;
	return c->labels + start;
}

#endif							/* SC_TYPES_STATES_PRINCIPAL_COMPONENT_H */
