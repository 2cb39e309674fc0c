/*-------------------------------------------------------------------------
 *
 * scales.c
 *	  A correlation on the scale of another method.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/correlation/scales.h"

double
sc_to_pearson(ScMethod method, double corr)
{
	if (fabs(corr) >= 1)
		return corr;
	switch (method)
	{
		case SC_SPEARMAN:
			return 2 * sin(M_PI * corr / 6);
		case SC_KENDALL:
			return sin(M_PI * corr / 2);
		case SC_PEARSON:
			break;
	}
	return corr;
}

double
sc_from_pearson(ScMethod method, double r)
{
	if (fabs(r) >= 1)
		return r < 0 ? -1 : 1;
	switch (method)
	{
		case SC_SPEARMAN:
			return 6 / M_PI * asin(r / 2);
		case SC_KENDALL:
			return 2 / M_PI * asin(r);
		case SC_PEARSON:
			break;
	}
	return r;
}
