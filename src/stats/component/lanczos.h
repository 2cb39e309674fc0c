/*-------------------------------------------------------------------------
 *
 * lanczos.h
 *	  The leading eigenpairs of a large symmetric matrix, by iteration.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_LANCZOS_H
#define SC_STATS_COMPONENT_LANCZOS_H

#include <stddef.h>

#include "stats/base/status.h"

/* Bytes of workspace for any number of eigenpairs of an n x n matrix. */
extern size_t sc_leading_workspace(size_t n);

/*
 * The k largest eigenvalues, descending, and unit eigenvectors, vectors[c * n
 * ..], of the symmetric, positive semidefinite n x n matrix, of which both
 * triangles are read; k <= n.  Eigenvectors have any sign.
 *
 * Lanczos' method with full orthogonalisation, without restarts, so that it
 * ends after n steps at the latest (Parlett, The Symmetric Eigenvalue Problem,
 * 1998, chapter 13).  One eigenpair after the other, each time in what is
 * orthogonal to those found: so an eigenvalue that occurs twice is found twice.
 * The residual |A v - value v| is at most some 1e-14 values[0]; of the last one
 * 1e-10 values[0]: it is there to tell how far it is from the one before.
 * The start is fixed: the same matrix gives the same bits.
 */
extern void sc_leading_components(const double *matrix, size_t n, size_t k,
								  double *values, double *vectors, void *work,
								  ScPoll poll);

#endif							/* SC_STATS_COMPONENT_LANCZOS_H */
