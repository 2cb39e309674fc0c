/*-------------------------------------------------------------------------
 *
 * report_later.h
 *	  Which rows of a report go with the second component of the capability
 *	  benchmarks.
 *
 * The second alone: what the first leaves goes to it before any later one, a later one is
 * above chance only if it is, and each more would be one more thing to find by chance.
 *
 * The numbers are those of capabilities_correlations(component => 2), but that q is over
 * the targets that are no part of the component: those would take a fit of the others
 * each.  What takes long, resamples and parallel analysis, is done for what q and interval
 * leave alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_REPORT_LATER_H
#define SC_FUNCTIONS_ANALYSES_REPORT_LATER_H

#include "functions/analyses/report_checks.h"

/*
 * Sets later and later_is_checked of n rows, none of them part of the component of the
 * first component's scores, which are sorted.
 */
extern void sc_correlate_later(const Report *report, const CapabilityScores *first,
							   ReportRow **row, uint32 n);

#endif							/* SC_FUNCTIONS_ANALYSES_REPORT_LATER_H */
