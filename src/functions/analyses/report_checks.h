/*-------------------------------------------------------------------------
 *
 * report_checks.h
 *	  What capabilities_report asks of every row before it lets the row stand
 *	  without a word.
 *
 * A check is one entry of a table, in the order in which its words come.  Each says
 * what it found, that it could not be made, or nothing: then it was made and passed, or
 * there was nothing for it to ask.  How often each speaks where nothing is wrong is
 * simulated by test/oracle/report.py.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_REPORT_CHECKS_H
#define SC_FUNCTIONS_ANALYSES_REPORT_CHECKS_H

#include "lib/stringinfo.h"

#include "functions/analyses/correlations.h"
#include "functions/analyses/leave_out.h"

/* Notes of a row; of further ones the number is said. */
#define SC_MAX_NOTES 3

/* Models, and families, below which they are said to be few. */
#define SC_MIN_ENOUGH_MODELS 8
#define SC_MIN_ENOUGH_FAMILIES 8

/* q_verdict from which on a verdict is said to be one of too many. */
#define SC_MAX_CHANCE_SHARE 0.05

/*
 * Models that are tied at the best or the worst score are said: from so many on, if they
 * are one in so many.
 */
#define SC_MIN_TIED 3
#define SC_MIN_TIED_SHARE 3

/* By how much a correlation may move without one benchmark, model or family. */
#define SC_MAX_MOVE 0.2

/* Share of the capability scores that may be imputed without a word. */
#define SC_MAX_IMPUTED_SHARE 0.2

/* Models that were left out are said if they are more than one in so many. */
#define SC_MIN_DROPPED_SHARE 3

/* q-value below which a row is asked whether it goes with a later component. */
#define SC_MAX_LATER_Q 0.05

/* What is the same for all rows of a call. */
typedef struct Report
{
	ScoreColumns columns;
	BenchmarkSet capabilities;
	CorrelationOptions options; /* without controls */
	const Controls *controls;	/* NULL: none */
	uint32		n_tested;		/* rows over which q-values were taken */
	bool		leaves_out;		/* not: it would take too long */
} Report;

/* A row, and what is known of it beside its numbers. */
typedef struct ReportRow
{
	CorrelationRow base;
	CorrelationRow controlled;	/* the same given the controls, if there are
								 * any */
	bool		has_verdict;
	ScVerdict	verdict;
	ScStatus	fit;			/* of what it is correlated with */
	uint32		n_best;			/* models with the best score, and the worst */
	uint32		n_worst;
	double		imputed;		/* share of the capability scores of its
								 * models */
	uint32		reversed;		/* capability benchmark, or SC_NO_BENCHMARK */
	LeaveOutRow left_out;		/* if its verdict claims something */
	bool		later_is_checked;	/* or there is none */
	CorrelationRow later;		/* with a later component: interval only if q
								 * is small, or by families, component only if
								 * that says something */
} ReportRow;

/* Does the row have a verdict that says something? */
static inline bool
sc_claims(const ReportRow *row)
{
	return row->has_verdict && row->verdict != SC_UNRESOLVED;
}

/* Is the row correlated with a later component, of those that were checked? */
static inline bool
sc_names_later(const ReportRow *row)
{
	const CorrelationRow *later = &row->later;

	return row->later_is_checked && later->role != NULL && later->q_value < SC_MAX_LATER_Q &&
		(later->ci_low > 0 || later->ci_high < 0);
}

/*
 * Asks everything of a row.  note and not_checked, empty before, get what the columns of
 * these names say, and stay empty for NULL.
 */
extern void sc_check_row(const Report *report, const ReportRow *row,
						 StringInfo note, StringInfo not_checked);

#endif							/* SC_FUNCTIONS_ANALYSES_REPORT_CHECKS_H */
