/*-------------------------------------------------------------------------
 *
 * arena.h
 *	  Workspaces: their size, and their pieces, by one walk over what is in them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_ARENA_H
#define SC_STATS_BASE_ARENA_H

#include <stddef.h>

/* Pieces begin at multiples of this many bytes: a cache line, and any vector. */
#define SC_ALIGNMENT ((size_t) 64)

/*
 * Memory given out piece by piece; base NULL only counts.  So one function lays
 * a workspace out and says how large it is, which then cannot disagree.
 */
typedef struct ScArena
{
	char	   *base;
	size_t		used;
} ScArena;

static inline void *
sc_take(ScArena *arena, size_t count, size_t size)
{
	void	   *piece = arena->base == NULL ? NULL : arena->base + arena->used;

	arena->used += (count * size + SC_ALIGNMENT - 1) / SC_ALIGNMENT * SC_ALIGNMENT;
	return piece;
}

static inline double *
sc_take_doubles(ScArena *arena, size_t count)
{
	return sc_take(arena, count, sizeof(double));
}

/* Of sizes. */
static inline size_t
sc_larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static inline size_t
sc_smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

#endif							/* SC_STATS_BASE_ARENA_H */
