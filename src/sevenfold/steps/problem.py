"""Section 1: define the problem and take stock of the data (DLWP 4.5.1)."""

import numpy as np

from sevenfold.data import Provenance, n_duplicates
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run


class ClassCount(Record):
    """Examples of one digit: in all development digits, and in the first split's two
    parts.
    """

    digit: int
    n_development: int
    n_train: int
    n_validation: int


class Problem(Record):
    """What is to be predicted from what, and the measured facts of the data."""

    verdict: str
    problem_type: str
    input_description: str
    target_description: str
    hypotheses: tuple[str, str]
    provenance: Provenance
    n_development: int
    n_test: int | None
    image_shape: tuple[int, int]
    value_range: tuple[int, int]
    mean_ink: float
    class_counts: tuple[ClassCount, ...]
    n_duplicates: int
    n_duplicates_across_split: int


def define_problem(run: Run, development: DevelopmentSet, provenance: Provenance) -> Problem:
    """State the problem and measure the development digits; the test digits stay
    unread.
    """
    images = development.images
    split = development.rounds[0][0]
    repeats = n_duplicates(images)
    within = n_duplicates(images[split.train]) + n_duplicates(images[split.validation])
    counts = [
        np.bincount(labels, minlength=10)
        for labels in (images.labels, images.labels[split.train], images.labels[split.validation])
    ]
    height, width = images.pixels.shape[1:]
    return Problem(
        verdict=(
            f"{provenance.title}: {len(images):,} development digits in 10 classes, {repeats} exact"
            " duplicates"
        ),
        problem_type="supervised, single-label, multiclass classification",
        input_description=f"a {height} by {width} greyscale image, one byte per pixel",
        target_description="which of the ten digits 0 to 9 it shows",
        hypotheses=(
            "The digit can be predicted from the pixels of its image.",
            (
                f"The {len(images):,} labelled development digits hold enough information to learn"
                " how."
            ),
        ),
        provenance=provenance,
        n_development=len(images),
        n_test=provenance.n_test,
        image_shape=(height, width),
        value_range=(int(images.pixels.min()), int(images.pixels.max())),
        mean_ink=float(images.pixels.mean() / 255.0),
        class_counts=tuple(
            ClassCount(
                digit=d,
                n_development=int(counts[0][d]),
                n_train=int(counts[1][d]),
                n_validation=int(counts[2][d]),
            )
            for d in range(10)
        ),
        n_duplicates=repeats,
        n_duplicates_across_split=max(0, repeats - within),
    )
