/*-------------------------------------------------------------------------
 *
 * report_text.h
 *	  Numbers and names as capabilities_report writes them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_REPORT_TEXT_H
#define SC_FUNCTIONS_ANALYSES_REPORT_TEXT_H

#include "lib/stringinfo.h"

#include "functions/analyses/columns.h"

/* The bytes of a name in a note; a longer one ends in "...". */
#define SC_MAX_NOTED_NAME_BYTES 40

/*
 * A correlation, an end of its interval or a reliability as a numeric of two digits,
 * halves away from 0; 1 and -1 only of what is exactly so: 0.996 is 0.99.
 */
extern Datum sc_rounded(double x);

/* The same as text: 0.84, -0.05. */
extern void sc_append_rounded(StringInfo out, double x);

/*
 * An interval as text: 0.84 to 0.99.  An end that would be rounded onto or across 0, the
 * threshold or its opposite goes the other way where the verdict could not be read off
 * the text any more.
 */
extern void sc_append_interval(StringInfo out, double low, double high, double threshold);

/* Names, cut to whole characters. */
extern void sc_append_name(StringInfo out, const char *name, uint32 len);
extern void sc_append_benchmark_name(StringInfo out, const ScoreColumns *columns, uint32 benchmark);
extern void sc_append_model_name(StringInfo out, const ScoreColumns *columns, uint32 model);

#endif							/* SC_FUNCTIONS_ANALYSES_REPORT_TEXT_H */
