/*-------------------------------------------------------------------------
 *
 * report_text.c
 *	  Numbers and names as capabilities_report writes them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "functions/analyses/report_text.h"
#include "types/forms/clip.h"

#define DIGITS 2
#define STEP 0.01

Datum
sc_rounded(double x)
{
	if (fabs(x) < 1.0 && fabs(x) >= 0.995)
		x = copysign(0.99, x);
	return DirectFunctionCall2(numeric_round,
							   DirectFunctionCall1(float8_numeric, Float8GetDatum(x)),
							   Int32GetDatum(DIGITS));
}

void
sc_append_rounded(StringInfo out, double x)
{
	appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(numeric_out, sc_rounded(x))));
}

/*
 * A lower end; an upper one is that of the interval turned round.  What a verdict asks of
 * it is whether it is at least the threshold, at least its opposite, and above 0.
 */
static double
shown_end(double low, double threshold)
{
	double		shown = DatumGetFloat8(DirectFunctionCall1(numeric_float8, sc_rounded(low)));

	if ((low >= threshold && shown < threshold) || (low >= -threshold && shown < -threshold) ||
		(low > 0 && shown <= 0))
		return shown + STEP;
	if ((low < threshold && shown >= threshold) || (low < -threshold && shown >= -threshold) ||
		(low <= 0 && shown > 0))
		return shown - STEP;
	return shown;
}

void
sc_append_interval(StringInfo out, double low, double high, double threshold)
{
	double		from = shown_end(low, threshold);
	double		to = -shown_end(-high, threshold);

	/*
	 * of a narrow one that does not reach 0 one end has moved beyond the
	 * other
	 */
	if (from > to && low > 0)
		to = from;
	else if (from > to)
		from = to;
	sc_append_rounded(out, from);
	appendStringInfoString(out, " to ");
	sc_append_rounded(out, to);
}

void
sc_append_name(StringInfo out, const char *name, uint32 len)
{
	int			shown = sc_clip(name, (int) len, SC_MAX_NOTED_NAME_BYTES);

	appendBinaryStringInfo(out, name, shown);
	if (shown < (int) len)
		appendStringInfoString(out, "...");
}

void
sc_append_benchmark_name(StringInfo out, const ScoreColumns *columns, uint32 benchmark)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view, columns->view.n_models + benchmark, &len);

	sc_append_name(out, label, len);
}

void
sc_append_model_name(StringInfo out, const ScoreColumns *columns, uint32 model)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view, model, &len);

	sc_append_name(out, label, len);
}
