"""The fifteen corruptions of MNIST-C, at the severities of its authors' program (Mu and
Gilmer 2019, "MNIST-C: a robustness benchmark for computer vision"); the code is our
own.

Where it differs: random numbers come from counters, so that every run meets the same
images; images share maps of fog; the zigzag ends on its line.
"""

from collections.abc import Callable, Iterator

import numpy as np

from sevenfold.examination.blur import glass_blur, motion_blur
from sevenfold.examination.drawing import canny_edges, dotted_line, spatter, stripe, zigzag
from sevenfold.examination.draws import Draws
from sevenfold.examination.geometry import rotate, scale, shear, translate
from sevenfold.examination.noise import brightness, fog, impulse_noise, shot_noise

Corruption = Callable[[np.ndarray, Draws], np.ndarray]

CORRUPTIONS: dict[str, Corruption] = {
    "shot_noise": shot_noise,
    "impulse_noise": impulse_noise,
    "glass_blur": glass_blur,
    "motion_blur": motion_blur,
    "shear": shear,
    "scale": scale,
    "rotate": rotate,
    "brightness": brightness,
    "translate": translate,
    "stripe": stripe,
    "fog": fog,
    "spatter": spatter,
    "dotted_line": dotted_line,
    "zigzag": zigzag,
    "canny_edges": canny_edges,
}
"""By the names that MNIST-C gives them, in its order."""

AT_ONCE = 2_000
"""Images, so that a corruption takes some 200 MB of memory at most."""


def corrupted(pixels: np.ndarray, name: str) -> np.ndarray:
    """Images (n, h, w) or (n, h, w, c), uint8, under one of `CORRUPTIONS`: the same
    shape and type. Image i is corrupted in the same way whatever images are beside it.
    The channels of an image are corrupted alike.
    """
    parts = [_part(pixels[i : i + AT_ONCE], name, i) for i in range(0, len(pixels), AT_ONCE)]
    return np.concatenate(parts) if parts else pixels.copy()


def _part(pixels: np.ndarray, name: str, first: int) -> np.ndarray:
    draws = Draws(name, first, len(pixels))
    made = [CORRUPTIONS[name](channel / 255.0, draws) for channel in _channels(pixels)]
    bytes_of = [np.rint(255.0 * one.clip(0.0, 1.0)).astype(np.uint8) for one in made]
    return np.stack(bytes_of, axis=-1).reshape(pixels.shape)


def _channels(pixels: np.ndarray) -> Iterator[np.ndarray]:
    if pixels.ndim == 3:
        yield pixels
    else:
        yield from np.moveaxis(pixels, -1, 0)
