/*-------------------------------------------------------------------------
 *
 * eval_documents.c
 *	  Values inside an evaluation log.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "functions/logs/eval_documents.h"
#include "types/forms/clip.h"
#include "types/forms/compat.h"

/* No harness writes a number as a longer string. */
#define LONGEST_NUMBER 64

/* Below this doubles count. */
#define TOO_MANY 9007199254740992.0

EvalText
sc_eval_key(const char *key)
{
	EvalText	string = {key, (int) strlen(key)};

	return string;
}

bool
sc_eval_text_is(EvalText string, const char *word)
{
	return string.len == (int) strlen(word) && memcmp(string.data, word, string.len) == 0;
}

bool
sc_eval_begins(EvalText string, const char *begin)
{
	int			len = (int) strlen(begin);

	return string.len >= len && memcmp(string.data, begin, len) == 0;
}

bool
sc_eval_ends(EvalText string, const char *end)
{
	int			len = (int) strlen(end);

	return string.len >= len && memcmp(string.data + string.len - len, end, len) == 0;
}

int
sc_eval_compare(EvalText a, EvalText b)
{
	int			order = memcmp(a.data, b.data, Min(a.len, b.len));

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* ----------
 * Parts of a document
 * ----------
 */

bool
sc_eval_get(JsonbContainer *object, EvalText key, JsonbValue *value)
{
	return object != NULL && getKeyJsonValueFromContainer(object, key.data, key.len, value) != NULL &&
		value->type != jbvNull;
}

bool
sc_eval_has(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	return object != NULL && getKeyJsonValueFromContainer(object, key, strlen(key), &value) != NULL;
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
	return pnstrdup(key.data, sc_clip(key.data, key.len, 100));
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
	EvalText	string = sc_eval_key(key);
	JsonbValue	value;

	return sc_eval_get(object, string, &value) ? checked_container(&value, string, false, false) : NULL;
}

JsonbContainer *
sc_eval_array(JsonbContainer *object, const char *key)
{
	EvalText	string = sc_eval_key(key);
	JsonbValue	value;

	return sc_eval_get(object, string, &value) ? checked_container(&value, string, false, true) : NULL;
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

	return sc_eval_get(object, key, &value) ? container_of(&value, false) : NULL;
}

JsonbContainer *
sc_eval_maybe_array(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	return sc_eval_get(object, sc_eval_key(key), &value) ? container_of(&value, true) : NULL;
}

/* ----------
 * Values
 * ----------
 */

EvalText
sc_eval_text(JsonbContainer *object, const char *key)
{
	EvalText	none = {NULL, 0};
	JsonbValue	value;

	if (!sc_eval_get(object, sc_eval_key(key), &value) ||
		value.type != jbvString || value.val.string.len == 0)
		return none;
	return sc_eval_string(&value);
}

EvalText
sc_eval_first_text(JsonbContainer *object, const char *const *keys, Size n)
{
	EvalText	string = {NULL, 0};
	Size		i;

	for (i = 0; string.data == NULL && i < n; i++)
		string = sc_eval_text(object, keys[i]);
	return string;
}

int
sc_eval_bool(JsonbContainer *object, EvalText key)
{
	JsonbValue	value;

	if (!sc_eval_get(object, key, &value) || value.type != jbvBool)
		return -1;
	return value.val.boolean ? 1 : 0;
}

bool
sc_eval_is_set(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	if (!sc_eval_get(object, sc_eval_key(key), &value))
		return false;
	switch (value.type)
	{
		case jbvBool:
			return value.val.boolean;
		case jbvString:
			return value.val.string.len > 0;
		case jbvNumeric:
			return sc_jsonb_score(&value) != 0;
		default:
			return JsonContainerSize(value.val.binary.data) > 0;
	}
}

/* What a value says as a number, which may be infinite; NaN if it is none. */
static double
number(const JsonbValue *value)
{
	char		digits[LONGEST_NUMBER + 1];

	switch (value->type)
	{
		case jbvNumeric:
			return sc_jsonb_score(value);
		case jbvString:
			if (value->val.string.len > LONGEST_NUMBER ||
				!IsValidJsonNumber(value->val.string.val, value->val.string.len))
				return NAN;
			memcpy(digits, value->val.string.val, value->val.string.len);
			digits[value->val.string.len] = '\0';
			return strtod(digits, NULL);
		default:
			return NAN;
	}
}

double
sc_eval_score(const JsonbValue *value, EvalText name)
{
	double		score = value->type == jbvBool ? sc_jsonb_score(value) : number(value);

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

	if (!sc_eval_get(object, sc_eval_key(key), &value))
		return NAN;
	return sc_eval_score(&value, name.data != NULL ? name : sc_eval_key(key));
}

double
sc_eval_error_of(JsonbContainer *object, EvalText key)
{
	JsonbValue	value;
	double		error;

	if (!sc_eval_get(object, key, &value) || value.type == jbvBool)
		return NAN;
	error = sc_eval_score(&value, key);
	return error >= 0 ? error : NAN;
}

int64
sc_eval_count_of(JsonbContainer *object, EvalText key)
{
	JsonbValue	value;
	double		count;

	if (!sc_eval_get(object, key, &value) || value.type != jbvNumeric)
		return -1;
	count = number(&value);
	return count >= 1 && count < TOO_MANY && count == floor(count) ? (int64) count : -1;
}

int64
sc_eval_sum(int64 sum, int64 count)
{
	return sum < 0 || count < 0 || pg_add_s64_overflow(sum, count, &sum) ? -1 : sum;
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
 * YYYY-MM-DD[Thh:mm[:ss[.f]][Z|+hh[:mm]]], the form that programs write, and that of
 * lmms-eval, YYYYMMDD_hhmmss.  It is
 * read here because timestamptz_in() depends on DateStyle and TimeZone.
 */
static bool
iso_time(const char *s, const char *end, TimestampTz *result)
{
	int			year = digits(&s, end, 4);
	bool		short_form = end - s == 11 && s[4] == '_';
	int			month = short_form || skip(&s, end, '-') ? digits(&s, end, 2) : -1;
	int			day = short_form || skip(&s, end, '-') ? digits(&s, end, 2) : -1;
	int			hour = 0;
	int			minute = 0;
	int			second = 0;
	int			micros = 0;
	int64		offset = 0;

	if (year < 1 || month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		return false;
	if (short_form ? skip(&s, end, '_') : skip(&s, end, 'T') || skip(&s, end, ' '))
	{
		hour = digits(&s, end, 2);
		minute = short_form || skip(&s, end, ':') ? digits(&s, end, 2) : -1;
		if (short_form || skip(&s, end, ':'))
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

	if (!sc_eval_get(object, sc_eval_key(key), &value))
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
