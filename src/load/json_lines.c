/*-------------------------------------------------------------------------
 *
 * json_lines.c
 *	  As much of JSON as it takes to send a file in parts.
 *
 *-------------------------------------------------------------------------
 */
#include "load/json_lines.h"

#include <string.h>

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *
skip_spaces(const char *at, const char *end)
{
	while (at < end && is_space(*at))
		at++;
	return at;
}

/* Behind the quote that ends the text whose first quote is at at, or end. */
static const char *
skip_text(const char *at, const char *end)
{
	for (at++; at < end; at++)
	{
		if (*at == '"')
			return at + 1;
		if (*at == '\\')
			at++;
	}
	return end;
}

/* An UTF-8 mark may be before the first line. */
static const char *
begin_of(const char *line, const char *end)
{
	if (end - line >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	return skip_spaces(line, end);
}

bool
sc_is_whole_object(const char *line, size_t size)
{
	const char *end = line + size;
	const char *at = begin_of(line, end);
	size_t		depth = 0;

	if (at == end || *at != '{')
		return false;
	while (at < end)
	{
		if (*at == '"')
		{
			at = skip_text(at, end);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		else if ((*at == '}' || *at == ']') && --depth == 0)
			return skip_spaces(at + 1, end) == end;
		at++;
	}
	return false;
}

const char *
sc_text_of_key(const char *line, size_t size, const char *key, size_t *text_size)
{
	const char *end = line + size;
	const char *at = begin_of(line, end);
	size_t		key_size = strlen(key),
				depth = 0;

	while (at < end)
	{
		const char *quoted = at;

		if (*at != '"')
		{
			if (*at == '{' || *at == '[')
				depth++;
			else if ((*at == '}' || *at == ']') && (depth == 0 || --depth == 0))
				return NULL;
			at++;
			continue;
		}
		at = skip_text(at, end);
		if (depth != 1 || (size_t) (at - quoted) != key_size + 2 || memcmp(quoted + 1, key, key_size) != 0)
			continue;

		/* the same text may be a value; a key has a colon behind it */
		quoted = skip_spaces(at, end);
		if (quoted == end || *quoted != ':')
			continue;
		quoted = skip_spaces(quoted + 1, end);
		if (quoted == end || *quoted != '"')
			return NULL;
		at = skip_text(quoted, end);
		if (at - quoted < 2 || at[-1] != '"')
			return NULL;
		*text_size = (size_t) (at - quoted) - 2;
		return quoted + 1;
	}
	return NULL;
}

bool
sc_key_says(const char *line, size_t size, const char *key, const char *word)
{
	size_t		n;
	const char *quoted = sc_text_of_key(line, size, key, &n);

	return quoted != NULL && n == strlen(word) && memcmp(quoted, word, n) == 0;
}
