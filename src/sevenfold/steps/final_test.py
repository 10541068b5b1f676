"""Section 8: train the production model on all development images and open the test
set, once (DLWP 4.5.7, its close).
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.data import Images, nearly_equal, require_disjoint
from sevenfold.engine import save_keras
from sevenfold.networks import NetworkSpec, Weights
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Settings, digest_of
from sevenfold.runs import layout
from sevenfold.runs.seal import Plan, SealedTestSet
from sevenfold.runs.writing import Run
from sevenfold.scores import scores
from sevenfold.statistics import (
    RecipeAccuracy,
    RecipeGap,
    deviation,
    recipe_accuracy,
    recipe_gap,
    several,
    spread,
)
from sevenfold.steps import findings
from sevenfold.steps.averaging import against_itself, averaged
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.final_result import Diagnosis, FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.findings import Mistake
from sevenfold.steps.likeness import falls_alike, likeness
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.production import (
    Predictions,
    Reference,
    for_at_least,
    predict_test,
    train_all,
)
from sevenfold.steps.self_knowledge import self_knowledge
from sevenfold.validation import Configuration, ScoredConfiguration, stored


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
    n_draws: Annotated[int, Field(ge=0, le=1_000)] = 0
    """Distorted copies of each test image over which a network that trained on
    distorted images is asked as well, for a second, named number; 0 is none."""
    n_mistakes: Annotated[int, Field(ge=1, le=200)] = 30
    """Wrongly classified images that the report shows."""


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
    groups = several(test.groups)
    found = scores(test.labels, predictions.finals[0], groups)
    sealed_test.record_result(plan, found.n_errors, test)
    mistakes = findings.mistakes(test.labels, predictions.finals[0], settings.n_mistakes)
    averages = _averages(run, winner, trained.finals[0], test, settings.n_draws)
    _save_predictions(run, test, predictions, averages, mistakes)
    comparisons = {
        name: findings.compare(
            configuration, test.labels, predictions.finals, predictions.references[name], groups
        )
        for name, configuration in earlier.items()
    }
    of_finals = recipe_accuracy(_right(predictions.finals, test), groups)
    of_baseline = recipe_accuracy(_right(predictions.references["baseline"], test), groups)
    gap, baseline_gap = (
        recipe_gap(on_test, _validated(run, development, score))
        for on_test, score in ((of_finals, chosen.winner.fresh), (of_baseline, baseline.network))
    )
    seed_accuracies = spread(_right(predictions.finals, test).mean(axis=1))
    aspects = findings.aspect_scores(test, predictions.finals[0])
    openings = sealed_test.ledger.lines_of("opened")
    return FinalTest(
        configuration=winner,
        n_parameters=winner.network.n_parameters,
        n_trained_on=len(development.images),
        seeds=trained.seeds,
        scores=found,
        seed_accuracies=seed_accuracies,
        seed_deviation=deviation([seed_accuracies]),
        recipe=of_finals,
        comparisons=comparisons,
        confused_pairs=findings.confused_pairs(found),
        mistakes=mistakes,
        n_confident_errors=findings.n_confident_errors(test.labels, predictions.finals[0]),
        resolution=findings.resolution(found.n_errors),
        validation_accuracy=chosen.winner.fresh.accuracy,
        gap=gap,
        diagnosis=_diagnosis(
            gap,
            baseline_gap,
            longer=winner.training.n_epochs > chosen.winner.fresh.epoch,
        ),
        n_test=len(test),
        test_class_counts=tuple(test.class_counts.tolist()),
        n_openings=len(openings),
        reopening_reasons=tuple(line.reason for line in openings if line.reason),
        plan=plan,
        baseline_gap=baseline_gap,
        chance=float((test.labels == development.images.class_counts.argmax()).mean()),
        likeness=likeness(development.images, test),
        groups=findings.known_groups(development.images, test),
        aspects=aspects,
        aspect_tests=findings.aspect_tests(aspects),
        self_knowledge=self_knowledge(test, predictions.finals[0], confidence),
        near=nearly_equal(development.images, test),
        averaged=(
            None
            if averages is None
            else against_itself(
                winner, test.labels, averages, predictions.finals[0], groups, settings.n_draws
            )
        ),
    )


def _averages(
    run: Run, winner: Configuration, weights: Weights, test: Images, n_draws: int
) -> np.ndarray | None:
    if not (n_draws and winner.training.distortion):
        return None
    with run.terminal.stage("Distorted copies of test images", n_draws) as advance:
        return averaged(winner, weights, test, n_draws, run.engine, advance)


def _right(probabilities: np.ndarray, test: Images) -> np.ndarray:
    """Which network (n_seeds, n, n_classes) was right about which image."""
    return np.asarray(probabilities.argmax(axis=2) == test.labels)


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


def _validated(run: Run, development: DevelopmentSet, score: ScoredConfiguration) -> RecipeAccuracy:
    """The accuracy on validation images that other seeds would reach on others."""
    return recipe_accuracy(stored(run, score).correct(score.epoch), development.scored_groups)


def _diagnosis(gap: RecipeGap, of_baseline: RecipeGap, *, longer: bool) -> Diagnosis:
    """What test minus validation accuracy means."""
    if longer:
        return "trained_longer"
    if not gap.detectable:
        return "agrees"
    if gap.value > 0.0:
        return "test_better"
    return "other_data" if falls_alike(gap.value, of_baseline) else "test_worse"


def _save_model(run: Run, network: NetworkSpec, weights: Weights) -> None:
    """Store the network as a plain `.keras` file and its weights as npz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "final.keras"
        save_keras(network, weights, path)
        run.save_bytes(layout.MODEL, path.read_bytes())
    names = [f"{kind}_{i}" for i in range(len(weights) // 2) for kind in ("kernel", "bias")]
    run.save_arrays(layout.WEIGHTS, dict(zip(names, weights, strict=True)))


def _save_predictions(
    run: Run,
    test: Images,
    predictions: Predictions,
    averages: np.ndarray | None,
    mistakes: Sequence[Mistake],
) -> None:
    """Store every probability, which images belong together where that is known, and
    the images of the mistakes that are shown.
    """
    arrays: dict[str, np.ndarray] = {"labels": test.labels, "final": predictions.finals}
    arrays |= {} if test.groups is None else {"groups": test.groups}
    arrays |= {} if averages is None else {"averaged": averages}
    arrays |= {str(name): p for name, p in predictions.references.items()}
    run.save_arrays(layout.TEST_PREDICTIONS, arrays)
    shown = np.array([mistake.index for mistake in mistakes], np.int64)
    run.save_arrays(layout.MISTAKES, {"images": test.pixels[shown], "indices": shown})
