/*-------------------------------------------------------------------------
 *
 * test_refit_imputed.c
 *	  Refits of resamples with missing scores against what they are by
 *	  definition: the table with its rows repeated, imputed, fitted, correlated.
 *
 *-------------------------------------------------------------------------
 */
#include <gsl/gsl_errno.h>

#include "stats/component/capability.h"
#include "stats/component/component.h"
#include "check.h"
#include "stats/correlation/partial.h"
#include "stats/imputation/impute.h"
#include "stats/resampling/refit.h"
#include "stats/resampling/refit_imputed.h"

/* A table whose arrays are the test's. */
typedef struct Made
{
	ScRefitTable table;
	double	   *x;
	bool	   *missing;
	size_t	   *start;
	uint32_t   *model;
	double	   *y;
	double	   *control;
} Made;

/*
 * Scores of one factor; with ties every other benchmark and target is coarse.
 * Targets have all models, some of them, or those of the target before; the
 * seventh is constant, the eighth has no models.
 */
static void
make_table(Made *made, size_t n, size_t d, size_t m, double share, bool ties,
		   ScPca pca, ScMethod method, size_t draws)
{
	ScRefitTable *t = &made->table;
	double	   *common = exactly(n * sizeof(double));
	bool	   *has = exactly(n * sizeof(bool));
	size_t		cells = 0;
	size_t		i;
	size_t		j;
	size_t		k;

	made->x = exactly(n * d * sizeof(double));
	made->missing = exactly(n * d * sizeof(bool));
	made->start = exactly((m + 1) * sizeof(size_t));
	made->model = malloc((n * m + 1) * sizeof(uint32_t));
	made->y = malloc((n * m + 1) * sizeof(double));
	for (i = 0; i < n; i++)
		common[i] = random_normal();
	for (j = 0; j < d; j++)
	{
		for (i = 0; i < n; i++)
		{
			double		value = common[i] + 0.7 * random_normal();

			if (ties && j % 2 == 1)
				value = rint(value);
			made->missing[j * n + i] = random_uniform() < share;

			/* what is missing is not read */
			made->x[j * n + i] = made->missing[j * n + i] ? NAN : value;
		}
	}
	for (k = 0; k < m; k++)
	{
		made->start[k] = cells;
		for (i = 0; i < n; i++)
		{
			if (k % 3 != 2)
				has[i] = k % 8 != 7 && (k % 3 == 0 || random_below(3) > 0);
			if (!has[i])
				continue;
			made->model[cells] = (uint32_t) i;
			made->y[cells] = (k % 4 == 1 ? -1.0 : 1.0) * common[i] + random_normal();
			if (ties && k % 2 == 1)
				made->y[cells] = rint(made->y[cells]);
			if (k % 8 == 6)
				made->y[cells] = 0.1;
			cells++;
		}
	}
	made->start[m] = cells;

	/* no room behind the last cell */
	made->model = realloc(made->model, cells > 0 ? cells * sizeof(uint32_t) : 1);
	made->y = realloc(made->y, cells > 0 ? cells * sizeof(double) : 1);

	t->n = n;
	t->d = d;
	t->x = made->x;
	t->missing = made->missing;
	t->m = m;
	t->start = made->start;
	t->model = made->model;
	t->y = made->y;
	t->pca = pca;
	t->method = method;
	t->draws = draws;
	t->k = 0;
	t->control = made->control = NULL;
	free(common);
	free(has);
}

static void
free_table(Made *made)
{
	free(made->x);
	free(made->missing);
	free(made->start);
	free(made->model);
	free(made->y);
	free(made->control);
}

/* k controls, the second with ties. */
static void
add_controls(Made *made, size_t k)
{
	size_t		n = made->table.n;
	size_t		i;

	made->control = exactly(k * n * sizeof(double) + 1);
	for (i = 0; i < k * n; i++)
		made->control[i] = i / n == 1 ? (double) random_below(4) : random_normal();
	made->table.k = k;
	made->table.control = made->control;
}

/* Bootstraps, models left out, few models often, all of them, none. */
static void
make_counts(uint32_t *counts, size_t n, size_t draws, size_t b)
{
	size_t		k = random_below(n);
	size_t		i;

	memset(counts, 0, n * sizeof(uint32_t));
	switch (b % 8)
	{
		case 0:
			for (i = 0; i < n; i++)
				counts[i] = i != k;
			break;
		case 1:
			for (i = 0; i < 4; i++)
				counts[random_below(n)] += (uint32_t) random_below(draws / 4 + 1);
			break;
		case 2:
			for (i = 0; i < n && b % 16 == 2; i++)
				counts[i] = 1;
			break;
		case 3:
			for (i = 0; i < draws; i++)
				counts[random_below(n)]++;
			break;
		default:
			sc_bootstrap_counts(1, b, n, counts);
			break;
	}
}

/* What was compared, so that a test can tell that it did compare. */
static long seen_corr;
static long seen_nan;
static long seen_apart;
static long seen_status[16];

/* What the component shall be like; NULL: the first. */
static const double *reference;
static long seen_later;

/* By the component that has the largest |congruence|, turned; false if it is not the only one. */
static bool
score_most_congruent(const ScRefitTable *t, const double *x, size_t rows, ScCapabilityFit *fit)
{
	double		best = 0.0;
	size_t		at = 0;
	size_t		near = 0;
	size_t		i;
	size_t		j;
	size_t		k;
	int			pass;

	for (pass = 0; pass < 2; pass++)
	{
		for (k = 0; k < fit->n_vectors; k++)
		{
			double		c = 0.0;

			for (j = 0; j < t->d; j++)
				c += fit->vector[k * t->d + j] * reference[j];
			if (fit->value[k] <= 1e-9 * fit->value[0])
				continue;
			if (pass == 0 && fabs(c) > fabs(best))
			{
				best = c;
				at = k;
			}
			near += pass == 1 && fabs(c) >= fabs(best) * (1.0 - 1e-9);
		}
	}
	if (near != 1 || !sc_component_is_defined(fit->value, fit->n_values, at))
		return false;
	seen_later += at > 0;
	for (j = 0; j < t->d && best < 0.0; j++)
		fit->vector[at * t->d + j] *= -1.0;
	for (i = 0; i < rows; i++)
		fit->score[i] = sc_component_score(x + i, rows, t->d, fit->spread, fit->vector + at * t->d);
	return true;
}

/* The resample's rows, imputed; their scores, or a status. */
static ScStatus
impute_and_fit(const ScRefitTable *t, const uint32_t *row, size_t rows, double *score)
{
	double	   *x = exactly(rows * t->d * sizeof(double));
	bool	   *missing = exactly(rows * t->d * sizeof(bool));
	uint32_t   *parent = exactly(rows * sizeof(uint32_t));
	uint32_t   *group = exactly(rows * sizeof(uint32_t));
	void	   *work = exactly(sc_impute_workspace(rows, t->d));
	size_t		wanted = reference == NULL ? 1 : t->d;
	void	   *work2 = exactly(sc_capability_workspace(rows, t->d, t->pca, wanted));
	ScImputation imputation;
	ScCapabilityFit fit;
	ScStatus	status;
	size_t		i;
	size_t		j;

	for (j = 0; j < t->d; j++)
	{
		for (i = 0; i < rows; i++)
		{
			x[j * rows + i] = t->x[j * t->n + row[i]];
			missing[j * rows + i] = t->missing != NULL && t->missing[j * t->n + row[i]];
		}
	}
	imputation.spread = fit.spread = exactly(t->d * sizeof(ScSpread));
	imputation.weight = fit.vector = exactly(wanted * t->d * sizeof(double));
	imputation.noise = fit.value = exactly(t->d * sizeof(double));
	imputation.t = fit.score = score;
	if (t->missing != NULL && sc_impute_groups(missing, rows, t->d, parent, NULL, group) > 1)
	{
		seen_apart++;
		status = SC_NOT_CONVERGED;
	}
	else
	{
		status = t->missing == NULL ? SC_OK :
			sc_impute(x, missing, rows, t->d, SC_IMPUTE_TOLERANCE, work, NULL, &imputation);
		if (status == SC_OK)
		{
			status = sc_capability_fit(x, rows, t->d, t->pca, wanted, work2, NULL, &fit);
			if (reference != NULL && (status == SC_OK || status == SC_UNDEFINED_COMPONENT))
				status = score_most_congruent(t, x, rows, &fit) ? SC_OK : SC_UNDEFINED_COMPONENT;
		}
		seen_status[status]++;
	}
	free(x);
	free(missing);
	free(parent);
	free(group);
	free(work);
	free(work2);
	free(fit.spread);
	free(fit.vector);
	free(fit.value);
	return status;
}

/* All correlations of one resample, by definition. */
static void
refit_by_definition(const ScRefitTable *t, const uint32_t *counts, double *corr)
{
	uint32_t   *row;
	double	   *score;
	size_t		rows = 0;
	size_t		different = 0;
	bool		valid = false;
	size_t		i;
	size_t		k;
	uint32_t	c;

	for (i = 0; i < t->n; i++)
	{
		rows += counts[i];
		different += counts[i] > 0;
	}
	row = exactly(rows * sizeof(uint32_t) + 1);
	score = exactly(rows * sizeof(double) + 1);
	rows = 0;
	for (i = 0; i < t->n; i++)
	{
		for (c = 0; c < counts[i]; c++)
			row[rows++] = (uint32_t) i;
	}
	if (different >= SC_MIN_MODELS)
		valid = impute_and_fit(t, row, rows, score) == SC_OK;
	for (k = 0; k < t->m; k++)
	{
		double	   *y = exactly(rows * sizeof(double) + 1);
		double	   *x = exactly(rows * sizeof(double) + 1);
		void	   *work = exactly(sc_correlate_workspace(t->method, rows) + 1);
		ScCorrelation answer;
		size_t		n = 0;

		different = 0;
		for (i = 0; i < rows; i++)
		{
			size_t		cell;

			for (cell = t->start[k]; cell < t->start[k + 1]; cell++)
			{
				if (t->model[cell] != row[i])
					continue;
				different += i == 0 || row[i] != row[i - 1];
				y[n] = t->y[cell];
				x[n++] = score[i];
			}
		}
		corr[k] = NAN;
		if (t->k > 0)
		{
			double	   *control = exactly(t->k * n * sizeof(double) + 1);
			void	   *work2 = exactly(sc_partial_workspace(t->method, n, t->k));
			size_t		j;
			size_t		at = 0;

			for (j = 0; j < t->k; j++)
			{
				for (i = 0; i < rows; i++)
				{
					size_t		cell;

					for (cell = t->start[k]; cell < t->start[k + 1]; cell++)
					{
						if (t->model[cell] == row[i])
							control[at++] = t->control[j * t->n + row[i]];
					}
				}
			}
			if (valid && sc_partial_correlate(sc_partial_prepare(t->method, x, control, n, t->k, work2, NULL),
											  y, NULL, &answer) == SC_OK &&
				different >= SC_MIN_MODELS + answer.controls)
				corr[k] = answer.corr;
			free(control);
			free(work2);
		}
		else if (valid && different >= SC_MIN_MODELS &&
				 sc_correlate(t->method, y, x, n, work, NULL, &answer) == SC_OK)
			corr[k] = answer.corr;
		seen_corr += !isnan(corr[k]);
		seen_nan += isnan(corr[k]);
		free(y);
		free(x);
		free(work);
	}
	free(row);
	free(score);
}

static void
test_definition(void)
{
	static const size_t ns[] = {3, 5, 8, 14, 26};
	static const size_t ds[] = {1, 2, 3, 6, 12, 40};
	static const double shares[] = {0.0, 0.1, 0.25, 0.5};
	size_t		replicates = 16;
	size_t		m = 9;
	size_t		a;
	size_t		c;
	size_t		s;
	int			kind;

	for (a = 0; a < 5; a++)
	{
		for (c = 0; c < 6; c++)
		{
			for (s = 0; s < 4; s++)
			{
				/* the last two: given one control and two */
				for (kind = 0; kind < 8; kind++)
				{
					size_t		n = ns[a];
					size_t		draws = n + (s == 1 ? 20 : 0);
					size_t		stride = replicates + 3;
					double	   *corr = exactly(m * stride * sizeof(double));
					double	   *expected = exactly(m * sizeof(double));
					uint32_t   *counts = exactly(replicates * n * sizeof(uint32_t));
					Made		made;
					void	   *work;
					size_t		b;
					size_t		k;

					make_table(&made, n, ds[c], m, shares[s], (a + s) % 2 == 1,
							   kind % 2 == 0 ? SC_PCA_SPEARMAN : SC_PCA_PEARSON,
							   (ScMethod) (kind / 2 % 3), draws);
					if (kind >= 6)
					{
						made.table.method = s % 2 == 0 ? SC_SPEARMAN : SC_PEARSON;
						add_controls(&made, (size_t) kind - 5);
					}
					for (b = 0; b < replicates; b++)
						make_counts(counts + b * n, n, draws, b);
					work = exactly(sc_refit_imputed_workspace(&made.table));
					sc_refit_imputed(&made.table, counts, replicates, 3, stride, corr,
									 work, NULL);
					for (b = 0; b < replicates; b++)
					{
						bool		same = true;

						refit_by_definition(&made.table, counts + b * n, expected);
						for (k = 0; k < m; k++)
							same = same && (isnan(expected[k]) ? isnan(corr[k * stride + 3 + b]) :
											same_bits(&expected[k], &corr[k * stride + 3 + b], 1));
						CHECK(same);
					}
					free(corr);
					free(expected);
					free(counts);
					free(work);
					free_table(&made);
				}
			}
		}
	}
	CHECK(seen_corr > 20000 && seen_nan > 20000 && seen_apart > 300);
	CHECK(seen_status[SC_OK] > 4000 && seen_status[SC_TOO_FEW_SCORES] > 100);
	CHECK(seen_status[SC_CONSTANT_COLUMN] > 100 && seen_status[SC_UNDEFINED_COMPONENT] > 0);
}

/* The same with the component that is most like another, missing scores or not. */
static void
test_matched(void)
{
	static const size_t ns[] = {3, 5, 8, 14, 26};
	static const size_t ds[] = {1, 2, 3, 6, 12, 40};
	static const double shares[] = {0.0, 0.1, 0.25, 0.5};
	size_t		replicates = 16;
	size_t		m = 9;
	size_t		a;
	size_t		c;
	size_t		s;
	int			kind;

	seen_corr = seen_nan = 0;
	for (a = 0; a < 5; a++)
	{
		for (c = 0; c < 6; c++)
		{
			for (s = 0; s < 4; s++)
			{
				for (kind = s % 2; kind < 6; kind += 2)
				{
					size_t		n = ns[a];
					size_t		draws = n + (s == 1 ? 20 : 0);
					size_t		stride = replicates + 3;
					double	   *corr = exactly(m * stride * sizeof(double));
					double	   *expected = exactly(m * sizeof(double));
					uint32_t   *counts = exactly(replicates * n * sizeof(uint32_t));
					double	   *like = exactly(ds[c] * sizeof(double));
					double		length = 0.0;
					Made		made;
					void	   *work;
					size_t		b;
					size_t		k;

					make_table(&made, n, ds[c], m, shares[s], (a + s) % 2 == 1,
							   kind % 2 == 0 ? SC_PCA_SPEARMAN : SC_PCA_PEARSON,
							   (ScMethod) (kind / 2), draws);
					for (b = 0; b < replicates; b++)
						make_counts(counts + b * n, n, draws, b);
					if (s == 0)
						made.table.missing = NULL;
					for (k = 0; k < ds[c]; k++)
					{
						like[k] = random_normal();
						length += like[k] * like[k];
					}
					for (k = 0; k < ds[c]; k++)
						like[k] /= sqrt(length);
					reference = like;
					work = exactly(sc_refit_matched_workspace(&made.table));
					sc_refit_matched(&made.table, like, counts, replicates, 3, stride, corr,
									 work, NULL);
					for (b = 0; b < replicates; b++)
					{
						bool		same = true;

						refit_by_definition(&made.table, counts + b * n, expected);
						for (k = 0; k < m; k++)
							same = same && (isnan(expected[k]) ? isnan(corr[k * stride + 3 + b]) :
											same_bits(&expected[k], &corr[k * stride + 3 + b], 1));
						CHECK(same);
					}
					reference = NULL;
					free(like);
					free(corr);
					free(expected);
					free(counts);
					free(work);
					free_table(&made);
				}
			}
		}
	}
	CHECK(seen_corr > 10000 && seen_nan > 10000 && seen_later > 1000);
}

/* More benchmarks than all components are found of, and fewer models: as many as these. */
static void
test_matched_wide(void)
{
	size_t		n = 14;
	size_t		d = 300;
	uint32_t   *counts = exactly(n * sizeof(uint32_t));
	double	   *like = exactly(d * sizeof(double));
	double		corr[2];
	double		expected[2];
	Made		made;
	void	   *work;
	size_t		k;

	seen_corr = 0;
	make_table(&made, n, d, 2, 0.0, false, SC_PCA_SPEARMAN, SC_SPEARMAN, n);
	made.table.missing = NULL;
	for (k = 0; k < n; k++)
		counts[k] = 1;
	for (k = 0; k < d; k++)
		like[k] = (k % 2 == 0 ? 1.0 : -1.0) / sqrt((double) d);
	reference = like;
	work = exactly(sc_refit_matched_workspace(&made.table));
	sc_refit_matched(&made.table, like, counts, 1, 0, 1, corr, work, NULL);
	refit_by_definition(&made.table, counts, expected);
	CHECK(seen_corr > 0);
	for (k = 0; k < 2; k++)
		CHECK(isnan(expected[k]) ? isnan(corr[k]) : same_bits(&expected[k], &corr[k], 1));
	reference = NULL;
	free(like);
	free(counts);
	free(work);
	free_table(&made);
}

/* Models that nothing connects: no correlation, unless one group is left away. */
static void
test_apart(void)
{
	uint32_t	counts[2][12];
	double		corr[2];
	Made		made;
	void	   *work;
	size_t		i;
	size_t		j;

	make_table(&made, 12, 4, 1, 0.0, false, SC_PCA_SPEARMAN, SC_SPEARMAN, 12);
	for (i = 0; i < 12; i++)
	{
		for (j = 0; j < 4; j++)
			made.missing[j * 12 + i] = (i < 6) != (j < 2);
		counts[0][i] = 1;
		counts[1][i] = 1;
	}

	/* model 6 has all benchmarks: it connects them */
	for (j = 0; j < 4; j++)
		made.missing[j * 12 + 6] = false;
	counts[0][6] = 0;
	work = exactly(sc_refit_imputed_workspace(&made.table));
	sc_refit_imputed(&made.table, counts[0], 2, 0, 2, corr, work, NULL);
	CHECK(isnan(corr[0]));
	CHECK(fabs(corr[1]) <= 1.0);
	free(work);
	free_table(&made);
}

/* An answer depends on its counts only; without targets nothing is written. */
static void
test_batches(void)
{
	size_t		n = 26;
	size_t		m = 9;
	uint32_t	counts[20 * 26];
	double		all[9 * 20];
	double		some[9 * 20];
	Made		made;
	void	   *work;
	size_t		b;
	size_t		k;

	make_table(&made, n, 12, m, 0.2, true, SC_PCA_SPEARMAN, SC_SPEARMAN, n);
	work = exactly(sc_refit_imputed_workspace(&made.table));
	for (b = 0; b < 20; b++)
		sc_bootstrap_counts(7, b, n, counts + b * n);
	sc_refit_imputed(&made.table, counts, 20, 0, 20, all, work, NULL);
	for (k = 0; k < m * 20; k++)
		some[k] = -7.0;
	for (b = 0; b < 20; b += 3)
		sc_refit_imputed(&made.table, counts + b * n, b + 3 <= 20 ? 3 : 20 - b, b, 20,
						 some, work, NULL);
	for (k = 0; k < m * 20; k++)
		CHECK(isnan(all[k]) ? isnan(some[k]) : same_bits(&all[k], &some[k], 1));
	free(work);

	made.table.m = 0;
	made.table.start = NULL;
	made.table.model = NULL;
	made.table.y = NULL;
	work = exactly(sc_refit_imputed_workspace(&made.table));
	sc_refit_imputed(&made.table, counts, 20, 0, 20, NULL, work, NULL);
	CHECK(true);
	free(work);
	free_table(&made);
}

static void
count_errors(const char *reason UNUSED, const char *file UNUSED, int line UNUSED,
			 int code UNUSED)
{
}

/* While GSL runs its error handler is off. */
static long polls_inside_gsl = 0;

static void
guarded_poll(void)
{
	polls_inside_gsl += gsl_set_error_handler(count_errors) != count_errors;
	test_poll();
}

/* Jumps out of the poll at some of its calls, and starts over. */
static void
test_jump(void)
{
	static const size_t ns[] = {20000, 60};
	static const size_t ds[] = {3, 300};
	gsl_error_handler_t *before = gsl_set_error_handler(count_errors);
	volatile int round;

	for (round = 0; round < 6; round++)
	{
		size_t		n = ns[round % 2];
		uint32_t   *counts = exactly(2 * n * sizeof(uint32_t));
		double		corr[6];
		double		again[6];
		volatile long jumps = 0;
		volatile long at;
		volatile long calls;
		Made		made;
		void	   *work;

		/* the first benchmark is complete: no model is without a score */
		make_table(&made, n, ds[round % 2], 3, 0.0, true, SC_PCA_SPEARMAN,
				   (ScMethod) (round / 2), n);
		for (at = (long) n; at < (long) (n * ds[round % 2]); at++)
			made.missing[at] = random_below(5) == 0;
		sc_bootstrap_counts(7, 0, n, counts);
		sc_bootstrap_counts(7, 1, n, counts + n);
		work = exactly(sc_refit_imputed_workspace(&made.table));
		poll_calls = poll_jumps_at = 0;
		sc_refit_imputed(&made.table, counts, 2, 0, 2, corr, work, guarded_poll);
		calls = poll_calls;
		CHECK(calls > 10);
		for (at = 1; at <= calls; at += 1 + calls / 10)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_refit_imputed(&made.table, counts, 2, 0, 2, again, work, guarded_poll);
			else
				jumps++;
		}
		CHECK(jumps > 3);
		poll_jumps_at = 0;
		sc_refit_imputed(&made.table, counts, 2, 0, 2, again, work, guarded_poll);
		CHECK(same_bits(corr, again, 6));
		CHECK(!isnan(corr[0]));
		CHECK(polls_inside_gsl == 0);
		free(counts);
		free(work);
		free_table(&made);
	}
	CHECK(gsl_set_error_handler(before) == count_errors);
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_matched);
	RUN(test_matched_wide);
	RUN(test_apart);
	RUN(test_batches);
	RUN(test_jump);
	return check_done();
}
