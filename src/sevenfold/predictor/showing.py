"""What a network saw, as a picture."""

import io
import math

import numpy as np

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


def png(picture: np.ndarray) -> bytes:
    """A picture (h, w) or (h, w, 3), uint8, as PNG."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return buffer.getvalue()
