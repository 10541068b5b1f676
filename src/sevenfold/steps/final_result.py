"""What section 8 found: the result of the opened test set."""

from typing import Literal

from sevenfold.data import NearlyEqual
from sevenfold.records import Record
from sevenfold.runs.seal import Plan
from sevenfold.scores import Scores
from sevenfold.statistics import (
    Deviation,
    Homogeneity,
    Proportion,
    RecipeAccuracy,
    RecipeGap,
    Spread,
)
from sevenfold.steps.averaging import Averaged
from sevenfold.steps.findings import (
    AspectScore,
    Comparison,
    ConfusedPair,
    KnownGroups,
    Mistake,
    Resolution,
)
from sevenfold.steps.likeness import Likeness
from sevenfold.steps.production import Reference
from sevenfold.steps.self_knowledge import SelfKnowledge
from sevenfold.validation import Configuration

Diagnosis = Literal["agrees", "test_worse", "other_data", "test_better", "trained_longer"]


class FinalTest(Record):
    """What the opened test set said of the first seed's network; seed_accuracies: of
    every seed's, with the interval of their standard deviation. recipe: the accuracy
    that another seed would reach on other images. n_confident_errors: errors made with
    a probability above 0.99.

    gap, baseline_gap: the recipe on test images less the same on validation images, of
    the chosen network and of the baseline. chance: the share of test images of the
    class most frequent in development. likeness: of the two parts' pixels. groups: None
    where those of either part are not known. aspects: the accuracy by population and
    whatever else is known of the test images; aspect_tests: whether its values differ.
    near: pairs of nearly equal images in both parts; None where there were too many to
    compare, and in runs of before. averaged: the second number; None where nobody asked
    for it, or the network trained on images as they are.
    """

    configuration: Configuration
    n_parameters: int
    n_trained_on: int
    seeds: tuple[int, ...]
    scores: Scores
    seed_accuracies: Spread
    seed_deviation: Deviation | None
    recipe: RecipeAccuracy
    comparisons: dict[Reference, Comparison]
    confused_pairs: tuple[ConfusedPair, ...]
    mistakes: tuple[Mistake, ...]
    n_confident_errors: int
    resolution: Resolution | None
    validation_accuracy: Proportion
    gap: RecipeGap
    diagnosis: Diagnosis
    n_test: int
    test_class_counts: tuple[int, ...]
    n_openings: int
    reopening_reasons: tuple[str, ...]
    plan: Plan
    baseline_gap: RecipeGap
    chance: float
    likeness: Likeness
    groups: KnownGroups | None
    aspects: tuple[AspectScore, ...]
    aspect_tests: dict[str, Homogeneity]
    self_knowledge: SelfKnowledge
    near: NearlyEqual | None = None
    averaged: Averaged | None = None

    @property
    def is_no_better_than_chance(self) -> bool:
        """Whether it cannot be told from always giving one answer, or is worse."""
        return self.scores.accuracy.ci_low <= self.chance

    @property
    def warning(self) -> str:
        """What must be said aloud of the test images; empty where nothing is odd."""
        look = " Look whether the test images are other data: "
        if self.is_no_better_than_chance:
            return (
                f"Test accuracy {self.scores.accuracy} is no better than always giving one answer"
                f" ({100 * self.chance:.1f} %); validation accuracy was"
                f" {self.validation_accuracy}.{look}ink and paper exchanged, another range, another"
                " order of classes, another source."
            )
        if self.diagnosis == "other_data":
            return (
                f"From validation to test the untuned baseline falls as well"
                f" ({100 * self.baseline_gap.value:+.1f} points; the chosen network"
                f" {100 * self.gap.value:+.1f}), which tuning cannot explain.{look}other people,"
                " another device, another time."
            )
        return ""

    def __str__(self) -> str:
        seeds = self.seed_accuracies
        over_seeds = (
            f"mean of {seeds.n} seeds {100 * seeds.mean:.2f} %, sd {100 * seeds.sd:.2f}"
            if seeds.n > 1
            else "one seed"
        )
        second = self.averaged
        return (
            f"test accuracy {self.scores.accuracy}, {self.scores.n_errors} errors of"
            f" {self.n_test:,}; {over_seeds}"
        ) + (
            f"; averaged over {second.n_draws} distorted copies {second.n_errors} errors"
            if second
            else ""
        )
