/*-------------------------------------------------------------------------
 *
 * component_functions.c
 *	  score_moments and first_component over rows of scores, and what reads a
 *	  principal_component.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

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
PG_FUNCTION_INFO_V1(sc_principal_component_score);
PG_FUNCTION_INFO_V1(sc_principal_component_n_rows);
PG_FUNCTION_INFO_V1(sc_principal_component_benchmarks);
PG_FUNCTION_INFO_V1(sc_principal_component_means);
PG_FUNCTION_INFO_V1(sc_principal_component_sds);
PG_FUNCTION_INFO_V1(sc_principal_component_weights);
PG_FUNCTION_INFO_V1(sc_principal_component_loadings);
PG_FUNCTION_INFO_V1(sc_principal_component_negated);
PG_FUNCTION_INFO_V1(sc_principal_component_eigenvalues);
PG_FUNCTION_INFO_V1(sc_principal_component_explained);
PG_FUNCTION_INFO_V1(sc_principal_component_matrix_kind);

/* ----------
 * score_moments
 * ----------
 */

/* The state to change: the one given, a copy of a stored one, or a new one. */
static ExpandedScoreMoments *
state_for_write(FunctionCallInfo fcinfo)
{
	ExpandedScoreMoments *state;
	ScMoments from;

	if (sc_is_writable(fcinfo, 0))
		return sc_moments_from_datum(PG_GETARG_DATUM(0));
	state = sc_moments_create(sc_state_context(fcinfo));
	if (!PG_ARGISNULL(0))
	{
		sc_moments_read(PG_GETARG_DATUM(0), &from);
		sc_moments_absorb(state, &from);
	}
	return state;
}

Datum
sc_score_moments_accum(PG_FUNCTION_ARGS)
{
	ExpandedScoreMoments *m = state_for_write(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		ArrayType  *scores = PG_GETARG_ARRAYTYPE_P(1);
		double	   *row = sc_moments_reserve_row(m, sc_scores_length(scores));

		if (sc_scores_copy(scores, row))
			sc_moments_commit_row(m);
		PG_FREE_IF_COPY(scores, 1);
	}
	PG_RETURN_DATUM(ScoreMomentsGetDatum(m));
}

Datum
sc_score_moments_combine(PG_FUNCTION_ARGS)
{
	ExpandedScoreMoments *m;
	ScMoments	from;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		return ScoreMomentsGetDatum(state_for_write(fcinfo));
	}
	m = state_for_write(fcinfo);
	sc_moments_read(PG_GETARG_DATUM(1), &from);
	sc_moments_absorb(m, &from);
	PG_RETURN_DATUM(ScoreMomentsGetDatum(m));
}

Datum
sc_score_moments_n_rows(PG_FUNCTION_ARGS)
{
	ScMoments	m;

	sc_moments_read(PG_GETARG_DATUM(0), &m);
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
	sc_moments_read(PG_GETARG_DATUM(0), &m);
	if (m.n < SC_MIN_MODELS)
		PG_RETURN_NULL();

	flat = sc_component_create(SC_PCA_PEARSON, (int32) m.d, m.n,
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

/* ----------
 * principal_component
 * ----------
 */

Datum
sc_principal_component_score(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	ArrayType  *scores;
	double	   *row;
	ScSpread   *spread;
	double		score;
	int64		n;
	int32		j;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	sc_component_read(PG_GETARG_DATUM(0), &c);
	scores = PG_GETARG_ARRAYTYPE_P(1);
	n = sc_scores_length(scores);
	if (n != c.d)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("array of scores does not fit the component"),
				 errdetail("The array has length %lld, the component has %d benchmarks.",
						   (long long) n, c.d)));
	row = sc_alloc(n, sizeof(double));
	spread = sc_alloc(n, sizeof(ScSpread));
	if (!sc_scores_copy(scores, row))
		PG_RETURN_NULL();
	for (j = 0; j < c.d; j++)
	{
		row[j] = c.negated[j] ? -row[j] : row[j];
		spread[j].pivot = c.negated[j] ? -c.mean[j] : c.mean[j];
		spread[j].centre = 0;
		spread[j].sd = c.sd[j];
	}
	score = sc_component_score(row, 1, c.d, spread, c.weight);
	if (!isfinite(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score on the component is out of range")));
	PG_RETURN_FLOAT8(score);
}

Datum
sc_principal_component_n_rows(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_INT64(c.n);
}

Datum
sc_principal_component_benchmarks(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	Datum	   *labels;
	int32		j;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	if (!c.has_labels)
		PG_RETURN_NULL();
	labels = sc_alloc(c.d, sizeof(Datum));
	for (j = 0; j < c.d; j++)
	{
		uint32		len;
		const char *label = sc_component_label(&c, j, &len);

		labels[j] = PointerGetDatum(cstring_to_text_with_len(label, len));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(labels, c.d, TEXTOID, -1, false,
										  TYPALIGN_INT));
}

Datum
sc_principal_component_means(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.mean, c.d));
}

Datum
sc_principal_component_sds(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.sd, c.d));
}

Datum
sc_principal_component_weights(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.weight, c.d));
}

Datum
sc_principal_component_loadings(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	double	   *loading;
	int32		j;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	loading = sc_alloc(c.d, sizeof(double));
	for (j = 0; j < c.d; j++)
		loading[j] = c.weight[j] * sqrt(c.eigenvalue[0]);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(loading, c.d));
}

Datum
sc_principal_component_negated(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	Datum	   *values;
	int32		j;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	values = sc_alloc(c.d, sizeof(Datum));
	for (j = 0; j < c.d; j++)
		values[j] = BoolGetDatum(c.negated[j] != 0);
	PG_RETURN_ARRAYTYPE_P(construct_array(values, c.d, BOOLOID, 1, true,
										  TYPALIGN_CHAR));
}

Datum
sc_principal_component_eigenvalues(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.eigenvalue, c.n_eigenvalues));
}

Datum
sc_principal_component_explained(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	/* the eigenvalues of a correlation matrix sum to its size */
	sc_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_FLOAT8(Min(c.eigenvalue[0] / c.d, 1.0));
}

Datum
sc_principal_component_matrix_kind(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_TEXT_P(cstring_to_text(c.pca == SC_PCA_PEARSON ? "pearson" : "spearman"));
}
