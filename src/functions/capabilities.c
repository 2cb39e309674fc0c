/*-------------------------------------------------------------------------
 *
 * capabilities.c
 *	  The capability side of a score_matrix: capabilities_scores,
 *	  capabilities_component, capabilities_loadings, capabilities_components.
 *
 * All take (m, capabilities, pca, ...).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "functions/analysis.h"
#include "functions/names.h"
#include "functions/support.h"
#include "matrix/principal_component.h"
#include "stats/component.h"

PG_FUNCTION_INFO_V1(sc_capabilities_scores);
PG_FUNCTION_INFO_V1(sc_capabilities_component);
PG_FUNCTION_INFO_V1(sc_capabilities_loadings);
PG_FUNCTION_INFO_V1(sc_capabilities_components);

/* Arguments 0 to 2, fitted. */
static void
fit_arguments(FunctionCallInfo fcinfo, uint32 wanted, ScoreColumns *columns,
			  ScPca *pca, CapabilityScores *scores)
{
	BenchmarkSet capabilities;

	*pca = sc_pca_argument(fcinfo, 2);
	sc_read_columns(fcinfo, 0, columns);
	(void) sc_capability_set(fcinfo, 1, &columns->view, MISSING_RAISE, &capabilities);
	sc_fit_capabilities(columns, capabilities.place, capabilities.n, *pca, wanted, scores);
}

/* Are eigenvalues and eigenvectors there? */
static bool
has_components(const CapabilityScores *scores)
{
	return scores->status == SC_OK || scores->status == SC_UNDEFINED_COMPONENT;
}

/* ----------
 * Scores
 * ----------
 */

/* Highest capability first; equal scores, and those without, in C order. */
static int
compare_capability(const void *a, const void *b, void *arg)
{
	const double *score = (const double *) arg;
	uint32		x = *(const uint32 *) a;
	uint32		y = *(const uint32 *) b;

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	if (isnan(score[x]) != isnan(score[y]))
		return isnan(score[x]) ? 1 : -1;
	if (!isnan(score[x]) && score[x] != score[y])
		return score[x] > score[y] ? -1 : 1;
	return x < y ? -1 : 1;
}

Datum
sc_capabilities_scores(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScoreColumns columns;
	CapabilityScores scores;
	ScPca		pca;
	uint32	   *order;
	uint32		rank = 0;
	uint32		i;

	InitMaterializedSRF(fcinfo, 0);
	fit_arguments(fcinfo, 1, &columns, &pca, &scores);
	order = sc_alloc(columns.view.n_models, sizeof(uint32));
	for (i = 0; i < columns.view.n_models; i++)
		order[i] = i;
	qsort_arg(order, columns.view.n_models, sizeof(uint32), compare_capability,
			  scores.score);
	for (i = 0; i < columns.view.n_models; i++)
	{
		uint32		model = order[i];
		double		score = scores.score[model];
		Datum		values[5] = {0};
		bool		nulls[5] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = sc_model_name(&columns, model);
		nulls[1] = nulls[2] = isnan(score);
		if (!isnan(score))
		{
			/* equal scores share the better rank, as rank() does */
			if (i == 0 || score != scores.score[order[i - 1]])
				rank = i + 1;
			values[1] = Float8GetDatum(score);
			values[2] = Int32GetDatum((int32) rank);
		}
		values[3] = Int32GetDatum((int32) scores.n_observed[model]);
		values[4] = CStringGetTextDatum(!scores.complete[model] ? SC_STATUS_INCOMPLETE :
										sc_fit_status(scores.status));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
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
	ScPca		pca;
	int64		label_bytes = 0;
	uint32		end = 0;
	uint32		len;
	uint32		j;

	fit_arguments(fcinfo, 1, &columns, &pca, &scores);
	if (scores.status != SC_OK)
		PG_RETURN_NULL();
	for (j = 0; j < scores.d; j++)
	{
		(void) sc_flat_label(&columns.view, columns.view.n_models + scores.benchmark[j], &len);
		label_bytes += len;
	}
	flat = sc_component_create(pca, (int32) scores.d, scores.n,
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

/* capabilities_loadings(m, capabilities, pca, components) */
Datum
sc_capabilities_loadings(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	uint32		n_components = (uint32) sc_count_argument(fcinfo, 3, "components");
	ScoreColumns columns;
	CapabilityScores scores;
	ScPca		pca;
	uint32		j;
	uint32		k;

	InitMaterializedSRF(fcinfo, 0);
	fit_arguments(fcinfo, n_components, &columns, &pca, &scores);
	check_found(&scores, n_components);
	for (k = 0; k < Min(n_components, scores.d); k++)
	{
		bool		defined = has_components(&scores) &&
		sc_component_is_defined(scores.fit.value, scores.fit.n_values, k);

		for (j = 0; j < scores.d; j++)
		{
			Datum		values[6] = {0};
			bool		nulls[6] = {false};
			const char *status = SC_STATUS_OK;

			CHECK_FOR_INTERRUPTS();
			nulls[2] = nulls[3] = !defined;
			if (defined)
			{
				double		weight = scores.fit.vector[(Size) k * scores.d + j];

				values[2] = Float8GetDatum(weight);
				values[3] = Float8GetDatum(weight * sqrt(scores.fit.value[k]));
			}
			else if (has_components(&scores))
				status = sc_fit_status(SC_UNDEFINED_COMPONENT);
			else if (scores.status == SC_CONSTANT_COLUMN && j == scores.fit.constant)
				status = SC_STATUS_CONSTANT_SCORES;
			else
				status = sc_fit_status(scores.status);
			values[0] = Int32GetDatum((int32) k + 1);
			values[1] = sc_benchmark_name(&columns, scores.benchmark[j]);
			values[4] = Int32GetDatum((int32) scores.n);
			values[5] = CStringGetTextDatum(status);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/* capabilities_components(m, capabilities, pca) */
Datum
sc_capabilities_components(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScoreColumns columns;
	CapabilityScores scores;
	ScPca		pca;
	double		cumulative = 0;
	uint32		n_rows;
	uint32		k;

	InitMaterializedSRF(fcinfo, 0);
	fit_arguments(fcinfo, SC_MAX_LEADING_COMPONENTS, &columns, &pca, &scores);
	n_rows = has_components(&scores) ? scores.fit.n_values : scores.d;
	if (n_rows < scores.d)
		n_rows = Min(n_rows, SC_MAX_LEADING_COMPONENTS);
	for (k = 0; k < n_rows; k++)
	{
		Datum		values[6] = {0};
		bool		nulls[6] = {false};

		values[0] = Int32GetDatum((int32) k + 1);
		nulls[1] = nulls[2] = nulls[3] = !has_components(&scores);
		if (has_components(&scores))
		{
			cumulative += scores.fit.value[k];
			values[1] = Float8GetDatum(scores.fit.value[k]);
			values[2] = Float8GetDatum(scores.fit.value[k] / scores.d);
			values[3] = Float8GetDatum(k + 1 == scores.d ? 1.0 : cumulative / scores.d);
		}
		values[4] = Int32GetDatum((int32) scores.n);
		values[5] = CStringGetTextDatum(has_components(&scores) ? SC_STATUS_OK :
										sc_fit_status(scores.status));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
