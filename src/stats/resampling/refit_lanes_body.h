/*-------------------------------------------------------------------------
 *
 * refit_lanes_body.h
 *	  The inner loops of refitting, for vectors of one width.  Included by
 *	  refit_lanes.c only, once for each width; no include guard for that reason.
 *
 * Vec is a vector of doubles, VecBits what comparing them gives, VECS of them are
 * the SC_LANES lanes; TARGET is the instruction set, NAME(name) the name here.
 *
 *-------------------------------------------------------------------------
 */

/* The lanes of one model, column or pair of columns. */
#define LANES(pointer, i) ((Vec *) (pointer) + (size_t) (i) * VECS)
#define CONST_LANES(pointer, i) ((const Vec *) (pointer) + (size_t) (i) * VECS)

/* What was summed in an array of VECS, to the caller's lanes. */
#define PUT(pointer, array) \
	do \
	{ \
		int			put; \
		for (put = 0; put < VECS; put++) \
			LANES(pointer, 0)[put] = (array)[put]; \
	} while (0)

/* A number in all lanes; a where mask is set, elsewhere b. */
#define ALL(number) ((Vec) {0.0} + (number))
#define SELECT(mask, a, b) \
	((Vec) (((VecBits) (a) & (VecBits) (mask)) | \
			((VecBits) (b) & ~(VecBits) (mask))))

TARGET static void
NAME(totals) (const double *c, const uint32_t *model, size_t n,
			  double *draws, double *cubes, double *different)
{
	Vec			sum[VECS] = {{0.0}};
	Vec			cube[VECS] = {{0.0}};
	Vec			some[VECS] = {{0.0}};
	size_t		k;
	int			v;

	for (k = 0; k < n; k++)
	{
		const Vec  *ck = CONST_LANES(c, model == NULL ? k : model[k]);

		for (v = 0; v < VECS; v++)
		{
			sum[v] += ck[v];
			cube[v] += ck[v] * ck[v] * ck[v];
			some[v] += SELECT(ck[v] > 0.0, ALL(1.0), ALL(0.0));
		}
	}
	PUT(draws, sum);
	PUT(cubes, cube);
	PUT(different, some);
}

TARGET static void
NAME(ranks) (const double *c, const uint32_t *order, size_t n,
			 const double *draws, double *p, double *cubes)
{
	Vec			before[VECS];
	Vec			cube[VECS] = {{0.0}};
	size_t		start;
	size_t		end;
	size_t		k;
	int			v;

	/* twice the draws so far, less all */
	for (v = 0; v < VECS; v++)
		before[v] = -CONST_LANES(draws, 0)[v];
	for (start = 0; start < n; start = end)
	{
		Vec			group[VECS] = {{0.0}};
		Vec			rank[VECS];

		end = start;
		do
		{
			const Vec  *ck = CONST_LANES(c, order[end] & ~SC_TIED);

			for (v = 0; v < VECS; v++)
				group[v] += ck[v];
		} while (order[end++] & SC_TIED);

		for (v = 0; v < VECS; v++)
		{
			rank[v] = before[v] + group[v];
			before[v] = rank[v] + group[v];
			cube[v] += group[v] * group[v] * group[v];
		}
		for (k = start; k < end; k++)
		{
			size_t		i = order[k] & ~SC_TIED;

			for (v = 0; v < VECS; v++)
				LANES(p, i)[v] = CONST_LANES(c, i)[v] * rank[v];
		}
	}
	PUT(cubes, cube);
}

/*
 * The sum over p is 0, so that all draws need not be taken from the draws before
 * and with a model.
 */
TARGET static void
NAME(rank_products) (const double *c, const double *p, const uint32_t *order,
					 size_t n, double *products)
{
	Vec			before[VECS] = {{0.0}};
	Vec			sum[VECS] = {{0.0}};
	size_t		k;
	int			v;

	for (k = 0; k < n; k++)
	{
		const Vec  *ck = CONST_LANES(c, order[k]);
		const Vec  *pk = CONST_LANES(p, order[k]);

		for (v = 0; v < VECS; v++)
		{
			Vec			with = before[v] + ck[v];

			sum[v] += (before[v] + with) * pk[v];
			before[v] = with;
		}
	}
	PUT(products, sum);
}

TARGET static void
NAME(tied_rank_products) (const double *c, const double *p,
						  const uint32_t *order, size_t n, double *products,
						  double *cubes)
{
	Vec			before[VECS] = {{0.0}};
	Vec			sum[VECS] = {{0.0}};
	Vec			cube[VECS] = {{0.0}};
	size_t		k;
	int			v;

	for (k = 0; k < n; k++)
	{
		Vec			cg[VECS];
		Vec			pg[VECS];

		for (v = 0; v < VECS; v++)
		{
			cg[v] = CONST_LANES(c, order[k] & ~SC_TIED)[v];
			pg[v] = CONST_LANES(p, order[k] & ~SC_TIED)[v];
		}
		while (order[k] & SC_TIED)
		{
			k++;
			for (v = 0; v < VECS; v++)
			{
				cg[v] += CONST_LANES(c, order[k] & ~SC_TIED)[v];
				pg[v] += CONST_LANES(p, order[k] & ~SC_TIED)[v];
			}
		}
		for (v = 0; v < VECS; v++)
		{
			Vec			with = before[v] + cg[v];

			sum[v] += (before[v] + with) * pg[v];
			cube[v] += cg[v] * cg[v] * cg[v];
			before[v] = with;
		}
	}
	PUT(products, sum);
	PUT(cubes, cube);
}

/*
 * Sums of rounded terms are summed in blocks: the error of a sum is that of a
 * block and of so many sums of blocks.
 */
TARGET static void
NAME(moments) (const double *c, const double *u, size_t n, double *sum,
			   double *squares)
{
	Vec			total[VECS] = {{0.0}};
	Vec			total2[VECS] = {{0.0}};
	size_t		start;
	size_t		end;
	size_t		i;
	int			v;

	for (start = 0; start < n; start = end)
	{
		Vec			part[VECS] = {{0.0}};
		Vec			part2[VECS] = {{0.0}};

		end = n - start < SC_LANE_BLOCK ? n : start + SC_LANE_BLOCK;
		for (i = start; i < end; i++)
		{
			for (v = 0; v < VECS; v++)
			{
				Vec			cu = CONST_LANES(c, i)[v] * u[i];

				part[v] += cu;
				part2[v] += cu * u[i];
			}
		}
		for (v = 0; v < VECS; v++)
		{
			total[v] += part[v];
			total2[v] += part2[v];
		}
	}
	PUT(sum, total);
	PUT(squares, total2);
}

TARGET static void
NAME(products) (const double *c, const double *p, const uint32_t *model,
				const double *u, size_t n, double *sum, double *squares,
				double *products)
{
	Vec			total[VECS] = {{0.0}};
	Vec			total2[VECS] = {{0.0}};
	Vec			total3[VECS] = {{0.0}};
	size_t		start;
	size_t		end;
	size_t		k;
	int			v;

	for (start = 0; start < n; start = end)
	{
		Vec			part[VECS] = {{0.0}};
		Vec			part2[VECS] = {{0.0}};
		Vec			part3[VECS] = {{0.0}};

		end = n - start < SC_LANE_BLOCK ? n : start + SC_LANE_BLOCK;
		for (k = start; k < end; k++)
		{
			for (v = 0; v < VECS; v++)
			{
				Vec			cu = CONST_LANES(c, model[k])[v] * u[k];

				part[v] += cu;
				part2[v] += cu * u[k];
				part3[v] += CONST_LANES(p, model[k])[v] * u[k];
			}
		}
		for (v = 0; v < VECS; v++)
		{
			total[v] += part[v];
			total2[v] += part2[v];
			total3[v] += part3[v];
		}
	}
	PUT(sum, total);
	PUT(squares, total2);
	PUT(products, total3);
}

TARGET static void
NAME(centred_products) (const double *c, const double *u, size_t stride,
						size_t count, size_t d, const double *centre,
						double *work, double *matrix)
{
	double	   *weighted = work + d * SC_LANE_ROWS * SC_LANES;
	size_t		i;
	size_t		j;
	size_t		k;
	int			v;

	for (j = 0; j < d; j++)
	{
		for (i = 0; i < count; i++)
		{
			for (v = 0; v < VECS; v++)
				LANES(work, j * SC_LANE_ROWS + i)[v] =
					u[j * stride + i] - CONST_LANES(centre, j)[v];
		}
	}
	for (j = 0; j < d; j++)
	{
		for (i = 0; i < count; i++)
		{
			for (v = 0; v < VECS; v++)
				LANES(weighted, i)[v] = CONST_LANES(c, i)[v] *
					LANES(work, j * SC_LANE_ROWS + i)[v];
		}
		for (k = j; k < d; k++)
		{
			Vec			sum[VECS] = {{0.0}};

			for (i = 0; i < count; i++)
			{
				for (v = 0; v < VECS; v++)
					sum[v] += LANES(weighted, i)[v] *
						LANES(work, k * SC_LANE_ROWS + i)[v];
			}
			for (v = 0; v < VECS; v++)
				LANES(matrix, j * d + k)[v] += sum[v];
		}
	}
}

TARGET static void
NAME(scores) (const double *u, size_t n, size_t d, const double *weight,
			  const double *shift, double *score)
{
	size_t		i;
	size_t		j;
	int			v;

	for (i = 0; i < n; i++)
	{
		Vec			sum[VECS] = {{0.0}};

		for (j = 0; j < d; j++)
		{
			for (v = 0; v < VECS; v++)
				sum[v] += CONST_LANES(weight, j)[v] * u[j * n + i];
		}
		for (v = 0; v < VECS; v++)
			LANES(score, i)[v] = sum[v] - CONST_LANES(shift, 0)[v];
	}
}

TARGET static void
NAME(score_sums) (const double *c, const double *score, const uint32_t *model,
				  size_t n, double *sum)
{
	Vec			total[VECS] = {{0.0}};
	size_t		start;
	size_t		end;
	size_t		k;
	int			v;

	for (start = 0; start < n; start = end)
	{
		Vec			part[VECS] = {{0.0}};

		end = n - start < SC_LANE_BLOCK ? n : start + SC_LANE_BLOCK;
		for (k = start; k < end; k++)
		{
			for (v = 0; v < VECS; v++)
				part[v] += CONST_LANES(c, model[k])[v] *
					CONST_LANES(score, model[k])[v];
		}
		for (v = 0; v < VECS; v++)
			total[v] += part[v];
	}
	PUT(sum, total);
}

TARGET static void
NAME(centre) (const double *c, const double *score, const uint32_t *model,
			  size_t n, const double *centre, double *p, double *sum,
			  double *squares)
{
	Vec			total[VECS] = {{0.0}};
	Vec			total2[VECS] = {{0.0}};
	size_t		start;
	size_t		end;
	size_t		k;
	int			v;

	for (start = 0; start < n; start = end)
	{
		Vec			part[VECS] = {{0.0}};
		Vec			part2[VECS] = {{0.0}};

		end = n - start < SC_LANE_BLOCK ? n : start + SC_LANE_BLOCK;
		for (k = start; k < end; k++)
		{
			size_t		i = model[k];

			for (v = 0; v < VECS; v++)
			{
				Vec			from = CONST_LANES(score, i)[v] -
					CONST_LANES(centre, 0)[v];
				Vec			weighted = CONST_LANES(c, i)[v] * from;

				LANES(p, i)[v] = weighted;
				part[v] += weighted;
				part2[v] += weighted * from;
			}
		}
		for (v = 0; v < VECS; v++)
		{
			total[v] += part[v];
			total2[v] += part2[v];
		}
	}
	PUT(sum, total);
	PUT(squares, total2);
}

/* Two rows at a time, for independent additions. */
TARGET static void
NAME(power_step) (const double *matrix, size_t d, double *v, double *work,
				  double *value, double *residual)
{
	Vec			quotient[VECS] = {{0.0}};
	Vec			rest[VECS] = {{0.0}};
	Vec			squares[VECS] = {{0.0}};
	double		norm[SC_LANES] __attribute__((aligned(64)));
	size_t		j;
	size_t		k;
	int			l;

	for (j = 0; j + 1 < d; j += 2)
	{
		Vec			sum[VECS] = {{0.0}};
		Vec			sum2[VECS] = {{0.0}};

		for (k = 0; k < d; k++)
		{
			for (l = 0; l < VECS; l++)
			{
				Vec			vk = LANES(v, k)[l];

				sum[l] += CONST_LANES(matrix, j * d + k)[l] * vk;
				sum2[l] += CONST_LANES(matrix, (j + 1) * d + k)[l] * vk;
			}
		}
		for (l = 0; l < VECS; l++)
		{
			LANES(work, j)[l] = sum[l];
			LANES(work, j + 1)[l] = sum2[l];
		}
	}
	if (j < d)
	{
		Vec			sum[VECS] = {{0.0}};

		for (k = 0; k < d; k++)
		{
			for (l = 0; l < VECS; l++)
				sum[l] += CONST_LANES(matrix, j * d + k)[l] * LANES(v, k)[l];
		}
		for (l = 0; l < VECS; l++)
			LANES(work, j)[l] = sum[l];
	}

	for (j = 0; j < d; j++)
	{
		for (l = 0; l < VECS; l++)
		{
			Vec			image = LANES(work, j)[l];

			quotient[l] += LANES(v, j)[l] * image;
			squares[l] += image * image;
		}
	}
	for (j = 0; j < d; j++)
	{
		for (l = 0; l < VECS; l++)
		{
			Vec			off = LANES(work, j)[l] - quotient[l] * LANES(v, j)[l];

			rest[l] += off * off;
		}
	}
	PUT(norm, squares);
	for (l = 0; l < SC_LANES; l++)
		norm[l] = 1.0 / sqrt(norm[l]);
	for (j = 0; j < d; j++)
	{
		for (l = 0; l < VECS; l++)
			LANES(v, j)[l] = LANES(work, j)[l] * LANES(norm, 0)[l];
	}
	PUT(value, quotient);
	PUT(residual, rest);
}

TARGET static void
NAME(roots) (const double *squares, double *roots)
{
	int			l;

	for (l = 0; l < SC_LANES; l++)
		roots[l] = sqrt(squares[l]);
}

TARGET static void
NAME(correlations) (const double *sxy, const double *sxx,
					const double *root_xx, const double *syy,
					const double *root_yy, const double *fault, double *corr)
{
	int			v;

	for (v = 0; v < VECS; v++)
	{
		Vec			xy = CONST_LANES(sxy, 0)[v];
		Vec			xx = CONST_LANES(sxx, 0)[v];
		Vec			yy = CONST_LANES(syy, 0)[v];
		Vec			roots = CONST_LANES(root_xx, 0)[v] * CONST_LANES(root_yy, 0)[v];
		Vec			r = xy / SELECT(xx == yy, xx, roots);

		r = SELECT(r > 1.0, ALL(1.0), r);
		r = SELECT(r < -1.0, ALL(-1.0), r);
		r += CONST_LANES(fault, 0)[v];
		LANES(corr, 0)[v] = SELECT(r == r, r, ALL(NAN));	/* one NaN for all */
	}
}

#define LOOPS NAME(loops)

static const ScLaneLoops LOOPS =
{
	.totals = NAME(totals),
	.ranks = NAME(ranks),
	.rank_products = NAME(rank_products),
	.tied_rank_products = NAME(tied_rank_products),
	.moments = NAME(moments),
	.products = NAME(products),
	.centred_products = NAME(centred_products),
	.scores = NAME(scores),
	.score_sums = NAME(score_sums),
	.centre = NAME(centre),
	.power_step = NAME(power_step),
	.roots = NAME(roots),
	.correlations = NAME(correlations)
};

#undef LOOPS
#undef LANES
#undef CONST_LANES
#undef PUT
#undef SELECT
#undef ALL
