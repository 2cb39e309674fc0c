"""Lets MLflow track runs in PostgreSQL, and says what is in them: python write_mlflow.py FOLDER DATABASE.

Runs by the Python that has mlflow; where the server is, PGHOST and so on say.  Prints a list of
the scores that the recipe should find, by what search_runs() gives back.
"""
import json
import math
import pathlib
import sys
import time

import mlflow
from mlflow.entities import Metric, Param, RunStatus, RunTag, ViewType
from mlflow.tracking import MlflowClient

BENCHMARKS = ("mmlu", "gsm8k", "truthfulqa")
# experiment, name of the run, its status, parameters, {metric: values by step}, what happens to it then
RUNS = [
    ("evals", "bold-crow", "FINISHED", {"model": "org/a"}, {"mmlu": [0.1, 0.2, 0.5], "gsm8k": [0.25], "loss": [3.0]}, None),
    ("evals", "calm-crow", "FINISHED", {"model": "org/a", "epochs": 3}, {"mmlu": [0.7, 0.6], "truthfulqa": [math.nan]}, None),
    ("evals", "deaf-crow", "FAILED", {"model": "org/a"}, {"mmlu": [0.9], "truthfulqa": [0.9]}, None),
    ("evals", "gone-crow", "FINISHED", {"model": "org/a"}, {"mmlu": [0.9]}, "deleted"),
    ("evals", "kept-crow", "FINISHED", {"model": "org/z"}, {"mmlu": [0.03125]}, "restored"),
    ("evals", "shot-crow", "KILLED", {"model": "org/a"}, {"mmlu": [0.9]}, None),
    ("evals", "late-crow", "RUNNING", {"model": "org/a"}, {"mmlu": [0.9]}, None),
    ("evals", "org/b", "FINISHED", {}, {"mmlu": [0.375], "gsm8k": [math.nan, 0.5], "truthfulqa": [0.25, math.nan]}, None),
    ("evals", "org/before", "FINISHED", {}, {"mmlu": [0.4375]}, "renamed"),
    ("evals", "org/c", "FINISHED", {}, {"mmlu": [math.inf], "gsm8k": [0.125], "truthfulqa": [-math.inf]}, None),
    ("evals", "", "FINISHED", {}, {"gsm8k": [0.0625], "other": [1.0]}, None),
    ("more", "mean-crow", "FINISHED", {"model": "org/e ü"}, {"gsm8k": [0.8125], "mmlu/stem": [0.5]}, None),
    ("old", "past-crow", "FINISHED", {"model": "org/a"}, {"mmlu": [0.9]}, None),
]


def write(client):
    experiments = {name: client.create_experiment(name, artifact_location="file:///nowhere") for name in ("evals", "more", "old")}
    for number, (experiment, name, status, parameters, metrics, then) in enumerate(RUNS):
        start = 1700000000000 + 1000 * number
        made = client.create_run(experiments[experiment], start_time=start, run_name=name or None).info.run_id
        # clocks can go back
        client.log_batch(made, params=[Param(key, str(value)) for key, value in parameters.items()], metrics=[
            Metric(key, value, start + 100 - step, step) for key, values in metrics.items() for step, value in enumerate(values)])
        if status != "RUNNING":
            client.set_terminated(made, status, end_time=start + 500)
        if then in ("deleted", "restored"):
            client.delete_run(made)
        if then == "restored":
            client.restore_run(made)
        if then == "renamed":
            client.update_run(made, name="org/after")
    # what programs call
    mlflow.set_experiment("evals")
    with mlflow.start_run(run_name="fluent"):
        mlflow.log_params({"model": "org/f", "shots": 5})
        mlflow.log_metrics({"mmlu": 0.15625, "gsm8k": 0.28125})
        with mlflow.start_run(nested=True, run_name="org/nested"):
            mlflow.log_metric("truthfulqa", 0.34375)
    client.delete_experiment(experiments["old"])


def scores(client):
    """{model: {benchmark: score}}: of the finished runs that are not deleted the newest that has it."""
    found = {}
    active = [experiment.experiment_id for experiment in client.search_experiments(view_type=ViewType.ACTIVE_ONLY)]
    for run in client.search_runs(active, "attributes.status = 'FINISHED'", ViewType.ACTIVE_ONLY, order_by=["attributes.start_time ASC"]):
        model = run.data.params.get("model", run.info.run_name)
        for key, value in run.data.metrics.items():
            if key in BENCHMARKS and not math.isnan(value) and abs(value) < 1e300:
                found.setdefault(model, {})[key] = value
    return found


def main(folder, database):
    uri = f"postgresql+psycopg2:///{database}"
    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri, registry_uri=str(folder))
    write(client)
    print()
    json.dump({"scores": scores(client), "runs": len(RUNS) + 2, "version": mlflow.__version__}, sys.stdout)


main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2])
