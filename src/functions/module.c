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

#include "types/forms/compat.h"

PG_MODULE_MAGIC_EXT(
					.name = "safetycorr",
					.version = "1.0.0"
);
