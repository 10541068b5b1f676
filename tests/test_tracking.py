"""Runs in trackers: what they are told, event files read back by TensorBoard, and
refusals; MLflow's server is in test_tracking_mlflow.py.
"""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_run import MadeUp
from test_cli import sevenfold_command

import sevenfold as sf
from sevenfold.errors import RunError, SettingsError
from sevenfold.runs.reading import RESULTS
from sevenfold.storage import read_npz, sha256_of
from sevenfold.tracking import TRACKERS, require, track
from sevenfold.tracking.entries import Entry, entry_of

pytest.importorskip("tensorboard")


@pytest.fixture(scope="module")
def drawn(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(finished, tmp_path_factory.mktemp("drawn") / "run")
    sf.draw_report(folder)
    return folder


@pytest.fixture(scope="module")
def entry(drawn: Path) -> Entry:
    return entry_of(sf.read_run(drawn))


def inner(entry: Entry, *names: str) -> Entry:
    for name in names:
        (entry,) = (one for one in entry.entries if one.name == name)
    return entry


def test_a_run_is_its_settings_its_headline_and_its_steps(finished: Path, entry: Entry) -> None:
    run = sf.read_run(finished)
    assert entry.name == "run"
    assert [step.name for step in entry.entries] == list(RESULTS)
    assert entry.settings["seed"] == 0
    assert entry.settings["regularize.search.rungs"] == "[8, 24]"
    assert entry.settings["overfit.stages"] == (
        "[{ hidden = [16], n_epochs = 5 }, { hidden = [96], n_epochs = 24 }]"
    )
    assert run.final_test is not None
    accuracy = run.final_test.scores.accuracy
    found = [entry.numbers[f"test_accuracy{end}"] for end in ("", "_ci_low", "_ci_high")]
    assert found == [accuracy.value, accuracy.ci_low, accuracy.ci_high]
    assert entry.numbers["test_errors"] == run.final_test.scores.n_errors
    assert entry.numbers["seconds"] == pytest.approx(
        sum(step.numbers["seconds"] for step in entry.entries)
    )
    seeds = inner(entry, "final_test").curves["test_accuracy_by_seed"]
    assert seeds == tuple(enumerate(run.final_test.seed_accuracies.values, start=1))


def test_every_training_is_an_entry_with_its_settings_and_curves(
    finished: Path, entry: Entry
) -> None:
    stored = read_npz(finished / "histories" / "baseline.npz")
    baseline = inner(entry, "baseline", "baseline")
    assert set(baseline.curves) == {"train_loss", "train_accuracy", "val_loss", "val_accuracy"}
    assert baseline.curves["val_loss"] == tuple(
        enumerate(stored["val_loss"].mean(axis=0).tolist(), start=1)
    )
    assert baseline.settings["network.hidden"] == "[32]"
    assert baseline.settings["training.n_epochs"] == 15
    assert "training.warp.sigma" not in baseline.settings
    trials = inner(entry, "search").entries
    assert [trial.name for trial in trials] == [f"trial {n}" for n in range(4)]
    for trial in trials:
        assert trial.curves["val_accuracy"][-1] == (
            trial.numbers["epoch"],
            trial.numbers["accuracy"],
        )
    assert {one.name for one in inner(entry, "ablation").entries} >= {"dropout", "l2"}
    assert sum(one.numbers["chosen"] for one in inner(entry, "finalists").entries) == 1


def test_a_run_that_stopped_is_told_as_far_as_it_came(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        MadeUp(until="search").write(tmp_path / "cut")
    cut = entry_of(sf.read_run(tmp_path / "cut"))
    assert [step.name for step in cut.entries] == list(RESULTS)[: list(RESULTS).index("search")]
    assert "overfit_accuracy" in cut.numbers
    assert "test_accuracy" not in cut.numbers


def reading(folder: Path) -> Any:
    """TensorBoard's own reader of one entry."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), {"images": 0, "scalars": 0}).Reload()


@pytest.fixture(scope="module")
def written(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("events")
    assert track(drawn, ["tensorboard"], folder) == (f"tensorboard --logdir {folder}",)
    return folder


def test_tensorboard_reads_curves_and_numbers(written: Path, entry: Entry) -> None:
    baseline, found = inner(entry, "baseline", "baseline"), reading(written / "baseline/baseline")
    for name, curve in baseline.curves.items():
        points = found.Scalars(f"curves/{name}")
        assert [point.step for point in points] == [step for step, _ in curve]
        assert [point.value for point in points] == pytest.approx([value for _, value in curve])
    (test,) = reading(written).Scalars("numbers/test_accuracy")
    assert test.value == pytest.approx(entry.numbers["test_accuracy"])


def test_tensorboard_shows_every_figure(drawn: Path, written: Path) -> None:
    found = reading(written)
    figures = {f"figures/{path.stem}" for path in (drawn / "figures").iterdir()}
    assert set(found.Tags()["images"]) == figures
    (curves,) = found.Images("figures/overfit-loss")
    assert curves.encoded_image_string.startswith(b"\x89PNG")
    assert curves.width > curves.height > 300


def test_tensorboard_has_the_settings_of_what_was_trained(written: Path, entry: Entry) -> None:
    from tensorboard.plugins.hparams import metadata

    started = metadata.SESSION_START_INFO_TAG
    found = reading(written / "search" / "trial 2").SummaryMetadata(started)
    told = metadata.parse_session_start_info_plugin_data(found.plugin_data.content)
    settings = inner(entry, "search", "trial 2").settings
    assert set(told.hparams) == set(settings)
    rate = told.hparams["training.learning_rate"].number_value
    assert rate == settings["training.learning_rate"]
    for step in ("search", "evaluation_protocol", "final_test"):  # not judged on validation images
        with pytest.raises(KeyError):
            reading(written / step).SummaryMetadata(started)


def test_the_same_run_is_written_over_with_the_same_bytes(drawn: Path, written: Path) -> None:
    before = {path: sha256_of(path) for path in written.rglob("*") if path.is_file()}
    old = written / "search" / "trial 99"
    shutil.copytree(written / "search" / "trial 2", old)
    (written / "search" / "mine.txt").write_text("kept")
    track(drawn, ["tensorboard"], written)
    after = {path: sha256_of(path) for path in written.rglob("*") if path.is_file()}
    assert after.pop(written / "search" / "mine.txt")
    assert after == before
    assert not old.exists()


def test_tracking_changes_nothing_in_the_run(drawn: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(drawn, tmp_path / "run")
    before = {path: sha256_of(path) for path in folder.rglob("*") if path.is_file()}
    (place,) = sf.track(folder, ["tensorboard"])
    assert place.endswith(str(folder / "tensorboard"))
    after = {path: sha256_of(path) for path in folder.rglob("*") if path.is_file()}
    assert {path for path in after if "tensorboard" not in path.parts} == set(before)
    assert all(after[path] == digest for path, digest in before.items())
    assert sf.read_run(folder).unfinished is None


def test_a_tracker_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"--track knows mlflow and tensorboard\. Got 'wandb'"):
        require(["tensorboard", "wandb"])
    with pytest.raises(SettingsError, match="--to knows"):
        track("no such run", ["wandb"])
    with pytest.raises(SettingsError, match="--to wants"):
        track("no such run", [])


@pytest.mark.parametrize("name", TRACKERS)
def test_what_is_not_installed_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sevenfold.tracking.installed", lambda module: False)
    with pytest.raises(SettingsError, match=f"--track {name} needs {name}, not installed here"):
        require([name])


def test_what_is_no_run_or_cannot_be_written_is_refused(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run of sevenfold"):
        track(tmp_path, ["tensorboard"])
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"Cannot write into .*Choose another folder with --out"):
        track(finished, ["tensorboard"], tmp_path / "file")


@pytest.mark.slow
def test_a_tracker_that_fails_after_the_run_is_a_warning(finished: Path, tmp_path: Path) -> None:
    """The same command goes on with a finished run; its tracker cannot write."""
    folder = shutil.copytree(finished, tmp_path / "run")
    (folder / "tensorboard").write_text("in the way")
    arguments = ("run", "--config", folder / "config.toml", "--out", folder)
    answer = sevenfold_command(*arguments, "--track", "tensorboard", cwd=tmp_path)
    assert answer.returncode == 0
    assert answer.stderr.startswith("Not tracked: Cannot write into")
    assert answer.stderr.count("\n") == 1
    assert answer.stdout.splitlines()[-1].startswith("Report: ")
    (folder / "tensorboard").unlink()
    again = sevenfold_command("track", folder, "--to", "tensorboard", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"Tracked: tensorboard --logdir {folder / 'tensorboard'}\n"


def test_the_curves_are_means_over_repeats(finished: Path, entry: Entry) -> None:
    (attempt,) = (one for one in inner(entry, "overfit").entries if one.name.endswith("-96-10"))
    (path,) = (finished / "histories").glob("overfit_*-96-10.npz")
    stored = read_npz(path)["val_accuracy"]
    assert stored.shape == (3, 24)
    found = [value for _, value in attempt.curves["val_accuracy"]]
    np.testing.assert_allclose(found, stored.mean(axis=0))
