"""Section 5: a small dense network that must beat common sense (DLWP 4.5.5)."""

from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.engine import TrainingSettings
from sevenfold.errors import NoStatisticalPower
from sevenfold.networks import NetworkSpec, Width
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run
from sevenfold.statistics import PairedTest, Proportion, mcnemar, proportion
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    cross_validate,
    n_fits,
    scored,
)


class BaselineSettings(Record):
    """The small network, the softmax regression beside it, and how sure the comparison
    must be.
    """

    hidden: tuple[Width, ...] = (32,)
    n_epochs: Annotated[int, Field(ge=1)] = 10
    n_seeds: Annotated[int, Field(ge=1, le=50)] = 3
    significance: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.05


class Baseline(Record):
    """Common sense, the small network, and the exact tests between them."""

    verdict: str
    majority_digit: int
    majority: Proportion
    softmax: ScoredConfiguration
    network: ScoredConfiguration
    against_majority: PairedTest
    against_softmax: PairedTest
    significance: float
    n_consultations: int


def run_baseline(run: Run, development: DevelopmentSet, settings: BaselineSettings) -> Baseline:
    """Score the majority class, softmax regression and a small network, and test the
    network against both.
    """
    training = TrainingSettings(n_epochs=settings.n_epochs)
    images = development.images
    softmax, small = (
        Configuration(
            network=NetworkSpec(inputs=images.n_inputs, classes=images.n_classes, hidden=hidden),
            training=training,
        )
        for hidden in ((), settings.hidden)
    )
    seeds = run.seeds("comparison", settings.n_seeds)
    with run.terminal.stage(
        "Baseline", 2 * n_fits(development, len(seeds)) * settings.n_epochs
    ) as advance:
        validations = cross_validate(
            development,
            (softmax, small),
            seeds,
            engine=run.engine,
            score_training=True,
            advance=advance,
        )
    results = dict(zip(("softmax", "baseline"), validations, strict=True))
    for name, validation in results.items():
        run.save_arrays(f"histories/{name}.npz", validation.arrays())
    return _compare(development, softmax, small, results, settings)


def _compare(
    development: DevelopmentSet,
    softmax: Configuration,
    small: Configuration,
    results: dict[str, Validation],
    settings: BaselineSettings,
) -> Baseline:
    epoch = settings.n_epochs
    labels = results["baseline"].labels
    majority_digit = int(
        np.bincount(
            development.images.labels[development.rounds[0][0].train], minlength=10
        ).argmax()
    )
    majority_correct = labels == majority_digit
    correct = {name: validation.correct(epoch)[0] for name, validation in results.items()}
    scores = {
        "softmax": scored(
            "softmax regression", softmax, results["softmax"], epoch, "histories/softmax.npz"
        ),
        "baseline": scored("baseline", small, results["baseline"], epoch, "histories/baseline.npz"),
    }
    majority = proportion(int(majority_correct.sum()), len(labels))
    return Baseline(
        verdict=(
            f"{small.network} reaches {scores['baseline'].accuracy}; softmax regression"
            f" {100 * scores['softmax'].accuracy.value:.2f} %, always answering {majority_digit}"
            f" {100 * majority.value:.2f} %"
        ),
        majority_digit=majority_digit,
        majority=majority,
        softmax=scores["softmax"],
        network=scores["baseline"],
        against_majority=mcnemar(correct["baseline"], majority_correct),
        against_softmax=mcnemar(correct["baseline"], correct["softmax"]),
        significance=settings.significance,
        n_consultations=2,
    )


def require_power(baseline: Baseline) -> None:
    """Stop the workflow where the network does not beat both kinds of common sense.

    Raises:
        NoStatisticalPower: it does not, by an exact McNemar test on the first seed's
        predictions.
    """
    rivals = {
        "always answering the most frequent digit": baseline.against_majority,
        "softmax regression": baseline.against_softmax,
    }
    for name, test in rivals.items():
        if test.only_first <= test.only_second or test.p_value >= baseline.significance:
            raise NoStatisticalPower(
                f"The baseline {baseline.network.configuration.network} does not beat {name} on"
                f" {test.n:,} validation digits ({test.only_first} against {test.only_second}"
                f" digits only one gets right, exact McNemar p = {test.p_value:.3g}). The two"
                " hypotheses are in question: that the digit can be predicted from the pixels, and"
                " that this data holds enough to learn it. Check the labels (`sevenfold data"
                " check`), or try another baseline with --set baseline.hidden."
            )
