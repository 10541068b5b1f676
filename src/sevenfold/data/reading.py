"""A data set read from where it was found: development at once, the test part when it
is asked for.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from sevenfold.data.catalogue import recognised
from sevenfold.data.class_names import require_class_names
from sevenfold.data.contents import require_alike, require_development, require_test
from sevenfold.data.entry import Entry
from sevenfold.data.images import Images, Part
from sevenfold.data.readers import (
    idx,
    left_out_of,
    loose_reader_of,
    parts_of,
    read_part,
    reader_of,
    require_no_column,
    require_no_size,
)
from sevenfold.data.readers.idx_names import role_of
from sevenfold.data.setting_aside import separate
from sevenfold.data.source import AS_THEY_ARE, OWN, Provenance, Source, Wishes
from sevenfold.errors import DataError
from sevenfold.storage import sha256_of


def read_source(
    path: Path,
    words: str,
    entry: Entry | None = None,
    reason: str = "",
    *,
    wishes: Wishes = AS_THEY_ARE,
    is_own: bool = False,
) -> Source:
    """The data set at `path`, which `words` describe. A catalogued one (`entry`) must
    have its published digests; where none is asked for, one is recognised by them,
    except where the data are the user's own (`is_own`).

    Raises:
        DataError: the first thing wrong with the development part, in one line. The
        test part is not opened.
    """
    if not (entry and entry.only) and "test" not in parts_of(path):
        return _set_aside(path, words, entry, wishes, is_own)
    _require_fitting(path, wishes)
    images, digests = _read(path, "development", entry, wishes)
    if entry is None and not is_own:
        entry = recognised(digests) or recognised(_packed(path, "development"))
        images = _told(images, entry, "development") if entry else images
    require_class_names(images.classes, str(path))
    development = require_development(_turned(images, wishes), path)
    read_test = partial(_read_test, path, entry, development, wishes)
    if entry is None:
        provenance = _custom(path, words, digests, wishes)
    else:
        provenance = _of_entry(entry, words, digests, reason)
        if development.groups is not None:
            provenance = _told_by(entry, provenance)
        development = replace(development, narrow_labels=entry.narrow_labels)
    provenance = provenance.model_copy(update={"inverted": wishes.invert})
    return Source(development, provenance, read_test)


def _require_fitting(path: Path, wishes: Wishes) -> None:
    require_no_size(path, wishes.size)
    require_no_column(path, wishes.group)


def _of_entry(entry: Entry, words: str, digests: dict[str, str], reason: str) -> Provenance:
    return Provenance(
        name=entry.name,
        title=entry.title,
        source=words,
        sha256={**entry.sha256, **entry.packed, **digests},
        licence=entry.licence,
        citation=entry.citation,
        url=entry.url,
        n_test=entry.n_test,
        embedded_subset=entry.is_subset,
        reason=reason,
        noun=entry.noun,
        class_noun=entry.class_noun,
    )


def _told_by(entry: Entry, provenance: Provenance) -> Provenance:
    """The same with who says from which group each image comes."""
    return provenance.model_copy(
        update={
            "sha256": {**provenance.sha256, **entry.told_sha256},
            "group_noun": entry.group_noun,
            "told_by": entry.told_by,
        }
    )


def _custom(path: Path, words: str, digests: dict[str, str], wishes: Wishes) -> Provenance:
    name = path.resolve().name
    return Provenance(
        name=f"{OWN}{name}",
        title=f"the images in {name}",
        source=words,
        sha256=digests,
        size=wishes.size,
        left_out=left_out_of(path),
        group=wishes.group,
    )


def _set_aside(path: Path, words: str, entry: Entry | None, wishes: Wishes, is_own: bool) -> Source:
    """Data without a test part, of which a share becomes one before anything else."""
    _require_fitting(path, wishes)
    images, digests = read_part(path, "development", wishes.size, group=wishes.group)
    if published := entry or (None if is_own else recognised(digests)):
        raise DataError(
            f"{path}: expected the development and the test part of {published.name}, got"
            f" development images alone. Put the test part there, or give {OWN}{path}."
        )
    require_class_names(images.classes, str(path))
    n_in_all = len(images)
    require_development(_turned(images, wishes), path)
    development = _turned(separate(images, str(path), in_place=True)["development"], wishes)
    share = 1.0 - len(development) / n_in_all
    provenance = _custom(path, words, digests, wishes).model_copy(
        update={"set_aside": share, "inverted": wishes.invert}
    )
    return Source(development, provenance, partial(_read_set_aside, path, wishes, digests))


def _read_set_aside(path: Path, wishes: Wishes, known: dict[str, str]) -> Images:
    images, digests = read_part(path, "development", wishes.size, group=wishes.group)
    if digests != known:
        raise DataError(
            f"{path}: expected the files that were there when a test part was set aside, got"
            " changed ones. Put them back."
        )
    return _turned(separate(images, str(path))["test"], wishes)


def _read_test(path: Path, entry: Entry | None, development: Images, wishes: Wishes) -> Images:
    height, width, *channels = development.shape
    sized = replace(wishes, size=(height, width))
    images, _ = _read(path, "test", entry, sized, colour=bool(channels))
    test = require_test(_turned(images, wishes), development.classes, development.shape, path)
    require_alike(development, test, path)
    return test


def _read(
    path: Path,
    part: Part,
    entry: Entry | None,
    wishes: Wishes,
    colour: bool | None = None,
) -> tuple[Images, dict[str, str]]:
    if entry is None:
        return read_part(path, part, wishes.size, colour, wishes.group)
    if entry.packed:
        _require_packed(path, part, entry)
    if entry.only:
        images, digests = idx.read(path, part, entry.only)
    else:
        images, digests = read_part(path, part, wishes.size, colour, wishes.group)
    for name, digest in digests.items():
        if not entry.packed and digest != entry.sha256.get(name):
            raise DataError(_of_another(path, name, digest, entry.sha256.get(name, ""), entry))
    return _told(images, entry, part), digests


def _require_packed(path: Path, part: Part, entry: Entry) -> None:
    """Nothing, if the files of this part have the published digests as they lie."""
    expected = {role_of(name) or name: digest for name, digest in entry.packed.items()}
    for name, digest in _packed(path, part).items():
        if digest != expected.get(name):
            raise DataError(_of_another(path, name, digest, expected.get(name, ""), entry))


def _packed(path: Path, part: Part) -> dict[str, str]:
    """SHA-256 of the files of one part as they lie, packed; of an archive, its own.
    Tables and pictures are not published packed.
    """
    if loose_reader_of(path):
        return {}
    if path.is_file():
        return {path.name: sha256_of(path)}
    return idx.packed_digests(path, part) if reader_of(path) is idx else {}


def _told(images: Images, entry: Entry, part: Part) -> Images:
    """The images with their classes called as the data set calls them, and what is
    known of each beyond the files.
    """
    named = replace(images, classes=entry.classes or images.classes)
    return entry.told(named, part) if entry.told else named


def _turned(images: Images, wishes: Wishes) -> Images:
    return replace(images, pixels=255 - images.pixels) if wishes.invert else images


def _of_another(path: Path, name: str, digest: str, expected: str, entry: Entry) -> str:
    return (
        f"{path}: expected the {name} of {entry.name} (SHA-256 {expected[:12]}...), got"
        f" {digest[:12]}.... Replace it (`sevenfold data fetch {entry.name}`), or give"
        f" {OWN}{path} as the data set if it is yours."
    )
