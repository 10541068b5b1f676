"""The chosen network without each thing that it has, and on fewer images."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hand_made import configuration, development, images, network, run_in, validation

from sevenfold.errors import SettingsError
from sevenfold.protocol import DevelopmentSet
from sevenfold.runs.writing import Run
from sevenfold.statistics import Deviation
from sevenfold.steps.learning_curve import (
    LearningCurveFound,
    LearningCurveSettings,
    part_of,
    run_learning_curve,
)
from sevenfold.steps.leave_one_out import (
    LeaveOneOut,
    LeaveOneOutSettings,
    run_leave_one_out,
    without,
)
from sevenfold.validation import Configuration, Validation, scored

LABELS = np.resize(np.arange(10), 240)
DATA = development(images(LABELS), [range(40)])
MODEL = configuration(16, n_epochs=9)
PLAIN = configuration(8, n_epochs=6)
EVERYTHING = Configuration(
    network=network(8, input_dropout=0.1, hidden_dropout=0.2, l1=1e-6, l2=1e-5, max_norm=2.0),
    training=PLAIN.training.model_copy(
        update={
            "schedule": "cosine",
            "label_smoothing": 0.1,
            "distortion": 0.5,
            "photometric": 0.4,
            "hard_examples": 0.3,
        }
    ),
)
KNOWN = Deviation(value=0.01, ci_low=0.005, ci_high=0.02, degrees_of_freedom=6)
OVERFIT: Any = SimpleNamespace(model=SimpleNamespace(at_end=SimpleNamespace(configuration=MODEL)))
ABLATION: Any = SimpleNamespace(at_end=SimpleNamespace(deviation=KNOWN))


def missing(n_missed: Sequence[int], n_epochs: int = 6) -> Validation:
    """For each seed, how many of the first images every epoch after the first misses;
    that one misses all.
    """
    return validation(LABELS[:40], [[range(40), *[range(n)] * (n_epochs - 1)] for n in n_missed])


class Pretended:
    """Trains nothing: what a configuration misses is asked of a function, with the seed
    and the training images.
    """

    def __init__(self, missed: Any) -> None:
        self.missed, self.seen = missed, list[tuple[Configuration, int, int]]()

    def run(self, tasks: Any, advance: Any) -> Iterator[tuple[int, Validation]]:
        for index, task in enumerate(tasks):
            tried, seed, *rounds = task.arguments()
            n_train = len(rounds[0][0][0].train) if rounds else 200
            self.seen.append((tried, seed, n_train))
            yield index, missing([self.missed(tried, n_train)], tried.training.n_epochs)


def chosen(run: Run, winner: Configuration, undistorted: Configuration | None = None) -> Any:
    def kept(name: str, settings: Configuration, n_missed: list[int]) -> Any:
        made = missing(n_missed)
        run.save_arrays(f"histories/{name}.npz", made.arrays())
        return scored(name, settings, made, 6, f"histories/{name}.npz")

    return SimpleNamespace(
        winner=SimpleNamespace(fresh=kept("trial", winner, [4, 6])),
        undistorted=undistorted
        and SimpleNamespace(scored=kept("undistorted", undistorted, [8, 8])),
    )


def left_out(run: Run, winner: Configuration, missed: Any, **made: Any) -> tuple[LeaveOneOut, Any]:
    executor = Pretended(missed)
    settings = LeaveOneOutSettings(n_seeds=1)
    found = run_leave_one_out(
        run, DATA, settings, OVERFIT, ABLATION, chosen(run, winner, **made), executor=executor
    )
    return found, executor


def test_each_thing_that_it_has_is_left_out_alone() -> None:
    found = without(EVERYTHING, MODEL)
    assert list(found) == [
        *("dropout", "penalty", "max_norm", "schedule", "size"),
        *("label_smoothing", "distortion", "photometric", "hard_examples"),
    ]
    had = EVERYTHING.network, EVERYTHING.training
    for thing, one in found.items():
        same = [
            getattr(one, part) == whole
            for part, whole in zip(("network", "training"), had, strict=True)
        ]
        assert sorted(same) == [False, True], thing
    assert (found["dropout"].network.input_dropout, found["dropout"].network.l2) == (0.0, 1e-5)
    assert (found["penalty"].network.l1, found["penalty"].network.l2) == (0.0, 0.0)
    assert found["size"].network == EVERYTHING.network.model_copy(update={"hidden": (16,)})
    assert found["schedule"].training.schedule == "constant"
    assert found["photometric"].training.distortion == 0.5
    assert found["distortion"].training.photometric == 0.0  # images as they are
    assert without(configuration(16), MODEL) == {}


def test_differences_are_to_the_winner_on_its_last_epochs(tmp_path: Path) -> None:
    winner = Configuration(network=network(8, hidden_dropout=0.2), training=PLAIN.training)
    run = run_in(tmp_path)
    found, executor = left_out(
        run, winner, lambda tried, _: 10 if tried.network.hidden_dropout else 2
    )
    assert [row.thing for row in found.rows] == ["dropout", "size"]
    assert {seed for _, seed, _ in executor.seen} == {run.seeds("finalists", 1)[0]}
    assert [d.value for d in found.differences.values()] == pytest.approx([3 / 40, -5 / 40])
    assert found.winner.accuracy.value == pytest.approx(35 / 40)
    assert [d.n_seeds for d in found.differences.values()] == [1, 1]
    assert found.table is not None
    # The two seeds of the winner, and what the ablation knows.
    assert found.table.deviation.degrees_of_freedom == 1 + 6
    assert found.n_consultations == 2
    assert "2 things left out" in str(found)


def test_what_the_finalists_trained_without_distortions_is_not_trained_again(
    tmp_path: Path,
) -> None:
    training = PLAIN.training.model_copy(update={"distortion": 0.5})
    winner = Configuration(network=network(16), training=training)
    plain = Configuration(network=network(16), training=PLAIN.training)
    found, executor = left_out(run_in(tmp_path), winner, None, undistorted=plain)
    assert executor.seen == []
    assert found.differences["distortion"].value == pytest.approx(-3 / 40)
    assert found.differences["distortion"].n_seeds == 2
    lost, executor = left_out(run_in(tmp_path / "2"), winner, None)
    assert (lost.rows, lost.table, lost.diverged) == ((), None, ("distortion",))


def test_what_the_settings_do_not_name_is_not_left_out(tmp_path: Path) -> None:
    settings = LeaveOneOutSettings(n_seeds=1, things=("schedule", "size"))
    run, executor = run_in(tmp_path), Pretended(lambda *_: 7)
    found = run_leave_one_out(
        run, DATA, settings, OVERFIT, ABLATION, chosen(run, EVERYTHING), executor=executor
    )
    assert list(found.differences) == ["schedule", "size"]
    assert len(executor.seen) == 2
    assert found.not_tried == (
        *("dropout", "penalty", "max_norm"),
        *("label_smoothing", "distortion", "photometric", "hard_examples"),
    )


def test_a_network_that_has_nothing_has_nothing_left_out(tmp_path: Path) -> None:
    found, _ = left_out(run_in(tmp_path), configuration(16, n_epochs=6), None)
    assert (found.rows, found.table, found.reach, found.diverged) == ((), None, None, ())
    assert str(found) == "the chosen network has nothing that could be left out and compared"


def curve(run: Run, shares: tuple[float, ...], data: DevelopmentSet = DATA) -> LearningCurveFound:
    """Errors of 16 images by the root of a share of the 200, of 5 on all."""
    executor = Pretended(lambda _, n_train: round(5 * (200 / n_train) ** 0.5))
    settings = LearningCurveSettings(shares=shares, n_seeds=2)
    found = run_learning_curve(run, data, settings, chosen(run, PLAIN), executor=executor)
    assert all(tried == PLAIN for tried, _, _ in executor.seen)  # the same epochs
    return found


def test_error_falls_along_the_line(tmp_path: Path) -> None:
    found = curve(run_in(tmp_path), (0.25, 0.5))
    assert [point.n_train for point in found.points] == [50, 100, 200]
    assert [point.errors.mean for point in found.points] == pytest.approx([10 / 40, 7 / 40, 5 / 40])
    assert found.line is not None
    assert found.doubled is not None
    assert found.refitted is not None
    assert found.line.n_points == 6
    assert found.line.slope == pytest.approx(-0.5, abs=0.03)
    assert found.doubled[1] < found.doubled[0] == pytest.approx(2**found.line.slope)
    assert found.n_refitted == 240
    assert found.refitted == pytest.approx(found.line.error_at(240))
    assert found.n_consultations == 2


def test_parts_are_stratified_and_lie_inside_one_another() -> None:
    half = part_of(DATA, 0.5, 3)
    quarter = part_of(half, 0.5, 3)
    (whole,), (some,), (few,) = (one.rounds[0] for one in (DATA, half, quarter))
    assert set(few.train) < set(some.train) < set(whole.train)
    assert np.array_equal(few.validation, whole.validation)
    assert DATA.images[some.train].class_counts.tolist() == [10] * 10
    with pytest.raises(SettingsError, match="too few"):
        part_of(DATA, 0.01, 3)


def test_parts_keep_groups_whole() -> None:
    groups = np.array([f"w{i // 20}" for i in range(240)])
    grouped = replace(DATA, images=replace(DATA.images, groups=groups), groups_apart=True)
    (split,) = part_of(grouped, 0.5, 0).rounds[0]
    kept = set(groups[split.train])
    assert len(split.train) == 20 * len(kept) == 100
    (single,) = part_of(replace(grouped, groups_apart=False), 0.5, 0).rounds[0]
    assert len(set(groups[single.train])) > len(kept)


def test_a_part_that_is_too_small_is_said_and_left_out(tmp_path: Path) -> None:
    found = curve(run_in(tmp_path), (0.01, 0.5))
    assert found.too_few == (0.01,)
    assert [point.n_train for point in found.points] == [100, 200]


def test_shares_must_rise() -> None:
    with pytest.raises(SettingsError, match="shares must rise"):
        LearningCurveSettings.from_values({"shares": [0.5, 0.25]})
