/*-------------------------------------------------------------------------
 *
 * clip.h
 *	  Text cut to a number of bytes for a reader.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_FORMS_CLIP_H
#define SC_TYPES_FORMS_CLIP_H

#include "mb/pg_wchar.h"

/*
 * How many of len bytes to show, at most most of them, whole characters.  A database in
 * SQL_ASCII does not know what its bytes are, but a client in UTF-8 is sent an error
 * instead of half a character: there none of UTF-8 is cut.  In other bytes up to 3 less
 * are shown.
 */
static inline int
sc_clip(const char *bytes, int len, int most)
{
	int			shown = pg_mbcliplen(bytes, len, most);
	int			whole = shown;

	if (shown == len || GetDatabaseEncoding() != PG_SQL_ASCII)
		return shown;
	while (whole > 0 && shown - whole < 3 && ((unsigned char) bytes[whole] & 0xC0) == 0x80)
		whole--;
	return whole;
}

#endif							/* SC_TYPES_FORMS_CLIP_H */
