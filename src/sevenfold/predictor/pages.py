"""Single characters found on a sheet, a form or a photo of one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sevenfold.errors import DataError
from sevenfold.pictures import read_picture
from sevenfold.predictor.ink import ink_of
from sevenfold.predictor.inputs import shrunk
from sevenfold.predictor.mnist import SIDE, centred

MOST_SIDE = 2_400
"""Larger pictures are shrunk before characters are sought."""
SPECK = 0.3
"""Of the usual height of a character: smaller pieces of ink are no character."""
BROKEN = 0.35
"""Of it: pieces above one another and no further apart are one character."""
ROW = 0.6
"""Of it: middles no further apart in height are of one row."""

Box = tuple[int, int, int, int]
"""Top, left, bottom, right; the last two beyond the ink."""


@dataclass(frozen=True)
class Page:
    """A picture with characters: boxes in reading order, and what the network sees of
    each, shape (n, 28, 28), uint8. picture: (h, w) or (h, w, 3), uint8.
    """

    picture: np.ndarray
    boxes: tuple[Box, ...]
    pixels: np.ndarray

    def annotated(self, answers: list[object]) -> np.ndarray:
        """The picture with each box and its answer drawn: (h, w, 3), uint8."""
        from PIL import Image, ImageDraw, ImageFont

        drawn = Image.fromarray(self.picture).convert("RGB")
        pen = ImageDraw.Draw(drawn)
        for (top, left, bottom, right), answer in zip(self.boxes, answers, strict=False):
            pen.rectangle((left - 2, top - 2, right + 1, bottom + 1), outline=(214, 94, 0))
            font = ImageFont.load_default(max(10, (bottom - top) // 3))
            pen.text((left, max(0, top - 2)), str(answer), (0, 90, 180), font, anchor="lb")
        return np.asarray(drawn)


def read_pages(paths: list[str], *, inverted: bool) -> tuple[list[str], np.ndarray, list[Page]]:
    """Name, image and page of every character on these pictures; inverted: as of
    `find_characters`.

    Raises:
        DataError: one cannot be read, or has no character.
    """
    pages = [find_characters(read_picture(Path(path)), path, inverted=inverted) for path in paths]
    names = [
        f"{path}:{i}"
        for path, page in zip(paths, pages, strict=True)
        for i in range(1, len(page.boxes) + 1)
    ]
    return names, np.concatenate([page.pixels for page in pages]), pages


def find_characters(picture: np.ndarray, name: str, *, inverted: bool) -> Page:
    """The characters of a picture (h, w) or (h, w, 3), uint8: pieces of connected ink,
    those that a broken stroke left above one another taken together, touching ones
    left whole; by rows from the top, each from the left. inverted: whether the network
    saw training's images turned.

    Raises:
        DataError: there is no character.
    """
    from scipy import ndimage

    picture = shrunk(picture, MOST_SIDE)
    ink = ink_of(picture)
    if ink is None:
        raise DataError(f"{name}: expected written characters, found none. Give another picture.")
    pieces, _ = ndimage.label(ink > 0, np.ones((3, 3)))
    slices = ndimage.find_objects(pieces)
    boxes = np.array([[y.start, x.start, y.stop, x.stop] for y, x in slices])
    heights = boxes[:, 2] - boxes[:, 0]
    tall = (
        heights[heights >= 0.5 * np.percentile(heights[heights > 4], 90)]
        if (heights > 4).any()
        else heights
    )
    usual = float(np.median(tall))
    sides = np.maximum(heights, boxes[:, 3] - boxes[:, 1])
    large = np.flatnonzero(sides >= SPECK * usual)
    groups = _joined(boxes, large, usual)
    found = []
    for group in groups:
        own = boxes[group]
        box = (*own[:, :2].min(axis=0).tolist(), *own[:, 2:].max(axis=0).tolist())
        if box[2] - box[0] < 0.4 * usual:
            continue  # a dash, a dot
        top, left, bottom, right = box
        mask = np.isin(pieces[top:bottom, left:right], [piece + 1 for piece in group])
        own_ink = np.where(mask, ink[top:bottom, left:right], 0.0)
        found.append((box, centred(own_ink, inverted=inverted)))
    if not found:
        raise DataError(f"{name}: expected written characters, found none. Give another picture.")
    order = _reading_order([box for box, _ in found], usual)
    return Page(
        picture,
        tuple(found[i][0] for i in order),
        np.stack([found[i][1] for i in order]).reshape(-1, SIDE, SIDE),
    )


def _joined(boxes: np.ndarray, large: np.ndarray, usual: float) -> list[list[int]]:
    """Pieces that are one character: one above the other, near, and together no taller
    than a character may be.
    """
    groups = [[int(i)] for i in large]
    merged = True
    while merged:
        merged = False
        for a in range(len(groups)):
            for b in range(a + 1, len(groups)):
                one, two = (_around(boxes[group]) for group in (groups[a], groups[b]))
                across = min(one[3], two[3]) - max(one[1], two[1])
                apart = max(one[0], two[0]) - min(one[2], two[2])
                height = max(one[2], two[2]) - min(one[0], two[0])
                narrower = min(one[3] - one[1], two[3] - two[1])
                if across > 0.4 * narrower and apart < BROKEN * usual and height < 1.5 * usual:
                    groups[a] += groups.pop(b)
                    merged = True
                    break
            if merged:
                break
    return groups


def _around(boxes: np.ndarray) -> list[int]:
    return [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]


def _reading_order(boxes: list[Box], usual: float) -> list[int]:
    middles = [(top + bottom) / 2 for top, _, bottom, _ in boxes]
    rows: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=middles.__getitem__):
        if rows and middles[i] - np.mean([middles[j] for j in rows[-1]]) < ROW * usual:
            rows[-1].append(i)
        else:
            rows.append([i])
    return [i for row in rows for i in sorted(row, key=lambda i: boxes[i][1])]
