"""Published images from other sources than MNIST's, on which a finished network for
digits is examined: where they may lie, how each is read, what proves it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from sevenfold.data.cache import writable_folder
from sevenfold.data.download import TransferProgress, fetch_missing
from sevenfold.data.entry import Entry
from sevenfold.data.images import Images, joined
from sevenfold.data.places import caches, named_folder
from sevenfold.data.published.entries import OPTDIGITS, USPS
from sevenfold.data.published.semeion import NAME, read_semeion
from sevenfold.data.readers import bitmaps, hdf5, idx
from sevenfold.data.readers.files import exists
from sevenfold.errors import DataError, DataUnavailable

Reader = Callable[[Path], tuple[Images, dict[str, str]]]


@dataclass(frozen=True)
class FieldSet:
    """One set. title: what all of it is called. read: all of its images, bright ink on
    paper that is 0, and the SHA-256 of its files by name. is_strange: its images are of
    no class that a network for digits knows.
    """

    entry: Entry
    title: str
    read: Reader
    is_strange: bool = False


SEMEION = Entry(
    name="semeion",
    title="Semeion, digits of about 80 people",
    n_development=0,
    n_test=1_593,
    n_bytes=2_888_107,
    sha256={NAME: "d92d6c4103d1dbe202ad7fa50652f821c11b5bc1890f9d2673706203410d68b8"},
    packed={NAME: "d92d6c4103d1dbe202ad7fa50652f821c11b5bc1890f9d2673706203410d68b8"},
    licence="CC BY 4.0",
    citation=(
        "Semeion Research Center of Sciences of Communication (1994). Semeion handwritten digit."
        " UCI Machine Learning Repository. doi:10.24432/C5SC8V."
    ),
    url="https://archive.ics.uci.edu/dataset/178",
    mirrors=("https://archive.ics.uci.edu/ml/machine-learning-databases/semeion/",),
    noun="digit",
    class_noun="digit",
)
NOTMNIST = Entry(
    name="notmnist",
    title="notMNIST, letters A to J of printed fonts",
    n_development=0,
    n_test=10_000,
    n_bytes=3_177_493,
    sha256={
        "t10k-images-idx3-ubyte": (
            "8e7f38ae95cc8f48e0986175ffc9137e5007ebcf3d8fdf6656c904eb9dab198b"
        ),
        "t10k-labels-idx1-ubyte": (
            "5f8e6012f2ce730700d8d05fca098bc47f71d25b890e4bec7ac5ebfd614a4001"
        ),
    },
    licence="none stated by its author; MIT for the files in this form",
    citation="Y. Bulatov (2011). notMNIST dataset. Machine Learning, etc (blog).",
    url="https://github.com/davidflanagan/notMNIST-to-MNIST",
    mirrors=("https://raw.githubusercontent.com/davidflanagan/notMNIST-to-MNIST/master/",),
    noun="letter",
    class_noun="letter",
    classes=tuple("ABCDEFGHIJ"),
)


def _of_both_parts(reader: ModuleType) -> Reader:
    def read(path: Path) -> tuple[Images, dict[str, str]]:
        parts = [reader.read(path, part) for part in ("development", "test")]
        return joined([images for images, _ in parts]), {
            name: digest for _, found in parts for name, digest in found.items()
        }

    return read


def _read_notmnist(path: Path) -> tuple[Images, dict[str, str]]:
    images, digests = idx.read(path, "test")
    return replace(images, classes=NOTMNIST.classes), digests


CLASSES = tuple("0123456789")
"""Of all sets that are not strange."""

FIELD_SETS: dict[str, FieldSet] = {
    one.entry.name: one
    for one in (
        FieldSet(OPTDIGITS, "UCI optical digits", _of_both_parts(bitmaps)),
        FieldSet(USPS, "USPS digits of postal codes", _of_both_parts(hdf5)),
        FieldSet(SEMEION, "Semeion digits of about 80 people", read_semeion),
        FieldSet(NOTMNIST, "notMNIST letters of printed fonts", _read_notmnist, is_strange=True),
    )
}


def load_field_set(one: FieldSet, progress: TransferProgress | None = None) -> Images:
    """All images of a set, from `$SEVENFOLD_DATA`, a cache, or its mirrors; every file
    has its published SHA-256.

    Raises:
        DataUnavailable: it is nowhere to be had; names no path of this machine.
    """
    named = named_folder(None)
    damaged = []
    for words, folder in (*([named] if named else []), *caches()):
        for place in one.entry.places or (one.entry.name,):
            try:
                if exists(folder / place):
                    return _verified(one, folder / place)
            except DataError:  # damaged or another; go on to the next place
                damaged.append(words)
    try:
        folder = writable_folder(one.entry.name)
        fetch_missing(one.entry, folder, verify=["test"], progress=progress)
        return _verified(one, folder)
    except OSError as error:
        reason = f"{one.entry.title} could not be written into the cache: {error.strerror}."
    except DataError as error:
        reason = str(error)
    lost = (f"The copy in {words} is damaged or another." for words in dict.fromkeys(damaged))
    raise DataUnavailable(" ".join([reason, *lost]))


def _verified(one: FieldSet, path: Path) -> Images:
    images, digests = one.read(path)
    if digests != dict(one.entry.sha256):
        raise DataError(f"{path}: expected the published files of {one.entry.name}, got others.")
    return images
