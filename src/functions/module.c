/*-------------------------------------------------------------------------
 *
 * module.c
 *	  The loadable module.  It keeps no state: no settings, no hooks, nothing
 *	  to initialise.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;
