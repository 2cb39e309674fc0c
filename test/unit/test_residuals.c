/*-------------------------------------------------------------------------
 *
 * test_residuals.c
 *	  Residuals against lines and curves fitted in long double, with and without
 *	  each model; exact ones, models that stand alone, hostile units.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/regression/logit.h"
#include "stats/regression/residuals.h"
#include "check.h"

static ScAdjusted
new_adjusted(size_t n)
{
	ScAdjusted	out;

	out.expected = exactly(n * sizeof(double));
	out.residual = exactly(n * sizeof(double));
	out.leverage = exactly(n * sizeof(double));
	out.studentised = exactly(n * sizeof(double));
	out.low = exactly(n * sizeof(double));
	out.high = exactly(n * sizeof(double));
	out.sigma = -1.0;
	out.exact = true;
	return out;
}

static void
free_adjusted(ScAdjusted *out)
{
	free(out->expected);
	free(out->residual);
	free(out->leverage);
	free(out->studentised);
	free(out->low);
	free(out->high);
}

static ScStatus
adjust_by(ScFit fit, const double *y, const double *s, size_t n, double t_quantile,
		  ScAdjusted *out)
{
	void	   *work = exactly(sc_adjusted_workspace(n));
	ScStatus	status = sc_adjust(y, s, n, fit, t_quantile, work, NULL, out);

	free(work);
	return status;
}

static ScStatus
adjust(const double *y, const double *s, size_t n, double t_quantile,
	   ScAdjusted *out)
{
	return adjust_by(SC_FIT_LINEAR, y, s, n, t_quantile, out);
}

/* A line through all models but one (none is left out for skip = n). */
typedef struct ExactLine
{
	size_t		pivot;			/* the first model in it */
	long double mean_y;			/* less the pivot's */
	long double mean_s;
	long double slope;
	long double sss;
	long double sse;
	long double m;
} ExactLine;

static ExactLine
exact_line(const double *y, const double *s, size_t n, size_t skip)
{
	ExactLine	line = {skip == 0, 0.0L, 0.0L, 0.0L, 0.0L, 0.0L, 0.0L};
	long double y0 = y[line.pivot];
	long double s0 = s[line.pivot];
	long double sxy = 0.0L;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (i == skip)
			continue;
		line.mean_y += y[i] - y0;
		line.mean_s += s[i] - s0;
		line.m++;
	}
	line.mean_y /= line.m;
	line.mean_s /= line.m;
	for (i = 0; i < n; i++)
	{
		long double ds = s[i] - s0 - line.mean_s;

		if (i == skip)
			continue;
		sxy += ds * (y[i] - y0 - line.mean_y);
		line.sss += ds * ds;
	}
	line.slope = sxy / line.sss;
	for (i = 0; i < n; i++)
	{
		long double e = y[i] - y0 - line.mean_y -
			line.slope * (s[i] - s0 - line.mean_s);

		if (i != skip)
			line.sse += e * e;
	}
	return line;
}

/* Where along the line is model i, from its middle; how far off it? */
static long double
along(const ExactLine *line, const double *s, size_t i)
{
	return (long double) s[i] - s[line->pivot] - line->mean_s;
}

static long double
distance(const ExactLine *line, const double *y, const double *s, size_t i)
{
	return (long double) y[i] - y[line->pivot] - line->mean_y -
		line->slope * along(line, s, i);
}

/*
 * All numbers, to tolerance in units of sigma.  Studentised
 * by formula and by what it means: the distance from the line of the others.
 */
static void
check_adjusted(const double *y, const double *s, size_t n, double t_quantile,
			   const ScAdjusted *out, long double tolerance)
{
	ExactLine	line = exact_line(y, s, n, n);
	long double sigma = sqrtl(line.sse / (line.m - 2));
	size_t		i;

	CHECK(!out->exact);
	CHECK_RELATIVE(out->sigma, sigma, tolerance);
	for (i = 0; i < n; i++)
	{
		long double ds = along(&line, s, i);
		long double h = 1 / line.m + ds * ds / line.sss;
		long double e = distance(&line, y, s, i);
		long double half = t_quantile * sigma * sqrtl(1 + h);
		long double ulp = 2.3e-16L * (fabsl(y[i]) + fabsl(e) + half);

		CHECK_NEAR(out->leverage[i], h, 1e-14L);
		CHECK(out->leverage[i] <= 1.0);
		CHECK_NEAR(out->residual[i], e, tolerance * sigma);
		CHECK_NEAR(out->expected[i], y[i] - e, tolerance * sigma + ulp);
		CHECK_NEAR(out->low[i], y[i] - e - half, tolerance * (sigma + half) + ulp);
		CHECK_NEAR(out->high[i], y[i] - e + half, tolerance * (sigma + half) + ulp);
		if (n >= 4 && h < 1 - 1e-18L)
		{
			ExactLine	others = exact_line(y, s, n, i);
			long double left = along(&others, s, i);
			long double sigma2 = sqrtl(others.sse / (others.m - 2));
			long double t = distance(&others, y, s, i) /
				(sigma2 * sqrtl(1 + 1 / others.m + left * left / others.sss));

			if (sigma2 < 1e-15L * sigma)
			{
				CHECK(isnan(out->studentised[i]));
				continue;
			}
			CHECK_NEAR(out->studentised[i], t, tolerance * (1 + fabsl(t)) * (1 + sigma / sigma2));
			if (1 - h > 1e-3L)
				CHECK_NEAR(t, e / (sigma2 * sqrtl(1 - h)), 1e-12L * (1 + fabsl(t)));
		}
		else
			CHECK(isnan(out->studentised[i]));
	}
}

static void
test_random(void)
{
	static const size_t ns[] = {3, 4, 5, 8, 27, 100};
	double		y[100];
	double		s[100];
	int			round;
	size_t		a;
	size_t		i;

	for (a = 0; a < 6; a++)
	{
		for (round = 0; round < 40; round++)
		{
			size_t		n = ns[a];
			ScAdjusted	out = new_adjusted(n);
			double		t_quantile = 1.0 + random_uniform() * 3.0;

			for (i = 0; i < n; i++)
			{
				s[i] = random_normal() * 2.0;
				y[i] = 0.5 - 0.1 * s[i] + random_normal() * 0.05;
				if (round % 3 == 1) /* ties */
				{
					s[i] = i < 2 ? (double) i : rint(s[i]);
					y[i] = i < 3 ? (double) (i % 2) : rint(20 * y[i]) / 20;
				}
			}
			if (round % 4 == 3) /* far off the line, or far along it */
			{
				y[random_below(n)] += 3e3;
				s[random_below(n)] += 30;
			}
			if (adjust(y, s, n, t_quantile, &out) != SC_OK)
				CHECK(false);
			else if (!out.exact)
				check_adjusted(y, s, n, t_quantile, &out, n <= 4 ? 1e-11L : 1e-12L);
			free_adjusted(&out);
		}
	}
}

/* Offsets and units: the same residuals, in units of their own. */
static void
test_units(void)
{
	static const double offsets[] = {0.0, 1e9, -1e9, 3e15};
	static const double units[] = {1.0, 1e-3, 1e100, 1e-100, 1e-290};
	size_t		n = 25;
	double		y[25];
	double		s[25];
	int			o;
	int			u;
	size_t		i;

	for (o = 0; o < 4; o++)
	{
		for (u = 0; u < 5; u++)
		{
			ScAdjusted	out = new_adjusted(n);
			ScAdjusted	unit = new_adjusted(n);
			double		y1[25];
			double		s1[25];

			for (i = 0; i < n; i++)
			{
				s[i] = offsets[o] + rint(1000 * random_normal());
				y[i] = offsets[(o + 1) % 4] - s[i] + offsets[o] + rint(500 * random_normal());
				y1[i] = y[i] * units[u];
				s1[i] = s[i] * units[(u + 2) % 5];
			}
			CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
			check_adjusted(y, s, n, 2.0, &out, 1e-12L);

			/* a power of two would change nothing; others round once, at y */
			CHECK(adjust(y1, s1, n, 2.0, &unit) == SC_OK);
			for (i = 0; i < n; i++)
				CHECK_NEAR(unit.studentised[i], out.studentised[i],
						   1e-12L + 1e-17L * fabsl(offsets[o]) +
						   1e-17L * fabsl(offsets[(o + 1) % 4]));
			free_adjusted(&out);
			free_adjusted(&unit);
		}
	}

	/* the largest and the smallest numbers there are */
	for (u = 0; u < 3; u++)
	{
		ScAdjusted	out = new_adjusted(n);

		for (i = 0; i < n; i++)
		{
			s[i] = (u == 1 ? 0x1p-1074 : SC_MAX_SCORE) * (i % 2 == 0 ? 1 : -1) * (i < 20);
			y[i] = (u == 2 ? 0x1p-1074 : SC_MAX_SCORE) * (i % 3 == 0 ? 1 : -1);
		}
		CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
		CHECK(!out.exact && isfinite(out.sigma) && out.leverage[0] < 0.2);
		for (i = 0; i < n; i++)
			CHECK(isfinite(out.high[i]) && fabs(out.studentised[i]) < 3.0);
		free_adjusted(&out);
	}
}

/* -y and -s, the order of models, and models that are there twice. */
static void
test_symmetries(void)
{
	size_t		n = 30;
	double		y[30];
	double		s[30];
	double		y2[30];
	double		s2[30];
	size_t		order[30];
	int			round;
	size_t		i;

	for (round = 0; round < 60; round++)
	{
		ScFit		fit = round % 2 == 0 ? SC_FIT_LINEAR : SC_FIT_QUADRATIC;
		ScAdjusted	out = new_adjusted(n);
		ScAdjusted	other = new_adjusted(n);
		bool		opposite = true;
		bool		same = true;

		for (i = 0; i < n; i++)
		{
			s[i] = random_normal();
			y[i] = fit == SC_FIT_LINEAR ? s[i] + random_normal() * 0.2 : s[i] * s[i] + random_normal();
			if (i % 3 == 1)		/* the same model once more */
			{
				s[i] = s[i - 1];
				y[i] = y[i - 1];
			}
		}
		if (round % 3 == 1)
			y[5] = 1e6;
		if (round % 3 == 2 && fit == SC_FIT_QUADRATIC)
			s[5] = 1e6;
		CHECK(adjust_by(fit, y, s, n, 2.0, &out) == SC_OK);
		for (i = 1; i < n; i += 3)
			same = same && out.residual[i] == out.residual[i - 1] &&
				out.studentised[i] == out.studentised[i - 1];
		CHECK(same);

		for (i = 0; i < n; i++)
		{
			y2[i] = -y[i];
			s2[i] = -s[i];
		}
		CHECK(adjust_by(fit, y2, s, n, 2.0, &other) == SC_OK);
		for (i = 0; i < n; i++)
			opposite = opposite && other.residual[i] == -out.residual[i] &&
				other.studentised[i] == -out.studentised[i] &&
				other.low[i] == -out.high[i] && other.leverage[i] == out.leverage[i];
		CHECK(opposite && other.curvature == -out.curvature);
		CHECK(adjust_by(fit, y, s2, n, 2.0, &other) == SC_OK);
		CHECK(same_bits(other.residual, out.residual, n));
		CHECK(same_bits(other.studentised, out.studentised, n));
		CHECK(other.curvature == out.curvature);

		random_order(order, n);
		for (i = 0; i < n; i++)
		{
			y2[i] = y[order[i]];
			s2[i] = s[order[i]];
		}
		CHECK(adjust_by(fit, y2, s2, n, 2.0, &other) == SC_OK);
		for (i = 0; i < n && s[5] != 1e6; i++)
			CHECK_NEAR(other.studentised[i], out.studentised[order[i]],
					   1e-9L * (1 + fabsl(out.studentised[order[i]])));
		free_adjusted(&out);
		free_adjusted(&other);
	}
}

/* Lines that are exact but for rounding, and such as are nearly so. */
static void
test_exact(void)
{
	static const double offsets[] = {0.0, 1.0, 1e9, -1e15};
	static const double slopes[] = {1.0, -0.1, 1e6, 1e-9};
	double		y[300];
	double		s[300];
	size_t		n;
	int			o;
	int			b;
	size_t		i;

	for (n = 3; n <= 300; n = 2 * n + 1)
	{
		for (o = 0; o < 4; o++)
		{
			for (b = 0; b < 4; b++)
			{
				ScAdjusted	out = new_adjusted(n);
				double		range = 0.0;
				bool		clean = true;

				for (i = 0; i < n; i++)
				{
					s[i] = random_normal() / 3.0;
					y[i] = offsets[o] + slopes[b] * s[i];
					range = fmax(range, fabs(y[i] - y[0]));
				}
				if (range < 100 * DBL_EPSILON * fabs(offsets[o]))
				{
					free_adjusted(&out);
					continue;	/* offset has eaten the line */
				}
				CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
				CHECK(out.exact && out.sigma == 0.0);
				for (i = 0; i < n; i++)
					clean = clean && out.residual[i] == 0.0 && out.expected[i] == y[i] &&
						out.low[i] == y[i] && out.high[i] == y[i] &&
						isnan(out.studentised[i]) && out.leverage[i] > 0.0;
				CHECK(clean);

				/* not so with an error that is more than rounding */
				y[n / 2] += 1e-12 * sqrt((double) n) * (range + fabs(offsets[o]));
				y[0] += 3e-12 * sqrt((double) n) * (range + fabs(offsets[o]));
				CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
				CHECK(!out.exact && out.sigma > 0.0);
				free_adjusted(&out);
			}
		}
	}
}

/* One model off an exact line; one off a constant; one that stands alone. */
static void
test_alone(void)
{
	double		y[10];
	double		s[10];
	ScAdjusted	out = new_adjusted(10);
	int			round;
	size_t		i;

	for (round = 0; round < 20; round++)
	{
		size_t		odd = random_below(10);

		for (i = 0; i < 10; i++)
		{
			s[i] = random_normal();
			y[i] = 1.0 / 3 + s[i] / 7;
		}
		y[odd] += random_normal();
		CHECK(adjust(y, s, 10, 2.0, &out) == SC_OK);
		CHECK(!out.exact && isnan(out.studentised[odd]));
		for (i = 0; i < 10; i++)
			CHECK(i == odd || fabs(out.studentised[i]) < 10.0);

		for (i = 0; i < 10; i++)
			y[i] = i == odd ? 0.1 : 0.2;
		CHECK(adjust(y, s, 10, 2.0, &out) == SC_OK);
		for (i = 0; i < 10; i++)
			CHECK(isnan(out.studentised[i]) == (i == odd));

		/* its leverage is 1: the line goes through it whatever its y */
		for (i = 0; i < 10; i++)
		{
			s[i] = i == odd ? 0.3 : 0.1;
			y[i] = random_normal();
		}
		CHECK(adjust(y, s, 10, 2.0, &out) == SC_OK);
		for (i = 0; i < 10; i++)
		{
			CHECK(isnan(out.studentised[i]) == (i == odd));
			CHECK((out.leverage[i] == 1.0) == (i == odd));
			if (i != odd)
				CHECK_NEAR(out.leverage[i], 1.0L / 9, 1e-15L);
		}
		CHECK(out.residual[odd] == 0.0 && out.expected[odd] == y[odd]);
		CHECK_RELATIVE(out.high[odd] - y[odd], 2.0L * out.sigma * sqrtl(2.0L), 1e-14L);

		/* it does not stand quite alone: there is a line without it */
		s[(odd + 1) % 10] = nextafter(0.1, 1.0);
		s[odd] = 1e6;
		CHECK(adjust(y, s, 10, 2.0, &out) == SC_OK);
		CHECK(isfinite(out.studentised[odd]) && out.leverage[odd] <= 1.0);
		{
			ExactLine	others = exact_line(y, s, 10, odd);
			long double ds = along(&others, s, odd);
			long double t = distance(&others, y, s, odd) /
				sqrtl(others.sse / 7 * (1 + 1.0L / 9 + ds * ds / others.sss));

			CHECK_NEAR(out.studentised[odd], t, 1e-6L * fabsl(t));
		}
	}
	free_adjusted(&out);
}

static void
test_statuses(void)
{
	double		y[4] = {1, 1, 1, 1};
	double		s[4] = {2, 2, 2, 2};
	ScAdjusted	out = new_adjusted(4);
	double		untouched;

	memset(&untouched, 0xff, sizeof(untouched));
	CHECK(adjust(y, s, 2, 2.0, &out) == SC_TOO_FEW_MODELS);
	CHECK(adjust(y, s, 0, 2.0, &out) == SC_TOO_FEW_MODELS);
	CHECK(adjust(y, s, 4, 2.0, &out) == SC_CONSTANT_Y);
	y[3] = nextafter(1.0, 0.0);
	CHECK(adjust(y, s, 4, 2.0, &out) == SC_CONSTANT_X);
	CHECK(memcmp(out.residual, &untouched, sizeof(double)) == 0 && out.sigma == -1.0);
	s[0] = 3;
	y[0] = 4;
	y[1] = 2;
	CHECK(adjust(y, s, 4, NAN, &out) == SC_OK);
	CHECK(isnan(out.low[1]) && isnan(out.high[1]) && out.residual[1] > 0.6);
	free_adjusted(&out);
}

/* Jumps out of the poll at each of its calls, and starts over. */
static void
jump_out_of(ScFit fit)
{
	size_t		n = fit == SC_FIT_LINEAR ? 150000 : 100000;
	double	   *y = exactly(n * sizeof(double));
	double	   *s = exactly(n * sizeof(double));
	ScAdjusted	out = new_adjusted(n);
	ScAdjusted	again = new_adjusted(n);
	void	   *work = exactly(sc_adjusted_workspace(n));
	volatile long jumps = 0;
	volatile long at;
	volatile long calls;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		s[i] = random_normal();
		y[i] = s[i] + random_normal();
	}
	y[5] = 1e9;
	CHECK(adjust_by(fit, y, s, n, 2.0, &out) == SC_OK);
	poll_calls = poll_jumps_at = 0;
	CHECK(sc_adjust(y, s, n, fit, 2.0, work, test_poll, &again) == SC_OK);
	calls = poll_calls;
	CHECK(calls > 20);
	for (at = 1; at <= calls; at++)
	{
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			sc_adjust(y, s, n, fit, 2.0, work, test_poll, &again);
		else
			jumps++;
	}
	CHECK(jumps == calls);
	poll_jumps_at = 0;
	CHECK(sc_adjust(y, s, n, fit, 2.0, work, test_poll, &again) == SC_OK);
	CHECK(same_bits(out.studentised, again.studentised, n));
	CHECK(same_bits(out.residual, again.residual, n));
	CHECK(out.studentised[5] > 1e6);
	free(y);
	free(s);
	free(work);
	free_adjusted(&out);
	free_adjusted(&again);
}

static void
test_jump(void)
{
	jump_out_of(SC_FIT_LINEAR);
	jump_out_of(SC_FIT_QUADRATIC);
}

/* One value of another world: what it is off by is no double, but its rank stands. */
static void
test_overflow(void)
{
	static const double y[] = {0x1p-1074, 1e9, 0x1p-1073, 0x1p-1074, 0x1p-1072};
	static const double s[] = {1.0, 2.0, 3.0, 5.0, 4.0};
	void	   *work = exactly(sc_adjusted_workspace(5));
	ScAdjusted	out = new_adjusted(5);

	CHECK(sc_adjust(y, s, 5, SC_FIT_LINEAR, 2.0, work, NULL, &out) == SC_OK);
	CHECK(out.studentised[1] > 1e300 && isfinite(out.studentised[1]));
	free(work);
	free_adjusted(&out);
}

/* ----------
 * Curves
 * ----------
 */

/* Some 2^-64 of rounding, so that squares may be taken about the first model. */
#define MOST 100

/* A curve through all models but one, on columns that are made orthogonal thrice. */
typedef struct ExactCurve
{
	size_t		m;
	long double column[3][MOST];	/* of all models, the one left out too */
	long double length[3];		/* sums of squares, of those in it */
	long double coefficient[3];
	long double e[MOST];
	long double sse;
} ExactCurve;

static long double
dot_without(const long double *a, const long double *b, size_t n, size_t skip)
{
	long double sum = 0.0L;
	size_t		i;

	for (i = 0; i < n; i++)
		sum += i == skip ? 0.0L : a[i] * b[i];
	return sum;
}

static void
exact_curve(const double *y, const double *s, size_t n, size_t skip, int k, ExactCurve *c)
{
	size_t		pivot = skip == 0;
	int			round;
	int			a;
	int			b;
	size_t		i;

	c->m = n - (skip < n);
	for (i = 0; i < n; i++)
	{
		long double ds = (long double) s[i] - s[pivot];

		c->column[0][i] = 1.0L;
		c->column[1][i] = ds;
		c->column[2][i] = ds * ds;
		c->e[i] = (long double) y[i] - y[pivot];
	}
	for (a = 0; a < k; a++)
	{
		for (round = 0; round < 3; round++)
		{
			for (b = 0; b < a; b++)
			{
				long double part = dot_without(c->column[a], c->column[b], n, skip) / c->length[b];

				for (i = 0; i < n; i++)
					c->column[a][i] -= part * c->column[b][i];
			}
		}
		c->length[a] = dot_without(c->column[a], c->column[a], n, skip);
		c->coefficient[a] = dot_without(c->column[a], c->e, n, skip) / c->length[a];
		for (i = 0; i < n; i++)
			c->e[i] -= c->coefficient[a] * c->column[a][i];
	}
	c->sse = dot_without(c->e, c->e, n, skip);
}

/* Where model i is, in or not: the variance of the curve there, by sigma^2. */
static long double
leverage_of(const ExactCurve *c, int k, size_t i)
{
	long double h = 0.0L;
	int			a;

	for (a = 0; a < k; a++)
		h += c->column[a][i] * c->column[a][i] / c->length[a];
	return h;
}

static long double
exact_curvature(const double *y, const double *s, size_t n)
{
	static ExactCurve c;

	exact_curve(y, s, n, n, 3, &c);
	return c.coefficient[2] * sqrtl(c.length[2]) / sqrtl(c.sse / (long double) (n - 3));
}

static void
check_curve(const double *y, const double *s, size_t n, const ScAdjusted *out, long double tolerance)
{
	static ExactCurve all;
	static ExactCurve others;
	long double sigma;
	long double t;
	size_t		i;

	exact_curve(y, s, n, n, 3, &all);
	sigma = sqrtl(all.sse / (long double) (n - 3));
	CHECK(!out->exact);
	CHECK_RELATIVE(out->sigma, sigma, tolerance);
	t = exact_curvature(y, s, n);
	CHECK_NEAR(out->curvature, t, tolerance * (1 + fabsl(t)));
	for (i = 0; i < n; i++)
	{
		long double h = leverage_of(&all, 3, i);
		long double half = 2.5L * sigma * sqrtl(1 + h);
		long double ulp = 2.3e-16L * (fabsl(y[i]) + fabsl(all.e[i]) + half);

		CHECK_NEAR(out->leverage[i], h, tolerance);
		CHECK(out->leverage[i] <= 1.0);
		CHECK_NEAR(out->residual[i], all.e[i], tolerance * sigma);
		CHECK_NEAR(out->expected[i], y[i] - all.e[i], tolerance * sigma + ulp);
		CHECK_NEAR(out->low[i], y[i] - all.e[i] - half, tolerance * (sigma + half) + ulp);
		CHECK_NEAR(out->high[i], y[i] - all.e[i] + half, tolerance * (sigma + half) + ulp);
		if (n < 5)
		{
			CHECK(isnan(out->studentised[i]));
			continue;
		}
		exact_curve(y, s, n, i, 3, &others);
		t = others.e[i] / sqrtl(others.sse / (long double) (n - 4) * (1 + leverage_of(&others, 3, i)));
		if (1 - h > 1e-3L)
			CHECK_NEAR(out->studentised[i], t, 10 * tolerance * (1 + fabsl(t)) *
					   (1 + sigma / sqrtl(others.sse / (long double) (n - 4))));
		else
			CHECK_NEAR(out->studentised[i], t, 1e-6L * (1 + fabsl(t)));
	}
}

static void
test_curve(void)
{
	static const size_t ns[] = {4, 5, 6, 8, 27, 100};
	static const double offsets[] = {0.0, 1e6, -3e9};
	static const double units[] = {1.0, 1e-3, 1e60};
	double		y[MOST];
	double		s[MOST];
	int			round;
	size_t		a;
	size_t		i;

	for (a = 0; a < 6; a++)
	{
		for (round = 0; round < 60; round++)
		{
			size_t		n = ns[a];
			double		unit = units[round / 3 % 3];
			ScAdjusted	out = new_adjusted(n);

			/* apart from each other: what is closer than that costs digits */
			for (i = 0; i < n; i++)
			{
				s[i] = (double) i + 0.5 * random_uniform();
				y[i] = 0.3 * s[i] - s[i] * s[i] / (double) n + random_normal();
				if (round % 4 == 3 && n > 6)	/* ties */
					s[i] = rint(s[i] / 3);
			}
			if (round % 5 == 4) /* far off the curve, or far along it */
			{
				y[random_below(n)] += 300;
				s[random_below(n)] += 10 * (double) n;
			}
			for (i = 0; i < n; i++)
			{
				s[i] = unit * (offsets[round % 3] + rint(s[i] * 1024) / 1024);
				y[i] = (offsets[(round + 1) % 3] + rint(y[i] * 1024) / 1024) / unit;
			}
			CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, n, 2.5, &out) == SC_OK);
			check_curve(y, s, n, &out, 2e-12L);
			CHECK(adjust(y, s, n, 2.5, &out) == SC_OK);
			{
				long double t = exact_curvature(y, s, n);

				CHECK_NEAR(out.curvature, t, 2e-12L * (1 + fabsl(t)));
			}
			free_adjusted(&out);
		}
	}
}

/* Curves that are exact but for rounding, and a line that one of them is asked of. */
static void
test_curve_exact(void)
{
	static const double offsets[] = {0.0, 1.0, 1e6};
	double		y[40];
	double		s[40];
	int			round;
	size_t		i;

	for (round = 0; round < 60; round++)
	{
		size_t		n = round % 2 ? 40 : 5;
		ScAdjusted	out = new_adjusted(n);
		bool		clean = true;

		for (i = 0; i < n; i++)
		{
			s[i] = random_normal() + offsets[round % 3];
			y[i] = 1.0 / 3 + s[i] / 7 - (s[i] - offsets[round % 3]) * (s[i] - offsets[round % 3]) / 3;
		}
		CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, n, 2.0, &out) == SC_OK);
		CHECK(out.exact && isnan(out.curvature) && out.sigma == 0.0);
		for (i = 0; i < n; i++)
			clean = clean && out.residual[i] == 0.0 && out.low[i] == y[i] && out.high[i] == y[i] &&
				isnan(out.studentised[i]) && out.leverage[i] > 0.0;
		CHECK(clean);

		/* a line sees a curve that could not be clearer */
		CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
		CHECK(!out.exact && out.curvature < -1e8);

		for (i = 0; i < n; i++)
			y[i] = 1.0 / 3 + s[i] / 7;
		CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
		CHECK(out.exact && isnan(out.curvature));
		CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, n, 2.0, &out) == SC_OK);
		CHECK(out.exact);
		free_adjusted(&out);
	}
}

/* Two values of s make no curve; nor do the others of one that stands alone. */
static void
test_curve_alone(void)
{
	double		y[10];
	double		s[10];
	ScAdjusted	out = new_adjusted(10);
	int			round;
	size_t		i;

	for (round = 0; round < 20; round++)
	{
		size_t		odd = random_below(10);

		for (i = 0; i < 10; i++)
		{
			s[i] = i % 2 ? 0.1 : 0.7;
			y[i] = random_normal();
		}
		CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 10, 2.0, &out) == SC_COLLINEAR);
		s[odd] = nextafter(s[odd], 1.0);
		CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 10, 2.0, &out) == SC_COLLINEAR);
		CHECK(adjust(y, s, 10, 2.0, &out) == SC_OK);
		CHECK(isnan(out.curvature));

		s[odd] = round % 2 ? 0.3 : -5.0;
		CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 10, 2.0, &out) == SC_OK);
		for (i = 0; i < 10; i++)
		{
			CHECK(isnan(out.studentised[i]) == (i == odd));
			CHECK((out.leverage[i] == 1.0) == (i == odd));
			if (i != odd)
				CHECK_NEAR(out.leverage[i], i % 2 == odd % 2 ? 0.25L : 0.2L, 1e-14L);
		}
		CHECK(out.residual[odd] == 0.0 && out.expected[odd] == y[odd]);
		CHECK(isfinite(out.curvature));

		/* the others are on a curve of their own */
		for (i = 0; i < 10; i++)
		{
			s[i] = random_normal();
			y[i] = s[i] * s[i] / 3;
		}
		y[odd] += random_normal();
		CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 10, 2.0, &out) == SC_OK);
		CHECK(!out.exact && isnan(out.studentised[odd]));
	}

	/* so far along the curve that the others are one point */
	for (i = 0; i < 10; i++)
	{
		s[i] = 1e-100 * (double) (i * i);
		y[i] = random_normal();
	}
	s[4] = 1e100;
	CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 10, 2.0, &out) == SC_COLLINEAR);
	s[4] = 1e-20;
	CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 10, 2.0, &out) == SC_COLLINEAR);
	free_adjusted(&out);
}

static void
test_curve_statuses(void)
{
	double		y[4] = {1, 2, 1, 4};
	double		s[4] = {1, 2, 3, 5};
	ScAdjusted	out = new_adjusted(4);

	CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 3, 2.0, &out) == SC_TOO_FEW_MODELS);
	CHECK(adjust(y, s, 3, 2.0, &out) == SC_OK);
	CHECK(isnan(out.curvature));
	CHECK(adjust(y, s, 4, 2.0, &out) == SC_OK);
	CHECK(isfinite(out.curvature) && isfinite(out.studentised[0]));
	CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 4, 2.0, &out) == SC_OK);
	CHECK(isnan(out.studentised[0]) && isfinite(out.residual[0]) && isfinite(out.low[0]));
	s[1] = s[2] = s[3] = 1;
	CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 4, 2.0, &out) == SC_CONSTANT_X);
	y[1] = y[3] = 1;
	CHECK(adjust_by(SC_FIT_QUADRATIC, y, s, 4, 2.0, &out) == SC_CONSTANT_Y);
	free_adjusted(&out);
}

/* There and back, at the ends, in the middle, and where the ways of the logit meet. */
static void
test_logit(void)
{
	static const double p[] = {
		0x1p-1074, 1e-300, 1e-9, 0.1, 0x1p-2, 0.25000000000000006, 0.4, 0.49999999999999994, 0.5,
		0.5000000000000001, 0.6, 0.75, 0.7500000000000001, 0.9, 0.999999999, 0.9999999999999999
	};
	size_t		i;

	for (i = 0; i < sizeof(p) / sizeof(p[0]); i++)
	{
		long double x = logl(p[i]) - log1pl(-(long double) p[i]);

		CHECK_NEAR(sc_logit(p[i]), x, 1e-15L * fabsl(x));
		CHECK_NEAR(sc_logistic(sc_logit(p[i])), p[i], 2e-16L * p[i] * (1 + fabsl(x)));
		CHECK(i == 0 || sc_logit(p[i]) > sc_logit(p[i - 1]));
		if (p[i] >= 0.5)		/* 1 - p is exact */
			CHECK(sc_logit(1.0 - p[i]) == -sc_logit(p[i]));
	}
	CHECK(sc_logistic(-1e300) == 0.0 && sc_logistic(1e300) == 1.0);
}

int
main(void)
{
	RUN(test_random);
	RUN(test_units);
	RUN(test_symmetries);
	RUN(test_exact);
	RUN(test_alone);
	RUN(test_statuses);
	RUN(test_overflow);
	RUN(test_curve);
	RUN(test_curve_exact);
	RUN(test_curve_alone);
	RUN(test_curve_statuses);
	RUN(test_logit);
	RUN(test_jump);
	return check_done();
}
