/*-------------------------------------------------------------------------
 *
 * known_benchmarks.h
 *	  Benchmarks and metrics that are known here: what they are for, and which
 *	  way is better.
 *
 * Patterns are of LIKE, held against names in lower case, without what harnesses put
 * around them, see EVAL_PLAIN_NAME; the first that fits counts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_EVAL_TABLES_KNOWN_BENCHMARKS_H
#define SC_FUNCTIONS_EVAL_TABLES_KNOWN_BENCHMARKS_H

/*
 * The name of a task as the patterns want it, an expression over a column: of
 * "leaderboard|arc:challenge|25" what is in the middle, of "inspect_evals/mmlu_0_shot"
 * and "leaderboard_bbh" the end.
 */
#define EVAL_PLAIN_NAME(task) \
	"lower(regexp_replace(CASE WHEN " task " LIKE '%|%|%' THEN split_part(" task ", '|', 2) ELSE " task " END," \
	" '^(.*/)?(leaderboard_|lighteval_|openllm_)?', ''))"

/*
 * Metrics in the order in which they are taken, as (metric pattern, filter pattern)
 * in SQL values; what is in no list stands before perplexities.
 */
extern const char *const sc_metric_order;

/* A regular expression of metrics that are no scores: times, lengths, counts, spreads. */
extern const char *const sc_metric_no_score;

/* Regular expressions of metrics of which lower, or higher, is better. */
extern const char *const sc_metric_lower;
extern const char *const sc_metric_higher;

#endif							/* SC_FUNCTIONS_EVAL_TABLES_KNOWN_BENCHMARKS_H */
