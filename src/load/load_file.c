/*-------------------------------------------------------------------------
 *
 * load_file.c
 *	  One file: reads it and hands it to the server, whole or in parts.
 *
 *-------------------------------------------------------------------------
 */
#include "load/load_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load/interrupt.h"
#include "load/json_lines.h"
#include "load/source.h"

/* Of what is read at a time. */
#define PIECE_SIZE ((size_t) 256 << 10)

static const char too_large[] = "too large: a document may have 256 MiB";
static const char no_memory[] = "too large: there is not enough memory";

static bool
has_end(const char *name, const char *end)
{
	size_t		n = strlen(name),
				n_end = strlen(end);

	return n >= n_end && strcasecmp(name + n - n_end, end) == 0;
}

static ScSource *
open_file(const ScFile *file, const char *name, const char **problem)
{
	return sc_open_source(file->folder, name, has_end(name, ".eval"), problem);
}

/*
 * Puts up to size bytes behind content, *is_end if these are all.  False if
 * there is a problem.
 */
static bool
read_up_to(ScSource *source, size_t size, ScText *content, bool *is_end, const char **problem)
{
	*is_end = false;
	*problem = NULL;
	while (size > 0 && !sc_interrupted())
	{
		size_t		wanted = size < PIECE_SIZE ? size : PIECE_SIZE;
		ssize_t		n;

		if (!sc_text_reserve(content, wanted))
		{
			*problem = no_memory;
			return false;
		}
		n = sc_read_source(source, content->data + content->size, wanted, problem);
		if (n < 0)
			return false;
		if (n == 0)
		{
			*is_end = true;
			break;
		}
		content->size += (size_t) n;
		size -= (size_t) n;
	}
	if (content->data != NULL)
		content->data[content->size] = '\0';
	return true;
}

/* All of a document, or a problem. */
static bool
read_rest(ScSource *source, ScText *content, const char **problem)
{
	bool		is_end;

	if (sc_source_size(source) > SC_DOCUMENT_SIZE)
	{
		*problem = too_large;
		return false;
	}
	if (!read_up_to(source, SC_DOCUMENT_SIZE + 1 - content->size, content, &is_end, problem))
		return false;
	if (!is_end && !sc_interrupted())
		*problem = too_large;
	return *problem == NULL;
}

/* ---------------------------------------------------------------------
 * HELM
 * ---------------------------------------------------------------------
 */

/* Puts the JSON text of a file behind content. */
static bool
add_file(const ScFile *file, const char *name, ScText *content, const char **problem)
{
	ScText		words = {0};
	ScSource   *source = open_file(file, name, problem);
	size_t		skipped;
	bool		is_read;

	if (source == NULL)
		return false;
	is_read = read_rest(source, &words, problem);
	sc_close_source(source);
	skipped = words.size >= 3 && memcmp(words.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (is_read && !sc_text_add(content, words.data ? words.data + skipped : "", words.size - skipped))
		*problem = no_memory;
	sc_text_free(&words);
	return *problem == NULL;
}

/* stats.json has the scores, run_spec.json says of what: one document. */
static bool
load_helm(ScBatch *batch, const ScFile *file, const char *stored)
{
	ScText		content = {0};
	const char *problem = NULL;

	sc_text_put(&content, "{\"run_spec\": ");
	if (add_file(file, "run_spec.json", &content, &problem))
	{
		sc_text_put(&content, ", \"stats\": ");
		if (add_file(file, file->name, &content, &problem))
			sc_text_put(&content, "}");
	}
	if (problem == NULL && content.size > SC_DOCUMENT_SIZE)
		problem = too_large;
	if (problem != NULL)
		sc_text_free(&content);
	return sc_add(batch, stored, problem ? NULL : &content, problem);
}

/* ---------------------------------------------------------------------
 * JSON Lines in parts
 * ---------------------------------------------------------------------
 */

typedef struct Parts
{
	ScServer   *server;
	ScReport   *report;
	const char *file;
	char	   *hash;			/* of the whole */
	bool		is_garak;
	ScText		part;
	ScOutcome	outcome;		/* of the last part */
} Parts;

/* Sends the part that there is; false after an error of the server. */
static bool
send_part(Parts *parts, bool is_last)
{
	ScParameter parameters[5] = {
		SC_STRING(parts->server->schema),
		SC_STRING(parts->file),
		SC_STRING(parts->hash),
		SC_BYTES(parts->part.data ? parts->part.data : "", parts->part.size),
		SC_STRING(is_last ? "true" : "false")
	};
	PGresult   *result = sc_run(parts->server, "SELECT %sload_eval_log($1, $2, $3, $4, $5)", parameters, 5);

	if (result == NULL)
		return false;
	parts->outcome = PQntuples(result) > 0 ? sc_outcome(PQgetvalue(result, 0, 0)) : SC_N_OUTCOMES;
	PQclear(result);
	parts->report->n_bytes += parts->part.size;
	parts->part.size = 0;
	sc_report_progress(parts->report);
	return true;
}

/* A whole line, with its end; false after an error of the server or a problem. */
static bool
take_line(Parts *parts, const char *line, size_t size, const char **problem)
{
	/* what garak went through for its results, which have lines of their own */
	if (parts->is_garak && sc_key_says(line, size, "entry_type", "attempt"))
		return true;
	if (parts->part.size > 0 && parts->part.size + size > SC_PART_SIZE && !send_part(parts, false))
		return false;
	if (!sc_text_add(&parts->part, line, size))
	{
		*problem = no_memory;
		return false;
	}
	return true;
}

/*
 * Sends the lines of the source, from its beginning.  False after an error of
 * the server, or with *problem.
 */
static bool
send_lines(Parts *parts, ScSource *source, const char **problem)
{
	ScText		held = {0};
	size_t		searched = 0;	/* bytes of held without an end of line */
	bool		is_first = true,
				is_end = false,
				is_good = sc_rewind_source(source, problem);

	parts->part.size = 0;
	parts->outcome = SC_LOADED;
	while (is_good && !is_end && parts->outcome != SC_REJECTED && !sc_interrupted())
	{
		size_t		at = 0;
		const char *newline;

		is_good = read_up_to(source, PIECE_SIZE, &held, &is_end, problem);
		if (is_good && is_end && held.size > 0 && held.data[held.size - 1] != '\n')
			is_good = sc_text_add(&held, "\n", 1);
		while (is_good && parts->outcome != SC_REJECTED &&
			   (newline = memchr(held.data + searched, '\n', held.size - searched)) != NULL)
		{
			size_t		next = (size_t) (newline - held.data) + 1;
			size_t		n;

			if (is_first)
				parts->is_garak = sc_text_of_key(held.data + at, next - at, "entry_type", &n) != NULL;
			is_first = false;
			is_good = take_line(parts, held.data + at, next - at, problem);
			at = searched = next;
		}
		held.size -= at;
		memmove(held.data, held.data + at, held.size);
		searched = held.size;
		if (held.size > SC_DOCUMENT_SIZE)
		{
			*problem = "too large: a line may have 256 MiB";
			is_good = false;
		}
	}
	sc_text_free(&held);
	if (is_good && sc_source_has_changed(source))
	{
		*problem = "it changed while it was read";
		is_good = false;
	}
	return is_good && !sc_interrupted();
}

/*
 * The first pass, behind the piece that has been read: the hash of all, which
 * the server makes of each piece and the hash of those before it.  False as
 * above.
 */
static bool
hash_lines(Parts *parts, ScSource *source, ScText *piece, const char **problem)
{
	bool		is_end = false;

	while (!is_end && !sc_interrupted())
	{
		ScParameter parameters[2] = {SC_BYTES(piece->data, piece->size), SC_STRING(parts->hash ? parts->hash : "")};
		PGresult   *result = sc_run(parts->server, "SELECT encode(sha256($1::bytea || decode($2, 'hex')), 'hex')", parameters, 2);

		if (result == NULL)
			return false;
		free(parts->hash);
		parts->hash = sc_copy(PQgetvalue(result, 0, 0));
		PQclear(result);
		parts->report->n_bytes += piece->size;
		sc_report_progress(parts->report);
		piece->size = 0;
		if (!read_up_to(source, SC_PART_SIZE, piece, &is_end, problem))
			return false;
		is_end = piece->size == 0;
	}
	return !sc_interrupted();
}

/* The server's reason for rejecting the file; NULL if there is none. */
static char *
fetch_reason(ScServer *server, const char *file)
{
	ScParameter parameter = SC_STRING(file);
	PGresult   *result = sc_run(server, "SELECT reason FROM %t.logs WHERE file OPERATOR(pg_catalog.=) $1", &parameter, 1);
	char	   *reason = NULL;

	if (result != NULL && PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
		reason = sc_copy(PQgetvalue(result, 0, 0));
	PQclear(result);
	return reason;
}

/*
 * A transaction with all of the file, or, if the content is in the database,
 * with word that the file holds it, which takes back what it held before.
 * False as above.
 */
static bool
load_parts(Parts *parts, ScSource *source, char **reason, const char **problem)
{
	ScServer   *server = parts->server;
	ScParameter parameters[2] = {SC_STRING(server->schema), SC_STRING(parts->hash)};
	PGresult   *result = NULL;
	bool		is_good;

	if (sc_command(server, "BEGIN") && sc_lock(server))
		result = sc_run(server, "SELECT %seval_log_is_known($1, $2)", parameters, 2);
	is_good = result != NULL && (PQgetvalue(result, 0, 0)[0] == 't' || send_lines(parts, source, problem)) &&
		send_part(parts, true);
	PQclear(result);
	if (is_good && parts->outcome == SC_REJECTED)
		*reason = fetch_reason(server, parts->file);
	if (is_good && !sc_interrupted() && sc_command(server, "COMMIT"))
		return true;
	sc_roll_back(server);
	return false;
}

/* Whatever is wrong with it; begin is what has been read. */
static bool
load_lines(ScBatch *batch, const char *stored, ScSource *source, ScText *begin)
{
	ScServer   *server = batch->server;
	Parts		parts = {.server = server,.report = batch->report,.file = stored};
	const char *problem = NULL;
	char	   *reason = NULL;
	bool		is_hashed,
				is_good = false;

	/* files before it may be the same, and a transaction of its own comes now */
	if (!sc_flush(batch))
		return false;
	is_hashed = hash_lines(&parts, source, begin, &problem);
	sc_text_free(begin);
	for (int tries = 0; is_hashed && tries < 3 && !is_good; tries++)
	{
		is_good = load_parts(&parts, source, &reason, &problem);
		if (problem != NULL || sc_interrupted() || !sc_is_passing(server))
			break;
	}
	sc_text_free(&parts.part);
	free(parts.hash);

	if (is_good)
		sc_count(batch->report, parts.outcome == SC_N_OUTCOMES ? SC_LOADED : parts.outcome, stored, reason);
	else if (sc_interrupted())
		is_good = false;
	else if (problem != NULL)
		is_good = sc_add(batch, stored, NULL, problem);
	else if (sc_is_hopeless(server))
		is_good = sc_give_up(batch);
	else
	{
		char	   *refusal = sc_refusal(server);

		is_good = sc_add(batch, stored, NULL, refusal);
		free(refusal);
	}
	free(reason);
	return is_good;
}

/* ---------------------------------------------------------------------
 * A file
 * ---------------------------------------------------------------------
 */

/* Are these the beginning of JSON Lines?  Where the first line is longer, the name says it. */
static bool
is_json_lines(const ScText *begin, const char *name)
{
	const char *newline = memchr(begin->data, '\n', begin->size);

	if (newline != NULL)
		return sc_is_whole_object(begin->data, (size_t) (newline - begin->data));
	return has_end(name, ".jsonl") || has_end(name, ".jsonl.gz");
}

static bool
load_source(ScBatch *batch, const ScFile *file, const char *stored, ScSource *source)
{
	ScText		content = {0};
	const char *problem;
	bool		is_end,
				goes_on;

	if (read_up_to(source, SC_PART_SIZE, &content, &is_end, &problem) && !is_end && !sc_interrupted())
	{
		if (is_json_lines(&content, file->name))
			return load_lines(batch, stored, source, &content);
		(void) read_rest(source, &content, &problem);
	}
	goes_on = !sc_interrupted() && sc_add(batch, stored, problem ? NULL : &content, problem);
	sc_text_free(&content);
	return goes_on;
}

bool
sc_load_file(ScBatch *batch, const ScFile *file)
{
	char	   *stored = sc_stored_name(file->path, batch->server->only_ascii);
	const char *problem = file->problem;
	ScSource   *source = NULL;
	bool		goes_on = true;

	batch->report->n_seen++;
	sc_report_progress(batch->report);
	if (file->is_missing)
		/* a slip of whoever typed the command, no matter for the tables */
		sc_count(batch->report, SC_REJECTED, stored, problem);
	else if (problem == NULL && file->has_run_spec)
		goes_on = load_helm(batch, file, stored);
	else
	{
		if (problem == NULL)
			source = open_file(file, file->name, &problem);
		if (source == NULL)
			goes_on = sc_add(batch, stored, NULL, problem);
		else
		{
			goes_on = load_source(batch, file, stored, source);
			sc_close_source(source);
		}
	}
	free(stored);
	return goes_on && !sc_interrupted();
}
