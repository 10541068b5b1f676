"""A run in MLflow: a parent run, nested runs for steps and trainings, figures and
report as artifacts, and the network as a model.
"""

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from sevenfold.errors import InputError, SettingsError, SevenfoldError
from sevenfold.records import digest_of
from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun
from sevenfold.storage import sha256_of
from sevenfold.tracking.entries import Entry

DEFAULT_URI = "sqlite:///mlflow.db"
"""In the current folder; the artifacts are beside it, in `mlruns`."""
EXPERIMENT = "sevenfold"
RUN, CONTENT, STEP = "sevenfold.run", "sevenfold.content", "sevenfold.entry"
"""Tags: which run it is; what it held, set once all of it is there; which entry."""
ARTIFACTS = (
    *(layout.REPORT, layout.NOTEBOOK, layout.DEMO, layout.CARD, layout.SUMMARY, layout.CONFIG),
    *(layout.LEDGER, layout.FIGURES, layout.TABLES, "steps"),
)
"""Files and folders of a run that are sent as they are."""
MODEL = "network"
BACKENDS = ("tensorflow", "tensorflow-cpu", "jax")
"""What Keras runs on where the model is loaded: the first that the run had."""
_AT_ONCE = {"metrics": 1_000, "params": 100}
"""As many a server takes in one request."""
_OURS = {
    # Nothing phones home, and no line but ours is printed.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
_UNLESS_SET = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "KERAS_BACKEND": "jax",
}
_Item = TypeVar("_Item")


def knock() -> None:
    """Look whether MLflow can be told of runs, and make the experiment.

    Raises:
        SettingsError: it does not answer.
    """
    uri = _uri()
    with _speaking(
        f"MLflow at {_shown(uri)} does not answer", "Start it, or set MLFLOW_TRACKING_URI", 2
    ):
        _experiment(_client(uri))


def send(run: FinishedRun, entry: Entry, _: Path | None = None) -> str:
    """Put a run into MLflow, unless it is there as it is now; what is there of an
    earlier state, or of a sending that was cut off, goes.

    Raises:
        SevenfoldError: the server failed, or a file of the run is gone.
    """
    uri = _uri()
    again = f"The run is whole; `sevenfold track {run.folder} --to mlflow` sends it again"
    with _speaking(f"MLflow at {_shown(uri)} did not take the run", again, 1):
        client = _client(uri)
        experiment = _experiment(client)
        identity, content = identity_of(run), content_of(run)
        known = _known(client, experiment, identity)
        whole = [one for one in known if one.data.tags.get(CONTENT) == content]
        if whole:
            return _place(uri, experiment, whole[0].info.run_id)
        for one in known:
            _delete(client, one)
        parent = _send_entry(client, experiment, entry, _tags(run, identity), run)
        _send_artifacts(client, parent, run)
        if run.final_test is not None:
            _send_network(client, experiment, parent, run)
        client.set_tag(parent, CONTENT, content)
        return _place(uri, experiment, parent)


def identity_of(run: FinishedRun) -> str:
    """What makes a run this run, wherever its folder lies: its start, its data and its
    settings.
    """
    return digest_of([run.description.started, run.problem.provenance.digest, run.config.digest])


def content_of(run: FinishedRun) -> str:
    """What there is to be sent of it: the names and digests of its files."""
    files = [file for name in ARTIFACTS for file in _files(run.folder / name)]
    return digest_of({str(file.relative_to(run.folder)): sha256_of(file) for file in files})


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    return [path] if path.is_file() else []


def _uri() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def _shown(uri: str) -> str:
    """An address without the name and the password that may stand in it."""
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _place(uri: str, experiment: str, run_id: str) -> str:
    if urlsplit(uri).scheme in ("http", "https"):
        return f"{_shown(uri).rstrip('/')}/#/experiments/{experiment}/runs/{run_id}"
    return f"run {run_id} in {_shown(uri)} (mlflow ui --backend-store-uri {_shown(uri)})"


def _client(uri: str) -> Any:
    os.environ.update(_OURS)
    for name, value in _UNLESS_SET.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return MlflowClient(uri)


@contextmanager
def _speaking(failed: str, remedy: str, code: int) -> Iterator[None]:
    """Say a failure of MLflow, its store or the way there in one line of ours, and
    nothing of what libraries remark of each other.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (MlflowException, SQLAlchemyError, OSError) as error:
            kind = SettingsError if code == InputError.exit_code else SevenfoldError
            reason = str(error).replace(_uri(), _shown(_uri())).splitlines() or [""]
            raise kind(f"{failed}: {reason[0][:200].rstrip('. ')}. {remedy}.") from None


def _experiment(client: Any) -> str:
    """The id of the experiment that runs go to, made where there is none."""
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
    found = client.get_experiment_by_name(name)
    return str(client.create_experiment(name) if found is None else found.experiment_id)


def _known(client: Any, experiment: str, identity: str) -> list[Any]:
    """All entries of this run that are there, from whole and cut-off sendings."""
    found: list[Any] = []
    token = None
    while True:
        page = client.search_runs(
            [experiment], f"tags.`{RUN}` = '{identity}'", max_results=1_000, page_token=token
        )
        found += page
        token = page.token
        if not token:
            return found


def _delete(client: Any, one: Any) -> None:
    """An entry, and the network that was sent with it."""
    sent = one.outputs.model_outputs if one.outputs else ()
    for output in sent:
        client.delete_logged_model(output.model_id)
    client.delete_run(one.info.run_id)


def _tags(run: FinishedRun, identity: str) -> dict[str, str]:
    about = run.description
    return {
        RUN: identity,
        "sevenfold.version": about.versions["sevenfold"],
        "sevenfold.seed": str(about.seed),
        "sevenfold.engine": about.engine,
        "sevenfold.status": about.status,
        "data.name": run.problem.provenance.name,
        "data.digest": run.problem.provenance.digest,
        **({"mlflow.source.git.commit": about.commit} if about.commit else {}),
    }


def _send_entry(
    client: Any,
    experiment: str,
    entry: Entry,
    tags: dict[str, str],
    run: FinishedRun,
    parent: str | None = None,
) -> str:
    """An entry with those inside it, all of them with these tags; gives its id."""
    from mlflow.entities import Metric, Param

    started = round(1000 * datetime.fromisoformat(run.description.started).timestamp())
    nested = {"mlflow.parentRunId": parent} if parent else {}
    made = client.create_run(
        experiment, started, {**tags, **nested, STEP: entry.name}, run_name=entry.name
    )
    run_id: str = made.info.run_id
    numbers = {name: ((0, value),) for name, value in entry.numbers.items()}
    metrics = (
        Metric(name, float(value), started, step)
        for name, points in {**numbers, **entry.curves}.items()
        for step, value in points
    )
    params = (Param(name, str(value)) for name, value in entry.settings.items())
    for some in _parts(metrics, _AT_ONCE["metrics"]):
        client.log_batch(run_id, metrics=some)
    for some in _parts(params, _AT_ONCE["params"]):
        client.log_batch(run_id, params=some)
    for inner in entry.entries:
        _send_entry(client, experiment, inner, tags, run, run_id)
    status = {"done": "FINISHED", "failed": "FAILED"}.get(run.description.status, "KILLED")
    ended = started + round(1000 * entry.numbers.get("seconds", 0.0))
    client.set_terminated(run_id, status, ended)
    return run_id


def _parts(items: Iterator[_Item], size: int) -> Iterator[Sequence[_Item]]:
    while part := list(islice(items, size)):
        yield part


def _send_artifacts(client: Any, run_id: str, run: FinishedRun) -> None:
    for name in ARTIFACTS:
        path = run.folder / name
        if path.is_dir():
            client.log_artifacts(run_id, str(path), name)
        elif path.is_file():
            client.log_artifact(run_id, str(path))


class _TestedFile:
    """A Keras network for MLflow to save: the very file that the run tested."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, path: str) -> None:
        """Put the file there."""
        shutil.copyfile(self._path, path)


def _send_network(client: Any, experiment: str, run_id: str, run: FinishedRun) -> None:
    import numpy as np
    from mlflow.entities import LoggedModelOutput
    from mlflow.keras import save_model
    from mlflow.models import Model, ModelSignature
    from mlflow.types import Schema, TensorSpec

    assert run.final_test is not None
    network, versions = run.final_test.configuration.network, run.description.versions
    needed = ("keras", next(name for name in BACKENDS if name in versions))
    taken, given = (
        Schema([TensorSpec(np.dtype(np.float32), (-1, n))])
        for n in (network.inputs, network.classes)
    )
    logged = client.create_logged_model(experiment, MODEL, source_run_id=run_id)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / MODEL)
        save_model(
            _TestedFile(run.saved(layout.MODEL)),
            path,
            mlflow_model=Model(run_id=run_id, model_id=logged.model_id),
            signature=ModelSignature(inputs=taken, outputs=given),
            pip_requirements=[f"{name}=={versions[name]}" for name in needed],
            metadata={
                "image_shape": list(run.problem.image_shape),
                "classes": [count.name for count in run.problem.class_counts],
            },
        )
        client.log_model_artifacts(logged.model_id, path)
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
