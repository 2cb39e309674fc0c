"""Lets every_eval_ever convert logs, and says what is in them: python write_every_eval.py FOLDER [RESULTS...].

Runs by the Python that has inspect_ai, with every_eval_ever on its path.  Converts logs of Inspect,
which it lets be written, and folders of results of lm-evaluation-harness.  Prints an object of files,
each with the rows that the package's own classes find in it.
"""
import contextlib
import json
import pathlib
import sys

from every_eval_ever.cli import main as convert
from every_eval_ever.eval_types import EvaluationLog
from every_eval_ever.instance_level_types import InstanceLevelEvaluationLog

from rows import error, facts, number

ABOUT = ["--source_organization_name", "me", "--evaluator_relationship", "third_party"]
LOADED = ("revision", "peft", "load_in_8bit", "load_in_4bit")


def convert_all(kind, sources, folder, *more):
    for source in sources:
        with contextlib.redirect_stdout(sys.stderr):
            assert convert(["convert", kind, "--log_path", str(source), "--output_dir", str(folder), *ABOUT, *more]) == 0, source


def setting(model, result):
    about = model.additional_details or {}
    loaded = dict(part.split("=", 1) for part in about.get("model_args", "").split(",") if "=" in part)
    more = (result.generation_config and result.generation_config.additional_details) or {}
    told = result.generation_config and result.generation_config.generation_args
    return facts(*((key, True if loaded[key] == "True" else loaded[key]) for key in LOADED if loaded.get(key, "False") not in ("False", "main")),
                 ("temperature", told and told.temperature), ("reasoning", told and told.reasoning or None),
                 ("reasoning_effort", json.loads(more.get("reasoning_effort", "null"))))


def rows(log):
    for result in log.evaluation_results:
        metric, found = result.metric_config, result.score_details.uncertainty
        parts = (result.evaluation_result_id or "").split(":")
        others = ":".join(part for part in parts if part != metric.metric_name)
        name = metric.metric_id or metric.metric_name
        kind = metric.metric_kind or name
        polarity = (metric.additional_details or {}).get("polarity")
        about = (result.generation_config and result.generation_config.additional_details) or {}
        yield {
            "model": log.model_info.id, "setting": setting(log.model_info, result),
            "benchmark": result.evaluation_name.removesuffix(f"/{others}") if others else result.evaluation_name,
            "variant": facts(("shots", about.get("num_fewshot"))), "metric": kind,
            "filter": "/".join(part for part in (name if name != kind else None, others) if part) or None,
            "score": number(result.score_details.score),
            "stderr": error(found and found.standard_error and found.standard_error.value, number(result.score_details.score)),
            "n": found and found.num_samples, "lower_is_better": None if polarity in ("unknown", "not_applicable") else metric.lower_is_better,
            "is_group": False, "run_id": log.evaluation_id, "run_at": float(result.evaluation_timestamp), "source": "every_eval_ever"}


def items(lines):
    for line in lines:
        item = InstanceLevelEvaluationLog.model_validate_json(line)
        yield {"model": item.model_id, "benchmark": item.evaluation_name, "metric": item.evaluation_result_id, "n": 1,
               "score": number(float(item.evaluation.score)), "item": item.sample_id, "is_group": False, "run_id": item.evaluation_id,
               "source": "every_eval_ever"}


def main(folder, results):
    import write_inspect  # pylint: disable=import-outside-toplevel
    sources = write_inspect.write_some(folder / "logs", "several", "by_judged", "by_graded", "settings", "epochs")
    for source in sources:
        # a model of no known developer is refused
        source.write_text(source.read_text(encoding="utf-8").replace("mockllm/model", "openai/gpt-4o"), encoding="utf-8")
    convert_all("inspect", sources, folder / "out", "--eval_library_name", "inspect_ai")
    convert_all("lm_eval", results, folder / "out", "--include_samples")
    said = {}
    for path in (folder / "out").rglob("*.json*"):
        text = path.read_text(encoding="utf-8")
        said[str(path)] = list(items(text.splitlines()) if path.suffix == ".jsonl" else rows(EvaluationLog.model_validate_json(text)))
    print()
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:])
