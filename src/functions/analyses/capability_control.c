/*-------------------------------------------------------------------------
 *
 * capability_control.c
 *	  The capabilities score as a control of pairs of benchmarks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "functions/analyses/capability_control.h"
#include "functions/analyses/capability_parts.h"
#include "functions/analyses/component_gate.h"
#include "functions/analyses/families.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/reversed.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/component/chance.h"

void
sc_annotated_capabilities(const ScoreColumns *columns, BenchmarkSet *capabilities)
{
	uint32		j;

	sc_set_init(capabilities, &columns->view);
	capabilities->annotated = true;
	for (j = 0; j < columns->view.n_benchmarks; j++)
		capabilities->member[j] = sc_is_flagged(columns, j, SC_BENCHMARK_CAPABILITY);
	sc_set_finish(capabilities, &columns->view);
	if (capabilities->n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no capability benchmarks are annotated"),
				 errdetail("The control \"%s\" is the score of those that are, and no benchmark has that name.",
						   SC_CAPABILITY_WORD),
				 errhint("Mark them once with annotate(m, capabilities => ...).")));
}

/* ----------
 * Which capability benchmarks are left out
 * ----------
 */

/* A set of capability benchmarks by their number is so many words of bits. */
typedef struct LeftOutSets
{
	uint32		n_words;
	uint64	   *word;			/* [members of the set x n_words] */
} LeftOutSets;

static void
find_left_out(const ScoreColumns *columns, const BenchmarkSet *capabilities,
			  const BenchmarkSet *set, LeftOutSets *sets)
{
	uint32		i;
	uint32		k;

	sets->n_words = (capabilities->n + 63) / 64;
	sets->word = sc_alloc((Size) set->n * sets->n_words, sizeof(uint64));
	memset(sets->word, 0, sizeof(uint64) * set->n * sets->n_words);
	for (i = 0; i < set->n; i++)
	{
		uint64	   *word = sets->word + (Size) i * sets->n_words;

		for (k = 0; k < capabilities->n; k++)
		{
			uint32		capability = capabilities->place[k];

			sc_poll_step(k);
			if (capability == set->place[i] || sc_overlaps(columns, set->place[i], capability))
				word[k / 64] |= UINT64CONST(1) << (k % 64);
		}
	}
}

static void
join(const LeftOutSets *sets, uint32 i, uint32 j, uint64 *both)
{
	const uint64 *a = sets->word + (Size) i * sets->n_words;
	const uint64 *b = sets->word + (Size) j * sets->n_words;
	uint32		w;

	for (w = 0; w < sets->n_words; w++)
		both[w] = a[w] | b[w];
}

/* ----------
 * One component
 * ----------
 */

/* What all of them have in common. */
typedef struct Capability
{
	const ScoreColumns *columns;
	const BenchmarkSet *capabilities;
	const Controls *controls;
	Families	families;
	ScStatus	known;			/* of all the benchmarks */
	CapabilityScores whole;		/* of all of them */
	const char *status;			/* of its numbers, but for what is reversed */
	bool	   *reversed;		/* [capabilities->n], in it */
	CapabilityParts parts;
} Capability;

/* Is a component of two or more more than chance, and its score reliable? */
static const char *
judge(const Capability *capability, const CapabilityScores *scores, double *independent)
{
	double		value = scores->fit.value[0];

	*independent = sc_independent_models(scores, &capability->families);
	if (!sc_is_above_chance(value, *independent, scores->d, scores->recipe.pca))
		return SC_STATUS_CHANCE;
	if (sc_score_reliability(value, scores->d) < SC_MIN_SCORE_RELIABILITY)
		return SC_STATUS_UNRELIABLE;
	return SC_STATUS_OK;
}

/* Whether a benchmark goes against the others is asked once, of the component of all. */
static void
fit_whole(Capability *capability)
{
	const BenchmarkSet *all = capability->capabilities;
	CapabilityScores *whole = &capability->whole;
	double		independent;

	capability->status = SC_STATUS_OK;
	capability->reversed = sc_alloc(all->n, sizeof(bool));
	memset(capability->reversed, 0, sizeof(bool) * all->n);
	sc_fit_some(capability->columns, all, all->place, all->n, &sc_complete_recipe, 1, whole);
	sc_begin_parts(capability->columns, whole, all->n <= SC_MAX_REFITTED_OTHERS, &capability->parts);
	if (whole->status != SC_OK || whole->d < 2)
		return;
	capability->status = judge(capability, whole, &independent);
	if (strcmp(capability->status, SC_STATUS_CHANCE) != 0)
		(void) sc_reversed_benchmarks(capability->columns, whole, &capability->families,
									  independent, capability->reversed);
}

/* The controls with the scores, NULL if there are none that say anything, of those included. */
static void
add_score(const Controls *controls, const double *score, const bool *included, Controls *all)
{
	uint32		n_models = controls->n_models;
	Size		at = (Size) controls->n * n_models;
	uint32		i;

	all->n = controls->n + 1;
	all->n_models = n_models;
	all->place = NULL;
	all->has = sc_alloc(n_models, sizeof(bool));
	all->score = sc_alloc((Size) all->n * n_models, sizeof(double));
	memcpy(all->score, controls->score, sizeof(double) * at);
	for (i = 0; i < n_models; i++)
	{
		sc_poll_step(i);
		all->has[i] = controls->has[i] && included != NULL && included[i];
		all->score[at + i] = score != NULL && all->has[i] ? score[i] : 0;
	}
}

/* The scores by some of the benchmarks, which[0] .. which[d - 1], with the weights of all. */
static void
weigh_some(const Capability *capability, const uint32 *others, const uint32 *which, uint32 d,
		   CapabilityScores *scores)
{
	const ScCapabilityFit *fit = &capability->whole.fit;
	ScSpread   *spread = sc_alloc(d, sizeof(ScSpread));
	double	   *weight = sc_alloc(d, sizeof(double));
	uint32		i;
	uint32		k;

	sc_gather_capabilities(capability->columns, others, d, NULL, &sc_complete_recipe, scores);
	scores->status = capability->whole.status;
	if (scores->status != SC_OK)
		return;
	for (k = 0; k < d; k++)
	{
		spread[k] = fit->spread[which[k]];
		weight[k] = fit->vector[which[k]];
	}
	for (i = 0; i < scores->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		scores->score[scores->model[i]] = sc_component_score(scores->x + i, scores->n, d, spread,
															 weight);
	}
}

/* The scores of the models that have all the benchmarks, by some of them. */
static void
score_part(Capability *capability, const uint32 *which, uint32 d, CapabilityScores *scores)
{
	CapabilityScores *whole = &capability->whole;
	uint32		i;
	uint32		k;

	*scores = *whole;
	scores->d = d;
	scores->fit.value = sc_alloc(1, sizeof(double));
	scores->score = sc_alloc(capability->columns->view.n_models, sizeof(double));
	scores->status = sc_score_part(&capability->parts, which, d, scores->fit.value);
	for (i = 0; i < whole->n && scores->status == SC_OK; i++)
		scores->score[whole->model[i]] = capability->parts.score[i];

	/* families are weighed by the scores themselves */
	if (capability->families.of_model == NULL)
		return;
	scores->x = sc_alloc((Size) d * whole->n, sizeof(double));
	for (k = 0; k < d; k++)
		memcpy(scores->x + (Size) k * whole->n, whole->x + (Size) which[k] * whole->n,
			   sizeof(double) * whole->n);
}

static void
fit_component(Capability *capability, const uint64 *left_out, PairComponent *component)
{
	const BenchmarkSet *all = capability->capabilities;
	uint32	   *others = sc_alloc(all->n, sizeof(uint32));
	uint32	   *which = sc_alloc(all->n, sizeof(uint32));
	CapabilityScores scores;
	const char *status;
	double		independent;
	bool		reversed = false;
	uint32		d = 0;
	uint32		k;

	for (k = 0; k < all->n; k++)
	{
		if ((left_out[k / 64] >> (k % 64)) & 1)
			continue;
		others[d] = all->place[k];
		which[d++] = k;
		reversed |= capability->reversed[k];
	}
	component->there = false;
	if (d == 0)
	{
		component->status = capability->known == SC_OK ? SC_STATUS_NO_OTHER :
			sc_fit_status(capability->known);
		add_score(capability->controls, NULL, NULL, &component->controls);
		return;
	}
	if (capability->parts.whole != NULL && sc_part_has_models(&capability->parts, left_out))
		score_part(capability, which, d, &scores);
	else if (all->n > SC_MAX_REFITTED_OTHERS)
		weigh_some(capability, others, which, d, &scores);
	else
		sc_fit_some(capability->columns, all, others, d, &sc_complete_recipe, 1, &scores);
	component->there = scores.status == SC_OK;
	if (!component->there)
		status = sc_fit_status(scores.status);
	else if (d < 2)
		status = SC_STATUS_OK;
	else
	{
		status = all->n > SC_MAX_REFITTED_OTHERS ? capability->status :
			judge(capability, &scores, &independent);
		if (reversed && strcmp(status, SC_STATUS_CHANCE) != 0)
			status = SC_STATUS_REVERSED;
	}
	component->status = status;
	add_score(capability->controls, component->there ? scores.score : NULL, scores.included,
			  &component->controls);
}

/* ----------
 * All pairs, by component
 * ----------
 */

typedef struct Pair
{
	uint64		hash;			/* of what is left out */
	uint32		i;
	uint32		j;
} Pair;

static int
compare_pairs(const void *a, const void *b)
{
	const Pair *x = a;
	const Pair *y = b;

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->i != y->i)
		return x->i < y->i ? -1 : 1;
	return (x->j > y->j) - (x->j < y->j);
}

static Pair *
sort_pairs(const LeftOutSets *sets, uint32 n, Size n_pairs, uint64 *both)
{
	Pair	   *pair = sc_alloc(n_pairs, sizeof(Pair));
	Size		at = 0;
	uint32		i;
	uint32		j;

	for (i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (j = i; j < n; j++)
		{
			join(sets, i, j, both);
			pair[at].hash = hash_bytes_extended((const unsigned char *) both,
												(int) (sets->n_words * sizeof(uint64)), 0);
			pair[at].i = i;
			pair[at++].j = j;
		}
	}
	pg_qsort(pair, n_pairs, sizeof(Pair), compare_pairs);
	return pair;
}

void
sc_pairs_given_capability(const ScoreColumns *columns, const BenchmarkSet *capabilities,
						  const BenchmarkSet *set, const Controls *controls,
						  PairGivenComponent pair, void *state)
{
	Size		n_pairs = (Size) set->n * (set->n + 1) / 2;
	Capability	capability = {0};
	PairComponent component = {0};
	MemoryContext context;
	MemoryContext old;
	LeftOutSets sets;
	uint64	   *both;
	uint64	   *now;
	Pair	   *sorted;
	Size		k;

	capability.columns = columns;
	capability.capabilities = capabilities;
	capability.controls = controls;
	sc_annotated_families(&columns->view, &capability.families);
	capability.known = sc_check_capabilities(columns, capabilities);
	fit_whole(&capability);
	find_left_out(columns, capabilities, set, &sets);
	both = sc_alloc(sets.n_words, sizeof(uint64));
	now = sc_alloc(sets.n_words, sizeof(uint64));
	sorted = sort_pairs(&sets, set->n, n_pairs, both);
	context = AllocSetContextCreate(CurrentMemoryContext, "component of a pair",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	for (k = 0; k < n_pairs; k++)
	{
		CHECK_FOR_INTERRUPTS();
		join(&sets, sorted[k].i, sorted[k].j, both);
		if (k == 0 || memcmp(both, now, sizeof(uint64) * sets.n_words) != 0)
		{
			MemoryContextReset(context);
			memcpy(now, both, sizeof(uint64) * sets.n_words);
			fit_component(&capability, now, &component);
			component.number++;
		}
		pair(state, sorted[k].i, sorted[k].j, &component);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	pfree(sorted);
}
