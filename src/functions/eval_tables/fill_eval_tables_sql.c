/*-------------------------------------------------------------------------
 *
 * fill_eval_tables_sql.c
 *	  The statements of fill_eval_tables(), as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "functions/eval_tables/eval_tables_sql.h"
#include "functions/eval_tables/fill_eval_tables_sql.h"
#include "functions/eval_tables/known_benchmarks.h"

/* ----------
 * Models
 * ----------
 */

/* The part of a setting that tells checkpoints of one training apart. */
#define REVISION_KEYS "(?:revision|iteration|step|checkpoint)"

/*
 * One setting of a name goes in, if none of that name was there before: without a
 * revision, or main; else the last step, by its number; of several such the one with
 * most benchmarks.
 */
const char *const sc_fill_sql_models =
"WITH found AS (\n"
"SELECT r.model AS name, coalesce(r.setting, '') AS setting, count(DISTINCT r.benchmark) AS benchmarks\n"
"FROM @schema@.results AS r WHERE r.model IS NOT NULL AND r.score IS NOT NULL GROUP BY 1, 2),\n"
"split AS (\n"
"SELECT f.*, coalesce(substring(f.setting FROM '(?:^|, )" REVISION_KEYS "=([^,]*)'), '') AS revision,\n"
"ltrim(regexp_replace(f.setting, '(^|, )" REVISION_KEYS "=[^,]*', ''), ', ') AS rest FROM found AS f),\n"
"stepped AS (\n"
"SELECT s.*, s.revision IN ('', 'main') AS is_main,\n"
"coalesce(substring(s.revision FROM '(?i)(?:step|iter|iteration|ckpt|checkpoint|epoch)[^0-9]{0,3}([0-9]{1,18})'),\n"
"substring(s.revision FROM '^([0-9]{1,18})$'))::numeric AS step FROM split AS s),\n"
"placed AS (\n"
"SELECT s.*, row_number() OVER w AS place, first_value(s.setting) OVER w AS first_setting FROM stepped AS s\n"
"WINDOW w AS (PARTITION BY s.name COLLATE \"C\" ORDER BY s.is_main DESC, s.step DESC NULLS LAST, s.benchmarks DESC,\n"
"s.setting COLLATE \"C\")),\n"
/* what is there already, of these names */
"there AS (\n"
"SELECT m.name, min(m.setting COLLATE \"C\") FILTER (WHERE m.included) AS setting FROM @schema@.models AS m GROUP BY m.name),\n"
"told AS (\n"
"SELECT p.*, t.name IS NULL AND p.place = 1 AS included,\n"
"CASE WHEN t.name IS NULL THEN p.first_setting ELSE t.setting END AS other,\n"
/* ORG/NAME up to the size; of a path on somebody's disk its end */
"substring(CASE WHEN p.name ~ '^/|/.*/' THEN regexp_replace(p.name, '^.*/', '') ELSE p.name END FROM '(?i)^((?:[^/]*?/)?\?[a-z][^/]*?[^/_. :-]?)[-_. :]?(?:[0-9]+x)?[0-9]+(?:[.][0-9]+)?[bm](?:[^a-z].*)?$') AS family FROM placed AS p\n"
"LEFT JOIN there AS t ON t.name = p.name)\n"
"INSERT INTO @schema@.models AS m (name, setting, model, family, included, note)\n"
"SELECT t.name, t.setting, CASE WHEN t.included THEN t.name\n"
"ELSE t.name || CASE WHEN t.revision <> '' THEN '@' || t.revision ELSE '' END\n"
"|| CASE WHEN t.rest <> '' THEN ' (' || t.rest || ')' ELSE '' END END,\n"
"coalesce(t.family, t.name), t.included,\n"
"nullif(concat_ws('; ', CASE WHEN NOT t.included THEN CASE WHEN t.other IS NULL THEN 'no setting of this name is included'\n"
"WHEN t.other = '' THEN 'included is the one without a setting' ELSE 'included is the one with ' || t.other END END,\n"
"CASE WHEN t.family IS NOT NULL THEN 'the family is a guess' END), '')\n"
"FROM told AS t WHERE NOT EXISTS (SELECT FROM @schema@.models AS o WHERE o.name = t.name AND o.setting = t.setting)\n"
"ORDER BY t.name COLLATE \"C\", t.setting COLLATE \"C\"\n"
"ON CONFLICT DO NOTHING";

/* ----------
 * Benchmarks
 * ----------
 */

/*
 * The arguments in a variant that make another task of it: all but how often and how
 * much of it was asked.  With other ones, such as subset=safe, it is a benchmark of its own.
 */
#define ARGUMENTS \
	"coalesce((SELECT string_agg(a.part, ', ' ORDER BY a.place) FROM string_to_table(c.variant, ', ') WITH ORDINALITY AS a (part, place)" \
	" WHERE a.part !~ '^(shots|n_shot|num_fewshot|fewshot[^=]*|version|limit|seed|epochs|max_[^=]*)='), '')"

/* Between these stand the lists of metrics. */
static const char *const benchmarks_sql[] = {
	"WITH RECURSIVE c AS MATERIALIZED (\n"
	"SELECT r.benchmark AS task, coalesce(r.metric, '') AS metric, coalesce(r.filter, '') AS filter, coalesce(r.variant, '') AS variant,\n"
	"r.model, count(r.score) AS scores, bool_and(r.of_items) AS of_items, coalesce(bool_or(r.lower_is_better), false) AS says_lower,\n"
	"coalesce(bool_or(NOT r.lower_is_better), false) AS says_higher, bool_or(coalesce(r.source, '') = 'garak') AS is_garak\n"
	"FROM @schema@.results AS r WHERE r.benchmark IS NOT NULL GROUP BY 1, 2, 3, 4, 5),\n"
	"v AS MATERIALIZED (\n"
	"SELECT c.variant, " EVAL_BASE_VARIANT("c.variant") " AS base, " ARGUMENTS " AS arguments FROM (SELECT DISTINCT c.variant FROM c) AS c),\n"
	"known AS MATERIALIZED (\n"
	"SELECT k.pattern, k.role, k.metric, k.lower_is_better, row_number() OVER () AS place FROM @extension@.known_benchmarks() AS k),\n"
	"tasks AS MATERIALIZED (\n"
	"SELECT t.task, " EVAL_PLAIN_NAME("t.task") " AS plain FROM (SELECT DISTINCT c.task FROM c) AS t),\n"
	"fits AS MATERIALIZED (\n"
	"SELECT t.task, k.role, k.metric, k.lower_is_better, k.place FROM tasks AS t JOIN known AS k ON t.plain LIKE k.pattern),\n"
	"preferred (metric, filter, place) AS (\n"
	"SELECT l.*, row_number() OVER () FROM (VALUES ",
	") AS l (metric, filter)),\n"
	"preferences AS MATERIALIZED (\n"
	"SELECT m.metric, m.filter, min(p.place) AS place FROM (SELECT DISTINCT c.metric, c.filter FROM c) AS m\n"
	"JOIN preferred AS p ON lower(m.metric) LIKE p.metric AND m.filter LIKE p.filter GROUP BY 1, 2),\n"
	"usual AS MATERIALIZED (SELECT DISTINCT f.task, f.metric FROM fits AS f WHERE f.metric IS NOT NULL),\n"
	"roles AS MATERIALIZED (SELECT DISTINCT ON (f.task) f.task, f.role FROM fits AS f ORDER BY f.task, f.place),\n"
/* every (metric, filter, variant) of a benchmark, and how many models have it, be it without a score: those ran it too */
	"recipes AS (\n"
	"SELECT c.task, v.arguments, c.metric, c.filter, v.base, count(DISTINCT c.model) AS models,\n"
	"count(DISTINCT c.model) FILTER (WHERE c.scores > 0) AS scored, bool_and(c.of_items) AS of_items,\n"
	"bool_or(c.says_lower) AS says_lower, bool_or(c.says_higher) AS says_higher, bool_or(c.is_garak) AS is_garak\n"
	"FROM c JOIN v ON v.variant = c.variant GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.scores) > 0),\n"
	"totals AS MATERIALIZED (\n"
	"SELECT c.task, v.arguments, count(DISTINCT c.model) AS models FROM c JOIN v ON v.variant = c.variant WHERE c.scores > 0 GROUP BY 1, 2),\n"
	"chosen AS MATERIALIZED (\n"
	"SELECT DISTINCT ON (r.task, r.arguments) r.*, r.task || CASE WHEN r.arguments = '' THEN '' ELSE '(' || r.arguments || ')' END AS benchmark,\n"
	"lower(r.metric) ~ ",
	" AS is_lower, lower(r.metric) ~ ",
	" AS is_higher\n"
	"FROM recipes AS r LEFT JOIN usual AS u ON u.task = r.task AND u.metric = r.metric\n"
	"LEFT JOIN preferences AS p ON p.metric = r.metric AND p.filter = r.filter\n"
	"ORDER BY r.task, r.arguments, lower(r.metric) ~ ",
	" AND lower(r.metric) !~ 'win_?rate', r.models DESC, r.of_items,\n"
	"u.task IS NULL, coalesce(p.place, CASE WHEN lower(r.metric) ~ 'perplexity|bits_per_byte' THEN 2000 ELSE 1000 END),\n"

	/*
	 * of garak's detectors the probe's own, and last those that look for
	 * refusals of any kind
	 */
	"r.is_garak AND NOT starts_with(r.filter, split_part(r.task, '.', 1) || '.'), r.is_garak AND r.filter ~ '^(mitigation|always|base)[.]',\n"
	"r.metric COLLATE \"C\", r.filter COLLATE \"C\", r.base COLLATE \"C\" DESC),\n"
	"fresh AS MATERIALIZED (\n"
	"SELECT c.* FROM chosen AS c WHERE c.benchmark NOT IN (SELECT b.benchmark FROM @schema@.benchmarks AS b)),\n"
	"names AS MATERIALIZED (SELECT f.benchmark FROM fresh AS f UNION SELECT b.benchmark FROM @schema@.benchmarks AS b),\n"
/* the groups above a task, the nearest first; with a score of its own a group is there */
	"parents AS MATERIALIZED (\n"
	"SELECT DISTINCT ON (p.task) p.task, p.parent FROM (\n"
	"SELECT r.benchmark AS task, r.parent, count(*) AS n FROM @schema@.results AS r\n"
	"WHERE r.benchmark IS NOT NULL AND r.parent <> r.benchmark GROUP BY 1, 2) AS p\n"
	"ORDER BY p.task, p.n DESC, p.parent COLLATE \"C\"),\n"
	"above (task, grp, depth) AS (\n"
	"SELECT p.task, p.parent, 1 FROM parents AS p\n"
	"UNION ALL SELECT a.task, p.parent, a.depth + 1 FROM above AS a JOIN parents AS p ON p.task = a.grp WHERE a.depth < 10),\n"
	"nearest AS MATERIALIZED (\n"
	"SELECT DISTINCT ON (a.task) a.task, a.grp FROM above AS a JOIN names AS n ON n.benchmark = a.grp\n"
	"WHERE a.grp <> a.task ORDER BY a.task, a.depth),\n"
/* what the list says of the metric that was chosen */
	"listed AS MATERIALIZED (\n"
	"SELECT DISTINCT ON (f.benchmark) f.benchmark, k.lower_is_better FROM fresh AS f\n"
	"JOIN fits AS k ON k.task = f.task AND (k.metric IS NULL OR k.metric = f.metric) ORDER BY f.benchmark, k.place),\n"
	"told AS MATERIALIZED (\n"
	"SELECT f.*, g.grp, p.parent, x.models AS total,\n"
	"CASE WHEN g.grp IS NOT NULL THEN 'omit'\n"
	"ELSE coalesce(k.role, CASE WHEN f.is_garak THEN 'target' END) END AS known_role,\n"
	"l.lower_is_better AS list_lower,\n"
	"CASE WHEN f.says_lower <> f.says_higher THEN f.says_lower END AS log_lower,\n"
	"f.says_lower AND f.says_higher AS is_disputed,\n"
/* of a known target a higher accuracy may be that of what is bad; tables name no metrics, and of capability higher is better */
	"CASE WHEN f.metric = '' AND k.role = 'capability' THEN false WHEN f.is_lower <> f.is_higher AND (f.is_lower OR k.role IS DISTINCT FROM 'target') THEN f.is_lower END AS metric_lower\n"
	"FROM fresh AS f LEFT JOIN nearest AS g ON g.task = f.task LEFT JOIN parents AS p ON p.task = f.task\n"
	"LEFT JOIN roles AS k ON k.task = f.task LEFT JOIN listed AS l ON l.benchmark = f.benchmark\n"
	"LEFT JOIN totals AS x ON x.task = f.task AND x.arguments = f.arguments),\n"
/*
 * A model goes into the component with all capability benchmarks: one that less than
 * half as many models have as another would leave few, or none.
 */
	"most AS MATERIALIZED (\n"
	"SELECT max(a.scored) AS scored FROM (SELECT t.scored FROM told AS t WHERE t.known_role = 'capability'\n"
	"UNION ALL SELECT r.scored FROM recipes AS r JOIN @schema@.benchmarks AS b ON b.role = 'capability' AND coalesce(b.task, b.benchmark) = r.task\n"
	"AND coalesce(b.metric, '') = r.metric AND coalesce(b.filter, '') = r.filter AND coalesce(b.variant, '') = r.base) AS a),\n"
	"directed AS MATERIALIZED (\n"
	"SELECT t.*, CASE WHEN t.known_role = 'capability' AND 2 * t.scored < m.scored THEN 'omit' ELSE t.known_role END AS role,\n"
	"coalesce(t.list_lower, t.log_lower, CASE WHEN NOT t.is_disputed THEN t.metric_lower END) AS lower_is_better FROM told AS t, most AS m),\n"
/* the capability benchmarks, new and old, under their plain names */
	"capable AS MATERIALIZED (\n"
	"SELECT d.benchmark, " EVAL_PLAIN_NAME("d.task") " AS plain FROM directed AS d WHERE d.role = 'capability'\n"
	"UNION SELECT b.benchmark, " EVAL_PLAIN_NAME("coalesce(b.task, b.benchmark)") " FROM @schema@.benchmarks AS b WHERE b.role = 'capability'),\n"
/* mmlu of mmlu_pro: what stands before a sign */
	"prefixes AS MATERIALIZED (\n"
	"SELECT t.task, left(t.plain, i - 1) AS prefix FROM tasks AS t, generate_series(2, least(length(t.plain), 100)) AS i\n"
	"WHERE substr(t.plain, i, 1) ~ '[^a-z0-9]'),\n"
	"shared AS (\n"
	"SELECT o.benchmark, array_agg(o.other ORDER BY o.other COLLATE \"C\") AS others FROM (\n"
	"SELECT d.benchmark, k.benchmark AS other FROM directed AS d JOIN above AS a ON a.task = d.task JOIN capable AS k ON k.benchmark = a.grp\n"
	"UNION SELECT d.benchmark, k.benchmark FROM directed AS d JOIN prefixes AS t ON t.task = d.task JOIN capable AS k ON k.plain = t.prefix) AS o\n"
	"WHERE o.other <> o.benchmark GROUP BY o.benchmark)\n"
	"INSERT INTO @schema@.benchmarks AS b (benchmark, task, metric, filter, variant, role, lower_is_better, direction_from, parent, overlaps_with, note)\n"
	"SELECT d.benchmark, d.task, nullif(d.metric, ''), nullif(d.filter, ''), nullif(d.base, ''), d.role, d.lower_is_better,\n"
	"CASE WHEN d.lower_is_better IS NULL THEN NULL WHEN d.lower_is_better = d.log_lower THEN 'log' ELSE 'list' END,\n"
	"coalesce(d.grp, d.parent), o.others,\n"
	"nullif(concat_ws('; ', 'part of ' || d.grp, CASE WHEN d.role <> d.known_role THEN 'few models have it: ' || d.scored END, CASE WHEN d.is_disputed THEN 'logs differ in which way is better'\n"
	"WHEN d.log_lower <> d.lower_is_better THEN 'the log says that ' || CASE WHEN d.log_lower THEN 'lower' ELSE 'higher' END || ' is better' END,\n"
	"CASE WHEN d.total > d.scored THEN d.total - d.scored || ' of ' || d.total || ' models have it only with another metric, filter or variant' END), '')\n"
	"FROM directed AS d LEFT JOIN shared AS o ON o.benchmark = d.benchmark\n"
	"ORDER BY d.benchmark COLLATE \"C\"\n"
"ON CONFLICT DO NOTHING"};

char *
sc_fill_sql_benchmarks(void)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s%s%s%s%s%s%s%s%s", benchmarks_sql[0], sc_metric_order,
					 benchmarks_sql[1], quote_literal_cstr(sc_metric_lower),
					 benchmarks_sql[2], quote_literal_cstr(sc_metric_higher),
					 benchmarks_sql[3], quote_literal_cstr(sc_metric_no_score), benchmarks_sql[4]);
	return sql.data;
}
