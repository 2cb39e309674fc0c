/*-------------------------------------------------------------------------
 *
 * labels.c
 *	  Table of distinct labels over PostgreSQL's simplehash.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "types/forms/compat.h"
#include "types/score_matrix/labels.h"
#include "types/forms/poll.h"

/* So many labels are found by looking at each of them. */
#define FEW_LABELS 8

/*
 * A table of millions of labels that doubles cannot be cancelled for too long.
 * With so many labels it is dealt out to several tables by the first bits of
 * their hashes (inside a table, the last ones count): each grows by itself.
 */
#define MANY_LABELS 65536
#define PART_BITS 6
#define N_PARTS (1 << PART_BITS)
#define PART_OF(hash) ((hash) >> (32 - PART_BITS))

/*
 * Entries are small, and three of four places stay empty: where rows come in no
 * order, nearly every lookup ends at the first place it looks at, which the
 * processor can foretell.
 */
typedef struct LabelEntry
{
	uint32		number;
	uint32		hash;
	char		status;
} LabelEntry;

/* As a key: the label that is looked for, table->probe. */
#define PROBE PG_UINT32_MAX

static inline bool is_probe(const LabelTable *table, uint32 number);

#define SH_FILLFACTOR 0.25
#define SH_PREFIX labelhash
#define SH_ELEMENT_TYPE LabelEntry
#define SH_KEY_TYPE uint32
#define SH_KEY number
#define SH_HASH_KEY(tb, key) (AssertMacro(false), (key))	/* hashes are given */
#define SH_EQUAL(tb, a, b) is_probe((const LabelTable *) (tb)->private_data, a)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct IdEntry
{
	int64		id;
	uint32		number;
	char		status;
} IdEntry;

static inline uint32
hash_id(int64 id)
{
	return murmurhash32((uint32) id ^ murmurhash32((uint32) ((uint64) id >> 32)));
}

#define SH_PREFIX idhash
#define SH_ELEMENT_TYPE IdEntry
#define SH_KEY_TYPE int64
#define SH_KEY id
#define SH_HASH_KEY(tb, key) hash_id(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

void
sc_labels_init(LabelTable *table, MemoryContext context)
{
	memset(table, 0, sizeof(LabelTable));
	table->context = context;
}

static inline bool
is_label(const LabelTable *table, uint32 number, const char *text, uint32 len)
{
	return sc_same_label(table->label[number].text, table->label[number].len,
						 text, len);
}

/* A label that was only reserved is not there. */
static inline bool
is_probe(const LabelTable *table, uint32 number)
{
	return number < table->n &&
		is_label(table, number, table->probe, table->probe_len);
}

static inline uint32
hash_label(const char *text, uint32 len)
{
	return hash_bytes((const unsigned char *) text, (int) len);
}

static inline uint32
found(LabelTable *table, uint32 number)
{
	if (number == table->last)
		table->wrong = 0;		/* rows in runs again */
	else
		table->label[table->last].next = number;
	return table->last = number;
}

static inline bool
has_index(const LabelTable *table)
{
	return table->index != NULL || table->index_part != NULL;
}

/* The table that a label with the hash is in, of one or of many. */
static inline labelhash_hash *
index_of(const LabelTable *table, uint32 hash)
{
	return likely(table->index_part == NULL) ? table->index :
		table->index_part[PART_OF(hash)];
}

/* Puts a label of the table, or one that is reserved, into an index of it. */
static void
index_label(LabelTable *table, labelhash_hash *index, uint32 number, uint32 hash)
{
	const Label *label = &table->label[number];
	bool		exists;

	table->probe = label->text;
	table->probe_len = label->len;
	labelhash_insert_hash(index, PROBE, hash, &exists)->number = number;
}

/* The index of the first n labels, the last of which may be only reserved. */
static void
make_index(LabelTable *table, uint32 n)
{
	labelhash_hash *index = labelhash_create(table->context, 2 * FEW_LABELS, table);
	uint32		i;

	for (i = 0; i < n; i++)
		index_label(table, index, i, hash_label(table->label[i].text, table->label[i].len));
	table->index = index;
}

/*
 * Deals the index of the first n labels out to many tables; it stays whole until
 * they are.  Entries of labels that were reserved once and never committed, whose
 * number another label has now, do no harm in any of them.
 */
static void
split_index(LabelTable *table, uint32 n)
{
	labelhash_hash **part = MemoryContextAlloc(table->context,
											   N_PARTS * sizeof(labelhash_hash *));
	labelhash_iterator iterator;
	LabelEntry *entry;
	uint32		i;

	for (i = 0; i < N_PARTS; i++)
		part[i] = labelhash_create(table->context, 2 * MANY_LABELS / N_PARTS, table);
	labelhash_start_iterate(table->index, &iterator);
	while ((entry = labelhash_iterate(table->index, &iterator)) != NULL)
	{
		if (entry->number < n)
			index_label(table, part[PART_OF(entry->hash)], entry->number, entry->hash);
	}
	table->index_part = part;
	labelhash_destroy(table->index);
	table->index = NULL;
}

int64
sc_labels_find(LabelTable *table, const char *text, uint32 len)
{
	LabelEntry *entry;
	uint32		hash;
	uint32		i;

	if (table->skip > 0)
		table->skip--;
	else if (table->last < table->n)
	{
		uint32		next = table->label[table->last].next;

		if (is_label(table, next, text, len))
		{
			table->wrong = 0;
			return table->last = next;
		}

		if (table->wrong < SC_NO_ORDER)
			table->wrong++;
		table->skip = table->wrong / 4;
	}
	if (!has_index(table))
	{
		for (i = 0; i < table->n; i++)
		{
			if (is_label(table, i, text, len))
				return found(table, i);
		}
		return -1;
	}
	table->probe = text;

	table->probe_len = len;
	hash = hash_label(text, len);
	entry = labelhash_lookup_hash(index_of(table, hash), PROBE, hash);
	if (entry == NULL)
		return -1;
	return found(table, entry->number);
}

/*
 * Labels lie side by side, in pieces that grow with their number: together they
 * take less of the caches, and of memory, than each in a piece of its own.
 */
static char *
copy_text(LabelTable *table, const char *text, uint32 len)
{
	char	   *copy;

	if (table->arena == NULL || len > table->arena_left)
	{
		uint32		size = Max(len, Min(64 + (uint32) Min(table->bytes, 8000), 8000));

		table->arena = MemoryContextAlloc(table->context, size);
		table->arena_left = size;
	}
	copy = table->arena;
	if (len > 0)
		memcpy(copy, text, len);
	table->arena += len;
	table->arena_left -= len;
	return copy;
}

bool
sc_labels_check(uint32 len, Node *escontext)
{
	if (len > SC_MAX_LABEL_BYTES)
		ereturn(escontext, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("label is too long"),
				 errdetail("A label of a model, benchmark or family has %u bytes; at most %d are allowed.",
						   len, SC_MAX_LABEL_BYTES)));
	return true;
}

void
sc_labels_reserve(LabelTable *table, uint32 number, const char *text, uint32 len)
{
	char	   *copy;
	uint32		hash;

	/* between the growing of two tables, and nothing has changed yet */
	CHECK_FOR_INTERRUPTS();
	Assert(number >= table->n && number <= table->capacity);
	(void) sc_labels_check(len, NULL);
	if (number == table->capacity)
	{
		uint32		capacity = table->capacity == 0 ? 4 : table->capacity * 2;

		if (table->label == NULL)
			table->label = MemoryContextAlloc(table->context,
											  capacity * sizeof(Label));
		else
			table->label = repalloc_huge(table->label,
										 capacity * sizeof(Label));
		table->capacity = capacity;
	}
	copy = copy_text(table, text, len);
	table->label[number].text = copy;
	table->label[number].len = len;
	table->label[number].next = 0;
	if (!has_index(table))
	{
		if (number >= FEW_LABELS)
			make_index(table, number + 1);
		return;
	}
	if (number >= MANY_LABELS && table->index_part == NULL)
		split_index(table, number);
	hash = hash_label(copy, len);
	index_label(table, index_of(table, hash), number, hash);
}

uint32
sc_labels_commit(LabelTable *table)
{
	uint32		len = table->label[table->n].len;

	found(table, table->n);
	table->n++;
	table->bytes += len;
	table->text_bytes += SC_TEXT_BYTES_PER_LABEL(len);
	return table->last;
}

uint32
sc_labels_add(LabelTable *table, const char *text, uint32 len)
{
	sc_labels_reserve(table, table->n, text, len);
	return sc_labels_commit(table);
}

/* As index_of(). */
static inline idhash_hash *
ids_of(const LabelTable *table, uint32 hash)
{
	return likely(table->ids_part == NULL) ? table->ids : table->ids_part[PART_OF(hash)];
}

int64
sc_labels_find_id(LabelTable *table, int64 id)
{
	uint32		hash;
	IdEntry    *entry;

	if (table->has_last_id && table->last_id == id)
		return table->last_id_number;
	if (table->ids == NULL && table->ids_part == NULL)
		return -1;
	hash = hash_id(id);
	entry = idhash_lookup_hash(ids_of(table, hash), id, hash);
	if (entry == NULL)
		return -1;
	table->last_id = id;
	return table->last_id_number = entry->number;
}

/* As split_index(). */
static void
split_ids(LabelTable *table)
{
	idhash_hash **part = MemoryContextAlloc(table->context,
											N_PARTS * sizeof(idhash_hash *));
	idhash_iterator iterator;
	IdEntry    *entry;
	uint32		i;

	for (i = 0; i < N_PARTS; i++)
		part[i] = idhash_create(table->context, 2 * MANY_LABELS / N_PARTS, NULL);
	idhash_start_iterate(table->ids, &iterator);
	while ((entry = idhash_iterate(table->ids, &iterator)) != NULL)
	{
		uint32		hash = hash_id(entry->id);
		bool		exists;

		idhash_insert_hash(part[PART_OF(hash)], entry->id, hash,
						   &exists)->number = entry->number;
		Assert(!exists);
	}
	table->ids_part = part;
	idhash_destroy(table->ids);
	table->ids = NULL;
}

void
sc_labels_set_id(LabelTable *table, int64 id, uint32 number)
{
	uint32		hash = hash_id(id);
	bool		exists;

	if (table->ids_part == NULL)
	{
		if (table->ids == NULL)
			table->ids = idhash_create(table->context, 2, NULL);
		else if (table->ids->members == MANY_LABELS)
			split_ids(table);
	}
	idhash_insert_hash(ids_of(table, hash), id, hash, &exists)->number = number;
	sc_labels_set_last_id(table, id, number);
}

void
sc_labels_set_last_id(LabelTable *table, int64 id, uint32 number)
{
	table->last_id = id;
	table->last_id_number = number;
	table->has_last_id = true;
}

static int
compare_labels(const void *a, const void *b, void *arg)
{
	const Label *label = (const Label *) arg;
	const Label *x = &label[*(const uint32 *) a];
	const Label *y = &label[*(const uint32 *) b];

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	return sc_label_compare(x->text, x->len, y->text, y->len);
}

void
sc_labels_sort(const LabelTable *table, uint32 *order, uint32 *rank)
{
	uint32		i;

	for (i = 0; i < table->n; i++)
		order[i] = i;
	qsort_arg(order, table->n, sizeof(uint32), compare_labels, table->label);
	for (i = 0; i < table->n; i++)
	{
		sc_poll_step(i);
		rank[order[i]] = i;
	}
}
