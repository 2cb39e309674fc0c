/*-------------------------------------------------------------------------
 *
 * capability_parts.c
 *	  The capabilities scores by some of the capability benchmarks, of what was found
 *	  of all.
 *
 * Equal models get equal scores: their z-scores are summed in the same order.  That holds
 * also for those that differ in what is left out, of which nothing is subtracted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/float.h"

#include "functions/analyses/capability_parts.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/component/component.h"
#include "stats/component/power_method.h"
#include "stats/correlation/correlation_matrix.h"

/* Benchmarks whose weighted z-scores are summed once: about the root of some hundreds. */
#define BLOCK 16

/* Which benchmarks those models lack that have some of them. */
static void
find_lacking(const ScoreColumns *columns, CapabilityParts *parts)
{
	const CapabilityScores *whole = parts->whole;
	uint32		n_models = columns->view.n_models;
	uint32	   *place = sc_alloc(n_models, sizeof(uint32));
	uint32		i;
	uint32		j;
	uint32		k;

	parts->n_incomplete = 0;
	for (i = 0; i < n_models; i++)
	{
		sc_poll_step(i);
		if (!whole->included[i] && whole->n_observed[i] > 0)
			place[i] = parts->n_incomplete++;
	}
	parts->lacking = sc_alloc((Size) parts->n_incomplete * parts->n_words, sizeof(uint64));
	memset(parts->lacking, 0xff, sizeof(uint64) * parts->n_incomplete * parts->n_words);
	for (i = 0; i < parts->n_incomplete && whole->d % 64 != 0; i++)
	{
		sc_poll_step(i);
		parts->lacking[(Size) (i + 1) * parts->n_words - 1] = (UINT64CONST(1) << (whole->d % 64)) - 1;
	}
	for (j = 0; j < whole->d; j++)
	{
		for (k = columns->start[whole->benchmark[j]]; k < columns->start[whole->benchmark[j] + 1]; k++)
		{
			uint32		model = columns->model[k];

			sc_poll_step(k);
			if (!whole->included[model])
				parts->lacking[(Size) place[model] * parts->n_words + j / 64] &= ~(UINT64CONST(1) << (j % 64));
		}
	}
	pfree(place);
}

static void
standardise(CapabilityParts *parts)
{
	const CapabilityScores *whole = parts->whole;
	uint32		n = whole->n;
	uint32		i;
	uint32		j;

	parts->z = sc_alloc((Size) whole->d * n, sizeof(double));
	for (j = 0; j < whole->d; j++)
	{
		const ScSpread *spread = &whole->fit.spread[j];
		const double *x = whole->x + (Size) j * n;
		double	   *z = parts->z + (Size) j * n;

		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < n; i++)
			z[i] = (x[i] - spread->pivot - spread->centre) / spread->sd;
	}
}

/* Adds the weighted z-scores of benchmark j. */
static void
add_benchmark(const CapabilityParts *parts, uint32 j, double weight, double *score)
{
	const double *restrict z = parts->z + (Size) j * parts->whole->n;
	double	   *restrict to = score;
	uint32		i;

	for (i = 0; i < parts->whole->n; i++)
		to[i] += weight * z[i];
}

static void
sum_blocks(CapabilityParts *parts)
{
	const CapabilityScores *whole = parts->whole;
	Size		size = (Size) (whole->d + BLOCK - 1) / BLOCK * whole->n;
	uint32		j;

	parts->block = sc_alloc(size, sizeof(double));
	memset(parts->block, 0, sizeof(double) * size);
	for (j = 0; j < whole->d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		add_benchmark(parts, j, whole->fit.vector[j], parts->block + (Size) j / BLOCK * whole->n);
	}
}

void
sc_begin_parts(const ScoreColumns *columns, const CapabilityScores *whole, bool refit,
			   CapabilityParts *parts)
{
	Size		d = whole->d;

	parts->whole = NULL;
	if (whole->status != SC_OK || (refit && whole->n < whole->d))
		return;
	parts->whole = whole;
	parts->n_words = (whole->d + 63) / 64;
	find_lacking(columns, parts);
	standardise(parts);
	parts->score = sc_alloc(whole->n, sizeof(double));
	parts->block = NULL;
	if (!refit)
	{
		sum_blocks(parts);
		return;
	}
	parts->matrix = sc_alloc(d * d, sizeof(double));
	parts->part = sc_alloc(d * d, sizeof(double));
	parts->vector = sc_alloc(d, sizeof(double));
	parts->weight = sc_alloc(d, sizeof(double));
	parts->work = sc_alloc(sc_correlation_matrix_workspace(whole->n, d, whole->recipe.pca), 1);
	sc_correlation_matrix(whole->x, whole->n, d, whole->recipe.pca, parts->matrix, parts->work, sc_poll);
	pfree(parts->work);
	parts->work = sc_alloc(sc_power_workspace(d), 1);
}

bool
sc_part_has_models(const CapabilityParts *parts, const uint64 *left_out)
{
	uint32		i;
	uint32		w;

	for (i = 0; i < parts->n_incomplete; i++)
	{
		sc_poll_step(i);
		for (w = 0; w < parts->n_words; w++)
			if ((parts->lacking[(Size) i * parts->n_words + w] & ~left_out[w]) != 0)
				break;
		if (w == parts->n_words)
			return false;
	}
	return true;
}

/* With the weights of all: blocks that have all their benchmarks, and what others have. */
static void
weigh_part(CapabilityParts *parts, const uint32 *which, uint32 d)
{
	const CapabilityScores *whole = parts->whole;
	uint32		end;
	uint32		i;
	uint32		k;

	for (k = 0; k < d; k = end)
	{
		uint32		block = which[k] / BLOCK;
		uint32		all = Min(BLOCK, whole->d - block * BLOCK);

		for (end = k + 1; end < d && which[end] / BLOCK == block; end++)
			;
		if (end - k == all)
		{
			const double *restrict sum = parts->block + (Size) block * whole->n;
			double	   *restrict to = parts->score;

			for (i = 0; i < whole->n; i++)
				to[i] += sum[i];
		}
		else
		{
			for (i = k; i < end; i++)
				add_benchmark(parts, which[i], whole->fit.vector[which[i]], parts->score);
		}
		sc_poll_step(k);
	}
}

static ScStatus
refit_part(CapabilityParts *parts, const uint32 *which, uint32 d, double *value)
{
	const CapabilityScores *whole = parts->whole;
	ScStatus	status;
	uint32		j;
	uint32		k;

	for (j = 0; j < d; j++)
	{
		parts->vector[j] = whole->fit.vector[which[j]];
		for (k = 0; k < d; k++)
			parts->part[(Size) j * d + k] = parts->matrix[(Size) which[j] * whole->d + which[k]];
	}
	status = sc_first_component_near(parts->part, d, parts->vector, value, parts->weight, parts->work,
									 sc_poll);
	sc_check_status(status, whole->n, d);
	if (status != SC_OK)
		return status;
	sc_orient_component(parts->weight, d, 0);
	for (j = 0; j < d; j++)
		add_benchmark(parts, which[j], parts->weight[j], parts->score);
	return SC_OK;
}

ScStatus
sc_score_part(CapabilityParts *parts, const uint32 *which, uint32 d, double *value)
{
	memset(parts->score, 0, sizeof(double) * parts->whole->n);
	if (parts->block == NULL)
		return refit_part(parts, which, d, value);
	weigh_part(parts, which, d);
	*value = get_float8_nan();
	return SC_OK;
}
