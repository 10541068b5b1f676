"""Long trainings: a kill costs a minute at most, and changes nothing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.config import load_config
from sevenfold.engine import FitData, FitResult, Job, TrainingSettings, fit
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, divide
from sevenfold.runs.writing import Run
from sevenfold.steps import refit as module
from sevenfold.steps.production import for_at_least
from sevenfold.steps.refit import refit
from sevenfold.terminal import Terminal
from sevenfold.validation import Configuration

LONG = Configuration(
    network=NetworkSpec(inputs=784, classes=10, hidden=(16,), hidden_dropout=0.1),
    training=TrainingSettings(
        n_epochs=6,
        optimizer="adam",
        schedule="cosine",
        distortion=1.0,
        hard_examples=0.5,
    ),
)
SHORT = Configuration(
    network=NetworkSpec(inputs=784, classes=10, hidden=(8,)), training=TrainingSettings(n_epochs=2)
)
JOBS = [(LONG, 5), (LONG, 6), (SHORT, 5)]


def development() -> DevelopmentSet:
    return divide(made_up_digits(300, seed=1), ProtocolSettings(method="holdout"), seed=0)


def run_in(folder: Path) -> Run:
    return Run(folder, seed=0, engine="jax", terminal=Terminal("quiet"))


@pytest.fixture(autouse=True)
def _a_checkpoint_after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module.SECONDS_BETWEEN_CHECKPOINTS, "jax", 0.0)


def killed_after(n_stretches: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the process die in a later stretch; gives the epochs that each call was asked
    to go to.
    """
    original: Callable[..., list[FitResult]] = module.fit_many
    asked: list[int] = []

    def fit_many(*arguments: object, **named: object) -> list[FitResult]:
        if len(asked) == n_stretches:
            raise KeyboardInterrupt
        asked.append(int(str(named["until_epoch"])))
        return original(*arguments, **named)

    monkeypatch.setattr(module, "fit_many", fit_many)
    return asked


@pytest.mark.parametrize("n_stretches", [1, 3, 5])
def test_a_killed_training_goes_on_with_the_same_bytes(
    n_stretches: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = development()
    expected = [
        fit(Job(c.network, c.training, seed), FitData(data.images)).weights for c, seed in JOBS
    ]
    with monkeypatch.context() as killing:
        killed_after(n_stretches, killing)
        with pytest.raises(KeyboardInterrupt):
            refit(run_in(tmp_path), data, JOBS, "Training")
    asked = killed_after(-1, monkeypatch)
    results = refit(run_in(tmp_path), data, JOBS, "Training")
    assert asked == list(range(n_stretches + 1, 7))
    for result, weights in zip(results, expected, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(result.weights, weights, strict=True))


def test_a_final_training_is_never_shorter_than_validation_found_best() -> None:
    assert [for_at_least(n, LONG).training.n_epochs for n in (0, 2, 6, 9)] == [6, 6, 6, 9]


def test_states_of_another_training_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = development()
    with monkeypatch.context() as killing:
        killed_after(4, killing)
        with pytest.raises(KeyboardInterrupt):
            refit(run_in(tmp_path), data, JOBS, "Training")
    asked = killed_after(-1, monkeypatch)
    refit(run_in(tmp_path), data, [(SHORT, 9)], "Training")
    assert asked == [1, 2]


def test_the_states_go_when_the_result_is_stored(tmp_path: Path) -> None:
    config = load_config("quick")
    with Run.open(tmp_path, config, seed=0, engine="jax", terminal=Terminal("quiet")) as run:

        def step(run: Run) -> ProtocolSettings:
            refit(run, development(), [(LONG, 5)], "Training")
            assert list(run.scratch.rglob("*.npz"))
            return ProtocolSettings()

        run.step("trained", ProtocolSettings, step)
        assert not run.scratch.exists()
