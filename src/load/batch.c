/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  Files on their way to the server: many small ones in a transaction.
 *
 * The statements of a batch are sent in a pipeline, so that a server that is
 * far away is waited for once in a batch and not once for each file.
 *
 *-------------------------------------------------------------------------
 */
#include "load/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/interrupt.h"
#include "load/messages.h"

/* For what may succeed in a moment. */
#define MAX_TRIES 6

static bool
send_item(ScServer *server, const ScItem *item)
{
	ScParameter parameters[3] = {
		SC_STRING(server->schema),
		SC_STRING(item->file),
		SC_BYTES(item->content.data ? item->content.data : "", item->content.size)
	};

	if (item->problem != NULL)
	{
		parameters[2] = (ScParameter) SC_STRING(item->problem);
		return sc_send(server, "SELECT 'rejected' FROM %sreject_eval_log($1, $2, $3)", parameters, 3);
	}
	return sc_send(server, "SELECT %sload_eval_log($1, $2, NULL, $3)", parameters, 3);
}

bool
sc_give_up(ScBatch *batch)
{
	batch->is_over = true;
	if (!sc_interrupted())
		sc_print_problem(batch->server, "could not go on");
	return false;
}

/* What became of the item; false if the word is none that is known here. */
static bool
take_outcome(ScItem *item, const PGresult *result)
{
	item->outcome = PQntuples(result) > 0 ? sc_outcome(PQgetvalue(result, 0, 0)) : SC_N_OUTCOMES;
	return item->outcome != SC_N_OUTCOMES;
}

static bool
send_question(ScServer *server, const ScItem *item)
{
	ScParameter parameter = SC_STRING(item->file);

	return sc_send(server, "SELECT reason FROM %t.logs WHERE file OPERATOR(pg_catalog.=) $1", &parameter, 1);
}

static bool
take_answer(ScItem *item, const PGresult *result)
{
	free(item->reason);
	item->reason = NULL;
	if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
		item->reason = sc_copy(PQgetvalue(result, 0, 0));
	return true;
}

static bool
is_any(const ScItem *item)
{
	(void) item;
	return true;
}

static bool
has_reason(const ScItem *item)
{
	return item->outcome == SC_REJECTED && item->problem == NULL;
}

/* A question for each item that has one, all of them before the first answer. */
typedef struct Question
{
	bool		(*concerns) (const ScItem *item);
	bool		(*send) (ScServer *server, const ScItem *item);
	bool		(*take) (ScItem *item, const PGresult *result);
} Question;

static const Question load_items = {is_any, send_item, take_outcome};
static const Question fetch_reasons = {has_reason, send_question, take_answer};

/* False after an error. */
static bool
ask_all(ScServer *server, const Question *question, ScItem *items, int n)
{
	ScItem	   *sent[SC_BATCH_FILES];
	PGresult   *result;
	int			n_sent = 0;
	bool		is_good = true;

	PQenterPipelineMode(server->connection);
	for (int i = 0; i < n && is_good; i++)
	{
		if (!question->concerns(&items[i]))
			continue;
		is_good = question->send(server, &items[i]);
		if (is_good)
			sent[n_sent++] = &items[i];
	}
	PQpipelineSync(server->connection);
	for (int i = 0; i < n_sent; i++)
	{
		bool		is_first = true;

		while ((result = PQgetResult(server->connection)) != NULL)
		{
			/* what comes after the first error is only that it is not done */
			if (is_first && PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
				is_good = false;
			else if (is_first && is_good)
			{
				is_good = sc_is_good(server, result);
				if (is_good && !question->take(sent[i], result))
				{
					sc_set_problem(server, "0A000", "the server gave an answer that this program does not know");
					is_good = false;
				}
			}
			is_first = false;
			PQclear(result);
		}
	}
	while ((result = PQgetResult(server->connection)) != NULL)
	{
		bool		is_end = PQresultStatus(result) == PGRES_PIPELINE_SYNC;

		PQclear(result);
		if (is_end)
			break;
	}
	PQexitPipelineMode(server->connection);
	return is_good && PQstatus(server->connection) == CONNECTION_OK;
}

/* A transaction with n items; false after an error. */
static bool
send_all(ScServer *server, ScItem *items, int n)
{
	/* two programs with the same files would else wait for each other */
	return sc_command(server, "BEGIN") && sc_lock(server) &&
		ask_all(server, &load_items, items, n) && ask_all(server, &fetch_reasons, items, n) &&
		!sc_interrupted() && sc_command(server, "COMMIT");
}

/* An item in a transaction of its own, tried again where that may help. */
static bool
send_alone(ScServer *server, ScItem *item)
{
	for (int i = 1;; i++)
	{
		if (send_all(server, item, 1))
			return true;
		sc_roll_back(server);
		if (i == MAX_TRIES || sc_interrupted() || !sc_is_passing(server))
			return false;
		usleep((useconds_t) (i * 50000));
	}
}

/*
 * The server has refused the item itself: it is rejected for that.  False if
 * nothing more can be loaded.
 */
static bool
reject(ScServer *server, ScItem *item)
{
	if (sc_interrupted() || sc_is_hopeless(server))
		return false;
	if (item->problem == NULL)
	{
		item->problem = sc_refusal(server);
		if (send_alone(server, item))
			return true;
	}

	/* perhaps its name is what the server refuses: then it is only counted */
	item->outcome = SC_REJECTED;
	return !sc_interrupted() && !sc_is_hopeless(server) && !sc_is_out_of_time(server);
}

static void
count_item(ScBatch *batch, const ScItem *item)
{
	batch->report->n_bytes += item->content.size;
	sc_count(batch->report, item->outcome, item->file, item->problem ? item->problem : item->reason);
}

bool
sc_flush(ScBatch *batch)
{
	ScServer   *server = batch->server;

	if (batch->is_over || sc_interrupted())
		return false;
	if (batch->n > 0)
	{
		if (send_all(server, batch->items, batch->n))
		{
			for (int i = 0; i < batch->n; i++)
				count_item(batch, &batch->items[i]);
		}
		else
		{
			sc_roll_back(server);
			for (int i = 0; i < batch->n && !batch->is_over; i++)
			{
				ScItem	   *item = &batch->items[i];

				if (sc_interrupted() || PQstatus(server->connection) != CONNECTION_OK ||
					(!send_alone(server, item) && !reject(server, item)))
					sc_give_up(batch);
				else
				{
					count_item(batch, item);
					sc_report_progress(batch->report);
				}
			}
		}
	}
	for (int i = 0; i < batch->n; i++)
	{
		free(batch->items[i].file);
		free(batch->items[i].problem);
		free(batch->items[i].reason);
		sc_text_free(&batch->items[i].content);
	}
	batch->n = 0;
	batch->size = 0;
	sc_report_progress(batch->report);
	return !batch->is_over;
}

bool
sc_add(ScBatch *batch, const char *file, ScText *content, const char *problem)
{
	ScItem	   *item;

	/* what is large goes alone, so that a batch never has more than its size */
	if ((batch->n == SC_BATCH_FILES || (content != NULL && batch->size + content->size > SC_BATCH_SIZE)) &&
		!sc_flush(batch))
	{
		if (content != NULL)
			sc_text_free(content);
		return false;
	}
	item = &batch->items[batch->n++];
	memset(item, 0, sizeof(*item));
	item->file = sc_copy(file);
	if (problem != NULL)
		item->problem = sc_copy(problem);
	if (content != NULL)
	{
		item->content = *content;
		memset(content, 0, sizeof(*content));
		batch->size += item->content.size;
	}
	return batch->size <= SC_BATCH_SIZE || sc_flush(batch);
}
