/*-------------------------------------------------------------------------
 *
 * q_values.h
 *	  Many tests at once: q-values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_Q_VALUES_H
#define SC_STATS_CORRELATION_Q_VALUES_H

#include <stddef.h>

#include "stats/base/status.h"

/* Bytes of workspace for sc_benjamini_hochberg() of m p-values. */
extern size_t sc_q_values_workspace(size_t m);

/*
 * q-values of p-values: the smallest false discovery rate at which a test is
 * among those rejected (Benjamini & Hochberg, J. R. Statist. Soc. B 57 (1995)
 * 289-300).  With the k p-values that are not NaN in ascending order, q of the
 * i-th is the minimum over j >= i of k / j * p_j, at most 1: the bits of R's
 * p.adjust(p, "BH").  A NaN stays NaN and is not counted.  Equal p-values have
 * equal q-values, whatever the order of rows.
 *
 * p and q hold m values, in [0, 1] or NaN, m < 2^31, and are different arrays.
 */
extern void sc_benjamini_hochberg(const double *p, size_t m, double *q,
								  void *work, ScPoll poll);

#endif							/* SC_STATS_CORRELATION_Q_VALUES_H */
