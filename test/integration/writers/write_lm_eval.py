"""Lets lm-evaluation-harness write results, and says what is in them: python write_lm_eval.py FOLDER.

Runs by the Python that has lm_eval.  Prints an object of files, each with the rows that
simple_evaluate() returned, as eval_scores should give them; means and standard errors of
tasks are those of the samples that it returned.
"""
import json
import logging
import math
import pathlib
import statistics
import sys

from lm_eval import simple_evaluate
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

from rows import error, facts, number

# ---------------------------------------------------------------------------
# Tasks
# ---------------------------------------------------------------------------

TASK = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/{data}.jsonl, train: {folder}/train.jsonl}}}}
test_split: test
fewshot_split: train
doc_to_text: "{{{{question}}}}"
"""
CHOICE = TASK + """
output_type: multiple_choice
doc_to_choice: "{{{{choices}}}}"
doc_to_target: label
metadata: {{version: {version}}}
metric_list:
  - {{metric: acc, aggregation: mean, higher_is_better: true}}
  - {{metric: acc_norm, aggregation: mean, higher_is_better: true}}
"""
FILES = {
    "big": CHOICE.format(name="big", folder="{folder}", data="thirty", version="2.0"),
    "small": CHOICE.format(name="small", folder="{folder}", data="seven", version="1.5") + "num_fewshot: 1\n",
    "tiny": CHOICE.format(name="tiny", folder="{folder}", data="three", version="0"),
    "filtered": TASK.format(name="filtered", folder="{folder}", data="thirty") + """
output_type: generate_until
doc_to_target: "{{answer}}"
generation_kwargs: {until: ["\\n"], do_sample: false}
filter_list:
  - name: strict-match
    filter: [{function: regex, regex_pattern: "(l.l)"}, {function: take_first}]
  - name: flexible-extract
    filter: [{function: regex, regex_pattern: "(o)"}, {function: take_first}]
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
""",
    "rolling": TASK.format(name="rolling", folder="{folder}", data="seven") + """
output_type: loglikelihood_rolling
doc_to_target: "{{question}}"
metric_list: [{metric: word_perplexity}, {metric: byte_perplexity}, {metric: bits_per_byte}]
metadata: {version: 3}
""",
    "likely": TASK.format(name="likely", folder="{folder}", data="seven") + """
output_type: loglikelihood
doc_to_target: "{{answer}}"
metric_list:
  - {metric: perplexity, aggregation: perplexity, higher_is_better: false}
  - {metric: acc, aggregation: mean, higher_is_better: true}
""",
    "own": TASK.format(name="own", folder="{folder}", data="seven") + """
output_type: generate_until
doc_to_target: "{{answer}}"
process_results: !function own.process
metric_list:
  - {metric: harm, aggregation: mean, higher_is_better: false}
  - {metric: fives, aggregation: mean, higher_is_better: true}
  - {metric: nothing, aggregation: !function own.nothing, higher_is_better: true}
  - {metric: unbounded, aggregation: !function own.unbounded, higher_is_better: true}
""",
    # a group in a group, of members of different sizes; one that is no mean; a tag is none
    "outer": """
group: outer
group_alias: The outer one
task: [inner, tiny]
aggregate_metric_list:
  - {metric: acc, aggregation: mean, weight_by_size: true}
metadata: {version: 7}
""",
    "inner": """
group: inner
task: [big, small]
aggregate_metric_list:
  - {metric: [acc, acc_norm], aggregation: mean, weight_by_size: false}
""",
    "loose": """
group: loose
task: [small, rolling]
""",
    "mixed": """
group: mixed
task: [filtered]
aggregate_metric_list:
  - {metric: exact_match, aggregation: mean, weight_by_size: true, filter_list: [strict-match, flexible-extract]}
""",
}
OWN = """
import math


def process(doc, results):
    return {"harm": doc["label"] / 4, "fives": 5.0, "nothing": 1.0, "unbounded": 1.0}


def nothing(items):
    return math.nan


def unbounded(items):
    return math.inf
"""


def make_tasks(folder):
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(text.replace("{folder}", str(folder)), encoding="utf-8")
    (folder / "own.py").write_text(OWN, encoding="utf-8")
    for name, n in (("thirty", 30), ("seven", 7), ("three", 3), ("train", 9)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps({
            "question": f"What is {i}?", "choices": ["one", "two", "three"], "label": i % 3, "answer": "lol" if i % 4 else "no"})
            + "\n" for i in range(n)), encoding="utf-8")


# ---------------------------------------------------------------------------
# Runs
# ---------------------------------------------------------------------------

RUNS = {
    "two_metrics": {"tasks": ["big"]},
    "version_0": {"tasks": ["tiny"]},
    "limited": {"tasks": ["big", "small"], "limit": 5, "num_fewshot": 2},
    "limited_share": {"tasks": ["big"], "limit": 0.25},
    "groups": {"tasks": ["outer"]},
    "groups_limited": {"tasks": ["outer", "filtered"], "limit": 4},
    "groups_of_filters": {"tasks": ["mixed"]},
    "groups_without_a_mean": {"tasks": ["loose"]},
    "filters": {"tasks": ["filtered"], "gen_kwargs": "top_p=1,temperature=0.5,do_sample=True"},
    "perplexities": {"tasks": ["rolling", "likely"]},
    "no_errors": {"tasks": ["big", "rolling", "own"], "bootstrap_iters": 0},
    "own": {"tasks": ["own"]},
    "named": {"tasks": ["small"], "model_args": "pretrained=org/name/,revision=step1000,dtype=float16,load_in_4bit=True"},
    "named_filters": {"tasks": ["filtered", "likely", "rolling"], "gen_kwargs": "temperature=0.5",
                      "model_args": "pretrained=org/name,revision=step5,load_in_8bit=True"},
    "of_arguments": {"tasks": ["small"], "model_args": {"pretrained": "org/name", "peft": "me/adapter", "load_in_8bit": False}},
    "instructed": {"tasks": ["small"], "system_instruction": "Be brief,\nand kind.", "model_args": "pretrained=org/name,revision=main"},
}


def write(folder, manager):
    """{run: what simple_evaluate() returned}, of which the files of each stand in its folder."""
    returned = {}
    for name, options in RUNS.items():
        tracker = EvaluationTracker(output_path=str(folder / name))
        results = simple_evaluate(model="dummy", task_manager=manager, log_samples=True, evaluation_tracker=tracker,
                                  bootstrap_iters=options.get("bootstrap_iters", 100), **{
                                      key: value for key, value in options.items() if key != "bootstrap_iters"})
        samples = results.pop("samples")
        kept = json.loads(json.dumps(samples, default=str))
        # as the command does
        tracker.save_results_aggregated(results=results, samples=samples)
        for task in results["configs"]:
            tracker.save_results_samples(task_name=task, samples=samples[task])
        returned[name] = (results, kept, tracker.general_config_tracker)
    return returned


# ---------------------------------------------------------------------------
# Rows
# ---------------------------------------------------------------------------

def setting(name, tracker):
    """Of the runs above."""
    return facts(*{
        "named": [("revision", "step1000"), ("load_in_4bit", True)],
        "named_filters": [("revision", "step5"), ("load_in_8bit", True), ("gen_kwargs", "temperature=0.5")],
        "of_arguments": [("peft", "me/adapter")],
        "instructed": [("system_prompt", f"sha256:{(tracker.system_instruction_sha or '')[:8]}")],
        "filters": [("gen_kwargs", "do_sample=true,temperature=0.5,top_p=1")],
    }.get(name, []))


def leaves(task, members):
    """The tasks of a group, without a group."""
    return [leaf for member in members[task] for leaf in leaves(member, members)] if members.get(task) else [task]


def of_samples(samples, metric, name):
    """Mean and its standard error, of a metric that is a mean."""
    values = [float(sample[metric]) for sample in samples if sample["filter"] == name]
    return statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))


def rows(run, results, samples, tracker):
    members = {group: found for group, found in results["group_subtasks"].items() if found}
    parents = {member: group for group in sorted(members, reverse=True) for member in members[group]}
    for task, metrics in {**results.get("groups", {}), **results["results"]}.items():
        of = leaves(task, members)
        n, n_total = (sum(results["n-samples"][leaf][key] for leaf in of) for key in ("effective", "original"))
        assert n == sum(len({sample["doc_id"] for sample in samples[leaf]}) for leaf in of)
        for key, score in metrics.items():
            metric, comma, name = key.rpartition(",")
            if not comma or metric.endswith("_stderr"):
                continue
            wrong = metrics.get(f"{metric}_stderr,{name}")
            if task in samples and metric in ("acc", "acc_norm", "exact_match", "harm"):
                mean, stderr = of_samples(samples[task], metric, name)
                assert math.isclose(mean, score) and (not isinstance(wrong, float) or math.isclose(stderr, wrong)), (task, key)
            higher = results["higher_is_better"].get(task, {}).get(metric)
            version = results["versions"].get(task)
            yield {
                "model": "org/name" if run in ("named", "named_filters", "of_arguments", "instructed") else "dummy", "setting": setting(run, tracker),
                "benchmark": task,
                "variant": facts(("shots", results["n-shot"].get(of[0])),
                                 ("version", version if isinstance(version, (int, float)) else None)),
                "metric": metric, "filter": None if name == "none" else name, "score": number(score),
                "stderr": error(wrong, number(score)), "n": n, "n_total": n_total,
                "lower_is_better": None if higher is None else not higher, "parent": parents.get(task),
                "is_group": task in members, "run_at": results["date"], "source": "lm-evaluation-harness"}


def items(samples):
    for sample in samples:
        for metric in sample["metrics"]:
            yield {"metric": metric, "filter": None if sample["filter"] == "none" else sample["filter"],
                   "score": number(float(sample[metric])) if not isinstance(sample[metric], list) else None, "n": 1,
                   "item": str(sample["doc_id"]), "is_group": False, "source": "lm-evaluation-harness"}


def main(folder):
    logging.disable(logging.CRITICAL)
    make_tasks(folder)
    said = {}
    for run, (results, samples, tracker) in write(folder, TaskManager(include_path=str(folder), include_defaults=False)).items():
        written, = (folder / run).glob("*/results_*.json")
        said[str(written)] = list(rows(run, results, samples, tracker))
        for task, of_task in samples.items():
            written, = (folder / run).glob(f"*/samples_{task}_*.jsonl")
            said[str(written)] = list(items(of_task))
    print()
    json.dump(said, sys.stdout)


main(pathlib.Path(sys.argv[1]).resolve())
