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

#define OPERATOR(name) "OPERATOR(pg_catalog." name ")"

/* ----------
 * Views and columns
 * ----------
 */

static const char *const scatter_columns[] = {
	"model", "benchmark", "direction", "capability", "imputed", "score", "expected",
	"pi_low", "pi_high", "status", NULL
};

const ViewKind sc_view_kinds[] =
{
	{
		"capabilities_report", "capabilities_report", "", NULL,
		"stratum, benchmark", false,
		"Every benchmark against the capabilities score, for people: rounded correlation and interval, verdict, and in words what is wrong with it and what could not be checked."
	},
	{
		"capabilities_correlations", "capabilities_correlations", "", NULL,
		"stratum, benchmark", OF_STRATUM,
		"Correlation of every benchmark with the capabilities score, over models: Spearman, with an interval by formula, a test and a verdict."
	},
	{
		"capabilities_scores", "capabilities_scores", ", resamples => 1000", NULL,
		"stratum, model", OF_STRATUM,
		"Capabilities score and rank of every model, with intervals from 1000 resamples of the capability benchmarks."
	},
	{
		"capabilities_loadings", "capabilities_loadings", "", NULL,
		"stratum, component, benchmark", OF_STRATUM,
		"Weight and loading of every capability benchmark on the first component, with intervals from 1000 resamples of the models (for large tables none)."
	},
	{
		"capabilities_components", "capabilities_components", "", NULL,
		"stratum, component", OF_STRATUM,
		"Variance that each component of the capability benchmarks explains, with intervals from 1000 resamples of the models (for large tables none) and the eigenvalue that chance would give."
	},
	{
		"correlation_matrix", "correlation_matrix", "", NULL,
		"stratum, benchmark_a, benchmark_b", OF_STRATUM,
		"Spearman correlation of every pair of benchmarks over the models that have both: the full square, for heatmaps."
	},
	{
		"correlation_matrix_beyond_capability", "correlation_matrix", ", controlling => '{capability}'::pg_catalog.text[]", NULL,
		"stratum, benchmark_a, benchmark_b", OF_STRATUM,
		"Spearman correlation of every pair of benchmarks given the capabilities score, of a pair with a capability benchmark that of the others: what ties two benchmarks beyond general capability."
	},
	{
		"capabilities_scatter", "capabilities_adjusted_scores", "", scatter_columns,
		"stratum, model, benchmark", OF_STRATUM,
		"Every score beside the capabilities score of its model, with the score that this predicts (a line by least squares) and its prediction interval, for scatter plots."
	},
	{
		"capabilities_adjusted_scores", "capabilities_adjusted_scores", "", NULL,
		"stratum, model, benchmark", OF_STRATUM,
		"How far every model is above or below the score that its capability predicts, benchmark by benchmark."
	},
	{
		"capabilities_over_time", "capabilities_over_time", ", released => '" VIEW_RELEASED "'::pg_catalog.text", NULL,
		"stratum, window_end, benchmark", OF_DATES,
		"Correlation of every benchmark with the capabilities score over the models released within the 365 days up to each release date."
	},
	{
		"capabilities_strata_differences", "capabilities_strata_difference", "", NULL,
		"stratum_a, stratum_b, benchmark", OF_PAIR,
		"Difference of the capabilities correlations of every benchmark in two strata, each with its own component, with interval and test."
	},
};

const int	sc_n_view_kinds = lengthof(sc_view_kinds);

#define STRATUM {"stratum", TEXTOID, "q.stratum", "which models: the stratum, as the evaluation names it"}

static const ViewColumn leading_columns[] = {
	STRATUM,
	{NULL}
};
static const ViewColumn leading_columns_over_time[] = {
	STRATUM,
	{"window_start", DATEOID, "c.window_start", NULL},
	{"window_end", DATEOID, "c.window_end", NULL},
	{"time", TIMESTAMPTZOID, "c.window_end::pg_catalog.timestamp AT TIME ZONE 'UTC'", "window_end at midnight UTC, for time axes"},
	{NULL}
};

static const ViewColumn leading_columns_of_pairs[] = {
	{"stratum_a", TEXTOID, "q.stratum_a", "a stratum, as the evaluation names it"},
	{"stratum_b", TEXTOID, "q.stratum_b", "another, after it in C order"},
	{NULL}
};

const ViewColumn *
sc_view_leading_columns(const ViewKind *kind)
{
	return kind->of == OF_PAIR ? leading_columns_of_pairs :
		kind->of == OF_DATES ? leading_columns_over_time : leading_columns;
}

/* ----------
 * Queries
 * ----------
 */

void
sc_view_query(StringInfo sql, const ViewKind *kind, const Evaluation *evaluation,
			  const char *const *columns, int n_columns)
{
	const ViewColumn *leading = sc_view_leading_columns(kind);
	int			i;

	appendStringInfoString(sql, "SELECT ");
	for (i = 0; leading[i].name != NULL; i++)
		appendStringInfo(sql, "%s%s AS %s", i > 0 ? ", " : "", leading[i].expression,
						 quote_identifier(leading[i].name));
	for (i = 0; i < n_columns; i++)
		appendStringInfo(sql, ", c.%s", quote_identifier(columns[i]));
	appendStringInfoString(sql, "\nFROM ");
	if (kind->of == OF_PAIR)
	{
		/* each of two rows of the evaluation, which is computed once */
		appendStringInfo(sql, "(WITH s AS MATERIALIZED (SELECT %s AS stratum, %s AS m FROM %s AS e\n"
						 "WHERE e.stratum IS NOT NULL AND e.m IS NOT NULL)\n"
						 "SELECT x.stratum AS stratum_a, x.m AS a, y.stratum AS stratum_b, y.m AS b FROM s AS x, s AS y\n"
						 "WHERE (x.stratum COLLATE pg_catalog.\"C\") " OPERATOR("<") " (y.stratum COLLATE pg_catalog.\"C\")) AS q\n"
						 "CROSS JOIN LATERAL %s.%s(a => q.a, b => q.b%s) AS c",
						 evaluation->stratum, evaluation->m, evaluation->relation,
						 evaluation->extension, kind->function, kind->arguments);
		return;
	}
	appendStringInfo(sql,
					 "(SELECT %s AS stratum, %s AS m FROM %s AS e\n"
					 "WHERE e.stratum IS NOT NULL AND e.m IS NOT NULL",
					 evaluation->stratum, evaluation->m, evaluation->relation);
	/* elsewhere the function would raise an error, or take scores for dates */
	if (kind->of == OF_DATES)
		appendStringInfo(sql, "\nAND EXISTS (SELECT FROM %s.roles(m => %s) AS r WHERE NOT r.declared_only\n"
						 "AND r.benchmark " OPERATOR("=") " '" VIEW_RELEASED "'::pg_catalog.text AND r.role " OPERATOR("=") " 'covariate'::pg_catalog.text)",
						 evaluation->extension, evaluation->m);
	appendStringInfo(sql, ") AS q\nCROSS JOIN LATERAL %s.%s(m => q.m%s) AS c",
					 evaluation->extension, kind->function, kind->arguments);
}
