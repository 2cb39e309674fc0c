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

typedef struct LabelEntry
{
	Label		key;
	uint32		number;
	uint32		hash;
	char		status;
} LabelEntry;

static inline uint32
label_hash(Label key)
{
	return hash_bytes((const unsigned char *) key.text, (int) key.len);
}

static inline bool
label_equal(Label a, Label b)
{
	return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

#define SH_PREFIX labelhash
#define SH_ELEMENT_TYPE LabelEntry
#define SH_KEY_TYPE Label
#define SH_KEY key
#define SH_HASH_KEY(tb, key) label_hash(key)
#define SH_EQUAL(tb, a, b) label_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

void
sc_labels_init(LabelTable *table, MemoryContext context)
{
	memset(table, 0, sizeof(LabelTable));
	table->context = context;
	table->index = labelhash_create(context, 8, NULL);
}

int64
sc_labels_find(LabelTable *table, const char *text, uint32 len)
{
	Label		key;
	LabelEntry *entry;

	key.text = text;
	key.len = len;
	if (table->last < table->n && label_equal(table->label[table->last], key))
		return table->last;
	entry = labelhash_lookup(table->index, key);
	if (entry == NULL)
		return -1;
	table->last = entry->number;
	return entry->number;
}

uint32
sc_labels_intern(LabelTable *table, const char *text, uint32 len, bool *is_new)
{
	int64		found = sc_labels_find(table, text, len);
	Label		key;
	LabelEntry *entry;
	char	   *copy;
	bool		exists;

	*is_new = found < 0;
	if (found >= 0)
		return (uint32) found;

	if (len > SC_MAX_LABEL_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("label is too long"),
				 errdetail("A label of a model or benchmark has %u bytes; at most %d are allowed.",
						   len, SC_MAX_LABEL_BYTES)));

	if (table->n == table->capacity)
	{
		uint32		capacity = table->capacity == 0 ? 8 : table->capacity * 2;

		if (table->label == NULL)
			table->label = MemoryContextAlloc(table->context,
											  capacity * sizeof(Label));
		else
			table->label = repalloc_huge(table->label,
										 capacity * sizeof(Label));
		table->capacity = capacity;
	}
	copy = MemoryContextAlloc(table->context, Max(len, 1));
	if (len > 0)
		memcpy(copy, text, len);
	key.text = copy;
	key.len = len;
	entry = labelhash_insert(table->index, key, &exists);
	Assert(!exists);

	/* nothing can fail from here on */
	entry->number = table->n;
	table->label[table->n] = key;
	table->last = table->n++;
	table->bytes += len;
	table->text_bytes += SC_TEXT_BYTES_PER_LABEL(len);
	return entry->number;
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
