"""The finalists, scored by hand: who is best, who is as good, and what distortions are
worth.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hand_made import (
    NOWHERE,
    configuration,
    development,
    images,
    network,
    run_in,
    trained_as,
    validation,
)
from test_steps_overfit import BASELINE, TURNING

from sevenfold.runs.writing import Run
from sevenfold.steps.finalists import Finalists, RegularizeSettings, run_finalists
from sevenfold.steps.overfit import OverfitSettings, Stage, run_overfit
from sevenfold.tuning.trial import RungScore, TrialRecord
from sevenfold.validation import Configuration, Validation
from sevenfold.warp import warp

LABELS = np.resize(np.arange(10), 80)
DATA = development(images(LABELS), [range(40)])
CURVE = (0.5, 0.7, 0.8, 0.9, 0.8, 0.7, 0.6)  # smoothed over five, best after the fourth
Missed = dict[tuple[int, float], tuple[Sequence[int], Sequence[int], float]]


def trial(
    number: int, width: int, distortion: float = 0.0, photometric: float = 0.0
) -> TrialRecord:
    tried = configuration(width, n_epochs=7, distortion=distortion, photometric=photometric)
    score = RungScore(epoch=7, accuracy=0.6, loss=0.5, curve=CURVE)
    return TrialRecord(number=number, configuration=tried, scores=(score,))


class Pretended:
    """Trains nothing: by width and distortion, what the first seed's and the second
    seed's network misses after the last epoch, and their loss.
    """

    def __init__(self, missed: Missed) -> None:
        self.missed, self.seen = missed, list[Configuration]()

    def run(self, tasks: Any, advance: Any) -> Iterator[tuple[int, Validation]]:
        seeds = sorted({task.arguments()[1] for task in tasks})
        for index, task in enumerate(tasks):
            tried, seed = task.arguments()
            self.seen.append(tried)
            *missed, loss = self.missed[tried.network.hidden[0], tried.training.distortion]
            n_epochs, every = tried.training.n_epochs, range(40)
            wrong = [[*[every] * (n_epochs - 1), missed[seeds.index(seed)]]]
            made = validation(LABELS[:40], wrong, [[9.0] * (n_epochs - 1) + [loss]])
            yield index, replace(made, probabilities=np.ones((1, 40, 10), np.float32))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return run_in(tmp_path)


def judged(
    run: Run, monkeypatch: pytest.MonkeyPatch, trials: list[TrialRecord], missed: Missed
) -> tuple[Finalists, Pretended]:
    """The step; the overfitting model misses 20 of 40 after its first epoch, and one
    fewer after each.
    """
    wrong = [[range(21 - epoch) for epoch in range(1, 13)]] * 3
    model = validation(LABELS[:40], wrong, [list(TURNING)] * 3)  # type: ignore[arg-type]
    trained_as(monkeypatch, "sevenfold.steps.overfit", [model])
    stages = (Stage(hidden=(6,), n_epochs=12),)
    overfit = run_overfit(
        run, DATA, OverfitSettings(stages=stages, n_seeds=3), BASELINE, executor=NOWHERE
    )
    executor = Pretended(missed)
    searched: Any = SimpleNamespace(trials=tuple(trials))
    settings = RegularizeSettings(n_finalists=len(trials), n_finalist_seeds=2)
    found = run_finalists(run, DATA, settings, overfit, searched, executor=executor)  # type: ignore[arg-type]
    return found, executor


def test_epochs_are_read_from_the_smoothed_curve_and_the_gain_at_the_models_best(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed: Missed = {(8, 0.0): (range(2), range(4), 0.1)}
    found, executor = judged(run, monkeypatch, [trial(3, 8)], missed)
    smooth = [np.mean(CURVE[max(0, i - 2) : i + 3]) for i in range(7)]
    assert {c.training.n_epochs for c in executor.seen} == {int(np.argmax(smooth)) + 1}
    assert found.winner.fresh.accuracy.value == pytest.approx(1 - 3 / 40)
    # The model's smoothed accuracy is best after its last epoch, where it misses nine.
    assert found.gain_over_overfit.value == pytest.approx((9 - 3) / 40)
    assert (found.winner.search_accuracy, found.winner.search_epoch) == (0.6, 7)
    assert (found.undistorted, found.diverged, found.n_consultations) == (None, (), 1)


def test_of_equals_the_lower_loss_is_what_others_are_behind(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed: Missed = {
        (8, 0.0): (range(2), range(4), 0.3),
        (9, 0.0): (range(10, 12), range(10, 14), 0.1),
    }
    found, _ = judged(run, monkeypatch, [trial(0, 8), trial(1, 9)], missed)
    first, second = found.finalists
    assert (second.behind_best, second.standard_error) == (0.0, 0.0)
    gaps = np.zeros((2, 40))
    gaps[0, [0, 1]], gaps[0, [10, 11]] = 1, -1
    gaps[1, range(4)], gaps[1, range(10, 14)] = 1, -1
    error = np.sqrt(gaps.mean(axis=0).var(ddof=1) / 40 + gaps.mean(axis=1).var(ddof=1) / 2)
    assert (first.behind_best, first.standard_error) == pytest.approx((0.0, error))
    assert [finalist.chosen for finalist in found.finalists] == [True, False]


@pytest.mark.parametrize(("n_missed", "chosen"), [(5, 0), (12, 1)])
def test_the_smallest_within_one_standard_error_is_chosen(
    run: Run, monkeypatch: pytest.MonkeyPatch, n_missed: int, chosen: int
) -> None:
    missed: Missed = {
        (4, 0.0): (range(20, 20 + n_missed), range(20, 21 + n_missed), 0.5),
        (16, 0.0): (range(4), range(5), 0.1),
    }
    found, _ = judged(run, monkeypatch, [trial(0, 4), trial(1, 16)], missed)
    assert found.winner.trial == chosen
    assert found.finalists[0].behind_best == pytest.approx((n_missed - 4) / 40)
    assert found.finalists[0].within_one_se is (chosen == 0)


def test_what_distortions_are_worth(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    missed: Missed = {
        (8, 0.5): (range(2), range(4), 0.1),
        (8, 0.0): (range(5), range(6), 0.1),
    }
    found, executor = judged(run, monkeypatch, [trial(0, 8, distortion=0.5)], missed)
    plain, winner = found.undistorted, found.winner.fresh.configuration
    assert plain is not None
    assert plain.scored.configuration.training.distortion == 0.0
    assert plain.scored.configuration.network == winner.network == network(8)
    assert plain.scored.epoch == found.winner.fresh.epoch
    assert plain.difference.value == pytest.approx((2 + 4 - 5 - 6) / 80)
    assert plain.field_rms == pytest.approx(0.5 * winner.training.warp.field_rms(28, 28))
    assert found.n_consultations == 2
    assert [c.training.distortion for c in executor.seen] == [0.5, 0.5, 0.0, 0.0]
    pictures = run.load_arrays("pictures/distorted.npz")
    train = DATA.images.pixels[40:50]
    assert np.array_equal(pictures["originals"], train)  # the first of each class
    assert len({drawn.tobytes() for drawn in pictures["distorted"]}) > 1


def test_images_as_they_are_have_their_own_ink_and_the_picture_shows_the_share(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed: Missed = {(8, 0.5): (range(2), range(4), 0.1), (8, 0.0): (range(5), range(6), 0.1)}
    tried = trial(0, 8, distortion=0.5, photometric=0.4)
    found, executor = judged(run, monkeypatch, [tried], missed)
    assert found.undistorted is not None
    assert [c.training.photometric for c in executor.seen] == [0.4, 0.4, 0.0, 0.0]
    training = tried.configuration.training
    labels = np.arange(10, dtype=np.uint8)
    drawn = run.load_arrays("pictures/distorted.npz")
    for seed, row in enumerate(drawn["distorted"]):
        alone = warp(drawn["originals"], labels, training.warp, seed, 0.5)
        assert np.array_equal(row, alone) is (seed < 3)  # two rows of five are changed
