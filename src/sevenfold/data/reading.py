"""A data set read from where it was found: development at once, the test part when it
is asked for.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from sevenfold.data.contents import require_development, require_test
from sevenfold.data.images import Images, Part
from sevenfold.data.mnist.catalogue import Entry
from sevenfold.data.readers import reader_of
from sevenfold.data.source import Provenance, Source
from sevenfold.errors import DataError


def read_source(path: Path, words: str, entry: Entry | None = None, reason: str = "") -> Source:
    """The data set at `path`, which `words` describe. A catalogued one (`entry`) must
    have its published digests.

    Raises:
        DataError: the first thing wrong with the development part, in one line. The
        test part is not opened.
    """
    images, digests = _read(path, "development", entry)
    development = require_development(images, path)
    read_test = partial(_read_test, path, entry, development.classes, development.shape)
    if entry is None:
        name = path.resolve().name
        custom = Provenance(name=name, title=f"the images in {name}", source=words, sha256=digests)
        return Source(development, custom, read_test)
    provenance = Provenance(
        name=entry.name,
        title=entry.title,
        source=words,
        sha256={**entry.sha256, **digests},
        licence=entry.licence,
        citation=entry.citation,
        url=entry.url,
        n_test=entry.n_test,
        embedded_subset=entry.is_subset,
        reason=reason,
        noun=entry.noun,
        class_noun=entry.class_noun,
    )
    return Source(replace(development, narrow_labels=entry.narrow_labels), provenance, read_test)


def _read_test(
    path: Path, entry: Entry | None, classes: tuple[str, ...], shape: tuple[int, ...]
) -> Images:
    images, _ = _read(path, "test", entry)
    return require_test(images, classes, shape, path)


def _read(path: Path, part: Part, entry: Entry | None) -> tuple[Images, dict[str, str]]:
    images, digests = reader_of(path).read(path, part)
    if entry is not None:
        for name, digest in digests.items():
            _require_digest(path, name, digest, entry)
    return images, digests


def _require_digest(path: Path, name: str, digest: str, entry: Entry) -> None:
    expected = entry.sha256[name]
    if digest != expected:
        raise DataError(
            f"{path}: expected the {name} of {entry.name} (SHA-256 {expected[:12]}...), got"
            f" {digest[:12]}.... Replace it (`sevenfold data fetch {entry.name}`), or give the path"
            " as the data set if it is yours."
        )
