"""Small made-up digits, and a workflow small enough for a test."""

import gc
import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from common_room import made_once, open_room

import sevenfold as sf
from sevenfold.data import Images

CLASSES = tuple("0123456789")

TINY = {
    "check_saved_network": False,
    "protocol.method": "holdout",
    "protocol.stretch": 1,
    "baseline.hidden": [32],
    "baseline.n_epochs": 15,
    "baseline.n_seeds": 1,
    "overfit.n_seeds": 3,
    "overfit.stages": [{"hidden": [16], "n_epochs": 5}, {"hidden": [96], "n_epochs": 24}],
    "regularize.space.width": [32, 64],
    "regularize.space.depth": [1, 1],
    "regularize.space.batch_size": [64],
    "regularize.space.learning_rate": [1e-3, 4e-3],
    "regularize.space.schedule": ["constant", "cosine"],
    "regularize.space.input_dropout": [0.0, 0.1],
    "regularize.space.hidden_dropout": [0.0, 0.2],
    "regularize.search.n_trials": 4,
    "regularize.search.batch": 4,
    "regularize.search.reduction": 2,
    "regularize.search.rungs": [8, 24],
    "regularize.n_finalists": 2,
    "regularize.n_finalist_seeds": 2,
    "final_test.n_seeds": 2,
    "final_test.n_mistakes": 5,
}
"""Settings under which the whole workflow takes seconds."""


def made_up_digits(n: int, seed: int, *, noise: float = 60.0) -> Images:
    """Images that only look like digits to a computer: a smooth random pattern per
    class, shifted and noisy.

    The bumps are XOR-like (two patterns per class) so that a hidden layer beats softmax
    regression.
    """
    shapes = np.random.default_rng(7).normal(size=(10, 7, 7)).repeat(4, axis=1).repeat(4, axis=2)
    rng = np.random.default_rng(seed)
    labels = np.resize(np.arange(10), n).astype(np.uint8)
    rng.shuffle(labels)
    sign = rng.choice([-1.0, 1.0], size=n)[:, None, None]
    images = 128.0 + 50.0 * sign * shapes[labels] + rng.normal(0.0, noise, (n, 28, 28))
    return Images(images.clip(0, 255).astype(np.uint8), labels, CLASSES)


def uneven_images(n: int, seed: int, *, n_copies: int = 0) -> Images:
    """`made_up_digits` as data really are: some classes twice as frequent as others,
    noise that makes networks err, 6 % of the labels wrong, and `n_copies` exact copies.
    """
    rng = np.random.default_rng([seed, 1])
    shares = np.linspace(1.0, 2.0, len(CLASSES))
    pool = made_up_digits(4 * n, seed, noise=85.0)
    wanted = rng.choice(len(CLASSES), size=n, p=shares / shares.sum())
    places = {label: iter(np.flatnonzero(pool.labels == label)) for label in set(wanted)}
    images = pool[np.array([next(places[label]) for label in wanted])]
    wrong = rng.random(n) < 0.06
    other = (images.labels + rng.integers(1, len(CLASSES), n)) % len(CLASSES)
    labels = np.where(wrong, other, images.labels).astype(np.uint8)
    pixels = images.pixels
    pixels[n - n_copies :], labels[n - n_copies :] = pixels[:n_copies], labels[:n_copies]
    return Images(pixels, labels, CLASSES)


def write_idx_folder(folder: Path, development: Images, test: Images) -> Path:
    """Four gzipped IDX files, as MNIST comes."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, images in (("train", development), ("t10k", test)):
        pixels = struct.pack(">4i", 2051, len(images), 28, 28) + images.pixels.tobytes()
        labels = struct.pack(">2i", 2049, len(images)) + images.labels.tobytes()
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(pixels, 1))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels, 1))
    return folder


SMALLEST = {
    **TINY,
    "overfit.n_seeds": 2,
    "overfit.stages": [{"hidden": [64], "n_epochs": 12}],
    "regularize.ablation.n_seeds": 2,
    "regularize.search.n_trials": 2,
    "regularize.search.batch": 2,
    "regularize.search.rungs": [12],
    "regularize.n_finalists": 1,
    "leave_one_out.n_seeds": 1,
    "leave_one_out.things": ["dropout", "size"],
    "learning_curve.shares": [0.25],
    "final_test.n_seeds": 1,
}
"""The same with the fewest trainings: every step is there, and what it finds is of no
interest.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those of the engines first: the keras engine needs Keras on TensorFlow, and in a
    process where a run has saved its network Keras stays on JAX.
    """
    items.sort(key=lambda item: not item.path.name.startswith("test_engine"))
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # a tenth of the time went into looking for garbage


@pytest.fixture(autouse=True)
def _as_if_nothing_were_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of the person who runs the tests say nothing to them."""
    for name in list(os.environ):
        if name.startswith("SEVENFOLD_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _common_room(tmp_path_factory: pytest.TempPathFactory) -> None:
    open_room(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def digits_folder() -> Path:
    """An IDX folder of 1,200 development and 300 test images, uneven and hard enough
    that every network errs.
    """

    def write(folder: Path) -> None:
        development = uneven_images(1200, seed=1, n_copies=24)
        write_idx_folder(folder, development, uneven_images(300, seed=2))

    return made_once("digits", write)


@pytest.fixture(scope="session")
def finished(digits_folder: Path) -> Path:
    """The folder of a run of the whole workflow; it is looked at, never changed."""

    def run(folder: Path) -> None:
        config = sf.load_config("quick", {**TINY, "dataset": str(digits_folder)})
        sf.run_workflow(config, folder, workers=1, terminal="quiet")

    return made_once("finished", run)
