/*-------------------------------------------------------------------------
 *
 * moments_aggregates.c
 *	  score_moments and first_component over rows of scores.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

#include "functions/shared/arrays.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "types/states/principal_component.h"
#include "types/states/score_moments.h"

PG_FUNCTION_INFO_V1(sc_score_moments_accum);
PG_FUNCTION_INFO_V1(sc_score_moments_combine);
PG_FUNCTION_INFO_V1(sc_score_moments_n_rows);
PG_FUNCTION_INFO_V1(sc_first_component);

/* Adds the moments of argument i, if there is one. */
static void
absorb_argument(ExpandedScoreMoments *state, FunctionCallInfo fcinfo, int i)
{
	ScMoments	from;

	if (!PG_ARGISNULL(i))
	{
		sc_score_moments_read(PG_GETARG_DATUM(i), &from);
		sc_score_moments_absorb(state, &from);
	}
}

/* The state to change, see "Generic support" in matrix_aggregates.c. */
static ExpandedScoreMoments *
state_for_write(FunctionCallInfo fcinfo)
{
	ExpandedScoreMoments *state;

	if (sc_is_writable(fcinfo, 0))
		return sc_score_moments_from_datum(PG_GETARG_DATUM(0));
	state = sc_score_moments_create(sc_state_context(fcinfo));
	absorb_argument(state, fcinfo, 0);
	return state;
}

Datum
sc_score_moments_accum(PG_FUNCTION_ARGS)
{
	ExpandedScoreMoments *m = state_for_write(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		ArrayType  *scores = PG_GETARG_ARRAYTYPE_P(1);
		double	   *row = sc_score_moments_reserve_row(m, sc_scores_length(scores));

		if (sc_scores_copy(scores, row))
			sc_score_moments_commit_row(m);
		PG_FREE_IF_COPY(scores, 1);
	}
	PG_RETURN_DATUM(ScoreMomentsGetDatum(m));
}

Datum
sc_score_moments_combine(PG_FUNCTION_ARGS)
{
	ExpandedScoreMoments *m;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	m = state_for_write(fcinfo);
	absorb_argument(m, fcinfo, 1);
	PG_RETURN_DATUM(ScoreMomentsGetDatum(m));
}

Datum
sc_score_moments_n_rows(PG_FUNCTION_ARGS)
{
	ScMoments	m;

	sc_score_moments_read(PG_GETARG_DATUM(0), &m);
	PG_RETURN_INT64(m.n);
}

Datum
sc_first_component(PG_FUNCTION_ARGS)
{
	ScMoments	m;
	PrincipalComponent c;
	PrincipalComponentFlat *flat;
	double	   *matrix;
	void	   *work;
	Size		constant;
	ScStatus	status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sc_score_moments_read(PG_GETARG_DATUM(0), &m);
	if (m.n < SC_MIN_MODELS)
		PG_RETURN_NULL();

	flat = sc_principal_component_create(SC_PCA_PEARSON, (int32) m.d, m.n,
										 (int32) sc_eigenvalues_found(m.d, 1), -1, &c);
	matrix = sc_alloc(m.d * m.d, sizeof(double));
	work = sc_alloc(sc_components_workspace(m.d, 1), 1);
	if (sc_moments_correlation(&m, c.mean, c.sd, matrix, &constant) != SC_OK)
		PG_RETURN_NULL();
	status = sc_components(matrix, m.d, 1, c.eigenvalue, c.weight, work, sc_poll);
	sc_check_status(status, m.n, m.d);
	if (!sc_component_is_defined(c.eigenvalue, c.n_eigenvalues, 0))
		PG_RETURN_NULL();
	pfree(matrix);
	pfree(work);
	PG_RETURN_POINTER(flat);
}
