/*-------------------------------------------------------------------------
 *
 * refit_lanes.c
 *	  The inner loops of refitting, compiled twice.
 *
 * Once for what every CPU has, once for AVX2: the loops are in
 * refit_lanes_body.h.  AVX2 does not bring FMA with it: the compiler cannot fuse.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/resampling/refit_lanes.h"

/* Two doubles: every x86-64 and ARM64 has instructions for these. */
typedef double Two __attribute__((vector_size(16), may_alias));
typedef int64_t TwoBits __attribute__((vector_size(16), may_alias));

#define Vec Two
#define VecBits TwoBits
#define VECS (SC_LANES / 2)
#define TARGET
#define NAME(name) name##_portable
#include "stats/resampling/refit_lanes_body.h"
#undef Vec
#undef VecBits
#undef VECS
#undef TARGET
#undef NAME

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_AVX2

typedef double Four __attribute__((vector_size(32), may_alias));
typedef int64_t FourBits __attribute__((vector_size(32), may_alias));

#define Vec Four
#define VecBits FourBits
#define VECS (SC_LANES / 4)
#define TARGET __attribute__((target("avx2")))
#define NAME(name) name##_avx2
#include "stats/resampling/refit_lanes_body.h"
#endif

const ScLaneLoops *
sc_lane_loops(ScKernel kernel)
{
#ifdef HAVE_AVX2
	if (kernel == SC_KERNEL_BEST && __builtin_cpu_supports("avx2"))
		return &loops_avx2;
#else
	(void) kernel;
#endif
	return &loops_portable;
}
