"""Images of a data set as the page shows them: shades of grey as dark ink on white,
colours as they are.
"""

import base64
import io

import numpy as np
from matplotlib.image import imsave

SHOWN_SIDE = 84
"""Pixels of an image's longer side on the page."""


def on_paper(images: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """What to draw of images (..., h, w) or (..., h, w, c) that each have
    `image_shape`: shades (..., h, w), or colours (..., h, w, 3 or 4); uint8.
    """
    if len(image_shape) == 2:
        return 255 - images
    return images if image_shape[2] > 2 else 255 - images[..., 0]


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
