/*-------------------------------------------------------------------------
 *
 * products.h
 *	  Sums of products of the columns of a block of rows: the inner loop of
 *	  streaming co-moments and of large correlation matrices.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_PRODUCTS_H
#define SC_STATS_BASE_PRODUCTS_H

#include <stddef.h>

/*
 * A block has up to this many rows of d columns: enough to pay for adding its sums
 * to a triangle that is larger than the caches, few enough to stay well below
 * 100 ms for 2,000 columns on any CPU.
 */
#define SC_BLOCK_ROWS(d) ((size_t) ((d) <= 256 ? 64 : 128))

/*
 * It is stored as panels of eight columns, row by row within a panel, so that
 * what the inner loop reads lies in one piece: element (r, j) of a block of
 * count rows.  The last panel is filled up with zeros.
 */
#define SC_PANEL 8
#define SC_PANELS(d) (((d) + SC_PANEL - 1) / SC_PANEL)
#define SC_BLOCK_AT(count, r, j) \
	((j) / SC_PANEL * SC_PANEL * (count) + (r) * SC_PANEL + (j) % SC_PANEL)
#define SC_BLOCK_SIZE(count, d) (SC_PANELS(d) * SC_PANEL * (count))

/* Elements of the upper triangle, and the index of (i, j), i <= j, in it. */
#define SC_TRIANGLE(d) ((d) * ((d) + 1) / 2)
#define SC_TRIANGLE_AT(d, i, j) ((i) * (2 * (d) - (i) + 1) / 2 + ((j) - (i)))

/*
 * The code that does it.  All give the same bits: each product is rounded, then
 * added over the rows in their order, from zero; no multiplication is fused
 * with an addition.  SC_KERNEL_PORTABLE is there to be tested against.
 */
typedef enum ScKernel
{
	SC_KERNEL_BEST,				/* the fastest that this CPU can run */
	SC_KERNEL_PORTABLE
} ScKernel;

/*
 * For each i <= j < d, adds to the upper triangle, row by row,
 *
 *		sum over r < count of block(r, i) * block(r, j) + step[i] * delta[j]
 *
 * step and delta may both be NULL for none.
 */
extern void sc_add_products(double *triangle, size_t d, const double *block,
							size_t count, const double *step,
							const double *delta, ScKernel kernel);

#endif							/* SC_STATS_BASE_PRODUCTS_H */
