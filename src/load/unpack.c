/*-------------------------------------------------------------------------
 *
 * unpack.c
 *	  What a file holds, out of the programs gzip and zstd.
 *
 * The file is the program's standard input: no shell and no name of a file is
 * involved, and nothing has to be written to it while its output is read.
 *
 *-------------------------------------------------------------------------
 */
#include "load/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load/interrupt.h"

extern char **environ;

static const char no_gzip[] = "gzip is to be installed, which unpacks it";
static const char no_zstd[] = "zstd is to be installed, which unpacks it, or load what inspect log dump --header-only FILE prints";

/* What a program that is not there ends with, where that is not known before. */
#define NO_PROGRAM 127

/* errno as posix_spawnp() gives it. */
static int
start(ScUnpacker *unpacker, int input, int output)
{
	char	   *gzip[] = {"gzip", "-dc", NULL},
			   *zstd[] = {"zstd", "-dcq", NULL};
	char	  **words = unpacker->is_zstd ? zstd : gzip;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t	signals;
	int			error;

	/* what it says of a file nobody could tell from what it says of another */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);

	/*
	 * it ends when nobody reads any more, and Ctrl-C is for this program to
	 * handle
	 */
	posix_spawnattr_init(&attributes);
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

	error = posix_spawnp(&unpacker->pid, words[0], &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

const char *
sc_begin_unpacking(ScUnpacker *unpacker, bool is_zstd, int fd)
{
	int			ends[2];
	int			error;

	unpacker->is_zstd = is_zstd;
	unsetenv("GZIP");			/* options of its user's, which it warns of */
	if (lseek(fd, 0, SEEK_SET) < 0 || pipe(ends) < 0)
		return "could not be unpacked (no pipe)";
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	error = start(unpacker, fd, ends[1]);
	close(ends[1]);
	if (error == 0)
	{
		unpacker->output = ends[0];
		return NULL;
	}
	unpacker->pid = 0;
	close(ends[0]);
	if (error == ENOENT || error == EACCES || error == ENOTDIR)
		return is_zstd ? no_zstd : no_gzip;
	return "could not be unpacked (no process)";
}

/* The program's status, as waitpid() gives it; -1 if it is not known. */
static int
wait_for(ScUnpacker *unpacker)
{
	int			status;
	pid_t		pid;

	do
		pid = waitpid(unpacker->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	unpacker->pid = 0;
	return pid > 0 ? status : -1;
}

ssize_t
sc_read_unpacked(ScUnpacker *unpacker, void *data, size_t size, const char **problem)
{
	ssize_t		n;
	int			status;

	if (unpacker->pid == 0)
		return 0;
	do
		n = read(unpacker->output, data, size);
	while (n < 0 && errno == EINTR && !sc_interrupted());
	if (n > 0)
		return n;
	if (n < 0)
		*problem = "could not be unpacked (no answer)";
	else
	{
		status = wait_for(unpacker);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			return 0;
		if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
			*problem = unpacker->is_zstd ? no_zstd : no_gzip;
		else
			*problem = unpacker->is_zstd ? "zstd could not unpack it" : "gzip could not unpack it";
	}
	return -1;
}

void
sc_end_unpacking(ScUnpacker *unpacker)
{
	close(unpacker->output);
	if (unpacker->pid > 0)
	{
		kill(unpacker->pid, SIGKILL);
		wait_for(unpacker);
	}
}
