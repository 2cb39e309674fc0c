/*-------------------------------------------------------------------------
 *
 * family_names.h
 *	  Families of models as the user names them: a JSON object, model to family.
 *
 *	  iterator = sc_begin_families(families);
 *	  while (sc_next_family(&iterator, &model, &family))
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_FAMILY_NAMES_H
#define SC_FUNCTIONS_SHARED_FAMILY_NAMES_H

#include "utils/jsonb.h"

#include "types/score_matrix/matrix_flat.h"

/* 22023 for what is no object. */
extern JsonbIterator *sc_begin_families(Jsonb *families);

/* The next model and its family; null is none.  22023 for what is no string. */
extern bool sc_next_family(JsonbIterator **iterator, JsonbValue *model, JsonbValue *family);

/*
 * 22023 if there are models but none of the keys is one, or more than half of them
 * have no family.  An object without keys is no families, and may be.  hint_none and
 * hint_few say what to do about either.
 */
extern void sc_check_families(const ScoreMatrixView *view, Jsonb *families,
							  const char *hint_none, const char *hint_few);

#endif							/* SC_FUNCTIONS_SHARED_FAMILY_NAMES_H */
