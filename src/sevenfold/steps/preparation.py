"""Section 4: prepare the data (DLWP 4.5.4)."""

import numpy as np

from sevenfold.data import prepare
from sevenfold.errors import DataError
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run


class Check(Record):
    """One thing that must hold of the prepared arrays, and what was found."""

    name: str
    expected: str
    found: str
    passed: bool


class Preparation(Record):
    """What was asserted of the arrays that the networks see, and statistics of the
    first split's training part alone; never_inked: inputs that are zero in all of it.
    """

    checks: tuple[Check, ...]
    n_inputs: int
    train_mean: float
    train_sd: float
    never_inked: int

    def __str__(self) -> str:
        return f"{len(self.checks)} checks passed: {self.n_inputs} float32 inputs in [0, 1]"


def prepare_data(run: Run, development: DevelopmentSet) -> Preparation:
    """Turn images into network inputs and assert what every later step relies on.

    Raises:
        DataError: a check failed; the message names it.
    """
    images = development.images
    inputs = prepare(images.pixels)
    train = inputs[development.rounds[0][0].train]
    smallest, largest = float(inputs.min()), float(inputs.max())
    label_type = str(np.min_scalar_type(images.n_classes - 1))
    classes = np.arange(images.n_classes)
    checks = (
        _check("shape of the inputs", (len(images), images.n_inputs), inputs.shape),
        _check("type of the inputs", "float32", str(inputs.dtype)),
        _check("smallest input at least", 0.0, smallest, smallest >= 0.0),
        _check("largest input at most", 1.0, largest, largest <= 1.0),
        _check("inputs that are not finite", 0, int((~np.isfinite(inputs)).sum())),
        _check("one label per image", len(images), len(images.labels)),
        _check("labels are whole numbers", label_type, str(images.labels.dtype)),
        _check("distinct labels", classes.tolist(), np.unique(images.labels).tolist()),
        _check("pixels recovered exactly from the inputs", True, _recovers(inputs, images.pixels)),
        _check(
            "images in both parts of a split", 0, _n_shared(development, np.arange(len(images)))
        ),
        *(
            [_check("groups in both parts of a split", 0, _n_shared(development, images.groups))]
            if development.groups_apart and images.groups is not None
            else []
        ),
    )
    for check in checks:
        if not check.passed:
            raise DataError(
                f"Preparation: {check.name} must be {check.expected}. Got {check.found}. Check the"
                " data with `sevenfold data check`."
            )
    return Preparation(
        checks=checks,
        n_inputs=images.n_inputs,
        train_mean=float(train.mean(dtype=np.float64)),
        train_sd=float(train.std(dtype=np.float64)),
        never_inked=int((train.max(axis=0) == 0.0).sum()),
    )


def _check(name: str, expected: object, found: object, passed: bool | None = None) -> Check:
    holds = expected == found if passed is None else passed
    return Check(name=name, expected=str(expected), found=str(found), passed=holds)


def _recovers(inputs: np.ndarray, pixels: np.ndarray) -> bool:
    return np.array_equal(
        np.rint(inputs * np.float32(255.0)).astype(np.uint8), pixels.reshape(len(pixels), -1)
    )


def _n_shared(development: DevelopmentSet, what: np.ndarray) -> int:
    """How many of `what`, shape (n,), are on both sides, counted over all splits."""
    return sum(
        len(np.intersect1d(what[split.train], what[split.validation]))
        for splits in development.rounds
        for split in splits
    )
