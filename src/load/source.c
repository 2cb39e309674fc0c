/*-------------------------------------------------------------------------
 *
 * source.c
 *	  A file as the bytes of the log in it.
 *
 *-------------------------------------------------------------------------
 */
#include "load/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load/interrupt.h"
#include "load/program.h"
#include "load/text.h"
#include "load/unpack.h"
#include "load/zip.h"

typedef enum
{
	PLAIN, GZIP, ZSTD
} Kind;

struct ScSource
{
	Kind		kind;
	int			fd;
	struct stat status;			/* when it was opened */
	off_t		begin,			/* of the log in a PLAIN file */
				end;
	off_t		at;				/* the next byte that is read */
	FILE	   *member;			/* what the program unpacks, if not the file */
	ScUnpacker	unpacker;
	bool		is_unpacking;
};

static const char *
system_problem(int error)
{
	static char words[200];

	snprintf(words, sizeof(words), "could not be read (%s)", strerror(error));
	return words;
}

/* Up to size bytes from there on; a signal that ends the program ends it. */
static ssize_t
read_at(int fd, void *data, size_t size, off_t at, const char **problem)
{
	ssize_t		n;

	do
		n = pread(fd, data, size, at);
	while (n < 0 && errno == EINTR && !sc_interrupted());
	if (n < 0)
		*problem = system_problem(errno);
	return n;
}

/* ---------------------------------------------------------------------
 * Opening
 * ---------------------------------------------------------------------
 */

static void
put32(unsigned char *at, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char) (word >> (8 * i));
}

/*
 * A temporary file without a name that holds the member as its program wants
 * it: to gzip (RFC 1952) "deflate" needs a header, and a trailer, which has it
 * check what the zip file's directory says.
 */
static const char *
copy_member(ScSource *source, const ScZipMember *member)
{
	static const unsigned char header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
	unsigned char trailer[8];
	char		data[65536];
	uint64_t	left = member->packed;
	off_t		at = member->at;
	const char *problem = NULL;

	source->member = tmpfile();
	if (source->member == NULL)
		return "could not be unpacked (no temporary file)";
	fcntl(fileno(source->member), F_SETFD, FD_CLOEXEC);
	if (source->kind == GZIP)
		fwrite(header, 1, sizeof(header), source->member);
	while (left > 0)
	{
		ssize_t		n = read_at(source->fd, data, left < sizeof(data) ? (size_t) left : sizeof(data), at, &problem);

		if (n <= 0)
			return problem ? problem : "it changed while it was read";
		fwrite(data, 1, (size_t) n, source->member);
		at += n;
		left -= (uint64_t) n;
	}
	put32(trailer, member->crc);
	put32(trailer + 4, (uint32_t) member->unpacked);
	if (source->kind == GZIP)
		fwrite(trailer, 1, sizeof(trailer), source->member);
	if (fflush(source->member) != 0 || ferror(source->member))
		return "could not be unpacked (no room for a temporary file)";
	return NULL;
}

/* header.json of a zip file. */
static const char *
open_member(ScSource *source)
{
	ScZipMember member;
	const char *problem = sc_find_zip_member(source->fd, source->status.st_size, "header.json", &member);

	if (problem)
		return problem;
	if (member.unpacked > SC_DOCUMENT_SIZE || member.packed > SC_DOCUMENT_SIZE)
		return "too large: header.json in the zip file";
	source->begin = member.at;
	source->end = member.at + (off_t) member.packed;
	switch (member.method)
	{
		case SC_ZIP_STORED:
			return NULL;
		case SC_ZIP_DEFLATED:
			source->kind = GZIP;
			break;
		case SC_ZIP_ZSTD:
			source->kind = ZSTD;
			break;
		default:
			return "header.json in the zip file is compressed in a way that is unknown here; "
				"load what inspect log dump --header-only FILE prints";
	}
	return copy_member(source, &member);
}

/* From an open file on: NULL, or a problem. */
static const char *
look_into(ScSource *source, bool must_be_zip)
{
	unsigned char first[4];
	const char *problem = NULL;
	ssize_t		n;

	if (fstat(source->fd, &source->status) < 0)
		return system_problem(errno);
	if (!S_ISREG(source->status.st_mode))
		return "not a file";
	n = read_at(source->fd, first, sizeof(first), 0, &problem);
	source->end = source->status.st_size;
	if (n >= 2 && first[0] == 0x1f && first[1] == 0x8b)
		source->kind = GZIP;
	else if (n >= 0 && (must_be_zip || (n == 4 && memcmp(first, "PK\3\4", 4) == 0)))
		problem = open_member(source);
	if (problem == NULL)
		sc_rewind_source(source, &problem);
	return problem;
}

ScSource *
sc_open_source(int folder, const char *name, bool must_be_zip, const char **problem)
{
	ScSource   *source;

	/* without waiting for what is no regular file */
	int			fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
	{
		*problem = system_problem(errno);
		return NULL;
	}
	source = sc_get_memory(NULL, sizeof(ScSource));
	memset(source, 0, sizeof(ScSource));
	source->fd = fd;
	*problem = look_into(source, must_be_zip);
	if (*problem == NULL)
		return source;
	sc_close_source(source);
	return NULL;
}

/* ---------------------------------------------------------------------
 * Reading
 * ---------------------------------------------------------------------
 */

static void
stop_unpacking(ScSource *source)
{
	if (source->is_unpacking)
		sc_end_unpacking(&source->unpacker);
	source->is_unpacking = false;
}

bool
sc_rewind_source(ScSource *source, const char **problem)
{
	*problem = NULL;
	stop_unpacking(source);
	source->at = source->begin;
	if (source->kind == PLAIN)
		return true;
	*problem = sc_begin_unpacking(&source->unpacker, source->kind == ZSTD,
								  source->member ? fileno(source->member) : source->fd);
	source->is_unpacking = *problem == NULL;
	return source->is_unpacking;
}

ssize_t
sc_read_source(ScSource *source, void *data, size_t size, const char **problem)
{
	ssize_t		n;

	*problem = NULL;
	if (source->kind != PLAIN)
		return sc_read_unpacked(&source->unpacker, data, size, problem);
	if ((off_t) size > source->end - source->at)
		size = (size_t) (source->end - source->at);
	n = read_at(source->fd, data, size, source->at, problem);
	if (n > 0)
		source->at += n;
	return n;
}

bool
sc_source_has_changed(const ScSource *source)
{
	struct stat now;

	return fstat(source->fd, &now) < 0 || now.st_size != source->status.st_size ||
		now.st_mtime != source->status.st_mtime;
}

uint64_t
sc_source_size(const ScSource *source)
{
	return source->kind == PLAIN ? (uint64_t) (source->end - source->begin) : 0;
}

void
sc_close_source(ScSource *source)
{
	stop_unpacking(source);
	if (source->member != NULL)
		fclose(source->member);
	close(source->fd);
	free(source);
}
