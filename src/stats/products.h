/*-------------------------------------------------------------------------
 *
 * products.h
 *	  Sums of products of the columns of a block of rows: the inner loop of
 *	  streaming co-moments and of large correlation matrices.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_PRODUCTS_H
#define SC_STATS_PRODUCTS_H

#include <stddef.h>

/* Rows of a block: 64 rows of 64 columns are as much as a first-level cache. */
#define SC_BLOCK_ROWS 64

/* Doubles from one row of a block to the next: d and padding, which is 0. */
#define SC_BLOCK_STRIDE(d) (((d) + 7) / 8 * 8)

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
 *		sum over r < count of block[r * stride + i] * block[r * stride + j]
 *		+ step[i] * delta[j]
 *
 * stride is SC_BLOCK_STRIDE(d); count <= SC_BLOCK_ROWS; step and delta may both
 * be NULL for none.
 */
extern void sc_add_products(double *triangle, size_t d, const double *block,
							size_t count, const double *step,
							const double *delta, ScKernel kernel);

#endif							/* SC_STATS_PRODUCTS_H */
