/*-------------------------------------------------------------------------
 *
 * report_checks.c
 *	  What capabilities_report asks of every row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "functions/analyses/controls.h"
#include "functions/analyses/report_checks.h"
#include "functions/analyses/report_text.h"
#include "functions/analyses/targets.h"
#include "types/forms/poll.h"
#include "stats/correlation/partial.h"
#include "stats/correlation/reliability.h"
#include "stats/resampling/replicates.h"

/* ----------
 * The checks: each appends its words, if it has any, and returns false if it could
 * not be made
 * ----------
 */

static bool
check_component(const Report *report, const ReportRow *row, StringInfo note)
{
	const char *component = row->base.component;

	if (strcmp(component, SC_STATUS_CHANCE) == 0)
		appendStringInfo(note, "no verdict: the %d capability benchmarks have no more in common than chance gives",
						 row->base.n_capabilities);
	else if (strcmp(component, SC_STATUS_REVERSED) == 0)
	{
		appendStringInfoString(note, "no verdict: capability benchmark ");
		sc_append_benchmark_name(note, &report->columns, row->reversed);
		appendStringInfoString(note, " goes against the others");
	}
	return row->base.n_capabilities > 1 && strcmp(component, SC_STATUS_NOT_TESTED) != 0;
}

/*
 * Where there are few models, or no interval, but for families, whose check says so.  A
 * correlation of 1.00 is nothing uncommon among four.
 */
static bool
check_interval(const Report *report pg_attribute_unused(), const ReportRow *row, StringInfo note)
{
	size_t		n = row->base.result.c.n;

	if (strcmp(row->base.status, SC_STATUS_NO_INTERVAL) == 0)
		appendStringInfo(note, "only %zu models: too few for an interval", n);
	else if (n < SC_MIN_ENOUGH_MODELS)
		appendStringInfo(note, "only %zu models", n);
	else if (strcmp(row->base.status, SC_STATUS_DEGENERATE) == 0)
		appendStringInfoString(note, "no interval: without one of the families there is no correlation");
	return true;
}

static bool
has_direction(const Report *report, const ReportRow *row)
{
	return sc_is_flagged(&report->columns, row->base.target, SC_BENCHMARK_DIRECTIONS);
}

/* Said of a verdict that has a sign: the others would be the same with the opposite one. */
static bool
check_direction(const Report *report, const ReportRow *row, StringInfo note)
{
	if (has_direction(report, row))
		return true;
	if (sc_claims(row) && row->verdict != SC_LOW)
		appendStringInfoString(note, "direction not declared: higher taken as better");
	return false;
}

static bool
check_families(const Report *report, const ReportRow *row, StringInfo note)
{
	const CorrelationRow *base = &row->base;

	if (report->options.interval.families.of_model == NULL)
		return false;
	if (strcmp(base->status, SC_STATUS_CONFLICT) == 0)
		appendStringInfoString(note, "no interval: a model was given several families");
	else if (strcmp(base->status, SC_STATUS_UNKNOWN_FAMILIES) == 0)
		appendStringInfo(note, "no interval: the families of %d of %zu models are not known",
						 base->n_without_family, base->result.c.n);
	else if (base->n_families >= 0 && base->n_families < SC_MIN_GROUPS)
		appendStringInfo(note, "only %d %s: too few for an interval", base->n_families,
						 base->n_families == 1 ? "family" : "families");
	else if (base->n_families >= 0 && base->n_families < SC_MIN_ENOUGH_FAMILIES)
		appendStringInfo(note, "%d families are few: a wide interval", base->n_families);
	else if (base->n_without_family > 0)
		appendStringInfo(note, "%d of %zu models have no family and count as one each",
						 base->n_without_family, base->result.c.n);
	return true;
}

static bool
check_score_reliability(const Report *report pg_attribute_unused(), const ReportRow *row, StringInfo note)
{
	if (strcmp(row->base.component, SC_STATUS_UNRELIABLE) == 0)
	{
		appendStringInfoString(note, "reliability of the capabilities score about ");
		sc_append_rounded(note, row->base.score_reliability);
	}
	return true;
}

/* Scores that are noise correlate with nothing, so "low" is never without a word of it. */
static bool
check_noise(const Report *report pg_attribute_unused(), const ReportRow *row, StringInfo note)
{
	bool		low = row->has_verdict && row->verdict == SC_LOW;

	if (low && isnan(row->base.reliability))
		appendStringInfoString(note, "low may be noise: no standard errors");
	else if (low && row->base.reliability < SC_MIN_RELIABILITY)
	{
		appendStringInfoString(note, "reliability of the scores about ");
		sc_append_rounded(note, row->base.reliability);
		appendStringInfoString(note, ": low may be noise");
	}
	return !isnan(row->base.reliability);
}

/* What a verdict claims, as that which may be chance. */
static void
append_claim(StringInfo note, ScVerdict verdict, double threshold)
{
	switch (verdict)
	{
		case SC_ENTANGLED:
		case SC_INVERSE:
		case SC_TIED:
			appendStringInfo(note, "that it is beyond %g", threshold);
			break;
		case SC_LOW:
			appendStringInfo(note, "that it is within %g", threshold);
			break;
		case SC_POSITIVE:
		case SC_NEGATIVE:
		case SC_UNRESOLVED:
			appendStringInfoString(note, "that it is not 0");
			break;
	}
}

static bool
check_q_verdict(const Report *report, const ReportRow *row, StringInfo note)
{
	double		q = sc_claims(row) ? sc_verdict_q_value(&row->base, row->verdict) : 0;

	if (q >= SC_MAX_CHANCE_SHARE)
	{
		append_claim(note, row->verdict, report->options.interval.threshold);
		appendStringInfo(note, " may be chance among %u %s: q_verdict ", report->n_tested,
						 report->n_tested == 1 ? "target" : "targets");
		sc_append_rounded(note, q);
	}
	return true;
}

static bool
check_ties(const Report *report, const ReportRow *row, StringInfo note)
{
	uint32		n = (uint32) row->base.result.c.n;
	uint32		tied = Max(row->n_best, row->n_worst);
	bool		best = row->n_best >= row->n_worst;

	if (tied >= SC_MIN_TIED && tied * (uint64) SC_MIN_TIED_SHARE >= n)
		appendStringInfo(note, "%u of %u models tied at the %s score, in no order", tied, n,
						 has_direction(report, row) ? (best ? "best" : "worst") : (best ? "highest" : "lowest"));
	return true;
}

/* The first capability benchmark of which a target is a copy; SC_NO_BENCHMARK. */
static uint32
copied_benchmark(const Report *report, uint32 target)
{
	const ScoreColumns *columns = &report->columns;
	uint32		n = columns->start[target + 1] - columns->start[target];
	uint32		j;

	for (j = 0; j < report->capabilities.n; j++)
	{
		uint32		capability = report->capabilities.place[j];
		uint32		k;

		if (columns->start[capability + 1] - columns->start[capability] != n)
			continue;
		for (k = 0; k < n; k++)
		{
			uint32		at = columns->start[target] + k;
			uint32		other = columns->start[capability] + k;

			sc_poll_step(k);
			if (columns->model[at] != columns->model[other] ||
				columns->score[at] != columns->score[other])
				break;
		}
		if (k == n)
			return capability;
	}
	return SC_NO_BENCHMARK;
}

/*
 * What a target shares with the component nobody sees in numbers, unless it is a copy: it
 * could be looked for if annotate() was told of any overlap.
 */
static bool
check_overlap(const Report *report, const ReportRow *row, StringInfo note)
{
	uint32		target = row->base.target;
	const BenchmarkSet *capabilities = &report->capabilities;
	uint32		first = SC_NO_BENCHMARK;
	uint32		n = 0;
	uint32		j;

	if (capabilities->member[target])
	{
		appendStringInfo(note, "a capability benchmark: held against the %d others",
						 row->base.n_capabilities);
		return true;
	}
	if (!sc_overlaps_any(&report->columns, target, capabilities->member))
	{
		first = copied_benchmark(report, target);
		if (first != SC_NO_BENCHMARK)
		{
			appendStringInfoString(note, "has the scores of capability benchmark ");
			sc_append_benchmark_name(note, &report->columns, first);
		}
		return report->columns.view.counts.n_overlaps > 0;
	}
	for (j = 0; j < capabilities->n; j++)
	{
		if (!sc_overlaps(&report->columns, target, capabilities->place[j]))
			continue;
		if (n++ == 0)
			first = capabilities->place[j];
	}
	appendStringInfoString(note, "shares items with ");
	sc_append_benchmark_name(note, &report->columns, first);
	if (n > 1)
		appendStringInfo(note, " and %u more", n - 1);
	appendStringInfoString(note, ", left out of its component");
	return true;
}

/* Where a correlation is without one of many, and which that is. */
typedef struct Move
{
	double		distance;
	double		corr;
	LeftOut		kind;
	uint32		without;
} Move;

static void
append_move(StringInfo note, const Report *report, const Move *move)
{
	const Families *families = &report->options.interval.families;

	sc_append_rounded(note, move->corr);
	appendStringInfoString(note, " without ");
	switch (move->kind)
	{
		case WITHOUT_BENCHMARK:
			appendStringInfoString(note, "capability benchmark ");
			sc_append_benchmark_name(note, &report->columns, move->without);
			break;
		case WITHOUT_MODEL:
			appendStringInfoString(note, "model ");
			sc_append_model_name(note, &report->columns, move->without);
			break;
		case WITHOUT_FAMILY:
			appendStringInfoString(note, "family ");
			sc_append_name(note, VARDATA_ANY(families->name[move->without]),
						   VARSIZE_ANY_EXHDR(families->name[move->without]));
			break;
	}
}

/* The farthest moves of a row down, and up; of none the distance is 0. */
static void
farthest_moves(const ReportRow *row, Move *down, Move *up)
{
	double		corr = row->base.result.c.corr;
	int			kind;

	down->distance = up->distance = 0;
	for (kind = 0; kind < N_LEFT_OUT; kind++)
	{
		const Extremes *e = &row->left_out.extremes[kind];

		if (corr - e->lowest > down->distance)
			*down = (Move)
		{
			corr - e->lowest, e->lowest, (LeftOut) kind, e->lowest_without
		};
		if (e->highest - corr > up->distance)
			*up = (Move)
		{
			e->highest - corr, e->highest, (LeftOut) kind, e->highest_without
		};
	}
}

/*
 * Asked of claims alone: without one of few models a correlation near 0 changes its sign
 * as often as not, and "unresolved" says that it is not known better.  Nor does "low"
 * say anything of the sign.
 */
static bool
check_left_out(const Report *report, const ReportRow *row, StringInfo note)
{
	double		corr = row->base.result.c.corr;
	Move		down;
	Move		up;
	const Move *back;			/* towards 0 and beyond */
	const Move *farthest;

	if (!sc_claims(row))
		return true;
	if (!report->leaves_out)
		return false;
	farthest_moves(row, &down, &up);
	back = corr > 0 ? &down : &up;
	farthest = down.distance > up.distance ? &down : &up;
	if (row->verdict != SC_LOW && back->distance > fabs(corr))
	{
		appendStringInfoString(note, "the sign changes: ");
		append_move(note, report, back);
	}
	else if (farthest->distance > SC_MAX_MOVE)
	{
		appendStringInfoString(note, "corr is ");
		append_move(note, report, farthest);
	}
	return true;
}

static bool
check_imputed(const Report *report pg_attribute_unused(), const ReportRow *row, StringInfo note)
{
	if (row->imputed > SC_MAX_IMPUTED_SHARE)
		appendStringInfo(note, "%.0f %% of the capability scores are imputed", 100 * row->imputed);
	return true;
}

static bool
check_dropped(const Report *report pg_attribute_unused(), const ReportRow *row, StringInfo note)
{
	uint64		dropped = row->base.result.n_dropped;
	uint64		all = dropped + row->base.result.c.n;

	if (dropped * SC_MIN_DROPPED_SHARE > all)
		appendStringInfo(note, "%d of the %d models with a score are left out for lack of capability scores",
						 (int) dropped, (int) all);
	return true;
}

/* Words for what keeps a fit from being made, or a correlation; NULL: has its own. */
static const char *
words_of(ScStatus status)
{
	static const char *const words[] = {
		[SC_CONSTANT_Y] = "all models have the same score",
		[SC_CONSTANT_X] = "these models all have the same capabilities score",
		[SC_CONSTANT_COLUMN] = "a capability benchmark has the same score for all models",
		[SC_UNDEFINED_COMPONENT] = "the capability benchmarks have no first component",
		[SC_TOO_FEW_SCORES] = "a capability benchmark has too few scores",
		[SC_NOT_CONNECTED] = "some models have no capability benchmark in common with the others",
		[SC_NOT_CONVERGED] = "the missing capability scores could not be imputed",
		[SC_NO_SCORES] = "a capability benchmark has no scores",
		[SC_CONFLICT] = "annotations contradict each other",
	};

	return status < lengthof(words) ? words[status] : NULL;
}

/* Up to two controls by name, of more the first in C order. */
static void
append_controls(StringInfo note, const Report *report)
{
	const Controls *controls = report->controls;

	sc_append_benchmark_name(note, &report->columns, controls->place[0]);
	if (controls->n == 2)
	{
		appendStringInfoString(note, " and ");
		sc_append_benchmark_name(note, &report->columns, controls->place[1]);
	}
	else if (controls->n > 2)
		appendStringInfo(note, " and %u other controls", controls->n - 1);
}

/* Why nothing was controlled for in a row that has a correlation. */
static void
append_not_controlled(StringInfo note, const Report *report, const ReportRow *row)
{
	const CorrelationRow *given = &row->controlled;
	const char *words = words_of(given->result.status);

	appendStringInfoString(note, "given ");
	append_controls(note, report);
	appendStringInfoString(note, ": ");
	if (given->result.status == SC_CONTROLLED_Y)
		appendStringInfoString(note, "nothing is left of this benchmark");
	else if (words != NULL)
		appendStringInfoString(note, words);
	else if (given->result.status != SC_OK)
		appendStringInfo(note, "%zu of %zu models have all scores: too few",
						 given->result.c.n, row->base.result.c.n);
	else if (given->result.c.controls == 0)
		appendStringInfoString(note, "the same score for all models");
	else if (strcmp(given->status, SC_STATUS_DEGENERATE) == 0)
		appendStringInfoString(note, "without one of the families there is no correlation");
	else
		appendStringInfoString(note, given->status);
}

/* That many of a row's models have no score of the controls. */
static void
append_other_models(StringInfo note, const Report *report, const ReportRow *row)
{
	uint64		n = row->base.result.c.n;
	uint64		left = row->controlled.result.c.n;

	if ((n - left) * SC_MIN_DROPPED_SHARE <= n)
		return;
	appendStringInfoString(note, "given ");
	append_controls(note, report);
	appendStringInfo(note, ": only " UINT64_FORMAT " of " UINT64_FORMAT " models have all scores", left, n);
}

/*
 * That an interval given the controls holds 0 where the other does not is no fault: the
 * columns show it.
 */
static bool
check_controls(const Report *report, const ReportRow *row, StringInfo note)
{
	const CorrelationRow *given = &row->controlled;
	ScStatus	status = given->result.status;

	if (report->controls == NULL)
		return false;
	if (status == SC_CONTROLLED_X || (status == SC_OK && given->result.vif >= SC_MAX_VIF))
	{
		appendStringInfoString(note, "capability cannot be told apart from ");
		append_controls(note, report);
		appendStringInfoString(note, " in these models");
		if (status == SC_OK)
			appendStringInfo(note, ": VIF %.1f", given->result.vif);
		return true;
	}
	if (status == SC_OK && given->result.c.controls > 0 && !isnan(given->ci_low))
	{
		append_other_models(note, report, row);
		return true;
	}
	/* where there is no interval without them either, its own note says why */
	if (status != SC_OK || given->result.c.controls == 0 || !isnan(row->base.ci_low))
		append_not_controlled(note, report, row);
	return false;
}

/* Not where the first component is none: then a later one is nothing either. */
static bool
check_later(const Report *report, const ReportRow *row, StringInfo note)
{
	const CorrelationRow *later = &row->later;

	if (row->base.no_verdict)
		return true;
	if (sc_names_later(row))
	{
		appendStringInfoString(note, "corr with component 2 is ");
		sc_append_rounded(note, later->result.c.corr);
		appendStringInfoString(note, " (");
		sc_append_interval(note, later->ci_low, later->ci_high, report->options.interval.threshold);
		appendStringInfoChar(note, ')');
		if (strcmp(later->component, SC_STATUS_OK) != 0)
			appendStringInfoString(note, ", but component 2 is no more than chance");
	}
	return row->later_is_checked;
}

typedef struct ReportCheck
{
	bool		(*check) (const Report *report, const ReportRow *row, StringInfo note);
	const char *name;			/* for not_checked; NULL: can always be made */
	bool		is_asked_for;	/* its words are never among those that are
								 * only counted */
} ReportCheck;

/* In the order of their notes, the most important first. */
static const ReportCheck checks[] = {
	{check_component, "component", false},
	{check_interval, NULL, false},
	{check_direction, "direction", false},
	{check_families, "families", false},
	{check_score_reliability, NULL, false},
	{check_noise, "standard errors", false},
	{check_q_verdict, NULL, false},
	{check_ties, NULL, false},
	{check_overlap, "overlap", false},
	{check_left_out, "leaving out", false},
	{check_imputed, NULL, false},
	{check_dropped, NULL, false},
	{check_controls, "controls", true},
	{check_later, "later components", false},
};

/* ----------
 * All of them
 * ----------
 */

/* Why there is no correlation. */
static void
append_reason(const ReportRow *row, StringInfo note)
{
	const CorrelationRow *base = &row->base;
	ScStatus	status = row->fit == SC_OK ? base->result.status : row->fit;
	const char *words = words_of(status);

	if (words != NULL)
		appendStringInfoString(note, words);
	else if (base->n_capabilities == 0)
		appendStringInfoString(note, "no capability benchmark is left to hold it against");
	else if (row->fit != SC_OK)
		appendStringInfo(note, "fewer than %d models have all capability scores", SC_MIN_MODELS);
	else
		appendStringInfo(note, "%zu of %zu models with a score have a capabilities score: too few",
						 base->result.c.n, base->result.c.n + base->result.n_dropped);
}

void
sc_check_row(const Report *report, const ReportRow *row, StringInfo note, StringInfo not_checked)
{
	StringInfoData words;
	int			found = 0;
	int			last = 0;		/* length of the note before the last words */
	Size		i;

	if (row->base.result.status != SC_OK)
	{
		append_reason(row, note);
		appendStringInfoString(not_checked, "everything");
		return;
	}
	initStringInfo(&words);
	for (i = 0; i < lengthof(checks); i++)
	{
		resetStringInfo(&words);
		if (!checks[i].check(report, row, &words))
			appendStringInfo(not_checked, "%s%s", not_checked->len > 0 ? ", " : "", checks[i].name);
		if (words.len == 0)
			continue;
		if (++found > SC_MAX_NOTES)
		{
			if (!checks[i].is_asked_for)
				continue;
			note->len = last;
			note->data[last] = '\0';
		}
		last = note->len;
		appendStringInfo(note, "%s%s", note->len > 0 ? "; " : "", words.data);
	}
	if (found > SC_MAX_NOTES)
		appendStringInfo(note, "; and %d more", found - SC_MAX_NOTES);
	else if (found == 0 && row->has_verdict && row->verdict == SC_UNRESOLVED)
		appendStringInfoString(note, "undecided, even the sign");
	else if (found == 0 && not_checked->len > 0)
		appendStringInfoString(note, "no fault found in what could be checked");
	pfree(words.data);
}
