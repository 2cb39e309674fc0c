/*-------------------------------------------------------------------------
 *
 * interrupt.c
 *	  Ctrl-C and SIGTERM.
 *
 *-------------------------------------------------------------------------
 */
#include "load/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t signal_came = 0;
static PGcancel *volatile cancel = NULL;

/* PQcancel() may be called here: its documentation says so. */
static void
handle(int number)
{
	int			saved = errno;
	char		message[256];

	signal_came = number;
	if (cancel != NULL)
		PQcancel(cancel, message, sizeof(message));
	errno = saved;
}

void
sc_watch_interrupts(PGconn *connection)
{
	struct sigaction action;

	cancel = PQgetCancel(connection);
	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	sigemptyset(&action.sa_mask);
	action.sa_flags = (int) SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int
sc_interrupted(void)
{
	return signal_came;
}
