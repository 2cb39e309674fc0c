/*-------------------------------------------------------------------------
 *
 * leave_out.h
 *	  Correlations with capability when one capability benchmark, one model or
 *	  one family is left out and everything refitted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_LEAVE_OUT_H
#define SC_FUNCTIONS_ANALYSES_LEAVE_OUT_H

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/families.h"

/* What is left out. */
typedef enum LeftOut
{
	WITHOUT_BENCHMARK,
	WITHOUT_MODEL,
	WITHOUT_FAMILY
} LeftOut;

#define N_LEFT_OUT 3

/*
 * The extremes of a correlation without one of many, and which that was: its place in
 * the matrix, or the family's number.
 */
typedef struct Extremes
{
	double		lowest;			/* NaN: none yet */
	double		highest;
	uint32		lowest_without;
	uint32		highest_without;
} Extremes;

/* A target and how far its correlation moves. */
typedef struct LeaveOutRow
{
	uint32		target;
	bool		has_families;	/* known well enough to be left out */
	Extremes	extremes[N_LEFT_OUT];
} LeaveOutRow;

/* No extremes yet, and no families. */
extern void sc_leave_out_row_init(LeaveOutRow *row, uint32 target);

/* What is the same for all targets of a component. */
typedef struct LeaveOut
{
	const ScoreColumns *columns;
	const CapabilityScores *scores; /* a fit, sorted */
	const Families *families;
	ScMethod	method;

	/* told of each correlation, of so many models, of row t; NULL: nobody is */
	void		(*seen) (void *state, uint32 t, Size n, double corr);
	void	   *state;
} LeaveOut;

/* Leaves out the capability benchmarks of the fit one by one, if there are two. */
extern void sc_leave_out_benchmarks(const LeaveOut *leave, LeaveOutRow **row, uint32 m);

/*
 * Leaves out the models, and the families of rows that have them, of a fit that is
 * SC_OK.  54000 for too many models.
 */
extern void sc_leave_out_models(const LeaveOut *leave, LeaveOutRow **row, uint32 m);

/* About how long both take for m targets of a fit, in nanoseconds. */
extern double sc_leave_out_time(const CapabilityScores *scores, const Families *families,
								ScMethod method, uint32 m);

#endif							/* SC_FUNCTIONS_ANALYSES_LEAVE_OUT_H */
