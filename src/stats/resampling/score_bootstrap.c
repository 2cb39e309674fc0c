/*-------------------------------------------------------------------------
 *
 * score_bootstrap.c
 *	  Bootstrap replicates of capabilities scores over benchmarks.
 *
 * Columns that stand c times need not be written c times.  With R the matrix of
 * the m different ones and C the diagonal of their c, the matrix of all d has the
 * eigenvalues of sqrt(C) R sqrt(C), but for zeros; of its unit eigenvector u each
 * of the c copies of column j has the weight v = u[j] / sqrt(c).  A score is the
 * sum of c v z.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/base/arena.h"
#include "stats/base/normal.h"
#include "stats/base/sums.h"
#include "stats/component/capability.h"
#include "stats/component/component.h"
#include "stats/component/power_method.h"
#include "stats/correlation/rank.h"
#include "stats/resampling/score_bootstrap.h"

/* The table, and pieces of the workspace. */
typedef struct Bootstrap
{
	const double *x;
	const double *se;			/* NULL: none is known */
	const bool *missing;		/* NULL: nothing was imputed */
	const ScImputation *imputation;
	bool		redrawn;		/* either of them: scores are drawn anew */
	size_t		n;
	size_t		d;
	ScPca		pca;

	/* of all benchmarks, or of those taken where they are drawn anew */
	double	   *z;				/* column by column */
	double	   *matrix;
	double	   *first;			/* d: the component of all */

	/* of one resample */
	size_t		m;				/* different benchmarks */
	uint32_t   *taken;			/* d: how often each was */
	uint32_t   *column;			/* d: those taken, ascending */
	double	   *scaled;			/* d x d: sqrt(C) R sqrt(C), m x m */
	double	   *value;			/* d */
	double	   *vector;			/* d: u, then c v */
	double	   *copies;			/* d: v of each copy */
	double	   *start;			/* d: where u may be looked for */
	double	   *score;			/* n */
	double	   *t;				/* n: of the imputation */
	double	   *coverage;		/* n: sum of c v^2 over observed scores */
	uint32_t   *order;			/* n: from the last resample */
	void	   *scratch;		/* of what is called */
} Bootstrap;

/* Fewer columns may take more: sc_components() has a way of its own for few. */
static size_t
scratch_size(size_t n, size_t d, ScPca pca)
{
	size_t		few = sc_smaller(d, SC_MAX_DIRECT_COLUMNS);
	size_t		size = sc_larger(sc_power_workspace(d), sc_power_workspace(few));

	size = sc_larger(size, sc_correlation_matrix_workspace(n, d, pca));
	return sc_larger(size, sc_sort_workspace(n));
}

/* Lays out the arrays from base on; returns their size. */
static size_t
lay_out(Bootstrap *s, size_t n, size_t d, ScPca pca, void *base)
{
	ScArena		arena = {base, 0};

	s->n = n;
	s->d = d;
	s->pca = pca;
	s->z = sc_take_doubles(&arena, n * d);
	s->matrix = sc_take_doubles(&arena, d * d);
	s->first = sc_take_doubles(&arena, d);

	s->taken = sc_take(&arena, d, sizeof(uint32_t));
	s->column = sc_take(&arena, d, sizeof(uint32_t));
	s->scaled = sc_take_doubles(&arena, d * d);
	s->value = sc_take_doubles(&arena, d);
	s->vector = sc_take_doubles(&arena, d);
	s->copies = sc_take_doubles(&arena, d);
	s->start = sc_take_doubles(&arena, d);
	s->score = sc_take_doubles(&arena, n);
	s->t = sc_take_doubles(&arena, n);
	s->coverage = sc_take_doubles(&arena, n);
	s->order = sc_take(&arena, n, sizeof(uint32_t));
	s->scratch = sc_take(&arena, scratch_size(n, d, pca), 1);
	return arena.used;
}

size_t
sc_score_bootstrap_workspace(size_t n, size_t d, ScPca pca)
{
	Bootstrap	s;

	return lay_out(&s, n, d, pca, NULL);
}

/* Are there standard errors at all? */
static bool
any_error(const double *se, size_t n, size_t d, ScPoll poll)
{
	size_t		i;

	for (i = 0; se != NULL && i < n * d; i++)
	{
		if (se[i] > 0.0)
			return true;
		sc_poll_at(poll, i);
	}
	return false;
}

/*
 * z-scores of a column, by the same expression as sc_component_score(), for the same
 * bits; false: constant.
 */
static bool
standardise(const double *x, size_t n, double *z, ScPoll poll)
{
	ScSpread	spread;
	size_t		i;

	sc_spread(x, n, poll, &spread);
	if (spread.sd == 0.0)
		return false;
	for (i = 0; i < n; i++)
	{
		z[i] = (x[i] - spread.pivot - spread.centre) / spread.sd;
		sc_poll_at(poll, i);
	}
	return true;
}

static void
take_benchmarks(Bootstrap *s, uint64_t seed, uint64_t b)
{
	ScPhilox	random;
	size_t		j;

	sc_philox_start(&random, seed, SC_RESAMPLE_BENCHMARKS, b);
	memset(s->taken, 0, s->d * sizeof(uint32_t));
	for (j = 0; j < s->d; j++)
		s->taken[sc_philox_index(&random, s->d)]++;
	s->m = 0;
	for (j = 0; j < s->d; j++)
	{
		if (s->taken[j] > 0)
			s->column[s->m++] = (uint32_t) j;
	}
}

/*
 * Draws column a of the benchmarks taken.  A missing score gets its random number
 * for now, an observed one goes into its model's t.
 */
static void
draw_column(Bootstrap *s, size_t a, ScPhilox *random, ScPoll poll)
{
	size_t		j = s->column[a];
	const double *x = s->x + j * s->n;
	const double *se = s->se == NULL ? NULL : s->se + j * s->n;
	const bool *gone = s->missing == NULL ? NULL : s->missing + j * s->n;
	double	   *drawn = s->z + a * s->n;
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		sc_poll_at(poll, i);
		if (gone != NULL && gone[i])
		{
			drawn[i] = sc_philox_normal(random);
			continue;
		}
		drawn[i] = x[i];
		if (se != NULL && se[i] > 0.0)
			drawn[i] += se[i] * sc_philox_normal(random);
		if (gone != NULL)
		{
			const ScSpread *spread = &s->imputation->spread[j];
			double		v = s->imputation->weight[j];
			double		times = (double) s->taken[j];

			s->t[i] += times * v *
				((drawn[i] - spread->pivot - spread->centre) / spread->sd);
			s->coverage[i] += times * v * v;
		}
	}
}

/* Imputes what is missing of the benchmarks taken, by t and the random numbers. */
static void
impute_drawn(Bootstrap *s, ScPoll poll)
{
	const ScImputation *m = s->imputation;
	double		all = 0.0;
	size_t		a;
	size_t		i;

	for (a = 0; a < s->m; a++)
	{
		double		v = m->weight[s->column[a]];

		all += (double) s->taken[s->column[a]] * v * v;
	}
	for (i = 0; i < s->n; i++)
	{
		if (s->coverage[i] > 0.0)
			s->t[i] /= (1.0 - m->shrink) * all + m->shrink * s->coverage[i];
	}
	for (a = 0; a < s->m; a++)
	{
		size_t		j = s->column[a];
		const bool *gone = s->missing + j * s->n;
		const ScSpread *spread = &m->spread[j];
		double	   *drawn = s->z + a * s->n;

		for (i = 0; i < s->n; i++)
		{
			sc_poll_at(poll, i);
			if (gone[i])
				drawn[i] = spread->pivot + (spread->centre + spread->sd *
											(m->shrink * m->weight[j] * s->t[i] +
											 m->noise[j] * drawn[i]));
		}
		sc_poll_now(poll);
	}
}

/* The scores of the benchmarks taken, drawn anew. */
static void
redraw(Bootstrap *s, uint64_t seed, uint64_t b, ScPoll poll)
{
	size_t		n = s->n;
	ScPhilox	random;
	size_t		a;

	sc_philox_start(&random, seed, SC_REDRAW_SCORES, b);
	if (s->missing != NULL)
	{
		memset(s->t, 0, n * sizeof(double));
		memset(s->coverage, 0, n * sizeof(double));
	}
	for (a = 0; a < s->m; a++)
	{
		draw_column(s, a, &random, poll);
		sc_poll_now(poll);
	}
	if (s->missing != NULL)
		impute_drawn(s, poll);
}

/* Their z-scores and matrix; false: a constant. */
static bool
standardise_drawn(Bootstrap *s, ScPoll poll)
{
	size_t		n = s->n;
	size_t		a;

	for (a = 0; a < s->m; a++)
	{
		if (sc_is_constant(s->z + a * n, n, poll))
			return false;
	}
	sc_correlation_matrix(s->z, n, s->m, s->pca, s->matrix, s->scratch, poll);
	for (a = 0; a < s->m; a++)
		standardise(s->z + a * n, n, s->z + a * n, poll);
	return true;
}

/*
 * The weights c v of the benchmarks taken, in s->vector.  SC_UNDEFINED_COMPONENT
 * if the resample has no first component.
 */
static ScStatus
find_weights(Bootstrap *s, ScPoll poll)
{
	size_t		m = s->m;
	size_t		copy = 0;
	ScStatus	status;
	size_t		a;
	size_t		b;
	uint32_t	c;

	for (a = 0; a < m; a++)
	{
		uint32_t	ja = s->column[a];

		for (b = 0; b < m; b++)
		{
			uint32_t	jb = s->column[b];
			double		r = s->redrawn ? s->matrix[a * m + b] :
				s->matrix[ja * s->d + jb];

			s->scaled[a * m + b] = r *
				sqrt((double) s->taken[ja] * (double) s->taken[jb]);
		}
		s->start[a] = s->first[ja] * sqrt((double) s->taken[ja]);
	}
	status = sc_first_component_near(s->scaled, m, s->start, s->value, s->vector,
									 s->scratch, poll);
	if (status != SC_OK)
		return status;

	for (a = 0; a < m; a++)
	{
		for (c = s->taken[s->column[a]]; c > 0; c--)
			s->copies[copy++] = s->vector[a] / sqrt(s->taken[s->column[a]]);
	}
	sc_orient_component(s->copies, s->d, 0);
	for (a = 0, copy = 0; a < m; a++)
	{
		uint32_t	times = s->taken[s->column[a]];

		s->vector[a] = times * s->copies[copy];
		copy += times;
	}
	return SC_OK;
}

/* In the order of columns for every model, so that equal models tie. */
static void
compute_scores(Bootstrap *s, ScPoll poll)
{
	size_t		n = s->n;
	size_t		a;
	size_t		i;

	for (i = 0; i < n; i++)
		s->score[i] = 0.0;
	for (a = 0; a < s->m; a++)
	{
		const double *z = s->z + (s->redrawn ? a : s->column[a]) * n;
		double		weight = s->vector[a];

		for (i = 0; i < n; i++)
		{
			s->score[i] += weight * z[i];
			sc_poll_at(poll, i);
		}
		sc_poll_now(poll);
	}
}

/* The order may be any on entry: that of the last resample is near. */
static void
put_ranks(Bootstrap *s, size_t b, ScPoll poll, ScScoreReplicates *out)
{
	size_t		better = 0;		/* models before the group of equal ones */
	size_t		p;

	sc_sort_order(s->score, s->n, s->order, s->scratch, poll);
	for (p = s->n; p-- > 0;)
	{
		uint32_t	i = s->order[p];

		if (p + 1 < s->n && s->score[i] != s->score[s->order[p + 1]])
			better = s->n - 1 - p;
		out->rank[i * out->stride + b] = (int32_t) better + 1;
		sc_poll_at(poll, p);
	}
}

static void
put_scores(const Bootstrap *s, bool valid, size_t b, ScPoll poll,
		   ScScoreReplicates *out)
{
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		size_t		at = i * out->stride + b;

		out->score[at] = valid ? s->score[i] : NAN;
		if (!valid && out->rank != NULL)
			out->rank[at] = 0;
		sc_poll_at(poll, i);
	}
}

/* Ranks are looked for from some order. */
static void
number_models(Bootstrap *s, ScPoll poll)
{
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		s->order[i] = (uint32_t) i;
		sc_poll_at(poll, i);
	}
}

static void
put_resample(Bootstrap *s, bool valid, size_t b, ScPoll poll, ScScoreReplicates *out)
{
	if (valid)
	{
		compute_scores(s, poll);
		if (out->rank != NULL)
			put_ranks(s, b, poll, out);
	}
	put_scores(s, valid, b, poll, out);
}

ScStatus
sc_score_bootstrap(const double *x, const double *se, const bool *missing,
				   const ScImputation *imputation, size_t n, size_t d, ScPca pca,
				   uint64_t seed, void *work, ScPoll poll, ScScoreReplicates *out)
{
	Bootstrap	s;
	size_t		b;
	size_t		j;

	if (d > SC_MAX_COMPONENT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;

	s.x = x;
	s.se = any_error(se, n, d, poll) ? se : NULL;
	s.missing = missing;
	s.imputation = imputation;
	s.redrawn = s.se != NULL || missing != NULL;
	lay_out(&s, n, d, pca, work);
	for (j = 0; j < d; j++)
	{
		if (!standardise(x + j * n, n, s.z + j * n, poll))
			return SC_CONSTANT_COLUMN;
		sc_poll_now(poll);
	}
	sc_correlation_matrix(x, n, d, pca, s.matrix, s.scratch, poll);
	if (sc_components(s.matrix, d, 1, s.value, s.first, s.scratch, poll) != SC_OK)
		return SC_SOLVER_FAILED;
	number_models(&s, poll);

	for (b = 0; b < out->count; b++)
	{
		ScStatus	status = SC_CONSTANT_COLUMN;

		sc_poll_now(poll);
		take_benchmarks(&s, seed, out->first + b);
		if (s.redrawn)
			redraw(&s, seed, out->first + b, poll);
		if (!s.redrawn || standardise_drawn(&s, poll))
			status = find_weights(&s, poll);
		if (status == SC_SOLVER_FAILED)
			return status;
		put_resample(&s, status == SC_OK, b, poll, out);
	}
	return SC_OK;
}

/* ----------
 * On a given component
 * ----------
 */

/* z-scores of the benchmarks taken, by the component's own spread. */
static void
standardise_fitted(Bootstrap *s, ScPoll poll)
{
	size_t		a;
	size_t		i;

	for (a = 0; a < s->m; a++)
	{
		const ScSpread *spread = &s->imputation->spread[s->column[a]];
		double	   *z = s->z + a * s->n;

		for (i = 0; i < s->n; i++)
		{
			z[i] = (z[i] - spread->pivot - spread->centre) / spread->sd;
			sc_poll_at(poll, i);
		}
		sc_poll_now(poll);
	}
}

/* Its weights of the benchmarks taken, of unit length with all copies; false: 0. */
static bool
take_weights(Bootstrap *s)
{
	double		squares = 0.0;
	size_t		a;

	for (a = 0; a < s->m; a++)
	{
		double		v = s->imputation->weight[s->column[a]];

		s->vector[a] = (double) s->taken[s->column[a]] * v;
		squares += s->vector[a] * v;
	}
	for (a = 0; a < s->m; a++)
		s->vector[a] /= sqrt(squares);
	return squares > 0.0;
}

void
sc_fitted_score_bootstrap(const double *x, const double *se, const bool *missing,
						  const ScImputation *fitted, size_t n, size_t d,
						  uint64_t seed, void *work, ScPoll poll,
						  ScScoreReplicates *out)
{
	Bootstrap	s;
	size_t		b;

	s.x = x;
	s.se = any_error(se, n, d, poll) ? se : NULL;
	s.missing = missing;
	s.imputation = fitted;
	s.redrawn = true;
	lay_out(&s, n, d, SC_PCA_SPEARMAN, work);
	number_models(&s, poll);
	for (b = 0; b < out->count; b++)
	{
		sc_poll_now(poll);
		take_benchmarks(&s, seed, out->first + b);
		redraw(&s, seed, out->first + b, poll);
		standardise_fitted(&s, poll);
		put_resample(&s, take_weights(&s), b, poll, out);
	}
}
