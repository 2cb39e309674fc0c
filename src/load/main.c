/*-------------------------------------------------------------------------
 *
 * main.c
 *	  safetycorr-load: from folders of evaluation logs to the tables that
 *	  create_eval_tables() makes.
 *
 *-------------------------------------------------------------------------
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/batch.h"
#include "load/interrupt.h"
#include "load/load_file.h"
#include "load/messages.h"
#include "load/program.h"
#include "load/report.h"
#include "load/server.h"
#include "load/walk.h"

static void
print_help(void)
{
	printf(SC_PROGRAM " loads logs of evaluations into PostgreSQL, for safetycorr.\n"
		   "\n"
		   "Usage:\n"
		   "  " SC_PROGRAM " [OPTION]... PATH...\n"
		   "\n"
		   "A PATH is a file, or a folder: then all files below it are loaded that end in\n"
		   ".json, .jsonl, .json.gz, .jsonl.gz, .eval or .csv. What is no log with results\n"
		   "is rejected and listed; what is loaded already is not loaded again. Compressed\n"
		   "files take the programs gzip and zstd.\n"
		   "\n"
		   "Options:\n"
		   "      --schema=SCHEMA      schema of the tables, made if it is not there\n"
		   "                           (default: \"evals\")\n"
		   "  -V, --version            say the version, then exit\n"
		   "  -?, --help               show this help, then exit\n"
		   "\n"
		   "Connection options, as psql's:\n"
		   "  -h, --host=HOSTNAME      host of the server, or folder of its socket\n"
		   "  -p, --port=PORT          port of the server\n"
		   "  -U, --username=USERNAME  name of the user\n"
		   "  -d, --dbname=DBNAME      database, or a connection string\n"
		   "  -w, --no-password        never ask for a password\n"
		   "  -W, --password           ask for a password\n"
		   "\n"
		   "Variables such as PGHOST and PGDATABASE, service and password files count too.\n"
		   "The exit status is 0 also where some files are rejected, 1 where nothing could\n"
		   "be loaded, 2 after a wrong option, 130 or 143 after a signal.\n");
}

static int
misused(void)
{
	fprintf(stderr, "Try \"" SC_PROGRAM " --help\" for more information.\n");
	return SC_MISUSED;
}

/* The options; -1, or the status to exit with. */
static int
read_options(int argc, char **argv, ScOptions *options)
{
	static const struct option names[] = {
		{"host", required_argument, NULL, 'h'},
		{"port", required_argument, NULL, 'p'},
		{"username", required_argument, NULL, 'U'},
		{"dbname", required_argument, NULL, 'd'},
		{"no-password", no_argument, NULL, 'w'},
		{"password", no_argument, NULL, 'W'},
		{"schema", required_argument, NULL, 1},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 2},
		{NULL, 0, NULL, 0}
	};
	int			option;

	memset(options, 0, sizeof(*options));
	options->schema = "evals";
	if (argc > 1 && strcmp(argv[1], "-?") == 0)
	{
		print_help();
		return 0;
	}
	while ((option = getopt_long(argc, argv, "h:p:U:d:wWV", names, NULL)) != -1)
	{
		switch (option)
		{
			case 'h':
				options->host = optarg;
				break;
			case 'p':
				options->port = optarg;
				break;
			case 'U':
				options->user = optarg;
				break;
			case 'd':
				options->database = optarg;
				break;
			case 'w':
				options->password = -1;
				break;
			case 'W':
				options->password = 1;
				break;
			case 1:
				options->schema = optarg;
				break;
			case 2:
				print_help();
				return 0;
			case 'V':
				printf(SC_PROGRAM " (safetycorr) " SC_PROGRAM_VERSION "\n");
				return 0;
			default:
				return misused();
		}
	}
	if (options->schema[0] == '\0')
	{
		sc_say("the schema has no name");
		return misused();
	}
	if (optind == argc)
	{
		sc_say("no PATH is given");
		return misused();
	}
	return -1;
}

static bool
take_file(void *arg, const ScFile *file)
{
	return sc_load_file(arg, file);
}

/* What depends on all logs: roles, directions, families of what is new. */
static bool
fill_tables(ScServer *server)
{
	ScParameter schema = SC_STRING(server->schema);
	PGresult   *result = NULL;

	sc_show_progress(sc_progress_is_due() ? "filling the tables" : NULL);
	if (sc_command(server, "BEGIN") && sc_lock(server))
		result = sc_run(server, "SELECT %sfill_eval_tables($1)", &schema, 1);
	PQclear(result);
	if (result != NULL && sc_command(server, "COMMIT"))
		return true;
	if (!sc_interrupted())
		sc_print_problem(server, "could not fill the tables from the logs");
	sc_roll_back(server);
	return false;
}

/* So that the planner knows what is there; where that may not be it goes without. */
static void
analyze_tables(ScServer *server)
{
	sc_show_progress(sc_progress_is_due() ? "analyzing the tables" : NULL);
	if (sc_command(server, "SET client_min_messages = error"))
		(void) sc_command(server, "ANALYZE %t.logs, %t.results");
}

/* What a run that did not come to its end has left behind. */
static void
say_what_is_kept(const ScReport *report)
{
	sc_say("%" PRIu64 " of %" PRIu64 " files seen so far are loaded and kept; the same command goes on from there",
		   report->n[SC_LOADED] + report->n[SC_REPLACED] + report->n[SC_KNOWN], report->n_seen);
}

int
main(int argc, char **argv)
{
	static ScBatch batch;
	static ScReport report;
	ScServer	server;
	ScOptions	options;
	static ScWalk walk;
	int			status = read_options(argc, argv, &options);
	bool		is_whole = true;

	if (status >= 0)
		return status;
	signal(SIGPIPE, SIG_IGN);
	if (!sc_connect(&server, &options) || !sc_make_tables(&server))
	{
		sc_disconnect(&server);
		return sc_interrupted() ? 128 + sc_interrupted() : SC_FAILED;
	}

	walk.function = take_file;
	walk.arg = &batch;
	batch.server = &server;
	batch.report = &report;
	for (int i = optind; i < argc && is_whole; i++)
		is_whole = sc_walk(&walk, argv[i]);
	is_whole = sc_flush(&batch) && is_whole && fill_tables(&server);
	if (is_whole && report.n[SC_LOADED] + report.n[SC_REPLACED] > 0)
		analyze_tables(&server);

	if (sc_interrupted())
	{
		sc_say("interrupted");
		say_what_is_kept(&report);
		status = 128 + sc_interrupted();
	}
	else if (!is_whole)
	{
		say_what_is_kept(&report);
		status = SC_FAILED;
	}
	else
	{
		sc_print_report(&report, &server, walk.n_passed_over);
		status = report.n[SC_LOADED] + report.n[SC_REPLACED] + report.n[SC_KNOWN] > 0 ? 0 : SC_FAILED;
	}
	sc_disconnect(&server);
	if (fflush(stdout) != 0 || ferror(stdout))
		return SC_FAILED;
	return status;
}
