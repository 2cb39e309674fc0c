/*-------------------------------------------------------------------------
 *
 * walk.h
 *	  The files below a path that may be logs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_WALK_H
#define SC_LOAD_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file, or a folder that cannot be read: then problem says why. */
typedef struct ScFile
{
	const char *path;			/* from the root on, any bytes */
	int			folder;			/* descriptor of the folder that it is in */
	const char *name;			/* in there */
	bool		has_run_spec;	/* run_spec.json is beside HELM's stats.json */
	const char *problem;
	bool		is_missing;		/* the command names it, and it is not there */
} ScFile;

/* Called for each file; false ends the walk. */
typedef bool (*ScFileFunction) (void *arg, const ScFile *file);

typedef struct ScWalk
{
	ScFileFunction function;
	void	   *arg;
	uint64_t	n_passed_over;	/* other files in folders */

	struct ScFolderId *seen;	/* folders, a hash table of n_room places */
	size_t		n_seen,
				n_room;
} ScWalk;

/*
 * Calls the function for the file, or for each file below the folder that is
 * named as a log is, in the order of the bytes of their names.  A folder that
 * the same walk has seen, by another link or another call, is not entered
 * again.  False if the function gave false.
 */
extern bool sc_walk(ScWalk *walk, const char *path);

#endif
