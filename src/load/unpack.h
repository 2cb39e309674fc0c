/*-------------------------------------------------------------------------
 *
 * unpack.h
 *	  What a file holds, out of the programs gzip and zstd.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_UNPACK_H
#define SC_LOAD_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A program at work. */
typedef struct ScUnpacker
{
	bool		is_zstd;		/* else it is gzip */
	pid_t		pid;			/* 0 once it has been waited for */
	int			output;
} ScUnpacker;

/*
 * Starts the program, which reads the file from its beginning: its place in
 * there moves.  NULL, or why that cannot be.
 */
extern const char *sc_begin_unpacking(ScUnpacker *unpacker, bool is_zstd, int fd);

/*
 * Up to size bytes: how many, 0 at the end (then the program has found nothing
 * wrong), -1 after an error, which *problem says.
 */
extern ssize_t sc_read_unpacked(ScUnpacker *unpacker, void *data, size_t size, const char **problem);

/* Ends it, wherever it is. */
extern void sc_end_unpacking(ScUnpacker *unpacker);

#endif
