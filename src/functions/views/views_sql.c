/*-------------------------------------------------------------------------
 *
 * views_sql.c
 *	  The views that create_capabilities_views() makes, as text.
 *
 * Queries name every function, operator and type with its schema, since they are
 * read with the search_path of the caller, and keep clear of syntax that looks
 * operators up there, such as BETWEEN.  Arguments have exactly the types of our parameters: then a
 * function that somebody has planted beside ours can make a call ambiguous, which is
 * an error (42725), but is never called itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/builtins.h"

#include "functions/views/views_sql.h"

/* Dates outside these no model has, and some drivers cannot read. */
#define FIRST_DATE "'0001-01-01'::pg_catalog.date"
#define LAST_DATE "'9999-12-31'::pg_catalog.date"

/* The name of all models among the strata. */
#define ALL_MODELS "'(all)'::pg_catalog.text"

#define OPERATOR(name) "OPERATOR(pg_catalog." name ")"

/* ----------
 * Views and columns
 * ----------
 */

static const char *const scatter_columns[] = {
	"model", "benchmark", "negated", "capability", "imputed", "score", "expected",
	"pi_low", "pi_high", "status", NULL
};

static const char *const over_time_columns[] = {
	"benchmark", "n", "n_imputed", "corr", "ci_low", "ci_high", "p_value", "verdict",
	"status", NULL
};

const ViewKind sc_view_kinds[] =
{
	{
		"capabilities_correlations", "capabilities_correlations", "", NULL,
		"stratum, benchmark", true, false,
		"Correlation of every benchmark with the capabilities score, over models: Spearman, with an interval by formula, a test and a verdict."
	},
	{
		"capabilities_scores", "capabilities_scores", ", resamples => 1000", NULL,
		"stratum, model", true, false,
		"Capabilities score and rank of every model, with intervals from 1000 resamples of the capability benchmarks."
	},
	{
		"capabilities_loadings", "capabilities_loadings", "", NULL,
		"stratum, component, benchmark", true, false,
		"Weight and loading of every capability benchmark on the first component, with intervals from 1000 resamples of the models (for large tables none)."
	},
	{
		"capabilities_components", "capabilities_components", "", NULL,
		"stratum, component", true, false,
		"Variance that each component of the capability benchmarks explains, with intervals from 1000 resamples of the models (for large tables none) and the eigenvalue that chance would give."
	},
	{
		"correlation_matrix", "correlation_matrix", "", NULL,
		"stratum, benchmark_a, benchmark_b", false, false,
		"Spearman correlation of every pair of benchmarks over the models that have both: the full square, for heatmaps."
	},
	{
		"capabilities_scatter", "capabilities_adjusted_scores", "", scatter_columns,
		"stratum, model, benchmark", true, false,
		"Every score beside the capabilities score of its model, with the score that this predicts (a line by least squares) and its prediction interval, for scatter plots."
	},
	{
		"capabilities_adjusted_scores", "capabilities_adjusted_scores", "", NULL,
		"stratum, model, benchmark", true, false,
		"How far every model is above or below the score that its capability predicts, benchmark by benchmark."
	},
	{
		"capabilities_correlations_over_time", "capabilities_correlations", "", over_time_columns,
		"stratum, window_end, benchmark", true, true,
		"Correlation of every benchmark with the capabilities score over the models released within a moving window, which ends at each release date in turn."
	},
};

const int	sc_n_view_kinds = lengthof(sc_view_kinds);

static const ViewColumn leading_columns[] = {
	{"stratum", TEXTOID, "which models: those of a stratum, or \"(all)\""},
	{NULL}
};
static const ViewColumn leading_columns_moving[] = {
	{"stratum", TEXTOID, "which models: those of a stratum, or \"(all)\""},
	{"window_start", DATEOID, "first release date of the window"},
	{"window_end", DATEOID, "last release date of the window"},
	{"time", TIMESTAMPTZOID, "window_end at midnight UTC, for time axes"},
	{NULL}
};

const ViewColumn *
sc_view_leading_columns(const ViewKind *kind)
{
	return kind->moving ? leading_columns_moving : leading_columns;
}

/* ----------
 * Queries
 * ----------
 */

/* score_matrix(...) of rows s */
static void
append_aggregate(StringInfo sql, const ViewSource *source)
{
	appendStringInfo(sql, "%s.score_matrix(%s, %s, %s)", source->extension,
					 source->model, source->benchmark, source->score);
}

void
sc_view_whole_matrix(StringInfo sql, const ViewSource *source)
{
	appendStringInfo(sql, "SELECT %s.annotate(", source->extension);
	append_aggregate(sql, source);
	appendStringInfo(sql, ", %s, %s, %s) AS m\nFROM %s AS s", source->capabilities,
					 source->lower_is_better, source->covariates, source->relation);
}

/*
 * Rows (stratum, m).  The table is read once, by an aggregate that can work in
 * parallel, which with grouping sets it could not; the matrix of all models is
 * merged from those of the strata.  Models of no stratum, or of one that has
 * the name of all, are in that one only.
 */
static void
append_matrices(StringInfo sql, const ViewSource *source)
{
	if (source->strata == NULL)
	{
		appendStringInfoString(sql, "SELECT " ALL_MODELS " AS stratum, ");
		append_aggregate(sql, source);
		appendStringInfo(sql, " AS m\nFROM %s AS s", source->relation);
		return;
	}
	appendStringInfo(sql, "WITH part AS MATERIALIZED (\nSELECT %s AS stratum, ", source->strata);
	append_aggregate(sql, source);
	appendStringInfo(sql,
					 " AS m\nFROM %s AS s GROUP BY 1)\n"
					 "SELECT " ALL_MODELS " AS stratum, %s.rollup(p.m) AS m FROM part AS p\n"
					 "UNION ALL\n"
					 "SELECT p.stratum, p.m FROM part AS p WHERE p.stratum " OPERATOR("<>") " " ALL_MODELS,
					 source->relation, source->extension);
}

/*
 * Rows (stratum, window_start, window_end, "time", m): a window ends at each date
 * on which a model of the stratum was released.
 */
static void
append_windows(StringInfo sql, const ViewSource *source)
{
	int			before = source->window_days - 1;

	appendStringInfo(sql, "WITH day AS MATERIALIZED (\nSELECT %s AS stratum, %s AS released, ",
					 source->strata ? source->strata : ALL_MODELS, source->released);
	append_aggregate(sql, source);
	appendStringInfo(sql,
					 " AS m\nFROM %s AS s\n"
					 "WHERE %s " OPERATOR(">=") " " FIRST_DATE " AND %s " OPERATOR("<=") " " LAST_DATE "\n"
					 "GROUP BY 1, 2)",
					 source->relation, source->released, source->released);
	if (source->strata != NULL)
		appendStringInfo(sql,
						 ",\nrelease AS MATERIALIZED (\n"
						 "SELECT " ALL_MODELS " AS stratum, d.released, %s.rollup(d.m) AS m FROM day AS d GROUP BY d.released\n"
						 "UNION ALL\n"
						 "SELECT d.stratum, d.released, d.m FROM day AS d WHERE d.stratum " OPERATOR("<>") " " ALL_MODELS ")",
						 source->extension);
	appendStringInfo(sql,
					 "\nSELECT w.stratum, w.released " OPERATOR("-") " %d AS window_start, w.released AS window_end,\n"
					 "w.released::pg_catalog.timestamp AT TIME ZONE 'UTC' AS \"time\", %s.rollup(r.m) AS m\n"
					 "FROM %s AS w JOIN %s AS r ON r.stratum " OPERATOR("=") " w.stratum\n"
					 "AND r.released " OPERATOR(">=") " (w.released " OPERATOR("-") " %d) AND r.released " OPERATOR("<=") " w.released\n"
					 "GROUP BY w.stratum, w.released",
					 before, source->extension,
					 source->strata ? "release" : "day", source->strata ? "release" : "day", before);
}

void
sc_view_query(StringInfo sql, const ViewKind *kind, const ViewSource *source,
			  const char *const *columns, int n_columns)
{
	const ViewColumn *leading = sc_view_leading_columns(kind);
	int			i;

	appendStringInfoString(sql, "SELECT ");
	for (i = 0; leading[i].name != NULL; i++)
		appendStringInfo(sql, "%sq.%s", i > 0 ? ", " : "", quote_identifier(leading[i].name));
	for (i = 0; i < n_columns; i++)
		appendStringInfo(sql, ", c.%s", quote_identifier(columns[i]));
	appendStringInfoString(sql, "\nFROM (\n");
	if (kind->moving)
		append_windows(sql, source);
	else
		append_matrices(sql, source);
	appendStringInfo(sql,
					 ") AS q\n"
					 "CROSS JOIN LATERAL %s.%s(m => %s.annotate(m => q.m, capabilities => %s,\n"
					 "lower_is_better => %s, covariates => %s)%s%s) AS c",
					 source->extension, kind->function, source->extension, source->capabilities,
					 source->lower_is_better, source->covariates, kind->arguments,
					 kind->fitted ? source->recipe : "");
	/* what annotate() does not find it passes over: the component would be of fewer benchmarks */
	if (kind->fitted)
		appendStringInfo(sql, "\nWHERE %s " OPERATOR("<@") " %s.benchmarks(q.m)", source->capabilities, source->extension);
}
