/*-------------------------------------------------------------------------
 *
 * batch.h
 *	  Files on their way to the server: many small ones in a transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_BATCH_H
#define SC_LOAD_BATCH_H

#include <stdbool.h>

#include "load/program.h"
#include "load/report.h"
#include "load/server.h"
#include "load/text.h"

typedef struct ScItem
{
	char	   *file;			/* as the database keeps it */
	ScText		content;
	char	   *problem;		/* why the content could not be had, or NULL */
	char	   *reason;			/* why the server rejected it, or NULL */
	ScOutcome	outcome;
} ScItem;

typedef struct ScBatch
{
	ScServer   *server;
	ScReport   *report;
	ScItem		items[SC_BATCH_FILES];
	int			n;
	size_t		size;			/* of all contents */
	bool		is_over;		/* nothing more can be loaded */
} ScBatch;

/*
 * Adds a file with its content, which becomes the batch's, or with the problem
 * it has instead.  Sends the batch if it is full.  False if is_over.
 */
extern bool sc_add(ScBatch *batch, const char *file, ScText *content, const char *problem);

/*
 * Sends what is in it and commits.  Where the server refuses one of the files,
 * all are sent once more, each in a transaction of its own, and that one is
 * rejected.  False if is_over.
 */
extern bool sc_flush(ScBatch *batch);

/* Ends the work after the server's last error, unless a signal did; false. */
extern bool sc_give_up(ScBatch *batch);

#endif
