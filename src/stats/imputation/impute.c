/*-------------------------------------------------------------------------
 *
 * impute.c
 *	  Missing scores, imputed by regularised iterative principal components.
 *
 * The imputed table is never formed while it changes: it is mean + slope * t
 * everywhere, and observed scores differ from that by what is kept of them.  So a
 * step (imputer.c) takes as long as there are observed scores, however empty the
 * table is.  The table is written out only to find the first component to begin
 * with, and to see in the end that it still is the first.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "stats/base/arena.h"
#include "stats/base/sums.h"
#include "stats/component/component.h"
#include "stats/imputation/imputer.h"

/* How often the table is written out at most. */
#define MAX_ROUNDS 100

/* Weights that differ by less are of the same component. */
#define SAME_COMPONENT 1e-2

/* All but scratch, which comes last. */
static size_t
lay_out(ScImputer *s, void *base)
{
	ScArena		arena = {base, 0};
	size_t		n = s->n;
	size_t		d = s->d;

	sc_imputer_take(s, &arena, n, d);
	s->saved = sc_take_doubles(&arena, 3 * d);
	s->fit.spread = sc_take(&arena, d, sizeof(ScSpread));
	s->fit.value = sc_take_doubles(&arena, d);
	s->fit.vector = sc_take_doubles(&arena, d);
	s->fit.score = sc_take_doubles(&arena, n);
	s->scratch = sc_take(&arena, 0, 1);
	return arena.used;
}

/* Without that of sc_capability_fit(). */
static size_t
own_workspace(size_t n, size_t d)
{
	ScImputer	s;

	s.n = n;
	s.d = d;
	return lay_out(&s, NULL);
}

size_t
sc_impute_workspace(size_t n, size_t d)
{
	return own_workspace(n, d) + sc_capability_workspace(n, d, SC_PCA_PEARSON, 1);
}

size_t
sc_impute_workspace_up_to(size_t n, size_t d)
{
	return own_workspace(n, d) + sc_capability_workspace_up_to(n, d, SC_PCA_PEARSON, 1);
}

/* ----------
 * The observed scores
 * ----------
 */

static ScStatus
read_column(ScImputer *s, size_t j, const double *x, const bool *missing, ScPoll poll)
{
	double	   *w = s->w + s->start[j];
	size_t		at = s->start[j];
	size_t		n_j;
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		if (!missing[i])
		{
			s->model[at] = (uint32_t) i;
			s->w[at++] = x[i];
		}
		sc_poll_at(poll, i);
	}
	s->start[j + 1] = at;
	n_j = at - s->start[j];
	s->n_rows[j] = (double) n_j;
	if (n_j < SC_MIN_MODELS)
		return SC_TOO_FEW_SCORES;
	if (sc_is_constant(w, n_j, poll))
		return SC_CONSTANT_COLUMN;

	sc_spread(w, n_j, poll, &s->observed[j]);
	s->sum[j] = s->squares[j] = 0.0;
	for (i = 0; i < n_j; i++)
	{
		w[i] = (w[i] - s->observed[j].pivot - s->observed[j].centre) /
			s->observed[j].sd;
		s->sum[j] += w[i];
		s->squares[j] += w[i] * w[i];
		sc_poll_at(poll, i);
	}
	return SC_OK;
}

static ScStatus
read_table(ScImputer *s, const double *x, const bool *missing, ScPoll poll,
		   size_t *column)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < s->n; i++)
		s->count[i] = 1.0;
	s->rows = (double) s->n;
	s->start[0] = 0;
	for (j = 0; j < s->d; j++)
	{
		ScStatus	status = read_column(s, j, x + j * s->n, missing + j * s->n, poll);

		if (status != SC_OK)
		{
			*column = j;
			return status;
		}
		sc_poll_now(poll);
	}
	s->n_observed = s->start[s->d];
	return SC_OK;
}

/* ----------
 * The table, written out
 * ----------
 */

/* Imputes its missing scores by the estimate as it is now. */
static void
write_imputed(ScImputer *s, double *x, const bool *missing, ScPoll poll)
{
	double		shrink = sc_shrink_of(s);
	size_t		i;
	size_t		j;

	for (j = 0; j < s->d; j++)
	{
		const ScSpread *o = &s->observed[j];
		double		slope = s->sd[j] * shrink * s->weight[j];

		for (i = 0; i < s->n; i++)
		{
			if (missing[j * s->n + i])
			{
				double		imputed = o->pivot + (o->centre + o->sd * (s->mean[j] + slope * s->t[i]));

				x[j * s->n + i] = fmax(fmin(imputed, SC_MAX_SCORE), -SC_MAX_SCORE);
			}
			sc_poll_at(poll, i);
		}
		sc_poll_between(s, poll);
	}
}

/* The first component of the imputed table. */
static ScStatus
find_component(ScImputer *s, const double *x, ScPoll poll)
{
	return sc_capability_fit(x, s->n, s->d, SC_PCA_PEARSON, 1, s->scratch, poll,
							 &s->fit);
}

/* Goes on from it. */
static void
take_component(ScImputer *s)
{
	memcpy(s->weight, s->fit.vector, s->d * sizeof(double));
	s->lambda = s->fit.value[0];
	s->second = s->fit.value[1];
	s->last_cap = s->last_second = NAN;
}

/* Is the component by which the table was imputed its first one? */
static bool
is_first(const ScImputer *s)
{
	double		sign = 0.0;
	size_t		j;

	for (j = 0; j < s->d; j++)
		sign += s->fit.vector[j] * s->weight[j];
	sign = sign < 0.0 ? -1.0 : 1.0;
	for (j = 0; j < s->d; j++)
	{
		if (!(fabs(sign * s->fit.vector[j] - s->weight[j]) < SAME_COMPONENT))
			return false;
	}
	return true;
}

/*
 * A second eigenvalue to go on with.  Where it caps sigma2, a round may change it
 * by little, and there may be many rounds.  If they converge, the secant method
 * tells from two of them where.
 */
static void
set_second(ScImputer *s, double found)
{
	double		slope = (found - s->last_second) / (s->second - s->last_cap);
	double		meets = s->second + (found - s->second) / (1.0 - slope);

	s->last_cap = s->second;
	s->last_second = found;
	s->second = slope > 0.0 && slope < 1.0 && meets > 0.0 ? meets : found;
}

/*
 * Was the table imputed by its first component, shrunk as its second eigenvalue
 * demands?  If not, sets what to go on from.
 */
static ScStatus
check_component(ScImputer *s, const double *x, ScPoll poll, bool *same)
{
	double		used = s->sigma2;
	double		second = s->second;
	ScStatus	status = find_component(s, x, poll);

	*same = false;
	if (status != SC_OK)
		return status;
	if (!is_first(s))
	{
		take_component(s);
		return SC_OK;
	}
	s->second = s->fit.value[1];
	sc_impute_set_sigma2(s);
	*same = fabs(s->sigma2 - used) <= 10.0 * s->tolerance * s->lambda;
	if (!*same)
	{
		s->second = second;
		set_second(s, s->fit.value[1]);
	}
	return SC_OK;
}

static ScStatus
iterate(ScImputer *s, double *x, const bool *missing, ScPoll poll, size_t *steps)
{
	ScStatus	status;
	bool		same;
	size_t		round;
	size_t		j;

	/* to begin with, the means of the columns are imputed */
	for (j = 0; j < s->d; j++)
	{
		s->mean[j] = s->weight[j] = s->middle[j] = 0.0;
		s->sd[j] = sqrt((double) (s->start[j + 1] - s->start[j]) / (double) s->n);
	}
	memset(s->t, 0, s->n * sizeof(double));
	s->lambda = 1.0;
	s->sigma2 = 0.0;
	write_imputed(s, x, missing, poll);

	/* what the means leave undefined need not stay so */
	status = find_component(s, x, poll);
	if (status == SC_UNDEFINED_COMPONENT)
		status = SC_OK;
	if (status == SC_OK)
		take_component(s);

	for (round = 0; status == SC_OK && round < MAX_ROUNDS; round++)
	{
		status = sc_impute_converge(s, poll, steps);
		if (status != SC_OK)
			return status;
		sc_impute_set_sigma2(s);
		sc_impute_set_t(s, poll);
		write_imputed(s, x, missing, poll);
		status = check_component(s, x, poll, &same);
		if (status == SC_OK && same)
			return SC_OK;
	}
	return status == SC_OK ? SC_NOT_CONVERGED : status;
}

/* ----------
 * What comes of it
 * ----------
 */

/* See sc_impute(); w - mean - weight * sd * t is the residual. */
static double
noise_of(const ScImputer *s, size_t j)
{
	double		shrink = sc_shrink_of(s);
	double		v = s->weight[j];
	double		n_j = (double) (s->start[j + 1] - s->start[j]);
	double		squares = 0.0;
	double		freedom = 0.0;
	size_t		k;

	for (k = s->start[j]; k < s->start[j + 1]; k++)
	{
		size_t		i = s->model[k];
		double		residual = (s->w[k] - s->mean[j]) / s->sd[j] - v * s->t[i];

		squares += residual * residual;
		freedom += 1.0 - v * v / (1.0 - shrink * (1.0 - s->coverage[i]));
	}
	freedom *= 1.0 - 2.0 / n_j;

	/*
	 * every model has only this score, so it carries no information about
	 * noise
	 */
	if (!(freedom > DBL_EPSILON * n_j))
		return 1.0;
	return sqrt(squares / freedom);
}

static void
put_estimate(ScImputer *s, ScPoll poll, ScImputation *out)
{
	double		sign = 1.0;
	size_t		i;
	size_t		j;

	memcpy(out->weight, s->weight, s->d * sizeof(double));
	sc_orient_component(out->weight, s->d, 0);
	for (j = 0; j < s->d; j++)
	{
		if (out->weight[j] * s->weight[j] < 0.0)
			sign = -1.0;
		out->spread[j].pivot = s->observed[j].pivot;
		out->spread[j].centre = s->observed[j].centre + s->observed[j].sd * s->mean[j];
		out->spread[j].mean = out->spread[j].pivot + out->spread[j].centre;
		out->spread[j].sd = s->observed[j].sd * s->sd[j];
		out->noise[j] = noise_of(s, j);
		sc_poll_between(s, poll);
	}
	for (i = 0; i < s->n; i++)
		out->t[i] = sign * s->t[i];
	out->shrink = sc_shrink_of(s);
}

ScStatus
sc_impute(double *x, const bool *missing, size_t n, size_t d, double tolerance,
		  void *work, ScPoll poll, ScImputation *out)
{
	ScImputer	s;
	ScStatus	status;

	out->steps = 0;
	if (d > SC_MAX_COMPONENT_COLUMNS && n > SC_MAX_COMPONENT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	memset(&s, 0, sizeof(s));
	s.n = n;
	s.d = d;
	s.tolerance = tolerance;
	lay_out(&s, work);
	status = read_table(&s, x, missing, poll, &out->column);
	if (status != SC_OK || s.n_observed == n * d)
		return status;

	/* neither is in use yet */
	if (sc_impute_groups(missing, n, d, (uint32_t *) s.t, poll,
						 (uint32_t *) s.coverage) > 1)
		return SC_NOT_CONNECTED;
	status = iterate(&s, x, missing, poll, &out->steps);
	if (status == SC_OK)
		put_estimate(&s, poll, out);
	return status;
}

double
sc_impute_sigma2(double models, size_t d, double lambda, double second)
{
	double		columns = (double) d;
	double		sigma2 = models * columns / fmin(columns, models - 1.0) *
		(columns - lambda) / ((models - 2.0) * (columns - 1.0));

	return fmax(fmin(sigma2, second), 0.0);
}

void
sc_impute_project(const double *x, const bool *missing, size_t n, size_t d,
				  const ScImputation *imputation, ScPoll poll, double *t)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		double		sum = 0.0;
		double		coverage = 0.0;
		bool		all = true;

		for (j = 0; j < d; j++)
		{
			const ScSpread *spread = &imputation->spread[j];
			double		v = imputation->weight[j];

			if (missing != NULL && missing[j * n + i])
			{
				all = false;
				continue;
			}
			sum += v * ((x[j * n + i] - spread->pivot - spread->centre) / spread->sd);
			coverage += v * v;
		}
		if (!all)
			sum /= 1.0 - imputation->shrink * (1.0 - coverage);
		t[i] = sum;
		if (i % 256 == 255)
			sc_poll_now(poll);
	}
}

void
sc_imputation_errors(const bool *missing, size_t n, size_t d,
					 const ScImputation *imputation, ScPoll poll, double *se)
{
	const double *v = imputation->weight;
	const double *t = imputation->t;
	size_t		i;
	size_t		j;

	/* the first column holds var of each model, until it gets its own errors */
	for (i = 0; i < n; i++)
	{
		double		coverage = 0.0;
		double		var = 0.0;

		for (j = 0; j < d; j++)
		{
			if (!missing[j * n + i])
			{
				coverage += v[j] * v[j];
				var += v[j] * v[j] * imputation->noise[j] * imputation->noise[j];
			}
		}
		coverage = 1.0 - imputation->shrink * (1.0 - coverage);
		se[i] = var / (coverage * coverage);
		if (i % 256 == 255)
			sc_poll_now(poll);
	}

	for (j = d; j-- > 0;)
	{
		const bool *gone = missing + j * n;
		double		noise2 = imputation->noise[j] * imputation->noise[j];
		double		slope = imputation->shrink * v[j];
		double		n_j = 0.0;
		double		mean = 0.0;
		double		squares = 0.0;

		for (i = 0; i < n; i++)
		{
			n_j += !gone[i];
			mean += gone[i] ? 0.0 : t[i];
		}
		mean /= n_j;
		for (i = 0; i < n; i++)
			squares += gone[i] ? 0.0 : (t[i] - mean) * (t[i] - mean);
		for (i = 0; i < n; i++)
		{
			double		far = t[i] - mean;
			double		lean = squares > 0.0 ? far * far / squares : 0.0;
			double		error = noise2 * (1.0 + 1.0 / n_j + lean) + slope * slope * se[i];

			se[j * n + i] = gone[i] ? fmin(imputation->spread[j].sd * sqrt(error), DBL_MAX) : 0.0;
		}
		sc_poll_now(poll);
	}
}

/* ----------
 * Groups
 * ----------
 */

size_t
sc_impute_groups(const bool *missing, size_t n, size_t d, uint32_t *parent,
				 ScPoll poll, uint32_t *group)
{
	size_t		n_groups = 0;
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
		parent[i] = (uint32_t) i;
	for (j = 0; j < d; j++)
	{
		const bool *gone = missing + j * n;
		uint32_t	first = UINT32_MAX;

		for (i = 0; i < n; i++)
		{
			sc_poll_at(poll, i);
			if (gone[i])
				continue;
			if (first == UINT32_MAX)
				first = sc_group_root(parent, (uint32_t) i);
			else
			{
				uint32_t	a = sc_group_root(parent, first);
				uint32_t	b = sc_group_root(parent, (uint32_t) i);

				/* the smallest of a group is its root */
				parent[a > b ? a : b] = a > b ? b : a;
			}
		}
		sc_poll_now(poll);
	}
	for (i = 0; i < n; i++)
	{
		uint32_t	root = sc_group_root(parent, (uint32_t) i);

		group[i] = root == i ? (uint32_t) n_groups++ : group[root];
	}
	return n_groups;
}
