"""Pictures of digits: misread ones, one by one for the page and all in one file; and
distorted ones below their originals.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.image import imsave

from sevenfold.report.folder import Json

CELL = (40, 40)
"""Pixels of a picture with its caption and margins: height, width."""


@dataclass(frozen=True)
class Tile:
    """One misread digit. source: its picture as a data address, dark ink on white."""

    source: str
    digit: int
    predicted: int
    probability: str
    index: int


def tiles(images: np.ndarray, mistakes: Sequence[Json]) -> tuple[Tile, ...]:
    """A tile for each mistake; `images` has shape (n, 28, 28), uint8, ink at 255."""
    return tuple(
        Tile(
            address(_png(image)),
            mistake["digit"],
            mistake["predicted"],
            probability(mistake["probability"]),
            mistake["index"],
        )
        for image, mistake in zip(images, mistakes, strict=True)
    )


def probability(p: float) -> str:
    """A probability in percent that never claims certainty.

    >>> probability(0.9999843), probability(0.6053)
    ('> 99.9', '60.5')
    """
    return "> 99.9" if p >= 0.9995 else f"{100 * p:.1f}"


def contact_sheet(images: np.ndarray, mistakes: Sequence[Json], n_columns: int = 6) -> bytes:
    """All mistakes in one PNG with captions."""
    n_rows = -(-len(mistakes) // n_columns)
    sheet = np.full((n_rows * CELL[0], n_columns * CELL[1]), 255, np.uint8)
    figure = Canvas(figsize=(sheet.shape[1] / 32, sheet.shape[0] / 32), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    for i, (image, mistake) in enumerate(zip(images, mistakes, strict=True)):
        top, left = i // n_columns * CELL[0] + 10, i % n_columns * CELL[1] + 6
        sheet[top : top + 28, left : left + 28] = 255 - image
        text = (
            f"{mistake['digit']} → {mistake['predicted']} "
            f" ({probability(mistake['probability'])} %)"
        )
        axes.text(left + 13.5, top - 2, text, fontsize=7.5, ha="center", va="bottom")
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255, interpolation="nearest", aspect="auto")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160, metadata={"Software": "sevenfold"})
    return buffer.getvalue()


def distortion_sheet(
    originals: np.ndarray, distorted: np.ndarray, zoom: int = 3, margin: int = 2
) -> bytes:
    """Originals (n, 28, 28) in the first row and their distorted versions (n_rows, n,
    28, 28) below, in one PNG; uint8, ink at 255.
    """
    rows = np.pad(
        np.concatenate([originals[None], distorted]),
        ((0, 0), (0, 0), (margin, margin), (margin, margin)),
    )
    height = rows.shape[2]
    sheet = rows.transpose(0, 2, 1, 3).reshape(len(rows) * height, -1)
    sheet = np.insert(sheet, height, np.full((2, sheet.shape[1]), 160, np.uint8), axis=0)
    return _png(np.kron(sheet, np.ones((zoom, zoom), np.uint8)))


def address(png: bytes) -> str:
    """A picture as a data address."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    imsave(
        buffer,
        255 - image,
        cmap="gray",
        vmin=0,
        vmax=255,
        format="png",
        metadata={"Software": "sevenfold"},
    )
    return buffer.getvalue()
