/*-------------------------------------------------------------------------
 *
 * source.h
 *	  A file as the bytes of the log in it: as it is, out of gzip, or
 *	  header.json of an Inspect log (.eval, a zip file).
 *
 * What a file is, its first bytes say, not its name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_SOURCE_H
#define SC_LOAD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct ScSource ScSource;

/*
 * Opens a regular file in a folder.  must_be_zip says that its name ends as
 * only zip files' do.  NULL if that fails, and *problem says why.
 */
extern ScSource *sc_open_source(int folder, const char *name, bool must_be_zip, const char **problem);

/*
 * Up to size bytes: how many, 0 at the end, -1 after an error, which *problem
 * says.
 */
extern ssize_t sc_read_source(ScSource *source, void *data, size_t size, const char **problem);

/* Begins again with the first byte; false as above. */
extern bool sc_rewind_source(ScSource *source, const char **problem);

/* Has the file been written to since it was opened? */
extern bool sc_source_has_changed(const ScSource *source);

/* The size if it is known beforehand, else 0. */
extern uint64_t sc_source_size(const ScSource *source);

extern void sc_close_source(ScSource *source);

#endif
