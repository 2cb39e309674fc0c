/*-------------------------------------------------------------------------
 *
 * test_residuals.c
 *	  Residuals against lines fitted in long double, with and without each
 *	  model; exact lines, models that stand alone, hostile units.
 *
 *-------------------------------------------------------------------------
 */
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
adjust(const double *y, const double *s, size_t n, double t_quantile,
	   ScAdjusted *out)
{
	void	   *work = exactly(sc_adjusted_workspace(n));
	ScStatus	status = sc_adjust(y, s, n, t_quantile, work, NULL, out);

	free(work);
	return status;
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

	for (round = 0; round < 30; round++)
	{
		ScAdjusted	out = new_adjusted(n);
		ScAdjusted	other = new_adjusted(n);
		bool		opposite = true;
		bool		same = true;

		for (i = 0; i < n; i++)
		{
			s[i] = random_normal();
			y[i] = s[i] + random_normal() * 0.2;
			if (i % 3 == 1)		/* the same model once more */
			{
				s[i] = s[i - 1];
				y[i] = y[i - 1];
			}
		}
		if (round % 2 == 1)
			y[5] = 1e6;
		CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
		for (i = 1; i < n; i += 3)
			same = same && out.residual[i] == out.residual[i - 1] &&
				out.studentised[i] == out.studentised[i - 1];
		CHECK(same);

		for (i = 0; i < n; i++)
		{
			y2[i] = -y[i];
			s2[i] = -s[i];
		}
		CHECK(adjust(y2, s, n, 2.0, &other) == SC_OK);
		for (i = 0; i < n; i++)
			opposite = opposite && other.residual[i] == -out.residual[i] &&
				other.studentised[i] == -out.studentised[i] &&
				other.low[i] == -out.high[i] && other.leverage[i] == out.leverage[i];
		CHECK(opposite);
		CHECK(adjust(y, s2, n, 2.0, &other) == SC_OK);
		CHECK(same_bits(other.residual, out.residual, n));
		CHECK(same_bits(other.studentised, out.studentised, n));

		random_order(order, n);
		for (i = 0; i < n; i++)
		{
			y2[i] = y[order[i]];
			s2[i] = s[order[i]];
		}
		CHECK(adjust(y2, s2, n, 2.0, &other) == SC_OK);
		for (i = 0; i < n; i++)
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
test_jump(void)
{
	size_t		n = 150000;
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
	CHECK(adjust(y, s, n, 2.0, &out) == SC_OK);
	poll_calls = poll_jumps_at = 0;
	CHECK(sc_adjust(y, s, n, 2.0, work, test_poll, &again) == SC_OK);
	calls = poll_calls;
	CHECK(calls > 20);
	for (at = 1; at <= calls; at++)
	{
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			sc_adjust(y, s, n, 2.0, work, test_poll, &again);
		else
			jumps++;
	}
	CHECK(jumps == calls);
	poll_jumps_at = 0;
	CHECK(sc_adjust(y, s, n, 2.0, work, test_poll, &again) == SC_OK);
	CHECK(same_bits(out.studentised, again.studentised, n));
	CHECK(same_bits(out.residual, again.residual, n));
	CHECK(out.studentised[5] > 1e6);
	free(y);
	free(s);
	free(work);
	free_adjusted(&out);
	free_adjusted(&again);
}

/* One value of another world: what it is off by is no double, but its rank stands. */
static void
test_overflow(void)
{
	static const double y[] = {0x1p-1074, 1e9, 0x1p-1073, 0x1p-1074, 0x1p-1072};
	static const double s[] = {1.0, 2.0, 3.0, 5.0, 4.0};
	void	   *work = exactly(sc_adjusted_workspace(5));
	ScAdjusted	out = new_adjusted(5);

	CHECK(sc_adjust(y, s, 5, 2.0, work, NULL, &out) == SC_OK);
	CHECK(out.studentised[1] > 1e300 && isfinite(out.studentised[1]));
	free(work);
	free_adjusted(&out);
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
	RUN(test_jump);
	return check_done();
}
