/*-------------------------------------------------------------------------
 *
 * json.c
 *	  Text forms of our types: reading and writing JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "matrix/json.h"

void
sc_json_fail(const char *type_name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", type_name),
			 errdetail_internal("%s", detail)));
}

/* Lexes the next token. */
static void
advance(JsonReader *r)
{
	JsonParseErrorType result = json_lex(r->lex);

	if (result != JSON_SUCCESS)
		sc_json_fail(r->type_name, json_errdetail(result, r->lex));
}

static void
expect(JsonReader *r, JsonTokenType token, const char *what)
{
	if (r->lex->token_type != token)
		sc_json_fail(r->type_name, psprintf("Expected %s.", what));
}

void
sc_json_open(JsonReader *r, const char *text, size_t length, const char *type_name)
{
	r->lex = sc_make_json_lexer(text, length, GetDatabaseEncoding());
	r->type_name = type_name;
	r->first = false;
	advance(r);
}

void
sc_json_close(JsonReader *r)
{
	expect(r, JSON_TOKEN_END, "the end of the value");
}

void
sc_json_object_begin(JsonReader *r)
{
	expect(r, JSON_TOKEN_OBJECT_START, "an object");
	advance(r);
	r->first = true;
}

char *
sc_json_object_next(JsonReader *r)
{
	char	   *key;

	if (r->lex->token_type == JSON_TOKEN_OBJECT_END)
	{
		advance(r);
		r->first = false;
		return NULL;
	}
	if (!r->first)
	{
		expect(r, JSON_TOKEN_COMMA, "a comma or the end of an object");
		advance(r);
	}
	r->first = false;
	key = sc_json_string(r, NULL);
	expect(r, JSON_TOKEN_COLON, "a colon");
	advance(r);
	return key;
}

void
sc_json_array_begin(JsonReader *r)
{
	expect(r, JSON_TOKEN_ARRAY_START, "an array");
	advance(r);
	r->first = true;
}

bool
sc_json_array_next(JsonReader *r)
{
	CHECK_FOR_INTERRUPTS();
	if (r->lex->token_type == JSON_TOKEN_ARRAY_END)
	{
		advance(r);
		r->first = false;
		return false;
	}
	if (!r->first)
	{
		expect(r, JSON_TOKEN_COMMA, "a comma or the end of an array");
		advance(r);
	}
	r->first = false;
	return true;
}

bool
sc_json_null(JsonReader *r)
{
	if (r->lex->token_type != JSON_TOKEN_NULL)
		return false;
	advance(r);
	return true;
}

bool
sc_json_bool(JsonReader *r)
{
	bool		value = r->lex->token_type == JSON_TOKEN_TRUE;

	if (!value)
		expect(r, JSON_TOKEN_FALSE, "true or false");
	advance(r);
	return value;
}

/*
 * The text of the number token.  A number that came through jsonb is written
 * out in full and may have several hundred digits.
 */
static char *
number_token(JsonReader *r)
{
	expect(r, JSON_TOKEN_NUMBER, "a number");
	return pnstrdup(r->lex->token_start,
					r->lex->token_terminator - r->lex->token_start);
}

double
sc_json_double(JsonReader *r)
{
	char	   *token = number_token(r);
	double		value = strtod(token, NULL);

	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range for type double precision",
						token)));
	pfree(token);
	advance(r);
	return value == 0 ? 0.0 : value;	/* no negative zero */
}

int64
sc_json_int64(JsonReader *r)
{
	char	   *token = number_token(r);
	char	   *end;
	int64		value;

	errno = 0;
	value = strtoi64(token, &end, 10);
	if (*end != '\0' || errno != 0)
		sc_json_fail(r->type_name,
					 psprintf("\"%s\" is not a whole number in range.", token));
	pfree(token);
	advance(r);
	return value;
}

char *
sc_json_string(JsonReader *r, uint32 *len)
{
	char	   *value;

	expect(r, JSON_TOKEN_STRING, "a string");
	value = pnstrdup(r->lex->strval->data, r->lex->strval->len);
	if (len)
		*len = r->lex->strval->len;
	advance(r);
	return value;
}

JsonMark
sc_json_skip(JsonReader *r)
{
	JsonMark	mark;
	int			depth = 0;
	const char *end;

	mark.start = r->lex->token_start;
	do
	{
		CHECK_FOR_INTERRUPTS();
		switch (r->lex->token_type)
		{
			case JSON_TOKEN_OBJECT_START:
			case JSON_TOKEN_ARRAY_START:
				depth++;
				break;
			case JSON_TOKEN_OBJECT_END:
			case JSON_TOKEN_ARRAY_END:
				depth--;
				break;
			case JSON_TOKEN_END:
				sc_json_fail(r->type_name, "The value ends too early.");
				break;
			default:
				break;
		}
		end = r->lex->token_terminator;
		advance(r);
	} while (depth > 0);
	if (depth < 0)
		sc_json_fail(r->type_name, "Expected a value.");
	mark.length = end - mark.start;
	return mark;
}

void
sc_json_open_mark(JsonReader *r, JsonMark mark, const char *type_name)
{
	sc_json_open(r, mark.start, mark.length, type_name);
}

void
sc_json_once(JsonReader *r, bool *seen, const char *key)
{
	if (*seen)
		sc_json_fail(r->type_name, psprintf("Key \"%s\" appears twice.", key));
	*seen = true;
}

void
sc_json_version(JsonReader *r)
{
	int64		version = sc_json_int64(r);

	if (version != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("unsupported version of type %s: %lld", r->type_name,
						(long long) version),
				 errdetail("This release reads version 1.")));
}

void
sc_json_put_double(StringInfo out, double value)
{
	enlargeStringInfo(out, DOUBLE_SHORTEST_DECIMAL_LEN);
	out->len += double_to_shortest_decimal_bufn(value, out->data + out->len);
	out->data[out->len] = '\0';
}

void
sc_json_put_doubles(StringInfo out, const double *values, size_t n)
{
	size_t		i;

	appendStringInfoChar(out, '[');
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		sc_json_put_double(out, values[i]);
		if ((i & 0xFFFF) == 0xFFFF)
			CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoChar(out, ']');
}

void
sc_json_put_label(StringInfo out, const char *label, uint32 len)
{
	char	   *copy = pnstrdup(label, len);

	escape_json(out, copy);
	pfree(copy);
}
