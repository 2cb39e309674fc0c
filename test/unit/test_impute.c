/*-------------------------------------------------------------------------
 *
 * test_impute.c
 *	  Imputed scores against the plain method, one dense step of it in long
 *	  double: where it changes nothing the answer is right.  Standard errors and
 *	  noise against their formulas, groups against a flood.
 *
 *-------------------------------------------------------------------------
 */
#include <gsl/gsl_errno.h>

#include "check.h"
#include "stats/imputation/impute.h"

/* A table, by what it is imputed, and room for it all, exactly as large as it must be. */
typedef struct Table
{
	size_t		n;
	size_t		d;
	double	   *x;				/* given, and then imputed */
	double	   *given;
	bool	   *missing;
	ScImputation out;
} Table;

static void
new_table(Table *f, size_t n, size_t d)
{
	f->n = n;
	f->d = d;
	f->x = exactly(n * d * sizeof(double));
	f->given = exactly(n * d * sizeof(double));
	f->missing = exactly(n * d * sizeof(bool));
	f->out.spread = exactly(d * sizeof(ScSpread));
	f->out.weight = exactly(d * sizeof(double));
	f->out.noise = exactly(d * sizeof(double));
	f->out.t = exactly(n * sizeof(double));
	memset(f->missing, 0, n * d * sizeof(bool));
}

static void
free_table(Table *f)
{
	free(f->x);
	free(f->given);
	free(f->missing);
	free(f->out.spread);
	free(f->out.weight);
	free(f->out.noise);
	free(f->out.t);
}

/* Imputes what was given; missing scores are NaN at first: they are not read. */
static ScStatus
impute(Table *f, ScPoll poll)
{
	void	   *work = exactly(sc_impute_workspace(f->n, f->d));
	ScStatus	status;
	size_t		i;

	for (i = 0; i < f->n * f->d; i++)
		f->x[i] = f->missing[i] ? NAN : f->given[i];
	status = sc_impute(f->x, f->missing, f->n, f->d, SC_IMPUTE_TOLERANCE, work, poll, &f->out);
	free(work);
	return status;
}

/* Scores of one factor, in any units; some loadings negative. */
static void
random_table(Table *f, double noise, int kind)
{
	static const double units[] = {1.0, 1e-150, 1e139, 3e7, 1e-3};
	size_t		i;
	size_t		j;

	for (i = 0; i < f->n; i++)
	{
		double		common = random_normal();

		for (j = 0; j < f->d; j++)
		{
			double		loading = kind == 1 && j % 3 == 1 ? -0.9 : 0.6 + 0.1 * (double) (j % 5);
			double		value = loading * common + noise * random_normal();

			if (kind == 2)
				value = value * 1e9 * units[j % 5] / units[2 - 2 * (j % 5 != 2)];
			if (kind == 3 && j % 2 == 0)
				value += 1e9;
			if (kind == 4)
				value = rint(value * 2.0);
			if (kind == 5)
				value = fmax(fmin(value / 8.0 * units[j % 5], 1e140), -1e140);
			f->given[j * f->n + i] = value;
		}
	}
}

#define TABLE_KINDS 6

static void
random_gaps(Table *f, double share)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < f->n * f->d; i++)
		f->missing[i] = random_uniform() < share;

	/* a model without any score is connected with none */
	for (i = 0; i < f->n; i++)
	{
		for (j = 0; j < f->d && f->missing[j * f->n + i]; j++)
			;
		if (j == f->d)
			f->missing[random_below(f->d) * f->n + i] = false;
	}
}

/* What sc_impute() must say of columns, and of which. */
static ScStatus
expected_status(const Table *f, size_t *column)
{
	size_t		j;
	size_t		i;

	for (j = 0; j < f->d; j++)
	{
		size_t		n_j = 0;
		bool		varies = false;
		double		first = 0.0;

		for (i = 0; i < f->n; i++)
		{
			if (f->missing[j * f->n + i])
				continue;
			if (n_j++ == 0)
				first = f->given[j * f->n + i];
			varies = varies || f->given[j * f->n + i] != first;
		}
		*column = j;
		if (n_j < 3)
			return SC_TOO_FEW_SCORES;
		if (!varies)
			return SC_CONSTANT_COLUMN;
	}
	return SC_OK;
}

static size_t
count_missing(const Table *f)
{
	size_t		count = 0;
	size_t		i;

	for (i = 0; i < f->n * f->d; i++)
		count += f->missing[i];
	return count;
}

/* ----------
 * The plain method
 * ----------
 */

/* Eigenvalues, in any order, and vectors (columns of v), by Jacobi's rotations. */
static void
jacobi(long double *a, size_t d, long double *v)
{
	size_t		sweep;
	size_t		p;
	size_t		q;
	size_t		k;

	for (p = 0; p < d * d; p++)
		v[p] = p % (d + 1) == 0;
	for (sweep = 0; sweep < 60; sweep++)
	{
		long double off = 0.0L;

		for (p = 0; p < d; p++)
		{
			for (q = p + 1; q < d; q++)
			{
				long double theta;
				long double t;
				long double c;
				long double s;

				off += fabsl(a[p * d + q]);
				if (fabsl(a[p * d + q]) < 1e-30L)
					continue;
				theta = (a[q * d + q] - a[p * d + p]) / (2.0L * a[p * d + q]);
				t = (theta < 0.0L ? -1.0L : 1.0L) / (fabsl(theta) + sqrtl(theta * theta + 1.0L));
				c = 1.0L / sqrtl(t * t + 1.0L);
				s = t * c;
				for (k = 0; k < d; k++)
				{
					long double x = a[k * d + p];
					long double y = a[k * d + q];

					a[k * d + p] = c * x - s * y;
					a[k * d + q] = s * x + c * y;
				}
				for (k = 0; k < d; k++)
				{
					long double x = a[p * d + k];
					long double y = a[q * d + k];

					a[p * d + k] = c * x - s * y;
					a[q * d + k] = s * x + c * y;
				}
				for (k = 0; k < d; k++)
				{
					long double x = v[k * d + p];
					long double y = v[k * d + q];

					v[k * d + p] = c * x - s * y;
					v[k * d + q] = s * x + c * y;
				}
			}
		}
		if (off < 1e-25L)
			break;
	}
}

/* What one step of imputePCA, one component, sees in an imputed table. */
typedef struct Plain
{
	long double mean[64];
	long double sd[64];
	long double weight[64];
	long double t[1024];
	long double shrink;
	bool		capped;
	long double gap;			/* between the first two eigenvalues */
} Plain;

/* The component points to the side on which its product with side is positive. */
static void
plain_step(const long double *x, size_t n, size_t d, const double *side, Plain *plain)
{
	long double *z = exactly(n * d * sizeof(long double));
	long double *r = exactly(d * d * sizeof(long double));
	long double *v = exactly(d * d * sizeof(long double));
	long double rank = d < n - 1 ? d : n - 1;
	long double second = 0.0L;
	long double sigma2;
	long double sign = 0.0L;
	size_t		first = 0;
	size_t		i;
	size_t		j;
	size_t		k;

	for (j = 0; j < d; j++)
	{
		long double sum = 0.0L;

		for (i = 0; i < n; i++)
			sum += x[j * n + i] / n;
		plain->mean[j] = sum;
		sum = 0.0L;
		for (i = 0; i < n; i++)
			sum += (x[j * n + i] - plain->mean[j]) * (x[j * n + i] - plain->mean[j]) / n;
		plain->sd[j] = sqrtl(sum);
		for (i = 0; i < n; i++)
			z[j * n + i] = (x[j * n + i] - plain->mean[j]) / plain->sd[j];
	}
	for (j = 0; j < d; j++)
	{
		for (k = 0; k < d; k++)
		{
			r[j * d + k] = 0.0L;
			for (i = 0; i < n; i++)
				r[j * d + k] += z[j * n + i] * z[k * n + i] / n;
		}
	}
	jacobi(r, d, v);
	for (j = 1; j < d; j++)
		first = r[j * d + j] > r[first * d + first] ? j : first;
	for (j = 0; j < d; j++)
		second = j != first && r[j * d + j] > second ? r[j * d + j] : second;
	sigma2 = n * d / rank * (d - r[first * d + first]) / ((n - 2.0L) * (d - 1.0L));
	plain->capped = sigma2 > second;
	plain->gap = r[first * d + first] - second;
	if (plain->capped)
		sigma2 = second;
	plain->shrink = 1.0L - sigma2 / r[first * d + first];

	for (j = 0; j < d; j++)
		sign += v[j * d + first] * side[j];
	for (j = 0; j < d; j++)
		plain->weight[j] = v[j * d + first] * (sign < 0.0L ? -1.0L : 1.0L);
	for (i = 0; i < n; i++)
	{
		plain->t[i] = 0.0L;
		for (j = 0; j < d; j++)
			plain->t[i] += plain->weight[j] * z[j * n + i];
	}
	free(z);
	free(r);
	free(v);
}

static long double
plain_estimate(const Plain *plain, size_t i, size_t j)
{
	return plain->mean[j] + plain->sd[j] * plain->shrink * plain->weight[j] * plain->t[i];
}

/*
 * What rounding of the scores themselves does to them, in standard deviations:
 * much where there is an offset.
 */
static long double
rounding_of(const Table *f)
{
	long double worst = 0.0L;
	size_t		i;

	for (i = 0; i < f->n * f->d; i++)
	{
		long double own = fabsl((long double) f->x[i]) * DBL_EPSILON / f->out.spread[i / f->n].sd;

		worst = fmaxl(worst, own);
	}
	return worst;
}

/* The imputed table is where the plain method stays, and out is what it sees. */
static bool
check_fixed_point(const Table *f, bool *capped)
{
	long double *x = exactly(f->n * f->d * sizeof(long double));
	long double tolerance = 1e-9L + 20.0L * rounding_of(f);
	long double worst = 0.0L;
	Plain		plain;
	bool		ok = true;
	size_t		i;
	size_t		j;

	for (i = 0; i < f->n * f->d; i++)
	{
		ok = ok && fabs(f->x[i]) <= SC_MAX_SCORE;
		ok = ok && (f->missing[i] || same_bits(&f->x[i], &f->given[i], 1));
		x[i] = f->x[i];
	}
	CHECK(ok);
	plain_step(x, f->n, f->d, f->out.weight, &plain);
	for (j = 0; j < f->d; j++)
	{
		for (i = 0; i < f->n; i++)
		{
			if (f->missing[j * f->n + i])
				worst = fmaxl(worst, fabsl(x[j * f->n + i] - plain_estimate(&plain, i, j)) / plain.sd[j]);
		}
	}
	ok = CHECK_NEAR(worst, 0.0L, tolerance);

	/* the second component may be near: then weights have fewer digits */
	tolerance *= 1.0L + 1.0L / plain.gap;
	worst = fabsl(plain.shrink - f->out.shrink);
	for (j = 0; j < f->d; j++)
	{
		const ScSpread *s = &f->out.spread[j];

		worst = fmaxl(worst, fabsl((long double) s->pivot + s->centre - plain.mean[j]) / plain.sd[j]);
		worst = fmaxl(worst, fabsl(s->sd / plain.sd[j] - 1.0L));
		worst = fmaxl(worst, fabsl(s->mean - plain.mean[j]) / (plain.sd[j] + fabsl(plain.mean[j])));
		worst = fmaxl(worst, fabsl(f->out.weight[j] - plain.weight[j]));
	}
	ok = CHECK_NEAR(worst, 0.0L, tolerance) && ok;
	worst = 0.0L;
	for (i = 0; i < f->n; i++)
		worst = fmaxl(worst, fabsl(f->out.t[i] - plain.t[i]) / (1.0L + fabsl(plain.t[i])));
	ok = CHECK_NEAR(worst, 0.0L, tolerance) && ok;
	CHECK(f->out.shrink >= 0.0 && f->out.shrink <= 1.0);
	*capped = plain.capped;
	free(x);
	return ok;
}

/* ----------
 * Tests
 * ----------
 */

/* Tables of all kinds and sizes, up to four fifths of them empty. */
static void
test_fixed_point(void)
{
	static const size_t ns[] = {3, 4, 7, 12, 26, 60};
	static const size_t ds[] = {2, 3, 5, 12, 20};
	static const double shares[] = {0.05, 0.2, 0.4, 0.6, 0.8};
	size_t		imputed = 0;
	size_t		capped = 0;
	size_t		few = 0;
	size_t		constant = 0;
	size_t		stuck = 0;
	size_t		undefined = 0;
	size_t		round;

	for (round = 0; round < 6000; round++)
	{
		Table		f;
		ScStatus	expected;
		ScStatus	status;
		size_t		column;
		bool		cap;

		new_table(&f, ns[random_below(6)], ds[random_below(5)]);
		random_table(&f, 0.2 + random_uniform(), (int) (round % TABLE_KINDS));
		random_gaps(&f, shares[random_below(5)]);
		expected = expected_status(&f, &column);
		status = impute(&f, NULL);
		if (expected != SC_OK)
		{
			CHECK(status == expected && f.out.column == column);
			few += expected == SC_TOO_FEW_SCORES;
			constant += expected == SC_CONSTANT_COLUMN;
		}
		else if (status == SC_OK && count_missing(&f) > 0)
		{
			imputed++;
			CHECK(f.out.steps > 0 && f.out.steps <= SC_MAX_IMPUTE_STEPS);
			if (!check_fixed_point(&f, &cap))
				printf("\tround %zu: n %zu d %zu, %zu missing, shrink %g, steps %zu\n",
					   round, f.n, f.d, count_missing(&f), f.out.shrink, f.out.steps);
			capped += cap;
		}
		else
		{
			CHECK(status == SC_OK || status == SC_NOT_CONNECTED || status == SC_NOT_CONVERGED ||
				  status == SC_UNDEFINED_COMPONENT);
			stuck += status == SC_NOT_CONVERGED;
			undefined += status == SC_UNDEFINED_COMPONENT;
		}
		free_table(&f);
	}
	CHECK(imputed > 2500 && capped > 300 && few > 500 && constant > 5);
	CHECK(stuck + undefined < imputed / 10);
}

/*
 * Models that have nothing but a benchmark of noise: their t is of that alone, and
 * large.  Many models, few gaps, and the other way round.
 */
static void
test_lone_scores(void)
{
	size_t		round;

	for (round = 0; round < 60; round++)
	{
		Table		f;
		bool		cap;
		size_t		i;
		size_t		j;

		new_table(&f, round % 3 == 0 ? 1000 : 100, 4);
		random_table(&f, 0.3, 0);
		random_gaps(&f, round % 2 == 0 ? 0.02 : 0.5);
		for (i = 0; i < f.n; i++)
		{
			f.given[i] = random_normal();
			f.missing[i] = false;
			for (j = 1; j < 4 && i % 10 == 0; j++)
				f.missing[j * f.n + i] = true;
		}
		CHECK(impute(&f, NULL) == SC_OK);
		check_fixed_point(&f, &cap);
		free_table(&f);
	}
}

/* A table that is imputed, and has something to impute. */
static void
benign_table(Table *f, size_t n, size_t d, double share, int kind)
{
	size_t		column;

	new_table(f, n, d);
	do
	{
		random_table(f, 0.5, kind);
		random_gaps(f, share);
	} while (count_missing(f) == 0 || expected_status(f, &column) != SC_OK ||
			 impute(f, NULL) != SC_OK);
}

/* The plain method, from the columns' means on: it arrives at the same table. */
static void
test_plain_method(void)
{
	size_t		round;
	size_t		i;
	size_t		j;

	for (round = 0; round < 40; round++)
	{
		Table		f;
		Plain		plain;
		long double *x;
		long double change;
		int			steps = 0;

		benign_table(&f, 12 + random_below(20), 2 + random_below(6), 0.15, (int) round % 2);
		x = exactly(f.n * f.d * sizeof(long double));
		for (j = 0; j < f.d; j++)
		{
			long double sum = 0.0L;
			size_t		n_j = 0;

			for (i = 0; i < f.n; i++)
			{
				if (f.missing[j * f.n + i])
					continue;
				n_j++;
				sum += f.given[j * f.n + i];
			}
			for (i = 0; i < f.n; i++)
				x[j * f.n + i] = f.missing[j * f.n + i] ? sum / n_j : f.given[j * f.n + i];
		}
		do
		{
			change = 0.0L;
			plain_step(x, f.n, f.d, f.out.weight, &plain);
			for (i = 0; i < f.n * f.d; i++)
			{
				if (f.missing[i])
				{
					long double estimate = plain_estimate(&plain, i % f.n, i / f.n);

					change = fmaxl(change, fabsl(estimate - x[i]));
					x[i] = estimate;
				}
			}
		} while (change > 1e-13L && ++steps < 5000);
		CHECK(steps < 5000);
		change = 0.0L;
		for (i = 0; i < f.n * f.d; i++)
			change = fmaxl(change, fabsl(x[i] - f.x[i]));
		CHECK_NEAR(change, 0.0L, 1e-9L);
		free(x);
		free_table(&f);
	}
}

/* Of two columns the second eigenvalue is always less, of five models often. */
static void
test_cap(void)
{
	size_t		capped[2] = {0, 0};
	size_t		round;

	for (round = 0; round < 100; round++)
	{
		size_t		d = round % 2 == 0 ? 2 : 3 + random_below(4);
		size_t		n = round % 2 == 0 ? 5 + random_below(30) : 5;
		Table		f;
		bool		cap;

		benign_table(&f, n, d, 0.1, 0);
		check_fixed_point(&f, &cap);
		capped[d > 2] += cap;
		free_table(&f);
	}
	CHECK(capped[0] == 50 && capped[1] > 5 && capped[1] < 45);
}

/*
 * A table on which the cap comes so little nearer in each round that a hundred are
 * not enough without extrapolation.
 */
static void
test_slow_cap(void)
{
	static const double given[] = {
		NAN, 0.126, -1.022, -0.486, NAN,
		0.795, -0.502, -0.306, NAN, -0.228,
		NAN, -1.668, -0.546, 0.708, 1.037
	};
	Table		f;
	bool		cap = false;
	size_t		i;

	new_table(&f, 5, 3);
	for (i = 0; i < 15; i++)
	{
		f.missing[i] = isnan(given[i]);
		f.given[i] = f.missing[i] ? 0.0 : given[i];
	}
	CHECK(impute(&f, NULL) == SC_OK);
	check_fixed_point(&f, &cap);
	CHECK(cap);
	free_table(&f);
}

static void
test_nothing_missing(void)
{
	size_t		round;

	for (round = 0; round < 60; round++)
	{
		Table		f;
		ScImputation before;

		new_table(&f, 3 + random_below(30), 1 + random_below(8));
		random_table(&f, 1.0, (int) round % TABLE_KINDS);
		if (round % 6 == 4)
			f.given[0] = -0.0;
		before = f.out;
		f.out.steps = 77;
		if (impute(&f, NULL) == SC_OK)
		{
			CHECK(f.out.steps == 0);
			CHECK(same_bits(f.x, f.given, f.n * f.d));
			CHECK(f.out.spread == before.spread && f.out.t == before.t);
		}
		free_table(&f);
	}
}

/* Equal models get equal scores; in which order models are does not matter. */
static void
test_models(void)
{
	size_t		round;
	size_t		i;
	size_t		j;

	for (round = 0; round < 60; round++)
	{
		size_t		n = 30;
		size_t		order[30];
		long double worst = 0.0L;
		bool		same = true;
		Table		f;
		Table		g;

		do
		{
			new_table(&f, n, 5);
			random_table(&f, 0.5, (int) round % 2);
			random_gaps(&f, 0.3);
			for (i = 0; i < n / 2; i++)
			{
				for (j = 0; j < 5; j++)
				{
					f.given[j * n + n - 1 - i] = f.given[j * n + i];
					f.missing[j * n + n - 1 - i] = f.missing[j * n + i];
				}
			}
		} while (impute(&f, NULL) != SC_OK && (free_table(&f), true));
		for (i = 0; i < n / 2; i++)
		{
			same = same && f.out.t[i] == f.out.t[n - 1 - i];
			for (j = 0; j < 5; j++)
				same = same && same_bits(&f.x[j * n + i], &f.x[j * n + n - 1 - i], 1);
		}
		CHECK(same);

		new_table(&g, n, 5);
		random_order(order, n);
		for (i = 0; i < n; i++)
		{
			for (j = 0; j < 5; j++)
			{
				g.given[j * n + order[i]] = f.given[j * n + i];
				g.missing[j * n + order[i]] = f.missing[j * n + i];
			}
		}
		CHECK(impute(&g, NULL) == SC_OK);
		for (i = 0; i < n; i++)
		{
			for (j = 0; j < 5; j++)
				worst = fmaxl(worst, fabsl((long double) g.x[j * n + order[i]] - f.x[j * n + i]));
		}
		CHECK_NEAR(worst, 0.0L, 1e-10L);
		free_table(&f);
		free_table(&g);
	}
}

static void
test_statuses(void)
{
	Table		f;
	size_t		i;

	/* the first column that is at fault, whatever is wrong with it */
	new_table(&f, 8, 6);
	random_table(&f, 0.5, 0);
	f.missing[2] = true;
	CHECK(impute(&f, NULL) == SC_OK);
	for (i = 0; i < 6; i++)
		f.missing[4 * 8 + i] = true;
	CHECK(impute(&f, NULL) == SC_TOO_FEW_SCORES && f.out.column == 4);
	f.missing[4 * 8] = false;
	CHECK(impute(&f, NULL) == SC_OK);
	f.missing[4 * 8] = true;
	for (i = 0; i < 7; i++)
		f.given[3 * 8 + i] = 0.1;
	f.missing[3 * 8 + 7] = true;
	CHECK(impute(&f, NULL) == SC_CONSTANT_COLUMN && f.out.column == 3);
	CHECK(f.out.steps == 0);
	for (i = 0; i < 8; i++)
		f.missing[i] = true;
	CHECK(impute(&f, NULL) == SC_TOO_FEW_SCORES && f.out.column == 0);
	free_table(&f);

	/* a constant is seen also where nothing is missing */
	new_table(&f, 4, 2);
	random_table(&f, 0.5, 0);
	for (i = 4; i < 8; i++)
		f.given[i] = 1e9;
	CHECK(impute(&f, NULL) == SC_CONSTANT_COLUMN && f.out.column == 1);
	free_table(&f);

	new_table(&f, 2, 3);
	random_table(&f, 0.5, 0);
	CHECK(impute(&f, NULL) == SC_TOO_FEW_MODELS);
	f.missing[0] = true;
	CHECK(impute(&f, NULL) == SC_TOO_FEW_MODELS);
	free_table(&f);

	new_table(&f, 5, 1);
	random_table(&f, 0.5, 0);
	CHECK(impute(&f, NULL) == SC_OK);
	f.missing[1] = true;
	CHECK(impute(&f, NULL) == SC_NOT_CONNECTED);
	free_table(&f);

	/* models that share no benchmark */
	new_table(&f, 8, 2);
	for (i = 0; i < 8; i++)
	{
		f.given[i] = (double) (i % 4);
		f.given[8 + i] = (double) (i % 4 % 2 * 3 + (i % 4 / 2 - i % 4 % 2 * (i % 4 / 2) * 2));
		f.missing[i] = i < 4;
		f.missing[8 + i] = i >= 4;
	}
	CHECK(impute(&f, NULL) == SC_NOT_CONNECTED);
	free_table(&f);

	/* too many columns is said before anything is read */
	CHECK(sc_impute(NULL, NULL, 2001, 2001, SC_IMPUTE_TOLERANCE, NULL, NULL, &f.out) == SC_TOO_MANY_COLUMNS);
}

/*
 * Other units: exactly the same where they are a power of two, otherwise up to
 * rounding.  One that is turned about has its weight turned.
 */
static void
test_units(void)
{
	size_t		round;
	size_t		i;
	size_t		j;

	for (round = 0; round < 60; round++)
	{
		double		factor[6];
		double		offset[6];
		double		sign = 0.0;
		long double worst = 0.0L;
		Table		f;
		Table		g;

		benign_table(&f, 20, 6, 0.25, (int) round % 2);
		new_table(&g, 20, 6);
		memcpy(g.missing, f.missing, 120 * sizeof(bool));
		for (j = 0; j < 6; j++)
		{
			factor[j] = ldexp(1.0, (int) random_below(700) - 350);
			offset[j] = 0.0;
			if (round % 2 == 0)
			{
				factor[j] = (j % 3 == 1 ? -1.0 : 1.0) * pow(10.0, (double) random_below(20) - 10.0);
				offset[j] = 1000.0 * factor[j] * random_normal();
			}
		}
		for (i = 0; i < 120; i++)
			g.given[i] = factor[i / 20] * f.given[i] + offset[i / 20];
		CHECK(impute(&g, NULL) == SC_OK);
		for (i = 0; i < 120; i++)
		{
			j = i / 20;
			worst = fmaxl(worst, fabsl((long double) factor[j] * f.x[i] + offset[j] - g.x[i]) /
						  fabsl(factor[j]));
			if (round % 2 == 1)
				CHECK(g.x[i] == factor[j] * f.x[i]);
		}
		CHECK_NEAR(worst, 0.0L, 1e-9L);
		for (j = 0; j < 6; j++)
			sign += f.out.weight[j] * g.out.weight[j] * (factor[j] < 0.0 ? -1.0 : 1.0);
		CHECK_NEAR(fabs(sign), 1.0L, 1e-9L);
		for (j = 0; j < 6; j++)
		{
			CHECK_NEAR(g.out.noise[j], f.out.noise[j], 1e-9L);
			CHECK_RELATIVE(g.out.spread[j].sd, f.out.spread[j].sd * fabsl(factor[j]), 1e-9L);
		}
		for (i = 0; i < 20; i++)
			CHECK_NEAR(g.out.t[i], f.out.t[i] * rint(sign), 1e-8L);
		free_table(&f);
		free_table(&g);
	}
}

/* Noise and standard errors, by the formulas of the header. */
static void
check_errors(const Table *f)
{
	const ScImputation *o = &f->out;
	double	   *se = exactly(f->n * f->d * sizeof(double));
	long double *coverage = exactly(f->n * sizeof(long double));
	long double *var = exactly(f->n * sizeof(long double));
	size_t		i;
	size_t		j;

	sc_imputation_errors(f->missing, f->n, f->d, o, NULL, se);
	for (i = 0; i < f->n; i++)
	{
		long double sum = 0.0L;

		coverage[i] = 0.0L;
		for (j = 0; j < f->d; j++)
		{
			long double v = f->missing[j * f->n + i] ? 0.0L : o->weight[j];

			coverage[i] += v * v;
			sum += v * v * o->noise[j] * o->noise[j];
		}
		coverage[i] = 1.0L - o->shrink * (1.0L - coverage[i]);
		var[i] = sum / (coverage[i] * coverage[i]);
	}
	for (j = 0; j < f->d; j++)
	{
		const ScSpread *s = &o->spread[j];
		long double v = o->weight[j];
		long double n_j = 0.0L;
		long double mean = 0.0L;
		long double about = 0.0L;
		long double squares = 0.0L;
		long double freedom = 0.0L;

		for (i = 0; i < f->n; i++)
		{
			long double residual;

			if (f->missing[j * f->n + i])
				continue;
			n_j++;
			mean += o->t[i];
			residual = ((long double) f->x[j * f->n + i] - s->pivot - s->centre) / s->sd - v * o->t[i];
			squares += residual * residual;
			freedom += 1.0L - v * v / coverage[i];
		}
		mean /= n_j;
		CHECK_RELATIVE(o->noise[j], sqrtl(squares / ((1.0L - 2.0L / n_j) * freedom)), 1e-9L);
		for (i = 0; i < f->n; i++)
			about += f->missing[j * f->n + i] ? 0.0L : (o->t[i] - mean) * (o->t[i] - mean);
		for (i = 0; i < f->n; i++)
		{
			long double error = o->noise[j] * o->noise[j] *
				(1.0L + 1.0L / n_j + (o->t[i] - mean) * (o->t[i] - mean) / about) +
				o->shrink * v * o->shrink * v * var[i];

			if (f->missing[j * f->n + i])
				CHECK_RELATIVE(se[j * f->n + i], s->sd * sqrtl(error), 1e-11L);
			else
				CHECK(se[j * f->n + i] == 0.0);
		}
	}
	free(se);
	free(coverage);
	free(var);
}

static void
test_errors(void)
{
	size_t		round;

	for (round = 0; round < 80; round++)
	{
		Table		f;

		benign_table(&f, 8 + random_below(40), 3 + random_below(8), 0.1 + 0.1 * (double) (round % 4),
					 round % 3 == 2 ? 4 : (int) round % 3);
		check_errors(&f);
		free_table(&f);
	}
}

/*
 * Two benchmarks that agree wherever both are known: their residuals are 0,
 * and nothing is left to tell the noise by.
 */
static void
test_perfect(void)
{
	Table		f;
	double		se[16];
	size_t		i;

	new_table(&f, 8, 2);
	for (i = 0; i < 8; i++)
	{
		f.given[i] = (double) (i * i);
		f.given[8 + i] = 3.0 - 2.0 * f.given[i];
	}
	f.missing[3] = f.missing[8 + 6] = true;
	if (CHECK(impute(&f, NULL) == SC_OK))
	{
		CHECK_NEAR(f.x[3], 9.0L, 1e-5L);
		CHECK_NEAR(f.x[8 + 6], 3.0L - 72.0L, 1e-5L);
		CHECK(f.out.shrink <= 1.0 && f.out.shrink > 1.0 - 1e-9);
		sc_imputation_errors(f.missing, 8, 2, &f.out, NULL, se);
		for (i = 0; i < 16; i++)
			CHECK(se[i] >= 0.0 && se[i] < 1e-3);
	}
	free_table(&f);
}

/* Numbers the groups by flooding them from their first models on. */
static size_t
flood(const bool *missing, size_t n, size_t d, uint32_t *group)
{
	size_t		groups = 0;
	size_t		i;
	size_t		j;
	size_t		k;
	bool		more;

	for (i = 0; i < n; i++)
		group[i] = UINT32_MAX;
	for (i = 0; i < n; i++)
	{
		if (group[i] != UINT32_MAX)
			continue;
		group[i] = (uint32_t) groups;
		do
		{
			more = false;
			for (j = 0; j < d; j++)
			{
				bool		reached = false;

				for (k = 0; k < n; k++)
					reached = reached || (!missing[j * n + k] && group[k] == groups);
				for (k = 0; reached && k < n; k++)
				{
					if (!missing[j * n + k] && group[k] != groups)
					{
						group[k] = (uint32_t) groups;
						more = true;
					}
				}
			}
		} while (more);
		groups++;
	}
	return groups;
}

static void
test_groups(void)
{
	size_t		several = 0;
	size_t		round;

	for (round = 0; round < 2000; round++)
	{
		size_t		n = 1 + random_below(40);
		size_t		d = 1 + random_below(20);
		bool	   *missing = exactly(n * d * sizeof(bool));
		uint32_t   *parent = exactly(n * sizeof(uint32_t));
		uint32_t   *group = exactly(n * sizeof(uint32_t));
		uint32_t   *expected = exactly(n * sizeof(uint32_t));
		double		share = 1.0 - 3.0 * random_uniform() / (double) (n < d ? n : d);
		size_t		groups;
		size_t		i;

		for (i = 0; i < n * d; i++)
			missing[i] = random_uniform() < share;
		groups = flood(missing, n, d, expected);
		several += groups > 1 && groups < n;
		CHECK(sc_impute_groups(missing, n, d, parent, NULL, group) == groups);
		CHECK(memcmp(group, expected, n * sizeof(uint32_t)) == 0);
		free(missing);
		free(parent);
		free(group);
		free(expected);
	}
	CHECK(several > 500);
}

static void
count_errors(const char *reason UNUSED, const char *file UNUSED, int line UNUSED,
			 int code UNUSED)
{
}

/* GSL's error handler at a poll is whoever calls us's own: GSL is not running. */
static long polls_inside_gsl = 0;

static void
guarded_poll(void)
{
	gsl_error_handler_t *handler = gsl_set_error_handler(count_errors);

	polls_inside_gsl += handler != count_errors;
	test_poll();
}

/* Jumps out of the poll at some of its calls, and starts over. */
static void
test_jump(void)
{
	static const size_t ns[] = {100000, 60, 40};
	static const size_t ds[] = {3, 300, 50};
	gsl_error_handler_t *before = gsl_set_error_handler(count_errors);
	volatile int size;

	for (size = 0; size < 3; size++)
	{
		size_t		n = ns[size];
		size_t		d = ds[size];
		double	   *x = exactly(n * d * sizeof(double));
		uint32_t   *group = exactly(n * sizeof(uint32_t));
		uint32_t   *parent = exactly(n * sizeof(uint32_t));
		double	   *se = exactly(n * d * sizeof(double));
		void	   *work = exactly(sc_impute_workspace(n, d));
		volatile long jumps = 0;
		volatile long at;
		volatile long calls;
		Table		f;

		new_table(&f, n, d);
		random_table(&f, 0.5, 0);
		random_gaps(&f, 0.2);
		poll_calls = poll_jumps_at = 0;
		CHECK(impute(&f, guarded_poll) == SC_OK);
		calls = poll_calls;
		CHECK(calls > 5);
		for (at = 1; at <= calls; at += 1 + calls / 25)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			memcpy(x, f.given, n * d * sizeof(double));
			if (setjmp(poll_target) == 0)
				sc_impute(x, f.missing, n, d, SC_IMPUTE_TOLERANCE, work, guarded_poll, &f.out);
			else
				jumps++;
		}
		CHECK(jumps > 3);
		poll_jumps_at = 0;
		memcpy(x, f.given, n * d * sizeof(double));
		CHECK(sc_impute(x, f.missing, n, d, SC_IMPUTE_TOLERANCE, work, guarded_poll, &f.out) == SC_OK);
		CHECK(same_bits(x, f.x, n * d));
		CHECK(polls_inside_gsl == 0);

		poll_calls = 0;
		sc_imputation_errors(f.missing, n, d, &f.out, guarded_poll, se);
		CHECK(poll_calls >= (long) d);
		poll_calls = 0;
		CHECK(sc_impute_groups(f.missing, n, d, parent, guarded_poll, group) >= 1);
		CHECK(poll_calls >= (long) d);
		free(x);
		free(group);
		free(parent);
		free(se);
		free(work);
		free_table(&f);
	}
	CHECK(gsl_set_error_handler(before) == count_errors);
}

/* Workspace for up to n models is enough for any number of them. */
static void
test_workspace_up_to(void)
{
	static const size_t columns[] = {2, 33, 300};
	size_t		k;
	size_t		n;

	for (k = 0; k < sizeof(columns) / sizeof(columns[0]); k++)
	{
		size_t		most = 0;
		bool		enough = true;

		for (n = 1; n <= 500; n++)
		{
			size_t		size = sc_impute_workspace(n, columns[k]);

			most = size > most ? size : most;
			enough = enough && sc_impute_workspace_up_to(n, columns[k]) >= most;
		}
		CHECK(enough);
	}
}

int
main(void)
{
	RUN(test_workspace_up_to);
	RUN(test_fixed_point);
	RUN(test_lone_scores);
	RUN(test_plain_method);
	RUN(test_cap);
	RUN(test_slow_cap);
	RUN(test_nothing_missing);
	RUN(test_models);
	RUN(test_statuses);
	RUN(test_units);
	RUN(test_errors);
	RUN(test_perfect);
	RUN(test_groups);
	RUN(test_jump);
	return check_done();
}
