"""Images to be examined on, as the network is to see them: published sets, images of
the user's own, the run's test images corrupted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sevenfold.data import OWN, Images, TransferProgress, overlap
from sevenfold.data.cache import expanded
from sevenfold.data.images import Part, Size, joined
from sevenfold.data.published.field import FieldSet, load_field_set
from sevenfold.data.readers import loose_reader_of, parts_of, read_part
from sevenfold.errors import DataError, some_of
from sevenfold.examination.corruptions import CORRUPTIONS, corrupted
from sevenfold.examination.results import Kind
from sevenfold.predictor import Network
from sevenfold.predictor.inputs import prepared
from sevenfold.predictor.mnist import centred
from sevenfold.statistics import several


@dataclass(frozen=True)
class ExamSet:
    """A set of images as the network sees them.

    pixels: shape (n, *image_shape), uint8. labels: shape (n,), places in the run's
    classes; None where the run has no such classes. groups: shape (n,), several, or
    None. n_left_out: images on which nothing was found written.
    """

    name: str
    title: str
    kind: Kind
    pixels: np.ndarray
    labels: np.ndarray | None
    groups: np.ndarray | None = None
    n_left_out: int = 0


def of_field_set(one: FieldSet, network: Network, progress: TransferProgress) -> ExamSet:
    """A published set of bright ink, brought to the network by MNIST's own rule.

    Raises:
        DataUnavailable: it is nowhere to be had.
    """
    images = load_field_set(one, progress)
    written = images.pixels.reshape(len(images), -1).any(axis=1)
    inks = images.pixels[written] / 255.0
    seen = np.stack([centred(ink, inverted=network.inverted) for ink in inks])
    labels = None if one.is_strange else _places(images, network, one.entry.name)[written]
    return ExamSet(
        name=one.entry.name,
        title=one.title,
        kind="published",
        pixels=seen,
        labels=labels,
        n_left_out=int((~written).sum()),
    )


def of_path(path: str, network: Network, development: Images) -> ExamSet:
    """Images of the user's own, whose classes are called as the run's are; all parts
    that lie there. Arrays of the network's own size are taken as training saw them;
    what is brought to it otherwise is what `predict` makes of pictures.

    Raises:
        DataError: they cannot be read, have other classes or another size, are fewer
        than two, or some were trained on.
    """
    place = expanded(path.removeprefix(OWN))
    images = _whole(place, network)
    labels = _places(images, network, str(place))
    seen = _seen(place, images, network)
    written = np.array([one is not None for one in seen])
    if written.sum() < 2:
        raise DataError(f"{place}: expected two images or more with something on them. Add some.")
    pixels = np.stack([one for one in seen if one is not None])
    if n_known := overlap(development, Images(pixels, labels[written], development.classes)):
        raise DataError(
            f"{place}: expected images that the network has not seen, got {n_known:,} on which it"
            " was trained. Leave these out."
        )
    name = place.resolve().name
    return ExamSet(
        name=f"{OWN}{name}",
        title=f"the images in {name}",
        kind="own",
        pixels=pixels,
        labels=labels[written],
        groups=several(None if images.groups is None else images.groups[written]),
        n_left_out=int((~written).sum()),
    )


def of_corruptions(test: Images) -> Iterator[ExamSet]:
    """The run's test images under each corruption, one after the other."""
    for name in CORRUPTIONS:
        pixels = corrupted(test.pixels, name)
        title = name.replace("_", " ")
        yield ExamSet(name, title, "corruption", pixels, test.labels, several(test.groups))


def _whole(place: Path, network: Network) -> Images:
    """Every part that lies there, in one."""
    size: Size | None = None
    colour: bool | None = None
    if not network.prepares:
        height, width, *channels = network.image_shape
        size, colour = (height, width), bool(channels)
    found: list[Images] = []
    parts: Sequence[Part] = parts_of(place)
    for part in parts:
        images, _ = read_part(place, part, size, colour)
        height, width, *channels = images.shape
        size, colour = (height, width), bool(channels)
        found.append(images)
    return joined(found)


def _seen(place: Path, images: Images, network: Network) -> Sequence[np.ndarray | None]:
    """Each image as the network sees it; None of one on which nothing is written."""
    if network.prepares and (loose_reader_of(place) or images.shape != network.image_shape):
        return [_prepared(picture, inverted=network.inverted) for picture in images.pixels]
    if images.shape != network.image_shape:
        wanted, got = (" x ".join(map(str, s)) for s in (network.image_shape, images.shape))
        raise DataError(
            f"{place}: expected images of {wanted} as the network was trained on, got {got}. Scale"
            " them, or give a folder of pictures, which are brought to it."
        )
    return list(255 - images.pixels if network.inverted else images.pixels)


def _prepared(picture: np.ndarray, *, inverted: bool) -> np.ndarray | None:
    """What MNIST's rule makes of a picture in grey or colour; None of an even one."""
    if picture.ndim == 3:
        picture = picture[..., :3] if picture.shape[2] > 2 else picture[..., 0]
    try:
        return prepared(picture, "", inverted=inverted)
    except DataError:
        return None


def _places(images: Images, network: Network, name: str) -> np.ndarray:
    """The label of each image as a place in the run's classes."""
    known = {str(own): place for place, own in enumerate(network.classes_)}
    present = [images.classes[label] for label in np.flatnonzero(images.class_counts)]
    if unknown := [own for own in present if own not in known]:
        raise DataError(
            f"{name}: expected only classes that the run has ({some_of(list(known), 12)}), got"
            f" images of {some_of(unknown, 5)}. Call them alike, or leave those out."
        )
    places = np.array([known.get(own, 0) for own in images.classes])
    return np.asarray(places[images.labels])
