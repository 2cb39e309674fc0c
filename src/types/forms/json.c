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

#include "types/forms/json.h"

void
sc_json_fail(JsonReader *r, const char *detail)
{
	if (sc_json_failed(r))
		return;
	errsave(r->escontext,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", r->type_name),
			 errdetail_internal("%s", detail)));
}

/* Lexes the next token. */
static void
advance(JsonReader *r)
{
	JsonParseErrorType result;

	if (sc_json_failed(r))
		return;
	result = json_lex(r->lex);
	if (result != JSON_SUCCESS)
		sc_json_fail(r, json_errdetail(result, r->lex));
}

/* Is it the token that must come now?  If not, the reader has failed. */
static bool
expect(JsonReader *r, JsonTokenType token, const char *what)
{
	if (sc_json_failed(r))
		return false;
	if (r->lex->token_type == token)
		return true;
	sc_json_fail(r, psprintf("Expected %s.", what));
	return false;
}

/* Reads the token that must come now. */
static bool
take(JsonReader *r, JsonTokenType token, const char *what)
{
	if (!expect(r, token, what))
		return false;
	advance(r);
	return true;
}

void
sc_json_open(JsonReader *r, const char *text, size_t length,
			 const char *type_name, Node *escontext)
{
	r->lex = sc_make_json_lexer(text, length, GetDatabaseEncoding());
	r->type_name = type_name;
	r->escontext = escontext;
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
	r->first = take(r, JSON_TOKEN_OBJECT_START, "an object");
}

char *
sc_json_object_next(JsonReader *r)
{
	char	   *key;

	if (sc_json_failed(r))
		return NULL;
	if (r->lex->token_type == JSON_TOKEN_OBJECT_END)
	{
		advance(r);
		r->first = false;
		return NULL;
	}
	if (!r->first)
		take(r, JSON_TOKEN_COMMA, "a comma or the end of an object");
	r->first = false;
	key = sc_json_string(r, NULL);
	take(r, JSON_TOKEN_COLON, "a colon");
	return sc_json_failed(r) ? NULL : key;
}

void
sc_json_array_begin(JsonReader *r)
{
	r->first = take(r, JSON_TOKEN_ARRAY_START, "an array");
}

bool
sc_json_array_next(JsonReader *r)
{
	CHECK_FOR_INTERRUPTS();
	if (sc_json_failed(r))
		return false;
	if (r->lex->token_type == JSON_TOKEN_ARRAY_END)
	{
		advance(r);
		r->first = false;
		return false;
	}
	if (!r->first)
		take(r, JSON_TOKEN_COMMA, "a comma or the end of an array");
	r->first = false;
	return !sc_json_failed(r);
}

bool
sc_json_null(JsonReader *r)
{
	if (sc_json_failed(r) || r->lex->token_type != JSON_TOKEN_NULL)
		return false;
	advance(r);
	return true;
}

bool
sc_json_at_object(const JsonReader *r)
{
	return !sc_json_failed(r) && r->lex->token_type == JSON_TOKEN_OBJECT_START;
}

bool
sc_json_bool(JsonReader *r)
{
	if (!sc_json_failed(r) && r->lex->token_type == JSON_TOKEN_TRUE)
	{
		advance(r);
		return true;
	}
	take(r, JSON_TOKEN_FALSE, "true or false");
	return false;
}

/*
 * A number that came through jsonb is written out in full and may have several
 * hundred digits.
 */
char *
sc_json_number(JsonReader *r)
{
	char	   *number;

	if (!expect(r, JSON_TOKEN_NUMBER, "a number"))
		return pstrdup("0");
	number = pnstrdup(r->lex->token_start,
					  r->lex->token_terminator - r->lex->token_start);
	advance(r);
	return number;
}

double
sc_json_to_double(JsonReader *r, const char *number)
{
	double		value = strtod(number, NULL);

	if (!isfinite(value))
	{
		if (!sc_json_failed(r))
			errsave(r->escontext,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("\"%s\" is out of range for type double precision",
							number)));
		return 0;
	}
	return value == 0 ? 0.0 : value;	/* no negative zero */
}

int64
sc_json_to_int64(JsonReader *r, const char *number)
{
	char	   *end;
	int64		value;

	errno = 0;
	value = strtoi64(number, &end, 10);
	if (*end != '\0' || errno != 0)
	{
		sc_json_fail(r, psprintf("\"%s\" is not a whole number in range.", number));
		return 0;
	}
	return value;
}

double
sc_json_double(JsonReader *r)
{
	char	   *number = sc_json_number(r);
	double		value = sc_json_to_double(r, number);

	pfree(number);
	return value;
}

int64
sc_json_int64(JsonReader *r)
{
	char	   *number = sc_json_number(r);
	int64		value = sc_json_to_int64(r, number);

	pfree(number);
	return value;
}

char *
sc_json_string(JsonReader *r, uint32 *len)
{
	char	   *value;

	if (len)
		*len = 0;
	if (!expect(r, JSON_TOKEN_STRING, "a string"))
		return pstrdup("");
	value = pnstrdup(r->lex->strval->data, r->lex->strval->len);
	if (len)
		*len = r->lex->strval->len;
	advance(r);
	return value;
}

JsonMark
sc_json_skip(JsonReader *r)
{
	JsonMark	mark = {r->lex->token_start, 0};
	const char *end = mark.start;
	int			depth = 0;

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
				sc_json_fail(r, "The value ends too early.");
				break;
			default:
				break;
		}
		end = r->lex->token_terminator;
		advance(r);
	} while (depth > 0 && !sc_json_failed(r));
	if (depth < 0)
		sc_json_fail(r, "Expected a value.");
	mark.length = end - mark.start;
	return mark;
}

void
sc_json_reopen(JsonReader *r, JsonMark mark)
{
	Assert(mark.start != NULL);
	if (!sc_json_failed(r))
		sc_json_open(r, mark.start, mark.length, r->type_name, r->escontext);
}

void
sc_json_once(JsonReader *r, bool *seen, const char *key)
{
	if (*seen)
		sc_json_fail(r, psprintf("Key \"%s\" appears twice.", key));
	*seen = true;
}

int
sc_json_key(JsonReader *r, const char *const *keys, int n, int n_needed, bool *seen)
{
	char	   *key = sc_json_object_next(r);
	int			k;

	if (key == NULL)
	{
		for (k = 0; k < n_needed; k++)
		{
			if (!seen[k])
				sc_json_fail(r, psprintf("Key \"%s\" is missing.", keys[k]));
		}
		return -1;
	}
	for (k = 0; k < n && strcmp(key, keys[k]) != 0; k++)
		;
	if (k < n)
		sc_json_once(r, &seen[k], key);
	else
		sc_json_fail(r, psprintf("Key \"%s\" is not expected.", key));
	pfree(key);
	return sc_json_failed(r) ? -1 : k;
}

void
sc_json_version(JsonReader *r, int version)
{
	int64		found = sc_json_int64(r);

	if (found != version && !sc_json_failed(r))
		errsave(r->escontext,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("unsupported version of type %s: %lld", r->type_name,
						(long long) found),
				 errdetail("This release reads version %d.", version)));
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
