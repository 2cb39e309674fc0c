/*-------------------------------------------------------------------------
 *
 * products.c
 *	  Sums of products of the columns of a block of rows.
 *
 * Work goes by tiles of 4 x 8 columns, whose 32 sums stay in registers over all
 * rows of the block (Goto & van de Geijn, ACM Trans. Math. Softw. 34 (2008) 12).
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "stats/base/products.h"

#define TILE_ROWS 4
#define TILE_COLUMNS SC_PANEL

/*
 * out[a * TILE_COLUMNS + b] = sum over r of ci[r * SC_PANEL + a] * cj[r * SC_PANEL + b]
 */
typedef void (*Tile) (const double *ci, const double *cj, size_t count, double *out);

/* Two doubles: every x86-64 and ARM64 has instructions for these. */
typedef double Two __attribute__((vector_size(16), aligned(8), may_alias));

/* Half a tile at a time, as many sums as there are registers for. */
static void
tile_portable(const double *ci, const double *cj, size_t count, double *out)
{
	size_t		half;
	size_t		r;

	for (half = 0; half < TILE_COLUMNS; half += 4)
	{
		const double *x = ci;
		const double *y = cj + half;
		Two			s00 = {0.0, 0.0};
		Two			s01 = {0.0, 0.0};
		Two			s10 = {0.0, 0.0};
		Two			s11 = {0.0, 0.0};
		Two			s20 = {0.0, 0.0};
		Two			s21 = {0.0, 0.0};
		Two			s30 = {0.0, 0.0};
		Two			s31 = {0.0, 0.0};

		for (r = 0; r < count; r++, x += SC_PANEL, y += SC_PANEL)
		{
			Two			y0 = *(const Two *) y;
			Two			y1 = *(const Two *) (y + 2);

			s00 += x[0] * y0;
			s01 += x[0] * y1;
			s10 += x[1] * y0;
			s11 += x[1] * y1;
			s20 += x[2] * y0;
			s21 += x[2] * y1;
			s30 += x[3] * y0;
			s31 += x[3] * y1;
		}
		*(Two *) (out + half) = s00;
		*(Two *) (out + half + 2) = s01;
		*(Two *) (out + TILE_COLUMNS + half) = s10;
		*(Two *) (out + TILE_COLUMNS + half + 2) = s11;
		*(Two *) (out + 2 * TILE_COLUMNS + half) = s20;
		*(Two *) (out + 2 * TILE_COLUMNS + half + 2) = s21;
		*(Two *) (out + 3 * TILE_COLUMNS + half) = s30;
		*(Two *) (out + 3 * TILE_COLUMNS + half + 2) = s31;
	}
}

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_TILE_AVX2

typedef double Four __attribute__((vector_size(32), aligned(8), may_alias));

/* AVX2 does not bring FMA with it: the compiler cannot fuse here. */
__attribute__((target("avx2")))
static void
tile_avx2(const double *ci, const double *cj, size_t count, double *out)
{
	Four		s00 = {0.0, 0.0, 0.0, 0.0};
	Four		s01 = {0.0, 0.0, 0.0, 0.0};
	Four		s10 = {0.0, 0.0, 0.0, 0.0};
	Four		s11 = {0.0, 0.0, 0.0, 0.0};
	Four		s20 = {0.0, 0.0, 0.0, 0.0};
	Four		s21 = {0.0, 0.0, 0.0, 0.0};
	Four		s30 = {0.0, 0.0, 0.0, 0.0};
	Four		s31 = {0.0, 0.0, 0.0, 0.0};
	size_t		r;

	for (r = 0; r < count; r++, ci += SC_PANEL, cj += SC_PANEL)
	{
		Four		y0 = *(const Four *) cj;
		Four		y1 = *(const Four *) (cj + 4);

		s00 += ci[0] * y0;
		s01 += ci[0] * y1;
		s10 += ci[1] * y0;
		s11 += ci[1] * y1;
		s20 += ci[2] * y0;
		s21 += ci[2] * y1;
		s30 += ci[3] * y0;
		s31 += ci[3] * y1;
	}
	*(Four *) out = s00;
	*(Four *) (out + 4) = s01;
	*(Four *) (out + TILE_COLUMNS) = s10;
	*(Four *) (out + TILE_COLUMNS + 4) = s11;
	*(Four *) (out + 2 * TILE_COLUMNS) = s20;
	*(Four *) (out + 2 * TILE_COLUMNS + 4) = s21;
	*(Four *) (out + 3 * TILE_COLUMNS) = s30;
	*(Four *) (out + 3 * TILE_COLUMNS + 4) = s31;
}
#endif

static Tile
choose_tile(ScKernel kernel)
{
#ifdef HAVE_TILE_AVX2
	if (kernel == SC_KERNEL_BEST && __builtin_cpu_supports("avx2"))
		return tile_avx2;
#else
	(void) kernel;
#endif
	return tile_portable;
}

/*
 * Adds the sums of a tile to the triangle: rows first .. last - 1, of each the
 * columns start .. end - 1 from the diagonal on.
 */
static void
add_tile(double *triangle, size_t d, const double *sums, size_t first,
		 size_t last, size_t start, size_t end, const double *step,
		 const double *delta)
{
	size_t		i;
	size_t		j;

	for (i = first; i < last; i++)
	{
		const double *sum = sums + (i - first) * TILE_COLUMNS;
		double	   *row = triangle + SC_TRIANGLE_AT(d, i, i) - i;

		if (step == NULL)
		{
			for (j = start > i ? start : i; j < end; j++)
				row[j] += sum[j - start];
		}
		else
		{
			for (j = start > i ? start : i; j < end; j++)
				row[j] += sum[j - start] + step[i] * delta[j];
		}
	}
}

void
sc_add_products(double *triangle, size_t d, const double *block, size_t count,
				const double *step, const double *delta, ScKernel kernel)
{
	Tile		tile = choose_tile(kernel);
	double		sums[TILE_ROWS * TILE_COLUMNS];
	size_t		first;
	size_t		start;

	for (first = 0; first < d; first += TILE_ROWS)
	{
		/* the tile that has the diagonal begins with its panel */
		for (start = first / SC_PANEL * SC_PANEL; start < d; start += TILE_COLUMNS)
		{
			tile(block + SC_BLOCK_AT(count, 0, first),
				 block + SC_BLOCK_AT(count, 0, start), count, sums);
			add_tile(triangle, d, sums, first,
					 first + TILE_ROWS < d ? first + TILE_ROWS : d, start,
					 start + TILE_COLUMNS < d ? start + TILE_COLUMNS : d,
					 step, delta);
		}
	}
}
