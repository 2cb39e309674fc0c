/*-------------------------------------------------------------------------
 *
 * fitted_scores.c
 *	  Scores on a stored component.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "functions/analyses/fitted_scores.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "types/states/principal_component.h"

/*
 * Where the benchmarks of the component are in the matrix, and which of them the
 * matrix has in the other direction.
 */
static void
find_benchmarks(const PrincipalComponent *c, const ScoreColumns *columns,
				const CapabilityRecipe *recipe, uint32 *benchmark, bool *turned)
{
	uint32		found = 0;
	uint32		len;
	const char *label;
	int32		j;

	for (j = 0; j < c->d; j++)
	{
		int64		place;

		label = sc_principal_component_label(c, j, &len);
		place = sc_matrix_find_benchmark(&columns->view, label, len);
		benchmark[j] = place < 0 ? SC_NO_BENCHMARK : (uint32) place;
		turned[j] = place >= 0 && c->negated[j] !=
			sc_is_flagged(columns, benchmark[j], SC_BENCHMARK_LOWER_IS_BETTER);
		found += place >= 0;
		if (place < 0 && !recipe->impute)
			sc_unknown_benchmark(&columns->view, label, len);
	}
	if (found == 0)
	{
		label = sc_principal_component_label(c, 0, &len);
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

void
sc_project_on_component(FunctionCallInfo fcinfo, int i, const ScoreColumns *columns,
						const CapabilityRecipe *recipe, CapabilityScores *scores)
{
	PrincipalComponent c;
	uint32	   *benchmark;
	bool	   *turned;
	double	   *t;
	uint32		r;

	sc_principal_component_read(PG_GETARG_DATUM(i), &c);
	if (!c.has_labels)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("component of parameter \"fitted\" has no benchmark names"),
				 errhint("Take one from capabilities_component(), or component_score() for rows of scores.")));
	sc_check_min_scores(recipe, (uint32) c.d);
	benchmark = sc_alloc(c.d, sizeof(uint32));
	turned = sc_alloc(c.d, sizeof(bool));
	find_benchmarks(&c, columns, recipe, benchmark, turned);
	memset(scores, 0, sizeof(CapabilityScores));
	sc_gather_capabilities(columns, benchmark, (uint32) c.d, turned, recipe, scores);
	scores->recipe.pca = c.pca;
	scores->status = SC_OK;
	read_component(&c, scores);

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
