"""What a field exam found: one row for each set of images, and what was strange to the
network.
"""

from typing import Literal

from sevenfold.records import Record
from sevenfold.statistics import Detection, DetectionGap, GroupedPairedTest, Proportion, Share
from sevenfold.validation import Configuration

Kind = Literal["test", "published", "own", "corruption"]


class PlainNetwork(Record):
    """A network of the same units without dropout, penalties, distortions and changed
    ink, trained for comparison: from the seed that counts, on all development images,
    for the number of epochs after which the same on the training part was best on
    validation images.

    val_accuracy: of that training, after so many epochs, one seed.
    """

    configuration: Configuration
    seed: int
    n_trained_on: int
    val_accuracy: Proportion


class Example(Record):
    """An image of a row: its class, what the network took it for (places in the run's
    classes; label is None where the run has no such class), and whether it was unsure.
    """

    label: int | None
    predicted: int
    unsure: bool


class Row(Record):
    """The network, and the plain one, on n images; n_left_out: others on which nothing
    was found written.

    error, plain_error: shares of wrong answers. test: the two image by image, with the
    difference of their accuracies. n_unsure: answers of the network below the run's
    threshold, n_unsure_errors: those of them that are wrong; None where the run has
    none.
    """

    name: str
    title: str
    kind: Kind
    n: int
    n_left_out: int
    error: Share
    plain_error: Share
    test: GroupedPairedTest
    n_unsure: int | None
    n_unsure_errors: int | None
    example: Example

    @property
    def n_errors(self) -> int:
        """Wrong answers of the network."""
        return round(self.error.value * self.n)

    @property
    def n_plain_errors(self) -> int:
        """Wrong answers of the plain network."""
        return round(self.plain_error.value * self.n)

    @property
    def at_most_half(self) -> bool:
        """Whether the network makes at most half of the plain network's errors."""
        return 2 * self.n_errors <= self.n_plain_errors


class Strange(Record):
    """Images of no class that the run has, against the run's own test images.

    detection, plain_detection: how well the probability of the answer tells the two
    apart. gap: the first less the second. answered, answered_test: shares of strange
    and of test images whose answer is not unsure; None where the run has no threshold.
    """

    name: str
    title: str
    n: int
    n_left_out: int
    detection: Detection
    plain_detection: Detection
    gap: DetectionGap
    answered: Proportion | None
    answered_test: Share | None
    example: Example


class Absent(Record):
    """A set that could not be had, and why."""

    name: str
    title: str
    reason: str


class Examination(Record):
    """All that was examined of the network that was tested under `plan`, a digest."""

    plan: str
    threshold: float | None
    plain: PlainNetwork
    rows: tuple[Row, ...]
    strange: tuple[Strange, ...]
    absent: tuple[Absent, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The sets for which there is an example, in the order of the examples."""
        return (*(row.name for row in self.rows), *(one.name for one in self.strange))
