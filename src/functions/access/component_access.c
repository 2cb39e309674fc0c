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
#include "types/score_matrix/labels.h"
#include "types/states/principal_component.h"
#include "stats/component/congruence.h"

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
PG_FUNCTION_INFO_V1(sc_congruence_of_components);

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

/*
 * The weights of benchmarks that both have are put side by side: by name, or, where
 * neither has names, by place if there are as many.  Weights are of scores of which
 * higher is better, whatever way these are stored.
 */
static uint32
common_weights(const PrincipalComponent *a, const PrincipalComponent *b, double *x, double *y)
{
	LabelTable	labels;
	uint32		n = 0;
	int32		j;

	if (a->has_labels != b->has_labels || (!a->has_labels && a->d != b->d))
		return 0;
	if (!a->has_labels)
	{
		memcpy(x, a->weight, sizeof(double) * a->d);
		memcpy(y, b->weight, sizeof(double) * a->d);
		return (uint32) a->d;
	}
	sc_labels_init(&labels, CurrentMemoryContext);
	for (j = 0; j < b->d; j++)
	{
		uint32		len;
		const char *label = sc_principal_component_label(b, j, &len);

		/* none stands twice in a component */
		if (sc_labels_find(&labels, label, len) < 0)
			sc_labels_add(&labels, label, len);
	}
	for (j = 0; j < a->d; j++)
	{
		uint32		len;
		const char *label = sc_principal_component_label(a, j, &len);
		int64		place = sc_labels_find(&labels, label, len);

		if (place < 0)
			continue;
		x[n] = a->weight[j];
		y[n++] = b->weight[place];
	}
	return n;
}

/* congruence(a, b) */
Datum
sc_congruence_of_components(PG_FUNCTION_ARGS)
{
	PrincipalComponent a;
	PrincipalComponent b;
	double	   *x;
	double	   *y;
	double		congruence;

	sc_principal_component_read(PG_GETARG_DATUM(0), &a);
	sc_principal_component_read(PG_GETARG_DATUM(1), &b);
	x = sc_alloc(a.d, sizeof(double));
	y = sc_alloc(a.d, sizeof(double));
	congruence = sc_congruence(x, y, common_weights(&a, &b, x, y));
	if (isnan(congruence))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(congruence);
}
