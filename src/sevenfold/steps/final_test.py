"""Section 8: train the production model on all development digits and open the test
set, once (DLWP 4.5.7, its close).
"""

import hashlib
import io
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.data import Images, require_disjoint
from sevenfold.engine import FitResult, predict, save_keras
from sevenfold.errors import NoStatisticalPower, SevenfoldError
from sevenfold.networks import NetworkSpec, Weights
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, digest_of
from sevenfold.runs.seal import Plan, SealedTestSet
from sevenfold.runs.writing import Run
from sevenfold.statistics import (
    SIGNIFICANCE,
    PairedTest,
    Proportion,
    Scores,
    Spread,
    mcnemar,
    proportion,
    scores,
    spread,
)
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.refit import refit
from sevenfold.validation import Configuration

CONFIDENT = 0.99

Diagnosis = Literal["agrees", "test_worse", "test_better", "trained_longer"]


class FinalTestSettings(Record):
    """How many seeds are trained for the spread, and how many mistakes are shown.

    n_epochs: how long the chosen network is trained, where that is longer than
    validation found best; 0 is never longer. Its schedule stretches along.
    """

    n_epochs: Annotated[int, Field(ge=0, le=100_000)] = 0
    n_seeds: Annotated[int, Field(ge=1, le=50)] = 5
    n_mistakes: Annotated[int, Field(ge=1, le=200)] = 30


class Mistake(Record):
    """A test digit that was misread: its place in the test set, the true and the
    predicted digit, and how sure the network was.
    """

    index: int
    digit: int
    predicted: int
    probability: float


class Comparison(Record):
    """The final network against an earlier model, both trained on all development
    digits, on the same test digits.
    """

    name: str
    network: NetworkSpec
    n_epochs: int
    accuracy: Proportion
    test: PairedTest


class ConfusedPair(Record):
    """How often `digit` was read as `predicted`."""

    digit: int
    predicted: int
    n: int


class FinalTest(Record):
    """What the opened test set said. n_confident_errors: errors made with a probability
    above 0.99.
    """

    verdict: str
    configuration: Configuration
    n_parameters: int
    n_trained_on: int
    seeds: tuple[int, ...]
    scores: Scores
    seed_accuracies: Spread
    comparisons: tuple[Comparison, ...]
    confused_pairs: tuple[ConfusedPair, ...]
    mistakes: tuple[Mistake, ...]
    n_confident_errors: int
    validation_accuracy: Proportion
    gap: float
    gap_p_value: float
    diagnosis: Diagnosis
    n_test: int
    test_class_counts: tuple[int, ...]
    n_openings: int
    reopening_reasons: tuple[str, ...]
    plan: Plan


def run_final_test(
    run: Run,
    development: DevelopmentSet,
    sealed_test: SealedTestSet,
    settings: FinalTestSettings,
    baseline: Baseline,
    overfit: Overfit,
    chosen: Finalists,
) -> FinalTest:
    """Refit on training plus validation digits, freeze the plan, open the test set and
    score it.

    The network that counts is the one of the first seed, fixed before the opening; the
    other seeds show the spread.
    """
    _require_progress(baseline, chosen)
    winner = _for_at_least(settings.n_epochs, chosen.winner.fresh.configuration)
    earlier = {
        "baseline": baseline.network.configuration,
        "overfitting model": overfit.model.at_end.configuration,
    }
    plan_so_far = {
        "data": digest_of([development.digest, sealed_test.digest]),
        "settings": digest_of(
            [settings.digest, *(configuration.digest for configuration in earlier.values())]
        ),
        "network": winner.digest,
    }
    sealed_test.require_openable(**plan_so_far)
    seeds = run.seeds("final", settings.n_seeds)
    finals, references = _train_all(run, development, winner, seeds, earlier)
    _save_model(run, winner.network, finals[0].weights)
    plan = Plan(
        **plan_so_far,
        weights=_weights_digest(
            [*(f.weights for f in finals), *(f.weights for f in references.values())]
        ),
    )
    test = sealed_test.open(plan)
    require_disjoint(development.images, test, "the test set")
    probabilities = [
        predict(winner.network, result.weights, test.pixels, engine=run.engine) for result in finals
    ]
    reference_probabilities = {
        name: predict(earlier[name].network, result.weights, test.pixels, engine=run.engine)
        for name, result in references.items()
    }
    sealed_test.record_result(
        plan, int((probabilities[0].argmax(axis=1) != test.labels).sum()), test
    )
    _save_predictions(run, test, probabilities, reference_probabilities, settings.n_mistakes)
    return _result(
        settings,
        development,
        sealed_test,
        test,
        winner,
        seeds,
        plan,
        chosen,
        probabilities,
        earlier,
        reference_probabilities,
    )


def _require_progress(baseline: Baseline, chosen: Finalists) -> None:
    """The test set is not spent on a network that tuning made worse than the
    baseline.
    """
    before, after = baseline.network.accuracy, chosen.winner.fresh.accuracy
    if after.value <= before.value:
        raise NoStatisticalPower(
            f"The chosen network reaches {after} on validation digits, no more than the baseline's"
            f" {before}, so the test set was not opened. Widen regularize.space, or give the search"
            " more trials or epochs."
        )


def _for_at_least(n_epochs: int, configuration: Configuration) -> Configuration:
    """The configuration, trained for so many epochs where it was to be trained for
    less.
    """
    training = configuration.training
    longer = training.model_copy(update={"n_epochs": max(n_epochs, training.n_epochs)})
    return configuration.model_copy(update={"training": longer})


def _train_all(
    run: Run,
    development: DevelopmentSet,
    winner: Configuration,
    seeds: tuple[int, ...],
    earlier: dict[str, Configuration],
) -> tuple[list[FitResult], dict[str, FitResult]]:
    """The winner once per seed, and each earlier model with the first seed, on all
    development digits.
    """
    references = refit(
        run,
        development,
        [(configuration, seeds[0]) for configuration in earlier.values()],
        "References",
    )
    finals = refit(run, development, [(winner, seed) for seed in seeds], "Final training")
    if not all(
        result.diverged_at is None and _is_finite(result.weights)
        for result in (*references, *finals)
    ):
        raise SevenfoldError(
            "The final training diverged, so the test set was not opened. Try a lower learning"
            " rate."
        )
    return finals, dict(zip(earlier, references, strict=True))


def _is_finite(weights: Weights) -> bool:
    """The last update comes after the last loss that a fit looks at."""
    return all(bool(np.isfinite(array).all()) for array in weights)


def _save_model(run: Run, network: NetworkSpec, weights: Weights) -> None:
    """Store the network as a plain `.keras` file and its weights as npz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "final.keras"
        save_keras(network, weights, path)
        run.save_bytes("models/final.keras", path.read_bytes())
    names = [f"{kind}_{i}" for i in range(len(weights) // 2) for kind in ("kernel", "bias")]
    run.save_arrays("models/final.npz", dict(zip(names, weights, strict=True)))


def _weights_digest(networks: list[Weights]) -> str:
    content = hashlib.sha256()
    for weights in networks:
        for array in weights:
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            content.update(buffer.getvalue())
    return content.hexdigest()


def _save_predictions(
    run: Run,
    test: Images,
    finals: list[np.ndarray],
    references: dict[str, np.ndarray],
    n_mistakes: int,
) -> None:
    """Store every probability, and the images of the mistakes that the report shows."""
    arrays = {"labels": test.labels, "final": np.stack(finals)}
    arrays |= {name.replace(" ", "_"): probabilities for name, probabilities in references.items()}
    run.save_arrays("predictions/test.npz", arrays)
    shown = [mistake.index for mistake in _mistakes(test, finals[0], n_mistakes)]
    run.save_arrays(
        "predictions/mistakes.npz",
        {"images": test.pixels[shown], "indices": np.asarray(shown, np.int64)},
    )


def _result(
    settings: FinalTestSettings,
    development: DevelopmentSet,
    sealed_test: SealedTestSet,
    test: Images,
    winner: Configuration,
    seeds: tuple[int, ...],
    plan: Plan,
    chosen: Finalists,
    finals: list[np.ndarray],
    earlier: dict[str, Configuration],
    references: dict[str, np.ndarray],
) -> FinalTest:
    final_scores = scores(test.labels, finals[0])
    over_seeds = spread([float((p.argmax(axis=1) == test.labels).mean()) for p in finals])
    validation = chosen.winner.fresh.accuracy
    gap, p_value = _gap(validation, final_scores.accuracy)
    longer = winner.training.n_epochs > chosen.winner.fresh.epoch
    diagnosis: Diagnosis = (
        "trained_longer"
        if longer
        else "agrees"
        if p_value >= SIGNIFICANCE
        else "test_worse"
        if gap < 0.0
        else "test_better"
    )
    openings = sealed_test.ledger.lines_of("opened")
    return FinalTest(
        verdict=(
            f"test accuracy {final_scores.accuracy}, {final_scores.n_errors} errors of"
            f" {len(test):,}; "
            + (
                f"mean of {len(seeds)} seeds {100 * over_seeds.mean:.2f} %, sd"
                f" {100 * over_seeds.sd:.2f}"
                if len(seeds) > 1
                else "one seed"
            )
        ),
        configuration=winner,
        n_parameters=winner.network.n_parameters,
        n_trained_on=len(development.images),
        seeds=seeds,
        scores=final_scores,
        seed_accuracies=over_seeds,
        comparisons=tuple(
            _comparison(name, earlier[name], test, finals[0], references[name]) for name in earlier
        ),
        confused_pairs=_confused_pairs(final_scores),
        n_confident_errors=int(
            (finals[0].max(axis=1)[finals[0].argmax(axis=1) != test.labels] > CONFIDENT).sum()
        ),
        mistakes=_mistakes(test, finals[0], settings.n_mistakes),
        validation_accuracy=validation,
        gap=gap,
        gap_p_value=p_value,
        diagnosis=diagnosis,
        n_test=len(test),
        test_class_counts=tuple(int(c) for c in np.bincount(test.labels, minlength=10)),
        n_openings=len(openings),
        reopening_reasons=tuple(line["reason"] for line in openings if line["reason"]),
        plan=plan,
    )


def _comparison(
    name: str, configuration: Configuration, test: Images, final: np.ndarray, earlier: np.ndarray
) -> Comparison:
    final_correct, earlier_correct = (p.argmax(axis=1) == test.labels for p in (final, earlier))
    return Comparison(
        name=name,
        network=configuration.network,
        n_epochs=configuration.training.n_epochs,
        accuracy=proportion(int(earlier_correct.sum()), len(test)),
        test=mcnemar(final_correct, earlier_correct),
    )


def _gap(validation: Proportion, test: Proportion) -> tuple[float, float]:
    """Test minus validation accuracy, and the exact p-value of a difference (Fisher;
    the two sets of digits are disjoint).
    """
    from scipy.stats import fisher_exact

    right = [round(validation.value * validation.n), round(test.value * test.n)]
    table = [[right[0], validation.n - right[0]], [right[1], test.n - right[1]]]
    return test.value - validation.value, float(fisher_exact(table).pvalue)


def _confused_pairs(final: Scores, n: int = 5) -> tuple[ConfusedPair, ...]:
    cells = [
        (count, d, p)
        for d, row in enumerate(final.confusion)
        for p, count in enumerate(row)
        if d != p and count
    ]
    cells.sort(key=lambda cell: (-cell[0], cell[1], cell[2]))
    return tuple(ConfusedPair(digit=d, predicted=p, n=count) for count, d, p in cells[:n])


def _mistakes(test: Images, probabilities: np.ndarray, n: int) -> tuple[Mistake, ...]:
    """The mistakes that the network was surest of, surest first."""
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != test.labels)
    surest = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:n]
    return tuple(
        Mistake(
            index=int(i),
            digit=int(test.labels[i]),
            predicted=int(predicted[i]),
            probability=float(probabilities[i].max()),
        )
        for i in surest
    )
