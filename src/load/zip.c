/*-------------------------------------------------------------------------
 *
 * zip.c
 *	  Finds one member of a zip file.
 *
 * Numbers in a zip file are in little-endian order.  All of them are hostile:
 * every place is checked against the file's size before it is read, and the
 * directory is read in pieces, whatever size it says it has.
 *
 *-------------------------------------------------------------------------
 */
#include "load/zip.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Sizes of records without what follows them, in bytes. */
#define END_SIZE 22
#define END64_LOCATOR_SIZE 20
#define END64_SIZE 56
#define ENTRY_SIZE 46
#define LOCAL_SIZE 30

/* The longest comment that the end record can have. */
#define COMMENT_SIZE 65535

static const char no_member[] = "the log is not finished (no header.json in it)";
static const char is_damaged[] = "the zip file is damaged";
static const char no_zip[] = "not a zip file, or one that ends too early";

static uint32_t
get16(const unsigned char *p)
{
	return p[0] | (uint32_t) p[1] << 8;
}

static uint32_t
get32(const unsigned char *p)
{
	return get16(p) | get16(p + 2) << 16;
}

static uint64_t
get64(const unsigned char *p)
{
	return get32(p) | (uint64_t) get32(p + 4) << 32;
}

/* Exactly these bytes, or false. */
static bool
read_at(int fd, uint64_t at, unsigned char *data, size_t size)
{
	while (size > 0)
	{
		ssize_t		n = pread(fd, data, size, (off_t) at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		at += (uint64_t) n;
		size -= (size_t) n;
	}
	return true;
}

/* Where the directory is. */
typedef struct Directory
{
	uint64_t	at,
				size,
				prefix;			/* bytes before the zip file in the file */
} Directory;

/* The last "PK\5\6" of the file whose comment fits behind it. */
static const char *
find_end(int fd, uint64_t file_size, unsigned char end[END_SIZE], uint64_t *end_at)
{
	static unsigned char tail[END_SIZE + COMMENT_SIZE];
	size_t		size = file_size < sizeof(tail) ? (size_t) file_size : sizeof(tail);

	if (size < END_SIZE)
		return no_zip;
	if (!read_at(fd, file_size - size, tail, size))
		return "could not be read";
	for (size_t i = size - END_SIZE + 1; i-- > 0;)
		if (memcmp(tail + i, "PK\5\6", 4) == 0 && get16(tail + i + 20) <= size - i - END_SIZE)
		{
			memcpy(end, tail + i, END_SIZE);
			*end_at = file_size - size + i;
			return NULL;
		}
	return no_zip;
}

static const char *
find_directory(int fd, uint64_t file_size, Directory *directory)
{
	unsigned char end[END_SIZE],
				end64[END64_SIZE];
	uint64_t	end_at,
				at;
	const char *problem = find_end(fd, file_size, end, &end_at);

	if (problem)
		return problem;
	directory->size = get32(end + 12);
	at = get32(end + 16);

	/* a locator before the end says where the 64-bit end record is */
	if (end_at >= END64_LOCATOR_SIZE && read_at(fd, end_at - END64_LOCATOR_SIZE, end64, END64_LOCATOR_SIZE) &&
		memcmp(end64, "PK\6\7", 4) == 0)
	{
		uint64_t	end64_at = get64(end64 + 8);

		if (end_at < END64_SIZE || end64_at > end_at - END64_SIZE || !read_at(fd, end64_at, end64, END64_SIZE) ||
			memcmp(end64, "PK\6\6", 4) != 0)
			return is_damaged;
		directory->size = get64(end64 + 40);
		at = get64(end64 + 48);
		end_at = end64_at;
	}

	/* it ends where the end record begins, whatever is before the zip file */
	if (directory->size > end_at || at > end_at - directory->size)
		return is_damaged;
	directory->at = end_at - directory->size;
	directory->prefix = directory->at - at;
	return NULL;
}

/* Sizes and place that do not fit in 32 bits are in an extra field. */
static bool
read_extra(const unsigned char *extra, size_t size, ScZipMember *member, uint64_t *at)
{
	while (size >= 4)
	{
		size_t		length = get16(extra + 2);
		const unsigned char *field = extra + 4;

		if (length > size - 4)
			return false;
		extra += 4 + length;
		size -= 4 + length;
		if (get16(field - 4) != 1)
			continue;
		for (int i = 0; i < 3; i++)
		{
			uint64_t   *value = i == 0 ? &member->unpacked : i == 1 ? &member->packed : at;

			if (*value != 0xffffffff)
				continue;
			if (length < 8)
				return false;
			*value = get64(field);
			field += 8;
			length -= 8;
		}
	}
	return true;
}

/* The member that an entry of the directory describes. */
static const char *
read_entry(int fd, const Directory *directory, const unsigned char *entry, const unsigned char *extra,
		   ScZipMember *member)
{
	unsigned char local[LOCAL_SIZE];
	uint64_t	at = get32(entry + 42);

	member->method = (int) get16(entry + 10);
	member->crc = get32(entry + 16);
	member->packed = get32(entry + 20);
	member->unpacked = get32(entry + 24);
	if (!read_extra(extra, get16(entry + 30), member, &at))
		return is_damaged;
	if (get16(entry + 8) & 1)
		return "the zip file is encrypted";

	/* the local header repeats it all; what follows it may differ in length */
	if (at > directory->at - directory->prefix || directory->at - directory->prefix - at < LOCAL_SIZE)
		return is_damaged;
	at += directory->prefix;
	if (!read_at(fd, at, local, LOCAL_SIZE) || memcmp(local, "PK\3\4", 4) != 0)
		return is_damaged;
	at += LOCAL_SIZE + get16(local + 26) + get16(local + 28);
	if (at > directory->at || member->packed > directory->at - at)
		return is_damaged;
	member->at = (off_t) at;
	return NULL;
}

const char *
sc_find_zip_member(int fd, off_t file_size, const char *name, ScZipMember *member)
{
	/* an entry with what can follow it, and room for more of them at a time */
	static unsigned char held[ENTRY_SIZE + 3 * 65535 + 65536];
	Directory	directory;
	size_t		name_size = strlen(name),
				held_at = 0,
				held_end = 0;
	uint64_t	next,
				end;
	const char *problem = find_directory(fd, (uint64_t) file_size, &directory);

	if (problem)
		return problem;
	problem = no_member;
	next = directory.at;
	end = directory.at + directory.size;
	for (;;)
	{
		const unsigned char *entry;
		size_t		size;

		/* at least one whole entry, as long as there is one */
		if (held_end - held_at < ENTRY_SIZE + 3 * 65535 && next < end)
		{
			size_t		n = sizeof(held) - (held_end - held_at);

			memmove(held, held + held_at, held_end - held_at);
			held_end -= held_at;
			held_at = 0;
			if (n > end - next)
				n = (size_t) (end - next);
			if (!read_at(fd, next, held + held_end, n))
				return "could not be read";
			held_end += n;
			next += n;
		}
		if (held_at == held_end)
			return problem;
		entry = held + held_at;
		if (held_end - held_at < ENTRY_SIZE || memcmp(entry, "PK\1\2", 4) != 0)
			return is_damaged;
		size = ENTRY_SIZE + (size_t) get16(entry + 28) + get16(entry + 30) + get16(entry + 32);
		if (size > held_end - held_at)
			return is_damaged;
		if (get16(entry + 28) == name_size && memcmp(entry + ENTRY_SIZE, name, name_size) == 0)
			problem = read_entry(fd, &directory, entry, entry + ENTRY_SIZE + name_size, member);
		held_at += size;
	}
}
