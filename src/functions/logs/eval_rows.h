/*-------------------------------------------------------------------------
 *
 * eval_rows.h
 *	  The rows that an evaluation log gives, and where they go.
 *
 * Settings and variants are short texts, "key=value, key=value", the same for the
 * same facts whatever the harness: two logs agree in them or were not run alike.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_ROWS_H
#define SC_FUNCTIONS_LOGS_EVAL_ROWS_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

#include "functions/logs/eval_documents.h"
#include "functions/shared/result_rows.h"

/* One score, and what its document says about it.  Texts may lie in the document. */
typedef struct EvalRow
{
	EvalText	model;
	EvalText	setting;		/* of the model */
	EvalText	benchmark;
	EvalText	variant;		/* of the task */
	EvalText	metric;
	EvalText	filter;
	double		score;			/* NaN: none */
	double		error;			/* standard error; NaN: none */
	int64		n;				/* scores that it is the mean of; -1: unknown */
	int64		n_total;		/* what n would be without a limit; -1:
								 * unknown */
	int			lower_is_better;	/* 1, 0, or -1: unknown */
	EvalText	parent;			/* group of which the benchmark is a member */
	bool		is_group;
	EvalText	item;			/* of a result none */
	EvalText	run_id;
	TimestampTz run_at;			/* DT_NOBEGIN: unknown */
} EvalRow;

/* Where rows go. */
typedef struct EvalSink
{
	ResultRows *rows;			/* NULL: they are only counted */
	const char *source;			/* name of the format */
	MemoryContext context;		/* of one row */
	int64		n_rows;			/* so far */
	const char *why_none;		/* said by a reader that finds no results */
} EvalSink;

/* A row of which nothing is known. */
extern EvalRow sc_eval_row(void);

/* The columns of eval_scores(). */
#define SC_EVAL_COLUMNS 17
extern const ResultColumn sc_eval_columns[SC_EVAL_COLUMNS];

/*
 * Adds a row to the result; looks for interrupts.  A standard error of 0 beside a
 * score between 0 and 1 is none: means of equal items are 0 or 1.  54000 for a text
 * that is longer than a label of a matrix.
 */
extern void sc_eval_put(EvalSink *sink, const EvalRow *row);

/*
 * Adds "key=value" to facts, nothing without a value, of "", "None", {} and [].
 * A long one, and one of several lines, is told by the beginning of its SHA-256.
 * Different facts never look alike: what has a comma or quotes is written as in JSON.
 */
extern void sc_eval_add_fact(StringInfo facts, const char *key, EvalText value);
extern void sc_eval_add_value(StringInfo facts, const char *key, const JsonbValue *value);

/* Facts that were written before. */
extern void sc_eval_add_facts(StringInfo facts, EvalText more);

/* The same of the value that a key has in an object, which may be NULL. */
extern void sc_eval_add_member(StringInfo facts, const char *fact, JsonbContainer *object, const char *key);

/* All members of an object, which may be NULL, but of the keys in a list that ends in NULL. */
extern void sc_eval_add_members(StringInfo facts, JsonbContainer *object, const char *const *but);

/* What was written to a buffer, as a copy, its hash if it is long; none if nothing was. */
extern EvalText sc_eval_copied(StringInfo buffer);

/*
 * The n of a mean p of n zeros and ones, of its standard error with ddof = 1: sqrt(p
 * (1 - p) / (n - 1)); -1 unless just one n gives the error back, and n p is a whole number,
 * to the digits that they are written with.
 */
extern int64 sc_eval_n_of_error(const JsonbValue *score, const JsonbValue *error);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_ROWS_H */
