"""Section 5: a small dense network that must beat common sense (DLWP 4.5.5)."""

from typing import Annotated, Literal

from pydantic import Field

from sevenfold.engine import TrainingSettings
from sevenfold.errors import NoStatisticalPower
from sevenfold.networks import NetworkSpec, Width
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs import layout
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


Rival = Literal["majority", "softmax"]


class Baseline(Record):
    """Common sense, the small network, and the exact tests between them, on the
    predictions of the first seed. majority_class: the label most frequent in training.
    """

    majority_class: int
    majority: Proportion
    softmax: ScoredConfiguration
    network: ScoredConfiguration
    against_majority: PairedTest
    against_softmax: PairedTest
    significance: float
    n_consultations: int

    @property
    def tests(self) -> dict[Rival, PairedTest]:
        """The network against each kind of common sense."""
        return {"majority": self.against_majority, "softmax": self.against_softmax}

    @property
    def unbeaten(self) -> tuple[Rival, ...]:
        """The rivals that the network does not beat beyond chance."""
        return tuple(
            rival for rival, test in self.tests.items() if not test.favours_first(self.significance)
        )

    def __str__(self) -> str:
        return (
            f"{self.network.configuration.network} reaches {self.network.accuracy}; softmax"
            f" regression {self.softmax.accuracy.percent} %, the most frequent class"
            f" {self.majority.percent} %"
        )


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
        run.save_arrays(layout.history(name), validation.arrays())
    return _compare(development, softmax, small, results, settings)


def _compare(
    development: DevelopmentSet,
    softmax: Configuration,
    small: Configuration,
    results: dict[str, Validation],
    settings: BaselineSettings,
) -> Baseline:
    epoch, first = settings.n_epochs, development.rounds[0][0]
    labels = results["baseline"].labels
    majority_class = int(development.images[first.train].class_counts.argmax())
    by_majority = labels == majority_class
    by_softmax, by_network = (results[name].correct(epoch)[0] for name in ("softmax", "baseline"))
    return Baseline(
        majority_class=majority_class,
        majority=proportion(int(by_majority.sum()), len(labels)),
        softmax=scored(
            "softmax regression", softmax, results["softmax"], epoch, layout.history("softmax")
        ),
        network=scored("baseline", small, results["baseline"], epoch, layout.history("baseline")),
        against_majority=mcnemar(by_network, by_majority),
        against_softmax=mcnemar(by_network, by_softmax),
        significance=settings.significance,
        n_consultations=2,
    )


NAMES: dict[Rival, str] = {
    "majority": "always answering the most frequent class",
    "softmax": "softmax regression",
}


def require_power(baseline: Baseline) -> None:
    """Stop the workflow where the network does not beat both kinds of common sense.

    Raises:
        NoStatisticalPower: it does not, by an exact McNemar test on the first seed's
        predictions.
    """
    for rival in baseline.unbeaten:
        test = baseline.tests[rival]
        raise NoStatisticalPower(
            f"The baseline {baseline.network.configuration.network} does not beat {NAMES[rival]} on"
            f" {test.n:,} validation images ({test.only_first} against {test.only_second} that only"
            f" one gets right, exact McNemar p = {test.p_value:.3g}). The two hypotheses are in"
            " question: that the class can be predicted from the pixels, and that this data holds"
            " enough to learn it. Check the labels (`sevenfold data check`), or try another"
            " baseline with --set baseline.hidden."
        )
