/*-------------------------------------------------------------------------
 *
 * password.c
 *	  Asks for a password on the terminal.
 *
 *-------------------------------------------------------------------------
 */
#include "load/password.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

#include "load/text.h"

#define MAX_PASSWORD 4096

static volatile sig_atomic_t signal_came;

static void
remember(int number)
{
	signal_came = number;
}

char *
sc_ask_password(const char *user)
{
	FILE	   *in = fopen("/dev/tty", "r"),
			   *out = in ? fopen("/dev/tty", "w") : NULL;
	char	   *password = sc_get_memory(NULL, MAX_PASSWORD);
	char	   *shown = sc_shown(user ? user : "");
	struct termios before,
				hidden;
	struct sigaction action,
				old_int,
				old_term;
	int			has_terminal;

	/* as psql does: where there is no terminal, standard input and error */
	if (out == NULL)
	{
		if (in != NULL)
			fclose(in);
		in = stdin;
		out = stderr;
	}

	/* a signal now would leave the terminal without an echo */
	signal_came = 0;
	memset(&action, 0, sizeof(action));
	action.sa_handler = remember;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, &old_int);
	sigaction(SIGTERM, &action, &old_term);
	has_terminal = tcgetattr(fileno(in), &before) == 0;
	if (has_terminal)
	{
		hidden = before;
		hidden.c_lflag &= ~(tcflag_t) ECHO;
		tcsetattr(fileno(in), TCSAFLUSH, &hidden);
	}
	if (user != NULL)
		fprintf(out, "Password for user %s: ", shown);
	else
		fprintf(out, "Password: ");
	fflush(out);
	if (fgets(password, MAX_PASSWORD, in) == NULL)
		password[0] = '\0';
	if (has_terminal)
	{
		tcsetattr(fileno(in), TCSAFLUSH, &before);
		fputc('\n', out);
		fflush(out);
	}
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGTERM, &old_term, NULL);
	if (signal_came != 0)
		raise(signal_came);
	password[strcspn(password, "\r\n")] = '\0';
	free(shown);
	if (in != stdin)
	{
		fclose(in);
		fclose(out);
	}
	return password;
}

void
sc_forget_password(char *password)
{
	if (password == NULL)
		return;
	for (volatile char *at = password; *at != '\0'; at++)
		*at = '\0';
	free(password);
}
