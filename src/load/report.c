/*-------------------------------------------------------------------------
 *
 * report.c
 *	  What became of the files, and what to do next.
 *
 *-------------------------------------------------------------------------
 */
#include "load/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/messages.h"
#include "load/text.h"

/* Kinds of reasons that are told apart, and those and benchmarks that are listed. */
#define MAX_REASONS 50
#define MAX_LISTED 10

/* Bytes of a file's name, and of a benchmark's in the list. */
#define MAX_NAME 200
#define MAX_CELL 70

/* As an analysis needs them with complete models only; half of all models too. */
#define ENOUGH_MODELS 8

ScOutcome
sc_outcome(const char *word)
{
	static const char *const words[SC_N_OUTCOMES] = {"loaded", "replaced", "known", "rejected"};
	int			outcome = 0;

	while (outcome < SC_N_OUTCOMES && strcmp(word, words[outcome]) != 0)
		outcome++;
	return (ScOutcome) outcome;
}

/* ---------------------------------------------------------------------
 * Counting
 * ---------------------------------------------------------------------
 */

/*
 * The kind of a reason: up to its first colon or line, with what is quoted and
 * numbers left out, which are of the one file.
 */
static char *
kind_of(const char *reason)
{
	ScText		words = {0};
	bool		is_number = false;

	sc_text_put(&words, "");
	for (const char *at = reason; *at != '\0' && *at != '\n' && strncmp(at, ": ", 2) != 0; at++)
	{
		const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
		bool		is_digit = *at >= '0' && *at <= '9';

		if (end != NULL)
		{
			sc_text_put(&words, "\"...\"");
			at = end;
		}
		else if (!is_digit || !is_number)
			sc_text_add(&words, is_digit ? "N" : at, 1);
		is_number = is_digit;
	}
	return words.data;
}

void
sc_count(ScReport *report, ScOutcome outcome, const char *file, const char *reason)
{
	char	   *kind;
	size_t		at = 0;

	report->n[outcome]++;
	if (outcome != SC_REJECTED)
		return;
	kind = kind_of(reason ? reason : "reason unknown");
	while (at < report->n_reasons && strcmp(report->reasons[at].text, kind) != 0)
		at++;
	if (at == report->n_reasons)
	{
		if (at == MAX_REASONS)
			at--;
		else
		{
			report->reasons = sc_get_memory(report->reasons, (at + 1) * sizeof(ScReason));
			memset(&report->reasons[at], 0, sizeof(ScReason));
			report->reasons[at].text = sc_copy(at == MAX_REASONS - 1 ? "other reasons" : kind);
			report->n_reasons++;
		}
	}
	if (report->reasons[at].n < SC_EXAMPLES)
		report->reasons[at].examples[report->reasons[at].n] = sc_copy(file);
	report->reasons[at].n++;
	free(kind);
}

void
sc_report_progress(const ScReport *report)
{
	char		line[200];

	if (!sc_progress_is_due())
		return;
	snprintf(line, sizeof(line), "%" PRIu64 " files seen, %" PRIu64 " loaded, %" PRIu64 " known, %" PRIu64
			 " rejected, %" PRIu64 " MB sent", report->n_seen, report->n[SC_LOADED] + report->n[SC_REPLACED],
			 report->n[SC_KNOWN], report->n[SC_REJECTED], report->n_bytes / 1000000);
	sc_show_progress(line);
}

/* ---------------------------------------------------------------------
 * At the end
 * ---------------------------------------------------------------------
 */

static int
compare_reasons(const void *a, const void *b)
{
	const ScReason *x = a,
			   *y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->text, y->text);
}

static void
print_shown(const char *before, const char *words, const char *after)
{
	char	   *shown = sc_shown(words);

	printf("%s%s%s", before, shown, after);
	free(shown);
}

/* The end of a name that would fill the screen. */
static void
print_file(const char *file)
{
	size_t		size = strlen(file);
	size_t		at = size <= MAX_NAME ? 0 : size - MAX_NAME;

	while ((file[at] & 0xc0) == 0x80)	/* within a character */
		at++;
	print_shown(at == 0 ? "           " : "           ...", file + at, "\n");
}

static void
print_rejected(const ScReport *report, const ScServer *server)
{
	ScReason   *reasons = report->reasons;
	uint64_t	n_others = 0;

	qsort(reasons, report->n_reasons, sizeof(ScReason), compare_reasons);
	printf("\nRejected:\n");
	for (size_t i = 0; i < report->n_reasons; i++)
	{
		/* of few kinds there is room for more examples */
		uint64_t	n_examples = report->n_reasons <= SC_EXAMPLES ? SC_EXAMPLES : 1;

		if (i >= MAX_LISTED)
		{
			n_others += reasons[i].n;
			continue;
		}
		printf("%7" PRIu64 "  ", reasons[i].n);
		print_shown("", reasons[i].text, "\n");
		for (uint64_t j = 0; j < reasons[i].n && j < n_examples; j++)
			print_file(reasons[i].examples[j]);
		if (reasons[i].n > n_examples)
			printf("           ...\n");
	}
	if (n_others > 0)
		printf("%7" PRIu64 "  for other reasons\n", n_others);
	printf("Each with its reason: SELECT * FROM %s.rejected;\n", server->shown);
}

/* The one row of a query; NULL after an error, which has been printed. */
static PGresult *
ask(ScServer *server, const char *sql, const char *what)
{
	PGresult   *result = sc_run(server, sql, NULL, 0);

	if (result == NULL)
		sc_print_problem(server, what);
	return result;
}

static void
print_totals(ScServer *server)
{
	PGresult   *result = ask(server, "SELECT count(*), count(DISTINCT coalesce(run_id, file)), "
							 "count(DISTINCT model), count(DISTINCT benchmark) FROM %t.results", "could not count the rows");

	if (result != NULL)
		printf("\nNow in %s: rows %s, runs %s, models %s, benchmarks %s.\n", server->shown, PQgetvalue(result, 0, 0),
			   PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2), PQgetvalue(result, 0, 3));
	PQclear(result);
}

/* What a matrix may hide: what was chosen among several, or left out. */
static const char hidden_sql[] =
"SELECT (SELECT count(*) FROM %t.logs WHERE reason IS NOT NULL AND n_rows IS NOT NULL), "
"(SELECT count(DISTINCT (model, benchmark)) FROM %t.collisions), (SELECT count(*) FROM %t.models WHERE NOT included), "
"(SELECT string_agg(b.benchmark, ', ') FROM (SELECT b.benchmark FROM %t.benchmarks AS b WHERE b.role IN ('capability', 'target', 'covariate') "
"EXCEPT SELECT s.benchmark FROM %t.scores AS s ORDER BY benchmark) AS b)";

static void
print_hidden(ScServer *server)
{
	static const char *const things[] = {
		"loaded files of which nothing can be used", "scores that several runs have",
		"models and settings that are left out"
	};
	static const char *const tables[] = {"rejected", "collisions", "models"};
	PGresult   *result = ask(server, hidden_sql, "could not look for what was left out");

	for (int i = 0; result != NULL && i < 3; i++)
		if (strcmp(PQgetvalue(result, 0, i), "0") != 0)
			printf("%7s  %s: SELECT * FROM %s.%s;\n", PQgetvalue(result, 0, i), things[i], server->shown, tables[i]);
	if (result != NULL && !PQgetisnull(result, 0, 3))
		print_shown("With a role, but no score that has their metric, filter and variant: ", PQgetvalue(result, 0, 3), ".\n");
	PQclear(result);
}

/*
 * All benchmarks, those that are left out or whose direction is open first, and
 * of these the ones that most models have; beside each what is true of all.
 */
static const char benchmarks_sql[] =
"WITH s AS MATERIALIZED (SELECT s.model, b.benchmark, b.role FROM %t.scores AS s JOIN %t.benchmarks AS b USING (benchmark)), "
"k AS (SELECT count(DISTINCT benchmark) AS capabilities FROM s WHERE role = 'capability'), "
"m AS (SELECT count(*) FILTER (WHERE role = 'capability') AS n FROM s WHERE role IN ('capability', 'target', 'covariate') GROUP BY model), "
"c AS (SELECT count(*) FILTER (WHERE n = capabilities) AS complete, count(*) AS models FROM m, k), "
"b AS (SELECT count(s.model) AS models, b.*, b.role IS NULL OR (b.lower_is_better IS NULL AND b.role IN ('capability', 'target')) AS open "
"FROM %t.benchmarks AS b LEFT JOIN s USING (benchmark) GROUP BY b.benchmark) "
"SELECT b.models, b.benchmark, b.metric, b.role, b.lower_is_better, b.open, b.role IS NULL AND b.parent IS NULL, "
"c.complete, c.models, k.capabilities FROM b, c, k ORDER BY NOT b.open, b.role IS NULL, b.models DESC, length(b.benchmark), b.benchmark";

enum
{
	MODELS, BENCHMARK, METRIC, ROLE, LOWER_IS_BETTER, N_SHOWN, IS_OPEN = N_SHOWN, IS_EXAMPLE, N_COMPLETE, N_MODELS, N_CAPABILITIES
};

static int
count_rows(const PGresult *benchmarks, int column, const char *value)
{
	int			n = 0;

	for (int i = 0; i < PQntuples(benchmarks); i++)
		n += strcmp(PQgetvalue(benchmarks, i, column), value) == 0;
	return n;
}

/*
 * Says how many models have all capability benchmarks.  Are these so few, and
 * have others so much, that scores had better be imputed?
 */
static bool
print_complete_models(const PGresult *benchmarks)
{
	int			n_complete = atoi(PQgetvalue(benchmarks, 0, N_COMPLETE)),
				n = atoi(PQgetvalue(benchmarks, 0, N_MODELS)),
				n_capabilities = atoi(PQgetvalue(benchmarks, 0, N_CAPABILITIES));

	if (n_capabilities > 0)
		printf("%d of %d models have all %d capability benchmarks.\n", n_complete, n, n_capabilities);

	/* a model whose scores are imputed has two of them, and lacks one */
	return n_complete < n && n_capabilities > 2 && (2 * n_complete < n || n_complete < ENOUGH_MODELS);
}

/* A cell of the list, in the width that is left for it. */
static char *
list_cell(const char *value)
{
	char	   *shown = sc_shown(value);
	size_t		at = MAX_CELL;

	if (strlen(shown) <= MAX_CELL)
		return shown;
	while ((shown[at] & 0xc0) == 0x80)	/* within a character */
		at--;
	memcpy(shown + at - 3, "...", 4);
	return shown;
}

/* Benchmarks that are left out, or whose direction is open. */
static void
print_open_benchmarks(const PGresult *benchmarks)
{
	int			n_open = count_rows(benchmarks, IS_OPEN, "t"),
				n = n_open < MAX_LISTED ? n_open : MAX_LISTED;
	int			widths[N_SHOWN] = {0};
	char	   *cells[MAX_LISTED + 1][N_SHOWN];

	if (n == 0)
		return;
	for (int i = 0; i <= n; i++)
		for (int j = 0; j < N_SHOWN; j++)
		{
			cells[i][j] = list_cell(i == 0 ? PQfname(benchmarks, j) : PQgetvalue(benchmarks, i - 1, j));
			if ((int) strlen(cells[i][j]) > widths[j])
				widths[j] = (int) strlen(cells[i][j]);
		}
	printf("\nWithout a role, and so left out, or with one but without a direction (%d):\n", n_open);
	for (int i = 0; i <= n; i++)
	{
		printf("  %*s  %-*s  %-*s  %-*s  %s\n", widths[0], cells[i][0], widths[1], cells[i][1], widths[2], cells[i][2],
			   widths[3], cells[i][3], cells[i][4]);
		for (int j = 0; j < N_SHOWN; j++)
			free(cells[i][j]);
	}
	if (n < n_open)
		printf("  ...\n");
}

/*
 * The statement that gives a role to the next benchmark, from *row on, that may
 * be an example: undecided, and no part of a group.
 */
static void
print_update(const ScServer *server, const PGresult *benchmarks, const char *role, int *row)
{
	const char *benchmark;
	char	   *literal;

	while (*row < PQntuples(benchmarks) && PQgetvalue(benchmarks, *row, IS_EXAMPLE)[0] != 't')
		++* row;
	if (*row == PQntuples(benchmarks))
		return;
	benchmark = PQgetvalue(benchmarks, *row, BENCHMARK);
	literal = PQescapeLiteral(server->connection, benchmark, strlen(benchmark));
	printf("UPDATE %s.benchmarks SET role = '%s'%s WHERE benchmark = ", server->shown, role,
		   PQgetisnull(benchmarks, *row, LOWER_IS_BETTER) ? ", lower_is_better = false" : "");
	print_shown("", literal ? literal : "'...'", ";\n");
	PQfreemem(literal);
	++*row;
}

/* What to type next. */
static void
print_next(const ScServer *server, const PGresult *benchmarks, bool had_better_impute)
{
	bool		wants_capability = count_rows(benchmarks, ROLE, "capability") == 0,
				wants_target = count_rows(benchmarks, ROLE, "target") == 0;
	int			row = 0;

	if (wants_capability || wants_target)
		printf("\nNo benchmark has the role of a %s yet. %s\n",
			   wants_capability && wants_target ? "capability benchmark, and none that of a target" :
			   wants_capability ? "capability benchmark" : "target",
			   count_rows(benchmarks, IS_EXAMPLE, "t") > 0 ? "Say which one has, for example:" : "Load logs of one.");
	if (wants_capability)
		print_update(server, benchmarks, "capability", &row);
	if (wants_target)
		print_update(server, benchmarks, "target", &row);
	printf(wants_capability || wants_target ? "Then ask:\n" : "\nNow ask:\n");
	printf("SELECT * FROM %scapabilities_correlations((SELECT m FROM %s.evaluation)%s);\n",
		   server->shown_functions, server->shown, had_better_impute ? ", missing => 'impute'" : "");
}

static void
print_benchmarks(ScServer *server)
{
	PGresult   *benchmarks = ask(server, benchmarks_sql, "could not read the benchmarks");

	if (PQntuples(benchmarks) > 0)
	{
		bool		had_better_impute = print_complete_models(benchmarks);

		print_open_benchmarks(benchmarks);
		print_next(server, benchmarks, had_better_impute);
	}
	else if (benchmarks != NULL)
		printf("\nNo scores yet: nothing to ask.\n");
	PQclear(benchmarks);
}

void
sc_print_report(const ScReport *report, ScServer *server, uint64_t n_passed_over)
{
	sc_show_progress(NULL);
	printf("%" PRIu64 " files seen: %" PRIu64 " loaded, %" PRIu64 " replaced, %" PRIu64 " known, %" PRIu64 " rejected. Other "
		   "files passed over: %" PRIu64 ".\n", report->n_seen, report->n[SC_LOADED], report->n[SC_REPLACED], report->n[SC_KNOWN],
		   report->n[SC_REJECTED], n_passed_over);
	if (report->n_reasons > 0)
		print_rejected(report, server);
	print_totals(server);
	if (report->n[SC_LOADED] + report->n[SC_REPLACED] > 0)
		print_hidden(server);
	print_benchmarks(server);
}
