/*-------------------------------------------------------------------------
 *
 * philox.h
 *	  Random numbers that are named, not drawn: Philox4x64-10.
 *
 * Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011.  Number i of a stream is a function of (seed, purpose, stream, i), so
 * that no answer depends on how the work was split.  The numbers are those of
 *
 *		numpy.random.Philox(key=[seed, purpose],
 *							counter=[0, 0, stream, 0]).random_raw()
 *
 * by which every resample can be made again elsewhere.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_PHILOX_H
#define SC_STATS_BASE_PHILOX_H

#include <stddef.h>
#include <stdint.h>

/* What numbers are for: each use has streams of its own. */
typedef enum ScPurpose
{
	SC_RESAMPLE_MODELS = 0,		/* stream: the resample, from 0 */
	SC_RESAMPLE_BENCHMARKS = 1, /* the same */
	SC_REDRAW_SCORES = 2,		/* the same */
	SC_NULL_SAMPLES = 3			/* stream: component * 2^32 + sample */
} ScPurpose;

typedef struct ScPhilox
{
	uint64_t	counter[4];
	uint64_t	key[2];
	uint64_t	output[4];
	unsigned	left;			/* of output, not yet given out */
} ScPhilox;

static inline void
sc_philox_start(ScPhilox *p, uint64_t seed, ScPurpose purpose, uint64_t stream)
{
	p->counter[0] = p->counter[1] = p->counter[3] = 0;
	p->counter[2] = stream;
	p->key[0] = seed;
	p->key[1] = (uint64_t) purpose;
	p->left = 0;
}

static inline void
sc_philox_round(uint64_t *c, const uint64_t *key)
{
	unsigned __int128 a = (unsigned __int128) 0xD2E7470EE14C6C93 * c[0];
	unsigned __int128 b = (unsigned __int128) 0xCA5A826395121157 * c[2];
	uint64_t	c1 = c[1];
	uint64_t	c3 = c[3];

	c[0] = (uint64_t) (b >> 64) ^ c1 ^ key[0];
	c[1] = (uint64_t) b;
	c[2] = (uint64_t) (a >> 64) ^ c3 ^ key[1];
	c[3] = (uint64_t) a;
}

/* The next number of 64 random bits. */
static inline uint64_t
sc_philox_next(ScPhilox *p)
{
	uint64_t	key[2] = {p->key[0], p->key[1]};
	int			i;

	if (p->left == 0)
	{
		p->counter[0]++;		/* 2^64 blocks: never a carry */
		for (i = 0; i < 4; i++)
			p->output[i] = p->counter[i];
		for (i = 0; i < 10; i++)
		{
			sc_philox_round(p->output, key);
			key[0] += 0x9E3779B97F4A7C15;
			key[1] += 0xBB67AE8584CAA73B;
		}
		p->left = 4;
	}
	return p->output[4 - p->left--];
}

/* A number from 0 to n - 1, n >= 1: the upper half of the product with n. */
static inline size_t
sc_philox_index(ScPhilox *p, size_t n)
{
	return (size_t) (((unsigned __int128) sc_philox_next(p) * n) >> 64);
}

/* A double in (0, 1): the middle of one of 2^52 equal parts, symmetric about 1/2. */
static inline double
sc_philox_uniform(ScPhilox *p)
{
	return ((double) (sc_philox_next(p) >> 12) + 0.5) * 0x1p-52;
}

#endif							/* SC_STATS_BASE_PHILOX_H */
