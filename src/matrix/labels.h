/*-------------------------------------------------------------------------
 *
 * labels.h
 *	  Table of distinct labels: text to a small number, in order of arrival.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_MATRIX_LABELS_H
#define SC_MATRIX_LABELS_H

#include "matrix/flat.h"

typedef struct Label
{
	const char *text;			/* not terminated; owned by the table's context */
	uint32		len;
} Label;

struct labelhash_hash;

typedef struct LabelTable
{
	MemoryContext context;
	struct labelhash_hash *index;
	Label	   *label;			/* [n] */
	uint32		n;
	uint32		capacity;
	uint32		last;			/* found last: rows often come in runs */
	uint64		bytes;			/* of all labels */
	uint64		text_bytes;		/* bound of what they take in the text form */
} LabelTable;

extern void sc_labels_init(LabelTable *table, MemoryContext context);

/* Number of a label, or -1; any encoding-valid bytes, compared bytewise. */
extern int64 sc_labels_find(LabelTable *table, const char *text, uint32 len);

/*
 * Number of a label, adding it if it is new (*is_new tells).  54000 if it is
 * longer than SC_MAX_LABEL_BYTES.
 */
extern uint32 sc_labels_intern(LabelTable *table, const char *text, uint32 len,
							   bool *is_new);

/*
 * rank[i] = place of label i in C order, order[r] = the label at place r.
 */
extern void sc_labels_sort(const LabelTable *table, uint32 *order, uint32 *rank);

#endif							/* SC_MATRIX_LABELS_H */
