/*-------------------------------------------------------------------------
 *
 * strata.c
 *	  Two strata beside each other: their benchmarks, models and families by name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "functions/analyses/strata.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "types/score_matrix/labels.h"

/* C order of two labels of two matrices, the models' or offset those of benchmarks. */
static int
compare(const Strata *strata, uint32 a, uint32 b)
{
	uint32		a_len;
	uint32		b_len;
	const char *a_label = sc_flat_label(&strata->columns[0].view, a, &a_len);
	const char *b_label = sc_flat_label(&strata->columns[1].view, b, &b_len);

	return sc_label_compare(a_label, a_len, b_label, b_len);
}

/* The models of both, of two lists in C order. */
static void
find_shared_models(Strata *strata)
{
	uint32		n_a = strata->columns[0].view.n_models;
	uint32		n_b = strata->columns[1].view.n_models;
	uint32		a = 0;
	uint32		b = 0;

	strata->n_shared = 0;
	strata->shared = sc_alloc(Min(n_a, n_b), sizeof(StrataPlace));
	while (a < n_a && b < n_b)
	{
		int			cmp = compare(strata, a, b);

		sc_poll_step((uint64) a + b);
		if (cmp == 0)
		{
			strata->shared[strata->n_shared].in[0] = a;
			strata->shared[strata->n_shared++].in[1] = b;
		}
		a += cmp <= 0;
		b += cmp >= 0;
	}
}

void
sc_read_strata(FunctionCallInfo fcinfo, Strata *strata)
{
	int			s;

	memset(strata, 0, sizeof(Strata));
	for (s = 0; s < 2; s++)
		sc_read_columns(fcinfo, s, &strata->columns[s]);
	find_shared_models(strata);
}

/* 22023 for a name of array argument i, which names no NULL, that is in neither matrix. */
static void
check_names(FunctionCallInfo fcinfo, int i, const Strata *strata)
{
	Datum	   *names;
	int			n;
	int			k;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(i), TEXTOID, -1, false, TYPALIGN_INT, &names, NULL, &n);
	for (k = 0; k < n; k++)
	{
		text	   *name = DatumGetTextPP(names[k]);

		sc_poll_step(k);
		if (sc_matrix_find_benchmark(&strata->columns[0].view, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) < 0 &&
			sc_matrix_find_benchmark(&strata->columns[1].view, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) < 0)
			sc_unknown_in_both(&strata->columns[0].view, &strata->columns[1].view,
							   VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}
}

void
sc_strata_capabilities(FunctionCallInfo fcinfo, int i, Strata *strata)
{
	bool		both_empty = strata->columns[0].view.n_benchmarks == 0 &&
		strata->columns[1].view.n_benchmarks == 0;
	int			s;

	for (s = 0; s < 2; s++)
		strata->lacks[s] = !sc_capability_set(fcinfo, i, &strata->columns[s].view,
											  both_empty ? MISSING_RAISE : MISSING_TELL,
											  &strata->capabilities[s]);
	if (!PG_ARGISNULL(i) && strata->lacks[0] && strata->lacks[1])
		check_names(fcinfo, i, strata);
}

void
sc_strata_targets(FunctionCallInfo fcinfo, int i, Strata *strata)
{
	BenchmarkSet set[2];
	bool		lacks[2] = {false, false};
	uint32		at[2] = {0, 0};
	int			s;

	for (s = 0; s < 2; s++)
	{
		if (PG_ARGISNULL(i))
			sc_choose_targets(fcinfo, i, &strata->columns[s], &strata->capabilities[s],
							  SC_BENCHMARK_COVARIATE, &set[s]);
		else
			lacks[s] = !sc_named_benchmarks(fcinfo, i, "targets", &strata->columns[s].view,
											MISSING_TELL, &set[s]);
	}
	if (lacks[0] && lacks[1])
		check_names(fcinfo, i, strata);

	strata->n_targets = 0;
	strata->target = sc_alloc((Size) set[0].n + set[1].n, sizeof(StrataPlace));
	while (at[0] < set[0].n || at[1] < set[1].n)
	{
		StrataPlace *place = &strata->target[strata->n_targets++];
		int			cmp = at[1] == set[1].n ? -1 : at[0] == set[0].n ? 1 :
			compare(strata, strata->columns[0].view.n_models + set[0].place[at[0]],
					strata->columns[1].view.n_models + set[1].place[at[1]]);

		sc_poll_step((uint64) at[0] + at[1]);
		place->in[0] = cmp <= 0 ? (int64) set[0].place[at[0]++] : -1;
		place->in[1] = cmp >= 0 ? (int64) set[1].place[at[1]++] : -1;

		/* one that was chosen in one may be in the other too */
		for (s = 0; s < 2; s++)
		{
			const ScoreMatrixView *view = &strata->columns[1 - s].view;
			const char *label;
			uint32		len;

			if (place->in[s] >= 0)
				continue;
			label = sc_flat_label(view, view->n_models + (uint32) place->in[1 - s], &len);
			place->in[s] = sc_matrix_find_benchmark(&strata->columns[s].view, label, len);
		}
	}
}

/* Number of a label in a table to which it is added if it is not there. */
static uint32
number_of(LabelTable *table, const char *label, uint32 len)
{
	int64		number = sc_labels_find(table, label, len);

	return number >= 0 ? (uint32) number : sc_labels_add(table, label, len);
}

/* What a matrix without families says of them. */
static void
set_unknown(const ScoreMatrixView *view, Families *families)
{
	uint32		m;

	families->known = sc_alloc(view->n_models, sizeof(FamilyKnown));
	families->of_model = sc_alloc(view->n_models, sizeof(uint32));
	for (m = 0; m < view->n_models; m++)
	{
		sc_poll_step(m);
		families->known[m] = FAMILY_UNKNOWN;
	}
}

/* What one matrix knows of a model of both counts for the other, unless that differs. */
static void
agree_on_family(Strata *strata, const StrataPlace *model)
{
	FamilyKnown *known[2];
	uint32	   *number[2];
	int			s;

	for (s = 0; s < 2; s++)
	{
		known[s] = &strata->families[s].known[model->in[s]];
		number[s] = &strata->families[s].of_model[model->in[s]];
	}
	if (*number[0] == *number[1])
		return;
	for (s = 0; s < 2; s++)
	{
		if (*known[s] == FAMILY_KNOWN && *known[1 - s] == FAMILY_UNKNOWN)
		{
			*known[1 - s] = FAMILY_KNOWN;
			*number[1 - s] = *number[s];
			return;
		}
	}
	*known[0] = *known[1] = FAMILY_CONFLICT;
}

bool
sc_strata_families(FunctionCallInfo fcinfo, int i, Strata *strata)
{
	LabelTable	named;			/* families */
	LabelTable	alone;			/* models that are one of their own */
	uint32		k;
	uint32		m;
	int			s;

	for (s = 0; s < 2; s++)
		sc_families_argument(fcinfo, i, &strata->columns[s].view, &strata->families[s]);
	strata->has_families = strata->families[0].of_model != NULL || strata->families[1].of_model != NULL;
	if (!strata->has_families)
		return false;

	/* numbers by name; those of models alone come after all the families */
	sc_labels_init(&named, CurrentMemoryContext);
	sc_labels_init(&alone, CurrentMemoryContext);
	for (s = 0; s < 2; s++)
	{
		const ScoreMatrixView *view = &strata->columns[s].view;
		Families   *families = &strata->families[s];

		if (families->of_model == NULL)
			set_unknown(view, families);
		for (m = 0; m < view->n_models; m++)
		{
			uint32		len;
			const char *label = sc_flat_label(view, m, &len);

			sc_poll_step(m);
			if (families->known[m] == FAMILY_KNOWN)
			{
				text	   *name = families->name[families->of_model[m]];

				families->of_model[m] = number_of(&named, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
			}
			else
				families->of_model[m] = number_of(&alone, label, len);
		}
	}
	for (s = 0; s < 2; s++)
	{
		Families   *families = &strata->families[s];

		families->n = named.n + alone.n;
		families->name = NULL;
		for (m = 0; m < strata->columns[s].view.n_models; m++)
		{
			sc_poll_step(m);
			if (families->known[m] != FAMILY_KNOWN)
				families->of_model[m] += named.n;
		}
	}
	for (k = 0; k < strata->n_shared; k++)
	{
		sc_poll_step(k);
		agree_on_family(strata, &strata->shared[k]);
	}
	return strata->families[0].annotated || strata->families[1].annotated;
}

void
sc_no_strata_families(Strata *strata)
{
	sc_no_families(&strata->families[0]);
	sc_no_families(&strata->families[1]);
	strata->has_families = false;
}
