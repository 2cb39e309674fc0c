/*-------------------------------------------------------------------------
 *
 * eval_text.c
 *	  The text of an evaluation log, and eval_log_text(), of the bytes of a file.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "functions/logs/eval_text.h"
#include "types/forms/compat.h"

PG_FUNCTION_INFO_V1(sc_eval_log_text);

/* Bytes between two looks for interrupts. */
#define STRETCH (1 << 20)

static const char byte_order_mark[] = "\xEF\xBB\xBF";
static const unsigned char unknown_character[] = "\xEF\xBF\xBD";

#define UNKNOWN_CHARACTER_BYTES 3

/* What stands for a character in a database whose encoding has not got it. */
#define NO_CHARACTER '?'

/* In UTF-8 there is nothing to convert, in SQL_ASCII nothing can be. */
static bool
has_all_characters(void)
{
	return GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII;
}

/*
 * A character of UTF-8, that is legal, in the encoding of the database, to a buffer of
 * MAX_CONVERSION_GROWTH * width + 1 bytes; false if that has not got it.
 */
static bool
to_server(const unsigned char *s, int width, unsigned char *out)
{
	Oid			conversion = FindDefaultConversionProc(PG_UTF8, GetDatabaseEncoding());

	return OidIsValid(conversion) &&
		pg_do_encoding_conversion_buf(conversion, PG_UTF8, GetDatabaseEncoding(), unconstify(unsigned char *, s), width,
									  out, MAX_CONVERSION_GROWTH * width + 1, true) == width;
}

/* Has the encoding of the database a character that is written as an escape? */
static bool
can_be_unescaped(pg_wchar code)
{
	unsigned char utf8[5];
	unsigned char out[MAX_CONVERSION_GROWTH * 4 + 1];

	if (code < 0x80 || GetDatabaseEncoding() == PG_UTF8)
		return true;
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return false;
	unicode_to_utf8(code, utf8);
	return to_server(utf8, pg_utf_mblen(utf8), out);
}

char *
sc_eval_skip_blanks(char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r'))
	{
		CHECK_FOR_INTERRUPTS();
		s++;
	}
	return s;
}

char *
sc_eval_skip_mark(char *s, const char *end)
{
	return end - s >= 3 && memcmp(s, byte_order_mark, 3) == 0 ? s + 3 : s;
}

/* The code of \uXXXX at s; -1 if it is none. */
static int
escaped(const char *s, const char *end)
{
	int			code = 0;
	int			i;

	if (end - s < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (i = 2; i < 6; i++)
	{
		char		c = s[i];
		int			digit = c >= '0' && c <= '9' ? c - '0' :
			c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

static bool
is_high_surrogate(int code)
{
	return code >= 0xD800 && code <= 0xDBFF;
}

static bool
is_low_surrogate(int code)
{
	return code >= 0xDC00 && code <= 0xDFFF;
}

/* Repairs the escape at s, and returns what is behind it. */
static char *
repair_escape(char *s, char *end)
{
	int			code = escaped(s, end);

	if (code < 0)
		return Min(s + 2, end);
	if (is_high_surrogate(code) && is_low_surrogate(escaped(s + 6, end)))
	{
		if (!can_be_unescaped(surrogate_pair_to_codepoint(code, escaped(s + 6, end))))
			memcpy(s, "\\u003f\\u003f", 12);
		return s + 12;
	}
	if (code == 0 || is_high_surrogate(code) || is_low_surrogate(code))
	{
		memcpy(s + 2, "fffd", 4);
		code = 0xFFFD;
	}
	if (!can_be_unescaped(code))
		memcpy(s + 2, "003f", 4);
	return s + 6;
}

/* Repairs the string whose first quote is at s, and returns what is behind its last. */
static char *
repair_string(char *s, char *end)
{
	char	   *look = s + STRETCH;

	for (s++; s < end; s++)
	{
		if (s >= look)
		{
			CHECK_FOR_INTERRUPTS();
			look = s + STRETCH;
		}
		if (*s == '"')
			return s + 1;
		if (*s == '\\')
			s = repair_escape(s, end) - 1;
	}
	return end;
}

/* Puts another value in the place of a word, if it is there. */
static bool
replace_word(char **s, const char *end, const char *word, const char *value)
{
	int			len = (int) strlen(word);

	if (end - *s < len || memcmp(*s, word, len) != 0)
		return false;
	memset(*s, ' ', len);
	memcpy(*s, value, strlen(value));
	*s += len;
	return true;
}

char *
sc_eval_repair_value(char *s, char *end)
{
	char	   *look = s + STRETCH;
	int64		depth = 0;

	while (s < end)
	{
		if (s >= look)
		{
			CHECK_FOR_INTERRUPTS();
			look = s + STRETCH;
		}
		switch (*s)
		{
			case '"':
				s = repair_string(s, end);
				break;
			case '{':
			case '[':
				depth++;
				s++;
				continue;
			case '}':
			case ']':
				depth--;
				s++;
				break;
			case 'N':
				/* no room for null; an empty string is no number either */
				if (!replace_word(&s, end, "NaN", "\"\""))
					s++;
				break;
			case 'I':
				if (!replace_word(&s, end, "Infinity", "null"))
					s++;
				break;
			case '-':
				if (!replace_word(&s, end, "-Infinity", "null"))
					s++;
				continue;
			default:
				s++;
				continue;
		}
		if (depth <= 0)
			return s;
	}
	return end;
}

/*
 * eval_log_text(bytea): UTF-8 with or without a byte order mark.  What is none, and the
 * byte 0, becomes U+FFFD; what the encoding of the database has not got, a question mark.
 */
Datum
sc_eval_log_text(PG_FUNCTION_ARGS)
{
	bytea	   *content = PG_GETARG_BYTEA_PP(0);
	const unsigned char *s = (const unsigned char *) VARDATA_ANY(content);
	Size		len = VARSIZE_ANY_EXHDR(content);
	const unsigned char *end = s + len;
	const unsigned char *from = s;
	const unsigned char *look = s + STRETCH;
	bool		is_converted = !has_all_characters();
	StringInfoData repaired;

	if (len >= 3 && memcmp(s, byte_order_mark, 3) == 0)
		from = s += 3;
	initStringInfo(&repaired);
	while (s < end)
	{
		int			width = *s == 0 ? 0 : *s < 0x80 ? 1 : pg_utf_mblen(s);
		bool		is_legal = width > 0 &&
			(width == 1 ? *s < 0x80 : width <= end - s && pg_utf8_islegal(s, width));
		unsigned char out[MAX_CONVERSION_GROWTH * 4 + 1];

		if (s >= look)
		{
			CHECK_FOR_INTERRUPTS();
			look = s + STRETCH;
		}
		if (is_legal && (width == 1 || !is_converted))
		{
			s += width;
			continue;
		}
		appendBinaryStringInfo(&repaired, (const char *) from, s - from);
		if (!is_converted)
			appendStringInfoString(&repaired, (const char *) unknown_character);
		else if (is_legal ? to_server(s, width, out) : to_server(unknown_character, UNKNOWN_CHARACTER_BYTES, out))
			appendStringInfoString(&repaired, (char *) out);
		else
			appendStringInfoChar(&repaired, NO_CHARACTER);
		s += is_legal ? width : 1;
		from = s;
	}
	appendBinaryStringInfo(&repaired, (const char *) from, s - from);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(repaired.data, repaired.len));
}
