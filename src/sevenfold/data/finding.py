"""Finding a data set: by name in the places where it may lie, or by path.

`load` opens no test file. The test part stays behind `Source.read_test` until the
sealed test set asks for it.
"""

import difflib
import os
from pathlib import Path

from sevenfold.data.cache import cache_folder, expanded, made_folder, writable_folder
from sevenfold.data.images import Size
from sevenfold.data.mnist import embedded
from sevenfold.data.mnist.catalogue import MNIST, MNIST_5K, NAMES
from sevenfold.data.mnist.download import TransferProgress, fetch_missing
from sevenfold.data.mnist.places import (
    advice_where_to_put_it,
    caches,
    mnist_in,
    named_folder,
    required_mnist,
)
from sevenfold.data.readers import KNOWN, is_there
from sevenfold.data.readers.idx import FILES, PARTS, missing_files
from sevenfold.data.reading import read_source
from sevenfold.data.source import Source
from sevenfold.errors import DataError, DataUnavailable


def load(
    dataset: str = "auto",
    data_dir: Path | None = None,
    progress: TransferProgress | None = None,
    size: Size | None = None,
) -> Source:
    """The data set with this name (`auto`, `mnist`, `mnist-5k`) or at this path, if a
    reader claims it; there, pictures are brought to `size`.

    `mnist` is looked for in `data_dir`, `$SEVENFOLD_DATA`, our cache, Keras's cache and
    the mirrors; where the user named a place, only there. `auto` is `mnist`, or
    `mnist-5k` where MNIST cannot be had.

    Raises:
        DataUnavailable: it is nowhere to be had.
        DataError: what was found is not what it should be.
    """
    if dataset not in NAMES and not _is_path(dataset):
        raise DataError(_unknown(dataset))
    if data_dir is not None and dataset not in ("auto", "mnist"):
        raise DataError(
            f"--data is the folder that holds MNIST and goes with mnist or auto. Got {dataset!r};"
            " leave out --data."
        )
    if size is not None and dataset in NAMES:
        raise DataError(f"--size goes with images of your own, not with {dataset}. Leave it out.")
    if dataset == "auto":
        return _load_auto(data_dir, progress)
    if dataset == "mnist":
        with advice_where_to_put_it():
            return _load_mnist(data_dir, progress)
    if dataset == "mnist-5k":
        return _load_mnist_5k(reason="it was asked for by name")
    return read_source(expanded(dataset), dataset, size=size)


def fetch(name: str, progress: TransferProgress | None = None) -> Path:
    """Bring a catalogued data set into the cache, verify all of it, and give its
    folder. `auto` is `mnist`.
    """
    if name not in NAMES:
        raise DataError(_unknown(name))
    folder = cache_folder() / ("mnist" if name == "auto" else name)
    try:
        made_folder(folder)
        if name == "mnist-5k":
            embedded.write_parts(folder)
        else:
            with advice_where_to_put_it():
                fetch_missing(MNIST, folder, verify=FILES, progress=progress)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written: {error.strerror or error}. Name another folder with"
            " SEVENFOLD_CACHE."
        ) from None
    return folder


def _load_auto(data_dir: Path | None, progress: TransferProgress | None) -> Source:
    try:
        return _load_mnist(data_dir, progress)
    except DataUnavailable as error:
        return _load_mnist_5k(reason=str(error))


def _load_mnist(data_dir: Path | None, progress: TransferProgress | None) -> Source:
    if named := named_folder(data_dir):
        words, folder = named
        return read_source(required_mnist(words, folder), words, MNIST)
    damaged = []
    for words, folder in caches():
        try:
            if container := mnist_in(folder):
                return read_source(container, words, MNIST)
        except DataError:  # nobody named this place, so go on to the next
            damaged.append(words)
    return _load_fetched(damaged, progress)


def _load_fetched(damaged: list[str], progress: TransferProgress | None) -> Source:
    """MNIST from a mirror. Its errors name no path of this machine, because `auto` puts
    them into the provenance.
    """
    folder = writable_folder("mnist")
    try:
        mirror = fetch_missing(MNIST, folder, verify=PARTS["development"], progress=progress)
    except DataUnavailable as error:
        raise DataUnavailable(
            " ".join([str(error), *(f"The copy in {words} is damaged." for words in damaged)])
        ) from None
    except OSError as error:
        raise DataUnavailable(
            f"MNIST could not be written into the cache: {error.strerror}. Make room, or set"
            " SEVENFOLD_CACHE."
        ) from None
    return read_source(folder, f"the mirror {mirror}" if mirror else "the sevenfold cache", MNIST)


def _load_mnist_5k(reason: str) -> Source:
    """The 5,000 images from the cache, or from the package when they are not there yet
    or damaged.
    """
    folder = cache_folder() / "mnist-5k"
    try:
        if not missing_files(folder):
            return read_source(folder, embedded.SOURCE, MNIST_5K, reason=reason)
    except DataError:
        pass
    folder = writable_folder("mnist-5k")
    try:
        embedded.write_parts(folder)
    except OSError as error:
        raise DataUnavailable(
            f"{folder}: cannot be written: {error.strerror}. Make room, or set SEVENFOLD_CACHE."
        ) from None
    return read_source(folder, embedded.SOURCE, MNIST_5K, reason=reason)


def _is_path(dataset: str) -> bool:
    return (
        "/" in dataset
        or os.sep in dataset
        or dataset.startswith((".", "~"))
        or Path(dataset).suffix != ""
        or is_there(Path(dataset))
    )


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.5)
    hint = (
        f"Did you mean {close[0]!r}?"
        if close
        else f"Known: {', '.join(NAMES)}; or give the path of {KNOWN}."
    )
    return f"{name!r} is not a data set. {hint}"
