/*-------------------------------------------------------------------------
 *
 * eval_models.h
 *	  Names of models, and what they ran with, as harnesses write them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_MODELS_H
#define SC_FUNCTIONS_LOGS_EVAL_MODELS_H

#include "lib/stringinfo.h"

#include "functions/logs/eval_documents.h"
#include "functions/logs/eval_rows.h"

/*
 * The arguments that a model was loaded with: an object, or "key=value,key=value".
 * Both may be missing.
 */
typedef struct ModelArguments
{
	JsonbContainer *object;
	EvalText	string;
} ModelArguments;

/* Those of a key of an object, which may be NULL. */
extern ModelArguments sc_eval_arguments(JsonbContainer *object, const char *key);

/* The text of one of them; none if it is no text. */
extern EvalText sc_eval_argument(const ModelArguments *arguments, const char *key);

/*
 * A name without slashes at its end, and with single ones inside.  Of a folder in the
 * cache of Hugging Face's hub, .../models--ORG--NAME/snapshots/REVISION, it is ORG/NAME;
 * revision is set to the beginning of REVISION then.  Of a checkpoint in the folder of its
 * training, .../NAME/global_step1000, it is that folder, and revision is global_step1000.
 * Otherwise revision is none.
 */
extern EvalText sc_eval_model_name(EvalText name, EvalText *revision);

/*
 * Adds to a setting what the arguments say about which weights these are: revision but
 * main, iteration, adapters, quantisation, and about reasoning.  revision is that of the
 * name, and counts where the arguments have none.
 */
extern void sc_eval_add_arguments(StringInfo setting, const ModelArguments *arguments, EvalText revision);

/*
 * Adds what a key of an object has, which may be NULL: "key=value,key=value" in the order
 * of C, whether it is such a string or an object.
 */
extern void sc_eval_add_pairs(StringInfo setting, const char *fact, JsonbContainer *object, const char *key);

/* The setting of a model of which nothing but the revision of its name is known. */
extern EvalText sc_eval_revision_setting(EvalText revision);

/* The beginning of a hash in hexadecimal digits; anything else is left as it is. */
extern EvalText sc_eval_short_hash(EvalText hash, int digits);

/* Sets model and setting of a row to those of a log of lm-evaluation-harness. */
extern void sc_eval_describe_lm_model(JsonbContainer *document, EvalRow *row);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_MODELS_H */
