/*-------------------------------------------------------------------------
 *
 * fitted_scores.c
 *	  Scores on a stored component.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/fitted_scores.h"
#include "functions/support.h"
#include "matrix/principal_component.h"

/* Where the benchmarks of the component are in the matrix. */
static void
find_benchmarks(const PrincipalComponent *c, const ScoreColumns *columns,
				const CapabilityRecipe *recipe, CapabilityScores *scores)
{
	uint32		found = 0;
	uint32		len;
	const char *label;
	int32		j;

	for (j = 0; j < c->d; j++)
	{
		int64		place;

		label = sc_component_label(c, j, &len);
		place = sc_matrix_find_benchmark(&columns->view, label, len);
		scores->benchmark[j] = place < 0 ? SC_NO_BENCHMARK : (uint32) place;
		found += place >= 0;
		if (place < 0 && !recipe->impute)
			sc_unknown_benchmark(&columns->view, label, len);
	}
	if (found == 0)
	{
		label = sc_component_label(c, 0, &len);
		sc_unknown_benchmark(&columns->view, label, len);
	}
}

/* What the component says of each benchmark, in its own direction. */
static void
read_component(const PrincipalComponent *c, CapabilityScores *scores)
{
	ScImputation *fitted = &scores->imputation;
	double		lambda = c->eigenvalue[0];
	int32		j;

	fitted->spread = sc_alloc(c->d, sizeof(ScSpread));
	fitted->weight = sc_alloc(c->d, sizeof(double));
	fitted->noise = sc_alloc(c->d, sizeof(double));
	fitted->t = NULL;
	fitted->shrink = 0;
	if (c->d > 1)
	{
		double		second = c->n_eigenvalues > 1 ? c->eigenvalue[1] : c->d - lambda;

		fitted->shrink = 1 - sc_impute_sigma2(c->n, c->d, lambda, second) / lambda;
	}
	for (j = 0; j < c->d; j++)
	{
		double		mean = c->negated[j] ? -c->mean[j] : c->mean[j];

		fitted->spread[j].pivot = fitted->spread[j].mean = mean;
		fitted->spread[j].centre = 0;
		fitted->spread[j].sd = c->sd[j];
		fitted->weight[j] = c->weight[j];
		fitted->noise[j] = sqrt(Max(1 - lambda * c->weight[j] * c->weight[j], 0));
	}
}

/* Which models have enough scores. */
static void
find_included(const ScoreColumns *columns, uint32 needed, CapabilityScores *scores)
{
	uint32		n_models = columns->view.n_models;
	Size		n_observed = 0;
	uint32		i;
	uint32		j;
	uint32		k;

	scores->n_observed = sc_alloc(n_models, sizeof(uint32));
	memset(scores->n_observed, 0, sizeof(uint32) * n_models);
	scores->included = sc_alloc(n_models, sizeof(bool));
	scores->model = sc_alloc(n_models, sizeof(uint32));
	scores->row = sc_alloc(n_models, sizeof(uint32));
	scores->score = sc_alloc(n_models, sizeof(double));
	for (j = 0; j < scores->d; j++)
	{
		uint32		benchmark = scores->benchmark[j];

		if (benchmark == SC_NO_BENCHMARK)
			continue;
		for (k = columns->start[benchmark]; k < columns->start[benchmark + 1]; k++)
			scores->n_observed[columns->model[k]]++;
	}
	scores->n = 0;
	for (i = 0; i < n_models; i++)
	{
		scores->included[i] = scores->n_observed[i] >= needed;
		scores->score[i] = get_float8_nan();
		if (!scores->included[i])
			continue;
		n_observed += scores->n_observed[i];
		scores->row[i] = scores->n;
		scores->model[scores->n++] = i;
	}
	scores->missing = NULL;
	if (n_observed < (Size) scores->n * scores->d)
	{
		scores->missing = sc_alloc((Size) scores->n * scores->d, sizeof(bool));
		memset(scores->missing, true, (Size) scores->n * scores->d);
	}
}

/* Their scores, in the component's direction. */
static void
read_scores(const ScoreColumns *columns, const PrincipalComponent *c,
			CapabilityScores *scores)
{
	uint32		j;
	uint32		k;

	scores->x = sc_alloc((Size) scores->n * scores->d, sizeof(double));
	for (j = 0; j < scores->d; j++)
	{
		uint32		benchmark = scores->benchmark[j];
		bool		turned;

		CHECK_FOR_INTERRUPTS();
		if (benchmark == SC_NO_BENCHMARK)
			continue;
		turned = sc_is_flagged(columns, benchmark, SC_BENCHMARK_LOWER_IS_BETTER) != (c->negated[j] != 0);
		for (k = columns->start[benchmark]; k < columns->start[benchmark + 1]; k++)
		{
			uint32		model = columns->model[k];
			Size		at;

			if (!scores->included[model])
				continue;
			at = (Size) j * scores->n + scores->row[model];
			scores->x[at] = turned ? -columns->score[k] : columns->score[k];
			if (scores->missing != NULL)
				scores->missing[at] = false;
		}
	}
}

void
sc_project_on_component(FunctionCallInfo fcinfo, int i, const ScoreColumns *columns,
						const CapabilityRecipe *recipe, CapabilityScores *scores)
{
	PrincipalComponent c;
	double	   *t;
	uint32		r;

	sc_component_read(PG_GETARG_DATUM(i), &c);
	if (!c.has_labels)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("component of parameter \"fitted\" has no benchmark names"),
				 errhint("Take one from capabilities_component(), or component_score() for rows of scores.")));
	memset(scores, 0, sizeof(CapabilityScores));
	scores->recipe = *recipe;
	scores->recipe.pca = c.pca;
	scores->status = SC_OK;
	scores->d = (uint32) c.d;
	sc_check_min_scores(recipe, scores->d);
	scores->benchmark = sc_alloc(scores->d, sizeof(uint32));
	find_benchmarks(&c, columns, recipe, scores);
	read_component(&c, scores);
	find_included(columns, sc_scores_needed(recipe, scores->d), scores);
	read_scores(columns, &c, scores);

	t = sc_alloc(scores->n, sizeof(double));
	sc_impute_project(scores->x, scores->missing, scores->n, scores->d, &scores->imputation,
					  sc_poll, t);
	for (r = 0; r < scores->n; r++)
	{
		if (!isfinite(t[r]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("score on the component is out of range")));
		scores->score[scores->model[r]] = t[r];
	}
	pfree(t);
}
