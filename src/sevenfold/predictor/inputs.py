"""From what people have to what a network takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sevenfold.errors import DataError, some_of
from sevenfold.pictures import SUFFIXES, decode, fit, read_file, stack

STDIN = "-"
MOST_SIDE = 1_200
"""Larger pictures of one character are shrunk before its ink is sought."""


@dataclass(frozen=True)
class Given:
    """Images to be classified. names: what each is called in the answers. pixels: shape
    (n, *image_shape), uint8. unread: the files of pictures that cannot be classified,
    and why.
    """

    names: list[str]
    pixels: np.ndarray
    unread: dict[str, str]

    @property
    def complaint(self) -> str:
        """What to say of the pictures without an answer; empty where all have one."""
        if not self.unread:
            return ""
        names, (first, *others) = list(self.unread), self.unread.values()
        if not others:
            return first
        n = len(self.names) + len(names)
        return f"{len(names)} of {n} pictures have no answer: {some_of(names, 5)}. {first}"


def as_input(
    source: Path | bytes, image_shape: tuple[int, ...], *, prepares: bool, inverted: bool
) -> np.ndarray:
    """What a network of this image shape sees of a picture in a file, or of its bytes:
    by MNIST's own rule where its data `prepares`, whatever pen and paper; else scaled
    with its aspect kept and padded; turned where training's pictures were.

    Raises:
        DataError: it is no picture, or MNIST's rule finds nothing written on it.
    """
    name = "the picture" if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else read_file(source)
    picture = decode(data, name)
    if prepares:  # which finds the ink by itself, however bright
        return prepared(picture, name, inverted=inverted)
    height, width, *channels = image_shape
    image: np.ndarray = stack([fit(picture, height, width)], colour=channels == [3])[0]
    return (255 - image if inverted else image).reshape(image_shape)


def prepared(picture: np.ndarray, name: str, *, inverted: bool) -> np.ndarray:
    """What MNIST's own rule makes of a picture, (h, w) or (h, w, 3), uint8, of one
    character in any ink on any paper: see `predictor.mnist.centred`.

    Raises:
        DataError: nothing is written on it. `name` is for the message.
    """
    from sevenfold.predictor.ink import ink_of, without_specks
    from sevenfold.predictor.mnist import centred

    ink = ink_of(shrunk(picture, MOST_SIDE))
    if ink is None:
        raise DataError(
            f"{name}: expected something written, found an even surface. Give a picture with"
            " more contrast."
        )
    return centred(without_specks(ink), inverted=inverted)


def shrunk(picture: np.ndarray, most: int) -> np.ndarray:
    """The picture, (h, w) or (h, w, 3), its longer side `most` at most, by area."""
    if max(picture.shape[:2]) <= most:
        return picture
    from PIL import Image

    scale = most / max(picture.shape[:2])
    height, width = (max(1, round(scale * length)) for length in picture.shape[:2])
    small = Image.fromarray(picture).resize((width, height), Image.Resampling.BOX)
    return np.asarray(small)


def given(
    paths: list[str], image_shape: tuple[int, ...], *, prepares: bool, inverted: bool
) -> Given:
    """Every image that these name: files and folders of pictures, patterns such as
    `scans/*.png`, `-` for a picture on the standard input, `.npz`, IDX and CSV.

    Raises:
        DataError: one is not there, or none can be read.
    """
    unread: dict[str, str] = {}
    names: list[str] = []
    found: list[np.ndarray] = []

    def add(name: str, image: np.ndarray) -> None:
        names.append(name)
        found.append(image[None])

    for path in paths:
        if path == STDIN:
            import sys

            data = sys.stdin.buffer.read()
            add(STDIN, as_input(data, image_shape, prepares=prepares, inverted=inverted))
            continue
        for file in _files(path):
            pixels = _many(file, image_shape)
            if pixels is None:
                try:
                    image = as_input(file, image_shape, prepares=prepares, inverted=inverted)
                except DataError as error:
                    unread[str(file)] = str(error)
                else:
                    add(str(file), image)
            else:
                names += [f"{file}:{i}" for i in range(len(pixels))]
                found.append(255 - pixels if inverted else pixels)
    none = np.zeros((0, *image_shape), np.uint8)
    every = Given(names, np.concatenate([none, *found]), unread)
    if unread and not names:
        raise DataError(every.complaint)
    return every


def _files(path: str) -> Iterator[Path]:
    """The files that a path, a folder or a pattern names, in order."""
    place = Path(path)
    if place.is_dir():
        files = sorted(file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES)
        if not files:
            raise DataError(f"{path}: expected pictures in this folder, found none.")
        yield from files
    elif place.exists():
        yield place
    else:
        try:
            files = sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
        except (ValueError, NotImplementedError, OSError):
            files = []
        if not files:
            raise DataError(f"{path}: there is no such file, folder or pattern. Check the path.")
        yield from files


def _many(file: Path, image_shape: tuple[int, ...]) -> np.ndarray | None:
    """The images of a file that holds many; None where it is a single picture."""
    if file.suffix.lower() in SUFFIXES:
        return None  # without what the readers import
    from sevenfold.data.readers.unlabelled import read_unlabelled

    return read_unlabelled(file, image_shape)
