/*-------------------------------------------------------------------------
 *
 * fuzz_rows.c
 *	  libFuzzer harness of sc_rows_check(): whatever it accepts can be walked
 *	  row by row without leaving the buffer, and keeps what rows_flat.h promises.
 *
 * As fuzz_flat.c: the input is copied to memory of its exact size, the mutator
 * knows the layout, and --seeds FOLDER writes valid values to begin with.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"
#include "types/states/rows_flat.h"
#include "stats/base/status.h"

/* Everything that the readers in src/ rely on. */
static void
walk(const ScoreRowsFlat *flat, size_t size)
{
	int32_t		width = sc_rows_flat_width(flat->n_capabilities, flat->n_targets);
	int64_t		i;
	int32_t		j;

	REQUIRE(flat->n_capabilities == -1 || flat->n_capabilities >= 1);
	REQUIRE(flat->n_targets == -1 || flat->n_targets >= 1);
	REQUIRE(flat->n_rows >= 0 && (flat->n_rows == 0 || flat->n_capabilities >= 1));
	REQUIRE(size == sizeof(ScoreRowsFlat) + 8 * (size_t) flat->n_rows * (size_t) width);
	for (i = 0; i < flat->n_rows; i++)
	{
		for (j = 0; j < width; j++)
		{
			double		score = flat->score[i * width + j];

			REQUIRE(isnan(score) ? j >= flat->n_capabilities : fabs(score) <= SC_MAX_SCORE);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void	   *copy = malloc(size > 0 ? size : 1);
	const char *problem;

	if (size > 0)
		memcpy(copy, data, size);
	problem = sc_rows_check(copy, size);
	if (problem == NULL)
		walk(copy, size);
	else
		REQUIRE(problem[0] >= 'A' && problem[0] <= 'Z' &&
				problem[strlen(problem) - 1] == '.');
	free(copy);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
						unsigned int seed)
{
	uint32_t	state = seed | 1;
	uint32_t	kind = next_random(&state) % 8;
	ScoreRowsFlat head;
	uint64_t	wanted;

	if (kind == 0 || size < sizeof(ScoreRowsFlat))
		return LLVMFuzzerMutate(data, size, max_size);
	if (kind > 3)
	{
		mutate_somewhere(data, size, &state);
		return size;
	}
	if (kind == 3)				/* a header field */
	{
		memcpy(data + 4 * (next_random(&state) % 6), ODD_WORD(&state), 4);
		return size;
	}

	/* other counts, and the length they ask for */
	memcpy(&head, data, sizeof(head));
	switch (next_random(&state) % 3)
	{
		case 0:
			head.n_capabilities = (int32_t) (next_random(&state) % 8) - 1;
			break;
		case 1:
			head.n_targets = (int32_t) (next_random(&state) % 8) - 1;
			break;
		default:
			head.n_rows = (int64_t) (next_random(&state) % 20) - 1;
			break;
	}
	if (head.n_rows < 0 || head.n_rows > 1000 || head.n_capabilities > 1000 || head.n_targets > 1000)
		return size;
	wanted = sizeof(head) + 8 * (uint64_t) head.n_rows *
		(uint64_t) sc_rows_flat_width(head.n_capabilities, head.n_targets);
	if (wanted > max_size)
		return size;
	memcpy(data, &head, sizeof(head));
	if (wanted > size)
		memset(data + size, 0, wanted - size);
	return wanted;
}

/* A valid value; every third score of a target is missing. */
static void
write_seed(const char *folder, int number, int32_t n_capabilities, int32_t n_targets, int64_t n_rows)
{
	int32_t		width = sc_rows_flat_width(n_capabilities, n_targets);
	size_t		size = sizeof(ScoreRowsFlat) + 8 * (size_t) n_rows * (size_t) width;
	ScoreRowsFlat *flat = calloc(1, size);
	int64_t		i;

	flat->vl_len_ = (int32_t) (size << 2);
	flat->version = SC_ROWS_VERSION;
	flat->n_capabilities = n_capabilities;
	flat->n_targets = n_targets;
	flat->n_rows = n_rows;
	for (i = 0; i < n_rows * width; i++)
		flat->score[i] = i % width >= n_capabilities && i % 3 == 0 ? NAN : 0.1 * (double) i - 1;
	REQUIRE(sc_rows_check(flat, size) == NULL);
	walk(flat, size);
	write_file(folder, number, flat, size);
	free(flat);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc == 3 && strcmp((*argv)[1], "--seeds") == 0)
	{
		write_seed((*argv)[2], 0, -1, -1, 0);
		write_seed((*argv)[2], 1, -1, 2, 0);
		write_seed((*argv)[2], 2, 1, 1, 5);
		write_seed((*argv)[2], 3, 3, -1, 4);
		write_seed((*argv)[2], 4, 5, 7, 30);
		exit(0);
	}
	return 0;
}
