"""What a network saw, as a picture."""

import io
import math
from pathlib import Path

import numpy as np

from sevenfold.errors import SettingsError
from sevenfold.storage import write_atomically

MOST = 400


def sheet(pixels: np.ndarray) -> np.ndarray:
    """The first images side by side, as the network saw them, at most `MOST` of them;
    pixels: (n, h, w) or (n, h, w, c).
    """
    shown = pixels[:MOST].reshape(len(pixels[:MOST]), *pixels.shape[1:3], -1)
    n_columns = max(1, math.ceil(math.sqrt(len(shown))))
    n_rows = max(1, math.ceil(len(shown) / n_columns))
    height, width, channels = shown.shape[1:]
    whole = np.full((n_rows * (height + 2), n_columns * (width + 2), channels), 128, np.uint8)
    for i, image in enumerate(shown):
        top, left = i // n_columns * (height + 2) + 1, i % n_columns * (width + 2) + 1
        whole[top : top + height, left : left + width] = image
    return whole[..., 0] if channels == 1 else whole


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write a picture (h, w) or (h, w, 3), uint8, as PNG.

    Raises:
        SettingsError: there is no such folder.
    """
    from PIL import Image

    if not path.parent.is_dir():
        raise SettingsError(f"{path}: there is no folder {path.parent}. Make it, or name another.")
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    write_atomically(path, buffer.getvalue())
