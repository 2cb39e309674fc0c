/*-------------------------------------------------------------------------
 *
 * eval_documents.c
 *	  Values inside an evaluation log, and the rows that it gives.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "functions/logs/eval_documents.h"
#include "types/forms/compat.h"

/* No harness writes a number as a longer string. */
#define LONGEST_NUMBER 64

/* Below this doubles count. */
#define TOO_MANY 9007199254740992.0

EvalText
sc_eval_key(const char *key)
{
	EvalText	text = {key, (int) strlen(key)};

	return text;
}

bool
sc_eval_text_is(EvalText text, const char *word)
{
	return text.len == (int) strlen(word) && memcmp(text.data, word, text.len) == 0;
}

/* ----------
 * Parts of a document
 * ----------
 */

bool
sc_eval_get(JsonbContainer *object, EvalText key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, key.data, key.len, value) != NULL &&
		value->type != jbvNull;
}

bool
sc_eval_has(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	return getKeyJsonValueFromContainer(object, key, strlen(key), &value) != NULL;
}

/* An object or array as its container, NULL if the value is none. */
static JsonbContainer *
container_of(const JsonbValue *value, bool array)
{
	JsonbContainer *container;

	if (value->type != jbvBinary)
		return NULL;
	container = value->val.binary.data;
	return (array ? JsonContainerIsArray(container) : JsonContainerIsObject(container)) ?
		container : NULL;
}

/* A key for a message: hostile ones can be long. */
static char *
shown(EvalText key)
{
	return pnstrdup(key.data, pg_mbcliplen(key.data, key.len, 100));
}

/* 22023 for another type: of the value of a key, or of an element of its array. */
static JsonbContainer *
checked_container(const JsonbValue *value, EvalText key, bool is_element, bool array)
{
	JsonbContainer *container = container_of(value, array);

	if (container == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 array ? errmsg("value of key \"%s\" of the evaluation log is not an array", shown(key)) :
				 is_element ? errmsg("element of key \"%s\" of the evaluation log is not an object", shown(key)) :
				 errmsg("value of key \"%s\" of the evaluation log is not an object", shown(key)),
				 errdetail("Its type is %s.", JsonbTypeName((JsonbValue *) value))));
	return container;
}

JsonbContainer *
sc_eval_object(JsonbContainer *object, const char *key)
{
	EvalText	text = sc_eval_key(key);
	JsonbValue	value;

	return sc_eval_get(object, text, &value) ? checked_container(&value, text, false, false) : NULL;
}

JsonbContainer *
sc_eval_array(JsonbContainer *object, const char *key)
{
	EvalText	text = sc_eval_key(key);
	JsonbValue	value;

	return sc_eval_get(object, text, &value) ? checked_container(&value, text, false, true) : NULL;
}

JsonbContainer *
sc_eval_member(const JsonbValue *value, EvalText key)
{
	return checked_container(value, key, false, false);
}

JsonbContainer *
sc_eval_element(const JsonbValue *value, const char *key)
{
	return checked_container(value, sc_eval_key(key), true, false);
}

JsonbContainer *
sc_eval_maybe_object(JsonbContainer *object, EvalText key)
{
	JsonbValue	value;

	return object != NULL && sc_eval_get(object, key, &value) ? container_of(&value, false) : NULL;
}

JsonbContainer *
sc_eval_maybe_array(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	return object != NULL && sc_eval_get(object, sc_eval_key(key), &value) ? container_of(&value, true) : NULL;
}

/* ----------
 * Values
 * ----------
 */

EvalText
sc_eval_text(JsonbContainer *object, const char *key)
{
	EvalText	text = {NULL, 0};
	JsonbValue	value;

	if (object != NULL && sc_eval_get(object, sc_eval_key(key), &value) &&
		value.type == jbvString && value.val.string.len > 0)
	{
		text.data = value.val.string.val;
		text.len = value.val.string.len;
	}
	return text;
}

int
sc_eval_bool(JsonbContainer *object, EvalText key)
{
	JsonbValue	value;

	if (object == NULL || !sc_eval_get(object, key, &value) || value.type != jbvBool)
		return -1;
	return value.val.boolean ? 1 : 0;
}

/* What a value says as a number, which may be infinite; NaN if it is none. */
static double
number(const JsonbValue *value)
{
	char		text[LONGEST_NUMBER + 1];

	switch (value->type)
	{
		case jbvNumeric:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
													  NumericGetDatum(value->val.numeric)));
		case jbvString:
			if (value->val.string.len > LONGEST_NUMBER ||
				!IsValidJsonNumber(value->val.string.val, value->val.string.len))
				return NAN;
			memcpy(text, value->val.string.val, value->val.string.len);
			text[value->val.string.len] = '\0';
			return strtod(text, NULL);
		default:
			return NAN;
	}
}

double
sc_eval_score(const JsonbValue *value, EvalText name)
{
	double		score;

	if (value->type == jbvBool)
		return value->val.boolean ? 1.0 : 0.0;
	score = number(value);
	if (isinf(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score of \"%s\" is out of range for type double precision", shown(name))));
	return score;
}

double
sc_eval_score_of(JsonbContainer *object, const char *key, EvalText name)
{
	JsonbValue	value;

	if (object == NULL || !sc_eval_get(object, sc_eval_key(key), &value))
		return NAN;
	return sc_eval_score(&value, name.data != NULL ? name : sc_eval_key(key));
}

double
sc_eval_error_of(JsonbContainer *object, EvalText key)
{
	JsonbValue	value;
	double		error;

	if (object == NULL || !sc_eval_get(object, key, &value) || value.type == jbvBool)
		return NAN;
	error = sc_eval_score(&value, key);
	return error >= 0 ? error : NAN;
}

int64
sc_eval_count_of(JsonbContainer *object, EvalText key)
{
	JsonbValue	value;
	double		count;

	if (object == NULL || !sc_eval_get(object, key, &value) || value.type != jbvNumeric)
		return -1;
	count = number(&value);
	return count >= 1 && count < TOO_MANY && count == floor(count) ? (int64) count : -1;
}

/* ----------
 * Times
 * ----------
 */

/* Exactly n digits at *s, which then is behind them; -1 if they are not there. */
static int
digits(const char **s, const char *end, int n)
{
	int			value = 0;

	if (end - *s < n)
		return -1;
	for (; n > 0; n--, (*s)++)
	{
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

/* Skips c if it is there. */
static bool
skip(const char **s, const char *end, char c)
{
	if (*s >= end || **s != c)
		return false;
	(*s)++;
	return true;
}

/* Microseconds of ".123456789", whatever is after the sixth digit cut off. */
static int
fraction(const char **s, const char *end)
{
	int			value = 0;
	int			n = 0;

	for (; *s < end && **s >= '0' && **s <= '9'; (*s)++)
		if (n < 6)
		{
			value = value * 10 + (**s - '0');
			n++;
		}
	for (; n < 6; n++)
		value *= 10;
	return value;
}

/*
 * YYYY-MM-DD[Thh:mm[:ss[.f]][Z|+hh[:mm]]], the form that programs write.  It is
 * read here because timestamptz_in() depends on DateStyle and TimeZone.
 */
static bool
iso_time(const char *s, const char *end, TimestampTz *result)
{
	int			year = digits(&s, end, 4);
	int			month = skip(&s, end, '-') ? digits(&s, end, 2) : -1;
	int			day = skip(&s, end, '-') ? digits(&s, end, 2) : -1;
	int			hour = 0;
	int			minute = 0;
	int			second = 0;
	int			micros = 0;
	int64		offset = 0;

	if (year < 1 || month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		return false;
	if (skip(&s, end, 'T') || skip(&s, end, ' '))
	{
		hour = digits(&s, end, 2);
		minute = skip(&s, end, ':') ? digits(&s, end, 2) : -1;
		if (skip(&s, end, ':'))
		{
			second = digits(&s, end, 2);
			if (skip(&s, end, '.'))
				micros = fraction(&s, end);
		}
		if (hour < 0 || hour >= HOURS_PER_DAY || minute < 0 || minute >= MINS_PER_HOUR ||
			second < 0 || second > SECS_PER_MINUTE)
			return false;
		if (!skip(&s, end, 'Z') && s < end)
		{
			int			sign = skip(&s, end, '+') ? 1 : skip(&s, end, '-') ? -1 : 0;
			int			hours = digits(&s, end, 2);
			int			minutes = 0;

			if (s < end)
			{
				(void) skip(&s, end, ':');
				minutes = digits(&s, end, 2);
			}
			if (sign == 0 || hours < 0 || hours > 15 || minutes < 0 || minutes >= MINS_PER_HOUR)
				return false;
			offset = sign * (hours * SECS_PER_HOUR + minutes * SECS_PER_MINUTE);
		}
	}
	if (s != end)
		return false;
	*result = (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY +
		(hour * SECS_PER_HOUR + minute * SECS_PER_MINUTE + second - offset) * USECS_PER_SEC + micros;
	return true;
}

TimestampTz
sc_eval_time(JsonbContainer *object, const char *key)
{
	TimestampTz result;
	JsonbValue	value;
	double		micros;

	if (object == NULL || !sc_eval_get(object, sc_eval_key(key), &value))
		return DT_NOBEGIN;
	if (value.type == jbvString &&
		iso_time(value.val.string.val, value.val.string.val + value.val.string.len, &result))
		return result;
	/* as to_timestamp() */
	micros = rint((number(&value) - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (double) SECS_PER_DAY) * USECS_PER_SEC);
	if (!(micros >= (double) MIN_TIMESTAMP && micros < (double) END_TIMESTAMP))
		return DT_NOBEGIN;
	return (TimestampTz) micros;
}

/* ----------
 * Rows
 * ----------
 */

EvalRow
sc_eval_row(void)
{
	EvalRow		row = {{NULL, 0}, {NULL, 0}, {NULL, 0}, NAN, NAN, -1, -1, DT_NOBEGIN};

	return row;
}

static void
put_text(EvalText text, Datum *datum, bool *null)
{
	*null = text.data == NULL;
	*datum = *null ? (Datum) 0 : PointerGetDatum(cstring_to_text_with_len(text.data, text.len));
}

static void
put_number(double number, Datum *datum, bool *null)
{
	*null = isnan(number);
	*datum = *null ? (Datum) 0 : Float8GetDatum(number + 0.0);	/* no negative zero */
}

const ResultColumn sc_eval_columns[SC_EVAL_COLUMNS] = {
	{"model", TEXTOID},
	{"benchmark", TEXTOID},
	{"metric", TEXTOID},
	{"score", FLOAT8OID},
	{"stderr", FLOAT8OID},
	{"n", INT8OID},
	{"lower_is_better", BOOLOID},
	{"run_at", TIMESTAMPTZOID},
	{"source", TEXTOID},
};

void
sc_eval_put(EvalSink *sink, const EvalRow *row)
{
	MemoryContext caller = MemoryContextSwitchTo(sink->context);
	Datum		values[SC_EVAL_COLUMNS];
	bool		nulls[SC_EVAL_COLUMNS];

	CHECK_FOR_INTERRUPTS();
	put_text(row->model, &values[0], &nulls[0]);
	put_text(row->benchmark, &values[1], &nulls[1]);
	put_text(row->metric, &values[2], &nulls[2]);
	put_number(row->score, &values[3], &nulls[3]);
	put_number(row->error, &values[4], &nulls[4]);
	nulls[5] = row->n < 0;
	values[5] = Int64GetDatum(row->n);
	nulls[6] = row->lower_is_better < 0;
	values[6] = BoolGetDatum(row->lower_is_better > 0);
	nulls[7] = TIMESTAMP_IS_NOBEGIN(row->run_at);
	values[7] = TimestampTzGetDatum(row->run_at);
	put_text(sc_eval_key(sink->source), &values[8], &nulls[8]);
	sc_put_row(sink->rows, values, nulls);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(sink->context);
}
