/*-------------------------------------------------------------------------
 *
 * test_refit.c
 *	  Refits of resamples against the recipe on the table with its rows repeated:
 *	  sc_capability_fit() and sc_correlate().
 *
 *-------------------------------------------------------------------------
 */
#include "stats/component/capability.h"
#include "check.h"
#include "stats/component/component.h"
#include "stats/base/philox.h"
#include "stats/correlation/partial.h"
#include "stats/resampling/refit.h"

/* A table whose arrays are the test's. */
typedef struct Made
{
	ScRefitTable table;
	double	   *x;
	size_t	   *start;
	uint32_t   *model;
	double	   *y;
	double	   *control;		/* none unless by add_controls() */
} Made;

/* Resamples and their answers; memory is exactly as large as it must be. */
typedef struct Answers
{
	size_t		replicates;
	ScRefitOut	out;
} Answers;

/* ----------
 * Tables
 * ----------
 */

enum
{
	CLEAN,						/* one factor, no ties */
	TIES,						/* one factor, some columns rounded */
	COARSE,						/* few different values */
	RARE,						/* one value nearly everywhere */
	TWICE,						/* each model twice */
	NOISE,						/* no factor */
	OFFSETS,					/* large offsets, outliers, units */
	GROUPS,						/* two groups of benchmarks, uncorrelated */
	TABLE_KINDS
};

static double
make_score(int kind, double common, size_t i, size_t j)
{
	static const double patterns[2][4] = {{0, 1, 2, 3}, {1, 3, 0, 2}};
	double		value = common + 0.5 * random_normal();

	switch (kind)
	{
		case TIES:
			return j % 2 == 0 ? value : rint(value * 2.0);
		case COARSE:
			return (double) random_below(3) + (random_below(2) == 0 && common > 0.0);
		case RARE:
			return random_below(6) == 0 ? value : 0.1;
		case NOISE:
			return random_normal();
		case OFFSETS:
			if (j % 5 == 0)
				return value + 1e9;
			if (j % 5 == 1)
				return i % 7 == 0 ? 1e12 * value : value;
			if (j % 5 == 2)
				return value * 1e130;
			if (j % 5 == 3)
				return i == 3 ? 1e135 : value * 1e-200;
			return value * 0x1p-1040;
		case GROUPS:
			return patterns[j % 2][i % 4];
		default:
			return value;
	}
}

/*
 * d capability benchmarks and m targets of n models.  Some targets have all
 * models, some the same as the one before, some few or none; every fifth is of
 * another kind.
 */
static void
make_table(Made *made, size_t n, size_t d, size_t m, int kind, ScPca pca,
		   ScMethod method, size_t draws)
{
	ScRefitTable *t = &made->table;
	double	   *common = exactly(n * sizeof(double));
	bool	   *has = exactly(n * sizeof(bool));
	size_t		cells = 0;
	size_t		i;
	size_t		j;
	size_t		k;

	made->x = exactly(n * d * sizeof(double));
	made->start = exactly((m + 1) * sizeof(size_t));
	made->model = malloc((n * m + 1) * sizeof(uint32_t));
	made->y = malloc((n * m + 1) * sizeof(double));
	for (i = 0; i < n; i++)
		common[i] = 2.0 * random_normal();
	for (j = 0; j < d; j++)
	{
		for (i = 0; i < n; i++)
			made->x[j * n + i] = make_score(kind, common[i], i, j);
	}
	for (i = 1; i < n && kind == TWICE; i += 2)
	{
		for (j = 0; j < d; j++)
			made->x[j * n + i] = made->x[j * n + i - 1];
	}

	for (k = 0; k < m; k++)
	{
		int			of = k % 5 == 4 ? (int) random_below(TABLE_KINDS) : kind;
		double		sign = random_below(3) == 0 ? -1.0 : 1.0;
		size_t		rate = k % 4 == 3 ? 10 - random_below(4) * 3 : 10;

		made->start[k] = cells;
		for (i = 0; i < n; i++)
		{
			if (k % 3 != 1)
				has[i] = random_below(10) < rate;
			if (!has[i] && (k > 0 || i > 0))
				continue;
			made->model[cells] = (uint32_t) i;
			made->y[cells++] = make_score(of, sign * common[i], i, k);
		}
	}
	made->start[m] = cells;

	/* no room behind the last cell */
	made->model = realloc(made->model, cells > 0 ? cells * sizeof(uint32_t) : 1);
	made->y = realloc(made->y, cells > 0 ? cells * sizeof(double) : 1);

	t->n = n;
	t->d = d;
	t->x = made->x;
	t->m = m;
	t->start = made->start;
	t->model = made->model;
	t->y = made->y;
	t->pca = pca;
	t->method = method;
	t->draws = draws;
	t->kernel = SC_KERNEL_BEST;
	t->k = 0;
	t->control = made->control = NULL;
	free(common);
	free(has);
}

static void
free_table(Made *made)
{
	free(made->x);
	free(made->start);
	free(made->model);
	free(made->y);
	free(made->control);
}

/* k controls, of which some are a capability benchmark, constant or the one before. */
static void
add_controls(Made *made, size_t k, int kind)
{
	size_t		n = made->table.n;
	size_t		i;
	size_t		j;

	made->control = exactly(k * n * sizeof(double));
	for (j = 0; j < k; j++)
	{
		size_t		what = random_below(12);

		for (i = 0; i < n; i++)
			made->control[j * n + i] = what == 0 ? made->x[i] : what == 1 ? 0.1 :
				what == 2 && j > 0 ? made->control[(j - 1) * n + i] :
				make_score(kind, made->x[i] / 1e3 + random_normal(), i, j);
	}
	made->table.k = k;
	made->table.control = made->control;
}

/*
 * Counts of one kind of resample, which sum to at most draws >= n: the bootstrap,
 * some models left out, few models often, all of them, none.
 */
static void
make_counts(uint32_t *counts, size_t n, size_t draws, size_t b)
{
	size_t		i;
	size_t		k;

	for (i = 0; i < n; i++)
		counts[i] = 0;
	switch (b % 8)
	{
		case 0:
			for (i = 0; i < n; i++)
				counts[i] = random_below(5) > 0;
			break;
		case 1:
			k = random_below(n);
			for (i = 0; i < n; i++)
				counts[i] = i != k;
			break;
		case 2:
			for (i = 0; i < 4; i++)
				counts[random_below(n)] += (uint32_t) (random_below(draws / 4 + 1));
			break;
		case 3:
			if (random_below(3) > 0)
			{
				for (i = 0; i < n; i++)
					counts[i] = 1;
			}
			break;
		case 4:
			for (i = 0; i < draws; i++)
				counts[random_below(n)]++;
			break;
		default:
			sc_bootstrap_counts(1, b + random_bits() % 1000, n, counts);
			break;
	}
}

/* ----------
 * Answers
 * ----------
 */

static Answers
new_answers(const ScRefitTable *t, size_t replicates, size_t stride)
{
	Answers		a;

	a.replicates = replicates;
	a.out.stride = stride;
	a.out.corr = exactly(t->m * stride * sizeof(double));
	a.out.value = exactly(stride * sizeof(double));
	a.out.vector = exactly(t->d * stride * sizeof(double));
	a.out.score = exactly(t->n * stride * sizeof(double));
	return a;
}

static void
free_answers(Answers *a)
{
	free(a->out.corr);
	free(a->out.value);
	free(a->out.vector);
	free(a->out.score);
}

static Answers
refit_all(const ScRefitTable *t, const uint32_t *counts, size_t replicates)
{
	Answers		a = new_answers(t, replicates, replicates);
	void	   *work = exactly(sc_refit_workspace(t));

	sc_refit(sc_refit_prepare(t, work, NULL), counts, replicates, 0, &a.out, NULL);
	free(work);
	return a;
}

static bool
same_answers(const ScRefitTable *t, const Answers *a, const Answers *b)
{
	size_t		n = a->replicates;

	return same_bits(a->out.corr, b->out.corr, t->m * n) &&
		same_bits(a->out.value, b->out.value, n) &&
		same_bits(a->out.vector, b->out.vector, t->d * n) &&
		same_bits(a->out.score, b->out.score, t->n * n);
}

/* ----------
 * The definition
 * ----------
 */

/* The recipe on repeated rows. */
typedef struct Repeated
{
	size_t		n;				/* rows */
	size_t		different;		/* models */
	double	   *x;
	ScStatus	status;
	ScCapabilityFit fit;
} Repeated;

static Repeated
repeat_rows(const ScRefitTable *t, const uint32_t *counts)
{
	Repeated	r;
	size_t		at = 0;
	size_t		i;
	size_t		j;
	size_t		k;
	void	   *work;

	r.n = r.different = 0;
	for (i = 0; i < t->n; i++)
	{
		r.n += counts[i];
		r.different += counts[i] > 0;
	}
	r.x = exactly(r.n * t->d * sizeof(double));
	for (j = 0; j < t->d; j++)
	{
		for (i = 0; i < t->n; i++)
		{
			for (k = 0; k < counts[i]; k++)
				r.x[at++] = t->x[j * t->n + i];
		}
	}
	r.fit.spread = exactly(t->d * sizeof(ScSpread));
	r.fit.value = exactly(t->d * sizeof(double));
	r.fit.vector = exactly(t->d * sizeof(double));
	r.fit.score = exactly(r.n * sizeof(double));
	r.status = SC_TOO_FEW_MODELS;
	if (r.different >= SC_MIN_MODELS)
	{
		work = exactly(sc_capability_workspace(r.n, t->d, t->pca, 1));
		r.status = sc_capability_fit(r.x, r.n, t->d, t->pca, 1, work, NULL, &r.fit);
		free(work);
	}
	return r;
}

static void
free_repeated(Repeated *r)
{
	free(r->x);
	free(r->fit.spread);
	free(r->fit.value);
	free(r->fit.vector);
	free(r->fit.score);
}

/* sc_partial_correlate() of the rows of target k that were made of it; or NaN. */
static double
correlate_controlled(const ScRefitTable *t, size_t k, const uint32_t *counts,
					 const double *y, const double *x, size_t n, size_t different)
{
	double	   *control = exactly(t->k * n * sizeof(double));
	void	   *work = exactly(sc_partial_workspace(t->method, n, t->k));
	ScPartial  *partial;
	ScCorrelation c;
	ScStatus	status;
	size_t		at = 0;
	size_t		i;
	size_t		j;
	size_t		copy;

	for (j = 0; j < t->k; j++)
	{
		for (i = t->start[k]; i < t->start[k + 1]; i++)
		{
			for (copy = 0; copy < counts[t->model[i]]; copy++)
				control[at++] = t->control[j * t->n + t->model[i]];
		}
	}
	partial = sc_partial_prepare(t->method, x, control, n, t->k, work, NULL);
	status = sc_partial_correlate(partial, y, NULL, &c);
	free(control);
	free(work);
	return status == SC_OK && different >= SC_MIN_MODELS + c.controls ? c.corr : NAN;
}

/*
 * sc_correlate() of target k with a score per model, on repeated rows, or given the controls;
 * or NaN.
 */
static double
correlate_repeated(const ScRefitTable *t, size_t k, const uint32_t *counts,
				   const double *score)
{
	ScCorrelation c;
	ScStatus	status;
	double	   *y;
	double	   *x;
	void	   *work;
	size_t		n = 0;
	size_t		different = 0;
	size_t		i;
	size_t		copy;

	for (i = t->start[k]; i < t->start[k + 1]; i++)
	{
		n += counts[t->model[i]];
		different += counts[t->model[i]] > 0;
	}
	if (different < SC_MIN_MODELS)
		return NAN;
	y = exactly(n * sizeof(double));
	x = exactly(n * sizeof(double));
	work = exactly(sc_correlate_workspace(t->method, n));
	n = 0;
	for (i = t->start[k]; i < t->start[k + 1]; i++)
	{
		for (copy = 0; copy < counts[t->model[i]]; copy++)
		{
			y[n] = t->y[i];
			x[n++] = score[t->model[i]];
		}
	}
	status = sc_correlate(t->method, y, x, n, work, NULL, &c);
	if (t->k > 0)
	{
		c.corr = correlate_controlled(t, k, counts, y, x, n, different);
		status = isnan(c.corr) ? SC_CONTROLLED_Y : SC_OK;
	}
	free(y);
	free(x);
	free(work);
	return status == SC_OK ? c.corr : NAN;
}

/* Have two sets of scores the same order, by distances that are not rounding? */
static bool
order_is_certain(const double *score, const double *other, const uint32_t *counts,
				 size_t n, double least)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < i; j++)
		{
			if (counts[i] > 0 && counts[j] > 0 && score[i] != score[j] &&
				fabs(score[i] - score[j]) < least)
				return false;
			if (counts[i] > 0 && counts[j] > 0 && score[i] == score[j] &&
				other[i] != other[j])
				return false;
		}
	}
	return true;
}

static bool
agrees(ScMethod method, double got, double want, double tolerance)
{
	if (isnan(want))
		return isnan(got);
	return method == SC_PEARSON ? fabs(got - want) <= tolerance : got == want;
}

/* What was compared, so that a test can tell that it did compare. */
static long seen_ok;
static long seen_nan;
static long seen_certain;
static long seen_status[8];

/* One resample's answers against the definition. */
static void
check_replicate(const ScRefitTable *t, const uint32_t *counts,
				const Answers *a, size_t b)
{
	Repeated	r = repeat_rows(t, counts);
	size_t		stride = a->out.stride;
	double	   *ours = exactly(t->n * sizeof(double));
	double	   *score = exactly(t->n * sizeof(double));
	double		loss = 1.0;		/* of digits by a small gap */
	double		largest = 1.0;
	bool		near = true;
	bool		certain;
	bool		exact = true;
	bool		same = true;
	size_t		i;
	size_t		j;
	size_t		k;

	seen_status[r.status]++;
	if (r.status != SC_OK)
	{
		for (k = 0; k < t->m; k++)
			near = near && isnan(a->out.corr[k * stride + b]);
		for (j = 0; j < t->d; j++)
			near = near && isnan(a->out.vector[j * stride + b]);
		for (i = 0; i < t->n; i++)
			near = near && isnan(a->out.score[i * stride + b]);
		CHECK(near && isnan(a->out.value[b]));
		free_repeated(&r);
		free(ours);
		free(score);
		return;
	}

	if (r.fit.n_values > 1)
		loss = r.fit.value[0] / (r.fit.value[0] - r.fit.value[1]);
	CHECK_RELATIVE(a->out.value[b], r.fit.value[0], 1e-13L);
	for (j = 0; j < t->d; j++)
		near = near && fabs(a->out.vector[j * stride + b] - r.fit.vector[j]) <= 1e-14 * loss;
	CHECK(near);
	for (i = 0; i < t->n; i++)
	{
		double		most = 1.0;

		score[i] = sc_component_score(t->x + i, t->n, t->d, r.fit.spread,
									  r.fit.vector);
		ours[i] = a->out.score[i * stride + b];
		for (j = 0; j < t->d; j++)
			most += fabs(t->x[j * t->n + i] - r.fit.spread[j].mean) / r.fit.spread[j].sd;
		if (counts[i] > 0 && most > largest)
			largest = most;
		if (!(fabs(ours[i] - score[i]) <= 1e-13 * loss * most) &&
			!(most >= 1e290 && fabs(ours[i]) >= 1e290 * 1e-13))
			near = false;
	}
	for (i = 0; i < t->n; i++)
		near = near && isfinite(ours[i]);
	CHECK(near);

	/* equal rows tie */
	for (i = 0; i < t->n; i++)
	{
		for (j = 0; j < i; j++)
		{
			bool		equal = true;

			for (k = 0; k < t->d && equal; k++)
				equal = t->x[k * t->n + i] == t->x[k * t->n + j];
			same = same && (!equal || ours[i] == ours[j]);
		}
	}
	CHECK(same);

	/* one benchmark is the score */
	if (t->d == 1)
	{
		for (i = 0; i < t->n; i++)
			score[i] = ours[i] = t->x[i];
	}
	certain = order_is_certain(score, ours, counts, t->n, 1e-11 * loss * largest);
	seen_certain += certain;
	for (k = 0; k < t->m; k++)
	{
		double		got = a->out.corr[k * stride + b];
		double		want = correlate_repeated(t, k, counts, ours);

		seen_nan += isnan(want);
		seen_ok += !isnan(want);
		exact = exact && agrees(t->method, got, want, 1e-13);
		if (certain)
			exact = exact && agrees(t->method, got,
									correlate_repeated(t, k, counts, score),
									1e-12 * loss);
	}
	CHECK(exact);
	free_repeated(&r);
	free(ours);
	free(score);
}

static void
check_controlled(size_t n, size_t d, size_t m, int kind, ScPca pca, ScMethod method,
				 size_t controls)
{
	size_t		draws = n + random_below(2 * n);
	size_t		replicates = 1 + random_below(20);
	uint32_t   *counts = exactly(replicates * n * sizeof(uint32_t));
	size_t		first = random_below(8);
	Made		made;
	Answers		a;
	Answers		portable;
	size_t		b;

	make_table(&made, n, d, m, kind, pca, method, draws);
	if (controls > 0)
		add_controls(&made, controls, kind);
	for (b = 0; b < replicates; b++)
		make_counts(counts + b * n, n, draws, first + b);
	a = refit_all(&made.table, counts, replicates);
	for (b = 0; b < replicates; b++)
		check_replicate(&made.table, counts + b * n, &a, b);

	made.table.kernel = SC_KERNEL_PORTABLE;
	portable = refit_all(&made.table, counts, replicates);
	CHECK(same_answers(&made.table, &a, &portable));

	free_answers(&a);
	free_answers(&portable);
	free(counts);
	free_table(&made);
}

static void
check_table(size_t n, size_t d, size_t m, int kind, ScPca pca, ScMethod method)
{
	check_controlled(n, d, m, kind, pca, method, 0);
}

/* ----------
 * Tests
 * ----------
 */

/* Given controls, to the bit what it is of the same scores by the definition. */
static void
test_controls(void)
{
	static const size_t ns[] = {3, 4, 5, 8, 13, 26, 40};
	static const size_t ds[] = {1, 2, 4, 12, 65};
	size_t		a;
	size_t		b;
	size_t		controls;
	int			kind;
	int			method;

	seen_ok = seen_nan = seen_certain = 0;
	for (a = 0; a < 7; a++)
	{
		for (b = 0; b < 5; b++)
		{
			for (kind = 0; kind < TABLE_KINDS; kind++)
			{
				for (controls = 1; controls < 4; controls++)
				{
					for (method = SC_SPEARMAN; method <= SC_PEARSON; method++)
						check_controlled(ns[a], ds[b], 1 + random_below(9), kind,
										 kind % 2 == 0 ? SC_PCA_SPEARMAN : SC_PCA_PEARSON,
										 (ScMethod) method, controls);
				}
			}
		}
	}
	CHECK(seen_ok > 10000 && seen_nan > 1000 && seen_certain > 1000);
}

static void
test_definition(void)
{
	static const size_t ns[] = {3, 4, 5, 8, 13, 26, 40};
	static const size_t ds[] = {1, 2, 3, 4, 7, 12};
	static const ScMethod methods[] = {SC_SPEARMAN, SC_PEARSON, SC_KENDALL};
	size_t		a;
	size_t		b;
	int			kind;
	int			pca;
	int			method;

	seen_ok = seen_nan = seen_certain = 0;
	for (a = 0; a < 7; a++)
	{
		for (b = 0; b < 6; b++)
		{
			for (kind = 0; kind < TABLE_KINDS; kind++)
			{
				for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
				{
					for (method = 0; method < 3; method++)
						check_table(ns[a], ds[b], 1 + random_below(14), kind,
									pca, methods[method]);
				}
			}
		}
	}
	CHECK(seen_ok > 10000 && seen_nan > 1000 && seen_certain > 2000);
	CHECK(seen_status[SC_OK] > 2000 && seen_status[SC_CONSTANT_COLUMN] > 100 &&
		  seen_status[SC_TOO_FEW_MODELS] > 100 &&
		  seen_status[SC_UNDEFINED_COMPONENT] > 10);
}

/* Wider tables: near the number of columns done side by side, the dual, iteration. */
static void
test_wide(void)
{
	static const size_t shapes[][2] = {{10, 32}, {10, 33}, {90, 63}, {60, 64},
	{130, 65}, {12, 255}, {12, 256}, {12, 257}};
	size_t		a;
	int			kind;
	int			pca;

	for (a = 0; a < 8; a++)
	{
		for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
		{
			for (kind = 0; kind < 2; kind++)
				check_table(shapes[a][0], shapes[a][1], 3, kind == 0 ? TIES : NOISE,
							pca, SC_SPEARMAN);
		}
	}
}

static void
test_very_wide(void)
{
	static const size_t shapes[][2] = {{20, SC_MAX_COMPONENT_COLUMNS}, {265, 300},
	{260, 258}};
	size_t		a;

	for (a = 0; a < 3; a++)
	{
		size_t		n = shapes[a][0];
		uint32_t   *counts = exactly(3 * n * sizeof(uint32_t));
		Made		made;
		Answers		answers;
		size_t		b;
		size_t		i;

		make_table(&made, n, shapes[a][1], 2, CLEAN, SC_PCA_SPEARMAN, SC_SPEARMAN, n);
		for (b = 0; b < 3; b++)
			make_counts(counts + b * n, n, n, b == 2 ? 5 : b);
		for (i = 0; i < n && n > SC_MAX_DIRECT_COLUMNS; i++)
			counts[i] = i < SC_MAX_DIRECT_COLUMNS;	/* takes most memory */
		answers = refit_all(&made.table, counts, 3);
		for (b = 0; b < 3; b++)
			check_replicate(&made.table, counts + b * n, &answers, b);
		free_answers(&answers);
		free(counts);
		free_table(&made);
	}
}

/*
 * One resample at a time, all at once, in pieces, some outputs only, into the
 * middle of wider rows: the same bits, and nothing else is written.
 */
static void
test_batches(void)
{
	size_t		n = 20;
	size_t		replicates = 37;
	size_t		stride = replicates + 5;
	uint32_t   *counts = exactly(replicates * n * sizeof(uint32_t));
	int			kind;

	for (kind = 0; kind < TABLE_KINDS; kind++)
	{
		ScMethod	method = kind % 3 == 2 ? SC_PEARSON : SC_SPEARMAN;
		size_t		d = kind % 4 == 3 ? 1 : 5;
		Made		made;
		ScRefitTable *t = &made.table;
		Answers		all;
		Answers		pieces;
		ScRefitOut	some;
		ScRefit    *refit;
		char	   *work;
		double		untouched;
		bool		equal = true;
		bool		kept = true;
		size_t		size;
		size_t		b;
		size_t		q;

		memset(&untouched, 0xff, sizeof(untouched));
		make_table(&made, n, d, 9, kind, SC_PCA_SPEARMAN, method, 3 * n);
		for (b = 0; b < replicates; b++)
			make_counts(counts + b * n, n, 3 * n, b);
		all = refit_all(t, counts, replicates);

		/* work that is aligned for double and no more */
		work = exactly(sc_refit_workspace(t) + sizeof(double));
		refit = sc_refit_prepare(t, work + sizeof(double), NULL);
		for (size = 1; size <= 17; size += size < 9 ? 1 : 8)
		{
			pieces = new_answers(t, replicates, stride);
			for (b = 0; b < replicates; b += size)
				sc_refit(refit, counts + b * n,
						 replicates - b < size ? replicates - b : size, b + 2,
						 &pieces.out, NULL);
			for (b = 0; b < stride; b++)
			{
				bool		inside = b >= 2 && b < replicates + 2;

				for (q = 0; q < t->m; q++)
				{
					double	   *got = pieces.out.corr + q * stride + b;

					if (inside)
						equal = equal && same_bits(got, all.out.corr + q * replicates + b - 2, 1);
					else
						kept = kept && same_bits(got, &untouched, 1);
				}
				for (q = 0; q < t->n; q++)
				{
					double	   *got = pieces.out.score + q * stride + b;

					if (inside)
						equal = equal && same_bits(got, all.out.score + q * replicates + b - 2, 1);
					else
						kept = kept && same_bits(got, &untouched, 1);
				}
				for (q = 0; q < t->d; q++)
				{
					double	   *got = pieces.out.vector + q * stride + b;

					if (inside)
						equal = equal && same_bits(got, all.out.vector + q * replicates + b - 2, 1);
					else
						kept = kept && same_bits(got, &untouched, 1);
				}
				if (inside)
					equal = equal && same_bits(pieces.out.value + b, all.out.value + b - 2, 1);
				else
					kept = kept && same_bits(pieces.out.value + b, &untouched, 1);
			}
			free_answers(&pieces);
		}
		CHECK(equal);
		CHECK(kept);

		pieces = new_answers(t, replicates, replicates);
		some.stride = replicates;
		some.corr = pieces.out.corr;
		some.value = some.vector = some.score = NULL;
		sc_refit(refit, counts, replicates, 0, &some, NULL);
		some.corr = NULL;
		some.value = pieces.out.value;
		sc_refit(refit, counts, replicates, 0, &some, NULL);
		some.value = NULL;
		some.vector = pieces.out.vector;
		sc_refit(refit, counts, replicates, 0, &some, NULL);
		some.vector = NULL;
		some.score = pieces.out.score;
		sc_refit(refit, counts, replicates, 0, &some, NULL);
		CHECK(same_answers(t, &all, &pieces));

		free_answers(&all);
		free_answers(&pieces);
		free(work);
		free_table(&made);
	}
	free(counts);
}

/* Loadings only: no targets. */
static void
test_no_targets(void)
{
	uint32_t	counts[12] = {1, 0, 2, 1, 1, 1, 3, 0, 0, 2, 0, 1};
	Made		made;
	Answers		a;

	make_table(&made, 12, 4, 0, TIES, SC_PCA_SPEARMAN, SC_SPEARMAN, 12);
	made.table.start = NULL;
	made.table.model = NULL;
	made.table.y = NULL;
	a = refit_all(&made.table, counts, 1);
	check_replicate(&made.table, counts, &a, 0);
	free_answers(&a);
	free_table(&made);
}

/* Far more targets than anything else, all kinds of sets of models. */
static void
test_many_targets(void)
{
	uint32_t	counts[10] = {1, 1, 2, 0, 1, 0, 1, 1, 2, 1};
	Made		made;
	Answers		a;
	size_t		b;

	make_table(&made, 5, 2, 3000, TIES, SC_PCA_SPEARMAN, SC_SPEARMAN, 6);
	a = refit_all(&made.table, counts, 2);
	for (b = 0; b < 2; b++)
		check_replicate(&made.table, counts + b * 5, &a, b);
	free_answers(&a);
	free_table(&made);
}

/*
 * One benchmark: its order counts also where z-scores are too coarse to show it;
 * and where it is constant among the models of a target, whatever rounding makes of
 * its mean.
 */
static void
test_one_benchmark(void)
{
	static const double x[] = {1e-20, 2e-20, 3e-20, 4e-20, 1.0, 2.0, 3.0};
	static const double tenths[] = {0.1, 0.1, 0.1, 0.1, 1.0, 2.0, 3.0};
	static const uint32_t model[] = {0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6};
	static const double y[] = {1.1, 4.3, 3.7, 9.2, 1.1, 4.3, 3.7, 9.2, 5.3, 2.4, 8.6};
	static const size_t start[] = {0, 4, 11};
	uint32_t	counts[7 * 100];
	ScRefitTable t = {7, 1, x, 2, start, model, y, SC_PCA_SPEARMAN,
	SC_SPEARMAN, 7 * 9, SC_KERNEL_BEST, NULL, 0, NULL};
	Answers		a;
	size_t		b;

	for (b = 0; b < 7 * 100; b++)
		counts[b] = 1 + (uint32_t) random_below(9);
	a = refit_all(&t, counts, 1);

	check_replicate(&t, counts, &a, 0);
	CHECK(a.out.score[0] == a.out.score[1] && a.out.corr[0] > 0.5);
	free_answers(&a);
	t.x = tenths;
	for (t.method = SC_SPEARMAN; t.method <= SC_KENDALL; t.method++)
	{
		a = refit_all(&t, counts, 100);
		for (b = 0; b < 100; b++)
		{
			check_replicate(&t, counts + 7 * b, &a, b);
			CHECK(isnan(a.out.corr[b]) && !isnan(a.out.corr[100 + b]));
		}
		free_answers(&a);
	}
}

/* Too few models for anything, none at all. */
static void
test_few_models(void)
{
	uint32_t	counts[2] = {1, 1};
	size_t		n;

	for (n = 0; n <= 2; n++)
	{
		Made		made;
		Answers		a;
		size_t		k;

		make_table(&made, n, 3, 2, CLEAN, SC_PCA_SPEARMAN, SC_SPEARMAN, n);
		a = refit_all(&made.table, counts, 1);
		CHECK(isnan(a.out.value[0]));
		for (k = 0; k < 2; k++)
			CHECK(isnan(a.out.corr[k]));
		free_answers(&a);
		free_table(&made);
	}
}

/* Every model as often as it may be: sums near 2^53. */
static void
test_many_draws(void)
{
	size_t		n = 7;
	size_t		draws = SC_MAX_REFIT_MODELS;
	uint32_t	counts[28] = {0};
	int			kind;
	size_t		i;

	for (i = 0; i < n; i++)
		counts[i] = (uint32_t) (draws / n);
	counts[7] = counts[8] = 1;
	counts[9] = (uint32_t) draws - 2;
	for (i = 0; i < draws; i++)
		counts[14 + random_below(n)]++;
	counts[21] = counts[22] = (uint32_t) draws / 2 - 1;
	counts[23] = counts[24] = 1;
	for (kind = 0; kind < TABLE_KINDS; kind++)
	{
		Made		made;
		Answers		a;
		size_t		b;

		make_table(&made, n, 3, 3, kind, kind % 2 == 0 ? SC_PCA_SPEARMAN : SC_PCA_PEARSON,
				   kind % 3 == 2 ? SC_PEARSON : SC_SPEARMAN, draws);
		a = refit_all(&made.table, counts, 4);
		for (b = 0; b < 4; b++)
			check_replicate(&made.table, counts + b * n, &a, b);
		free_answers(&a);
		free_table(&made);
	}
}

/*
 * As many models as there may be, and scores in an order far from that of the
 * table, so that a merge sort goes on where insertion stops.
 */
static void
test_many_models(void)
{
	static const size_t ns[] = {300, 3000, SC_MAX_REFIT_MODELS};
	size_t		a;

	for (a = 0; a < 3; a++)
	{
		size_t		n = ns[a];
		uint32_t   *counts = exactly(2 * n * sizeof(uint32_t));
		double	   *ours = exactly(n * sizeof(double));
		Made		made;
		Answers		answers;
		size_t		b;
		size_t		i;
		size_t		k;

		make_table(&made, n, 3, 4, NOISE, SC_PCA_SPEARMAN, SC_SPEARMAN, n);
		for (i = 0; i < n / 2; i++) /* this half says otherwise */
		{
			made.x[i] = made.x[n + i] + 0.1 * made.x[i];
			made.x[n / 2 + i] = -made.x[n + n / 2 + i] + 0.1 * made.x[n / 2 + i];
		}
		for (i = 0; i < n; i++)
		{
			counts[i] = i >= n / 2;
			counts[n + i] = i < n / 2 ? 2 : 0;
		}
		answers = refit_all(&made.table, counts, 2);
		for (b = 0; b < 2; b++)
		{
			for (i = 0; i < n; i++)
				ours[i] = answers.out.score[i * 2 + b];
			CHECK(!isnan(answers.out.value[b]));
			for (k = 0; k < 4; k++)
				CHECK(answers.out.corr[k * 2 + b] ==
					  correlate_repeated(&made.table, k, counts + b * n, ours));
			if (n < 1000)
				check_replicate(&made.table, counts + b * n, &answers, b);
		}
		free_answers(&answers);
		free(counts);
		free(ours);
		free_table(&made);
	}
}

/*
 * The component of all models is orthogonal to that of a resample, exactly: the
 * iteration starts there and must not stay.  Benchmarks 0 and 1 are one pattern of
 * each four models; 2 to 4 another, reversed in other fours each: they are one in
 * the first four models, and uncorrelated in all 16.
 */
static void
test_orthogonal_start(void)
{
	static const double patterns[2][4] = {{-3, -1, 1, 3}, {-1, 3, -3, 1}};
	static const double signs[3][4] = {{1, 1, -1, -1}, {1, -1, 1, -1}, {1, -1, -1, 1}};
	double		x[5 * 16];
	uint32_t	counts[32];
	ScRefitTable t = {16, 5, x, 0, NULL, NULL, NULL, SC_PCA_SPEARMAN,
	SC_SPEARMAN, 16, SC_KERNEL_BEST, NULL, 0, NULL};
	Answers		a;
	size_t		i;
	size_t		j;

	for (i = 0; i < 16; i++)
	{
		counts[i] = i < 4;
		counts[16 + i] = 1;
		for (j = 0; j < 5; j++)
			x[j * 16 + i] = j < 2 ? patterns[0][i % 4] :
				patterns[1][i % 4] * signs[j - 2][i / 4];
	}
	a = refit_all(&t, counts, 2);
	check_replicate(&t, counts, &a, 0);
	check_replicate(&t, counts + 16, &a, 1);
	CHECK_NEAR(a.out.value[0], 3.0L, 1e-14L);
	CHECK_NEAR(a.out.value[1], 2.0L, 1e-14L);
	CHECK(fabs(a.out.vector[0]) < 1e-14 && a.out.vector[8] > 0.5);
	CHECK(fabs(a.out.vector[9]) < 1e-14 && a.out.vector[1] > 0.5);
	free_answers(&a);
}

/* Numbers of numpy.random.Philox(key=[seed, 0], counter=[0, 0, resample, 0]). */
static void
test_bootstrap_counts(void)
{
	static const uint32_t known[] = {0, 1, 1, 0, 2, 0, 0, 1, 0, 5};
	uint32_t	counts[10];
	uint32_t	other[10];
	ScPhilox	p;
	size_t		i;

	sc_bootstrap_counts(7, 3, 10, counts);
	CHECK(memcmp(counts, known, sizeof(known)) == 0);
	memset(other, 0, sizeof(other));
	sc_philox_start(&p, UINT64_MAX, SC_RESAMPLE_MODELS, UINT64_MAX);
	for (i = 0; i < 10; i++)
		other[sc_philox_index(&p, 10)]++;
	sc_bootstrap_counts(UINT64_MAX, UINT64_MAX, 10, counts);
	CHECK(memcmp(counts, other, sizeof(other)) == 0);
	sc_bootstrap_counts(0, 0, 1, counts);
	CHECK(counts[0] == 1);
}

/* Jumps out of the poll here and there, and goes on. */
static void
test_poll_and_jump(void)
{
	size_t		n = 400;
	size_t		replicates = 20;
	uint32_t   *counts = exactly(replicates * n * sizeof(uint32_t));
	volatile int which;
	size_t		b;

	for (b = 0; b < replicates; b++)
		sc_bootstrap_counts(5, b, n, counts + b * n);
	for (which = 0; which < 4; which++)
	{
		Made		made;
		Answers		all;
		Answers		again;
		void	   *work;
		ScRefit    *volatile refit;
		volatile long jumps = 0;
		volatile long at;
		long		calls;

		make_table(&made, n, which == 3 ? 70 : 6, 60, which == 0 ? CLEAN : TIES,
				   which == 1 ? SC_PCA_PEARSON : SC_PCA_SPEARMAN,
				   which == 1 ? SC_PEARSON : which == 2 ? SC_KENDALL : SC_SPEARMAN, n);
		all = refit_all(&made.table, counts, replicates);
		again = new_answers(&made.table, replicates, replicates);
		work = exactly(sc_refit_workspace(&made.table));
		poll_calls = poll_jumps_at = 0;
		refit = sc_refit_prepare(&made.table, work, test_poll);
		CHECK(poll_calls >= 2);
		poll_calls = 0;
		sc_refit(refit, counts, replicates, 0, &again.out, test_poll);
		calls = poll_calls;

		/* each of the cells of every batch of eight is a step at least */
		CHECK(calls >= (long) (3 * 60 * n / 65536));
		CHECK(same_answers(&made.table, &all, &again));
		for (at = 1; at < calls && at < 200; at += 1 + at / 4)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_refit(refit, counts, replicates, 0, &again.out, test_poll);
			else
				jumps++;
			CHECK(poll_calls == at);
		}
		poll_jumps_at = 0;
		CHECK(jumps > 0);
		sc_refit(refit, counts, replicates, 0, &again.out, NULL);
		CHECK(same_answers(&made.table, &all, &again));
		free_answers(&all);
		free_answers(&again);
		free(work);
		free_table(&made);
	}
	free(counts);
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_wide);
	RUN(test_very_wide);
	RUN(test_batches);
	RUN(test_no_targets);
	RUN(test_many_targets);
	RUN(test_one_benchmark);
	RUN(test_few_models);
	RUN(test_many_draws);
	RUN(test_many_models);
	RUN(test_orthogonal_start);
	RUN(test_bootstrap_counts);
	RUN(test_poll_and_jump);
	RUN(test_controls);
	return check_done();
}
