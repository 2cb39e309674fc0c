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

#include "functions/analyses/analysis.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "types/states/principal_component.h"
#include "stats/component/component.h"
#include "stats/resampling/component_bootstrap.h"
#include "stats/resampling/parallel_analysis.h"
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
	sc_fit_named(columns, capabilities.place, capabilities.n, &recipe, wanted, scores);
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
	flat = sc_component_create(scores.recipe.pca, (int32) scores.d, scores.n,
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
	Size		count;
	ScComponentReplicates out;
} Replicates;

/* Replicates of loadings that are kept, at most. */
#define MAX_REPLICATES 64000000

/*
 * By default, intervals and thresholds are found where this takes a few seconds at
 * most: so many capability benchmarks, and scores of them.
 */
#define MAX_DEFAULT_COLUMNS 64
#define MAX_DEFAULT_SCORES 6000

/* Where missing scores are filled anew, so many scores in all resamples together. */
#define MAX_DEFAULT_IMPUTED 1200000

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
	replicates->count = 0;
	replicates->left_out = by_default &&
		(scores->d > MAX_DEFAULT_COLUMNS || (Size) scores->n * scores->d > MAX_DEFAULT_SCORES);
	if (kind == CI_NONE || replicates->left_out || !has_components(scores))
		return;
	if (scores->d > SC_MAX_DIRECT_COLUMNS || quantities > MAX_REPLICATES / (Size) resamples)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many capability benchmarks for a bootstrap of their components"),
				 errdetail("There are %u benchmarks, %u components and %d resamples; at most %d benchmarks and %d replicates are allowed.",
						   scores->d, components, resamples, SC_MAX_DIRECT_COLUMNS, MAX_REPLICATES),
				 errhint("Ask for fewer components or resamples, or set ci => 'none'.")));

	if (by_default && scores->missing != NULL)
		resamples = Min(resamples, (int32) (MAX_DEFAULT_IMPUTED / (scores->n * scores->d)));

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
 * Puts the interval of one quantity and the number of its resamples into columns
 * at, at + 1 and at + 2.  Returns the status.
 */
static const char *
put_interval(const Replicates *replicates, double *value, Datum *values, bool *nulls, int at)
{
	double		low = 0;
	double		high = 0;
	Size		valid = 0;
	bool		found;

	nulls[at] = nulls[at + 1] = nulls[at + 2] = true;
	if (replicates->count == 0)
		return replicates->left_out ? SC_STATUS_ON_REQUEST : SC_STATUS_OK;
	found = sc_percentile_interval(value, replicates->count, replicates->confidence, sc_poll,
								   &low, &high, &valid);
	values[at + 2] = Int32GetDatum((int32) valid);
	nulls[at + 2] = false;
	if (!found || valid < replicates->count / 2)
		return SC_STATUS_DEGENERATE;
	values[at] = Float8GetDatum(low);
	values[at + 1] = Float8GetDatum(high);
	nulls[at] = nulls[at + 1] = false;
	return SC_STATUS_OK;
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

/*
 * capabilities_loadings(m, capabilities, pca, missing, min_scores, components,
 *						 confidence, ci, resamples, seed)
 */
Datum
sc_capabilities_loadings(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	uint32		n_components = (uint32) sc_count_argument(fcinfo, 5, "components");
	Replicates	replicates;
	ScoreColumns columns;
	CapabilityScores scores;
	uint32		j;
	uint32		k;

	sc_begin_rows(fcinfo, loading_columns, lengthof(loading_columns), &rows);
	fit_arguments(fcinfo, n_components, &columns, &scores);
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
			Datum		values[lengthof(loading_columns)] = {0};
			bool		nulls[lengthof(loading_columns)] = {false};
			const char *status = SC_STATUS_OK;

			CHECK_FOR_INTERRUPTS();
			nulls[2] = nulls[3] = nulls[4] = nulls[5] = nulls[6] = !defined;
			if (defined)
			{
				double		weight = scores.fit.vector[at];

				values[2] = Float8GetDatum(weight);
				values[3] = Float8GetDatum(weight * sqrt(scores.fit.value[k]));
				status = put_interval(&replicates, replicates.out.loading + at * replicates.count,
									  values, nulls, 4);
			}
			else if (has_components(&scores))
				status = sc_fit_status(SC_UNDEFINED_COMPONENT);
			else if (scores.status == SC_CONSTANT_COLUMN && j == scores.fit.constant)
				status = SC_STATUS_CONSTANT_SCORES;
			else
				status = sc_fit_status(scores.status);
			values[0] = Int32GetDatum((int32) k + 1);
			values[1] = sc_benchmark_name(&columns, scores.benchmark[j]);
			values[7] = Int32GetDatum((int32) scores.n);
			values[8] = Int32GetDatum(sc_count_imputed(&scores));
			values[9] = CStringGetTextDatum(status);
			sc_put_row(&rows, values, nulls);
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
 * Thresholds of parallel analysis: of the first component, and of each after one
 * that passed its own, SC_MAX_LEADING_COMPONENTS at most.  NaN for the others.
 * threshold has room for n.
 */
static void
parallel_thresholds(const CapabilityScores *scores, Size samples, uint64 seed,
					uint32 n, double *threshold)
{
	double	   *loading = sc_alloc((Size) n * scores->d, sizeof(double));
	double	   *value = sc_alloc(samples, sizeof(double));
	void	   *work = sc_alloc(sc_parallel_workspace(scores->n, scores->d, scores->recipe.pca,
													  scores->missing != NULL), 1);
	uint32		j;
	uint32		k;

	for (k = 0; k < n; k++)
		threshold[k] = get_float8_nan();
	for (k = 0; k < Min(n, SC_MAX_LEADING_COMPONENTS) && scores->fit.value[k] > 0; k++)
	{
		ScStatus	status = sc_parallel_threshold(scores->missing, scores->n, scores->d, scores->recipe.pca,
												   k, loading, seed, samples, SC_PARALLEL_QUANTILE, work,
												   sc_poll, value, &threshold[k]);

		sc_check_status(status, scores->n, scores->d);
		if (status != SC_OK)
			break;
		if (scores->fit.value[k] <= threshold[k])
			break;
		for (j = 0; j < scores->d; j++)
			loading[(Size) k * scores->d + j] = scores->fit.vector[(Size) k * scores->d + j] *
				sqrt(scores->fit.value[k]);
	}
	pfree(loading);
	pfree(value);
	pfree(work);
}

/*
 * capabilities_components(m, capabilities, pca, missing, min_scores, confidence,
 *						   ci, resamples, seed)
 */
Datum
sc_capabilities_components(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	Replicates	replicates;
	ScoreColumns columns;
	CapabilityScores scores;
	double	   *threshold;
	double		cumulative = 0;
	uint32		n_rows;
	uint32		k;

	sc_begin_rows(fcinfo, component_columns, lengthof(component_columns), &rows);
	fit_arguments(fcinfo, SC_MAX_DIRECT_COLUMNS, &columns, &scores);
	n_rows = has_components(&scores) ? scores.fit.n_values : scores.d;
	if (n_rows < scores.d)
		n_rows = Min(n_rows, SC_MAX_LEADING_COMPONENTS);
	threshold = sc_alloc(n_rows, sizeof(double));
	resample_components(fcinfo, 5, &scores, n_rows, false, &replicates);
	if (replicates.count > 0)
		parallel_thresholds(&scores, replicates.count, sc_seed_argument(fcinfo, 8), n_rows,
							threshold);
	for (k = 0; k < n_rows; k++)
	{
		Datum		values[lengthof(component_columns)] = {0};
		bool		nulls[lengthof(component_columns)] = {false};
		const char *status = SC_STATUS_OK;

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum((int32) k + 1);
		nulls[1] = nulls[2] = nulls[3] = !has_components(&scores);
		nulls[4] = nulls[5] = nulls[6] = nulls[7] = true;
		if (has_components(&scores))
		{
			cumulative += scores.fit.value[k];
			values[1] = Float8GetDatum(scores.fit.value[k]);
			values[2] = Float8GetDatum(scores.fit.value[k] / scores.d);
			values[3] = Float8GetDatum(k + 1 == scores.d ? 1.0 : cumulative / scores.d);
			status = put_interval(&replicates, replicates.out.share + k * replicates.count,
								  values, nulls, 4);
		}
		else
			status = sc_fit_status(scores.status);
		if (replicates.count > 0 && !isnan(threshold[k]))
		{
			values[7] = Float8GetDatum(threshold[k]);
			nulls[7] = false;
		}
		values[8] = Int32GetDatum((int32) scores.n);
		values[9] = Int32GetDatum(sc_count_imputed(&scores));
		values[10] = CStringGetTextDatum(status);
		sc_put_row(&rows, values, nulls);
	}
	return (Datum) 0;
}
