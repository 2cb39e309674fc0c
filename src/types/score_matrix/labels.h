/*-------------------------------------------------------------------------
 *
 * labels.h
 *	  Table of distinct labels: text to a small number, in order of arrival.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_SCORE_MATRIX_LABELS_H
#define SC_TYPES_SCORE_MATRIX_LABELS_H

#include "types/forms/compat.h"
#include "types/score_matrix/matrix_flat.h"

typedef struct Label
{
	const char *text;			/* not terminated; owned by the table's
								 * context */
	uint32		len;
	uint32		next;			/* the label that was found after this one */
} Label;

struct labelhash_hash;
struct idhash_hash;

typedef struct LabelTable
{
	MemoryContext context;
	struct labelhash_hash *index;	/* none while there are few labels */
	struct labelhash_hash **index_part; /* instead of it, of many labels */
	struct idhash_hash *ids;	/* numbers of labels that came as integers */
	struct idhash_hash **ids_part;	/* instead of it, of many of them */
	const char *probe;			/* looked for in the index */
	uint32		probe_len;
	Label	   *label;			/* [n] */
	char	   *arena;			/* where the text of the next label goes */
	uint32		arena_left;
	uint32		n;
	uint32		capacity;
	uint32		last;			/* found last: rows often come in runs, or in
								 * the same order of labels again and again */
	uint32		wrong;			/* guesses that failed, lately; see below */
	uint32		skip;			/* lookups before the next guess */
	uint32		last_id_number;
	int64		last_id;		/* found last by id */
	bool		has_last_id;
	uint64		bytes;			/* of all labels */
	uint64		text_bytes;		/* bound of what they take in the text form */
} LabelTable;

extern void sc_labels_init(LabelTable *table, MemoryContext context);

/* Number of a label, or -1; any encoding-valid bytes, compared bytewise. */
extern int64 sc_labels_find(LabelTable *table, const char *text, uint32 len);

/* 54000, raised or saved (then false), for a label of too many bytes. */
extern bool sc_labels_check(uint32 len, Node *escontext);

/*
 * Adding labels that sc_labels_find() has just not found, in two steps, of which
 * only the first can fail: then, and until the second, the table is what it was.
 * Several are reserved under the numbers n, n + 1, ... and committed in that
 * order, each of which gives its number; they must differ.  A label that was
 * reserved and never committed costs memory, no more.  54000 if it is longer
 * than SC_MAX_LABEL_BYTES.  Reserving polls first: a loop that adds labels can be
 * cancelled at each of them.
 */
extern void sc_labels_reserve(LabelTable *table, uint32 number,
							  const char *text, uint32 len);
extern uint32 sc_labels_commit(LabelTable *table);

/* Both of them for one label. */
extern uint32 sc_labels_add(LabelTable *table, const char *text, uint32 len);

/*
 * Number of the label that is the decimal form of id, or -1 if it is not known
 * to be that; sc_labels_set_id() makes it known, sc_labels_set_last_id() until
 * another id is found, which takes no memory and so cannot fail.  The label must
 * be there: not only reserved.
 */
extern int64 sc_labels_find_id(LabelTable *table, int64 id);
extern void sc_labels_set_id(LabelTable *table, int64 id, uint32 number);
extern void sc_labels_set_last_id(LabelTable *table, int64 id, uint32 number);

/*
 * rank[i] = place of label i in C order, order[r] = the label at place r.
 */
extern void sc_labels_sort(const LabelTable *table, uint32 *order, uint32 *rank);

/* Equality without a call: labels are short, and most of them differ early. */
static inline bool
sc_same_label(const char *a, uint32 a_len, const char *b, uint32 b_len)
{
	uint64		x;
	uint64		y;
	uint32		i;

	if (a_len != b_len)
		return false;
	if (a_len < sizeof(uint64))
		return memcmp(a, b, a_len) == 0;

	/* the last eight bytes, then eight by eight, which may overlap */
	memcpy(&x, a + a_len - sizeof(uint64), sizeof(uint64));
	memcpy(&y, b + a_len - sizeof(uint64), sizeof(uint64));
	if (x != y)
		return false;
	for (i = 0; i + sizeof(uint64) < a_len; i += sizeof(uint64))
	{
		memcpy(&x, a + i, sizeof(uint64));
		memcpy(&y, b + i, sizeof(uint64));
		if (x != y)
			return false;
	}
	return true;
}

/*
 * After so many failed guesses in a row, rows come in no order: then only every
 * sixteenth lookup begins with a guess, until one is right.
 */
#define SC_NO_ORDER 64

/*
 * Is this, at a guess, the label that was found last?  Then its number is
 * table->last.  To be asked before sc_labels_find().
 */
static inline bool
sc_labels_is_last(const LabelTable *table, const char *text, uint32 len)
{
	return table->wrong < SC_NO_ORDER && table->last < table->n &&
		sc_same_label(table->label[table->last].text,
					  table->label[table->last].len, text, len);
}

#endif							/* SC_TYPES_SCORE_MATRIX_LABELS_H */
