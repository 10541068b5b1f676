"""Section 2: choose the measure of success (DLWP 4.5.2)."""

from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run


class SuccessSettings(Record):
    """When classes count as balanced: while the largest is at most `balanced_ratio`
    times the smallest.
    """

    balanced_ratio: Annotated[float, Field(ge=1.0)] = 1.5


class Success(Record):
    """The measure, and the measured class balance that decided it."""

    verdict: str
    metric: str
    accuracy_suffices: bool
    reason: str
    smallest_share: float
    largest_share: float
    imbalance_ratio: float
    balanced_ratio: float


def choose_measure(run: Run, development: DevelopmentSet, settings: SuccessSettings) -> Success:
    """Accuracy where the classes are balanced; macro-averaged F1 beside it where they
    are not.
    """
    counts = np.bincount(development.images.labels, minlength=10)
    shares = counts / counts.sum()
    ratio = float(counts.max() / counts.min())
    suffices = ratio <= settings.balanced_ratio
    comparison = f"the most frequent digit is {ratio:.2f} times as frequent as the rarest"
    reason = (
        f"{comparison}, within the {settings.balanced_ratio:.2f} that counts as balanced, so no"
        " digit can dominate accuracy"
        if suffices
        else (
            f"{comparison}, beyond the {settings.balanced_ratio:.2f} that counts as balanced, so"
            " accuracy alone would favour it"
        )
    )
    measure = "accuracy decides" if suffices else "accuracy is read beside macro-averaged F1"
    return Success(
        verdict=f"{measure}: {comparison}",
        metric="accuracy" if suffices else "accuracy with macro-averaged F1",
        accuracy_suffices=suffices,
        reason=reason,
        smallest_share=float(shares.min()),
        largest_share=float(shares.max()),
        imbalance_ratio=ratio,
        balanced_ratio=settings.balanced_ratio,
    )
