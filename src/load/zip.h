/*-------------------------------------------------------------------------
 *
 * zip.h
 *	  Finds one member of a zip file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_ZIP_H
#define SC_LOAD_ZIP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SC_ZIP_STORED 0
#define SC_ZIP_DEFLATED 8
#define SC_ZIP_ZSTD 93

typedef struct ScZipMember
{
	int			method;			/* of compression */
	off_t		at;				/* its first byte in the file */
	uint64_t	packed,
				unpacked;		/* sizes */
	uint32_t	crc;			/* of the unpacked bytes */
} ScZipMember;

/*
 * Finds the member of that name, the last one if there are several, by the
 * directory at the end of the file (PKWARE's APPNOTE, 4.3, with the 64-bit
 * extensions).  Returns NULL, or why there is none: its place is inside the
 * file if there is one.
 */
extern const char *sc_find_zip_member(int fd, off_t file_size, const char *name, ScZipMember *member);

#endif
