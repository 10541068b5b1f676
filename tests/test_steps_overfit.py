"""The ladder: climbed until validation loss turns; each network is read there."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hand_made import NOWHERE, development, images, run_in, trained_as, validation
from scipy.stats import t

from sevenfold.steps.overfit import (
    Overfit,
    OverfitSettings,
    Stage,
    find_turn,
    run_overfit,
    turning_epoch,
)

LABELS = np.resize(np.arange(10), 40)
FALLING = np.linspace(1.0, 0.2, 12)
TURNING = np.array([1.0, 0.8, 0.6, 0.5, 0.45, 0.42, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7])
BASELINE: Any = SimpleNamespace(network=SimpleNamespace(accuracy=SimpleNamespace(value=0.5)))


def smoothed(curve: np.ndarray) -> np.ndarray:
    return np.array([curve[max(0, i - 2) : i + 3].mean() for i in range(len(curve))])


def climbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *curves: np.ndarray
) -> tuple[Overfit, list[Any]]:
    """The step, where stage by stage validation loss runs like these curves, a little
    apart for each of three seeds; after epoch e of twelve, 12 - e images are missed.
    """
    stages = tuple(Stage(hidden=(2 * i,), n_epochs=12) for i in range(1, len(curves) + 1))
    outcomes = []
    for curve in curves:
        losses = np.stack([curve + 0.01 * seed for seed in range(3)])
        wrong = [[range(12 - epoch) for epoch in range(1, 13)] for _ in range(3)]
        outcomes.append([validation(LABELS, wrong, losses)])  # type: ignore[arg-type]
    asked = trained_as(monkeypatch, "sevenfold.steps.overfit", *outcomes)
    data = development(images(LABELS), [range(40)])
    settings = OverfitSettings(stages=stages, n_seeds=3)
    return run_overfit(run_in(tmp_path), data, settings, BASELINE, executor=NOWHERE), asked


def test_the_ladder_ends_with_the_first_that_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, asked = climbed(tmp_path, monkeypatch, FALLING, TURNING, TURNING)
    assert found.reached
    assert [attempt.turn.reached for attempt in found.attempts] == [False, True]
    assert len(asked) == found.n_consultations == 2
    assert found.model is found.attempts[1]
    assert found.model.at_end.configuration.network.hidden == (4,)


def test_the_model_is_read_where_it_turned_and_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = climbed(tmp_path, monkeypatch, FALLING, TURNING)
    turn = int(smoothed(TURNING).argmin()) + 1
    model = found.model
    assert turn == 6
    assert (model.turn.epoch, model.at_turn.epoch, model.at_end.epoch) == (turn, turn, 12)
    assert model.at_turn.accuracy.value == pytest.approx(1 - (12 - turn) / 40)
    assert model.at_end.accuracy.value == 1.0
    assert model.at_turn.val_loss == pytest.approx(TURNING[turn - 1] + 0.01)
    assert model.at_end.val_loss == pytest.approx(TURNING[-1] + 0.01)
    assert model.train_loss_at_end == pytest.approx(TURNING[-1] + 0.01 + 1.0)
    assert found.gap_to_baseline == pytest.approx(1 - 6 / 40 - 0.5)


def test_where_nothing_turns_the_largest_is_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = climbed(tmp_path, monkeypatch, FALLING, FALLING)
    assert not found.reached
    assert found.model is found.attempts[-1]
    assert found.model.at_turn.epoch == 12


def test_its_curves_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = climbed(tmp_path, monkeypatch, FALLING, TURNING)
    stored = found.model.validation(run_in(tmp_path))
    assert stored.val_loss[0] == pytest.approx(TURNING)
    assert turning_epoch(stored.val_loss) == found.model.turn.epoch


def test_the_rise_and_its_threshold_by_hand() -> None:
    rng = np.random.default_rng(4)
    losses = TURNING + rng.normal(0.0, 0.03, (4, 12))
    curves = np.stack([smoothed(row) for row in losses])
    rises = []
    for repeat in range(4):
        others = np.delete(curves, repeat, axis=0).mean(axis=0)
        rises.append(curves[repeat, -1] - curves[repeat, others.argmin()])
    found, sd = find_turn(losses), np.std(rises, ddof=1)
    assert found.rise.values == pytest.approx(rises)
    assert found.threshold == pytest.approx(max(sd, t.ppf(0.95, 3) * sd / 2))
    assert found.epochs.values == pytest.approx(curves.argmin(axis=1) + 1)


@pytest.mark.parametrize(
    ("rises", "reached"),
    [
        ([0.10, 0.11, 0.12], True),
        ([0.01, 0.10, 0.30], False),  # all rise, but the spread is as large
        ([-0.01, 0.20, 0.21, 0.22, 0.21, 0.20], False),  # one falls
        ([0.10, 0.16], False),  # two seeds: Student's t is wide
    ],
)
def test_every_repeat_must_rise_and_the_mean_beyond_the_spread(
    rises: list[float], reached: bool
) -> None:
    shape = np.concatenate([np.linspace(1.0, 0.0, 8), np.zeros(8)])
    losses = np.stack([shape + np.append(np.zeros(11), [rise] * 5) for rise in rises])
    assert find_turn(losses).reached is reached
