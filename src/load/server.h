/*-------------------------------------------------------------------------
 *
 * server.h
 *	  The connection, and statements on it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_SERVER_H
#define SC_LOAD_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "libpq-fe.h"

/* Options of the command, NULL where not given. */
typedef struct ScOptions
{
	const char *host,
			   *port,
			   *user,
			   *database,		/* or a connection string */
			   *schema;
	int			password;		/* asked for: 1 always, 0 if need be, -1 never */
} ScOptions;

typedef struct ScServer
{
	PGconn	   *connection;
	const char *schema;			/* as it is given */
	char	   *quoted,			/* the same, as SQL wants it everywhere */
			   *shown,			/* the same, as people write it */
			   *functions,		/* the extension's schema and a dot */
			   *shown_functions;	/* nothing if search_path has it */
	bool		only_ascii;		/* see sc_stored_name() */
	char		sqlstate[6];	/* of the last error, or "" */
	char	   *problem;		/* its first line */
} ScServer;

/* A parameter: text, NULL for NULL, or bytes with their size. */
typedef struct ScParameter
{
	const char *value;
	size_t		size;			/* of bytes */
	bool		is_bytes;
} ScParameter;

#define SC_STRING(value) {(value), 0, false}
#define SC_BYTES(value, size) {(value), (size), true}

/* Connects and finds the extension; false after an error, which has been printed. */
extern bool sc_connect(ScServer *server, const ScOptions *options);
extern void sc_disconnect(ScServer *server);

/* Makes schema and tables; false as above. */
extern bool sc_make_tables(ScServer *server);

/*
 * Runs a statement.  NULL after an error, which server->problem says.  In the
 * SQL, %s is the schema of the functions, with its dot, %t that of the tables,
 * without; $1... are the parameters.
 */
extern PGresult *sc_run(ScServer *server, const char *sql, const ScParameter *parameters, int n);

/* The same for a statement without a result that matters. */
extern bool sc_command(ScServer *server, const char *sql);

/* The same, only sent: for pipelines. */
extern bool sc_send(ScServer *server, const char *sql, const ScParameter *parameters, int n);

/* Takes over what the result says of an error; true if there is none. */
extern bool sc_is_good(ScServer *server, const PGresult *result);

/* In a transaction: lets no other such program do the same to the schema. */
extern bool sc_lock(ScServer *server);

/* Ends a transaction that has failed. */
extern void sc_roll_back(ScServer *server);

/* Of the last error: does it concern the file at hand, or all that would follow? */
extern bool sc_is_hopeless(const ScServer *server);

/* Of the last error: may the same succeed in a moment? */
extern bool sc_is_passing(const ScServer *server);

/* Of the last error: was it the limit for a statement, or for the wait for a lock? */
extern bool sc_is_out_of_time(const ScServer *server);

/* The last error as the reason for rejecting a file.  Allocated. */
extern char *sc_refusal(const ScServer *server);

/* Makes it the last error. */
extern void sc_set_problem(ScServer *server, const char *sqlstate, const char *problem);

/* Prints the last error, behind what could not be done. */
extern void sc_print_problem(const ScServer *server, const char *what);

#endif
