"""The data sets that sevenfold knows by name, and how one is known by what it holds."""

from collections.abc import Mapping

from sevenfold.data.entry import Entry
from sevenfold.data.mnist.catalogue import MNIST, MNIST_5K
from sevenfold.data.published.entries import PUBLISHED

ENTRIES = {entry.name: entry for entry in (MNIST, MNIST_5K, *PUBLISHED)}
NAMES = ("auto", *ENTRIES)

UNVERIFIED = {
    "kannada-mnist": "https://github.com/vinayprabhu/Kannada_MNIST",
}
"""Names that one might expect, of data for which no digests are published; and where
the data are.
"""


def recognised(digests: Mapping[str, str]) -> Entry | None:
    """The data set whose development files have these SHA-256: of what was read,
    unpacked, or of the files as they lie.
    """
    found = set(digests.values())
    known = (entry for entry in ENTRIES.values() if found and found <= _of_development(entry))
    return next(known, None)


def _of_development(entry: Entry) -> set[str]:
    """SHA-256 of all its files but those that hold test images alone."""
    files = {**entry.sha256, **entry.packed}
    return {digest for name, digest in files.items() if not {"t10k", "test"} & set(name.split("-"))}
