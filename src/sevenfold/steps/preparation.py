"""Section 4: prepare the data (DLWP 4.5.4)."""

import numpy as np

from sevenfold.data import prepare
from sevenfold.errors import DataError
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run


class Check(Record):
    """One thing that must hold of the prepared arrays, and what was found."""

    what: str
    expected: str
    found: str
    passed: bool


class Preparation(Record):
    """The arrays that the networks see, what was asserted of them, and statistics of
    the training part alone.
    """

    verdict: str
    checks: tuple[Check, ...]
    train_mean: float
    train_sd: float
    never_inked: int


def prepare_data(run: Run, development: DevelopmentSet) -> Preparation:
    """Turn images into network inputs and assert what every later step relies on.

    Raises:
        DataError: a check failed; the message names it.
    """
    images = development.images
    inputs = prepare(images.pixels)
    train = inputs[development.rounds[0][0].train]
    checks = (
        _check("shape of the inputs", (len(images), 784), inputs.shape),
        _check("type of the inputs", "float32", str(inputs.dtype)),
        _check("smallest input at least", 0.0, float(inputs.min()), float(inputs.min()) >= 0.0),
        _check("largest input at most", 1.0, float(inputs.max()), float(inputs.max()) <= 1.0),
        _check("inputs that are not finite", 0, int((~np.isfinite(inputs)).sum())),
        _check("one label per image", len(images), len(images.labels)),
        _check("labels are whole numbers", "uint8", str(images.labels.dtype)),
        _check("distinct labels", list(range(10)), np.unique(images.labels).tolist()),
        _check(
            "pixels recovered exactly from the inputs",
            True,
            bool(_same_pixels(inputs, images.pixels)),
        ),
        _check("digits in both parts of a split", 0, _n_shared(development)),
    )
    for check in checks:
        if not check.passed:
            raise DataError(
                f"Preparation: {check.what} must be {check.expected}. Got {check.found}. Check the"
                " data with `sevenfold data check`."
            )
    return Preparation(
        verdict=(
            f"{len(checks)} checks passed: inputs {inputs.shape[0]:,} x {inputs.shape[1]} float32"
            " in [0, 1]"
        ),
        checks=checks,
        train_mean=float(train.mean(dtype=np.float64)),
        train_sd=float(train.std(dtype=np.float64)),
        never_inked=int((train.max(axis=0) == 0.0).sum()),
    )


def _check(what: str, expected: object, found: object, passed: bool | None = None) -> Check:
    return Check(
        what=what,
        expected=str(expected),
        found=str(found),
        passed=expected == found if passed is None else passed,
    )


def _same_pixels(inputs: np.ndarray, images: np.ndarray) -> bool:
    return np.array_equal(
        np.rint(inputs * np.float32(255.0)).astype(np.uint8), images.reshape(len(images), -1)
    )


def _n_shared(development: DevelopmentSet) -> int:
    return sum(
        len(np.intersect1d(split.train, split.validation))
        for splits in development.rounds
        for split in splits
    )
