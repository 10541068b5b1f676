"""What `sevenfold data list` and `sevenfold data check` say."""

from pathlib import Path

import numpy as np

from sevenfold.data.catalogue import ENTRIES
from sevenfold.data.contents import of_known_groups, require_disjoint
from sevenfold.data.download import TransferProgress
from sevenfold.data.faults import faulty, n_duplicates, warnings
from sevenfold.data.finding import load
from sevenfold.data.images import Images, Size
from sevenfold.data.nearly_equal import NearlyEqual, nearly_equal
from sevenfold.data.places import where_found
from sevenfold.data.source import Provenance
from sevenfold.errors import some_of
from sevenfold.records import Record


class Listing(Record):
    """One line of the catalogue. n_bytes: of the download or the packaged file. where:
    empty if it has to be fetched. mirrors: from where; none: nobody may be asked.
    """

    name: str
    title: str
    n_development: int
    n_test: int
    n_bytes: int
    licence: str
    citation: str
    url: str
    where: str
    mirrors: tuple[str, ...]

    @property
    def available(self) -> bool:
        """Whether it is on this machine already."""
        return bool(self.where)


class CheckReport(Record):
    """What a check that found nothing wrong has to tell.

    image_shape: (h, w) or (h, w, c). per_class: how many images of each class.
    n_..._groups: how many groups the images of each part come from, and how many test
    groups have development images too; None where groups are not known. near: pairs of
    nearly equal images; None where there are too many to compare. warnings: what
    is odd and yet no reason to refuse it. published: whether every file has its known
    SHA-256 (False: none is).
    """

    provenance: Provenance
    classes: tuple[str, ...]
    image_shape: tuple[int, ...]
    n_development: int
    n_test: int
    development_per_class: list[int]
    test_per_class: list[int]
    n_development_duplicates: int
    n_test_duplicates: int
    n_development_groups: int | None
    n_test_groups: int | None
    n_groups_in_both: int | None
    near: NearlyEqual | None
    warnings: tuple[str, ...]
    published: bool


def catalogue() -> list[Listing]:
    """The data sets known by name, and where each lies on this machine. Reads no data
    and asks no network.
    """
    names = set(Listing.model_fields) - {"where"}
    return [
        Listing(**{name: getattr(entry, name) for name in names}, where=where_found(entry))
        for entry in ENTRIES.values()
    ]


def check(
    dataset: str,
    data_dir: Path | None = None,
    progress: TransferProgress | None = None,
    *,
    size: Size | None = None,
    invert: bool = False,
    group: str | None = None,
) -> CheckReport:
    """Read all of a data set, the test part too, and verify everything that can be.

    Raises:
        DataError: the first thing wrong, an image in both development and test
        included.
    """
    source = load(dataset, data_dir, progress, size=size, invert=invert, group=group)
    development, test = source.development, source.read_test()
    require_disjoint(development, test, dataset)
    known = of_known_groups(development, test)
    near = nearly_equal(development, test)
    seen = np.empty(0, str) if known is None or test.groups is None else test.groups[known]
    return CheckReport(
        provenance=source.provenance,
        classes=development.classes,
        image_shape=development.shape,
        n_development=len(development),
        n_test=len(test),
        development_per_class=development.class_counts.tolist(),
        test_per_class=test.class_counts.tolist(),
        n_development_duplicates=n_duplicates(development),
        n_test_duplicates=n_duplicates(test),
        n_development_groups=development.n_groups,
        n_test_groups=test.n_groups,
        n_groups_in_both=None if known is None else len(np.unique(seen)),
        near=near,
        warnings=(
            *warnings(development),
            *(f"Test part: {text}" for text in faulty(test)),
            *_groups_in_both(test, seen),
            *_near_in_both(near),
        ),
        published=source.provenance.n_test is not None,
    )


def _groups_in_both(test: Images, seen: np.ndarray) -> list[str]:
    """What is wrong with test images of groups that development has; seen: the group of
    each of them.
    """
    if len(seen) == 0:
        return []
    names = np.unique(seen).tolist()
    return [
        f"A fault of the data: {len(names):,} of the {test.n_groups:,} groups of the test part"
        f" ({some_of(names, 5)}) have development images too, {len(seen):,} of {len(test):,} test"
        " images come from them. A score on groups that were trained on is too kind; keep each in"
        " one part."
    ]


def _near_in_both(near: NearlyEqual | None) -> list[str]:
    """That test images are nearly copies of development images."""
    if near is None or near.across == 0:
        return []
    return [
        f"{near.across:,} pair{'s' if near.across > 1 else ''} of a development and a test image"
        " are nearly equal (one pixel changed, moved by a pixel, or compressed anew). A score on"
        " such images is too kind if they are copies; look at them."
    ]
