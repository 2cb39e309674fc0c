"""Lets Inspect write logs, and says what is in them: python write_inspect.py FOLDER.

Runs by the Python that has inspect_ai.  Prints an object of files, each with the rows
that Inspect's own reader finds in it, as eval_scores should give them.
"""
import json
import math
import pathlib
import sys
import zipfile

import zipfile_zstd  # noqa: F401  members that are compressed so
from inspect_ai import Epochs, Task, eval as run, eval_set, task
from inspect_ai.dataset import Sample
from inspect_ai.log import list_eval_logs, read_eval_log, write_log_dir_manifest
from inspect_ai.model import GenerateConfig, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import (SampleScore, Score, accuracy, bootstrap_stderr, exact, grouped, includes, match, mean, metric, scorer, std,
                               stderr, var)
from inspect_ai.solver import generate, solver, system_message

from rows import arguments, facts, number

MEANS, SPREADS, ERRORS = {"accuracy", "mean"}, {"std", "var"}, {"stderr", "bootstrap_stderr"}


# ---------------------------------------------------------------------------
# What is run
# ---------------------------------------------------------------------------

def answer(messages, *_):
    """What the question says; with a usage of its own, or tokens are counted by a file from the network."""
    output = ModelOutput.from_content("mockllm/model", messages[-1].text.rpartition(" ")[2])
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def model(**arguments):
    return get_model("mockllm/model", custom_outputs=answer, memoize=False, **arguments)


SAMPLES = [Sample(input=f"Say {said}", target=wanted, metadata={"kind": kind, "number": number})
           for number, (said, wanted, kind) in enumerate([
               ("yes", "yes", "a"), ("no", "yes", "a"), ("no", "no", "b"), ("maybe", "no", "b"), ("yes", "yes", "b"),
               ("yes", "no", "c"), ("no", "no", "c")])]


@metric
def halved():
    """A metric of one's own."""
    def compute(scores: list[SampleScore]):
        return sum(score.score.as_float() for score in scores) / 2 / len(scores)
    return compute


@metric
def nothing():
    """One that is no number."""
    def compute(scores: list[SampleScore]):
        return math.nan
    return compute


@metric
def unbounded():
    def compute(scores: list[SampleScore]):
        return math.inf
    return compute


@metric
def two_of_them():
    """One with two values."""
    def compute(scores: list[SampleScore]):
        numbers = [score.score.as_float() for score in scores]
        return {"smallest": min(numbers), "largest": max(numbers)}
    return compute


@scorer(metrics={"harm": [mean(), stderr()], "help": [mean(), std(), var()], "*": [accuracy()]})
def judged():
    async def score(state, target):
        right = state.output.completion == target.text
        return Score(value={"harm": 0.25 * state.metadata["number"], "help": 1 - right, "other": right})
    return score


@scorer(metrics=[mean(), stderr(cluster="kind"), stderr(), bootstrap_stderr(num_samples=20), std()])
def graded():
    async def score(state, target):
        return Score(value=state.metadata["number"] / 8)
    return score


@scorer(metrics=[halved(), stderr()])
def own():
    async def score(state, target):
        return Score(value=state.metadata["number"] / 8)
    return score


@scorer(metrics=[accuracy(), nothing(), unbounded(), two_of_them()])
def odd():
    async def score(state, target):
        return Score(value=int(state.output.completion == target.text))
    return score


@scorer(metrics=[grouped(mean(), "kind"), stderr()])
def by_kind():
    async def score(state, target):
        return Score(value=state.metadata["number"] / 8)
    return score


@solver
def fails(always=True):
    async def solve(state, generate):
        if always or state.metadata["number"] == 2:
            raise ValueError("this one fails")
        return await generate(state)
    return solve


@task
def plain(subset="all", level=1, options=None):
    return Task(dataset=SAMPLES, solver=generate(), scorer=match(location="any"), version=2 if level > 1 else 0)


@task
def several():
    return Task(dataset=SAMPLES, solver=generate(), scorer=[match(location="any"), includes(), exact()])


@task
def scored(by):
    return Task(dataset=SAMPLES, solver=generate(), scorer={
        "judged": judged, "graded": graded, "own": own, "odd": odd, "by_kind": by_kind}[by]())


@task
def failing(always=True):
    return Task(dataset=SAMPLES, solver=fails(always), scorer=match(location="any"), fail_on_error=always)


RUNS = {
    "plain": lambda: (plain(), {}),
    "arguments": lambda: (plain(subset="safe", level=3, options=["b", "a"]), {"limit": 4}),
    "several": lambda: (several(), {}),
    "epochs": lambda: (several(), {"epochs": 2, "limit": 3}),
    "reducers": lambda: (several(), {"epochs": Epochs(3, ["mean", "at_least_2", "pass_at_1"])}),
    **{f"by_{by}": lambda by=by: (scored(by), {}) for by in ("judged", "graded", "own", "odd", "by_kind")},
    "settings": lambda: (plain(), {"model": model(config=GenerateConfig(
        system_message="Be brief.", temperature=0.5, reasoning_effort="low", max_tokens=99))}),
    "solver": lambda: (plain(), {"solver": [system_message("Be kind."), generate()]}),
    "unscored": lambda: (plain(), {"score": False}),
    "failed": lambda: (failing(), {}),
    "failed_in_part": lambda: (failing(always=False), {}),
    "tagged": lambda: (plain(), {"tags": ["a", "b"], "metadata": {"model": "not this one"}, "task_args": {}}),
}


def write_one(name, kind, folder):
    one, options = RUNS[name]()
    run(one, **{"model": model(), **options}, log_dir=str(folder), log_format=kind, display="none", log_realtime=False,
        score_display=False)


def write_some(folder, *names):
    """The files of some runs, in JSON."""
    for name in names:
        write_one(name, "json", folder / name)
    return sorted(folder.rglob("*.json"))


def write(folder):
    """Every run in both formats; an eval set of two tasks, one with two arguments, with its logs.json."""
    for kind in ("json", "eval"):
        for name in RUNS:
            write_one(name, kind, folder / kind / name)
    eval_set([plain(subset="safe"), plain(subset="unsafe"), several()], model=model(), log_dir=str(folder / "set"),
             log_format="eval", display="none", score_display=False, retry_attempts=0)
    write_log_dir_manifest(str(folder / "set"))


# ---------------------------------------------------------------------------
# What is in the logs
# ---------------------------------------------------------------------------

def rows(log):
    """The rows of a log, by the attributes of the objects that Inspect's reader gives."""
    if log.status != "success" or log.results is None:
        return []
    spec, config, found = log.eval, log.eval.model_generate_config, []
    common = {
        "model": spec.model, "benchmark": spec.task, "is_group": False, "run_id": spec.run_id, "run_at": str(spec.created),
        "setting": facts(*((key, getattr(config, name)) for key, name in (
            ("system_prompt", "system_message"), ("reasoning_effort", "reasoning_effort"), ("temperature", "temperature")))),
        "variant": facts(*arguments(spec.task_args_passed), ("version", spec.task_version or None), ("solver", spec.solver)),
        "n_total": spec.dataset.samples, "source": "inspect_ai"}
    for entry in log.results.scores:
        metrics = [(key, one.name.rpartition("/")[2], one.value) for key, one in entry.metrics.items()]
        errors = {key: value for key, name, value in metrics if name in ERRORS}
        error = errors.get("stderr", next(iter(errors.values()), None))
        others = [key for key, name, _ in metrics if name not in ERRORS | SPREADS]
        for key, name, value in metrics:
            if name in ERRORS:
                continue
            is_mean = name in MEANS or (others == [key])
            found.append({
                **common, "metric": key, "score": number(value), "stderr": number(error) if is_mean else None,
                "n": entry.scored_samples if entry.scored_samples is not None else log.results.completed_samples,
                "filter": "/".join(filter(None, (entry.name, entry.reducer))) if len(log.results.scores) > 1 else None})
    return found


def main(folder):
    write(folder)
    logs = {info.name.removeprefix("file://"): read_eval_log(info.name, header_only=True)
            for info in list_eval_logs(str(folder), recursive=True)}
    for name in [name for name in logs if name.endswith(".eval")]:
        # what "inspect log dump --header-only" prints, and what is in the zip itself
        dumped, packed = pathlib.Path(f"{name}.dumped.json"), pathlib.Path(f"{name}.header.json")
        dumped.write_text(logs[name].model_dump_json(exclude_none=True), encoding="utf-8")
        with zipfile.ZipFile(name) as archive:
            packed.write_bytes(archive.read("header.json"))
        logs[str(dumped)] = logs[str(packed)] = logs[name]
    said = {name: rows(log) for name, log in logs.items()}
    manifest = next(folder.glob("set/logs.json"))
    said[str(manifest)] = [row for name, log in logs.items() if name.endswith(".eval") and "/set/" in name for row in rows(log)]
    print()
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
