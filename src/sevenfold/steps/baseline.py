"""Section 5: a small dense network that must beat common sense (DLWP 4.5.5)."""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.engine import TrainingSettings
from sevenfold.errors import NoStatisticalPower
from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.networks import NetworkSpec, Width
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import (
    SMOOTHING_WINDOW,
    Difference,
    PairedTest,
    Proportion,
    difference_of_networks,
    mcnemar,
    proportion,
    smooth,
)
from sevenfold.steps.seen_groups import SeenGroups, compare_seen_groups
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    scored,
)

TIMES = (1, 2, 4, 8)
"""How often its epochs the baseline is trained, in turn."""

FLAT = 0.02
"""A validation loss that the second half of the epochs lowers by less than this share
is flat: twice as many would lower it by less still.
"""

ENOUGH_UPDATES = 500
"""Before so many a loss may stand still because it has not begun to fall."""


class BaselineSettings(Settings):
    """The small network, the softmax regression beside it, and how sure the comparison
    must be.
    """

    hidden: tuple[Width, ...] = (32,)
    """Units of each hidden layer of the small network."""
    n_epochs: Annotated[int, Field(ge=1)] = 10
    """How long the small network and softmax regression are trained."""
    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 128
    """Images in each update."""
    n_seeds: Annotated[int, Field(ge=1, le=50)] = 3
    """Trainings of each, from different starts."""
    significance: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.05
    """Level of the tests by which the small network must beat what is simpler."""


Rival = Literal["majority", "softmax"]


class Baseline(Record):
    """Common sense, the small network, and what tells them apart: exact tests on the
    predictions of the first seed, and differences in accuracy over images and seeds.
    majority_class: the label most frequent in training. seen_groups: what a split that
    lets groups fall on both sides would have hidden; None where groups are not known.
    """

    majority_class: int
    majority: Proportion
    softmax: ScoredConfiguration
    network: ScoredConfiguration
    against_majority: PairedTest
    against_softmax: PairedTest
    over_majority: Difference
    over_softmax: Difference
    significance: float
    n_consultations: int
    seen_groups: SeenGroups | None = None

    @property
    def unbeaten(self) -> tuple[Rival, ...]:
        """The rivals that the networks of all seeds do not beat beyond chance."""
        gains: dict[Rival, Difference] = {
            "majority": self.over_majority,
            "softmax": self.over_softmax,
        }
        return tuple(rival for rival, gain in gains.items() if gain.ci_low <= 0.0)

    @property
    def has_power(self) -> bool:
        """Whether the network is better than the most frequent class."""
        return "majority" not in self.unbeaten

    def __str__(self) -> str:
        return (
            f"{self.network.configuration.network} reaches {self.network.accuracy}; softmax"
            f" regression {self.softmax.accuracy.percent} %, the most frequent class"
            f" {self.majority.percent} %"
        )


def run_baseline(
    run: Run, development: DevelopmentSet, settings: BaselineSettings, *, executor: Executor
) -> Baseline:
    """Score the majority class, softmax regression and a small network, trained at
    `executor`, and compare the network with both.

    Both are trained for `n_epochs`, and then for twice as many again and again
    (`TIMES`) while the network does not beat both rivals and its loss is not flat.
    """
    for times in TIMES:
        n_epochs = times * settings.n_epochs
        results = _train(run, development, settings, n_epochs, executor)
        baseline = _compare(development, results, settings.significance)
        if not baseline.unbeaten or _is_flat(*results["baseline"], development):
            break
    for name, (_, validation) in results.items():
        run.save_arrays(layout.history(name), validation.arrays())
    return baseline.model_copy(
        update={
            # Each length of training was judged by the validation images.
            "n_consultations": 2 * (TIMES.index(times) + 1),
            "seen_groups": compare_seen_groups(
                run, development, results["baseline"][0], executor=executor
            ),
        }
    )


Results = dict[Literal["softmax", "baseline"], tuple[Configuration, Validation]]


def _train(
    run: Run,
    development: DevelopmentSet,
    settings: BaselineSettings,
    n_epochs: int,
    executor: Executor,
) -> Results:
    training = TrainingSettings(
        n_epochs=n_epochs, batch_size=settings.batch_size, precision=run.precision
    )
    images = development.images
    softmax, small = (
        Configuration(
            network=NetworkSpec(inputs=images.n_inputs, classes=images.n_classes, hidden=hidden),
            training=training,
        )
        for hidden in ((), settings.hidden)
    )
    seeds = run.seeds("comparison", settings.n_seeds)
    by_softmax, by_network = validate(
        run,
        executor,
        development,
        (softmax, small),
        seeds,
        "Baseline",
        rounds="all",
        score_training=True,
    )
    return {"softmax": (softmax, by_softmax), "baseline": (small, by_network)}


def _is_flat(
    configuration: Configuration, validation: Validation, development: DevelopmentSet
) -> bool:
    """Whether the second half of the epochs left the smoothed validation loss about
    where it was, or raised it (see `FLAT`), after updates enough to tell.
    """
    training, n_train = configuration.training, len(development.rounds[0][0].train)
    if training.n_epochs * math.ceil(n_train / training.batch_size) < ENOUGH_UPDATES:
        return False
    curve = smooth(validation.val_loss, SMOOTHING_WINDOW).mean(axis=0)
    before = curve[: math.ceil(len(curve) / 2)].min()
    return bool(curve.min() > (1.0 - FLAT) * before)


def _compare(development: DevelopmentSet, results: Results, significance: float) -> Baseline:
    (softmax, by_softmax), (small, by_network) = results["softmax"], results["baseline"]
    epoch, labels = small.training.n_epochs, by_network.labels
    first = development.rounds[0][0]
    majority_class = int(development.images[first.train].class_counts.argmax())
    by_majority = labels == majority_class
    right, softmax_right = by_network.correct(epoch), by_softmax.correct(epoch)
    level = 1.0 - significance
    return Baseline(
        majority_class=majority_class,
        majority=proportion(int(by_majority.sum()), len(labels)),
        softmax=scored("softmax regression", softmax, by_softmax, epoch, layout.history("softmax")),
        network=scored("baseline", small, by_network, epoch, layout.history("baseline")),
        against_majority=mcnemar(right[0], by_majority),
        against_softmax=mcnemar(right[0], softmax_right[0]),
        over_majority=difference_of_networks(
            right, np.broadcast_to(by_majority, right.shape), level=level
        ),
        over_softmax=difference_of_networks(right, softmax_right, level=level),
        significance=significance,
        n_consultations=2,
    )


def require_power(baseline: Baseline) -> None:
    """Stop the workflow where the network is no better than the most frequent class.

    That it cannot be told from softmax regression is a finding, and the workflow goes
    on.

    Raises:
        NoStatisticalPower: it is not, over all images and seeds.
    """
    if not baseline.has_power:
        gain, network = baseline.over_majority, baseline.network
        raise NoStatisticalPower(
            f"The baseline {network.configuration.network} reaches {network.accuracy} on"
            f" {gain.n:,} validation images, no more than always answering the most frequent class"
            f" ({baseline.majority.percent} %). The two hypotheses are in question: that the class"
            " can be predicted from the pixels, and that this data holds enough to learn it. Look"
            " for the cause in this order: too few epochs (--set baseline.n_epochs), the scale of"
            " the pixels, ink and paper exchanged, wrong labels (`sevenfold data check`)."
        )
