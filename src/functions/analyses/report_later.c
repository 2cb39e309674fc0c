/*-------------------------------------------------------------------------
 *
 * report_later.c
 *	  Which rows of a report go with the second component of the capability
 *	  benchmarks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "functions/analyses/component_gate.h"
#include "functions/analyses/later_component.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/report_later.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "stats/component/component.h"
#include "types/forms/poll.h"

/* The second component, from 0. */
#define LATER 1

/*
 * Nanoseconds, measured: of a refit for each capability score, and for it beside those
 * of the other benchmarks; of a sample of chance for each; for both of an eigenvector; for
 * each score of a target, and for Kendall.
 */
#define SCORE_TIME 60.0
#define PAIR_TIME 0.9
#define CHANCE_TIME 120.0
#define EIGEN_TIME 2.0
#define TARGET_TIME 5.0
#define KENDALL_TIME 200.0

/* About how long it takes for m targets, in nanoseconds. */
static double
later_time(const CapabilityScores *scores, uint32 refits, ScMethod method, uint32 m)
{
	double		n = scores->n;
	double		d = scores->d;
	double		targets = m * n * (method == SC_KENDALL ? KENDALL_TIME : TARGET_TIME);

	return refits * (n * d * (SCORE_TIME + PAIR_TIME * d) + d * d * d * EIGEN_TIME + targets) +
		SC_MAX_DEFAULT_LATER_RESAMPLES * n * d * CHANCE_TIME;
}

/*
 * The intervals of n rows, unless they take too long: then they are not checked.  By the
 * jackknife where families are known, which has p-values too.
 */
static bool
set_intervals(const Report *report, const CapabilityScores *scores, ReportRow **row, uint32 n)
{
	IntervalOptions options = report->options.interval;
	CorrelationRow *later;
	bool		jackknife = options.families.of_model != NULL;
	uint32		refits = jackknife ? Min(scores->n, options.families.n) : SC_MAX_DEFAULT_LATER_RESAMPLES;
	uint32		j;

	if (n == 0)
		return true;
	if (later_time(scores, refits, report->options.method, n) > SC_MAX_DEFAULT_LEAVE_OUT_TIME)
	{
		for (j = 0; j < n; j++)
			row[j]->later_is_checked = false;
		return false;
	}
	options.kind = jackknife ? CI_JACKKNIFE : CI_BOOTSTRAP;
	options.resamples = SC_MAX_DEFAULT_LATER_RESAMPLES;
	options.seed = 0;
	later = sc_alloc(n, sizeof(CorrelationRow));
	for (j = 0; j < n; j++)
		later[j] = row[j]->later;
	sc_set_intervals(&report->columns, scores, later, n, report->options.method, &options);
	for (j = 0; j < n; j++)
		row[j]->later = later[j];
	pfree(later);
	return true;
}

/* q-values over the rows, and those of them that are below the threshold. */
static uint32
find_significant(ReportRow **row, uint32 n, ReportRow **found)
{
	CorrelationRow *later = sc_alloc(n, sizeof(CorrelationRow));
	uint32		n_found = 0;
	uint32		j;

	for (j = 0; j < n; j++)
		later[j] = row[j]->later;
	sc_set_q_values(later, n);
	for (j = 0; j < n; j++)
	{
		sc_poll_step(j);
		row[j]->later.q_value = later[j].q_value;
		if (later[j].q_value < SC_MAX_LATER_Q)
			found[n_found++] = row[j];
	}
	pfree(later);
	return n_found;
}

/* Of the rows whose interval says something, whether the component is above chance. */
static void
gate_named(const Report *report, const CapabilityScores *scores, ReportRow **row, uint32 n)
{
	CorrelationRow gated = {0};
	uint32		j;

	for (j = 0; j < n && !sc_names_later(row[j]); j++)
		;
	if (j == n)
		return;
	gated = row[j]->later;
	sc_gate_later_rows(scores, &report->options.interval.families,
					   SC_MAX_DEFAULT_LATER_RESAMPLES, 0, &gated, 1);
	for (; j < n; j++)
		row[j]->later.component = gated.component;
}

static void
correlate_rows(const Report *report, const CapabilityScores *scores, ReportRow **row, uint32 n)
{
	ReportRow **found = sc_alloc(n, sizeof(ReportRow *));
	bool		jackknife = report->options.interval.families.of_model != NULL;
	uint32		n_found;
	uint32		j;

	for (j = 0; j < n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		sc_row_init(&row[j]->later, &report->columns, row[j]->base.target, row[j]->base.role,
					scores, report->options.method, false, SC_STATUS_CONSTANT_CAPABILITY);
	}
	if (!jackknife || set_intervals(report, scores, row, n))
	{
		n_found = find_significant(row, n, found);
		if (jackknife || set_intervals(report, scores, found, n_found))
			gate_named(report, scores, found, n_found);
	}
	pfree(found);
}

void
sc_correlate_later(const Report *report, const CapabilityScores *first, ReportRow **row, uint32 n)
{
	CapabilityScores scores;
	bool		can = first->missing == NULL && first->d <= SC_MAX_DIRECT_COLUMNS;
	uint32		j;

	for (j = 0; j < n; j++)
		row[j]->later_is_checked = can || first->status != SC_OK;
	if (!can || first->status != SC_OK || first->d < 2 || n == 0)
		return;
	sc_fit_named(&report->columns, &report->capabilities, &report->options.recipe,
				 sc_components_wanted(LATER), &scores);
	sc_take_component(&scores, LATER);
	sc_sort_scores(&scores);
	if (scores.status == SC_OK)
		correlate_rows(report, &scores, row, n);
	for (j = 0; j < n; j++)
		row[j]->later.scores = NULL;
}
