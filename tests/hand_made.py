"""Small inputs made by hand for the tests of one step each."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pytest
from conftest import CLASSES

from sevenfold.data import Images
from sevenfold.engine import TrainingSettings
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet, Method, Split
from sevenfold.runs.seal import Ledger, SealedTestSet
from sevenfold.runs.writing import Run
from sevenfold.statistics import ConformalRule, Suspects, Temperature, Unsure
from sevenfold.steps.confidence import Confidence
from sevenfold.terminal import Terminal
from sevenfold.validation import Configuration, Validation

CONFIDENCE = Confidence(
    temperature=Temperature(value=2.0, log_loss_before=0.5, log_loss_after=0.4, n=100),
    unsure=Unsure(
        bound=0.1,
        certainty=0.95,
        threshold=0.9,
        coverage=0.8,
        n_answered=80,
        n_errors=2,
        error_high=0.08,
        design_effect=1.0,
        n=100,
    ),
    conformal=ConformalRule(method="least_ambiguous", level=0.97, quantile=0.8, n=100),
    suspects=Suspects(worst=(), n_suspect=0, n=100),
    bound_of_data=False,
    n=100,
    n_errors=10,
    n_groups=None,
    n_seeds=2,
)


def network(*hidden: int, **settings: Any) -> NetworkSpec:
    """A network for images of the test's size."""
    return NetworkSpec(inputs=784, classes=10, hidden=hidden, **settings)


def configuration(*hidden: int, n_epochs: int = 3, **training: Any) -> Configuration:
    return Configuration(
        network=network(*hidden), training=TrainingSettings(n_epochs=n_epochs, **training)
    )


def images(labels: Sequence[int] | np.ndarray, pixels: np.ndarray | None = None) -> Images:
    """Images with these labels; each is another one unless `pixels` says otherwise."""
    n = len(labels)
    if pixels is None:
        pixels = np.zeros((n, 28, 28), np.uint8)
        pixels.reshape(n, -1)[:, :2] = np.stack([np.arange(n) // 256, np.arange(n) % 256], axis=1)
    return Images(pixels, np.asarray(labels, np.uint8), CLASSES)


def development(
    data: Images, *rounds: Sequence[Sequence[int]], method: Method = "holdout"
) -> DevelopmentSet:
    """A development set that validates on these indices, fold by fold, round by
    round.
    """
    everything = np.arange(len(data))
    splits = tuple(
        tuple(Split(np.setdiff1d(everything, fold), np.asarray(fold)) for fold in folds)
        for folds in rounds
    )
    return DevelopmentSet(data, splits, method, "auto")


def validation(
    labels: Sequence[int] | np.ndarray,
    wrong: Sequence[Sequence[Sequence[int]]],
    val_loss: Sequence[Sequence[float]] | None = None,
) -> Validation:
    """Predictions that miss the examples `wrong[repeat][epoch]`."""
    labels = np.asarray(labels, np.uint8)
    shape = (len(wrong), len(wrong[0]))
    predictions = np.broadcast_to(labels, (*shape, len(labels))).copy()
    for r, epochs in enumerate(wrong):
        for e, missed in enumerate(epochs):
            predictions[r, e, list(missed)] = (labels[list(missed)] + 1) % 10
    loss = np.ones(shape) if val_loss is None else np.asarray(val_loss, np.float64)
    right = (predictions == labels).mean(axis=2)
    return Validation(loss + 1.0, right, loss, right, predictions, labels, None)


def trained_as(
    monkeypatch: pytest.MonkeyPatch, module: str, *outcomes: Sequence[Validation]
) -> list[Any]:
    """Let a step's trainings end as these outcomes, call by call; gives what was
    asked.
    """
    left, asked = iter(outcomes), []

    def validate(
        _run: Run,
        _at: Any,
        _data: Any,
        configurations: Any,
        seeds: Any,
        *_: Any,
        **__: Any,
    ) -> Any:
        asked.append(SimpleNamespace(configurations=tuple(configurations), seeds=tuple(seeds)))
        return next(left)

    monkeypatch.setattr(f"{module}.validate", validate)
    return asked


NOWHERE: Any = None
"""An executor for steps whose trainings are made up by `trained_as`."""


def run_in(folder: Path, mode: Literal["auto", "quiet"] = "quiet") -> Run:
    return Run(folder, seed=0, engine="jax", terminal=Terminal(mode))


def sealed(folder: Path, test: Images, reason: str | None = None) -> SealedTestSet:
    return SealedTestSet(lambda: test, Ledger(folder / "test_ledger.jsonl"), "data", reason)
