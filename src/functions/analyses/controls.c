/*-------------------------------------------------------------------------
 *
 * controls.c
 *	  Controls: benchmarks and covariates that are partialled out of the
 *	  correlations of others.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "functions/analyses/controls.h"
#include "functions/shared/arguments.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/correlation/partial.h"

/* The scores of the controls, and the models that have them all. */
static void
gather_controls(const ScoreColumns *columns, Controls *controls)
{
	uint32		n_models = columns->view.n_models;
	uint32	   *found = sc_alloc(n_models, sizeof(uint32));
	uint32		i;
	uint32		j;
	uint32		k;

	controls->n_models = n_models;
	controls->has = sc_alloc(n_models, sizeof(bool));
	controls->score = sc_alloc((Size) controls->n * n_models, sizeof(double));
	memset(found, 0, sizeof(uint32) * n_models);
	memset(controls->score, 0, sizeof(double) * controls->n * n_models);
	for (j = 0; j < controls->n; j++)
	{
		uint32		control = controls->place[j];

		for (k = columns->start[control]; k < columns->start[control + 1]; k++)
		{
			sc_poll_step(k);
			found[columns->model[k]]++;
			controls->score[(Size) j * n_models + columns->model[k]] = columns->score[k];
		}
	}
	for (i = 0; i < n_models; i++)
	{
		sc_poll_step(i);
		controls->has[i] = found[i] == controls->n;
	}
	pfree(found);
}

/* The controls of a set, and so many others that are counted with them. */
static bool
take_controls(const ScoreColumns *columns, const BenchmarkSet *set, uint32 others,
			  ScMethod method, Controls *controls)
{
	if (set->n + others == 0)
		return false;
	if (method == SC_KENDALL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" cannot be used with %s => '%s'",
						"controlling", "method", "kendall"),
				 errdetail("Kendall's partial tau is not 0 where two benchmarks depend on each other through the control alone."),
				 errhint("Use method => 'spearman' or 'pearson'.")));
	if (set->n + others > SC_MAX_CONTROLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many controls"),
				 errdetail("There are %u; at most %d are allowed.", set->n + others,
						   SC_MAX_CONTROLS),
				 errhint("Name those that matter most: each takes away as much as a model.")));
	controls->n = set->n;
	controls->place = set->place;
	gather_controls(columns, controls);
	return true;
}

bool
sc_controls_argument(FunctionCallInfo fcinfo, int i, const ScoreColumns *columns,
					 ScMethod method, Controls *controls)
{
	BenchmarkSet set;

	if (PG_ARGISNULL(i))
		sc_null_parameter("controlling");
	(void) sc_named_benchmarks(fcinfo, i, "controlling", &columns->view, MISSING_RAISE, &set);
	return take_controls(columns, &set, 0, method, controls);
}

bool
sc_controls_or_capability(FunctionCallInfo fcinfo, int i, const ScoreColumns *columns,
						  ScMethod method, Controls *controls, bool *capability)
{
	BenchmarkSet set;

	if (PG_ARGISNULL(i))
		sc_null_parameter("controlling");
	sc_named_benchmarks_or_word(fcinfo, i, "controlling", &columns->view, SC_CAPABILITY_WORD,
								&set, capability);
	return take_controls(columns, &set, *capability ? 1 : 0, method, controls);
}

void
sc_add_controls(const ScoreColumns *columns, const BenchmarkSet *set, const Controls *controls,
				BenchmarkSet *both)
{
	uint32		j;

	sc_set_init(both, &columns->view);
	memcpy(both->member, set->member, sizeof(bool) * columns->view.n_benchmarks);
	for (j = 0; controls != NULL && j < controls->n; j++)
		both->member[controls->place[j]] = true;
	sc_set_finish(both, &columns->view);
}

double *
sc_controls_of_models(const Controls *controls, const uint32 *model, uint32 n)
{
	double	   *score = sc_alloc((Size) controls->n * n, sizeof(double));
	uint32		i;
	uint32		j;

	for (j = 0; j < controls->n; j++)
	{
		for (i = 0; i < n; i++)
		{
			sc_poll_step(i);
			score[(Size) j * n + i] = sc_control_score(controls, j, model[i]);
		}
	}
	return score;
}
