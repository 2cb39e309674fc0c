/*-------------------------------------------------------------------------
 *
 * jsonb_values.c
 *	  The scores in jsonb.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "functions/shared/jsonb_values.h"

double
sc_jsonb_score(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvBool:
			return value->val.boolean ? 1.0 : 0.0;
		case jbvNumeric:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
													  NumericGetDatum(value->val.numeric)));
		default:
			return NAN;
	}
}
