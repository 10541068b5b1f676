"""What `sevenfold data list` and `sevenfold data check` say."""

from pathlib import Path

from sevenfold.data.contents import n_duplicates, require_disjoint, seems_inverted
from sevenfold.data.finding import load
from sevenfold.data.images import Size
from sevenfold.data.mnist.catalogue import ENTRIES
from sevenfold.data.mnist.download import TransferProgress
from sevenfold.data.mnist.places import where_found
from sevenfold.data.source import Provenance
from sevenfold.records import Record


class Listing(Record):
    """One line of the catalogue. n_bytes: of the download or the packaged file. where:
    empty if it has to be fetched.
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

    @property
    def available(self) -> bool:
        """Whether it is on this machine already."""
        return bool(self.where)


class CheckReport(Record):
    """What a check that found nothing wrong has to tell.

    image_shape: (h, w) or (h, w, c). per_class: how many images of each class.
    inverted: whether ink seems dark on bright paper. published: whether every file has
    its published SHA-256 (False: none is known).
    """

    provenance: Provenance
    image_shape: tuple[int, ...]
    n_development: int
    n_test: int
    development_per_class: list[int]
    test_per_class: list[int]
    n_development_duplicates: int
    n_test_duplicates: int
    inverted: bool
    published: bool


def catalogue() -> list[Listing]:
    """The data sets known by name, and where each lies on this machine. Reads no data
    and asks no network.
    """
    names = ("name", "title", "n_development", "n_test", "n_bytes", "licence", "citation", "url")
    return [
        Listing(**{name: getattr(entry, name) for name in names}, where=where_found(entry))
        for entry in ENTRIES
    ]


def check(
    dataset: str,
    data_dir: Path | None = None,
    progress: TransferProgress | None = None,
    size: Size | None = None,
) -> CheckReport:
    """Read all of a data set, the test part too, and verify everything that can be.

    Raises:
        DataError: the first thing wrong, an image in both development and test
        included.
    """
    source = load(dataset, data_dir, progress, size)
    development, test = source.development, source.read_test()
    require_disjoint(development, test, dataset)
    return CheckReport(
        provenance=source.provenance,
        image_shape=development.shape,
        n_development=len(development),
        n_test=len(test),
        development_per_class=development.class_counts.tolist(),
        test_per_class=test.class_counts.tolist(),
        n_development_duplicates=n_duplicates(development),
        n_test_duplicates=n_duplicates(test),
        inverted=seems_inverted(development),
        published=source.provenance.n_test is not None,
    )
