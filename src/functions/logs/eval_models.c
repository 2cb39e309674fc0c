/*-------------------------------------------------------------------------
 *
 * eval_models.c
 *	  Names of models, and what they ran with, as harnesses write them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"

#include "functions/logs/eval_models.h"
#include "functions/logs/eval_rows.h"

/* Digits of a commit that are shown. */
#define SHOWN_REVISION 12
#define WHOLE_REVISION 40

/* Objects with more members, and longer strings, are not sorted. */
#define MOST_PAIRS 1000

/* Arguments that change what the weights are, or whether it reasons, under one name each. */
static const struct
{
	const char *key;
	const char *fact;
}			facts[] = {
	{"iteration", "iteration"},
	{"ckpt_step", "iteration"},
	{"subfolder", "subfolder"},
	{"peft", "peft"},
	{"adapter_weights", "peft"},
	{"lora_local_path", "peft"},
	{"delta", "delta"},
	{"delta_weights", "delta"},
	{"load_in_8bit", "load_in_8bit"},
	{"load_in_4bit", "load_in_4bit"},
	{"bnb_4bit_quant_type", "bnb_4bit_quant_type"},
	{"quantization", "quantization"},
	{"quantized", "quantization"},
	{"quantization_config", "quantization"},
	{"autogptq", "autogptq"},
	{"gptqmodel", "gptqmodel"},
	{"gguf_file", "gguf_file"},
	{"reasoning_effort", "reasoning_effort"},
	{"enable_thinking", "enable_thinking"},
};

ModelArguments
sc_eval_arguments(JsonbContainer *object, const char *key)
{
	ModelArguments arguments;

	arguments.object = sc_eval_maybe_object(object, sc_eval_key(key));
	arguments.string = sc_eval_text(object, key);
	return arguments;
}

/* The value of one of "key=value,key=value,...". */
static EvalText
argument_of_string(EvalText arguments, const char *key)
{
	EvalText	found = {NULL, 0};
	const char *s = arguments.data;
	const char *end = s + arguments.len;
	int			key_len = (int) strlen(key);

	while (s < end)
	{
		const char *comma = memchr(s, ',', end - s);
		const char *stop = comma != NULL ? comma : end;

		CHECK_FOR_INTERRUPTS();
		while (s < stop && *s == ' ')
			s++;
		if (stop - s > key_len + 1 && memcmp(s, key, key_len) == 0 && s[key_len] == '=')
		{
			found.data = s + key_len + 1;
			found.len = stop - found.data;
			return found;
		}
		s = stop + 1;
	}
	return found;
}

EvalText
sc_eval_argument(const ModelArguments *arguments, const char *key)
{
	if (arguments->object != NULL)
		return sc_eval_text(arguments->object, key);
	return argument_of_string(arguments->string, key);
}

/* Python's words are JSON's in small letters. */
static EvalText
argument_value(EvalText value)
{
	if (sc_eval_text_is(value, "True"))
		return sc_eval_key("true");
	if (sc_eval_text_is(value, "False"))
		return sc_eval_key("false");
	return value;
}

static int
compare_pairs(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The pairs of "key=value,key=value", each as a fact. */
static List *
pairs_of_string(EvalText arguments)
{
	List	   *pairs = NIL;
	const char *s = arguments.data;
	const char *end = s + arguments.len;

	while (s < end)
	{
		const char *comma = memchr(s, ',', end - s);
		const char *stop = comma != NULL ? comma : end;
		const char *equals = memchr(s, '=', stop - s);
		StringInfoData pair;

		CHECK_FOR_INTERRUPTS();
		initStringInfo(&pair);
		if (equals != NULL)
		{
			EvalText	value = {equals + 1, stop - equals - 1};

			sc_eval_add_fact(&pair, pnstrdup(s, equals - s), argument_value(value));
		}
		else
			appendBinaryStringInfo(&pair, s, stop - s);
		pairs = lappend(pairs, pair.data);
		s = stop + 1;
	}
	return pairs;
}

static List *
pairs_of_object(JsonbContainer *object)
{
	List	   *pairs = NIL;
	JsonbIterator *iterator = sc_jsonb_begin(object);
	EvalText	key;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &key, &value))
	{
		StringInfoData pair;

		CHECK_FOR_INTERRUPTS();
		initStringInfo(&pair);
		sc_eval_add_value(&pair, pnstrdup(key.data, key.len), &value);
		pairs = lappend(pairs, pair.data);
	}
	return pairs;
}

void
sc_eval_add_pairs(StringInfo setting, const char *fact, JsonbContainer *object, const char *key)
{
	ModelArguments arguments = sc_eval_arguments(object, key);
	List	   *pairs = NIL;
	char	  **sorted;
	StringInfoData text;
	int			n;
	int			i;

	if (arguments.object != NULL && JsonContainerSize(arguments.object) <= MOST_PAIRS)
		pairs = pairs_of_object(arguments.object);
	else if (arguments.string.data != NULL && arguments.string.len <= MOST_PAIRS)
		pairs = pairs_of_string(arguments.string);
	else
	{
		sc_eval_add_member(setting, fact, object, key);
		return;
	}
	n = list_length(pairs);
	sorted = palloc(sizeof(char *) * (n + 1));
	for (i = 0; i < n; i++)
		sorted[i] = list_nth(pairs, i);
	qsort(sorted, n, sizeof(char *), compare_pairs);
	initStringInfo(&text);
	for (i = 0; i < n; i++)
		if (sorted[i][0] != '\0')
			appendStringInfo(&text, "%s%s", text.len > 0 ? "," : "", sorted[i]);
	sc_eval_add_fact(setting, fact, sc_eval_copied(&text));
}

/* The first place of a word in a text, or NULL. */
static const char *
find(const char *data, const char *end, const char *word)
{
	size_t		len = strlen(word);

	for (; data + len <= end; data++)
	{
		CHECK_FOR_INTERRUPTS();
		if (memcmp(data, word, len) == 0)
			return data;
	}
	return NULL;
}

EvalText
sc_eval_short_hash(EvalText hash, int digits)
{
	int			i;

	for (i = 0; i < hash.len; i++)
		if (strchr("0123456789abcdefABCDEF", hash.data[i]) == NULL)
			return hash;
	hash.len = Min(hash.len, digits);
	return hash;
}

/* ORG/NAME of "models--ORG--NAME/snapshots/REVISION", of which repository begins with ORG. */
static EvalText
cached_name(const char *repository, const char *end, EvalText *revision)
{
	static const char snapshots[] = "/snapshots/";
	const char *slash = memchr(repository, '/', end - repository);
	const char *stop = slash != NULL ? slash : end;
	const char *dashes = find(repository, stop, "--");
	EvalText	name = {repository, stop - repository};

	if (dashes != NULL && dashes > repository && dashes + 2 < stop)
		name = sc_eval_key(psprintf("%.*s/%.*s", (int) (dashes - repository), repository,
									(int) (stop - dashes - 2), dashes + 2));
	if (end - stop > (int) strlen(snapshots) && memcmp(stop, snapshots, strlen(snapshots)) == 0)
	{
		revision->data = stop + strlen(snapshots);
		slash = memchr(revision->data, '/', end - revision->data);
		revision->len = (slash != NULL ? slash : end) - revision->data;
		*revision = sc_eval_short_hash(*revision, SHOWN_REVISION);
	}
	return name;
}

/* The same with single slashes, but of "scheme://". */
static EvalText
single_slashes(EvalText name)
{
	char	   *copy;
	int			n = 0;
	int			i;

	if (find(name.data, name.data + name.len, "//") == NULL)
		return name;
	copy = palloc(name.len);
	for (i = 0; i < name.len; i++)
		if (name.data[i] != '/' || n == 0 || copy[n - 1] != '/' || (n > 1 && copy[n - 2] == ':'))
			copy[n++] = name.data[i];
	name.data = copy;
	name.len = n;
	return name;
}

/* Is it the name of a checkpoint: "step1000", "global_step1000_hf", "checkpoint-500", "iter_0001000"? */
static bool
is_checkpoint(const char *s, const char *end)
{
	static const char *const words[] = {"step", "checkpoint", "iter", "ckpt", "epoch"};
	static const char prefix[] = "global_";
	static const char suffix[] = "_hf";
	Size		i;

	if (end - s > (int) strlen(prefix) && memcmp(s, prefix, strlen(prefix)) == 0)
		s += strlen(prefix);
	if (end - s > (int) strlen(suffix) && memcmp(end - strlen(suffix), suffix, strlen(suffix)) == 0)
		end -= strlen(suffix);
	for (i = 0; i < lengthof(words); i++)
	{
		int			len = (int) strlen(words[i]);

		if (end - s <= len || memcmp(s, words[i], len) != 0)
			continue;
		s += len;
		if (*s == '-' || *s == '_')
			s++;
		if (s == end)
			return false;
		while (s < end && *s >= '0' && *s <= '9')
			s++;
		return s == end;
	}
	return false;
}

EvalText
sc_eval_model_name(EvalText name, EvalText *revision)
{
	static const char folder[] = "models--";
	const char *place;
	const char *end;
	const char *last;

	revision->data = NULL;
	revision->len = 0;
	if (name.data == NULL)
		return name;
	name = single_slashes(name);
	while (name.len > 1 && name.data[name.len - 1] == '/')
		name.len--;
	end = name.data + name.len;
	place = find(name.data, end, folder);
	if (place != NULL && (place == name.data || place[-1] == '/') &&
		place + strlen(folder) < end && place[strlen(folder)] != '/')
		return cached_name(place + strlen(folder), end, revision);
	/* in a path, that is with two slashes: ORG/step1000 may be a repository */
	for (last = end; last > name.data && last[-1] != '/'; last--)
		;
	if (last - name.data > 2 && memchr(name.data, '/', last - 1 - name.data) != NULL && is_checkpoint(last, end))
	{
		revision->data = last;
		revision->len = end - last;
		name.len = last - 1 - name.data;
	}
	return name;
}

static void
add_revision(StringInfo setting, EvalText revision)
{
	/*
	 * a whole commit is the one of which a path in a cache shows the
	 * beginning
	 */
	if (revision.len == WHOLE_REVISION && strspn(pnstrdup(revision.data, revision.len), "0123456789abcdef") == WHOLE_REVISION)
		revision.len = SHOWN_REVISION;
	if (revision.data != NULL && !sc_eval_text_is(revision, "main"))
		sc_eval_add_fact(setting, "revision", revision);
}

void
sc_eval_add_arguments(StringInfo setting, const ModelArguments *arguments, EvalText revision)
{
	EvalText	given = sc_eval_argument(arguments, "revision");
	Size		i;

	add_revision(setting, given.data != NULL ? given : revision);
	for (i = 0; i < lengthof(facts); i++)
	{
		JsonbValue	value;
		EvalText text;

		if (arguments->object == NULL)
		{
			/* Python's words for what JSON writes otherwise */
			text = argument_of_string(arguments->string, facts[i].key);

			if (text.data != NULL && !sc_eval_text_is(text, "False") && !sc_eval_text_is(text, "false"))
				sc_eval_add_fact(setting, facts[i].fact,
								 sc_eval_text_is(text, "True") ? sc_eval_key("true") : text);
		}
		else if (sc_eval_get(arguments->object, sc_eval_key(facts[i].key), &value) &&
				 !(value.type == jbvBool && !value.val.boolean))
			sc_eval_add_value(setting, facts[i].fact, &value);
	}
}

EvalText
sc_eval_revision_setting(EvalText revision)
{
	StringInfoData setting;

	initStringInfo(&setting);
	add_revision(&setting, revision);
	return sc_eval_copied(&setting);
}
