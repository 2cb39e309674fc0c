/*-------------------------------------------------------------------------
 *
 * result_rows.h
 *	  Rows of a result, of a named composite type of the catalog.
 *
 * The type may be of another version than the library: one that is older lacks
 * columns that the library knows, and one that is newer, or to which its owner
 * has added, has more.  So a value goes where the catalog has a column of its
 * name; a column that the library does not know is NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_RESULT_ROWS_H
#define SC_FUNCTIONS_SHARED_RESULT_ROWS_H

#include <math.h>

#include "access/tupdesc.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "utils/tuplestore.h"

#include "stats/correlation/correlate.h"

/* A column that the library gives, in the order of its values. */
typedef struct ResultColumn
{
	const char *name;
	Oid			type;
} ResultColumn;

/* A row in the making, for the columns that the catalog has. */
typedef struct ResultRow
{
	TupleDesc	desc;
	int			n;				/* columns of the library */
	int		   *place;			/* of each in desc, -1: not there */
	int			next;			/* the first that sc_add_...() has not given */
	Datum	   *values;			/* as many as desc has */
	bool	   *nulls;
} ResultRow;

/* The rows of a function that returns a set. */
typedef struct ResultRows
{
	ResultRow	row;
	MemoryContext context;		/* of the texts of one row */
	Tuplestorestate *store;
} ResultRows;

/*
 * Prepares for rows of a set.  42804 if the catalog has a column of another type
 * than ours.  All lives in the current context.
 */
extern void sc_begin_rows(FunctionCallInfo fcinfo, const ResultColumn *columns,
						  int n, ResultRows *rows);

/* Puts a row out; the values are copied. */
extern void sc_put_row(ResultRows *rows, const Datum *values, const bool *nulls);

/*
 * Or value after value, in the order of the columns, then sc_end_row().  Texts are
 * copied, NULL among them becomes null.
 */
extern void sc_add_text(ResultRows *rows, const char *text);
extern void sc_add_label(ResultRows *rows, const char *label, uint32 len);
extern void sc_end_row(ResultRows *rows);

/* A value that lives until then. */
static inline void
sc_add(ResultRow *row, Datum value, bool null)
{
	int			place;

	Assert(row->next < row->n);
	place = row->place[row->next++];
	if (place < 0)
		return;
	row->values[place] = value;
	row->nulls[place] = null;
}

static inline void
sc_add_null(ResultRows *rows)
{
	sc_add(&rows->row, (Datum) 0, true);
}

/* NaN is null. */
static inline void
sc_add_float8(ResultRows *rows, double value)
{
	if (isnan(value))
		sc_add_null(rows);
	else
		sc_add(&rows->row, Float8GetDatum(value), false);
}

static inline void
sc_add_int4(ResultRows *rows, int32 value)
{
	sc_add(&rows->row, Int32GetDatum(value), false);
}

/* -1 is null. */
static inline void
sc_add_count(ResultRows *rows, int32 value)
{
	sc_add(&rows->row, Int32GetDatum(value), value < 0);
}

static inline void
sc_add_bool(ResultRows *rows, bool value)
{
	sc_add(&rows->row, BoolGetDatum(value), false);
}

/* 0.95: the confidence of forms that have no such parameter. */
#define SC_DEFAULT_CONFIDENCE 0.95

/*
 * The composite correlation_test (n, corr, ci_low, ci_high, p_value) for a
 * function declared to return it; all but n NULL unless status is SC_OK.  42804 as
 * for sc_begin_rows().
 */
extern Datum sc_test_datum(FunctionCallInfo fcinfo, ScStatus status,
						   const ScCorrelation *c, double p_value);

#endif							/* SC_FUNCTIONS_SHARED_RESULT_ROWS_H */
