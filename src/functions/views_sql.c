/*-------------------------------------------------------------------------
 *
 * views_sql.c
 *	  The views that create_capabilities_views() makes, as text.
 *
 * Queries name every function with its schema; types, operators and the server's
 * own functions are found in pg_catalog, which is all that the search_path has
 * while they are read.  Arguments have exactly the types of our parameters: then a
 * function that somebody has planted beside ours can make a call ambiguous, which is
 * an error (42725), but is never called itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "functions/views_sql.h"

/* Dates outside these no model has, and some drivers cannot read. */
#define FIRST_DATE "DATE '0001-01-01'"
#define LAST_DATE "DATE '9999-12-31'"

/* ----------
 * Views and columns
 * ----------
 */

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
		"capability_scatter", "capability_adjusted_scores", "",
		"model, benchmark, negated, capability, imputed, score, expected, pi_low, pi_high, status",
		"stratum, model, benchmark", true, false,
		"Every score beside the capabilities score of its model, with the score that this lets expect (a line by least squares) and its prediction interval, for scatter plots."
	},
	{
		"capability_adjusted_scores", "capability_adjusted_scores", "", NULL,
		"stratum, model, benchmark", true, false,
		"How far every model is above or below the score that its capability lets expect, benchmark by benchmark."
	},
	{
		"capabilities_correlations_over_time", "capabilities_correlations", "",
		"benchmark, n, n_imputed, corr, ci_low, ci_high, p_value, verdict, status",
		"stratum, window_end, benchmark", true, true,
		"Correlation of every benchmark with the capabilities score over the models released within a moving window, which ends at each release date in turn."
	},
};

const int	sc_n_view_kinds = lengthof(sc_view_kinds);

static const char *const leading_columns[] = {"stratum", NULL};
static const char *const leading_columns_moving[] = {
	"stratum", "window_start", "window_end", "time", NULL
};

const char *const *
sc_view_leading_columns(const ViewKind *kind)
{
	return kind->moving ? leading_columns_moving : leading_columns;
}

/* What columns hold: in one view, or (NULL) in every other that has them. */
static const struct
{
	const char *view;
	const char *column;
	const char *comment;
}			column_comments[] =
{
	{NULL, "stratum", "which models: those of a stratum, or \"(all)\""},
	{NULL, "window_start", "first release date of the window"},
	{NULL, "window_end", "last release date of the window"},
	{NULL, "time", "window_end at midnight UTC, for time axes"},
	{NULL, "model", "name of the model"},
	{NULL, "benchmark", "name of the benchmark"},
	{NULL, "benchmark_a", "name of one benchmark of the pair"},
	{NULL, "benchmark_b", "name of the other benchmark of the pair"},
	{NULL, "role", "target: a benchmark that is judged; capability, covariate: what it is marked as"},
	{NULL, "negated", "lower is better: scores were negated before they were correlated, so that higher means better or safer"},
	{NULL, "n", "number of models behind the numbers of this row"},
	{NULL, "n_dropped", "models with a score on this benchmark that were left out because they lack one on a capability benchmark"},
	{NULL, "n_imputed", "number of these models of which some capability scores were missing and have been filled in"},
	{NULL, "imputed", "share of the capability benchmarks on which the model's score was filled in, 0 to 1"},
	{NULL, "n_families", "number of families of models in the jackknife; NULL without families"},
	{NULL, "n_resamples", "number of resamples behind the interval; NULL where it was not made by resampling"},
	{NULL, "corr", "correlation, between -1 and 1; NULL where it is undefined, see status"},
	{"correlation_matrix", "corr", "Spearman's rank correlation of the two benchmarks, higher meaning better on both; NULL where it is undefined, see status"},
	{NULL, "ci_low", "lower end of the 95 % interval of corr"},
	{NULL, "ci_high", "upper end of the 95 % interval of corr"},
	{NULL, "p_value", "p-value of no association at all, two-sided; it is no test of the verdict's line"},
	{NULL, "q_value", "p-value adjusted for the number of benchmarks (Benjamini and Hochberg)"},
	{NULL, "slope", "rise of the score, higher meaning better, per standard deviation of the capabilities score (Theil and Sen)"},
	{NULL, "benchmark_sd", "standard deviation of the benchmark's scores over these models"},
	{NULL, "verdict", "what the interval says: entangled, inverse, low, positive, negative or unresolved"},
	{NULL, "status", "ok, or why numbers of this row are NULL"},
	{NULL, "capability", "capabilities score of the model: its projection on the first component; 0 is the average of these models"},
	{"capabilities_scores", "rank", "rank by capability, 1 is the most capable; equal scores share the better rank"},
	{"capabilities_scores", "n_observed", "number of capability benchmarks on which the model has a score"},
	{"capabilities_scores", "ci_low", "lower end of the 95 % interval of capability"},
	{"capabilities_scores", "ci_high", "upper end of the 95 % interval of capability"},
	{"capabilities_scores", "rank_low", "best rank in the 95 % interval of rank"},
	{"capabilities_scores", "rank_high", "worst rank in the 95 % interval of rank"},
	{NULL, "component", "number of the component, 1 is the first"},
	{NULL, "weight", "weight of the benchmark's standardised score in the component, an element of the unit eigenvector"},
	{NULL, "loading", "correlation of the benchmark with the component"},
	{"capabilities_loadings", "ci_low", "lower end of the 95 % interval of loading"},
	{"capabilities_loadings", "ci_high", "upper end of the 95 % interval of loading"},
	{NULL, "eigenvalue", "eigenvalue of the component"},
	{NULL, "explained", "share of the variance that the component explains, 0 to 1"},
	{NULL, "cumulative", "share of the variance that this component and those before it explain, 0 to 1"},
	{"capabilities_components", "ci_low", "lower end of the 95 % interval of explained"},
	{"capabilities_components", "ci_high", "upper end of the 95 % interval of explained"},
	{NULL, "parallel_threshold", "eigenvalue that chance exceeds in 5 % of samples (parallel analysis)"},
	{NULL, "score", "score of the model on the benchmark, as it is stored"},
	{NULL, "expected", "score that the model's capability lets expect"},
	{NULL, "pi_low", "lower end of the 95 % prediction interval of the score of a new model of this capability"},
	{NULL, "pi_high", "upper end of the 95 % prediction interval of the score of a new model of this capability"},
	{NULL, "residual", "score minus expected"},
	{NULL, "studentised", "residual from the line of the other models, in standard errors"},
	{"capability_adjusted_scores", "p_value", "p-value of the model being on the line of the others"},
	{"capability_adjusted_scores", "q_value", "p-value adjusted for the number of models and benchmarks (Benjamini and Hochberg)"},
	{"capability_adjusted_scores", "rank", "rank on the benchmark given capability: 1 is furthest above expectation, where lower is better below"},
};

const char *
sc_view_column_comment(const ViewKind *kind, const char *column)
{
	const char *found = NULL;
	Size		i;

	for (i = 0; i < lengthof(column_comments); i++)
	{
		if (strcmp(column_comments[i].column, column) != 0)
			continue;
		if (column_comments[i].view == NULL)
			found = found ? found : column_comments[i].comment;
		else if (strcmp(column_comments[i].view, kind->name) == 0)
			return column_comments[i].comment;
	}
	return found;
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
		appendStringInfoString(sql, "SELECT '(all)'::text AS stratum, ");
		append_aggregate(sql, source);
		appendStringInfo(sql, " AS m\nFROM %s AS s", source->relation);
		return;
	}
	appendStringInfo(sql, "WITH part AS MATERIALIZED (\nSELECT %s AS stratum, ", source->strata);
	append_aggregate(sql, source);
	appendStringInfo(sql,
					 " AS m\nFROM %s AS s GROUP BY 1)\n"
					 "SELECT '(all)'::text AS stratum, %s.rollup(p.m) AS m FROM part AS p\n"
					 "UNION ALL\n"
					 "SELECT p.stratum, p.m FROM part AS p WHERE p.stratum <> '(all)'::text",
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
					 source->strata ? source->strata : "'(all)'::text", source->released);
	append_aggregate(sql, source);
	appendStringInfo(sql,
					 " AS m\nFROM %s AS s\n"
					 "WHERE %s BETWEEN " FIRST_DATE " AND " LAST_DATE "\n"
					 "GROUP BY 1, 2)",
					 source->relation, source->released);
	if (source->strata != NULL)
		appendStringInfo(sql,
						 ",\nrelease AS MATERIALIZED (\n"
						 "SELECT '(all)'::text AS stratum, d.released, %s.rollup(d.m) AS m FROM day AS d GROUP BY d.released\n"
						 "UNION ALL\n"
						 "SELECT d.stratum, d.released, d.m FROM day AS d WHERE d.stratum <> '(all)'::text)",
						 source->extension);
	appendStringInfo(sql,
					 "\nSELECT w.stratum, w.released - %d AS window_start, w.released AS window_end,\n"
					 "w.released::timestamp AT TIME ZONE 'UTC' AS \"time\", %s.rollup(r.m) AS m\n"
					 "FROM %s AS w JOIN %s AS r ON r.stratum = w.stratum AND r.released BETWEEN w.released - %d AND w.released\n"
					 "GROUP BY w.stratum, w.released",
					 before, source->extension,
					 source->strata ? "release" : "day", source->strata ? "release" : "day", before);
}

void
sc_view_query(StringInfo sql, const ViewKind *kind, const ViewSource *source,
			  const char *const *columns, int n_columns)
{
	const char *const *leading = sc_view_leading_columns(kind);
	int			i;

	appendStringInfoString(sql, "SELECT ");
	for (i = 0; leading[i] != NULL; i++)
		appendStringInfo(sql, "%sq.%s", i > 0 ? ", " : "", quote_identifier(leading[i]));
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
		appendStringInfo(sql, "\nWHERE %s <@ %s.benchmarks(q.m)", source->capabilities, source->extension);
}
