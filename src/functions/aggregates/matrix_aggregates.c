/*-------------------------------------------------------------------------
 *
 * matrix_aggregates.c
 *	  The ways into a score_matrix: from rows of a long table, by text or by
 *	  id, scores or means of several; from wide rows as jsonb; and merging.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"

#include "functions/shared/jsonb_values.h"
#include "functions/shared/memory.h"
#include "types/forms/clip.h"
#include "types/forms/poll.h"
#include "types/score_matrix/pooled.h"
#include "types/score_matrix/score_matrix.h"

PG_FUNCTION_INFO_V1(sc_score_matrix_accum_text);
PG_FUNCTION_INFO_V1(sc_score_matrix_accum_bigint);
PG_FUNCTION_INFO_V1(sc_score_matrix_accum_mean);
PG_FUNCTION_INFO_V1(sc_score_matrix_accum_jsonb);
PG_FUNCTION_INFO_V1(sc_score_matrix_merge);

/* What an error shows of a label. */
#define SHOWN_LABEL_BYTES 100

/* ----------
 * Generic support: where the state comes from, and who frees it
 *
 * The state of every aggregate of this folder is an expanded object: a
 * score_matrix, a score_rows or a score_moments.  One file for each has its own
 * state_for_write(), which transition and combine functions begin with:
 *
 * - They are handed the object that they returned for the row before, and may
 *	 write to it: they change it, and copy nothing.
 * - At the first row there is none: they make one.  In an aggregation it lives
 *	 where all states of that aggregation live (state_context.h), and goes with
 *	 them; otherwise in a context of its own below the caller's.
 * - They are handed a value that somebody else owns: one that is stored, came
 *	 from a parallel worker or another server, or may only be read.  They make an
 *	 object and add that value to it.
 *
 * No function frees a state.  Final functions and the others only read it, so
 * that a window may call them again, and return what is palloc'd for the caller.
 * What a row leaves behind is the caller's garbage, which the executor clears row
 * by row; copies that detoasting made of long arguments are freed at once.
 * ----------
 */

/* Adds the scores of argument i, if there is one. */
static void
merge_argument(ExpandedScoreMatrix *state, FunctionCallInfo fcinfo, int i)
{
	ScoreMatrixView from;

	if (!PG_ARGISNULL(i))
	{
		sc_matrix_read(PG_GETARG_DATUM(i), &from);
		sc_matrix_merge(state, &from);
	}
}

static ExpandedScoreMatrix *
state_for_write(FunctionCallInfo fcinfo)
{
	ExpandedScoreMatrix *state;

	if (sc_is_writable(fcinfo, 0))
		return sc_matrix_from_datum(PG_GETARG_DATUM(0));
	state = sc_matrix_create(sc_state_context(fcinfo));
	merge_argument(state, fcinfo, 0);
	return state;
}

/* ----------
 * What is refused, and where it stands: among millions of rows it has to be found
 * ----------
 */

/* A label as an error shows it. */
static char *
shown_label(const char *label, int len)
{
	int			clipped = sc_clip(label, len, SHOWN_LABEL_BYTES);

	return psprintf("\"%.*s%s\"", clipped, label, clipped < len ? "..." : "");
}

static char *
shown_text(text *label)
{
	return shown_label(VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label));
}

/*
 * A label is NULL where there is a score.  other is the other label, as it is
 * shown, or NULL.
 */
static void
null_label(const char *what, const char *other_what, const char *other)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s of a score must not be null", what),
			 other ? errdetail("It is a score of %s %s.", other_what, other) : 0,
			 errhint("Filter such rows, or give them a label with coalesce().")));
}

/* A score that is infinite or too large. */
static void
refuse_score_of(double score, const char *model, const char *benchmark)
{
	sc_refuse_score(score, psprintf("model %s on benchmark %s", model, benchmark), NULL);
}

/*
 * A model (1) or benchmark (2) that is a text.  The usual label, short and plain in
 * its row, is there without a call.
 */
static inline text *
label_argument(FunctionCallInfo fcinfo, int i)
{
	struct varlena *label = (struct varlena *) PG_GETARG_POINTER(i);

	if (unlikely(PG_ARGISNULL(i)))
		null_label(i == 1 ? "model" : "benchmark", i == 1 ? "benchmark" : "model",
				   PG_ARGISNULL(3 - i) ? NULL : shown_text(PG_GETARG_TEXT_PP(3 - i)));
	if (VARATT_IS_1B(label) ? !VARATT_IS_1B_E(label) : VARATT_IS_4B_U(label))
		return label;
	return pg_detoast_datum_packed(label);
}

Datum
sc_score_matrix_accum_text(PG_FUNCTION_ARGS)
{
	ExpandedScoreMatrix *m = state_for_write(fcinfo);

	if (!PG_ARGISNULL(3) && !isnan(PG_GETARG_FLOAT8(3)))
	{
		text	   *model = label_argument(fcinfo, 1);
		text	   *benchmark = label_argument(fcinfo, 2);

		if (unlikely(sc_is_refused(PG_GETARG_FLOAT8(3))))
			refuse_score_of(PG_GETARG_FLOAT8(3), shown_text(model), shown_text(benchmark));
		sc_matrix_add(m, VARDATA_ANY(model), VARSIZE_ANY_EXHDR(model),
					  VARDATA_ANY(benchmark), VARSIZE_ANY_EXHDR(benchmark),
					  PG_GETARG_FLOAT8(3));
		PG_FREE_IF_COPY(model, 1);
		PG_FREE_IF_COPY(benchmark, 2);
	}
	PG_RETURN_DATUM(ScoreMatrixGetDatum(m));
}

/* An id is NULL, or the score is refused. */
static void
refuse_ids(FunctionCallInfo fcinfo)
{
	char	   *model = PG_ARGISNULL(1) ? NULL : psprintf(INT64_FORMAT, PG_GETARG_INT64(1));
	char	   *benchmark = PG_ARGISNULL(2) ? NULL : psprintf(INT64_FORMAT, PG_GETARG_INT64(2));

	if (model == NULL)
		null_label("model", "benchmark", benchmark);
	if (benchmark == NULL)
		null_label("benchmark", "model", model);
	refuse_score_of(PG_GETARG_FLOAT8(3), model, benchmark);
}

Datum
sc_score_matrix_accum_bigint(PG_FUNCTION_ARGS)
{
	ExpandedScoreMatrix *m = state_for_write(fcinfo);

	if (!PG_ARGISNULL(3) && !isnan(PG_GETARG_FLOAT8(3)))
	{
		if (unlikely(PG_ARGISNULL(1) || PG_ARGISNULL(2) || sc_is_refused(PG_GETARG_FLOAT8(3))))
			refuse_ids(fcinfo);
		sc_matrix_add_by_id(m, PG_GETARG_INT64(1), PG_GETARG_INT64(2),
							PG_GETARG_FLOAT8(3));
	}
	PG_RETURN_DATUM(ScoreMatrixGetDatum(m));
}

/*
 * A row is the mean of n scores.  Without a score it is ignored, whatever else
 * is in it.
 */
Datum
sc_score_matrix_accum_mean(PG_FUNCTION_ARGS)
{
	ExpandedScoreMatrix *m = state_for_write(fcinfo);

	if (!PG_ARGISNULL(3) && !isnan(PG_GETARG_FLOAT8(3)))
	{
		text	   *model = label_argument(fcinfo, 1);
		text	   *benchmark = label_argument(fcinfo, 2);

		if (unlikely(sc_is_refused(PG_GETARG_FLOAT8(3))))
			refuse_score_of(PG_GETARG_FLOAT8(3), shown_text(model), shown_text(benchmark));
		if (PG_ARGISNULL(4))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("number of scores of a mean must not be null"),
					 errdetail("The mean is that of model %s on benchmark %s.",
							   shown_text(model), shown_text(benchmark)),
					 errhint("Scores without their number go into score_matrix(model, benchmark, score).")));
		sc_matrix_add_mean(m, VARDATA_ANY(model), VARSIZE_ANY_EXHDR(model),
						   VARDATA_ANY(benchmark), VARSIZE_ANY_EXHDR(benchmark),
						   PG_GETARG_FLOAT8(3), PG_GETARG_INT64(4),
						   PG_ARGISNULL(5) ? NAN : PG_GETARG_FLOAT8(5));
		PG_FREE_IF_COPY(model, 1);
		PG_FREE_IF_COPY(benchmark, 2);
	}
	PG_RETURN_DATUM(ScoreMatrixGetDatum(m));
}

/* Raises 22023 for a value that is no score. */
static void
not_a_score(const JsonbValue *key, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("value of key \"%s\" is not a score",
					pnstrdup(key->val.string.val, key->val.string.len)),
			 errdetail("It is %s; a score is a number, true, false, null or the string \"NaN\".", what),
			 errhint("Subtract keys that are no benchmarks: to_jsonb(t) - '{key}'::text[].")));
}

static bool
is_string(const JsonbValue *value, const char *word)
{
	return value->val.string.len == (int) strlen(word) &&
		memcmp(value->val.string.val, word, value->val.string.len) == 0;
}

/* The score of one key, NaN for none. */
static double
jsonb_score(const JsonbValue *key, const JsonbValue *value)
{
	double		score;

	switch (value->type)
	{
		case jbvNull:
			return NAN;
		case jbvBool:
		case jbvNumeric:
			score = sc_jsonb_score(value);
			if (isinf(score))
				ereport(ERROR,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("value of key \"%s\" is out of range for type double precision",
								pnstrdup(key->val.string.val, key->val.string.len))));
			return score;
		case jbvString:
			/* what to_jsonb makes of the float8 values that JSON lacks */
			if (is_string(value, "NaN"))
				return NAN;
			if (is_string(value, "Infinity") || is_string(value, "-Infinity"))
				return INFINITY;	/* refused with the finite ones that are
									 * too large */
			not_a_score(key, "another string");
			break;
		default:
			not_a_score(key, "an object or an array");
			break;
	}
	pg_unreachable();
}

/* The scores of an object, of the model that stands before it. */
static RowScore *
jsonb_row(FunctionCallInfo fcinfo, Jsonb *scores, uint32 *n)
{
	RowScore   *row = sc_alloc(JB_ROOT_COUNT(scores), sizeof(RowScore));
	JsonbIterator *iterator = sc_jsonb_begin(&scores->root);
	JsonbValue	key;
	JsonbValue	value;

	*n = 0;
	while (sc_jsonb_next_member(&iterator, &key, &value))
	{
		double		score = jsonb_score(&key, &value);

		if (isnan(score))
			continue;
		if (unlikely(PG_ARGISNULL(1)))
			null_label("model", "benchmark",
					   shown_label(key.val.string.val, key.val.string.len));
		if (unlikely(sc_is_refused(score)))
			refuse_score_of(score, shown_text(PG_GETARG_TEXT_PP(1)),
							shown_label(key.val.string.val, key.val.string.len));
		row[*n].benchmark = key.val.string.val;
		row[*n].len = key.val.string.len;
		row[*n].score = sc_check_score(score);
		sc_poll_step((*n)++);
	}
	return row;
}

Datum
sc_score_matrix_accum_jsonb(PG_FUNCTION_ARGS)
{
	ExpandedScoreMatrix *m = state_for_write(fcinfo);
	Jsonb	   *scores;
	RowScore   *row;
	uint32		n;

	if (PG_ARGISNULL(2))
		PG_RETURN_DATUM(ScoreMatrixGetDatum(m));
	scores = PG_GETARG_JSONB_P(2);
	if (!JB_ROOT_IS_OBJECT(scores))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scores of a model are not a JSON object"),
				 errhint("Use to_jsonb() of a row, each key a benchmark.")));
	row = jsonb_row(fcinfo, scores, &n);
	if (n > 0)
	{
		text	   *model = label_argument(fcinfo, 1);

		sc_matrix_add_row(m, VARDATA_ANY(model), VARSIZE_ANY_EXHDR(model), row, n);
		PG_FREE_IF_COPY(model, 1);
	}
	pfree(row);
	PG_FREE_IF_COPY(scores, 2);
	PG_RETURN_DATUM(ScoreMatrixGetDatum(m));
}

/*
 * merge(a, b): both a function of its own and the transition and combine
 * function of the aggregates.  Unlike those above it is not all or nothing: it
 * can be cancelled in the midst of many cells.  So it must not be declared with
 * their support function.
 */
Datum
sc_score_matrix_merge(PG_FUNCTION_ARGS)
{
	ExpandedScoreMatrix *m;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	m = state_for_write(fcinfo);
	merge_argument(m, fcinfo, 1);
	PG_RETURN_DATUM(ScoreMatrixGetDatum(m));
}
