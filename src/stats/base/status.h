/*-------------------------------------------------------------------------
 *
 * status.h
 *	  What every statistic answers, and how long loops stay cancellable.
 *
 * The stats floor knows numbers only: it includes no server header, allocates
 * nothing and never prints.  A caller passes arrays and a workspace whose size
 * in bytes is given by the *_workspace() function beside each routine; a
 * workspace must be aligned for double and may be reused at once.
 *
 * Scores handed to this floor are finite unless a header says otherwise, and
 * at most SC_MAX_SCORE in magnitude where they are squared.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_STATUS_H
#define SC_STATS_BASE_STATUS_H

/*
 * Largest magnitude of a score that is averaged or squared: its square, summed
 * over 2^63 rows, is still a finite double.
 */
#define SC_MAX_SCORE 1e140

/* Fewest observations from which anything is estimated. */
#define SC_MIN_MODELS 3

typedef enum ScStatus
{
	SC_OK = 0,
	SC_TOO_FEW_MODELS,			/* fewer than SC_MIN_MODELS observations */
	SC_CONSTANT_Y,				/* no variation in the first variable */
	SC_CONSTANT_X,				/* no variation in the second variable */
	SC_COLLINEAR,				/* the second variable has fewer than three
								 * values: no curve */
	SC_CONSTANT_COLUMN,			/* a capability benchmark does not vary */
	SC_UNDEFINED_COMPONENT,		/* the two largest eigenvalues coincide */
	SC_TOO_FEW_SCORES,			/* a capability benchmark has too few models */
	SC_NOT_CONNECTED,			/* models without a benchmark in common */
	SC_NOT_CONVERGED,			/* missing scores could not be imputed */
	SC_NO_SCORES,				/* of callers: a capability benchmark has none */
	SC_CONFLICT,				/* of callers: what is said of a benchmark
								 * contradicts itself */
	SC_CONTROLLED_Y,			/* the controls leave nothing of the first
								 * variable */
	SC_CONTROLLED_X,			/* or of the second */
	SC_NOT_MATCHED,				/* of callers: no component is like another */
	SC_TOO_MANY_COLUMNS,		/* columns, and rows: SC_MAX_COMPONENT_COLUMNS */
	SC_SOLVER_FAILED			/* GSL reported an error: never expected */
} ScStatus;

/*
 * Called between steps of a long loop, at least every 100 ms.  It may not
 * return (a server cancels by longjmp): callers of it hold nothing that would
 * leak, and it is never called while GSL is on the stack.  NULL: no polling.
 */
typedef void (*ScPoll) (void);

#endif							/* SC_STATS_BASE_STATUS_H */
