/*-------------------------------------------------------------------------
 *
 * eval_directions.h
 *	  Which of the metrics of a task are better higher, as lists in its configuration
 *	  say.
 *
 *	  directions = sc_eval_directions();
 *	  sc_eval_add_direction(directions, config, metric, higher);	any number
 *	  then sc_eval_direction(), after which nothing is added
 *
 * All lists of a document go into one table, which is sorted when the first question
 * comes: a list may be as long as the document, and be that of very many tasks or metrics.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_DIRECTIONS_H
#define SC_FUNCTIONS_LOGS_EVAL_DIRECTIONS_H

#include "functions/logs/eval_documents.h"

typedef struct EvalDirections EvalDirections;

extern EvalDirections *sc_eval_directions(void);

/* Of a metric in the list of a configuration: 1, 0; -1 is passed over. */
extern void sc_eval_add_direction(EvalDirections *directions, const JsonbContainer *config, EvalText metric, int higher);

/* 1, 0, or -1 if nothing is known; what was added last counts. */
extern int	sc_eval_direction(EvalDirections *directions, const JsonbContainer *config, EvalText metric);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_DIRECTIONS_H */
