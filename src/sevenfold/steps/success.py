"""Section 2: choose the measure of success (DLWP 4.5.2)."""

from typing import Annotated

from pydantic import Field

from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs.writing import Run


class SuccessSettings(Settings):
    """When classes count as balanced."""

    balanced_ratio: Annotated[float, Field(ge=1.0)] = 1.5
    """So many times the smallest class may be the largest."""


class Success(Record):
    """Whether accuracy alone decides, and the measured class balance that says so."""

    accuracy_suffices: bool
    smallest_share: float
    largest_share: float
    imbalance_ratio: float
    balanced_ratio: float

    def __str__(self) -> str:
        measure = (
            "accuracy decides"
            if self.accuracy_suffices
            else "accuracy is read beside macro-averaged F1"
        )
        return (
            f"{measure}: the most frequent class is {self.imbalance_ratio:.2f} times as"
            " frequent as the rarest"
        )


def choose_measure(run: Run, development: DevelopmentSet, settings: SuccessSettings) -> Success:
    """Accuracy where the classes are balanced; macro-averaged F1 beside it where they
    are not.
    """
    counts = development.images.class_counts
    shares = counts / counts.sum()
    ratio = float(counts.max() / counts.min())
    return Success(
        accuracy_suffices=ratio <= settings.balanced_ratio,
        smallest_share=float(shares.min()),
        largest_share=float(shares.max()),
        imbalance_ratio=ratio,
        balanced_ratio=settings.balanced_ratio,
    )
