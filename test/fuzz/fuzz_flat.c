/*-------------------------------------------------------------------------
 *
 * fuzz_flat.c
 *	  libFuzzer harness of sc_flat_check(): whatever it accepts can be walked
 *	  completely, every label and every cell, without leaving the buffer, and
 *	  keeps what matrix_flat.h promises.
 *
 * The input is copied to memory of its exact size, so that AddressSanitizer
 * sees a read beyond it.  Its own mutator knows the layout: plain mutations
 * would nearly all fail at the length.  Called with --seeds FOLDER the program
 * writes valid values to begin with.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "types/score_matrix/matrix_flat.h"
#include "stats/base/status.h"

/* Reads every byte of a label. */
static unsigned int
touch(const char *label, uint32_t len)
{
	unsigned int sum = 0;
	uint32_t	i;

	for (i = 0; i < len; i++)
		sum = sum * 31 + (unsigned char) label[i];
	return sum;
}

typedef const char *(*LabelOf) (const ScoreMatrixView *view, uint32_t i, uint32_t *len);

/* Labels first .. first + n - 1 ascend strictly. */
static unsigned int
walk_labels(const ScoreMatrixView *view, LabelOf label_of, uint32_t first, uint32_t n)
{
	unsigned int sum = 0;
	const char *previous = NULL;
	uint32_t	previous_len = 0;
	uint32_t	i;

	for (i = 0; i < n; i++)
	{
		uint32_t	len;
		const char *label = label_of(view, first + i, &len);

		REQUIRE(len <= SC_MAX_LABEL_BYTES);
		sum += touch(label, len);
		if (previous != NULL)
			REQUIRE(sc_label_compare(previous, previous_len, label, len) < 0);
		previous = label;
		previous_len = len;
	}
	return sum;
}

/* A model's family is none, a conflict, or one that is there: then its number. */
static uint32_t
family_of(const ScoreMatrixView *view, uint32_t code)
{
	uint32_t	len;

	if (code == SC_FAMILY_NONE || code == SC_FAMILY_CONFLICT)
		return 0;
	REQUIRE(code <= view->counts.n_families);
	(void) touch(sc_flat_family_label(view, code, &len), len);
	return code;
}

/* Annotations; sets covered[] of the benchmarks that stand in an overlap. */
static unsigned int
walk_annotations(const ScoreMatrixView *view, unsigned char *covered)
{
	unsigned char *used = calloc((size_t) view->counts.n_families + 1, 1);
	unsigned int sum = walk_labels(view, sc_flat_annotation_label, 0, view->counts.n_families);
	int			any = view->counts.n_declared > 0 || view->counts.n_overlaps > 0;
	uint64_t	previous = 0;
	uint32_t	i;
	uint32_t	j;

	sum += walk_labels(view, sc_flat_declared_label, 0, view->counts.n_declared);
	for (i = 0; i < view->n_models; i++)
	{
		used[family_of(view, sc_flat_family(view, i))] = 1;
		any |= sc_flat_family(view, i) != SC_FAMILY_NONE;
	}
	for (j = 0; j < view->counts.n_declared; j++)
	{
		uint32_t	declared_len;
		const char *declared = sc_flat_declared_label(view, j, &declared_len);

		REQUIRE(view->declared_family[j] != SC_FAMILY_NONE);
		used[family_of(view, view->declared_family[j])] = 1;
		for (i = 0; i < view->n_models; i++)
		{
			uint32_t	len;
			const char *label = sc_flat_label(view, i, &len);

			REQUIRE(sc_label_compare(label, len, declared, declared_len) != 0);
		}
	}
	for (i = 1; i <= view->counts.n_families; i++)
		REQUIRE(used[i]);
	for (i = 0; i < view->counts.n_overlaps; i++)
	{
		Overlap		overlap = view->overlap[i];
		uint64_t	key = ((uint64_t) overlap.target << 32) | overlap.capability;

		REQUIRE(overlap.target < view->n_benchmarks && overlap.capability < view->n_benchmarks);
		REQUIRE(overlap.target != overlap.capability);
		REQUIRE(i == 0 || key > previous);
		previous = key;
		covered[overlap.target] = covered[overlap.capability] = 1;
	}
	REQUIRE(any);
	free(used);
	return sum;
}

/* Everything that the readers in src/ rely on. */
static void
walk(const ScoreMatrixFlat *flat)
{
	ScoreMatrixView view;
	uint32_t	s = 0;
	uint32_t	p = 0;
	uint32_t	k;
	uint64_t	previous = 0;
	uint32_t	cells_of_model = 0;
	unsigned char *covered;
	volatile unsigned int sum;

	sc_flat_view(flat, &view);
	covered = calloc((size_t) view.n_benchmarks + 1, 1);
	sum = walk_labels(&view, sc_flat_label, 0, view.n_models);
	sum += walk_labels(&view, sc_flat_label, view.n_models, view.n_benchmarks);
	REQUIRE((view.family != NULL) == ((flat->flags & SC_MATRIX_ANNOTATED) != 0));
	if (view.family != NULL)
		sum += walk_annotations(&view, covered);

	while (s < view.n_single || p < view.n_pooled)
	{
		int			single = sc_next_cell_is_single(&view, s, p);
		CellIndex	at = single ? view.single_at[s] : view.pooled_at[p];
		uint64_t	key = ((uint64_t) at.model << 32) | at.benchmark;
		uint32_t	len;

		REQUIRE(at.model < view.n_models && at.benchmark < view.n_benchmarks);
		REQUIRE(s + p == 0 || key > previous);
		REQUIRE(s + p == 0 ? at.model == 0 : at.model - (uint32_t) (previous >> 32) <= 1);
		previous = key;
		cells_of_model = at.model + 1;
		covered[at.benchmark] = 1;
		(void) sc_flat_label(&view, view.n_models + at.benchmark, &len);
		if (single)
		{
			REQUIRE(fabs(view.score[s]) <= SC_MAX_SCORE);
			s++;
		}
		else
		{
			REQUIRE(view.pooled[p].n >= 1);
			REQUIRE(view.pooled[p].n >= 2 || (view.pooled[p].sum_lo == 0 &&
											  (view.pooled_flags[p] & SC_CELL_SPREAD_UNKNOWN)));
			REQUIRE(isfinite(view.pooled[p].sum + view.pooled[p].sum_lo));
			REQUIRE(isfinite(view.pooled[p].sumsq + view.pooled[p].sumsq_lo));
			REQUIRE((view.pooled_flags[p] & ~SC_CELL_SPREAD_UNKNOWN) == 0);
			p++;
		}
	}
	REQUIRE(cells_of_model == view.n_models);
	for (k = 0; k < view.n_benchmarks; k++)
	{
		REQUIRE((view.benchmark_flags[k] & ~SC_BENCHMARK_FLAGS) == 0);
		REQUIRE(covered[k] || view.benchmark_flags[k] != 0);
	}
	free(covered);
	(void) sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* malloc aligns to 16; its size is what ASan guards */
	void	   *copy = malloc(size > 0 ? size : 1);
	const char *problem;

	if (size > 0)
		memcpy(copy, data, size);
	problem = sc_flat_check(copy, size, NULL);
	if (problem == NULL)
		walk(copy);
	else
		REQUIRE(problem[0] >= 'A' && problem[0] <= 'Z' &&
				problem[strlen(problem) - 1] == '.');
	free(copy);
	return 0;
}

/* ----------
 * Mutations that keep the length right
 * ----------
 */

/* Is there a header of annotations where the main header says? */
static int
has_annotations(const ScoreMatrixFlat *head, size_t size)
{
	uint64_t	main_size = sc_flat_size(head->n_models, head->n_benchmarks, head->n_single,
										 head->n_pooled, head->label_bytes);

	return (head->flags & SC_MATRIX_ANNOTATED) && main_size + sizeof(AnnotationsFlat) <= size;
}

/* Other counts of the annotations, and the length they ask for. */
static size_t
mutate_annotations(uint8_t *data, size_t size, size_t max_size, uint32_t *state)
{
	ScoreMatrixFlat *flat = (ScoreMatrixFlat *) data;
	AnnotationsFlat counts;
	size_t		main_size;
	uint64_t	wanted;

	main_size = sc_flat_size(flat->n_models, flat->n_benchmarks, flat->n_single,
							 flat->n_pooled, flat->label_bytes);
	memcpy(&counts, data + main_size, sizeof(counts));
	switch (next_random(state) % 4)
	{
		case 0:
			counts.n_families += next_random(state) % 3 - 1;
			break;
		case 1:
			counts.n_declared += next_random(state) % 3 - 1;
			break;
		case 2:
			counts.n_overlaps += next_random(state) % 3 - 1;
			break;
		default:
			counts.label_bytes += next_random(state) % 17 - 8;
			break;
	}
	wanted = main_size + sc_flat_annotations_size(flat->n_models, &counts);
	if (wanted > max_size)
		return size;
	memcpy(data + main_size, &counts, sizeof(counts));
	if (wanted > size)
		memset(data + size, 0, wanted - size);
	return wanted;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
						unsigned int seed)
{
	uint32_t	state = seed | 1;
	uint32_t	kind = next_random(&state) % 9;
	ScoreMatrixFlat *flat = (ScoreMatrixFlat *) data;
	size_t		at;

	if (kind == 0 || size < sizeof(ScoreMatrixFlat) + 8)
		return LLVMFuzzerMutate(data, size, max_size);
	switch (kind)
	{
		case 1:					/* a header field */
			at = 4 * (next_random(&state) % 8);
			memcpy(data + at, ODD_WORD(&state), 4);
			break;
		case 2:					/* other counts of the annotations */
			if (has_annotations(flat, size))
				return mutate_annotations(data, size, max_size, &state);
			break;
		case 3:					/* other counts, and the length they ask for */
			{
				ScoreMatrixFlat head;
				size_t		old_size;
				size_t		rest;
				uint64_t	wanted;

				memcpy(&head, flat, sizeof(head));
				old_size = sc_flat_size(head.n_models, head.n_benchmarks, head.n_single,
										head.n_pooled, head.label_bytes);
				rest = has_annotations(&head, size) ? size - old_size : 0;
				switch (next_random(&state) % 5)
				{
					case 0:
						head.n_models += next_random(&state) % 3 - 1;
						break;
					case 1:
						head.n_benchmarks += next_random(&state) % 3 - 1;
						break;
					case 2:
						head.n_single += next_random(&state) % 3 - 1;
						break;
					case 3:
						head.n_pooled += next_random(&state) % 3 - 1;
						break;
					default:
						head.label_bytes += next_random(&state) % 17 - 8;
						break;
				}
				wanted = sc_flat_size(head.n_models, head.n_benchmarks,
									  head.n_single, head.n_pooled,
									  head.label_bytes);
				if (wanted + rest > max_size)
					break;
				memcpy(flat, &head, sizeof(head));
				if (rest > 0)	/* the annotations move */
					memmove(data + wanted, data + old_size, rest);
				else
					old_size = size;
				if (wanted > old_size)
					memset(data + old_size, 0, wanted - old_size);
				size = wanted + rest;
				break;
			}
		default:
			mutate_somewhere(data, size, &state);
			break;
	}
	return size;
}

/* ----------
 * Seeds
 * ----------
 */

/*
 * A valid value: models m0 .. and benchmarks b0 .., a cell for each pair but
 * every gap-th; every third cell is pooled, every sixth of unknown spread, and
 * of these that of the first model is the mean of one score.  With families these
 * models have one each, f0 .. , but the last, a conflict; there is a declared model
 * of f0, and the last benchmark, which has no cell, overlaps with the others.
 */
static void
write_seed(const char *folder, int number, uint32_t n_models,
		   uint32_t n_benchmarks, uint32_t gap, uint32_t long_label,
		   uint32_t n_families)
{
	AnnotationsFlat counts = {0, 0, 0, 0};
	uint32_t	n_single = 0;
	uint32_t	n_pooled = 0;
	uint32_t	label_bytes = 0;
	uint32_t	i;
	uint32_t	j;
	uint32_t	end = 0;
	uint32_t	s = 0;
	uint32_t	p = 0;
	uint64_t	size;
	ScoreMatrixFlat *flat;
	ScoreMatrixView view;
	char		label[16];

	for (i = 0; i < n_models * n_benchmarks; i++)
	{
		if ((gap > 0 && i % gap == gap - 1) ||
			(n_families > 0 && i % n_benchmarks == n_benchmarks - 1))
			continue;
		if (i % 3 == 2)
			n_pooled++;
		else
			n_single++;
	}
	for (i = 0; i < n_models; i++)
		label_bytes += (uint32_t) snprintf(label, sizeof(label), "m%03u", i);
	for (i = 0; i < n_benchmarks; i++)
		label_bytes += (uint32_t) snprintf(label, sizeof(label), "b%03u", i);
	label_bytes += long_label;

	size = sc_flat_size(n_models, n_benchmarks, n_single, n_pooled, label_bytes);
	if (n_families > 0)
	{
		counts.n_families = n_families;
		counts.n_declared = 1;
		counts.n_overlaps = n_benchmarks - 1;
		counts.label_bytes = 4 * n_families + 1;
		size += sc_flat_annotations_size(n_models, &counts);
	}
	flat = calloc(1, size);
	flat->vl_len_ = (int32_t) (size << 2);
	flat->version = SC_MATRIX_VERSION;
	flat->n_models = n_models;
	flat->n_benchmarks = n_benchmarks;
	flat->n_single = n_single;
	flat->n_pooled = n_pooled;
	flat->label_bytes = label_bytes;
	if (n_families > 0)
	{
		flat->flags = SC_MATRIX_ANNOTATED;
		*sc_flat_annotations(flat) = counts;
	}
	sc_flat_view(flat, &view);
	if (n_families > 0)
	{
		for (i = 0; i < n_models; i++)
			view.family[i] = i + 1 == n_models ? SC_FAMILY_CONFLICT : i % n_families + 1;
		for (i = 0; i < n_families; i++)
		{
			(void) snprintf(label, sizeof(label), "f%03u", i);
			memcpy(view.annotation_labels + 4 * i, label, 4);
			view.annotation_end[i] = 4 * (i + 1);
		}
		view.declared_family[0] = 1;
		view.annotation_labels[4 * n_families] = 'd';
		view.annotation_end[n_families] = counts.label_bytes;
		for (i = 0; i < counts.n_overlaps; i++)
		{
			view.overlap[i].target = n_benchmarks - 1;
			view.overlap[i].capability = i;
		}
	}
	for (i = 0; i < n_models + n_benchmarks; i++)
	{
		int			len = snprintf(label, sizeof(label),
								   i < n_models ? "m%03u" : "b%03u",
								   i < n_models ? i : i - n_models);

		memcpy(view.labels + end, label, (size_t) len);
		end += (uint32_t) len;
		if (i + 1 == n_models + n_benchmarks)
		{
			memset(view.labels + end, 'x', long_label);
			end += long_label;
		}
		view.label_end[i] = end;
	}
	for (i = 0; i < n_benchmarks; i++)
		view.benchmark_flags[i] = (uint8_t) (i * 7 % 32);
	for (i = 0; i < n_models; i++)
	{
		for (j = 0; j < n_benchmarks; j++)
		{
			uint32_t	cell = i * n_benchmarks + j;

			if ((gap > 0 && cell % gap == gap - 1) ||
				(n_families > 0 && j == n_benchmarks - 1))
				continue;
			if (cell % 3 != 2)
			{
				view.single_at[s].model = i;
				view.single_at[s].benchmark = j;
				view.score[s++] = 0.1 * cell - 1;
				continue;
			}
			view.pooled_at[p].model = i;
			view.pooled_at[p].benchmark = j;
			view.pooled[p].n = (cell % 6 == 5 ? 1 : 2) + i;
			view.pooled[p].sum = 3;
			view.pooled[p].sum_lo = view.pooled[p].n == 1 ? 0 : 1e-20;
			if (cell % 6 == 5)
				view.pooled_flags[p] = SC_CELL_SPREAD_UNKNOWN;
			else
				view.pooled[p].sumsq = 5;
			p++;
		}
	}
	REQUIRE(sc_flat_check(flat, size, NULL) == NULL);
	walk(flat);

	write_file(folder, number, flat, size);
	free(flat);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc == 3 && strcmp((*argv)[1], "--seeds") == 0)
	{
		write_seed((*argv)[2], 0, 0, 0, 0, 0, 0);
		write_seed((*argv)[2], 1, 1, 1, 0, 0, 0);
		write_seed((*argv)[2], 2, 3, 2, 0, 0, 0);
		write_seed((*argv)[2], 3, 7, 5, 4, 3, 0);
		write_seed((*argv)[2], 4, 20, 9, 7, 900, 0);
		write_seed((*argv)[2], 5, 2, 1, 0, SC_MAX_LABEL_BYTES - 4, 0);
		write_seed((*argv)[2], 6, 2, 2, 0, 0, 1);
		write_seed((*argv)[2], 7, 7, 5, 4, 3, 3);
		write_seed((*argv)[2], 8, 20, 9, 7, 900, 19);
		exit(0);
	}
	return 0;
}
