/*-------------------------------------------------------------------------
 *
 * program.h
 *	  What the program is called, how it ends, what it takes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_PROGRAM_H
#define SC_LOAD_PROGRAM_H

#define SC_PROGRAM "safetycorr-load"
#define SC_PROGRAM_VERSION "1.0.0"

/* Exit statuses besides 0, and 128 and the number of a signal. */
#define SC_FAILED 1
#define SC_MISUSED 2

/* Up to here, after decompression, a file goes to the server in one piece. */
#define SC_PART_SIZE ((size_t) 8 << 20)

/* What jsonb holds: larger documents, and longer lines of JSON Lines, are rejected. */
#define SC_DOCUMENT_SIZE ((size_t) 256 << 20)

/* A transaction has that many files or bytes. */
#define SC_BATCH_FILES 100
#define SC_BATCH_SIZE ((size_t) 16 << 20)

#endif
