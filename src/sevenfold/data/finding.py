"""Finding a data set: by name in the places where it may lie, or by path.

`load` opens no test file. The test part stays behind `Source.read_test` until the
sealed test set asks for it.
"""

import difflib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sevenfold.data.cache import cache_folder, home_folder, made_folder, writable_folder
from sevenfold.data.containers import missing_files, mnist_in, read_part
from sevenfold.data.images import Images
from sevenfold.data.mnist import embedded
from sevenfold.data.mnist.catalogue import FILES, MNIST, MNIST_5K, NAMES, PARTS, Entry
from sevenfold.data.mnist.download import Progress, fetch_missing
from sevenfold.data.source import Provenance, Source
from sevenfold.errors import DataError, DataUnavailable


def load(
    dataset: str = "auto", data_dir: Path | None = None, progress: Progress | None = None
) -> Source:
    """The data set with this name (`auto`, `mnist`, `mnist-5k`) or at this path (a
    folder of IDX files, or an `.npz`).

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
    if dataset == "auto":
        return _load_auto(data_dir, progress)
    if dataset == "mnist":
        with _advice_where_to_put_mnist():
            return _load_mnist(data_dir, progress)
    return (
        _load_mnist_5k(reason="it was asked for by name")
        if dataset == "mnist-5k"
        else _load_path(dataset)
    )


def fetch(name: str, progress: Progress | None = None) -> Path:
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
            with _advice_where_to_put_mnist():
                fetch_missing(MNIST, folder, verify=FILES, progress=progress)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written: {error.strerror or error}. Name another folder with"
            " SEVENFOLD_CACHE."
        ) from None
    return folder


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
    named = _named_folder(None)
    try:
        return next(
            (words for words, folder in ([named] if named else _caches()) if mnist_in(folder)), ""
        )
    except DataError:  # a folder that we may not look into
        return ""


def _load_auto(data_dir: Path | None, progress: Progress | None) -> Source:
    try:
        return _load_mnist(data_dir, progress)
    except DataUnavailable as error:
        return _load_mnist_5k(reason=str(error))


def _load_mnist(data_dir: Path | None, progress: Progress | None) -> Source:
    if named := _named_folder(data_dir):
        words, folder = named
        return _source(_required_mnist(words, folder), words, MNIST)
    damaged = []
    for words, folder in _caches():
        try:
            if container := mnist_in(folder):
                return _source(container, words, MNIST)
        except DataError:  # nobody named this place, so go on to the next
            damaged.append(words)
    return _load_fetched(damaged, progress)


def _load_fetched(damaged: list[str], progress: Progress | None) -> Source:
    """MNIST from a mirror. Its errors name no path of this machine, because `auto` puts
    them into the provenance.
    """
    folder = writable_folder("mnist")
    try:
        mirror = fetch_missing(MNIST, folder, verify=PARTS["train"], progress=progress)
    except DataUnavailable as error:
        raise DataUnavailable(
            " ".join([str(error), *(f"The copy in {words} is damaged." for words in damaged)])
        ) from None
    except OSError as error:
        raise DataUnavailable(
            f"MNIST could not be written into the cache: {error.strerror}. Make room, or set"
            " SEVENFOLD_CACHE."
        ) from None
    return _source(folder, f"the mirror {mirror}" if mirror else "the sevenfold cache", MNIST)


def _load_mnist_5k(reason: str) -> Source:
    """The 5,000 digits from the cache, or from the package when they are not there yet
    or damaged.
    """
    folder = cache_folder() / "mnist-5k"
    try:
        if not missing_files(folder):
            return _source(folder, embedded.SOURCE, MNIST_5K, reason=reason)
    except DataError:
        pass
    folder = writable_folder("mnist-5k")
    try:
        embedded.write_parts(folder)
    except OSError as error:
        raise DataUnavailable(
            f"{folder}: cannot be written: {error.strerror}. Make room, or set SEVENFOLD_CACHE."
        ) from None
    return _source(folder, embedded.SOURCE, MNIST_5K, reason=reason)


def _load_path(given: str) -> Source:
    path = _expanded(given)
    if not _exists(path):
        raise DataError(
            f"{path}: expected a folder of IDX files or an .npz file, found nothing that can be"
            " read. Check the path."
        )
    if path.is_dir() and (missing := missing_files(path)):
        raise DataError(
            f"{path}: expected four IDX files, lacks {', '.join(missing)} (.gz or not). Put them"
            " there."
        )
    if not path.is_dir() and path.suffix != ".npz":
        raise DataError(
            f"{path}: expected a folder of IDX files or an .npz file, got another file. Give the"
            " folder that holds it."
        )
    return _source(path, given, entry=None)


def _source(container: Path, words: str, entry: Entry | None, reason: str = "") -> Source:
    development, digests = read_part(container, "train", entry)
    provenance = Provenance(
        name=entry.name if entry else container.resolve().name,
        title=entry.title if entry else f"the digits in {container.resolve().name}",
        source=words,
        sha256={**entry.sha256, **digests} if entry else digests,
        licence=entry.licence if entry else "",
        citation=entry.citation if entry else "",
        url=entry.url if entry else "",
        n_test=entry.n_test if entry else None,
        embedded_subset=entry is MNIST_5K,
        reason=reason,
    )
    read_test = partial(_read_test, container, entry)
    return Source(development, provenance, read_test)


def _read_test(container: Path, entry: Entry | None) -> Images:
    images, _ = read_part(container, "t10k", entry)
    return images


@contextmanager
def _advice_where_to_put_mnist() -> Iterator[None]:
    try:
        yield
    except DataUnavailable as error:
        raise DataUnavailable(
            f"{error} Put the files {', '.join(FILES)} (.gz or not) into"
            f" {cache_folder() / 'mnist'}, or into a folder that you name with --data or"
            " SEVENFOLD_DATA; or use mnist-5k, which needs no network."
        ) from None


def _named_folder(data_dir: Path | None) -> tuple[str, Path] | None:
    """The folder in which the user says that MNIST is; `--data` wins over
    `$SEVENFOLD_DATA`.
    """
    if data_dir is not None:
        return "the folder given with --data", _expanded(data_dir)
    given = os.environ.get("SEVENFOLD_DATA")
    return ("SEVENFOLD_DATA", _expanded(given)) if given else None


def _required_mnist(words: str, folder: Path) -> Path:
    container = mnist_in(folder)
    if container is None:
        lacks = (
            ", ".join(missing_files(folder)) if folder.is_dir() else "everything: it is no folder"
        )
        raise DataError(
            f"{folder} ({words}): expected MNIST's four files there or in mnist/, or mnist.npz;"
            f" lacks {lacks}. Put them there."
        )
    return container


def _caches() -> Iterator[tuple[str, Path]]:
    yield "the sevenfold cache", cache_folder() / "mnist"
    yield (
        "the Keras cache",
        Path(os.environ.get("KERAS_HOME") or home_folder() / ".keras") / "datasets",
    )


def _is_path(dataset: str) -> bool:
    return (
        "/" in dataset
        or os.sep in dataset
        or dataset.startswith((".", "~"))
        or dataset.endswith(".npz")
        or _exists(Path(dataset))
    )


def _expanded(path: str | Path) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # `~` of a user whom nobody knows
        return Path(path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # no permission to look, or a name longer than names can be
        return False


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.5)
    hint = (
        f"Did you mean {close[0]!r}?"
        if close
        else f"Known: {', '.join(NAMES)}; or give the path of a folder or an .npz file."
    )
    return f"{name!r} is not a data set. {hint}"
