/*-------------------------------------------------------------------------
 *
 * password.h
 *	  Asks for a password on the terminal.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_PASSWORD_H
#define SC_LOAD_PASSWORD_H

/* Of that user, NULL for the one that libpq takes; what is typed is not shown. */
extern char *sc_ask_password(const char *user);

/* Overwrites and frees it; NULL is none. */
extern void sc_forget_password(char *password);

#endif
