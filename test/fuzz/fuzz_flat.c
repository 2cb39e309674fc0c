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
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types/score_matrix/matrix_flat.h"
#include "stats/base/status.h"

extern int	LLVMFuzzerInitialize(int *argc, char ***argv);
extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
									  size_t max_size, unsigned int seed);
extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* A promise is broken: stop where a debugger and libFuzzer see it. */
#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

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

/* Labels first .. first + n - 1 ascend strictly. */
static unsigned int
walk_labels(const ScoreMatrixView *view, uint32_t first, uint32_t n)
{
	unsigned int sum = 0;
	const char *previous = NULL;
	uint32_t	previous_len = 0;
	uint32_t	i;

	for (i = 0; i < n; i++)
	{
		uint32_t	len;
		const char *label = sc_flat_label(view, first + i, &len);

		REQUIRE(len <= SC_MAX_LABEL_BYTES);
		sum += touch(label, len);
		if (previous != NULL)
			REQUIRE(sc_label_compare(previous, previous_len, label, len) < 0);
		previous = label;
		previous_len = len;
	}
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
	volatile unsigned int sum;

	sc_flat_view(flat, &view);
	sum = walk_labels(&view, 0, view.n_models);
	sum += walk_labels(&view, view.n_models, view.n_benchmarks);
	for (k = 0; k < view.n_benchmarks; k++)
		REQUIRE((view.benchmark_flags[k] & ~SC_BENCHMARK_FLAGS) == 0);

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

static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
						unsigned int seed)
{
	static const uint32_t odd[] = {
		0, 1, 2, 3, 10000, 10001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF
	};
	static const double odd_doubles[] = {
		0.0, -0.0, 1.0, 5e-324, 1e140, -1e140, 1.1e140, 1e280, 1e308,
		INFINITY, -INFINITY, NAN
	};
	uint32_t	state = seed | 1;
	uint32_t	kind = next_random(&state) % 8;
	ScoreMatrixFlat *flat = (ScoreMatrixFlat *) data;
	size_t		at;

	if (kind == 0 || size < sizeof(ScoreMatrixFlat) + 8)
		return LLVMFuzzerMutate(data, size, max_size);
	switch (kind)
	{
		case 1:					/* a header field */
			at = 4 * (next_random(&state) % 8);
			memcpy(data + at, &odd[next_random(&state) % 9], 4);
			break;
		case 2:					/* any word */
			at = 4 * (next_random(&state) % (size / 4));
			memcpy(data + at, &odd[next_random(&state) % 9], 4);
			break;
		case 3:					/* any double */
			at = 8 * (next_random(&state) % (size / 8));
			memcpy(data + at, &odd_doubles[next_random(&state) % 12], 8);
			break;
		case 4:					/* exchange two words */
			{
				size_t		other = 4 * (next_random(&state) % (size / 4));
				uint32_t	word;

				at = 4 * (next_random(&state) % (size / 4));
				memcpy(&word, data + at, 4);
				memmove(data + at, data + other, 4);
				memcpy(data + other, &word, 4);
				break;
			}
		case 5:					/* add one to, or take one from, a word */
			{
				uint32_t	word;

				at = 4 * (next_random(&state) % (size / 4));
				memcpy(&word, data + at, 4);
				word += next_random(&state) % 2 ? 1 : (uint32_t) -1;
				memcpy(data + at, &word, 4);
				break;
			}
		case 6:					/* a byte */
			data[next_random(&state) % size] = (uint8_t) next_random(&state);
			break;
		default:				/* other counts, and the length they ask for */
			{
				ScoreMatrixFlat head;
				uint64_t	wanted;

				memcpy(&head, flat, sizeof(head));
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
				if (wanted > max_size)
					break;
				memcpy(flat, &head, sizeof(head));
				if (wanted > size)
					memset(data + size, 0, wanted - size);
				size = wanted;
				break;
			}
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
 * of these that of the first model is the mean of one score.
 */
static void
write_seed(const char *folder, int number, uint32_t n_models,
		   uint32_t n_benchmarks, uint32_t gap, uint32_t long_label)
{
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
	char		path[4096];
	FILE	   *file;

	for (i = 0; i < n_models * n_benchmarks; i++)
	{
		if (gap > 0 && i % gap == gap - 1)
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
	flat = calloc(1, size);
	flat->vl_len_ = (int32_t) (size << 2);
	flat->version = SC_MATRIX_VERSION;
	flat->n_models = n_models;
	flat->n_benchmarks = n_benchmarks;
	flat->n_single = n_single;
	flat->n_pooled = n_pooled;
	flat->label_bytes = label_bytes;
	sc_flat_view(flat, &view);
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
		view.benchmark_flags[i] = (uint8_t) (i % 5);
	for (i = 0; i < n_models; i++)
	{
		for (j = 0; j < n_benchmarks; j++)
		{
			uint32_t	cell = i * n_benchmarks + j;

			if (gap > 0 && cell % gap == gap - 1)
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

	snprintf(path, sizeof(path), "%s/seed%d", folder, number);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(flat, 1, size, file) != size || fclose(file) != 0)
	{
		perror(path);
		exit(1);
	}
	free(flat);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc == 3 && strcmp((*argv)[1], "--seeds") == 0)
	{
		write_seed((*argv)[2], 0, 0, 0, 0, 0);
		write_seed((*argv)[2], 1, 1, 1, 0, 0);
		write_seed((*argv)[2], 2, 3, 2, 0, 0);
		write_seed((*argv)[2], 3, 7, 5, 4, 3);
		write_seed((*argv)[2], 4, 20, 9, 7, 900);
		write_seed((*argv)[2], 5, 2, 1, 0, SC_MAX_LABEL_BYTES - 4);
		exit(0);
	}
	return 0;
}
