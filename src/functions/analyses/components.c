/*-------------------------------------------------------------------------
 *
 * components.c
 *	  The components of the capability benchmarks of a score_matrix:
 *	  capabilities_component, capabilities_loadings, capabilities_components.
 *
 * All take (m, capabilities, pca, missing, min_scores, ...).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/analyses/capability_scores.h"
#include "functions/analyses/component_gate.h"
#include "functions/analyses/later_component.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/reversed.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "types/states/principal_component.h"
#include "stats/component/component.h"
#include "stats/resampling/component_bootstrap.h"
#include "stats/resampling/replicates.h"

PG_FUNCTION_INFO_V1(sc_capabilities_component);
PG_FUNCTION_INFO_V1(sc_capabilities_loadings);
PG_FUNCTION_INFO_V1(sc_capabilities_components);

/* Arguments 0 to 4, fitted. */
static void
fit_arguments(FunctionCallInfo fcinfo, uint32 wanted, ScoreColumns *columns,
			  CapabilityScores *scores)
{
	BenchmarkSet capabilities;
	CapabilityRecipe recipe;

	sc_recipe_arguments(fcinfo, 2, &recipe);
	sc_read_columns(fcinfo, 0, columns);
	(void) sc_capability_set(fcinfo, 1, &columns->view, MISSING_RAISE, &capabilities);
	sc_fit_named(columns, &capabilities, &recipe, wanted, scores);
}

/* Are eigenvalues and eigenvectors there? */
static bool
has_components(const CapabilityScores *scores)
{
	return scores->status == SC_OK || scores->status == SC_UNDEFINED_COMPONENT;
}

/* ----------
 * The component
 * ----------
 */

Datum
sc_capabilities_component(PG_FUNCTION_ARGS)
{
	ScoreColumns columns;
	CapabilityScores scores;
	PrincipalComponent c;
	PrincipalComponentFlat *flat;
	int64		label_bytes = 0;
	uint32		end = 0;
	uint32		len;
	uint32		j;

	fit_arguments(fcinfo, 1, &columns, &scores);
	if (scores.status != SC_OK)
		PG_RETURN_NULL();
	for (j = 0; j < scores.d; j++)
	{
		(void) sc_flat_label(&columns.view, columns.view.n_models + scores.benchmark[j], &len);
		label_bytes += len;
	}
	flat = sc_principal_component_create(scores.recipe.pca, (int32) scores.d, scores.n,
										 (int32) scores.fit.n_values, label_bytes, &c);
	for (j = 0; j < scores.d; j++)
	{
		uint32		benchmark = scores.benchmark[j];
		const char *label = sc_flat_label(&columns.view,
										  columns.view.n_models + benchmark, &len);

		memcpy(c.labels + end, label, len);
		end += len;
		c.label_end[j] = end;
		c.negated[j] = sc_is_flagged(&columns, benchmark, SC_BENCHMARK_LOWER_IS_BETTER);
		c.mean[j] = (c.negated[j] ? -scores.fit.spread[j].mean : scores.fit.spread[j].mean) + 0.0;
		c.sd[j] = scores.fit.spread[j].sd;
		c.weight[j] = scores.fit.vector[j];
	}
	memcpy(c.eigenvalue, scores.fit.value, sizeof(double) * scores.fit.n_values);
	PG_RETURN_POINTER(flat);
}

/* Raises 54000 if not all of the wanted components were found. */
static void
check_found(const CapabilityScores *scores, uint32 wanted)
{
	if (has_components(scores) && scores->fit.n_vectors < Min(wanted, scores->d) &&
		scores->fit.n_values < scores->d)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many components"),
				 errdetail("Of %u capability benchmarks and %u models at most %zu components are found.",
						   scores->d, scores->n, scores->fit.n_vectors)));
}

/* ----------
 * Uncertainty
 * ----------
 */

/* What resampling the models gives of the components; nothing if count is 0. */
typedef struct Replicates
{
	double		confidence;
	bool		left_out;		/* nobody asked for them, and they take long */
	Size		samples;		/* of chance, for the thresholds; 0: none
								 * wanted */
	Size		count;
	ScComponentReplicates out;
} Replicates;

/*
 * Arguments confidence, ci, resamples and seed from first on; resamples, if they
 * are wanted, of the first components.
 */
static void
resample_components(FunctionCallInfo fcinfo, int first, const CapabilityScores *scores,
					uint32 components, bool with_loadings, Replicates *replicates)
{
	bool		by_default = PG_ARGISNULL(first + 1);
	CiKind		kind = sc_ci_argument(fcinfo, first + 1, CI_BIT(CI_NONE) | CI_BIT(CI_BOOTSTRAP),
									  CI_BOOTSTRAP);
	int32		resamples = sc_resamples_argument(fcinfo, first + 2);
	uint64		seed = sc_seed_argument(fcinfo, first + 3);
	Size		quantities = (Size) components * (with_loadings ? scores->d + 1 : 1);
	double	   *reference;
	void	   *work;

	replicates->confidence = sc_confidence_argument(fcinfo, first);
	replicates->count = replicates->samples = 0;
	replicates->left_out = (by_default || (kind == CI_NONE && !with_loadings)) &&
		(scores->d > SC_MAX_DEFAULT_COLUMNS || (Size) scores->n * scores->d > SC_MAX_DEFAULT_SCORES);
	if (replicates->left_out || !has_components(scores))
		return;
	replicates->samples = resamples;
	if ((by_default || kind == CI_NONE) && scores->missing != NULL)
	{
		Size		cells = (Size) scores->n * scores->d;

		resamples = Min(resamples, (int32) (SC_MAX_DEFAULT_IMPUTED_COMPONENTS / cells));
		replicates->samples = Min(replicates->samples, SC_MAX_DEFAULT_IMPUTED_SAMPLES);
		replicates->samples = Min(replicates->samples, SC_MAX_DEFAULT_IMPUTED_CHANCE / cells);
	}
	if (kind == CI_NONE)
		return;
	if (scores->d > SC_MAX_DIRECT_COLUMNS || quantities > SC_MAX_KEPT_LOADINGS / (Size) resamples)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many capability benchmarks for a bootstrap of their components"),
				 errdetail("There are %u benchmarks, %u components and %d resamples; at most %d benchmarks and %d replicates are allowed.",
						   scores->d, components, resamples, SC_MAX_DIRECT_COLUMNS, SC_MAX_KEPT_LOADINGS),
				 errhint("Ask for fewer components or resamples, or set ci => 'none'.")));

	/* what was not found, because it explains nothing, points nowhere */
	reference = sc_alloc((Size) components * scores->d, sizeof(double));
	memset(reference, 0, sizeof(double) * components * scores->d);
	memcpy(reference, scores->fit.vector,
		   sizeof(double) * scores->d * Min(components, scores->fit.n_vectors));
	replicates->count = replicates->out.count = replicates->out.stride = resamples;
	replicates->out.first = 0;
	replicates->out.share = sc_alloc((Size) components * resamples, sizeof(double));
	replicates->out.loading = NULL;
	if (with_loadings)
		replicates->out.loading = sc_alloc((Size) components * scores->d * resamples, sizeof(double));
	work = sc_alloc(sc_component_bootstrap_workspace(scores->n, scores->d, scores->recipe.pca, components,
													 scores->missing != NULL), 1);
	sc_check_status(sc_component_bootstrap(scores->x, scores->missing, scores->n, scores->d, scores->recipe.pca,
										   components, reference, seed, work, sc_poll,
										   &replicates->out), scores->n, scores->d);
	pfree(work);
	pfree(reference);
}

/*
 * Adds the interval of one quantity and the number of its resamples to a row, as
 * ci_low, ci_high and n_resamples; nulls if value is NULL.  Returns the status.
 */
static const char *
add_interval(ResultRows *rows, const Replicates *replicates, double *value)
{
	double		low = get_float8_nan();
	double		high = get_float8_nan();
	Size		valid = 0;
	bool		there = value != NULL && replicates->count > 0;
	bool		enough = there &&
		sc_percentile_interval(value, replicates->count, replicates->confidence, sc_poll,
							   &low, &high, &valid) &&
		valid >= replicates->count / 2;

	sc_add_float8(rows, enough ? low : get_float8_nan());
	sc_add_float8(rows, enough ? high : get_float8_nan());
	sc_add_count(rows, there ? (int32) valid : -1);
	if (there)
		return enough ? SC_STATUS_OK : SC_STATUS_DEGENERATE;
	return replicates->left_out ? SC_STATUS_ON_REQUEST : SC_STATUS_OK;
}

/* ----------
 * Loadings and eigenvalues
 * ----------
 */

static const ResultColumn loading_columns[] = {
	{"component", INT4OID},
	{"benchmark", TEXTOID},
	{"weight", FLOAT8OID},
	{"loading", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"n_resamples", INT4OID},
	{"n", INT4OID},
	{"n_imputed", INT4OID},
	{"status", TEXTOID},
};

/* Which benchmarks take the verdicts away; NULL: none does. */
static bool *
find_reversed(const ScoreColumns *columns, const CapabilityScores *scores)
{
	ComponentGate gate;
	bool	   *reversed;

	sc_gate_component(columns, scores, NULL, &gate);
	if (strcmp(gate.status, SC_STATUS_REVERSED) != 0)
		return NULL;
	reversed = sc_alloc(scores->d, sizeof(bool));
	(void) sc_reversed_benchmarks(columns, scores, NULL, scores->n, reversed);
	return reversed;
}

/*
 * capabilities_loadings(m, capabilities, pca, missing, min_scores, components,
 *						 confidence, ci, resamples, seed)
 */
Datum
sc_capabilities_loadings(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	uint32		n_components = (uint32) sc_count_argument(fcinfo, 5, "components");
	Replicates	replicates = {0};
	ScoreColumns columns;
	CapabilityScores scores;
	int32		n_imputed;
	bool	   *reversed;
	uint32		j;
	uint32		k;

	sc_begin_rows(fcinfo, loading_columns, lengthof(loading_columns), &rows);
	fit_arguments(fcinfo, n_components, &columns, &scores);
	n_imputed = sc_count_imputed(&scores);
	reversed = find_reversed(&columns, &scores);
	check_found(&scores, n_components);
	n_components = Min(n_components, scores.d);
	resample_components(fcinfo, 6, &scores, n_components, true, &replicates);
	for (k = 0; k < n_components; k++)
	{
		bool		defined = has_components(&scores) &&
			sc_component_is_defined(scores.fit.value, scores.fit.n_values, k);

		for (j = 0; j < scores.d; j++)
		{
			Size		at = (Size) k * scores.d + j;
			double		weight = defined ? scores.fit.vector[at] : get_float8_nan();
			double	   *loading = replicates.out.loading;
			const char *status;

			CHECK_FOR_INTERRUPTS();
			sc_add_int4(&rows, (int32) k + 1);
			sc_add_benchmark(&rows, &columns, scores.benchmark[j]);
			sc_add_float8(&rows, weight);
			sc_add_float8(&rows, defined ? weight * sqrt(scores.fit.value[k]) : weight);
			status = add_interval(&rows, &replicates,
								  defined && loading ? loading + at * replicates.count : NULL);
			if (has_components(&scores) && !defined)
				status = sc_fit_status(SC_UNDEFINED_COMPONENT);
			else if (scores.status == SC_CONSTANT_COLUMN && j == scores.fit.constant)
				status = SC_STATUS_CONSTANT_SCORES;
			else if (!defined)
				status = sc_fit_status(scores.status);
			else if (k == 0 && reversed != NULL && reversed[j] && strcmp(status, SC_STATUS_OK) == 0)
				status = SC_STATUS_REVERSED;
			sc_add_int4(&rows, (int32) scores.n);
			sc_add_int4(&rows, n_imputed);
			sc_add_text(&rows, status);
			sc_end_row(&rows);
		}
	}
	return (Datum) 0;
}

static const ResultColumn component_columns[] = {
	{"component", INT4OID},
	{"eigenvalue", FLOAT8OID},
	{"explained", FLOAT8OID},
	{"cumulative", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"n_resamples", INT4OID},
	{"parallel_threshold", FLOAT8OID},
	{"n", INT4OID},
	{"n_imputed", INT4OID},
	{"status", TEXTOID},
};

/*
 * capabilities_components(m, capabilities, pca, missing, min_scores, confidence,
 *						   ci, resamples, seed)
 */
Datum
sc_capabilities_components(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	Replicates	replicates = {0};
	ScoreColumns columns;
	CapabilityScores scores;
	double	   *threshold;
	double		cumulative = 0;
	uint32		n_rows;
	int32		n_imputed;
	uint32		k;

	sc_begin_rows(fcinfo, component_columns, lengthof(component_columns), &rows);
	fit_arguments(fcinfo, SC_MAX_DIRECT_COLUMNS, &columns, &scores);
	n_imputed = sc_count_imputed(&scores);
	n_rows = has_components(&scores) ? scores.fit.n_values : scores.d;
	if (n_rows < scores.d)
		n_rows = Min(n_rows, SC_MAX_LEADING_COMPONENTS);
	threshold = sc_alloc(n_rows, sizeof(double));
	resample_components(fcinfo, 5, &scores, n_rows, false, &replicates);
	if (replicates.samples > 0)
		sc_parallel_thresholds(&scores, scores.n, replicates.samples, sc_seed_argument(fcinfo, 8),
							   n_rows, threshold);
	for (k = 0; k < n_rows; k++)
	{
		bool		there = has_components(&scores);
		double		value = there ? scores.fit.value[k] : get_float8_nan();
		double	   *share = replicates.out.share;
		const char *status;

		CHECK_FOR_INTERRUPTS();
		cumulative += value;
		sc_add_int4(&rows, (int32) k + 1);
		sc_add_float8(&rows, value);
		sc_add_float8(&rows, value / scores.d);
		sc_add_float8(&rows, there && k + 1 == scores.d ? 1.0 : cumulative / scores.d);
		status = add_interval(&rows, &replicates, share ? share + k * replicates.count : NULL);
		sc_add_float8(&rows, replicates.samples > 0 ? threshold[k] : get_float8_nan());
		sc_add_int4(&rows, (int32) scores.n);
		sc_add_int4(&rows, n_imputed);
		if (there && k > 0 && replicates.samples > 0 && scores.missing != NULL &&
			strcmp(status, SC_STATUS_OK) == 0)
			status = SC_STATUS_IMPUTED_COMPONENT;
		sc_add_text(&rows, there ? status : sc_fit_status(scores.status));
		sc_end_row(&rows);
	}
	return (Datum) 0;
}
