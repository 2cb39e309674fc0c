/*-------------------------------------------------------------------------
 *
 * gsl_guard.h
 *	  GSL with its error handler off.  Private to the stats floor.
 *
 * GSL's default handler aborts the process, and the handler is one global
 * variable that another library in the process may have set.  So it is turned
 * off around each of our calls, not once, and put back afterwards; what GSL
 * would have reported is in the status or the value it returns.  Nothing may
 * jump out between the two.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_GSL_GUARD_H
#define SC_STATS_BASE_GSL_GUARD_H

#include <gsl/gsl_errno.h>

static inline gsl_error_handler_t *
sc_gsl_enter(void)
{
	return gsl_set_error_handler_off();
}

static inline void
sc_gsl_leave(gsl_error_handler_t *saved)
{
	gsl_set_error_handler(saved);
}

#endif							/* SC_STATS_BASE_GSL_GUARD_H */
