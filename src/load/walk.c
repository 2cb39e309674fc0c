/*-------------------------------------------------------------------------
 *
 * walk.c
 *	  The files below a path that may be logs.
 *
 * Files are opened in the folder that they were found in, not by their path,
 * which may be longer than the system takes.  So each folder on the way down
 * is open: the number of descriptors limits the depth.
 *
 *-------------------------------------------------------------------------
 */
#include "load/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load/text.h"

/* Folders in folders, deeper than people make them: each is open and on the stack. */
#define MAX_DEPTH 2000

#define STATS "stats.json"
#define RUN_SPEC "run_spec.json"

typedef struct ScFolderId
{
	dev_t		device;
	ino_t		number;
	bool		is_taken;
} ScFolderId;

typedef struct Names
{
	char	  **names;
	size_t		n,
				room;
} Names;

/* ---------------------------------------------------------------------
 * Folders that were seen
 * ---------------------------------------------------------------------
 */

/* The place of the folder, or the free one where it goes. */
static ScFolderId *
find_place(const ScWalk *walk, dev_t device, ino_t number)
{
	size_t		at = ((size_t) number * 0x9e3779b1u ^ (size_t) device) & (walk->n_room - 1);

	while (walk->seen[at].is_taken && (walk->seen[at].device != device || walk->seen[at].number != number))
		at = (at + 1) & (walk->n_room - 1);
	return &walk->seen[at];
}

/* Was it seen before?  It is from now on. */
static bool
was_seen(ScWalk *walk, const struct stat *status)
{
	ScFolderId *place;

	if (walk->n_seen * 2 >= walk->n_room)
	{
		ScFolderId *old = walk->seen;
		size_t		n_old = walk->n_room;

		walk->n_room = n_old > 0 ? n_old * 2 : 64;
		walk->seen = sc_get_memory(NULL, walk->n_room * sizeof(ScFolderId));
		memset(walk->seen, 0, walk->n_room * sizeof(ScFolderId));
		for (size_t i = 0; i < n_old; i++)
			if (old[i].is_taken)
				*find_place(walk, old[i].device, old[i].number) = old[i];
		free(old);
	}
	place = find_place(walk, status->st_dev, status->st_ino);
	if (place->is_taken)
		return true;
	place->device = status->st_dev;
	place->number = status->st_ino;
	place->is_taken = true;
	walk->n_seen++;
	return false;
}

/* ---------------------------------------------------------------------
 * Names
 * ---------------------------------------------------------------------
 */

static bool
ends_with(const char *name, const char *end)
{
	size_t		n = strlen(name),
				n_end = strlen(end);

	return n > n_end && strcasecmp(name + n - n_end, end) == 0;
}

static bool
is_log_name(const char *name)
{
	static const char *const ends[] = {".json", ".jsonl", ".json.gz", ".jsonl.gz", ".eval", ".csv"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_with(name, ends[i]))
			return true;
	return false;
}

/* What HELM writes beside run_spec.json, which no one asks for scores. */
static bool
is_helms_other_file(const char *name)
{
	static const char *const names[] = {
		RUN_SPEC, "scenario.json", "scenario_state.json", "per_instance_stats.json", "instances.json",
		"display_predictions.json", "display_requests.json"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* All names in the folder, sorted; false with errno set. */
static bool
read_names(int folder, Names *names)
{
	int			copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR		   *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	int			error;

	memset(names, 0, sizeof(*names));
	if (stream == NULL)
	{
		error = errno;
		if (copy >= 0)
			close(copy);
		errno = error;
		return false;
	}
	while (errno = 0, (entry = readdir(stream)) != NULL)
	{
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (names->n == names->room)
		{
			names->room = names->room > 0 ? names->room * 2 : 64;
			names->names = sc_get_memory(names->names, names->room * sizeof(char *));
		}
		names->names[names->n++] = sc_copy(entry->d_name);
	}
	error = errno;
	closedir(stream);
	if (names->n > 0)
		qsort(names->names, names->n, sizeof(char *), compare_names);
	errno = error;
	return error == 0;
}

static bool
has_name(const Names *names, const char *name)
{
	return names->n > 0 && bsearch(&name, names->names, names->n, sizeof(char *), compare_names) != NULL;
}

static void
free_names(Names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->names[i]);
	free(names->names);
}

/* ---------------------------------------------------------------------
 * The walk
 * ---------------------------------------------------------------------
 */

static bool
report_problem(ScWalk *walk, const char *path, const char *what, int error, bool is_missing)
{
	char		problem[200];
	ScFile		file = {path, -1, NULL, false, problem, is_missing};

	snprintf(problem, sizeof(problem), "%s (%s)", what, strerror(error));
	return walk->function(walk->arg, &file);
}

/* The folder is open, and closed by the caller. */
static bool
walk_folder(ScWalk *walk, int folder, const char *path, int depth)
{
	struct stat status;
	Names		names;
	bool		goes_on = true,
				is_helm;

	if (fstat(folder, &status) < 0)
		return report_problem(walk, path, "folder could not be read", errno, false);
	if (was_seen(walk, &status))
		return true;
	if (!read_names(folder, &names))
		goes_on = report_problem(walk, path, "folder could not be read", errno, false);
	is_helm = has_name(&names, RUN_SPEC);

	for (size_t i = 0; i < names.n && goes_on; i++)
	{
		const char *name = names.names[i];
		size_t		size = strlen(path) + strlen(name) + 2;
		char	   *below = sc_get_memory(NULL, size);
		ScFile		file = {below, folder, name, false, NULL, false};
		int			inner;

		snprintf(below, size, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", name);
		if (fstatat(folder, name, &status, 0) == 0 && S_ISDIR(status.st_mode))
		{
			errno = ELOOP;
			inner = depth >= MAX_DEPTH ? -1 : openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			if (inner < 0)
				goes_on = report_problem(walk, below, "folder could not be read", errno, false);
			else
			{
				goes_on = walk_folder(walk, inner, below, depth + 1);
				close(inner);
			}
		}
		else if (!is_log_name(name) || (is_helm && is_helms_other_file(name)))
			walk->n_passed_over++;
		else
		{
			file.has_run_spec = is_helm && strcmp(name, STATS) == 0;
			goes_on = walk->function(walk->arg, &file);
		}
		free(below);
	}
	free_names(&names);
	return goes_on;
}

/* A path that is no folder: in the folder that its link, if it is one, is in. */
static bool
walk_file(ScWalk *walk, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char	   *given = slash == NULL ? sc_copy(".") : sc_copy(path);
	char	   *folder_path,
			   *full;
	size_t		size;
	ScFile		file = {NULL, -1, name, false, NULL, false};
	bool		goes_on;

	if (slash != NULL)
		given[slash == path ? 1 : slash - path] = '\0';
	folder_path = realpath(given, NULL);
	free(given);
	if (folder_path == NULL)
		return report_problem(walk, path, "could not be read", errno, false);
	size = strlen(folder_path) + strlen(name) + 2;
	full = sc_get_memory(NULL, size);
	snprintf(full, size, "%s%s%s", folder_path, folder_path[1] == '\0' ? "" : "/", name);
	file.path = full;

	/* a folder may let its files be read and not its names */
	file.folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file.folder < 0)
	{
		file.folder = AT_FDCWD;
		file.name = path;
	}
	else
		file.has_run_spec = strcmp(name, STATS) == 0 && faccessat(file.folder, RUN_SPEC, F_OK, 0) == 0;
	goes_on = walk->function(walk->arg, &file);
	if (file.folder >= 0)
		close(file.folder);
	free(folder_path);
	free(full);
	return goes_on;
}

/* As many descriptors as the deepest folders take, if the system gives them. */
static void
raise_limit(void)
{
	struct rlimit limit;
	rlim_t		wanted = MAX_DEPTH + 64;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted)
	{
		limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

bool
sc_walk(ScWalk *walk, const char *path)
{
	struct stat status;
	char	   *full;
	int			folder;
	bool		goes_on;

	raise_limit();
	if (stat(path, &status) < 0)
		return report_problem(walk, path, "could not be read", errno, true);
	if (!S_ISDIR(status.st_mode))
		return walk_file(walk, path);
	full = realpath(path, NULL);
	folder = full == NULL ? -1 : open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
	{
		free(full);
		return report_problem(walk, path, "folder could not be read", errno, false);
	}
	goes_on = walk_folder(walk, folder, full, 1);
	close(folder);
	free(full);
	return goes_on;
}
