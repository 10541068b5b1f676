"""Finding a data set: by name in the places where it may lie, or by path.

`load` opens no test file. The test part stays behind `Source.read_test` until the
sealed test set asks for it.
"""

import difflib
import os
from pathlib import Path
from typing import get_args

from sevenfold.data.cache import cache_folder, expanded, made_folder, writable_folder
from sevenfold.data.catalogue import ENTRIES, NAMES, UNVERIFIED
from sevenfold.data.download import TransferProgress, fetch_missing
from sevenfold.data.entry import Entry
from sevenfold.data.images import Part, Size
from sevenfold.data.mnist import embedded
from sevenfold.data.mnist.catalogue import MNIST_5K
from sevenfold.data.places import (
    advice_where_to_put_it,
    caches,
    container_in,
    named_folder,
    own_folder,
    required,
)
from sevenfold.data.readers import KNOWN, is_there
from sevenfold.data.readers.idx import missing_files
from sevenfold.data.reading import read_source
from sevenfold.data.source import OWN, Source, Wishes
from sevenfold.errors import DataError, DataUnavailable


def load(
    dataset: str = "auto",
    data_dir: Path | None = None,
    progress: TransferProgress | None = None,
    *,
    size: Size | None = None,
    invert: bool = False,
    group: str | None = None,
) -> Source:
    """The data set with this name (`auto`, or one of the catalogue) or at this path, if
    a reader claims it; a published one at a path is recognised, but not after
    `custom:`. size: that to which pictures at a path are brought. invert: give 255 -
    image, of both parts. group: the column of a table that says which images belong
    together.

    A name is looked for in `data_dir`, `$SEVENFOLD_DATA`, our cache, Keras's cache,
    Debian's packages and the mirrors. In `data_dir` only, where it was given; MNIST,
    for which it is meant in the first place, in `$SEVENFOLD_DATA` only, where that is
    set. `auto` is `mnist`, or `mnist-5k` where MNIST cannot be had.

    Raises:
        DataUnavailable: it is nowhere to be had.
        DataError: what was found is not what it should be.
    """
    if dataset not in NAMES and not _is_path(dataset):
        raise DataError(_unknown(dataset))
    if data_dir is not None and (dataset == "mnist-5k" or dataset not in NAMES):
        raise DataError(
            "--data is the place of a data set that --dataset names, such as mnist. Got"
            f" {dataset!r}; leave out --data."
        )
    if size is not None and dataset in NAMES:
        raise DataError(f"--size goes with images of your own, not with {dataset}. Leave it out.")
    if group is not None and dataset in NAMES:
        raise DataError(f"--group goes with a table of your own, not with {dataset}. Leave it out.")
    wishes = Wishes(size, invert, group)
    if dataset == "auto":
        return _load_auto(data_dir, progress, wishes)
    if dataset == "mnist-5k":
        return _load_mnist_5k("it was asked for by name", wishes)
    if dataset in NAMES:
        with advice_where_to_put_it(ENTRIES[dataset]):
            return _load_named(ENTRIES[dataset], data_dir, progress, wishes)
    path = dataset.removeprefix(OWN)
    return read_source(expanded(path), path, wishes=wishes, is_own=path != dataset)


def fetch(name: str, progress: TransferProgress | None = None) -> Path:
    """Bring a catalogued data set into the cache, verify all of it, and give its
    folder. `auto` is `mnist`.
    """
    if name not in NAMES:
        raise DataError(_unknown(name))
    entry = ENTRIES["mnist" if name == "auto" else name]
    folder = cache_folder() / own_folder(entry)
    try:
        made_folder(folder)
        if name == "mnist-5k":
            embedded.write_parts(folder)
        else:
            with advice_where_to_put_it(entry):
                fetch_missing(entry, folder, verify=get_args(Part), progress=progress)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written: {error.strerror or error}. Name another folder with"
            " SEVENFOLD_CACHE."
        ) from None
    return folder


def _load_auto(data_dir: Path | None, progress: TransferProgress | None, wishes: Wishes) -> Source:
    try:
        return _load_named(ENTRIES["mnist"], data_dir, progress, wishes)
    except DataUnavailable as error:
        return _load_mnist_5k(str(error), wishes)


def _load_named(
    entry: Entry, data_dir: Path | None, progress: TransferProgress | None, wishes: Wishes
) -> Source:
    if named := named_folder(data_dir):
        words, place = named
        is_meant = container_in(place, entry) or is_there(place / own_folder(entry))
        if data_dir or entry.name == "mnist" or is_meant:
            found = required(words, place, entry, is_given=data_dir is not None)
            return read_source(found, words, entry, wishes=wishes)
    damaged = []
    for words, folder in caches():
        try:
            if container := container_in(folder, entry):
                return read_source(container, words, entry, wishes=wishes)
        except DataError:  # nobody named this place, so go on to the next
            damaged.append(words)
    return _load_fetched(entry, damaged, progress, wishes)


def _load_fetched(
    entry: Entry, damaged: list[str], progress: TransferProgress | None, wishes: Wishes
) -> Source:
    """A data set from a mirror. Its errors name no path of this machine, because `auto`
    puts them into the provenance.
    """
    folder = writable_folder(own_folder(entry))
    try:
        mirror = fetch_missing(entry, folder, verify=["development"], progress=progress)
    except DataUnavailable as error:
        raise DataUnavailable(
            " ".join([str(error), *(f"The copy in {words} is damaged." for words in damaged)])
        ) from None
    except OSError as error:
        raise DataUnavailable(
            f"{entry.title} could not be written into the cache: {error.strerror}. Make room, or"
            " set SEVENFOLD_CACHE."
        ) from None
    words = f"the mirror {mirror}" if mirror else "the sevenfold cache"
    container = container_in(folder.parent, entry) or folder
    return read_source(container, words, entry, wishes=wishes)


def _load_mnist_5k(reason: str, wishes: Wishes) -> Source:
    """The 5,000 images from the cache, or from the package when they are not there yet
    or damaged.
    """
    folder = cache_folder() / "mnist-5k"
    try:
        if not missing_files(folder):
            return read_source(folder, embedded.SOURCE, MNIST_5K, reason, wishes=wishes)
    except DataError:
        pass
    folder = writable_folder("mnist-5k")
    try:
        embedded.write_parts(folder)
    except OSError as error:
        raise DataUnavailable(
            f"{folder}: cannot be written: {error.strerror}. Make room, or set SEVENFOLD_CACHE."
        ) from None
    return read_source(folder, embedded.SOURCE, MNIST_5K, reason, wishes=wishes)


def _is_path(dataset: str) -> bool:
    return (
        dataset.startswith(OWN)
        or "/" in dataset
        or os.sep in dataset
        or dataset.startswith((".", "~"))
        or Path(dataset).suffix != ""
        or is_there(Path(dataset))
    )


def _unknown(name: str) -> str:
    if name in UNVERIFIED:
        return (
            f"{name!r} is not fetched, because no digests of it are published. Get it from"
            f" {UNVERIFIED[name]} and give its path."
        )
    close = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.5)
    hint = (
        f"Did you mean {close[0]!r}?"
        if close
        else f"Known: {', '.join(NAMES)}; or give the path of {KNOWN}."
    )
    return f"{name!r} is not a data set. {hint}"
