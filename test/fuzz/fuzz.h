/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *	  What the libFuzzer harnesses have in common: promises, random numbers,
 *	  mutations that keep the length, and seeds on disk.
 *
 *-------------------------------------------------------------------------
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

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

static uint32_t UNUSED
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Words and doubles at which checks turn. */
static const uint32_t odd_words[] UNUSED = {
	0, 1, 2, 3, 10000, 10001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF
};
static const double odd_doubles[] UNUSED = {
	0.0, -0.0, 1.0, 5e-324, 1e140, -1e140, 1.1e140, 1e280, 1e308,
	INFINITY, -INFINITY, NAN
};

#define ODD_WORD(state) (&odd_words[next_random(state) % (sizeof(odd_words) / sizeof(*odd_words))])
#define ODD_DOUBLE(state) (&odd_doubles[next_random(state) % (sizeof(odd_doubles) / sizeof(*odd_doubles))])

/* Changes one or two of the words, doubles and bytes of data, of at least 8 bytes. */
static void UNUSED
mutate_somewhere(uint8_t *data, size_t size, uint32_t *state)
{
	size_t		at = 4 * (next_random(state) % (size / 4));
	size_t		other = 4 * (next_random(state) % (size / 4));
	uint32_t	word;

	switch (next_random(state) % 5)
	{
		case 0:					/* any word */
			memcpy(data + at, ODD_WORD(state), 4);
			break;
		case 1:					/* any double */
			at = 8 * (next_random(state) % (size / 8));
			memcpy(data + at, ODD_DOUBLE(state), 8);
			break;
		case 2:					/* exchange two words */
			memcpy(&word, data + at, 4);
			memmove(data + at, data + other, 4);
			memcpy(data + other, &word, 4);
			break;
		case 3:					/* add one to, or take one from, a word */
			memcpy(&word, data + at, 4);
			word += next_random(state) % 2 ? 1 : (uint32_t) -1;
			memcpy(data + at, &word, 4);
			break;
		default:				/* a byte */
			data[next_random(state) % size] = (uint8_t) next_random(state);
			break;
	}
}

/* Writes a seed; the program ends if it cannot. */
static void UNUSED
write_file(const char *folder, int number, const void *data, size_t size)
{
	char		path[4096];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/seed%d", folder, number);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
	{
		perror(path);
		exit(1);
	}
}

#endif							/* FUZZ_H */
