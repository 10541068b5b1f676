"""The fused loop does what Keras's `fit` on TensorFlow does, from the same weights and
over the same batches.

Keras runs in a process of its own, started once: this file, called as a program, trains
every case and stores the results.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.engine import FitData, Job, TrainingSettings, fit, predict
from sevenfold.networks import NetworkSpec

pytestmark = pytest.mark.slow

Engine = Literal["jax", "keras"]
Case = tuple[NetworkSpec, TrainingSettings]

# 1,100 examples in batches of 64: 17 whole batches and one of 12.
TRAIN, VALIDATION = (
    made_up_digits(1100, seed=1, noise=120.0),
    made_up_digits(300, seed=2, noise=120.0),
)
DATA = FitData(TRAIN, VALIDATION)
NETWORK = NetworkSpec(inputs=784, classes=10, hidden=(48, 24))
ONE_EPOCH = {"n_epochs": 1, "batch_size": 64}


def network(**changes: object) -> NetworkSpec:
    return NetworkSpec(**{**NETWORK.model_dump(), **changes})


def training(**changes: object) -> TrainingSettings:
    return TrainingSettings(**{**ONE_EPOCH, **changes})


CASES: dict[str, Case] = {
    "sgd": (network(), training(optimizer="sgd", learning_rate=0.05)),
    "rmsprop": (network(), training()),
    "adam": (network(), training(optimizer="adam")),
    "softmax_regression": (network(hidden=()), training()),
    "l1": (network(l1=1e-4), training()),
    "l2": (network(l2=1e-3), training()),
    "l1_and_l2": (network(l1=1e-4, l2=1e-3), training(optimizer="adam")),
    "max_norm": (network(max_norm=0.9), training(optimizer="adam")),
    "label_smoothing": (network(), training(label_smoothing=0.1)),
    "schedule": (
        network(),
        training(n_epochs=3, schedule="cosine", optimizer="sgd", learning_rate=0.1),
    ),
}
EVERYTHING = (
    network(input_dropout=0.1, hidden_dropout=0.3, l2=1e-4, max_norm=2.0),
    training(n_epochs=3, optimizer="adam", label_smoothing=0.1, schedule="cosine"),
)
DIVERGING = (
    network(l2=1.0),
    training(n_epochs=6, optimizer="sgd", learning_rate=10.0),
)
WITH_DROPOUT = (network(hidden=(64,), input_dropout=0.1, hidden_dropout=0.5), training(n_epochs=6))
DROPOUT_SEEDS = range(5)


def outcome(engine: Engine, case: Case, name: str) -> dict[str, np.ndarray]:
    """Weights and curves of one fit by name."""
    result = fit(Job(*case, 0), DATA, engine=engine, score_training=True)
    arrays = {f"{name}/weights/{i}": weight for i, weight in enumerate(result.weights)}
    arrays |= {f"{name}/{column}": values for column, values in vars(result.history).items()}
    return arrays | {
        f"{name}/predict": predict(case[0], result.weights, VALIDATION.pixels[:7], engine=engine)
    }


def accuracies_with_dropout(engine: Engine) -> np.ndarray:
    results = [fit(Job(*WITH_DROPOUT, seed), DATA, engine=engine) for seed in DROPOUT_SEEDS]
    return np.array([result.history.val_accuracy[-1] for result in results])


def train_with_keras(path: Path, *, slow: bool) -> None:
    """Everything that the tests below want to know of the keras engine."""
    arrays: dict[str, np.ndarray] = {}
    if slow:
        arrays["accuracies"] = accuracies_with_dropout("keras")
    else:
        for name, case in CASES.items():
            arrays |= outcome("keras", case, name)
        whole = fit(Job(*EVERYTHING, 3), DATA, engine="keras")
        first = fit(Job(*EVERYTHING, 3), DATA, engine="keras", until_epoch=1)
        second = fit(Job(*EVERYTHING, 3, first.state), DATA, engine="keras")
        arrays |= {
            f"whole/{i}": weight for i, weight in enumerate((*whole.weights, *whole.state.weights))
        }
        arrays |= {
            f"continued/{i}": weight
            for i, weight in enumerate((*second.weights, *second.state.weights))
        }
        arrays |= {
            "whole/val_loss": whole.history.val_loss,
            "continued/val_loss": second.history.val_loss,
        }
        diverged = fit(Job(*DIVERGING, 0), DATA, engine="keras")
        arrays |= {
            "diverged_at": np.array(diverged.diverged_at or 0),
            "diverged/loss": diverged.history.loss,
        }
    np.savez(path, **arrays)  # type: ignore[arg-type]


def run_keras(folder: Path, *options: str) -> dict[str, np.ndarray]:
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    subprocess.run(
        [sys.executable, __file__, str(folder / "keras.npz"), *options],
        env=environment,
        check=True,
        timeout=600,
    )
    with np.load(folder / "keras.npz") as stored:
        return dict(stored)


@pytest.fixture(scope="module")
def keras_results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return run_keras(tmp_path_factory.mktemp("keras"))


@pytest.mark.parametrize("name", CASES)
def test_weights_and_history_equal_keras(name: str, keras_results: dict[str, np.ndarray]) -> None:
    """No weight differs by more than 1e-3 of the largest of its array, no loss by more
    than 1e-4 of its value.
    """
    ours = outcome("jax", CASES[name], name)
    for key in (key for key in ours if "/weights/" in key):
        reference = keras_results[key]
        assert np.abs(ours[key] - reference).max() <= 1e-3 * np.abs(reference).max(), key
    for column in ("loss", "train_loss", "val_loss"):
        np.testing.assert_allclose(
            ours[f"{name}/{column}"], keras_results[f"{name}/{column}"], rtol=1e-4, err_msg=column
        )
    for column in ("accuracy", "train_accuracy", "val_accuracy"):
        np.testing.assert_allclose(
            ours[f"{name}/{column}"], keras_results[f"{name}/{column}"], atol=2e-3, err_msg=column
        )
    assert (
        ours[f"{name}/val_predictions"] == keras_results[f"{name}/val_predictions"]
    ).mean() > 0.99
    np.testing.assert_allclose(ours[f"{name}/predict"], keras_results[f"{name}/predict"], atol=1e-3)


def test_keras_stopped_and_continued_gives_the_same(keras_results: dict[str, np.ndarray]) -> None:
    for key in (
        key for key in keras_results if key.startswith("whole/") and key != "whole/val_loss"
    ):
        np.testing.assert_allclose(
            keras_results[key.replace("whole", "continued")],
            keras_results[key],
            rtol=1e-5,
            atol=1e-6,
        )
    np.testing.assert_allclose(
        keras_results["continued/val_loss"], keras_results["whole/val_loss"][1:], rtol=1e-5
    )


def test_both_engines_see_the_same_divergence(keras_results: dict[str, np.ndarray]) -> None:
    ours = fit(Job(*DIVERGING, 0), DATA)
    assert ours.diverged_at == keras_results["diverged_at"]
    assert len(ours.history.loss) == len(keras_results["diverged/loss"]) == ours.diverged_at - 1


@pytest.mark.slow
def test_dropout_gives_the_same_accuracy_over_seeds(tmp_path: Path) -> None:
    """The masks differ, so only the distribution can agree: five seeds, a difference
    under three standard errors.
    """
    keras, ours = run_keras(tmp_path, "--slow")["accuracies"], accuracies_with_dropout("jax")
    standard_error = np.sqrt(keras.var(ddof=1) / len(keras) + ours.var(ddof=1) / len(ours))
    assert abs(keras.mean() - ours.mean()) <= 3 * standard_error, (keras, ours)


if __name__ == "__main__":
    train_with_keras(Path(sys.argv[1]), slow="--slow" in sys.argv)
