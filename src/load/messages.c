/*-------------------------------------------------------------------------
 *
 * messages.c
 *	  Standard error: messages, and on a terminal how far the work is.
 *
 *-------------------------------------------------------------------------
 */
#include "load/messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "load/program.h"

/* Between two lines of progress, in seconds. */
#define PAUSE 0.2

static bool is_line_there = false;

void
sc_say(const char *format,...)
{
	va_list		arguments;

	sc_show_progress(NULL);
	fputs(SC_PROGRAM ": ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

bool
sc_progress_is_due(void)
{
	static int	is_terminal = -1;
	static double last = 0;
	struct timespec time;
	double		now;

	if (is_terminal < 0)
		is_terminal = isatty(STDERR_FILENO);
	if (!is_terminal)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &time);
	now = (double) time.tv_sec + (double) time.tv_nsec / 1e9;
	if (now - last < PAUSE)
		return false;
	last = now;
	return true;
}

void
sc_show_progress(const char *line)
{
	struct winsize size;
	int			width = 80;

	if (line == NULL && !is_line_there)
		return;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		width = size.ws_col;

	/* a line that wraps could not be written over */
	fprintf(stderr, "\r%.*s\033[K", line ? width - 1 : 0, line ? line : "");
	if (line == NULL)
		fputc('\r', stderr);
	fflush(stderr);
	is_line_there = line != NULL;
}
