/*-------------------------------------------------------------------------
 *
 * eval_lm_harness.c
 *	  Results of lm-evaluation-harness, and of what grew out of it: lmms-eval,
 *	  mlx_lm.
 *
 * results has an object for each task, and for each group that is averaged.
 * Its keys are "metric,filter", and "metric_stderr,filter" for the standard
 * error; up to version 0.3 there were no filters, and keys are "metric" and
 * "metric_stderr".  Beside them are alias and other things that are no metric.
 * mlx_lm writes what is in results, and nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "port.h"
#include "utils/memutils.h"

#include "functions/logs/eval_directions.h"
#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_groups.h"
#include "functions/logs/eval_models.h"

/* Keys of a task that are no metrics. */
static const char *const bookkeeping[] = {"alias", "name", "samples", "sample_len", "sample_count"};

/*
 * A metric may have several standard errors.  What knows that items come in
 * clusters is the best; the plain one is that of independent items.
 */
static const char *const error_ends[] = {"_stderr_clustered", "_stderr", "_stderr_clt"};
#define PLAIN_ERROR 1
#define COMMON_ERROR 2

/* Bytes of a number of shots. */
#define LONGEST_SHOTS 64

/* Metrics whose value for one item is 0 or 1. */
static const char *const zero_one[] = {"acc", "acc_norm", "acc_mutual_info", "exact_match", "em", "mc1"};

/* ----------
 * Is it one?
 * ----------
 */

static EvalText
without_filter(EvalText key)
{
	const char *comma = memchr(key.data, ',', key.len);

	if (comma != NULL)
		key.len = comma - key.data;
	return key;
}

static bool
is_error(EvalText metric)
{
	Size		i;

	for (i = 0; i < lengthof(error_ends); i++)
		if (sc_eval_ends(metric, error_ends[i]))
			return true;
	return false;
}

/* Has the first member of an object, itself an object, a standard error or a filter among its keys? */
static bool
has_results(JsonbContainer *object)
{
	JsonbIterator *tasks = sc_jsonb_begin(object);
	bool		found = false;
	EvalText	key;
	JsonbValue	value;

	if (!sc_eval_next_member(&tasks, &key, &value) || value.type != jbvBinary ||
		!JsonContainerIsObject(value.val.binary.data))
		return false;
	pfree(tasks);
	tasks = sc_jsonb_begin(value.val.binary.data);
	while (!found && sc_eval_next_member(&tasks, &key, &value))
		found = is_error(key) || memchr(key.data, ',', key.len) != NULL;
	if (tasks != NULL)
		pfree(tasks);
	return found;
}

bool
sc_is_lm_eval_results(JsonbContainer *document)
{
	JsonbValue	value;

	if (!sc_eval_get(document, sc_eval_key("results"), &value))
		return false;
	if (sc_eval_has(document, "versions") && (sc_eval_has(document, "config") || sc_eval_has(document, "configs")))
		return true;
	return value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data) && has_results(value.val.binary.data);
}

bool
sc_is_bare_results(JsonbContainer *document)
{
	return has_results(document);
}

/* ----------
 * Tasks
 * ----------
 */

/* What is said outside of the results of a task. */
typedef struct LmEvalDocument
{
	JsonbContainer *config;
	JsonbContainer *configs;	/* by task; as those that follow, or NULL */
	JsonbContainer *versions;
	JsonbContainer *shots;
	JsonbContainer *n_samples;
	JsonbContainer *higher_is_better;
	JsonbContainer *groups;
	EvalGroups *members;
	EvalDirections *directions; /* by configuration of a task */
	EvalText	shots_of_all;	/* of the variant, where a task says nothing */
	EvalText	limit;			/* the same */
	bool		has_group_errors;	/* up to 0.4.1 those of groups were wrong */
} LmEvalDocument;

typedef struct LmEvalTask
{
	EvalText	name;
	JsonbContainer *results;
	bool		has_filters;	/* keys have commas */
	bool		has_true_errors;	/* also if it is a group */
	JsonbContainer *sample_count;	/* n by metric, of a group; or NULL */
	JsonbContainer *higher_is_better;	/* by metric; or NULL */
	JsonbContainer *config;		/* or NULL */
	EvalDirections *directions;
	int			only_direction; /* of the only member of higher_is_better, or
								 * -1 */
	Size		n_common;		/* "clt" errors, in order, when one was looked
								 * for */
	double	   *common;			/* or NULL */
} LmEvalTask;

static bool
is_metric(const LmEvalTask *task, EvalText key, const JsonbValue *value)
{
	EvalText	metric = without_filter(key);
	Size		i;

	/* one that is itself a table of scores is none */
	if (is_error(metric) || value->type == jbvBinary)
		return false;
	if (metric.len < key.len)
		return true;
	if (task->has_filters || value->type != jbvNumeric)
		return false;
	for (i = 0; i < lengthof(bookkeeping); i++)
		if (sc_eval_text_is(key, bookkeeping[i]))
			return false;
	return true;
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	return (x > y) - (x < y);
}

/* All "clt" errors of a task, in order: there may be as many as metrics. */
static void
collect_common(LmEvalTask *task)
{
	JsonbIterator *iterator = sc_jsonb_begin(task->results);
	EvalText	key;
	JsonbValue	value;

	task->common = palloc_extended((JsonContainerSize(task->results) + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	while (sc_eval_next_member(&iterator, &key, &value))
	{
		CHECK_FOR_INTERRUPTS();
		if (sc_eval_ends(without_filter(key), error_ends[COMMON_ERROR]) && value.type == jbvNumeric)
			task->common[task->n_common++] = sc_jsonb_score(&value);
	}
	if (task->n_common > 1)
		pg_qsort(task->common, task->n_common, sizeof(double), compare_doubles);
}

/* Are there at least n of them with this value? */
static bool
are_common(const LmEvalTask *task, double error, Size n)
{
	Size		low = 0;
	Size		high = task->n_common;

	while (low < high)
	{
		Size		middle = low + (high - low) / 2;

		if (task->common[middle] < error)
			low = middle + 1;
		else
			high = middle;
	}
	return low + n <= task->n_common && task->common[low + n - 1] == error;
}

/*
 * lmms-eval writes one "clt" error, that of the items' own score, beside every metric of
 * a task.  It belongs to a metric that stands alone, or is a mean of zeros and ones
 * with just that error.
 */
static bool
is_own_error(LmEvalTask *task, EvalText own_key, const EvalRow *row)
{
	JsonbValue	own;

	if (task->common == NULL)
		collect_common(task);
	/* its own is among them if it is a number, and not one in a string */
	return !are_common(task, row->error,
					   sc_eval_get(task->results, own_key, &own) && own.type == jbvNumeric ? 2 : 1) ||
		(row->n > 1 && fabs(sqrt(row->score * (1 - row->score) / row->n) / row->error - 1) < 0.01);
}

/*
 * The standard error of "metric,filter": the best that is a number.  Where only the
 * plain one is there, n is made of it for a metric of zeros and ones.
 */
static void
read_error(LmEvalTask *task, EvalText key, const JsonbValue *score, StringInfo buffer, EvalRow *row)
{
	EvalText	metric = without_filter(key);
	Size		i;
	Size		k;

	for (i = 0; isnan(row->error) && i < lengthof(error_ends); i++)
	{
		EvalText	error_key;
		JsonbValue	value;

		resetStringInfo(buffer);
		appendBinaryStringInfo(buffer, metric.data, metric.len);
		appendStringInfoString(buffer, error_ends[i]);
		appendBinaryStringInfo(buffer, key.data + metric.len, key.len - metric.len);
		error_key.data = buffer->data;
		error_key.len = buffer->len;
		row->error = sc_eval_error_of(task->results, error_key);
		if (i == COMMON_ERROR && !isnan(row->error) && !is_own_error(task, error_key, row))
			row->error = NAN;
		if (isnan(row->error) || row->n >= 0 || i != PLAIN_ERROR || row->is_group)
			continue;
		for (k = 0; k < lengthof(zero_one) && !sc_eval_text_is(metric, zero_one[k]); k++)
			;
		if (k < lengthof(zero_one) && sc_eval_get(task->results, error_key, &value))
			row->n = sc_eval_n_of_error(score, &value);
	}
}

/*
 * From higher_is_better, or where that does not say it the task's metric_list.  Its only
 * member is meant whatever it is called: a function's name may stand for a metric's.
 */
static int
lower_is_better(const LmEvalTask *task, EvalText metric)
{
	int			higher = sc_eval_bool(task->higher_is_better, metric);

	if (higher < 0)
		higher = task->only_direction;
	if (higher < 0 && task->config != NULL)
		higher = sc_eval_direction(task->directions, task->config, metric);
	return higher < 0 ? -1 : !higher;
}

static int
only_direction(JsonbContainer *higher_is_better)
{
	JsonbIterator *iterator;
	EvalText	name;
	JsonbValue	value;

	if (higher_is_better == NULL || JsonContainerSize(higher_is_better) != 1)
		return -1;
	iterator = sc_jsonb_begin(higher_is_better);
	return sc_eval_next_member(&iterator, &name, &value) && value.type == jbvBool ? value.val.boolean : -1;
}

/* What the metric_list of each task says. */
static EvalDirections *
directions_of(JsonbContainer *configs)
{
	EvalDirections *directions = sc_eval_directions();
	JsonbIterator *tasks = configs != NULL ? sc_jsonb_begin(configs) : NULL;
	EvalText	task;
	JsonbValue	value;

	while (configs != NULL && sc_eval_next_member(&tasks, &task, &value))
	{
		JsonbContainer *config = sc_eval_maybe_object(configs, task);
		JsonbContainer *list = sc_eval_maybe_array(config, "metric_list");
		JsonbIterator *metrics = list != NULL ? sc_jsonb_begin(list) : NULL;

		while (list != NULL && sc_jsonb_next_element(&metrics, &value))
		{
			JsonbContainer *one = value.type == jbvBinary ? value.val.binary.data : NULL;
			EvalText	name;

			if (one == NULL || !JsonContainerIsObject(one))
				continue;
			name = sc_eval_text(one, "metric");
			if (name.data != NULL)
				sc_eval_add_direction(directions, config, name, sc_eval_bool(one, sc_eval_key("higher_is_better")));
		}
	}
	return directions;
}

/* The row of each metric of a task, of which the template holds what is common. */
static void
read_task(LmEvalTask *task, const EvalRow *template, EvalSink *sink, StringInfo buffer)
{
	JsonbIterator *iterator = sc_jsonb_begin(task->results);
	EvalText	key;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &key, &value))
	{
		EvalRow		row = *template;

		CHECK_FOR_INTERRUPTS();
		if (!is_metric(task, key, &value))
			continue;
		row.metric = without_filter(key);
		if (row.metric.len < key.len && !sc_eval_ends(key, ",none"))
		{
			row.filter.data = key.data + row.metric.len + 1;
			row.filter.len = key.len - row.metric.len - 1;
		}
		row.score = sc_eval_score(&value, key);
		if (row.n < 0)
			row.n = sc_eval_count_of(task->sample_count, key);
		if (row.n < 0)
			row.n = sc_eval_count_of(task->results, sc_eval_key("sample_len"));
		if (!row.is_group || task->has_true_errors)
			read_error(task, key, &value, buffer, &row);
		row.lower_is_better = lower_is_better(task, row.metric);
		sc_eval_put(sink, &row);
	}
}

static bool
has_commas(JsonbContainer *results)
{
	JsonbIterator *iterator = sc_jsonb_begin(results);
	EvalText	key;
	JsonbValue	value;
	bool		found = false;

	while (!found && sc_eval_next_member(&iterator, &key, &value))
		found = memchr(key.data, ',', key.len) != NULL;
	if (iterator != NULL)
		pfree(iterator);
	return found;
}

/* n-samples of a task: a number, or { original, effective }, the latter after --limit. */
static void
count_samples(EvalText task, void *document, int64 *n, int64 *n_total)
{
	JsonbContainer *n_samples = ((LmEvalDocument *) document)->n_samples;
	JsonbContainer *both = sc_eval_maybe_object(n_samples, task);

	*n = both != NULL ? sc_eval_count_of(both, sc_eval_key("effective")) : sc_eval_count_of(n_samples, task);
	*n_total = sc_eval_count_of(both, sc_eval_key("original"));
}

/* Shots, a number: anything else is as long as hostile logs like, and is that of very many groups. */
static bool
add_shots(StringInfo variant, JsonbContainer *object, EvalText key)
{
	JsonbValue	value;

	if (!sc_eval_get(object, key, &value) || value.type != jbvNumeric ||
		VARSIZE_ANY(value.val.numeric) > LONGEST_SHOTS)
		return false;
	sc_eval_add_value(variant, "shots", &value);
	return true;
}

/* Shots and version of a task.  Of a group its first task's, as all are run alike. */
static EvalText
variant_of(const LmEvalDocument *document, const EvalRow *row)
{
	EvalText	task = sc_eval_first_leaf(document->members, row->benchmark);
	JsonbContainer *config = sc_eval_maybe_object(document->configs, task);
	JsonbValue	value;
	StringInfoData variant;

	initStringInfo(&variant);
	if (!add_shots(&variant, document->shots, task) &&
		!add_shots(&variant, config, sc_eval_key("num_fewshot")))
		sc_eval_add_facts(&variant, document->shots_of_all);
	if (document->versions != NULL && sc_eval_get(document->versions, row->benchmark, &value) &&
		value.type == jbvNumeric)
		sc_eval_add_value(&variant, "version", &value);
	if (row->n_total < 0)
		sc_eval_add_facts(&variant, document->limit);
	return sc_eval_copied(&variant);
}

/* A member of an object as the only fact. */
static EvalText
fact_of(JsonbContainer *object, const char *fact, const char *key)
{
	StringInfoData facts;

	initStringInfo(&facts);
	sc_eval_add_member(&facts, fact, object, key);
	return sc_eval_copied(&facts);
}

/* All tasks of an object, but those that another has. */
static void
read_tasks(LmEvalDocument *document, JsonbContainer *tasks, JsonbContainer *but, const EvalRow *template, EvalSink *sink)
{
	JsonbIterator *iterator = sc_jsonb_begin(tasks);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "eval_scores task", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	LmEvalTask	task;
	JsonbValue	value;

	while (sc_eval_next_member(&iterator, &task.name, &value))
	{
		EvalRow		row = *template;
		StringInfoData buffer;
		JsonbValue	other;

		CHECK_FOR_INTERRUPTS();
		if (but != NULL && sc_eval_get(but, task.name, &other))
			continue;
		MemoryContextSwitchTo(context);
		initStringInfo(&buffer);
		task.results = sc_eval_member(&value, task.name);
		task.has_filters = has_commas(task.results);
		task.has_true_errors = document->has_group_errors;
		task.sample_count = sc_eval_maybe_object(task.results, sc_eval_key("sample_count"));
		task.higher_is_better = sc_eval_maybe_object(document->higher_is_better, task.name);
		task.config = sc_eval_maybe_object(document->configs, task.name);
		task.directions = document->directions;
		task.only_direction = only_direction(task.higher_is_better);
		task.n_common = 0;
		task.common = NULL;
		row.benchmark = task.name;
		row.parent = sc_eval_parent(document->members, task.name);
		row.is_group = sc_eval_is_group(document->members, task.name) ||
			(document->groups != NULL && sc_eval_get(document->groups, task.name, &other));
		sc_eval_count_leaves(document->members, task.name, count_samples, document, &row.n, &row.n_total);
		row.variant = variant_of(document, &row);
		read_task(&task, &row, sink, &buffer);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}

static JsonbContainer *
part_of(JsonbContainer *document, const char *key)
{
	return sc_eval_maybe_object(document, sc_eval_key(key));
}

void
sc_read_lm_eval_results(JsonbContainer *document, EvalSink *sink)
{
	JsonbContainer *results = sc_eval_object(document, "results");
	LmEvalDocument parts;
	EvalRow		row = sc_eval_row();

	parts.config = part_of(document, "config");
	parts.configs = part_of(document, "configs");
	parts.versions = part_of(document, "versions");
	parts.shots = part_of(document, "n-shot");
	parts.n_samples = part_of(document, "n-samples");
	parts.higher_is_better = part_of(document, "higher_is_better");
	parts.groups = sc_eval_object(document, "groups");
	parts.members = sc_lm_eval_groups(document, results);
	parts.directions = directions_of(parts.configs);
	parts.shots_of_all = fact_of(parts.config, "shots", "num_fewshot");
	parts.limit = fact_of(parts.config, "limit", "limit");
	parts.has_group_errors = sc_eval_has(document, "group_subtasks") || sc_eval_has(document, "n-samples");
	sc_eval_describe_lm_model(document, &row);
	row.run_at = sc_eval_time(document, "date");
	/* groups are among the results too; one that is not is read in its place */
	if (results != NULL)
		read_tasks(&parts, results, NULL, &row, sink);
	if (parts.groups != NULL)
		read_tasks(&parts, parts.groups, results, &row, sink);
}

void
sc_read_bare_results(JsonbContainer *document, EvalSink *sink)
{
	LmEvalDocument parts = {0};
	EvalRow		row = sc_eval_row();

	parts.members = sc_eval_groups(NULL);
	parts.directions = sc_eval_directions();
	read_tasks(&parts, document, NULL, &row, sink);
}
