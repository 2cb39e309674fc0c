/*-------------------------------------------------------------------------
 *
 * server.c
 *	  The connection, and statements on it.
 *
 *-------------------------------------------------------------------------
 */
#include "load/server.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/interrupt.h"
#include "load/messages.h"
#include "load/password.h"
#include "load/program.h"
#include "load/text.h"

/* Of a statement here at most. */
#define MAX_PARAMETERS 5

/* ---------------------------------------------------------------------
 * Statements
 * ---------------------------------------------------------------------
 */

/* The first line of what libpq or the server say. */
static void
keep_problem(ScServer *server, const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *words = state ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	snprintf(server->sqlstate, sizeof(server->sqlstate), "%s", state ? state : "");
	free(server->problem);
	if (words != NULL)
		server->problem = sc_copy(words);
	else
	{
		server->problem = sc_copy(PQerrorMessage(server->connection));
		server->problem[strcspn(server->problem, "\n")] = '\0';
	}
}

bool
sc_is_good(ScServer *server, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return true;
	keep_problem(server, result);
	if (result != NULL && server->sqlstate[0] != '\0')
	{
		const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
		ScText		words = {0};

		if (hint != NULL)
		{
			sc_text_print(&words, "%s\n%s", server->problem, hint);
			free(server->problem);
			server->problem = words.data;
		}
	}
	return false;
}

bool
sc_send(ScServer *server, const char *sql, const ScParameter *parameters, int n)
{
	const char *values[MAX_PARAMETERS];
	int			lengths[MAX_PARAMETERS],
				formats[MAX_PARAMETERS];
	ScText		words = {0};
	bool		is_sent;

	for (int i = 0; i < n; i++)
	{
		values[i] = parameters[i].value;
		lengths[i] = (int) parameters[i].size;
		formats[i] = parameters[i].is_bytes;
	}
	for (const char *at = sql; *at != '\0'; at++)
	{
		if (at[0] == '%' && at[1] == 's')
			sc_text_put(&words, server->functions), at++;
		else if (at[0] == '%' && at[1] == 't')
			sc_text_put(&words, server->quoted), at++;
		else if (!sc_text_add(&words, at, 1))
			sc_get_memory(NULL, (size_t) -1 / 2);
	}
	is_sent = PQsendQueryParams(server->connection, words.data, n, NULL, values, lengths, formats, 0) == 1;
	sc_text_free(&words);
	if (!is_sent)
		keep_problem(server, NULL);
	return is_sent;
}

PGresult *
sc_run(ScServer *server, const char *sql, const ScParameter *parameters, int n)
{
	PGresult   *result = NULL,
			   *next;

	if (!sc_send(server, sql, parameters, n))
		return NULL;
	while ((next = PQgetResult(server->connection)) != NULL)
	{
		PQclear(result);
		result = next;
	}
	if (sc_is_good(server, result))
		return result;
	PQclear(result);
	return NULL;
}

bool
sc_command(ScServer *server, const char *sql)
{
	PGresult   *result = sc_run(server, sql, NULL, 0);

	PQclear(result);
	return result != NULL;
}

bool
sc_lock(ScServer *server)
{
	ScParameter schema = SC_STRING(server->schema);
	PGresult   *result = sc_run(server, "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
								"pg_catalog.concat('safetycorr-load ', $1::pg_catalog.text), 0))", &schema, 1);

	PQclear(result);
	return result != NULL;
}

void
sc_roll_back(ScServer *server)
{
	PGresult   *result = PQexec(server->connection, "ROLLBACK");

	PQclear(result);
}

bool
sc_is_hopeless(const ScServer *server)
{
	/* no rights, no tables or functions any more, read only, no room on disk */
	static const char *const states[] = {
		"42501", "42P01", "42883", "42703", "3F000", "25006", "53100", "0A000"
	};

	if (PQstatus(server->connection) != CONNECTION_OK || strncmp(server->sqlstate, "57P", 3) == 0)
		return true;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(server->sqlstate, states[i]) == 0)
			return true;
	return false;
}

bool
sc_is_passing(const ScServer *server)
{
	/* serialization, deadlock, two that insert the same, a lock */
	return strcmp(server->sqlstate, "55P03") == 0 || strcmp(server->sqlstate, "40001") == 0 || strcmp(server->sqlstate, "40P01") == 0 ||
		strcmp(server->sqlstate, "23505") == 0;
}

bool
sc_is_out_of_time(const ScServer *server)
{
	return strcmp(server->sqlstate, "57014") == 0 || strcmp(server->sqlstate, "55P03") == 0;
}

char *
sc_refusal(const ScServer *server)
{
	ScText		words = {0};

	/*
	 * without a colon, behind which a summary says no more, and without a
	 * hint
	 */
	sc_text_print(&words, "the server refused it (%.*s)", (int) strcspn(server->problem, "\n"), server->problem);
	return words.data;
}

void
sc_set_problem(ScServer *server, const char *sqlstate, const char *problem)
{
	snprintf(server->sqlstate, sizeof(server->sqlstate), "%s", sqlstate);
	free(server->problem);
	server->problem = sc_copy(problem);
}

void
sc_print_problem(const ScServer *server, const char *what)
{
	/* a hint has a line of its own */
	char	   *problem = sc_copy(server->problem ? server->problem : "out of memory");
	char	   *hint = strchr(problem, '\n');
	char	   *shown;

	if (hint != NULL)
		*hint++ = '\0';
	shown = sc_shown(problem);
	sc_say("%s: %s", what, shown);
	free(shown);
	if (hint != NULL)
	{
		shown = sc_shown(hint);
		fprintf(stderr, "Hint: %s\n", shown);
		free(shown);
	}
	free(problem);
}

/* ---------------------------------------------------------------------
 * The connection
 * ---------------------------------------------------------------------
 */

static void
take_notice(void *arg, const PGresult *result)
{
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	char	   *shown = sc_shown(words ? words : "");

	(void) arg;
	sc_say("the server warns: %s", shown);
	free(shown);
}

/* May the text hold a password? */
static bool
is_secret(const char *database)
{
	return database != NULL && (strchr(database, '@') != NULL || strstr(database, "password") != NULL);
}

static PGconn *
try_to_connect(const ScOptions *options, const char *password)
{
	/* the order is psql's: a connection string wins, but for the encoding */
	const char *const names[] = {
		"host", "port", "user", "password", "dbname", "fallback_application_name", "client_encoding", NULL
	};
	const char *values[] = {
		options->host, options->port, options->user, password, options->database, SC_PROGRAM, "UTF8", NULL
	};

	return PQconnectdbParams(names, values, 1);
}

static bool
connect_by(ScServer *server, const ScOptions *options)
{
	char	   *password = options->password > 0 ? sc_ask_password(options->user) : NULL;

	server->connection = try_to_connect(options, password);
	if (PQstatus(server->connection) == CONNECTION_BAD && PQconnectionNeedsPassword(server->connection) &&
		password == NULL && options->password == 0)
	{
		password = sc_ask_password(PQuser(server->connection));
		PQfinish(server->connection);
		server->connection = try_to_connect(options, password);
	}
	sc_forget_password(password);
	if (PQstatus(server->connection) == CONNECTION_OK)
		return true;

	/* libpq repeats what it cannot read, which may be a part of a password */
	if (is_secret(options->database) && PQsocket(server->connection) < 0 &&
		strncmp(PQerrorMessage(server->connection), "connection to server", 20) != 0)
		sc_say("could not connect: the connection string of --dbname cannot be used "
			   "(not shown here, since it may hold a password)");
	else
	{
		keep_problem(server, NULL);
		sc_print_problem(server, "could not connect");
	}
	return false;
}

/* The one row of a query, or NULL with the error printed. */
static PGresult *
ask(ScServer *server, const char *sql, const ScParameter *parameters, int n, const char *what)
{
	PGresult   *result = sc_run(server, sql, parameters, n);

	if (result == NULL)
		sc_print_problem(server, what);
	return result;
}

static bool
find_extension(ScServer *server)
{
	/* what search_path has is asked before it is set to what is safe */
	static const char sql[] =
		"SELECT pg_catalog.quote_ident(n.nspname), "
		"n.nspname OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(true)), "
		"pg_catalog.quote_ident($1), "
		"pg_catalog.to_regprocedure(pg_catalog.quote_ident(n.nspname) "
		"OPERATOR(pg_catalog.||) '.load_eval_log(text,text,text,bytea,boolean)') IS NOT NULL, e.extversion, "
		"pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false) "
		"FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace "
		"WHERE e.extname OPERATOR(pg_catalog.=) 'safetycorr'";
	ScParameter parameter = SC_STRING(server->schema);
	PGresult   *result = ask(server, sql, &parameter, 1, "could not look for the extension");
	ScText		words = {0};
	bool		is_found = false;

	if (result == NULL)
		return false;
	if (PQntuples(result) == 0)
	{
		char	   *shown = sc_shown(PQdb(server->connection));

		sc_say("database \"%s\" does not have the extension", shown);
		fprintf(stderr, "Hint: CREATE EXTENSION safetycorr;\n");
		free(shown);
	}
	else if (PQgetvalue(result, 0, 3)[0] != 't')
	{
		sc_say("the extension in the database, version %s, is older than this program", PQgetvalue(result, 0, 4));
		fprintf(stderr, "Hint: ALTER EXTENSION safetycorr UPDATE;\n");
	}
	else
	{
		sc_text_print(&words, "%s.", PQgetvalue(result, 0, 0));
		server->functions = words.data;
		server->shown_functions = sc_copy(PQgetvalue(result, 0, 1)[0] == 't' ? "" : words.data);
		server->shown = sc_copy(PQgetvalue(result, 0, 2));
		is_found = true;
	}
	PQclear(result);
	return is_found;
}

bool
sc_connect(ScServer *server, const ScOptions *options)
{
	const char *encoding;
	char	   *quoted;

	memset(server, 0, sizeof(*server));
	server->schema = options->schema;
	server->functions = sc_copy("");
	server->quoted = sc_copy("");
	if (!connect_by(server, options))
		return false;
	PQsetNoticeReceiver(server->connection, take_notice, NULL);
	sc_watch_interrupts(server->connection);
	encoding = PQparameterStatus(server->connection, "server_encoding");
	server->only_ascii = encoding != NULL && strcmp(encoding, "UTF8") != 0 && strcmp(encoding, "SQL_ASCII") != 0;

	quoted = PQescapeIdentifier(server->connection, server->schema, strlen(server->schema));
	if (quoted == NULL)
	{
		sc_say("the name of the schema is not valid UTF-8");
		return false;
	}
	free(server->quoted);
	server->quoted = sc_copy(quoted);
	PQfreemem(quoted);
	free(server->functions);
	server->functions = NULL;
	return sc_command(server, "SET client_min_messages = warning") && find_extension(server);
}

void
sc_disconnect(ScServer *server)
{
	PQfinish(server->connection);
	free(server->quoted);
	free(server->shown);
	free(server->functions);
	free(server->shown_functions);
	free(server->problem);
}

bool
sc_make_tables(ScServer *server)
{
	ScParameter schema = SC_STRING(server->schema);
	PGresult   *result;
	bool		is_there;

	/* of two programs that begin at the same time the second one waits */
	if (!sc_command(server, "BEGIN") || !sc_lock(server))
	{
		sc_print_problem(server, "could not begin");
		return false;
	}
	result = ask(server, "SELECT FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) $1", &schema, 1,
				 "could not look for the schema");
	if (result == NULL)
		return false;
	is_there = PQntuples(result) > 0;
	PQclear(result);
	if (!is_there && !sc_command(server, "CREATE SCHEMA IF NOT EXISTS %t"))
	{
		sc_print_problem(server, "could not create the schema");
		return false;
	}

	/*
	 * views that are there stay as they are: to make them again would wait
	 * for their readers
	 */
	result = ask(server, "SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=)"
				 " c.relnamespace WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) 'evaluation'"
				 " AND c.relkind OPERATOR(pg_catalog.=) 'v'", &schema, 1, "could not look for the tables");
	if (result == NULL)
		return false;
	is_there = PQntuples(result) > 0;
	PQclear(result);
	if (!is_there)
	{
		result = ask(server, "SELECT %screate_eval_tables($1)", &schema, 1, "could not make the tables");
		if (result == NULL)
			return false;
		PQclear(result);
	}
	if (!sc_command(server, "COMMIT"))
	{
		sc_print_problem(server, "could not make the tables");
		return false;
	}
	return true;
}
