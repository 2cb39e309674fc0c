/*-------------------------------------------------------------------------
 *
 * eval_lm_model.c
 *	  The model of a log of lm-evaluation-harness, and how it ran.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "functions/logs/eval_models.h"
#include "functions/logs/eval_rows.h"

/* Of a hash that the harness has made, as many as of our own. */
#define SHOWN_HASH_DIGITS 8

/* Arguments that name the model, the one that says most first. */
static const char *const model_keys[] = {"pretrained", "model", "path", "engine", "load", "model_name",
"model_path", "peft", "delta"};

static bool
has_arguments(const ModelArguments *arguments)
{
	return arguments->object != NULL ? JsonContainerSize(arguments->object) > 0 : arguments->string.len > 0;
}

/*
 * The weights that were loaded first, whatever was put on top of them: model_name, or what
 * the model's arguments say.  Not config.model: that is the kind of model, such as "hf".
 * The harness takes model_name from the arguments; without any it is a random word, while
 * config.model then is the name of a model that a program has loaded itself.
 */
static EvalText
model_of(JsonbContainer *document, const ModelArguments *arguments)
{
	bool		has_adapter = sc_eval_argument(arguments, "peft").data != NULL ||
		sc_eval_argument(arguments, "delta").data != NULL;
	EvalText	model = sc_eval_text(document, "model_name");
	Size		i;

	/* model_name is the adapter's then */
	if (has_adapter && sc_eval_argument(arguments, model_keys[0]).data != NULL)
		model.data = NULL;
	if (!has_arguments(arguments) && sc_eval_has(document, "model_source"))
	{
		EvalText	kind = sc_eval_text(sc_eval_maybe_object(document, sc_eval_key("config")), "model");

		if (kind.data != NULL)
			model = kind;
	}
	for (i = 0; model.data == NULL && i < lengthof(model_keys); i++)
		model = sc_eval_argument(arguments, model_keys[i]);
	if (model.data == NULL)
		model = sc_eval_text(document, "model_name_sanitized");
	/* only of a model that has no arguments is the kind its name: "gpt2" */
	if (model.data == NULL && arguments->object == NULL && arguments->string.data == NULL)
		model = sc_eval_text(sc_eval_maybe_object(document, sc_eval_key("config")), "model");
	if (model.data != NULL && model.data[0] == '<')
		model.data = NULL;		/* "<... object at 0x...>" */
	return model;
}

/* A hash that the harness has made of a text, or our own of the text itself. */
static void
add_hashed(StringInfo setting, const char *fact, JsonbContainer *document, const char *hash_key, const char *key)
{
	EvalText	hash = sc_eval_text(document, hash_key);

	if (hash.data == NULL)
	{
		sc_eval_add_member(setting, fact, document, key);
		return;
	}
	hash = sc_eval_short_hash(hash, SHOWN_HASH_DIGITS);
	sc_eval_add_fact(setting, fact, sc_eval_key(psprintf("sha256:%.*s", hash.len, hash.data)));
}

void
sc_eval_describe_lm_model(JsonbContainer *document, EvalRow *row)
{
	JsonbContainer *config = sc_eval_maybe_object(document, sc_eval_key("config"));
	ModelArguments arguments = sc_eval_arguments(config, "model_args");
	StringInfoData setting;
	EvalText	revision;
	int			without_template;

	initStringInfo(&setting);
	row->model = sc_eval_model_name(model_of(document, &arguments), &revision);
	if (revision.data == NULL)
		revision = sc_eval_text(config, "model_revision");
	sc_eval_add_arguments(&setting, &arguments, revision);
	without_template = setting.len;
	add_hashed(&setting, "chat_template", document, "chat_template_sha", "chat_template");
	/* newer versions say so always: it is nothing without a template */
	if (setting.len > without_template && sc_eval_bool(document, sc_eval_key("fewshot_as_multiturn")) == 1)
		sc_eval_add_fact(&setting, "multiturn", sc_eval_key("true"));
	add_hashed(&setting, "system_prompt", document, "system_instruction_sha", "system_instruction");
	sc_eval_add_pairs(&setting, "gen_kwargs", config, "gen_kwargs");
	row->setting = sc_eval_copied(&setting);
}
