"""A data set read from where it was found: development at once, the test part when it
is asked for.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from sevenfold.data.class_names import require_class_names
from sevenfold.data.contents import require_development, require_test
from sevenfold.data.images import Images, Part, Size
from sevenfold.data.mnist.catalogue import Entry
from sevenfold.data.readers import left_out_of, parts_of, read_part, require_no_size
from sevenfold.data.setting_aside import separate
from sevenfold.data.source import Provenance, Source
from sevenfold.errors import DataError


def read_source(
    path: Path,
    words: str,
    entry: Entry | None = None,
    reason: str = "",
    size: Size | None = None,
) -> Source:
    """The data set at `path`, which `words` describe. A catalogued one (`entry`) must
    have its published digests; pictures of a user's own are brought to `size`.

    Raises:
        DataError: the first thing wrong with the development part, in one line. The
        test part is not opened.
    """
    if "test" not in parts_of(path):
        return _set_aside(path, words, size)
    require_no_size(path, size)
    images, digests = _read(path, "development", entry, size)
    require_class_names(images.classes, str(path))
    development = require_development(images, path)
    read_test = partial(_read_test, path, entry, development.classes, development.shape)
    if entry is None:
        return Source(development, _custom(path, words, digests, size), read_test)
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


def _custom(
    path: Path,
    words: str,
    digests: dict[str, str],
    size: Size | None,
    set_aside: float | None = None,
) -> Provenance:
    name = path.resolve().name
    return Provenance(
        name=name,
        title=f"the images in {name}",
        source=words,
        sha256=digests,
        size=size,
        set_aside=set_aside,
        left_out=left_out_of(path),
    )


def _set_aside(path: Path, words: str, size: Size | None) -> Source:
    """Data without a test part, of which a share becomes one before anything else."""
    images, digests = read_part(path, "development", size)
    require_class_names(images.classes, str(path))
    development = separate(require_development(images, path), str(path))["development"]
    share = 1.0 - len(development) / len(images)
    provenance = _custom(path, words, digests, size, set_aside=share)
    return Source(development, provenance, partial(_read_set_aside, path, size, digests))


def _read_set_aside(path: Path, size: Size | None, known: dict[str, str]) -> Images:
    images, digests = read_part(path, "development", size)
    if digests != known:
        raise DataError(
            f"{path}: expected the files that were there when a test part was set aside, got"
            " changed ones. Put them back."
        )
    return separate(images, str(path))["test"]


def _read_test(
    path: Path, entry: Entry | None, classes: tuple[str, ...], shape: tuple[int, ...]
) -> Images:
    images, _ = _read(path, "test", entry, (shape[0], shape[1]), colour=len(shape) == 3)
    return require_test(images, classes, shape, path)


def _read(
    path: Path,
    part: Part,
    entry: Entry | None,
    size: Size | None,
    colour: bool | None = None,
) -> tuple[Images, dict[str, str]]:
    images, digests = read_part(path, part, size, colour)
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
