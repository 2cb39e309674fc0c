/*-------------------------------------------------------------------------
 *
 * eval_catch.h
 *	  What is wrong with a log, as a text instead of an error.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_CATCH_H
#define SC_FUNCTIONS_LOGS_EVAL_CATCH_H

/*
 * Runs read(argument) in a subtransaction.  NULL, or the error that it raised because of
 * what is in the log: message and detail on one line of at most about 1,000 bytes.  Other errors
 * are raised again.  What is left in the caller's memory context stays, with the reason.
 * Not in parallel mode, as a subtransaction is not.
 */
extern char *sc_eval_catch(void (*read) (void *argument), void *argument);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_CATCH_H */
