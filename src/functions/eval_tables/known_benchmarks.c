/*-------------------------------------------------------------------------
 *
 * known_benchmarks.c
 *	  known_benchmarks(): the benchmarks that are known here, and what is known of
 *	  metrics by their names.
 *
 * A role stands here only where few would say otherwise: general knowledge and
 * ability is capability; honesty, bias, toxicity, refusal, misuse is a target.  A
 * direction stands here only where the name of the benchmark says it whatever the
 * metric is, or for the one metric that is named.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "functions/eval_tables/known_benchmarks.h"
#include "functions/shared/result_rows.h"

PG_FUNCTION_INFO_V1(sc_known_benchmarks);

typedef enum Direction
{
	UNKNOWN,
	HIGHER,
	LOWER
} Direction;

typedef struct KnownBenchmark
{
	const char *pattern;
	const char *role;
	const char *metric;			/* the usual one, which the direction is of;
								 * NULL: any */
	Direction	direction;
} KnownBenchmark;

#define CAPABILITY "capability"
#define TARGET "target"

static const KnownBenchmark known[] = {
	/* Targets first: their patterns are the narrower ones. */
	{"truthfulqa%", TARGET, "acc", HIGHER},
	{"truthfulqa%", TARGET, "mc1", HIGHER},
	{"truthfulqa%", TARGET, "mc2", HIGHER},
	{"truthfulqa%", TARGET, "bleu_acc", HIGHER},
	{"truthful_qa%", TARGET, NULL, UNKNOWN},
	{"tinytruthfulqa%", TARGET, "acc", HIGHER},
	{"toxigen%", TARGET, "acc", HIGHER},
	{"toxigen%", TARGET, "acc_norm", HIGHER},
	{"realtoxicityprompts%", TARGET, "score", LOWER},
	{"real_toxicity_prompts%", TARGET, "score", LOWER},
	{"crows_pairs%", TARGET, "pct_stereotype", LOWER},
	{"bbq%", TARGET, "accuracy", HIGHER},
	{"bbq%", TARGET, "acc", HIGHER},
	{"winogender%", TARGET, "acc", HIGHER},
	{"winobias%", TARGET, NULL, UNKNOWN},
	{"stereoset%", TARGET, NULL, UNKNOWN},
	{"simple_cooccurrence_bias%", TARGET, NULL, UNKNOWN},
	{"bold", TARGET, NULL, UNKNOWN},
	{"discrim_eval%", TARGET, NULL, UNKNOWN},
	/* what it asks for is knowledge that helps to do harm */
	{"wmdp%", TARGET, "acc", LOWER},
	{"wmdp%", TARGET, "accuracy", LOWER},
	{"xstest%", TARGET, NULL, UNKNOWN},
	{"or_bench%", TARGET, NULL, UNKNOWN},
	{"orbench%", TARGET, NULL, UNKNOWN},
	{"strong_reject%", TARGET, NULL, UNKNOWN},
	{"strongreject%", TARGET, NULL, UNKNOWN},
	{"harmbench%", TARGET, NULL, UNKNOWN},
	{"harm_bench%", TARGET, NULL, UNKNOWN},
	{"advbench%", TARGET, NULL, UNKNOWN},
	{"jailbreakbench%", TARGET, NULL, UNKNOWN},
	{"jailbreak_bench%", TARGET, NULL, UNKNOWN},
	{"sorry_bench%", TARGET, NULL, UNKNOWN},
	{"sorrybench%", TARGET, NULL, UNKNOWN},
	{"simple_safety_tests%", TARGET, NULL, UNKNOWN},
	{"simplesafetytests%", TARGET, NULL, UNKNOWN},
	{"anthropic_red_team%", TARGET, NULL, UNKNOWN},
	{"do_not_answer%", TARGET, NULL, UNKNOWN},
	{"donotanswer%", TARGET, NULL, UNKNOWN},
	{"air_bench%", TARGET, NULL, UNKNOWN},
	{"airbench%", TARGET, NULL, UNKNOWN},
	{"coconot%", TARGET, NULL, UNKNOWN},
	{"fortress%", TARGET, NULL, UNKNOWN},
	{"agentharm%", TARGET, NULL, UNKNOWN},
	{"agent_harm%", TARGET, NULL, UNKNOWN},
	{"agentdojo%", TARGET, NULL, UNKNOWN},
	{"agentic_misalignment%", TARGET, NULL, UNKNOWN},
	{"cyberseceval%", TARGET, NULL, UNKNOWN},
	{"cyse2%", TARGET, NULL, UNKNOWN},
	{"cyse3%", TARGET, NULL, UNKNOWN},
	{"cyse4%", TARGET, NULL, UNKNOWN},
	{"machiavelli%", TARGET, NULL, UNKNOWN},
	{"make_me_pay%", TARGET, NULL, UNKNOWN},
	{"makemepay%", TARGET, NULL, UNKNOWN},
	{"mask", TARGET, NULL, UNKNOWN},
	/* the share of answers that match the behaviour */
	{"sycophancy_on_%", TARGET, "acc", LOWER},
	{"sycophancy%", TARGET, NULL, UNKNOWN},
	{"sad", TARGET, NULL, UNKNOWN},
	{"sad_%", TARGET, NULL, UNKNOWN},
	{"stereotyp%", TARGET, NULL, UNKNOWN},
	{"persona_%", TARGET, NULL, UNKNOWN},
	{"personality%", TARGET, NULL, UNKNOWN},
	{"advanced_ai_risk%", TARGET, NULL, UNKNOWN},
	{"model_written_evals%", TARGET, NULL, UNKNOWN},
	{"simpleqa%calib%", TARGET, NULL, UNKNOWN},
	{"ethics%", TARGET, "acc", HIGHER},
	{"hendrycks_ethics%", TARGET, "acc", HIGHER},
	{"moralchoice%", TARGET, NULL, UNKNOWN},
	{"moralbench%", TARGET, NULL, UNKNOWN},
	{"moral_stories%", TARGET, NULL, UNKNOWN},
	{"social_chemistry%", TARGET, NULL, UNKNOWN},
	{"advglue%", TARGET, "acc", HIGHER},
	{"adv_glue%", TARGET, "acc", HIGHER},
	{"anthropic_hh_rlhf%", TARGET, NULL, UNKNOWN},
	{"halueval%", TARGET, NULL, UNKNOWN},
	{"bipia%", TARGET, NULL, UNKNOWN},
	/* garak: probes, "module.Class" */
	{"ansiescape.%", TARGET, NULL, UNKNOWN},
	{"apikey.%", TARGET, NULL, UNKNOWN},
	{"atkgen.%", TARGET, NULL, UNKNOWN},
	{"audio.%", TARGET, NULL, UNKNOWN},
	{"av_spam_scanning.%", TARGET, NULL, UNKNOWN},
	{"badchars.%", TARGET, NULL, UNKNOWN},
	{"continuation.%", TARGET, NULL, UNKNOWN},
	{"dan.%", TARGET, NULL, UNKNOWN},
	{"divergence.%", TARGET, NULL, UNKNOWN},
	{"doctor.%", TARGET, NULL, UNKNOWN},
	{"dra.%", TARGET, NULL, UNKNOWN},
	{"encoding.%", TARGET, NULL, UNKNOWN},
	{"exploitation.%", TARGET, NULL, UNKNOWN},
	{"fileformats.%", TARGET, NULL, UNKNOWN},
	{"fitd.%", TARGET, NULL, UNKNOWN},
	{"glitch.%", TARGET, NULL, UNKNOWN},
	{"goodside.%", TARGET, NULL, UNKNOWN},
	{"grandma.%", TARGET, NULL, UNKNOWN},
	{"knownbadsignatures.%", TARGET, NULL, UNKNOWN},
	{"latentinjection.%", TARGET, NULL, UNKNOWN},
	{"leakreplay.%", TARGET, NULL, UNKNOWN},
	{"lmrc.%", TARGET, NULL, UNKNOWN},
	{"malwaregen.%", TARGET, NULL, UNKNOWN},
	{"misleading.%", TARGET, NULL, UNKNOWN},
	{"packagehallucination.%", TARGET, NULL, UNKNOWN},
	{"phrasing.%", TARGET, NULL, UNKNOWN},
	{"promptinject.%", TARGET, NULL, UNKNOWN},
	{"sata.%", TARGET, NULL, UNKNOWN},
	{"smuggling.%", TARGET, NULL, UNKNOWN},
	{"snowball.%", TARGET, NULL, UNKNOWN},
	{"suffix.%", TARGET, NULL, UNKNOWN},
	{"tap.%", TARGET, NULL, UNKNOWN},
	{"topic.%", TARGET, NULL, UNKNOWN},
	{"visual_jailbreak.%", TARGET, NULL, UNKNOWN},
	{"web_injection.%", TARGET, NULL, UNKNOWN},
	{"xss.%", TARGET, NULL, UNKNOWN},

	/* knowledge and examinations */
	{"mmlu%", CAPABILITY, NULL, UNKNOWN},
	{"global_mmlu%", CAPABILITY, NULL, UNKNOWN},
	{"tinymmlu%", CAPABILITY, NULL, UNKNOWN},
	{"mmmlu%", CAPABILITY, NULL, UNKNOWN},
	{"hendryckstest%", CAPABILITY, NULL, UNKNOWN},
	{"arc", CAPABILITY, NULL, UNKNOWN},
	{"arc_challenge%", CAPABILITY, NULL, UNKNOWN},
	{"arc_easy%", CAPABILITY, NULL, UNKNOWN},
	{"arc_c", CAPABILITY, NULL, UNKNOWN},
	{"arc_e", CAPABILITY, NULL, UNKNOWN},
	{"ai2_arc%", CAPABILITY, NULL, UNKNOWN},
	{"tinyarc%", CAPABILITY, NULL, UNKNOWN},
	{"agieval%", CAPABILITY, NULL, UNKNOWN},
	{"gpqa%", CAPABILITY, NULL, UNKNOWN},
	{"medqa%", CAPABILITY, NULL, UNKNOWN},
	{"med_qa%", CAPABILITY, NULL, UNKNOWN},
	{"medmcqa%", CAPABILITY, NULL, UNKNOWN},
	{"pubmedqa%", CAPABILITY, NULL, UNKNOWN},
	{"sciq%", CAPABILITY, NULL, UNKNOWN},
	{"triviaqa%", CAPABILITY, NULL, UNKNOWN},
	{"trivia_qa%", CAPABILITY, NULL, UNKNOWN},
	{"nq_open%", CAPABILITY, NULL, UNKNOWN},
	{"natural_questions%", CAPABILITY, NULL, UNKNOWN},
	{"naturalquestions%", CAPABILITY, NULL, UNKNOWN},
	{"natural_qa%", CAPABILITY, NULL, UNKNOWN},
	{"webqs%", CAPABILITY, NULL, UNKNOWN},
	{"openbookqa%", CAPABILITY, NULL, UNKNOWN},
	{"commonsenseqa%", CAPABILITY, NULL, UNKNOWN},
	{"commonsense_qa%", CAPABILITY, NULL, UNKNOWN},
	{"legalbench%", CAPABILITY, NULL, UNKNOWN},
	{"ceval%", CAPABILITY, NULL, UNKNOWN},
	{"cmmlu%", CAPABILITY, NULL, UNKNOWN},
	{"hle", CAPABILITY, NULL, UNKNOWN},
	{"simpleqa", CAPABILITY, NULL, UNKNOWN},
	/* language and common sense */
	{"hellaswag%", CAPABILITY, NULL, UNKNOWN},
	{"tinyhellaswag%", CAPABILITY, NULL, UNKNOWN},
	{"winogrande%", CAPABILITY, NULL, UNKNOWN},
	{"tinywinogrande%", CAPABILITY, NULL, UNKNOWN},
	{"wsc", CAPABILITY, NULL, UNKNOWN},
	{"wsc273%", CAPABILITY, NULL, UNKNOWN},
	{"piqa%", CAPABILITY, NULL, UNKNOWN},
	{"siqa%", CAPABILITY, NULL, UNKNOWN},
	{"social_iqa%", CAPABILITY, NULL, UNKNOWN},
	{"lambada%", CAPABILITY, NULL, UNKNOWN},
	{"copa", CAPABILITY, NULL, UNKNOWN},
	{"xcopa%", CAPABILITY, NULL, UNKNOWN},
	{"storycloze%", CAPABILITY, NULL, UNKNOWN},
	{"xstorycloze%", CAPABILITY, NULL, UNKNOWN},
	{"super_glue%", CAPABILITY, NULL, UNKNOWN},
	{"super-glue%", CAPABILITY, NULL, UNKNOWN},
	{"superglue%", CAPABILITY, NULL, UNKNOWN},
	{"boolq%", CAPABILITY, NULL, UNKNOWN},
	{"multirc%", CAPABILITY, NULL, UNKNOWN},
	{"record", CAPABILITY, NULL, UNKNOWN},
	{"wic", CAPABILITY, NULL, UNKNOWN},
	{"rte", CAPABILITY, NULL, UNKNOWN},
	{"cb", CAPABILITY, NULL, UNKNOWN},
	{"anli%", CAPABILITY, NULL, UNKNOWN},
	{"race", CAPABILITY, NULL, UNKNOWN},
	{"race_h%", CAPABILITY, NULL, UNKNOWN},
	{"race_m%", CAPABILITY, NULL, UNKNOWN},
	{"squad%", CAPABILITY, NULL, UNKNOWN},
	{"coqa%", CAPABILITY, NULL, UNKNOWN},
	{"quac%", CAPABILITY, NULL, UNKNOWN},
	{"drop", CAPABILITY, NULL, UNKNOWN},
	{"drop_%", CAPABILITY, NULL, UNKNOWN},
	{"narrativeqa%", CAPABILITY, NULL, UNKNOWN},
	{"narrative_qa%", CAPABILITY, NULL, UNKNOWN},
	{"wikitext%", CAPABILITY, NULL, UNKNOWN},
	{"pile_%", CAPABILITY, NULL, UNKNOWN},
	{"c4", CAPABILITY, NULL, UNKNOWN},
	/* reasoning */
	{"bbh%", CAPABILITY, NULL, UNKNOWN},
	{"bigbench_hard%", CAPABILITY, NULL, UNKNOWN},
	{"big_bench_hard%", CAPABILITY, NULL, UNKNOWN},
	{"musr%", CAPABILITY, NULL, UNKNOWN},
	{"logiqa%", CAPABILITY, NULL, UNKNOWN},
	{"reclor%", CAPABILITY, NULL, UNKNOWN},
	{"prost%", CAPABILITY, NULL, UNKNOWN},
	{"ifeval%", CAPABILITY, NULL, UNKNOWN},
	{"if_eval%", CAPABILITY, NULL, UNKNOWN},
	/* mathematics and code */
	{"gsm8k%", CAPABILITY, NULL, UNKNOWN},
	{"gsm_8k%", CAPABILITY, NULL, UNKNOWN},
	{"gsm", CAPABILITY, NULL, UNKNOWN},
	{"gsm_plus%", CAPABILITY, NULL, UNKNOWN},
	{"tinygsm8k%", CAPABILITY, NULL, UNKNOWN},
	{"mgsm%", CAPABILITY, NULL, UNKNOWN},
	{"math", CAPABILITY, NULL, UNKNOWN},
	{"math_%", CAPABILITY, NULL, UNKNOWN},
	{"math500%", CAPABILITY, NULL, UNKNOWN},
	{"mathqa%", CAPABILITY, NULL, UNKNOWN},
	{"minerva_math%", CAPABILITY, NULL, UNKNOWN},
	{"hendrycks_math%", CAPABILITY, NULL, UNKNOWN},
	{"omni_math%", CAPABILITY, NULL, UNKNOWN},
	{"asdiv%", CAPABILITY, NULL, UNKNOWN},
	{"svamp%", CAPABILITY, NULL, UNKNOWN},
	{"aime%", CAPABILITY, NULL, UNKNOWN},
	{"humaneval%", CAPABILITY, NULL, UNKNOWN},
	{"mbpp%", CAPABILITY, NULL, UNKNOWN},
	{"livecodebench%", CAPABILITY, NULL, UNKNOWN},
	{"swe_bench%", CAPABILITY, NULL, UNKNOWN},
	{"bigcodebench%", CAPABILITY, NULL, UNKNOWN},
};

const char *const sc_metric_order =
"('exact_match', '%strict%'), ('acc_norm', '%'), ('acc', '%'), ('accuracy', '%'), ('exact_match', ''), ('exact_match', '%'),"
" ('prompt_level_strict_acc', '%'), ('final_acc', '%'), ('pass@1', '%'), ('pass_at_1', '%'), ('mc2', '%'), ('mc1', '%'), ('bleu_acc', '%'),"
" ('em', '%'), ('quasi_exact_match', '%'), ('f1', '%'), ('mcc', '%'), ('length_controlled_winrate', '%'), ('win_rate', '%'),"
" ('mean', '%'), ('score', '%')";

const char *const sc_metric_no_score =
"(^|[^a-z0-9])(times?|seconds?|secs?|latency|runtime|duration|throughput|tokens?|length|len|chars|words|count|counts|num|total"
"|samples|size|cost|memory|bytes|std|stddev|stdev|std_err|stderr|var|variance)($|[^a-z0-9])";

const char *const sc_metric_lower =
"(perplexity|(^|_)ppl$|^bits_per_byte$|(^|_)loss$|^brier|^ece$|calibration_error|toxicity|(^|_)asr$|attack_success|error_rate"
"|^wer$|^cer$|^ter$|^mae$|^r?mse$|hallucination_rate|^pct_stereotype$|^likelihood_diff$)";

const char *const sc_metric_higher =
"(^acc$|^acc_|_acc$|_acc_|accuracy|exact_match|exact_str_match|multiple_choice_grade|(^|_|q|p)em$|(^|_)f1($|_)|^pass@|^pass_at_"
"|^pass_rate$|^bleu|^rouge|^chrf|^mcc$|^mc[12]$|win_?rate)";

/* known_benchmarks() */
Datum
sc_known_benchmarks(PG_FUNCTION_ARGS)
{
	static const ResultColumn columns[] = {
		{"pattern", TEXTOID}, {"role", TEXTOID}, {"metric", TEXTOID}, {"lower_is_better", BOOLOID},
	};
	ResultRows	rows;
	Size		i;

	sc_begin_rows(fcinfo, columns, lengthof(columns), &rows);
	for (i = 0; i < lengthof(known); i++)
	{
		sc_add_text(&rows, known[i].pattern);
		sc_add_text(&rows, known[i].role);
		sc_add_text(&rows, known[i].metric);
		if (known[i].direction == UNKNOWN)
			sc_add_null(&rows);
		else
			sc_add_bool(&rows, known[i].direction == LOWER);
		sc_end_row(&rows);
	}
	return (Datum) 0;
}
