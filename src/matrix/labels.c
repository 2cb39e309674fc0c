/*-------------------------------------------------------------------------
 *
 * labels.c
 *	  Table of distinct labels over PostgreSQL's simplehash.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "matrix/compat.h"
#include "matrix/labels.h"

/* So many labels are found by looking at each of them. */
#define FEW_LABELS 8

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

#define SH_PREFIX idhash
#define SH_ELEMENT_TYPE IdEntry
#define SH_KEY_TYPE int64
#define SH_KEY id
#define SH_HASH_KEY(tb, key) \
	murmurhash32((uint32) (key) ^ murmurhash32((uint32) ((uint64) (key) >> 32)))
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

static inline bool
is_probe(const LabelTable *table, uint32 number)
{
	return is_label(table, number, table->probe, table->probe_len);
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

/* Puts a label of the table into the index. */
static void
index_label(LabelTable *table, uint32 number)
{
	const Label *label = &table->label[number];
	bool		exists;

	table->probe = label->text;
	table->probe_len = label->len;
	labelhash_insert_hash(table->index, PROBE,
						  hash_label(label->text, label->len),
						  &exists)->number = number;
	Assert(!exists);
}

int64
sc_labels_find(LabelTable *table, const char *text, uint32 len)
{
	LabelEntry *entry;
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
	if (table->index == NULL)
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
	entry = labelhash_lookup_hash(table->index, PROBE, hash_label(text, len));
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
				 errdetail("A label of a model or benchmark has %u bytes; at most %d are allowed.",
						   len, SC_MAX_LABEL_BYTES)));
	return true;
}

uint32
sc_labels_add(LabelTable *table, const char *text, uint32 len)
{
	char	   *copy;
	uint32		i;

	(void) sc_labels_check(len, NULL);
	if (table->n == table->capacity)
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
	table->label[table->n].text = copy;
	table->label[table->n].len = len;
	table->label[table->n].next = 0;
	if (table->index != NULL)
		index_label(table, table->n);
	else if (table->n == FEW_LABELS)
	{
		table->index = labelhash_create(table->context, 2 * FEW_LABELS, table);
		for (i = 0; i <= table->n; i++)
			index_label(table, i);
	}

	/* nothing can fail from here on */
	found(table, table->n);
	table->n++;
	table->bytes += len;
	table->text_bytes += SC_TEXT_BYTES_PER_LABEL(len);
	return table->last;
}

int64
sc_labels_find_id(LabelTable *table, int64 id)
{
	IdEntry    *entry;

	if (table->has_last_id && table->last_id == id)
		return table->last_id_number;
	entry = table->ids == NULL ? NULL : idhash_lookup(table->ids, id);
	if (entry == NULL)
		return -1;
	table->last_id = id;
	return table->last_id_number = entry->number;
}

void
sc_labels_set_id(LabelTable *table, int64 id, uint32 number)
{
	bool		exists;

	if (table->ids == NULL)
		table->ids = idhash_create(table->context, 2, NULL);
	idhash_insert(table->ids, id, &exists)->number = number;
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
		rank[order[i]] = i;
}
