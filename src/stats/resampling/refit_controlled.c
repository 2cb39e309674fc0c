/*-------------------------------------------------------------------------
 *
 * refit_controlled.c
 *	  The correlations of targets with the scores of eight resamples, given
 *	  controls.
 *
 * By the definition: the rows of one resample are written out.  Targets that have the
 * same models share what is found of the score and the controls.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/correlation/partial.h"
#include "stats/resampling/refit_state.h"

/* Writes a number of each of n models as often as it was drawn; returns how many rows. */
static size_t
repeat(const ScRefit *r, size_t lane, const uint32_t *model, size_t n, const double *value,
	   double *rows)
{
	size_t		to = 0;
	size_t		k;
	size_t		count;

	for (k = 0; k < n; k++)
	{
		for (count = (size_t) r->counts[model[k] * (size_t) SC_LANES + lane]; count > 0; count--)
			rows[to++] = value[k];
	}
	return to;
}

/* Score and controls of one resample; different is how many different models it has. */
static ScPartial *
prepare_lane(ScRefit *r, size_t lane, const uint32_t *model, size_t n, size_t *different)
{
	const ScRefitTable *t = &r->table;
	double	   *x = r->definition.rows + t->draws;
	double	   *control = x + t->draws;
	double	   *value = r->key;
	size_t		rows;
	size_t		j;
	size_t		k;

	*different = 0;
	for (k = 0; k < n; k++)
	{
		*different += r->counts[model[k] * (size_t) SC_LANES + lane] > 0.0;
		value[k] = r->score[model[k] * (size_t) SC_LANES + lane];
	}
	rows = repeat(r, lane, model, n, value, x);
	for (j = 0; j < t->k; j++)
	{
		for (k = 0; k < n; k++)
			value[k] = t->control[j * t->n + model[k]];
		repeat(r, lane, model, n, value, control + j * rows);
	}
	sc_refit_tick(r, 16 * (t->k + 1) * (t->k + 1) * (n + rows));
	return sc_partial_prepare(t->method, x, control, rows, t->k, r->definition.partial, r->poll);
}

void
sc_refit_controlled(ScRefit *r, size_t first, size_t end, size_t lanes, double *corr,
					size_t stride)
{
	const ScRefitTable *t = &r->table;
	const uint32_t *model = t->model + t->start[r->target[first]];
	size_t		n = t->start[r->target[first] + 1] - t->start[r->target[first]];
	double	   *y = r->definition.rows;
	size_t		l;
	size_t		k;

	for (l = 0; l < lanes; l++)
	{
		ScPartial  *partial = NULL;
		size_t		different = 0;

		if (!isnan(r->fault[l]))
			partial = prepare_lane(r, l, model, n, &different);
		for (k = first; k < end; k++)
		{
			size_t		target = r->target[k];
			double	   *to = &corr[target * stride + l];
			ScCorrelation c;

			*to = NAN;
			if (partial == NULL || different < SC_MIN_MODELS + sc_partial_controls(partial))
				continue;
			sc_refit_tick(r, 16 * (t->k + 2) * (n + repeat(r, l, model, n, t->y + t->start[target], y)));
			if (sc_partial_correlate(partial, y, r->poll, &c) == SC_OK)
				*to = c.corr;
		}
	}
}
