/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Growing pieces of text, and names of files.
 *
 *-------------------------------------------------------------------------
 */
#include "load/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/program.h"

void *
sc_get_memory(void *old, size_t size)
{
	void	   *memory = realloc(old, size > 0 ? size : 1);

	if (memory == NULL)
	{
		fprintf(stderr, SC_PROGRAM ": out of memory\n");
		exit(SC_FAILED);
	}
	return memory;
}

char *
sc_copy(const char *string)
{
	size_t		size = strlen(string) + 1;

	return memcpy(sc_get_memory(NULL, size), string, size);
}

bool
sc_text_reserve(ScText *buffer, size_t size)
{
	size_t		room = buffer->room > 0 ? buffer->room : 256;
	char	   *data;

	if (size < buffer->room && buffer->size + size < buffer->room)
		return true;
	while (room - buffer->size <= size)
	{
		if (room > (size_t) -1 / 2)
			return false;
		room *= 2;
	}
	data = realloc(buffer->data, room);
	if (data == NULL)
		return false;
	buffer->data = data;
	buffer->room = room;
	return true;
}

bool
sc_text_add(ScText *buffer, const void *data, size_t size)
{
	if (!sc_text_reserve(buffer, size))
		return false;
	if (size > 0)
		memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
	return true;
}

void
sc_text_put(ScText *buffer, const char *string)
{
	if (!sc_text_add(buffer, string, strlen(string)))
		sc_get_memory(NULL, (size_t) -1 / 2);
}

void
sc_text_print(ScText *buffer, const char *format,...)
{
	va_list		arguments;
	int			size;

	va_start(arguments, format);
	size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size < 0 || !sc_text_reserve(buffer, (size_t) size))
		sc_get_memory(NULL, (size_t) -1 / 2);
	va_start(arguments, format);
	vsnprintf(buffer->data + buffer->size, (size_t) size + 1, format, arguments);
	va_end(arguments);
	buffer->size += (size_t) size;
}

void
sc_text_free(ScText *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

/* Bytes of the character of UTF-8 at s, which ends with a zero; 0 if there is none. */
static int
utf8_length(const unsigned char *s)
{
	int			n;

	if (s[0] < 0x80)
		return 1;
	n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	for (int i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;

	/* written longer than need be, a surrogate, beyond the last character */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static bool
is_control(const unsigned char *s)
{
	return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);
}

static char *
escaped(const char *name, bool only_ascii, bool for_terminal)
{
	ScText		buffer = {0};

	sc_text_put(&buffer, "");
	for (const unsigned char *s = (const unsigned char *) name; *s != '\0';)
	{
		int			n = utf8_length(s);

		if (n == 0 || (n > 1 && only_ascii) || (for_terminal ? is_control(s) : s[0] == '\\' && s[1] == 'x'))
		{
			do
				sc_text_print(&buffer, "\\x%02x", *s++);
			while (--n > 0);
			continue;
		}
		if (!sc_text_add(&buffer, s, (size_t) n))
			sc_get_memory(NULL, (size_t) -1 / 2);
		s += n;
	}
	return buffer.data;
}

char *
sc_stored_name(const char *name, bool only_ascii)
{
	return escaped(name, only_ascii, false);
}

char *
sc_shown(const char *string)
{
	return escaped(string, false, true);
}
