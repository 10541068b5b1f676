"""Who trains on, in which order trials stand, and what a trial's score is, by hand."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import made_up_digits
from hand_made import configuration, development, images
from test_tuning import SETTINGS, Pretended, pretend, pretended_training

from sevenfold.protocol import DevelopmentSet, ProtocolSettings, divide
from sevenfold.tuning.halving import SearchSettings, survivors
from sevenfold.tuning.trial import RungScore, TrialRecord, TrialState, train_to


def score(accuracy: float, loss: float = 0.5, epoch: int = 1, diverged: bool = False) -> RungScore:
    return RungScore(
        epoch=epoch, accuracy=accuracy, loss=loss, curve=(accuracy,), diverged=diverged
    )


def trial(number: int, *scores: RungScore) -> TrialRecord:
    return TrialRecord(number=number, configuration=configuration(8), scores=scores)


def test_trials_stand_by_rung_accuracy_loss_and_number() -> None:
    expected = [
        trial(5, score(0.5), score(0.91, 0.4, epoch=3)),
        trial(1, score(0.5), score(0.90, 0.2, epoch=3)),
        trial(7, score(0.5), score(0.90, 0.3, epoch=3)),
        trial(8, score(0.5), score(0.90, 0.3, epoch=3)),
        trial(0, score(0.99, 0.1)),
        trial(2, score(0.98, 0.0)),
    ]
    for seed in range(5):
        shuffled = [expected[i] for i in np.random.default_rng(seed).permutation(6)]
        assert sorted(shuffled, key=lambda record: record.rank) == expected


@pytest.mark.parametrize(
    ("accuracies", "reduction", "level", "alive"),
    [
        ([0.1, 0.9, 0.5, 0.7, 0.3, 0.8], 3, 0, [0, 1, 2, 3, 4, 5]),
        ([0.1, 0.9, 0.5, 0.7, 0.3, 0.8], 3, 1, [1, 5]),
        ([0.1, 0.9, 0.5, 0.7, 0.3, 0.8], 2, 1, [1, 5, 3]),
        ([0.1, 0.9, 0.5, 0.7, 0.3], 2, 1, [1, 3]),  # five halved are two
        ([0.1, 0.9], 3, 1, [1]),  # one at least
        ([0.9, 0.9, 0.9], 2, 1, [0]),  # the earlier of equals
    ],
)
def test_the_best_of_a_rung_train_on(
    accuracies: list[float], reduction: int, level: int, alive: list[int]
) -> None:
    batch = [trial(number, score(accuracy)) for number, accuracy in enumerate(accuracies)]
    assert [record.number for record in survivors(batch, level, reduction)] == alive


def test_each_rung_halves_what_the_one_below_left() -> None:
    second = {1: 0.6, 5: 0.7, 3: 0.8}
    batch = [
        trial(n, score(a), *([score(second[n], epoch=3)] if n in second else []))
        for n, a in enumerate([0.1, 0.9, 0.5, 0.7, 0.3, 0.8])
    ]
    assert [record.number for record in survivors(batch, 2, 2)] == [3]


def test_of_equal_accuracies_the_lower_loss_trains_on_and_a_diverged_one_never() -> None:
    batch = [trial(0, score(0.9, 0.5)), trial(1, score(0.9, 0.2)), trial(2, score(0.8))]
    assert [record.number for record in survivors(batch, 1, 2)] == [1]
    wild = [trial(0, score(0.0, 1e9, diverged=True)), trial(1, score(0.0, 1e9, diverged=True))]
    assert survivors(wild, 1, 2) == []
    assert survivors([wild[0], trial(1, score(0.1)), trial(2, score(0.2))], 1, 3) == [
        trial(2, score(0.2))
    ]


def test_the_plan_of_a_search() -> None:
    settings = SearchSettings(n_trials=20, batch=9, rungs=(2, 5, 11), reduction=3)
    assert settings.batch_sizes == (9, 9, 2)
    assert settings.n_waves == 5
    levels = [[settings.level(batch, wave) for batch in range(4)] for wave in range(5)]
    assert levels == [
        [0, None, None, None],
        [1, 0, None, None],
        [2, 1, 0, None],
        [None, 2, 1, None],
        [None, None, 2, None],
    ]
    assert settings.n_epochs(1) == 2 * (9 * 2 + 3 * 3 + 1 * 6) + (2 * 2 + 1 * 3 + 1 * 6)
    assert settings.n_epochs(4) == 4 * settings.n_epochs(1)


def test_a_search_keeps_what_the_rule_keeps(tmp_path: Path) -> None:
    """The whole search over made-up scores, against the rule written out again."""
    data = divide(made_up_digits(400, seed=1), ProtocolSettings(method="holdout"), 0)
    found = pretend(tmp_path / "tuning.db", data, Pretended())
    trials = {record.number: record for record in found.trials}
    expected: dict[int, int] = {}
    for batch in (range(4), range(4, 8), range(8, 11)):
        alive = list(batch)
        for rung, epoch in enumerate(SETTINGS.rungs):
            results = {
                n: pretended_training(trials[n].configuration, 5, TrialState(), epoch)[0]
                for n in alive
            }
            expected |= dict.fromkeys(alive, rung + 1)
            ranked = sorted(alive, key=lambda n: (-results[n].accuracy, results[n].loss, n))
            alive = [n for n in ranked[: max(1, len(alive) // 2)] if not results[n].diverged]
    assert {n: len(record.scores) for n, record in trials.items()} == expected
    keys = [(-r.last.epoch, -r.last.accuracy, r.last.loss, r.number) for r in found.trials]
    assert keys == sorted(keys)


@pytest.fixture
def two_folds() -> DevelopmentSet:
    """One fold of three images, one of one."""
    return development(images([0] * 8), [[0, 1, 2], [5]], [[0], [1]])


def fits(monkeypatch: pytest.MonkeyPatch, *histories: Any, diverged_at: int | None = None) -> None:
    left = iter(histories)

    def fit(*_: Any, **__: Any) -> Any:
        history = SimpleNamespace(**{n: np.array(v) for n, v in next(left).items()})
        return SimpleNamespace(history=history, diverged_at=diverged_at, state=None)

    monkeypatch.setattr("sevenfold.tuning.trial.fit", fit)


def test_a_trial_is_scored_at_its_last_epoch_with_each_image_once(
    two_folds: DevelopmentSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits(
        monkeypatch,
        {"val_accuracy": [0.2, 0.9, 0.6], "val_loss": [0.9, 0.1, 0.4]},
        {"val_accuracy": [0.4, 1.0, 0.2], "val_loss": [0.8, 0.2, 1.2]},
    )
    found, state = train_to(two_folds, configuration(8), 0, TrialState(), 3, engine="jax")
    assert found.curve == pytest.approx((0.25, 0.925, 0.5))
    assert found.accuracy == pytest.approx(0.75 * 0.6 + 0.25 * 0.2)
    assert found.loss == pytest.approx(0.75 * 0.4 + 0.25 * 1.2)
    assert (found.epoch, found.diverged, len(state.folds)) == (3, False, 2)


def test_a_trial_that_diverges_has_no_score(
    two_folds: DevelopmentSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    curves = {"val_accuracy": [0.9], "val_loss": [0.1]}
    fits(monkeypatch, curves, curves, diverged_at=2)
    found, state = train_to(two_folds, configuration(8), 0, TrialState(), 3, engine="jax")
    assert (found.accuracy, found.diverged, state) == (0.0, True, TrialState())
    assert found.loss > 1e6
