"""Images of a data set as the page shows them: bright ink on dark paper as dark ink on
white, photographs and colours as they are.
"""

import base64
import io

import numpy as np
from matplotlib.image import imsave

SHOWN_SIDE = 84
"""Pixels of an image's longer side on the page."""


def on_paper(images: np.ndarray, image_shape: tuple[int, ...], *, is_ink: bool) -> np.ndarray:
    """What to draw of images (..., h, w) or (..., h, w, c) that each have
    `image_shape`: shades (..., h, w), or colours (..., h, w, 3 or 4); uint8. is_ink:
    whether shades are bright ink on dark paper.
    """
    if len(image_shape) == 3 and image_shape[2] > 2:
        return images
    shades = images if len(image_shape) == 2 else images[..., 0]
    return 255 - shades if is_ink else shades


def png(picture: np.ndarray) -> bytes:
    """Shades (h, w) or colours (h, w, c), uint8, as a PNG."""
    buffer = io.BytesIO()
    imsave(
        buffer,
        picture,
        cmap="gray",
        vmin=0,
        vmax=255,
        format="png",
        metadata={"Software": "sevenfold"},
    )
    return buffer.getvalue()


def address(content: bytes) -> str:
    """A PNG as a data address."""
    return "data:image/png;base64," + base64.b64encode(content).decode()
