"""Where a data set that is known by name may lie on this machine, and where a user is
told to put it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sevenfold.data.cache import cache_folder, expanded, home_folder
from sevenfold.data.entry import Entry
from sevenfold.data.mnist import embedded
from sevenfold.data.mnist.catalogue import MNIST_5K
from sevenfold.data.readers import reader_of
from sevenfold.data.readers.files import exists
from sevenfold.data.readers.idx import missing_files
from sevenfold.errors import DataError, DataUnavailable
from sevenfold.surroundings import given

DEBIAN = Path("/usr/share")
"""Where Debian's packages of data sets (`dataset-fashion-mnist`) put them."""


def where_found(entry: Entry) -> str:
    """Where a catalogued data set lies on this machine, in words; empty where it has to
    be fetched.
    """
    if entry is MNIST_5K:
        return (
            embedded.SOURCE
            if embedded.is_packaged() or not missing_files(cache_folder() / entry.name)
            else ""
        )
    named = named_folder(None)
    try:
        if named and (entry.name == "mnist" or container_in(named[1], entry)):
            return named[0] if container_in(named[1], entry) else ""
        return next((words for words, folder in caches() if container_in(folder, entry)), "")
    except DataError:  # a folder that we may not look into
        return ""


def named_folder(data_dir: Path | None) -> tuple[str, Path] | None:
    """The folder, or the file, in which the user says that the data are, in words and
    as a path; `--data` wins over `$SEVENFOLD_DATA`.
    """
    if data_dir is not None:
        return "the place given with --data", expanded(data_dir)
    given = os.environ.get("SEVENFOLD_DATA")
    return ("SEVENFOLD_DATA", expanded(given)) if given else None


def caches() -> Iterator[tuple[str, Path]]:
    """The folders of data sets, in words and as paths, in which programs leave them."""
    yield "the sevenfold cache", cache_folder()
    yield (
        "the Keras cache",
        Path(given("KERAS_HOME") or home_folder() / ".keras") / "datasets",
    )
    yield "the folder of Debian's packages", DEBIAN


def container_in(folder: Path, entry: Entry) -> Path | None:
    """Where the data set is, whole, in a folder of data sets or in its own; None where
    it is not.
    """
    places = entry.places or (entry.name,)
    return next((folder / place for place in places if _is_whole(folder / place, place)), None)


def own_folder(entry: Entry) -> str:
    """The name of the folder that a cache has for it."""
    return next((place.split("/")[0] for place in entry.places if place), entry.name)


def required(words: str, place: Path, entry: Entry, *, is_given: bool) -> Path:
    """Where the data set is in a place that the user named, or gave as that of this
    data set (`is_given`), so that it may be the data set itself.

    Raises:
        DataError: it is not there.
    """
    if exists(place) and place.is_file():
        return place
    found = container_in(place, entry)
    if found is None and is_given and _is_whole(place, entry.name):
        return place
    if found is None:
        raise DataError(
            f"{place} ({words}): expected {entry.name} there, or as"
            f" {' or '.join(p for p in entry.places or (entry.name,) if p)}; lacks"
            f" {_lacking(place, entry)}. Put the files there."
        )
    return found


@contextmanager
def advice_where_to_put_it(entry: Entry) -> Iterator[None]:
    """Adds to the error of whoever could not fetch a data set what to do instead."""
    try:
        yield
    except DataUnavailable as error:
        folder = cache_folder() / own_folder(entry)
        instead = "; or use mnist-5k, which needs no network" if entry.name == "mnist" else ""
        raise DataUnavailable(
            f"{error} Put the files {_kept_files(entry)} into {folder}, or into a folder"
            f" that you name with --data or SEVENFOLD_DATA{instead}."
        ) from None


def _is_whole(path: Path, place: str) -> bool:
    """Whether both parts are there; in a folder of folders (`place` is empty) under
    MNIST's own names alone, so that no other data set is taken for it.
    """
    if not exists(path) or path.is_file():
        return exists(path)
    if not place:
        return not missing_files(path)
    try:
        return len(reader_of(path).parts(path)) > 1
    except DataError:
        return False


def _kept_files(entry: Entry) -> str:
    return ", ".join(entry.packed) or f"{', '.join(entry.sha256)} (.gz or not)"


def _lacking(place: Path, entry: Entry) -> str:
    if not place.is_dir():
        return "everything: it is no folder"
    if entry.name == "mnist":
        return ", ".join(missing_files(place))
    return _kept_files(entry)
