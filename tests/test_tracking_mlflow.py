"""A run in MLflow: sent by the command line to a real server on SQLite, and read back
through its own client.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from test_cli import sevenfold_command

import sevenfold as sf
from sevenfold.errors import SettingsError, SevenfoldError
from sevenfold.records import digest_of
from sevenfold.report.author import keep_author
from sevenfold.runs.layout import step_file
from sevenfold.runs.reading import RESULTS
from sevenfold.storage import read_npz, sha256_of
from sevenfold.tracking import require, track
from sevenfold.tracking.entries import Entry, entry_of

for _module in ("mlflow", "flask_cors", "tensorboard"):
    pytest.importorskip(_module, reason="scripts/setup dev brings it")

NOBODY = "http://ada:secret@127.0.0.1:9"
"""Where nothing listens, with a password that no message may repeat."""
SEALED = ("models", "predictions", "histories", "steps", "split.npz", "test_ledger.jsonl")
"""What a run found, beside times."""
BEFORE = ("baseline", "overfit", "ablation")


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_one_line_before_any_work(tmp_path: Path) -> None:
    answer = sevenfold_command(
        *("run", "--track", "mlflow", "--out", "run"), cwd=tmp_path, MLFLOW_TRACKING_URI=NOBODY
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("sevenfold: MLflow at http://127.0.0.1:9 does not answer: ")
    assert answer.stderr.endswith("Start it, or set MLFLOW_TRACKING_URI.\n")
    assert answer.stderr.count("\n") == 1
    assert "secret" not in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOBODY)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(SettingsError, match=r"MLflow at http://127\.0\.0\.1:9 does not") as refused:
        require(["mlflow"])
    assert "secret" not in str(refused.value)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a tracking server with its database and artifacts in a folder."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "mlflow", "server", "--workers", "1", "--port", str(port)),
            *("--backend-store-uri", f"sqlite:///{folder / 'runs.db'}"),
            *("--artifacts-destination", str(folder / "artifacts")),
        ],
        cwd=folder,
        env={**os.environ, **quiet},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process)
        yield address
    finally:
        with suppress(ProcessLookupError):  # it has children of its own
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        with suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.5)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def tracked(server: str, finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that both trackers were told of; from its search on it was
    carried out with them.
    """
    folder = tmp_path_factory.mktemp("tracked")
    run = shutil.copytree(finished, folder / "run")
    for name in RESULTS:
        if name not in ("problem", "success", "evaluation_protocol", "preparation", *BEFORE):
            (run / step_file(name)).unlink(missing_ok=True)
    for name in ("tuning.db", "test_ledger.jsonl", "summary.json"):
        (run / name).unlink()
    for name in ("models", "predictions"):
        shutil.rmtree(run / name)
    answer = sevenfold_command(
        *("run", "--config", run / "config.toml", "--out", "run"),
        *("--track", "mlflow", "--track", "tensorboard", "--workers", "1"),
        cwd=folder,
        MLFLOW_TRACKING_URI=server,
        # What counts as a person's own machine, for MLflow's telemetry.
        CI="",
    )
    assert answer.returncode == 0, answer.stderr
    assert re.search(rf"^Tracked: {server}/#/experiments/\d+/runs/\w+$", answer.stdout, re.M)
    assert "Tracked: tensorboard --logdir run/tensorboard" in answer.stdout
    return folder / "run"


@pytest.fixture(scope="module")
def runs(server: str, tracked: Path) -> dict[str, Any]:
    """Every run of the experiment by the names on the way to it."""
    return _read(server)


def _client(server: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(server)


def _read(server: str) -> dict[str, Any]:
    client = _client(server)
    experiment = client.get_experiment_by_name("sevenfold")
    found = {one.info.run_id: one for one in client.search_runs([experiment.experiment_id])}

    def name_of(run_id: str) -> str:
        tags = found[run_id].data.tags
        above = tags.get("mlflow.parentRunId")
        return (f"{name_of(above)}/" if above else "") + tags["mlflow.runName"]

    return {name_of(run_id): one for run_id, one in found.items()}


def _refuse(*arguments: object) -> None:
    raise OSError("the disk is full")


def _flat(entry: Entry, above: str = "") -> Iterator[tuple[str, Entry]]:
    yield above + entry.name, entry
    for one in entry.entries:
        yield from _flat(one, f"{above}{entry.name}/")


@pytest.mark.slow
def test_every_entry_is_there_with_its_settings_and_numbers(
    tracked: Path, runs: dict[str, Any]
) -> None:
    entries = dict(_flat(entry_of(sf.read_run(tracked))))
    assert set(runs) == set(entries)
    assert sum(name.count("/") == 1 for name in runs) == len(RESULTS)
    assert sum(name.startswith("run/search/trial ") for name in runs) == 4
    for name, entry in entries.items():
        data = runs[name].data
        assert data.params == {key: str(value) for key, value in entry.settings.items()}
        for key, value in entry.numbers.items():
            assert data.metrics[key] == pytest.approx(float(value)), (name, key)
        assert runs[name].info.status == "FINISHED"


@pytest.mark.slow
def test_the_run_is_known_by_its_tags(tracked: Path, runs: dict[str, Any]) -> None:
    run, tags = sf.read_run(tracked), runs["run"].data.tags
    assert tags["data.digest"] == run.problem.provenance.digest
    assert tags["sevenfold.seed"] == "0"
    assert tags["sevenfold.version"] == sf.__version__
    assert len({one.data.tags["sevenfold.run"] for one in runs.values()}) == 1


@pytest.mark.slow
def test_a_curve_comes_back_epoch_by_epoch(
    server: str, tracked: Path, runs: dict[str, Any]
) -> None:
    run_id = runs["run/baseline/baseline"].info.run_id
    points = _client(server).get_metric_history(run_id, "val_loss")
    stored = read_npz(tracked / "histories" / "baseline.npz")["val_loss"].mean(axis=0)
    assert sorted(point.step for point in points) == list(range(1, 16))
    found = [point.value for point in sorted(points, key=lambda point: point.step)]
    assert found == pytest.approx(stored.tolist())


@pytest.mark.slow
def test_report_and_figures_are_artifacts(
    server: str, tracked: Path, runs: dict[str, Any], tmp_path: Path
) -> None:
    client, run_id = _client(server), runs["run"].info.run_id
    for file in ("report.html", "figures/overfit-loss.svg", "tables/trials.csv"):
        path = Path(client.download_artifacts(run_id, file, str(tmp_path)))
        assert path.read_bytes() == (tracked / file).read_bytes()
    sent = {Path(one.path).name for one in client.list_artifacts(run_id, "figures")}
    assert sent == {path.name for path in (tracked / "figures").iterdir()}


@pytest.mark.slow
def test_the_network_is_a_model_that_says_what_the_run_says(
    server: str, tracked: Path, runs: dict[str, Any], tmp_path: Path
) -> None:
    (output,) = runs["run"].outputs.model_outputs
    program = (
        "import sys, mlflow, numpy as np\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "model = mlflow.pyfunc.load_model('models:/' + sys.argv[2])\n"
        "sample = np.load(sys.argv[3] + '/predictions/sample.npz')\n"
        "images = sample['pixels'].reshape(len(sample['pixels']), -1).astype(np.float32) / 255\n"
        "found = model.predict(images)\n"
        "np.testing.assert_allclose(found, sample['probabilities'], atol=1e-5)\n"
        "inputs, = model.metadata.signature.inputs.inputs\n"
        "assert inputs.shape == (-1, 784) and inputs.type == np.float32, inputs\n"
        "outputs, = model.metadata.signature.outputs.inputs\n"
        "assert outputs.shape == (-1, 10), outputs\n"
        "assert model.metadata.metadata['image_shape'] == [28, 28]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, server, output.model_id, tracked],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": "jax", "MLFLOW_DISABLE_TELEMETRY": "true"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_results_are_the_same_bytes_with_and_without_tracking(
    tracked: Path, finished: Path
) -> None:
    def digests(folder: Path) -> dict[str, object]:
        files = [path for name in SEALED for path in (folder / name).glob("**/*")]
        files += [folder / name for name in SEALED]
        found: dict[str, object] = {}
        for path in files:
            if path.suffix == ".json":
                found[path.name] = digest_of(
                    {k: v for k, v in json.loads(path.read_text()).items() if k != "seconds"}
                )
            elif path.is_file() and path.suffix != ".jsonl":
                found[str(path.relative_to(folder))] = sha256_of(path)
        return found

    assert digests(tracked) == digests(finished)


@pytest.mark.slow
def test_the_same_run_is_not_there_twice(
    server: str,
    tracked: Path,
    runs: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    moved = shutil.copytree(tracked, tmp_path / "elsewhere")
    (place,) = track(moved, ["mlflow"])
    assert place.endswith(runs["run"].info.run_id)
    assert {one.info.run_id for one in _read(server).values()} == {
        one.info.run_id for one in runs.values()
    }


@pytest.mark.slow
def test_a_run_that_has_changed_or_was_sent_in_part_is_sent_anew(
    server: str, tracked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "of my own")
    folder = shutil.copytree(tracked, tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr("mlflow.MlflowClient.log_artifacts", _refuse)
        with pytest.raises(SevenfoldError, match=rf"`sevenfold track {folder} --to mlflow` sends"):
            track(folder, ["mlflow"])
    client = _client(server)
    experiment = client.get_experiment_by_name("of my own").experiment_id
    assert len(client.search_runs([experiment])) > 20
    (first,) = track(folder, ["mlflow"])
    n = len(client.search_runs([experiment]))
    keep_author(folder, {"name": "Ada"})
    sf.draw_report(folder)
    (second,) = track(folder, ["mlflow"])
    assert first != second
    assert len(client.search_runs([experiment])) == n
    parents = client.search_runs([experiment], "tags.`sevenfold.content` != ''")
    assert [one.info.run_id for one in parents] == [second.rpartition("/")[2]]
    assert len(client.search_logged_models([experiment])) == 1
