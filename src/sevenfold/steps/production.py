"""The networks of section 8, trained on all development images before the test set is
opened: the chosen one, and earlier models beside it.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sevenfold.data import Images
from sevenfold.engine import Engine, predict
from sevenfold.errors import SevenfoldError
from sevenfold.networks import NetworkSpec, Weights
from sevenfold.protocol import DevelopmentSet
from sevenfold.runs.writing import Run
from sevenfold.steps.refit import refit
from sevenfold.validation import Configuration

Reference = Literal["baseline", "overfit"]


@dataclass(frozen=True)
class Trained:
    """Networks trained on all development images, before anything was tested.

    finals: weights of `winner`, seed by seed. references: each earlier model with its
    weights, seed by seed.
    """

    winner: Configuration
    seeds: tuple[int, ...]
    finals: tuple[Weights, ...]
    references: dict[Reference, tuple[Configuration, tuple[Weights, ...]]]

    @property
    def digest(self) -> str:
        """SHA-256 over all weights."""
        content = hashlib.sha256()
        references = (weights for _, of_seeds in self.references.values() for weights in of_seeds)
        for weights in (*self.finals, *references):
            for array in weights:
                buffer = io.BytesIO()
                np.save(buffer, array, allow_pickle=False)
                content.update(buffer.getvalue())
        return content.hexdigest()


@dataclass(frozen=True)
class Predictions:
    """Probabilities on the test images, of the final networks and of each reference:
    shape (n_seeds, n, n_classes), float32.
    """

    finals: np.ndarray
    references: dict[Reference, np.ndarray]


def for_at_least(n_epochs: int, configuration: Configuration) -> Configuration:
    """The configuration, trained for so many epochs where it was to be trained for
    less.
    """
    training = configuration.training
    longer = training.model_copy(update={"n_epochs": max(n_epochs, training.n_epochs)})
    return configuration.model_copy(update={"training": longer})


def train_all(
    run: Run,
    development: DevelopmentSet,
    winner: Configuration,
    seeds: tuple[int, ...],
    earlier: dict[Reference, Configuration],
) -> Trained:
    """The winner and each earlier model once per seed, on all development images."""
    references = refit(
        run,
        development,
        [(configuration, seed) for configuration in earlier.values() for seed in seeds],
        "References",
    )
    finals = refit(run, development, [(winner, seed) for seed in seeds], "Final training")
    if not all(
        result.diverged_at is None and _is_finite(result.weights)
        for result in (*references, *finals)
    ):
        raise SevenfoldError(
            "The final training diverged, so the test set was not opened. Lower the upper end of"
            " regularize.space.learning_rate and start anew with another --out."
        )
    return Trained(
        winner=winner,
        seeds=seeds,
        finals=tuple(result.weights for result in finals),
        references={
            name: (
                configuration,
                tuple(
                    result.weights for result in references[i * len(seeds) : (i + 1) * len(seeds)]
                ),
            )
            for i, (name, configuration) in enumerate(earlier.items())
        },
    )


def _is_finite(weights: Weights) -> bool:
    """The last update comes after the last loss that a fit looks at."""
    return all(bool(np.isfinite(array).all()) for array in weights)


def predict_test(trained: Trained, test: Images, engine: Engine) -> Predictions:
    """What every trained network says of the opened test set."""

    def probabilities(network: NetworkSpec, of_seeds: Sequence[Weights]) -> np.ndarray:
        return np.stack([predict(network, w, test.pixels, engine=engine) for w in of_seeds])

    return Predictions(
        finals=probabilities(trained.winner.network, trained.finals),
        references={
            name: probabilities(configuration.network, weights)
            for name, (configuration, weights) in trained.references.items()
        },
    )
