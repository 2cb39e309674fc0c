/*-------------------------------------------------------------------------
 *
 * arrays.c
 *	  Scores in arrays of float8.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/float.h"

#include "functions/shared/arrays.h"
#include "functions/shared/memory.h"
#include "types/score_matrix/pooled.h"

int64
sc_scores_length(ArrayType *array)
{
	if (ARR_NDIM(array) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 ARR_NDIM(array) == 0 ?
				 errmsg("array of scores is empty") :
				 errmsg("array of scores has %d dimensions", ARR_NDIM(array)),
				 errdetail("A row of scores is an array of one dimension with at least one element.")));
	return ARR_DIMS(array)[0];
}

/*
 * The usual array, complete and in range: true if it is that.  No branch in the
 * loop, so that the compiler can vectorise it.
 */
static bool
copy_plain_scores(const double *restrict data, int n, double *restrict scores)
{
	int			bad = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		scores[i] = data[i] + 0.0;	/* no negative zero */
		bad |= !(fabs(data[i]) <= SC_MAX_SCORE);
	}
	return bad == 0;
}

bool
sc_scores_copy(ArrayType *array, double *scores)
{
	int			n = ARR_DIMS(array)[0];
	const double *data = (const double *) ARR_DATA_PTR(array);
	const uint8 *nulls = ARR_NULLBITMAP(array);
	bool		complete = true;
	int			i;

	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	if (nulls == NULL && copy_plain_scores(data, n, scores))
		return true;
	for (i = 0; i < n; i++)
	{
		double		score;

		if (nulls != NULL && (nulls[i / 8] & (1 << (i % 8))) == 0)
			score = get_float8_nan();
		else
			score = *data++;
		if (isnan(score))
		{
			scores[i] = get_float8_nan();
			complete = false;
		}
		else
			scores[i] = sc_check_score(score);
	}
	return complete;
}

ArrayType *
sc_float8_array(const double *values, int n)
{
	Datum	   *datums = sc_alloc(n, sizeof(Datum));
	int			i;

	for (i = 0; i < n; i++)
		datums[i] = Float8GetDatum(values[i]);
	return construct_array(datums, n, FLOAT8OID, sizeof(float8),
						   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}
