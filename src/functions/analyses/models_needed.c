/*-------------------------------------------------------------------------
 *
 * models_needed.c
 *	  models_needed: how many models a verdict takes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "functions/shared/arguments.h"
#include "stats/correlation/models_needed.h"

PG_FUNCTION_INFO_V1(sc_models_needed_for_verdict);

/*
 * models_needed(corr, threshold, power, confidence)
 */
Datum
sc_models_needed_for_verdict(PG_FUNCTION_ARGS)
{
	double		threshold = sc_threshold_argument(fcinfo, 1, SC_SPEARMAN);
	double		power = sc_share_argument(fcinfo, 2, "power");
	double		confidence = sc_confidence_argument(fcinfo, 3);
	double		corr;
	int32		n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	corr = PG_GETARG_FLOAT8(0);
	if (!(fabs(corr) <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %g", "corr", corr),
				 errdetail("It must be between -1 and 1.")));
	n = sc_models_needed(corr, threshold, power, confidence);
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(n);
}
