"""Section 8: train the production model on all development images and open the test
set, once (DLWP 4.5.7, its close).
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.data import Images, require_disjoint
from sevenfold.engine import save_keras
from sevenfold.networks import NetworkSpec, Weights
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings, digest_of
from sevenfold.runs import layout
from sevenfold.runs.seal import Plan, SealedTestSet
from sevenfold.runs.writing import Run
from sevenfold.scores import Scores, scores
from sevenfold.statistics import SIGNIFICANCE, Proportion, Spread, spread
from sevenfold.steps import findings
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.findings import (
    AspectScore,
    Comparison,
    ConfusedPair,
    KnownGroups,
    Mistake,
    Resolution,
)
from sevenfold.steps.likeness import Likeness, falls_alike, likeness
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.production import (
    Predictions,
    Reference,
    for_at_least,
    predict_test,
    train_all,
)
from sevenfold.steps.self_knowledge import SelfKnowledge, self_knowledge
from sevenfold.validation import Configuration

Diagnosis = Literal["agrees", "test_worse", "other_data", "test_better", "trained_longer"]


class FinalTestSettings(Settings):
    """How long the chosen network is trained, how often for the spread, and how many
    mistakes are shown.
    """

    n_epochs: Annotated[int, Field(ge=0, le=100_000)] = 0
    """How long the chosen network is trained, where that is longer than validation
    found best; 0 is never longer. Its schedule stretches along.
    """
    n_seeds: Annotated[int, Field(ge=1, le=50)] = 5
    """Trainings of the chosen network, for the spread; the first is what counts."""
    n_mistakes: Annotated[int, Field(ge=1, le=200)] = 30
    """Wrongly classified images that the report shows."""


class FinalTest(Record):
    """What the opened test set said of the first seed's network; seed_accuracies: of
    every seed's. n_confident_errors: errors made with a probability above 0.99.

    baseline_gap, baseline_gap_p_value: as `gap` and its p-value, of the baseline.
    chance: the share of test images of the class most frequent in development.
    likeness: of the two parts' pixels. These four are None in runs of before.
    groups: None where those of either part are not known. aspects: the accuracy by
    population and whatever else is known of the test images.
    """

    configuration: Configuration
    n_parameters: int
    n_trained_on: int
    seeds: tuple[int, ...]
    scores: Scores
    seed_accuracies: Spread
    comparisons: dict[Reference, Comparison]
    confused_pairs: tuple[ConfusedPair, ...]
    mistakes: tuple[Mistake, ...]
    n_confident_errors: int
    resolution: Resolution | None
    validation_accuracy: Proportion
    gap: float
    gap_p_value: float
    diagnosis: Diagnosis
    n_test: int
    test_class_counts: tuple[int, ...]
    n_openings: int
    reopening_reasons: tuple[str, ...]
    plan: Plan
    baseline_gap: float | None = None
    baseline_gap_p_value: float | None = None
    chance: float | None = None
    likeness: Likeness | None = None
    groups: KnownGroups | None = None
    aspects: tuple[AspectScore, ...] = ()
    self_knowledge: SelfKnowledge | None = None

    @property
    def is_no_better_than_chance(self) -> bool:
        """Whether it cannot be told from always giving one answer, or is worse."""
        return self.chance is not None and self.scores.accuracy.ci_low <= self.chance

    @property
    def warning(self) -> str:
        """What must be said aloud of the test images; empty where nothing is odd."""
        look = " Look whether the test images are other data: "
        if self.is_no_better_than_chance:
            return (
                f"Test accuracy {self.scores.accuracy} is no better than always giving one answer"
                f" ({100 * (self.chance or 0.0):.1f} %); validation accuracy was"
                f" {self.validation_accuracy}.{look}ink and paper exchanged, another range, another"
                " order of classes, another source."
            )
        if self.diagnosis == "other_data":
            return (
                f"From validation to test the untuned baseline falls as well"
                f" ({100 * (self.baseline_gap or 0.0):+.1f} points; the chosen network"
                f" {100 * self.gap:+.1f}), which tuning cannot explain.{look}other people, another"
                " device, another time."
            )
        return ""

    def __str__(self) -> str:
        seeds = self.seed_accuracies
        over_seeds = (
            f"mean of {seeds.n} seeds {100 * seeds.mean:.2f} %, sd {100 * seeds.sd:.2f}"
            if seeds.n > 1
            else "one seed"
        )
        return (
            f"test accuracy {self.scores.accuracy}, {self.scores.n_errors} errors of"
            f" {self.n_test:,}; {over_seeds}"
        )


def run_final_test(
    run: Run,
    development: DevelopmentSet,
    sealed_test: SealedTestSet,
    settings: FinalTestSettings,
    baseline: Baseline,
    overfit: Overfit,
    chosen: Finalists,
    confidence: Confidence,
) -> FinalTest:
    """Refit on training plus validation images, freeze the plan, open the test set and
    score it.

    The network that counts is the one of the first seed, fixed before the opening; the
    other seeds show the spread.
    """
    _warn_of_no_progress(run, baseline, chosen)
    winner = for_at_least(settings.n_epochs, chosen.winner.fresh.configuration)
    earlier: dict[Reference, Configuration] = {
        "baseline": baseline.network.configuration,
        "overfit": overfit.model.at_end.configuration,
    }
    plan_so_far = {
        "data": digest_of([development.digest, sealed_test.digest]),
        "settings": digest_of(
            [settings.digest, confidence.digest, *(model.digest for model in earlier.values())]
        ),
        "network": winner.digest,
    }
    sealed_test.require_openable(**plan_so_far)
    trained = train_all(run, development, winner, run.seeds("final", settings.n_seeds), earlier)
    _save_model(run, winner.network, trained.finals[0])
    plan = Plan(**plan_so_far, weights=trained.digest)
    test = sealed_test.open(plan)
    require_disjoint(development.images, test, "the test set")
    predictions = predict_test(trained, test, run.engine)
    found = scores(test.labels, predictions.finals[0])
    sealed_test.record_result(plan, found.n_errors, test)
    mistakes = findings.mistakes(test.labels, predictions.finals[0], settings.n_mistakes)
    _save_predictions(run, test, predictions, mistakes)
    validation = chosen.winner.fresh.accuracy
    gap, gap_p_value = findings.gap(validation, found.accuracy)
    comparisons = {
        name: findings.compare(
            configuration, test.labels, predictions.finals[0], predictions.references[name]
        )
        for name, configuration in earlier.items()
    }
    baseline_gap = findings.gap(baseline.network.accuracy, comparisons["baseline"].accuracy)
    openings = sealed_test.ledger.lines_of("opened")
    return FinalTest(
        configuration=winner,
        n_parameters=winner.network.n_parameters,
        n_trained_on=len(development.images),
        seeds=trained.seeds,
        scores=found,
        seed_accuracies=spread(
            [float((p.argmax(axis=1) == test.labels).mean()) for p in predictions.finals]
        ),
        comparisons=comparisons,
        confused_pairs=findings.confused_pairs(found),
        mistakes=mistakes,
        n_confident_errors=findings.n_confident_errors(test.labels, predictions.finals[0]),
        resolution=findings.resolution(found.n_errors),
        validation_accuracy=validation,
        gap=gap,
        gap_p_value=gap_p_value,
        diagnosis=_diagnosis(
            (gap, gap_p_value),
            baseline_gap,
            longer=winner.training.n_epochs > chosen.winner.fresh.epoch,
        ),
        n_test=len(test),
        test_class_counts=tuple(test.class_counts.tolist()),
        n_openings=len(openings),
        reopening_reasons=tuple(line.reason for line in openings if line.reason),
        plan=plan,
        baseline_gap=baseline_gap[0],
        baseline_gap_p_value=baseline_gap[1],
        chance=float((test.labels == development.images.class_counts.argmax()).mean()),
        likeness=likeness(development.images, test),
        groups=findings.known_groups(development.images, test),
        aspects=findings.aspect_scores(test, predictions.finals[0]),
        self_knowledge=self_knowledge(test, predictions.finals[0], confidence),
    )


def _warn_of_no_progress(run: Run, baseline: Baseline, chosen: Finalists) -> None:
    """Say it aloud where tuning made the network worse than the baseline, beyond
    chance; that is a finding, so the run goes on.
    """
    before, after = baseline.network.accuracy, chosen.winner.fresh.accuracy
    if after.ci_high < before.value:
        run.terminal.warn(
            f"The chosen network reaches {after} on validation images, less than the baseline's"
            f" {before}: tuning found nothing better. Widen regularize.space, or give the search"
            " more trials or epochs."
        )


def _diagnosis(
    of_final: tuple[float, float], of_baseline: tuple[float, float], *, longer: bool
) -> Diagnosis:
    """What test minus validation accuracy means, each with its p-value."""
    gap, p_value = of_final
    if longer:
        return "trained_longer"
    if p_value >= SIGNIFICANCE:
        return "agrees"
    if gap > 0.0:
        return "test_better"
    return "other_data" if falls_alike(gap, *of_baseline) else "test_worse"


def _save_model(run: Run, network: NetworkSpec, weights: Weights) -> None:
    """Store the network as a plain `.keras` file and its weights as npz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "final.keras"
        save_keras(network, weights, path)
        run.save_bytes(layout.MODEL, path.read_bytes())
    names = [f"{kind}_{i}" for i in range(len(weights) // 2) for kind in ("kernel", "bias")]
    run.save_arrays(layout.WEIGHTS, dict(zip(names, weights, strict=True)))


def _save_predictions(
    run: Run, test: Images, predictions: Predictions, mistakes: Sequence[Mistake]
) -> None:
    """Store every probability, and the images of the mistakes that are shown."""
    arrays: dict[str, np.ndarray] = {"labels": test.labels, "final": predictions.finals}
    arrays |= {str(name): p for name, p in predictions.references.items()}
    run.save_arrays(layout.TEST_PREDICTIONS, arrays)
    shown = np.array([mistake.index for mistake in mistakes], np.int64)
    run.save_arrays(layout.MISTAKES, {"images": test.pixels[shown], "indices": shown})
