/*-------------------------------------------------------------------------
 *
 * component_access.c
 *	  What reads a principal_component, and scores a row on it.
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
#include "types/states/principal_component.h"

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
	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
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

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_INT64(c.n);
}

Datum
sc_principal_component_benchmarks(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	Datum	   *labels;
	int32		j;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	if (!c.has_labels)
		PG_RETURN_NULL();
	labels = sc_alloc(c.d, sizeof(Datum));
	for (j = 0; j < c.d; j++)
	{
		uint32		len;
		const char *label = sc_principal_component_label(&c, j, &len);

		labels[j] = PointerGetDatum(cstring_to_text_with_len(label, len));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(labels, c.d, TEXTOID, -1, false,
										  TYPALIGN_INT));
}

Datum
sc_principal_component_means(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.mean, c.d));
}

Datum
sc_principal_component_sds(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.sd, c.d));
}

Datum
sc_principal_component_weights(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.weight, c.d));
}

Datum
sc_principal_component_loadings(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	double	   *loading;
	int32		j;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
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

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
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

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_ARRAYTYPE_P(sc_float8_array(c.eigenvalue, c.n_eigenvalues));
}

Datum
sc_principal_component_explained(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	/* the eigenvalues of a correlation matrix sum to its size */
	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_FLOAT8(Min(c.eigenvalue[0] / c.d, 1.0));
}

Datum
sc_principal_component_matrix_kind(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	PG_RETURN_TEXT_P(cstring_to_text(c.pca == SC_PCA_PEARSON ? "pearson" : "spearman"));
}
