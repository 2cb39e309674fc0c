/*-------------------------------------------------------------------------
 *
 * eval_tables_sql.c
 *	  The tables and views that create_eval_tables() makes, as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "functions/eval_tables/eval_tables_sql.h"

/* ----------
 * Tables
 * ----------
 */

static const EvalColumn logs_columns[] = {
	{"file", "text NOT NULL", "the file, as the loader names it"},
	{"hash", "text", "of its content: the same content is not loaded twice"},
	{"bytes", "bigint", "length of its content"},
	{"loaded_at", "timestamptz NOT NULL DEFAULT clock_timestamp()", "when it was read"},
	{"source", "text", "which harness or format it is of"},
	{"n_rows", "integer", "how many rows of results it gave; NULL if it was rejected"},
	{"reason", "text", "why it was rejected, or what its rows lack; NULL if nothing"},
	{NULL}
};
static const char *const logs_indexes[] = {"(hash)", NULL};

static const EvalColumn results_columns[] = {
	{"file", "text NOT NULL", "the file in logs"},
	{"model", "text", "name of the model in the log"},
	{"setting", "text", "what the model ran with; NULL for none"},
	{"benchmark", "text", "name of the benchmark or task in the log"},
	{"variant", "text", "what the task ran with; NULL for none"},
	{"metric", "text", "name of the metric"},
	{"filter", "text", "what the answers went through; NULL for none"},
	{"score", "double precision", "value of the metric"},
	{"stderr", "double precision", "its standard error"},
	{"n", "bigint", "number of items that the score is the mean of"},
	{"n_total", "bigint", "number of items of the task: more than n if the run was limited"},
	{"lower_is_better", "boolean", "whether a lower score is better, as the log says"},
	{"parent", "text", "the group of tasks that it is part of"},
	{"is_group", "boolean", "whether it is a group of tasks"},
	{"run_id", "text", "name of the run"},
	{"run_at", "timestamptz", "when the run began"},
	{"source", "text", "which harness or format the log is of"},
	{"of_items", "boolean NOT NULL DEFAULT false", "whether it is the mean of scores of items that the log has one by one"},
	{NULL}
};
static const char *const results_indexes[] = {"(file)", "(benchmark, metric)", NULL};

static const EvalColumn benchmarks_columns[] = {
	{"benchmark", "text NOT NULL", "name in the matrix: the task's, with its arguments in brackets"},
	{"task", "text", "name in results; NULL: as benchmark"},
	{"metric", "text", "the metric that is taken, of all models"},
	{"filter", "text", "its filter; NULL for none"},
	{"variant", "text", "the variant that is taken, without a limit; NULL for none"},
	{"role", "text CHECK (role IN ('capability', 'target', 'covariate', 'omit'))", "capability, target, covariate or omit; NULL: undecided, and left out"},
	{"lower_is_better", "boolean", "whether a lower score is better; NULL: not known"},
	{"direction_from", "text", "where that is from: log or list; NULL: nowhere, or you"},
	{"parent", "text", "the group that it is part of: both are taken from one run"},
	{"overlaps_with", "text[]", "benchmarks that share items with it"},
	{"note", "text", "what there is to say about this row"},
	{NULL}
};

static const EvalColumn models_columns[] = {
	{"name", "text NOT NULL", "name in results"},
	{"setting", "text NOT NULL DEFAULT ''", "setting in results; '' for none"},
	{"model", "text", "name in the matrix"},
	{"family", "text", "models that share an origin have one family"},
	{"included", "boolean NOT NULL DEFAULT true", "whether it goes into the matrix"},
	{"note", "text", "what there is to say about this row"},
	{NULL}
};

/* ----------
 * Views
 * ----------
 */

static const EvalColumn rejected_columns[] = {
	{"file", NULL, "the file"},
	{"reason", NULL, "why no scores were read of it, or why none of its rows can be used"},
	{NULL}
};

static const char rejected_query[] =
"SELECT l.file, l.reason FROM @schema@.logs AS l WHERE l.reason IS NOT NULL";

static const EvalColumn candidates_columns[] = {
	{"model", NULL, "name of the model in the matrix"},
	{"benchmark", NULL, "name of the benchmark in the matrix"},
	{"score", NULL, "the score"},
	{"stderr", NULL, "its standard error"},
	{"n", NULL, "number of items that it is the mean of"},
	{"lower_is_better", NULL, "whether a lower score is better"},
	{"file", NULL, "the file"},
	{"run_id", NULL, "name of the run"},
	{"run_at", NULL, "when the run began"},
	{"run", NULL, "name of the run, or else the file"},
	{"of_items", NULL, "whether it is the mean of items that the log has one by one"},
	{"limited", NULL, "whether only some of the items ran"},
	{"apart", NULL, "whether it is of another run than the group of its benchmark"},
	{"place", NULL, "1, 2, ... among those of its cell, the best first"},
	{"role", NULL, "role of the benchmark; NULL: undecided"},
	{"family", NULL, "family of the model"},
	{NULL}
};

/*
 * What could be a cell: the rows that have metric, filter and variant of their
 * benchmark.  Where a benchmark is, or is part of, a group, the run of the model that
 * has the group comes first of all.
 *
 * The planner knows nothing of expressions, and of several at once that nothing is
 * left, and then joins row by row.  So a recipe is compared as one array, and a setting
 * of a model; a score by its magnitude, not by a range.  What is sorted and grouped has
 * numbers.
 */
static const char candidates_query[] =
"WITH RECURSIVE above (benchmark, root, depth) AS (\n"
"SELECT b.benchmark, b.benchmark, 0 FROM @schema@.benchmarks AS b\n"
"UNION ALL SELECT a.benchmark, p.benchmark, a.depth + 1 FROM above AS a\n"
"JOIN @schema@.benchmarks AS b ON b.benchmark = a.root JOIN @schema@.benchmarks AS p ON p.benchmark = b.parent\n"
"WHERE a.depth < 10 AND p.benchmark <> b.benchmark),\n"
"roots AS (SELECT DISTINCT ON (a.benchmark) a.benchmark, a.root FROM above AS a ORDER BY a.benchmark, a.depth DESC),\n"
"recipes AS MATERIALIZED (\n"
"SELECT b.benchmark, b.role, b.lower_is_better, r.root, count(*) FILTER (WHERE b.role IS DISTINCT FROM 'omit') OVER w > 1 AS is_grouped,\n"
"row_number() OVER () AS benchmark_number, dense_rank() OVER (ORDER BY r.root COLLATE \"C\") AS root_number,\n"
"ARRAY[coalesce(b.task, b.benchmark), coalesce(b.metric, ''), coalesce(b.filter, ''), coalesce(b.variant, '')] AS recipe\n"
"FROM @schema@.benchmarks AS b JOIN roots AS r ON r.benchmark = b.benchmark WINDOW w AS (PARTITION BY r.root COLLATE \"C\")),\n"
"settings AS MATERIALIZED (\n"
"SELECT m.model, m.family, dense_rank() OVER (ORDER BY m.model COLLATE \"C\") AS model_number, ARRAY[m.name, m.setting] AS setting\n"
"FROM @schema@.models AS m WHERE m.included AND m.model IS NOT NULL),\n"
"fitting AS MATERIALIZED (\n"
"SELECT m.model, m.family, m.model_number, b.benchmark, b.role, b.benchmark_number, b.root_number, b.is_grouped,\n"
"b.benchmark = b.root AS is_root, r.score, CASE WHEN r.stderr >= 0 AND r.stderr <= 1e100 THEN r.stderr END AS stderr,\n"
"CASE WHEN r.n > 0 THEN r.n END AS n, b.lower_is_better, r.file, r.run_id, r.run_at, r.of_items,\n"
"coalesce(r.n < r.n_total, false) OR " EVAL_HAS_LIMIT("r.variant") " AS limited\n"
"FROM @schema@.results AS r\n"
"JOIN recipes AS b ON b.recipe = ARRAY[r.benchmark, coalesce(r.metric, ''), coalesce(r.filter, ''), " EVAL_BASE_VARIANT("r.variant") "]\n"
"JOIN settings AS m ON m.setting = ARRAY[r.model, coalesce(r.setting, '')]\n"
/* no NaN, nothing that a matrix refuses */
"WHERE b.role IS DISTINCT FROM 'omit' AND abs(r.score) <= 1e140),\n"
"runs AS MATERIALIZED (\n"
"SELECT DISTINCT ON (f.model_number, f.root_number) f.model_number, f.root_number,\n"
"coalesce(f.run_id, f.file) AS run, bool_or(f.is_root) AS has_group\n"
"FROM fitting AS f WHERE f.is_grouped GROUP BY f.model_number, f.root_number, coalesce(f.run_id, f.file)\n"
"ORDER BY f.model_number, f.root_number, bool_and(f.of_items), bool_or(f.limited), bool_or(f.is_root) DESC,\n"
"max(f.run_at) DESC NULLS LAST, max(f.file COLLATE \"C\") DESC),\n"
"placed AS (\n"
"SELECT f.*, coalesce(u.has_group AND u.run <> coalesce(f.run_id, f.file), false) AS apart\n"
"FROM fitting AS f LEFT JOIN runs AS u ON u.model_number = f.model_number AND u.root_number = f.root_number)\n"
"SELECT p.model, p.benchmark, p.score, p.stderr, p.n, p.lower_is_better, p.file, p.run_id, p.run_at,\n"
"coalesce(p.run_id, p.file) AS run, p.of_items, p.limited, p.apart,\n"
"row_number() OVER (PARTITION BY p.model_number, p.benchmark_number\n"
"ORDER BY p.apart, p.of_items, p.limited, p.run_at DESC NULLS LAST, p.file COLLATE \"C\" DESC,\n"
"p.n DESC NULLS LAST, p.score, p.stderr) AS place, p.role, p.family\n"
"FROM placed AS p";

static const EvalColumn scores_columns[] = {
	{"model", NULL, "name of the model in the matrix"},
	{"benchmark", NULL, "name of the benchmark in the matrix"},
	{"score", NULL, "the score, of one run"},
	{"stderr", NULL, "its standard error"},
	{"n", NULL, "number of items that it is the mean of"},
	{"lower_is_better", NULL, "whether a lower score is better"},
	{"file", NULL, "the file that it is from"},
	{"run_id", NULL, "name of the run"},
	{"run_at", NULL, "when the run began"},
	{NULL}
};

static const char scores_query[] =
"SELECT c.model, c.benchmark, c.score, c.stderr, c.n, c.lower_is_better, c.file, c.run_id, c.run_at\n"
"FROM @schema@.candidates AS c WHERE c.place = 1 AND NOT c.apart";

static const EvalColumn collisions_columns[] = {
	{"model", NULL, "name of the model in the matrix"},
	{"benchmark", NULL, "name of the benchmark in the matrix"},
	{"file", NULL, "a file with a score of this cell"},
	{"score", NULL, "the score"},
	{"run_at", NULL, "when its run began"},
	{"n", NULL, "number of items that it is the mean of"},
	{"wins", NULL, "whether it is the one that is taken"},
	{"why", NULL, "why it is, or is not"},
	{NULL}
};

static const char collisions_query[] =
"SELECT s.model, s.benchmark, s.file, s.score, s.run_at, s.n, s.place = 1 AND NOT s.apart AS wins,\n"
"CASE WHEN s.apart THEN 'not of the run of its group'\n"
"WHEN s.place = 1 THEN CASE\n"
"WHEN s.apart_2 THEN 'of the run of its group'\n"
"WHEN s.of_items_2 AND NOT s.of_items THEN 'not of items'\n"
"WHEN s.limited_2 AND NOT s.limited THEN 'full'\n"
"WHEN s.run_at > s.run_at_2 OR (s.run_at IS NOT NULL AND s.run_at_2 IS NULL) THEN 'newest'\n"
"ELSE 'last file by name' END\n"
"WHEN s.of_items AND NOT s.of_items_1 THEN 'of items'\n"
"WHEN s.limited AND NOT s.limited_1 THEN 'limited'\n"
"WHEN s.run = s.run_1 THEN 'of the same run'\n"
"WHEN s.run_at IS NULL AND s.run_at_1 IS NOT NULL THEN 'without a date'\n"
"WHEN s.run_at < s.run_at_1 THEN 'older'\n"
"ELSE 'earlier file by name' END AS why\n"
"FROM (SELECT c.*, min(c.run COLLATE \"C\") OVER w <> max(c.run COLLATE \"C\") OVER w AS is_collision,\n"
"first_value(c.of_items) OVER w AS of_items_1, first_value(c.limited) OVER w AS limited_1,\n"
"first_value(c.run_at) OVER w AS run_at_1, first_value(c.run) OVER w AS run_1,\n"
"nth_value(c.apart, 2) OVER w AS apart_2, nth_value(c.of_items, 2) OVER w AS of_items_2,\n"
"nth_value(c.limited, 2) OVER w AS limited_2, nth_value(c.run_at, 2) OVER w AS run_at_2\n"
"FROM @schema@.candidates AS c\n"
"WINDOW w AS (PARTITION BY c.model COLLATE \"C\", c.benchmark COLLATE \"C\" ORDER BY c.place\n"
"ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS s\n"
"WHERE s.is_collision";

static const EvalColumn evaluation_columns[] = {
	{"stratum", NULL, "which models: (all)"},
	{"m", NULL, "their scores on the benchmarks that have a role, with the marks of annotate()"},
	{NULL}
};

#define NAMES(condition) "ARRAY(SELECT u.benchmark FROM used AS u WHERE " condition " ORDER BY u.benchmark COLLATE \"C\")"

/* A group and its members share items, whatever role they have been given since. */
static const char evaluation_query[] =
"WITH RECURSIVE above (benchmark, parent, depth) AS (\n"
"SELECT b.benchmark, b.parent, 1 FROM @schema@.benchmarks AS b WHERE b.parent <> b.benchmark\n"
"UNION ALL SELECT a.benchmark, p.parent, a.depth + 1 FROM above AS a\n"
"JOIN @schema@.benchmarks AS p ON p.benchmark = a.parent AND p.parent <> p.benchmark WHERE a.depth < 10),\n"
"s AS MATERIALIZED (\n"
"SELECT c.model, c.benchmark, c.score, c.stderr, c.n, c.family FROM @schema@.candidates AS c\n"
"WHERE c.place = 1 AND NOT c.apart AND c.role IN ('capability', 'target', 'covariate')),\n"
"used AS MATERIALIZED (\n"
"SELECT b.benchmark, b.role, b.lower_is_better, b.overlaps_with FROM @schema@.benchmarks AS b\n"
"WHERE b.role IN ('capability', 'target', 'covariate') AND b.benchmark IN (SELECT s.benchmark FROM s))\n"
"SELECT '(all)'::text AS stratum, @extension@.annotate(\n"
/* with n = 2 a cell keeps its standard error where n is unknown */
"m => (SELECT @extension@.score_matrix(s.model, s.benchmark, s.score,\n"
"CASE WHEN s.stderr IS NULL THEN coalesce(s.n, 1) ELSE greatest(s.n, 2) END, s.stderr) FROM s),\n"
"capabilities => " NAMES("u.role = 'capability'") ",\n"
"lower_is_better => " NAMES("u.lower_is_better") ",\n"
"covariates => " NAMES("u.role = 'covariate'") ",\n"
"targets => " NAMES("u.role = 'target'") ",\n"
"higher_is_better => " NAMES("NOT u.lower_is_better") ",\n"
"families => (SELECT jsonb_object_agg(f.model, f.family) FROM (\n"
"SELECT s.model, min(s.family COLLATE \"C\") AS family FROM s WHERE s.family IS NOT NULL GROUP BY s.model) AS f),\n"
"overlaps => (SELECT jsonb_object_agg(o.benchmark, o.overlaps) FROM (\n"
"SELECT u.benchmark, jsonb_agg(DISTINCT c.benchmark) AS overlaps FROM used AS u\n"
"JOIN used AS c ON c.role = 'capability' AND c.benchmark <> u.benchmark AND (c.benchmark = ANY (u.overlaps_with)\n"
"OR (u.benchmark, c.benchmark) IN (SELECT a.benchmark, a.parent FROM above AS a)\n"
"OR (c.benchmark, u.benchmark) IN (SELECT a.benchmark, a.parent FROM above AS a))\n"
"WHERE u.role = 'target' GROUP BY u.benchmark) AS o),\n"
"missing_ok => true) AS m";

/* ----------
 * All of it
 * ----------
 */

const EvalKind sc_tables_kinds[] =
{
	{
		"logs", RELKIND_RELATION, logs_columns, "PRIMARY KEY (file)", logs_indexes, NULL,
		"Evaluation logs that were loaded, or rejected."
	},
	{
		"results", RELKIND_RELATION, results_columns,
		"FOREIGN KEY (file) REFERENCES @schema@.logs ON UPDATE CASCADE ON DELETE CASCADE", results_indexes, NULL,
		"Scores of the logs, as eval_scores() reads them; of items their mean."
	},
	{
		"benchmarks", RELKIND_RELATION, benchmarks_columns, "PRIMARY KEY (benchmark)", NULL, NULL,
		"Benchmarks: which of their results are taken, and as what. Yours to edit."
	},
	{
		"models", RELKIND_RELATION, models_columns, "PRIMARY KEY (name, setting)", NULL, NULL,
		"Models of the logs: which are taken, and their names and families. Yours to edit."
	},
	{
		"rejected", RELKIND_VIEW, rejected_columns, NULL, NULL, rejected_query,
		"Logs that gave nothing to use, and why."
	},
	{
		"candidates", RELKIND_VIEW, candidates_columns, NULL, NULL, candidates_query,
		"Results that have metric, filter and variant of their benchmark: what each cell is chosen from."
	},
	{
		"scores", RELKIND_VIEW, scores_columns, NULL, NULL, scores_query,
		"One score for each model and benchmark: of one run, never an average of runs."
	},
	{
		"collisions", RELKIND_VIEW, collisions_columns, NULL, NULL, collisions_query,
		"Where several runs have a score for one model and benchmark: what competed, what won and why."
	},
	{
		"evaluation", RELKIND_VIEW, evaluation_columns, NULL, NULL, evaluation_query,
		"The score matrix, annotated, for capabilities_correlations() and create_capabilities_views()."
	},
};

const int	sc_tables_n_kinds = lengthof(sc_tables_kinds);

const EvalKind *
sc_tables_kind(const char *name)
{
	int			i = 0;

	while (strcmp(sc_tables_kinds[i].name, name) != 0)
		i++;
	return &sc_tables_kinds[i];
}

char *
sc_tables_sql(const char *text, const char *schema, const char *extension)
{
	StringInfoData sql;
	const char *at;

	initStringInfo(&sql);
	for (; (at = strchr(text, '@')) != NULL; text = at)
	{
		appendBinaryStringInfo(&sql, text, at - text);
		if (strncmp(at, "@schema@", strlen("@schema@")) == 0)
		{
			appendStringInfoString(&sql, quote_identifier(schema));
			at += strlen("@schema@");
		}
		else if (strncmp(at, "@extension@", strlen("@extension@")) == 0)
		{
			appendStringInfoString(&sql, quote_identifier(extension));
			at += strlen("@extension@");
		}
		else
			appendStringInfoChar(&sql, *at++);
	}
	appendStringInfoString(&sql, text);
	return sql.data;
}
