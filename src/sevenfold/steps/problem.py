"""Section 1: define the problem and take stock of the data (DLWP 4.5.1)."""

from sevenfold.data import NearlyEqual, Provenance, n_duplicates, nearly_equal, paper_of
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run

DARK_PAPER = 64
"""Paper no brighter than this of 255 is meant to be empty; brighter, it belongs to a
photograph, or ink on it is dark.
"""


class ClassCount(Record):
    """Examples of one class: in all development images, and in the first split's two
    parts.
    """

    name: str
    n_development: int
    n_train: int
    n_validation: int


class Problem(Record):
    """What is to be predicted from what, and the measured facts of the data.

    image_shape: (h, w) or (h, w, c). value_range: smallest and largest pixel.
    mean_ink: the mean pixel as a share of 255. n_duplicates: images that are exact
    copies of an earlier one. paper: the median of the outermost pixels; None in runs of
    before. n_groups: of the development images; None where groups are not known. near:
    pairs of nearly equal images in training and validation part of the first split;
    None where there were too many to compare, and in runs of before.
    """

    provenance: Provenance
    n_development: int
    image_shape: tuple[int, ...]
    value_range: tuple[int, int]
    mean_ink: float
    class_counts: tuple[ClassCount, ...]
    n_duplicates: int
    n_duplicates_across_split: int
    paper: int | None = None
    n_groups: int | None = None
    near: NearlyEqual | None = None

    @property
    def is_ink(self) -> bool:
        """Whether images are bright ink on dark paper, or were turned to be so."""
        return self.provenance.inverted or self.paper is None or self.paper <= DARK_PAPER

    def __str__(self) -> str:
        return (
            f"{self.provenance.title}: {self.n_development:,} development images in"
            f" {len(self.class_counts)} classes, {self.n_duplicates} exact duplicates"
        )


def define_problem(run: Run, development: DevelopmentSet, provenance: Provenance) -> Problem:
    """Measure the development images; the test images stay unread."""
    images = development.images
    split = development.rounds[0][0]
    train, validation = images[split.train], images[split.validation]
    repeats = n_duplicates(images)
    within = n_duplicates(train) + n_duplicates(validation)
    counts = zip(
        images.classes,
        images.class_counts,
        train.class_counts,
        validation.class_counts,
        strict=True,
    )
    return Problem(
        provenance=provenance,
        n_development=len(images),
        image_shape=images.shape,
        value_range=(int(images.pixels.min()), int(images.pixels.max())),
        mean_ink=float(images.pixels.mean() / 255.0),
        class_counts=tuple(
            ClassCount(
                name=name, n_development=int(every), n_train=int(part), n_validation=int(rest)
            )
            for name, every, part, rest in counts
        ),
        n_duplicates=repeats,
        n_duplicates_across_split=max(0, repeats - within),
        paper=paper_of(images),
        n_groups=images.n_groups,
        near=nearly_equal(train, validation),
    )
