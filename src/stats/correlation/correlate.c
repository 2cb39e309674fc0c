/*-------------------------------------------------------------------------
 *
 * correlate.c
 *	  The correlation of two variables: Spearman, Pearson, Kendall's tau-b.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/sums.h"
#include "stats/correlation/correlate.h"
#include "stats/correlation/rank.h"

size_t
sc_correlate_workspace(ScMethod method, size_t n)
{
	switch (method)
	{
		case SC_SPEARMAN:
			return 2 * n * sizeof(int32_t) + sc_mid_ranks_workspace(n);
		case SC_PEARSON:
			return 2 * n * sizeof(double);
		case SC_KENDALL:
			return n * sizeof(uint32_t) + sc_sort_workspace(n);
	}
	return 0;
}

/* Of y with x ranked; scratch is that of sc_mid_ranks(), behind the ranks of y. */
static double
spearman_of_ranks(const double *y, const int32_t *qx, size_t n, int32_t *qy,
				  ScPoll poll)
{
	sc_mid_ranks(y, n, qy, qy + n, poll);
	return sc_rank_correlation(sc_rank_product(qx, qy, n, poll),
							   sc_rank_product(qx, qx, n, poll),
							   sc_rank_product(qy, qy, n, poll));
}

static double
spearman(const double *y, const double *x, size_t n, void *work, ScPoll poll)
{
	int32_t    *qx = work;
	int32_t    *qy = qx + n;

	sc_mid_ranks(x, n, qx, qy, poll);
	return spearman_of_ranks(y, qx, n, qy, poll);
}

static double
pearson(const double *y, const double *x, size_t n, void *work, ScPoll poll)
{
	double	   *uy = work;
	double	   *ux = uy + n;

	sc_centre(y, n, uy, poll);
	sc_centre(x, n, ux, poll);
	return sc_pearson_ratio(sc_dot(ux, uy, n, poll),
							sc_dot(ux, ux, n, poll),
							sc_dot(uy, uy, n, poll));
}

/* What ties of one variable, in groups of t, take out of Kendall's sums. */
typedef struct TieSums
{
	int64_t		pairs;			/* sum of t (t - 1) / 2 */
	__int128	triples;		/* sum of t (t - 1) (t - 2) */
	__int128	weighted;		/* sum of t (t - 1) (2 t + 5) */
} TieSums;

static void
add_tie_group(TieSums *ties, size_t count)
{
	__int128	t = (__int128) count;

	ties->pairs += (int64_t) (t * (t - 1) / 2);
	ties->triples += t * (t - 1) * (t - 2);
	ties->weighted += t * (t - 1) * (2 * t + 5);
}

/*
 * Adds up the groups of equal values in an order that has them side by side:
 * equal in a, or if b is given equal in both.
 */
static TieSums
count_ties(const double *a, const double *b, const uint32_t *order, size_t n,
		   ScPoll poll)
{
	TieSums		ties = {0, 0, 0};
	size_t		start = 0;
	size_t		i;

	for (i = 1; i < n; i++)
	{
		if (a[order[i]] != a[order[start]] ||
			(b != NULL && b[order[i]] != b[order[start]]))
		{
			add_tie_group(&ties, i - start);
			start = i;
		}
		sc_poll_at(poll, i);
	}
	add_tie_group(&ties, n - start);
	return ties;
}

/*
 * Knight's algorithm.  In the order of x, ties of x in the order of y, the
 * exchanges that sort by y are the discordant pairs: no pair tied in x is
 * among them.  Pairs tied in both are in the ties of x and in those of y.
 */
static void
kendall(const double *y, const double *x, size_t n, void *work, ScPoll poll,
		ScCorrelation *out)
{
	uint32_t   *order = work;
	void	   *scratch = order + n;
	int64_t		pairs = (int64_t) n * ((int64_t) n - 1) / 2;
	int64_t		discordant;
	int64_t		s;
	TieSums		tx;
	TieSums		ty;
	TieSums		both;
	__int128	m;
	double		var;

	sc_sort_values(y, n, order, scratch, poll);
	sc_sort_order(x, n, order, scratch, poll);
	tx = count_ties(x, NULL, order, n, poll);
	both = count_ties(x, y, order, n, poll);
	discordant = sc_sort_order(y, n, order, scratch, poll);
	ty = count_ties(y, NULL, order, n, poll);

	s = pairs - tx.pairs - ty.pairs + both.pairs - 2 * discordant;

	/*
	 * tau-b is a correlation of pairs: the sign of x's difference against the
	 * sign of y's.  Here, too, it is 1 or -1 only if all its pairs agree, so
	 * that |s| = pairs - ties, the same for both.
	 */
	out->corr = sc_rank_correlation(s, pairs - tx.pairs, pairs - ty.pairs);
	out->kendall_s = (double) s;

	/*
	 * Kendall (1970), with m = n (n - 1): integers as far as 128 bits hold
	 * them for n < 2^31, the products of two tie sums in double.
	 */
	m = (__int128) n * ((__int128) n - 1);
	var = (double) (m * (2 * (__int128) n + 5) - tx.weighted - ty.weighted) / 18.0;
	var += 2.0 * (double) tx.pairs * (double) ty.pairs / (double) m;
	var += (double) tx.triples * (double) ty.triples /
		(9.0 * (double) m * ((double) n - 2.0));
	out->kendall_var = var;
}

/* What an answer holds before there is a correlation. */
static void
start_answer(ScMethod method, size_t n, ScCorrelation *out)
{
	out->method = method;
	out->n = n;
	out->controls = 0;
	out->corr = 0.0;
	out->leak = 0.0;
	out->kendall_s = 0.0;
	out->kendall_var = 0.0;
	out->kendall_spread = 0.0;
}

ScStatus
sc_correlate_with_ranks(const double *y, const int32_t *rank_x, size_t n,
						void *work, ScPoll poll, ScCorrelation *out)
{
	start_answer(SC_SPEARMAN, n, out);
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	if (sc_is_constant(y, n, poll))
		return SC_CONSTANT_Y;
	out->corr = spearman_of_ranks(y, rank_x, n, work, poll);
	return SC_OK;
}

ScStatus
sc_correlate(ScMethod method, const double *y, const double *x, size_t n,
			 void *work, ScPoll poll, ScCorrelation *out)
{
	start_answer(method, n, out);
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	if (sc_is_constant(y, n, poll))
		return SC_CONSTANT_Y;
	if (sc_is_constant(x, n, poll))
		return SC_CONSTANT_X;

	switch (method)
	{
		case SC_SPEARMAN:
			out->corr = spearman(y, x, n, work, poll);
			break;
		case SC_PEARSON:
			out->corr = pearson(y, x, n, work, poll);
			break;
		case SC_KENDALL:
			kendall(y, x, n, work, poll, out);
			break;
	}
	return SC_OK;
}
