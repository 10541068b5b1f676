"""The finalists: judged on fresh seeds, the smaller of equals, and none that
diverges.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.engine import TrainingSettings
from sevenfold.errors import SettingsError
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, divide
from sevenfold.runs.writing import Run
from sevenfold.steps import finalists
from sevenfold.steps.finalists import Finalist, RegularizeSettings
from sevenfold.terminal import Terminal
from sevenfold.tuning.trial import RungScore, TrialRecord
from sevenfold.validation import Configuration, Validation

CURVE = (0.80, 0.90, 0.94, 0.94, 0.94, 0.93, 0.92)
BEST_EPOCH = 5  # of the mean over five epochs
N = 400


def trial(number: int, width: int) -> TrialRecord:
    configuration = Configuration(
        network=NetworkSpec(inputs=784, classes=10, hidden=(width,)),
        training=TrainingSettings(n_epochs=len(CURVE)),
    )
    score = RungScore(epoch=len(CURVE), accuracy=CURVE[-1], loss=0.2, curve=CURVE)
    return TrialRecord(number=number, configuration=configuration, scores=(score,))


def trained(
    configuration: Configuration, wrong: range, diverged_at: int | None = None
) -> Validation:
    """Two repeats that misread the digits `wrong`, the second also one more, at every
    epoch that the configuration asks for.
    """
    n_epochs, labels = configuration.training.n_epochs, np.resize(np.arange(10), N).astype(np.uint8)
    predictions = np.broadcast_to(labels, (2, n_epochs, N)).copy()
    predictions[:, :, wrong] = (labels[wrong] + 1) % 10
    predictions[1, :, wrong.stop] = (labels[wrong.stop] + 1) % 10
    ones, right = np.ones((2, n_epochs)), (predictions == labels).mean(axis=2)
    return Validation(
        ones, right, ones, right, predictions, labels, diverged_at, np.ones((2, N, 10), np.float32)
    )


@pytest.fixture
def finals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Finalist, ...]]:
    development = divide(made_up_digits(300, seed=1), ProtocolSettings(method="holdout"), seed=0)

    def judged(
        trials: Sequence[TrialRecord], outcome: dict[int, Validation]
    ) -> tuple[Finalist, ...]:
        def validate(
            _: Run,
            executor: object,
            data: DevelopmentSet,
            configurations: Sequence[Configuration],
            *__: object,
        ) -> list[Validation]:
            assert {configuration.training.n_epochs for configuration in configurations} == {
                BEST_EPOCH
            }
            return [outcome[trial.number] for trial in trials]

        monkeypatch.setattr(finalists, "validate", validate)
        run = Run(tmp_path, seed=0, engine="jax", terminal=Terminal("quiet"))
        settings = RegularizeSettings(n_finalists=len(trials))
        found, validations = finalists._finals(
            run, development, settings, tuple(trials), (0, 1), executor=None
        )
        assert len(validations) == len(trials)
        return found

    return judged


def frozen(record: TrialRecord) -> Configuration:
    training = record.configuration.training.model_copy(update={"n_epochs": BEST_EPOCH})
    return record.configuration.model_copy(update={"training": training})


def test_the_smaller_of_two_that_cannot_be_told_apart_is_chosen(
    finals: Callable[..., tuple[Finalist, ...]],
) -> None:
    large, small = trial(0, 64), trial(1, 16)
    judged = finals(
        [large, small],
        {0: trained(frozen(large), range(10)), 1: trained(frozen(small), range(200, 211))},
    )
    assert [(finalist.trial, finalist.within_one_se, finalist.chosen) for finalist in judged] == [
        (0, True, False),
        (1, True, True),
    ]
    assert [(finalist.search_epoch, finalist.fresh.epoch) for finalist in judged] == [
        (7, BEST_EPOCH),
        (7, BEST_EPOCH),
    ]


def test_a_smaller_one_that_is_clearly_worse_is_not(
    finals: Callable[..., tuple[Finalist, ...]],
) -> None:
    large, small = trial(0, 64), trial(1, 16)
    judged = finals(
        [large, small],
        {0: trained(frozen(large), range(10)), 1: trained(frozen(small), range(200, 240))},
    )
    assert [finalist.chosen for finalist in judged] == [True, False]


def test_one_that_diverges_on_fresh_seeds_is_out(
    finals: Callable[..., tuple[Finalist, ...]],
) -> None:
    first, second = trial(0, 16), trial(1, 64)
    judged = finals(
        [first, second],
        {0: trained(frozen(first), range(10), 2), 1: trained(frozen(second), range(11))},
    )
    assert [(finalist.trial, finalist.chosen) for finalist in judged] == [(1, True)]


def test_where_all_diverge_the_learning_rate_is_named(
    finals: Callable[..., tuple[Finalist, ...]],
) -> None:
    only = trial(0, 16)
    with pytest.raises(SettingsError, match=r"regularize\.space\.learning_rate.*--out"):
        finals([only], {0: trained(frozen(only), range(10), 2)})
