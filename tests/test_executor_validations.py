"""Validations as tasks: the same as without, each kept as it comes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from conftest import made_up_digits
from hand_made import configuration, run_in

from sevenfold.executor.tasks import Result, Task
from sevenfold.executor.this_process import ThisProcess
from sevenfold.executor.validations import validate
from sevenfold.protocol import ProtocolSettings, divide
from sevenfold.runs.writing import Run
from sevenfold.splits import Split
from sevenfold.terminal import Advance
from sevenfold.validation import Validation, cross_validate

DATA = divide(
    made_up_digits(240, seed=5), ProtocolSettings(method="iterated-kfold", n_folds=2), seed=0
)
TRIED = [configuration(8, n_epochs=3), configuration(5, n_epochs=2)]
SEEDS = (3, 4)
Rounds = Literal["unsearched", "all"]


class Counting(ThisProcess):
    """An executor that counts its tasks and is stopped before one too many."""

    def __init__(self, most: int = 99) -> None:
        super().__init__(DATA)
        self.most, self.n = most, 0

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """Each task in turn."""
        for found in super().run(tasks, advance):
            if self.n == self.most:
                raise KeyboardInterrupt
            self.n += 1
            yield found


def validated(run: Run, executor: ThisProcess, rounds: Any, **options: bool) -> list[Validation]:
    return validate(run, executor, DATA, TRIED, SEEDS, "Test", rounds=rounds, **options)


def assert_same(found: Sequence[Validation], expected: Sequence[Validation]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.diverged_at == other.diverged_at
        for name, array in one.arrays().items():
            assert array.tobytes() == other.arrays()[name].tobytes(), name
            assert array.shape == other.arrays()[name].shape, name


@pytest.mark.parametrize("rounds", ["unsearched", "all"])
def test_as_one_cross_validation_of_all(tmp_path: Path, rounds: Rounds) -> None:
    used = DATA if rounds == "all" else DATA.unsearched()
    found = validated(run_in(tmp_path), Counting(), rounds, score_training=True)
    assert_same(found, cross_validate(used, TRIED, SEEDS, engine="jax", score_training=True))
    assert found[0].train_loss.shape == found[0].val_loss.shape
    assert (found[0].probabilities is None) == (rounds == "all")


def test_a_stop_costs_the_task_at_work_and_no_byte(tmp_path: Path) -> None:
    run, whole = run_in(tmp_path / "run"), validated(run_in(tmp_path / "whole"), Counting(), "all")
    with pytest.raises(KeyboardInterrupt):
        validated(run, Counting(3), "all")
    rest = Counting()
    assert_same(validated(run, rest, "all"), whole)
    assert rest.n == 1


def test_another_question_finds_nothing_kept(tmp_path: Path) -> None:
    run, (first,) = run_in(tmp_path), DATA.rounds[:1]
    halves = tuple(Split(split.train[::2], split.validation) for split in first)
    for rounds, options in [
        ("all", {}),
        ("unsearched", {}),
        ((first,), {}),
        ((halves,), {}),
        ("all", {"score_training": True}),
    ]:
        asked = Counting()
        validated(run, asked, rounds, **options)
        assert asked.n == 4, rounds
        again = Counting()
        validated(run, again, rounds, **options)
        assert again.n == 0, rounds


def test_what_is_damaged_is_trained_again(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    whole = validated(run, Counting(), "unsearched")
    one, other, *_ = sorted(run.scratch.iterdir())
    one.write_bytes(one.read_bytes()[:-30])
    other.unlink()
    again = Counting()
    found = validated(run, again, "unsearched")
    assert again.n == 2
    assert_same(found, whole)
    for kept, trained in zip(found, whole, strict=True):
        np.testing.assert_array_equal(kept.probabilities, trained.probabilities)


def test_a_divergence_is_kept_too(tmp_path: Path) -> None:
    fast = configuration(8, n_epochs=40, optimizer="sgd", learning_rate=10.0)
    penalized = fast.network.model_copy(update={"l2": 1.0})
    wild = [fast.model_copy(update={"network": penalized})]
    run = run_in(tmp_path)
    first, again = (
        validate(run, Counting(), DATA, wild, SEEDS, "Test", rounds="all")[0] for _ in range(2)
    )
    assert first.diverged_at is not None
    assert_same([again], [first])
