/*-------------------------------------------------------------------------
 *
 * report.h
 *	  What became of the files, and what to do next.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_REPORT_H
#define SC_LOAD_REPORT_H

#include <stdint.h>

#include "load/server.h"

typedef enum ScOutcome
{
	SC_LOADED, SC_REPLACED, SC_KNOWN, SC_REJECTED, SC_N_OUTCOMES
} ScOutcome;

/* Names of files that stand for a reason. */
#define SC_EXAMPLES 3

typedef struct ScReason
{
	char	   *text;
	uint64_t	n;
	char	   *examples[SC_EXAMPLES];
} ScReason;

typedef struct ScReport
{
	uint64_t	n[SC_N_OUTCOMES];
	uint64_t	n_seen,			/* files that were found so far */
				n_bytes;		/* that were sent */
	ScReason   *reasons;		/* by which files were rejected */
	size_t		n_reasons;
} ScReport;

/* The outcome that the server's word says; SC_N_OUTCOMES if it is none. */
extern ScOutcome sc_outcome(const char *word);

/*
 * Counts a file whose transaction is through; the reason is that of a rejected
 * one, NULL if it is not known.
 */
extern void sc_count(ScReport *report, ScOutcome outcome, const char *file, const char *reason);

/* On a terminal, now and then: how far the work is. */
extern void sc_report_progress(const ScReport *report);

/* On standard output: all of it, and the next statement to type. */
extern void sc_print_report(const ScReport *report, ScServer *server, uint64_t n_passed_over);

#endif
