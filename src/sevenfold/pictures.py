"""Pictures of any kind as arrays of one size: the rule by which image folders are read,
and single pictures for a trained network.

Pillow decodes: only the formats named here, only the first frame, and nothing before
its header was held against `MAX_PIXELS`.
"""

import io
import threading
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sevenfold.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM")
SUFFIXES = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".webp", ".bmp", ".gif"),
        *(".pnm", ".pgm", ".ppm", ".pbm"),
    }
)
MAX_PIXELS = 50_000_000
MAX_FILE_BYTES = 256 << 20
"""Of one file: more than `MAX_PIXELS` take without compression."""

# What Pillow finds odd but can read is no news to a user. Of pictures up to twice its
# own limit it only warns; to us all of these are too large.
warnings.filterwarnings("ignore", module=r"PIL\.")
warnings.filterwarnings("error", message="Image size .* exceeds limit")

_LARGE = 2_000_000
_LARGE_PICTURE = threading.Lock()
_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)
"""Values of EXIF's orientation that swap height and width."""

_STARTS = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"GIF8", b"RIFF"),
    *(b"P1", b"P2", b"P3", b"P4", b"P5", b"P6"),
)
_WHITE = (255, 255, 255, 255)


def read_picture(path: Path) -> np.ndarray:
    """The picture in a file, as `decode` gives it.

    Raises:
        DataError: it cannot be read, or `decode` refuses it.
    """
    return decode(read_file(path), str(path))


def read_file(path: Path) -> bytes:
    """The bytes of a picture's file.

    Raises:
        DataError: it is no file of a sensible size, or cannot be read.
    """
    try:
        if not path.is_file():
            raise DataError(f"{path}: expected a picture, got no file. Give a picture's file.")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise DataError(
                f"{path}: expected a picture of at most {MAX_FILE_BYTES:,} bytes, got"
                f" {path.stat().st_size:,}. Scale it down first."
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}. Check its permissions."
        ) from None


def decode(data: bytes, name: str) -> np.ndarray:
    """The picture as it is meant to be seen: shape (h, w), or (h, w, 3) where any pixel
    has a colour; uint8. `name` is for messages.

    Turned as its EXIF data say; transparent parts lie on white paper; of 16 bits, the
    upper eight.

    Raises:
        DataError: it is no picture of `FORMATS`, is damaged, too large, or of numbers
        that are no brightness from 0 to 255 or 65,535.
    """
    try:
        with _opened(data, name) as picture, _alone(picture.width * picture.height):
            from PIL import ImageOps

            return _pixels(ImageOps.exif_transpose(picture), name)
    except DataError:
        raise
    except MemoryError:
        raise DataError(f"{name}: there is no memory for it. Scale it down first.") from None
    except Exception as error:  # whatever a decoder raises for made-up bytes
        raise _damaged(name, error) from None


def picture_size(data: bytes, name: str) -> tuple[int, int]:
    """Height and width of what `decode` will give, from the header alone.

    Raises:
        DataError: as `decode`, as far as the header tells.
    """
    try:
        with _opened(data, name) as picture:
            turned = picture.getexif().get(_ORIENTATION) in _TURNED
            return (picture.width, picture.height) if turned else (picture.height, picture.width)
    except DataError:
        raise
    except Exception as error:
        raise _damaged(name, error) from None


def is_picture(start: bytes) -> bool:
    """Whether these first bytes are those of a picture, whatever its file is called."""
    return start.startswith(_STARTS)


def fit(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """The picture, (h, w) or (h, w, 3), scaled to fit into (height, width) with its
    aspect kept, centred, the rest filled with the median of its border; itself where it
    has that size.

    Shrinking averages areas; enlarging is bilinear.
    """
    if pixels.shape[:2] == (height, width):
        return pixels
    from PIL import Image

    scale = min(height / pixels.shape[0], width / pixels.shape[1])
    h, w = (max(1, round(scale * length)) for length in pixels.shape[:2])
    method = Image.Resampling.BOX if scale < 1.0 else Image.Resampling.BILINEAR
    scaled = np.asarray(Image.fromarray(pixels).resize((w, h), method))
    fitted = np.empty((height, width, *pixels.shape[2:]), np.uint8)
    fitted[:] = _border(pixels)
    top, left = (height - h) // 2, (width - w) // 2
    fitted[top : top + h, left : left + w] = scaled
    return fitted


def stack(pictures: Sequence[np.ndarray], *, colour: bool | None = None) -> np.ndarray:
    """Pictures of one size as (n, h, w) where none has a colour, else (n, h, w, 3), in
    which grey ones have three equal channels; uint8.

    colour: which of the two, where that is settled already. A coloured picture among
    grey ones then gives its brightness (ITU-R 601).
    """
    if colour is None:
        colour = any(picture.ndim == 3 for picture in pictures)
    height, width = pictures[0].shape[:2]
    stacked = np.empty((len(pictures), height, width, *((3,) if colour else ())), np.uint8)
    for place, picture in zip(stacked, pictures, strict=True):
        if colour and picture.ndim == 2:
            place[:] = picture[..., None]
        else:
            place[:] = picture if picture.ndim == place.ndim else _brightness(picture)
    return stacked


def median_size(sizes: Sequence[tuple[int, int]], largest: int) -> tuple[int, int]:
    """The median height and the median width, scaled down together where one is beyond
    `largest`.

    >>> median_size([(10, 20), (10, 20), (500, 30)], largest=128)
    (10, 20)
    """
    height, width = (float(np.median([size[axis] for size in sizes])) for axis in (0, 1))
    scale = min(1.0, largest / max(height, width))
    return max(1, round(scale * height)), max(1, round(scale * width))


def _opened(data: bytes, name: str) -> "Image.Image":
    """The picture, its header read and its pixels not."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(name, "more") from None
    except UnidentifiedImageError:
        raise DataError(
            f"{name}: expected a picture ({', '.join(FORMATS)}), got {_instead(data)}. Remove it,"
            " or save it again as PNG."
        ) from None
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(name, f"{picture.height} x {picture.width}")
    return picture


def _alone(n_pixels: int) -> AbstractContextManager[object]:
    """Large pictures are decoded one at a time, whatever the number of threads: each
    takes up to twenty bytes a pixel.
    """
    return _LARGE_PICTURE if n_pixels > _LARGE else nullcontext()


def _pixels(picture: "Image.Image", name: str) -> np.ndarray:
    from PIL import Image

    if picture.mode == "F" or picture.mode == "I" or picture.mode.startswith("I;16"):
        return _upper_eight(np.asarray(picture), name)
    if picture.has_transparency_data:
        whole = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", whole.size, _WHITE), whole)
    if picture.mode in ("1", "L"):
        return np.array(picture.convert("L"))
    colours = np.array(picture.convert("RGB"))
    grey = bool((colours[..., :1] == colours).all())
    return np.ascontiguousarray(colours[..., 0]) if grey else colours


def _upper_eight(values: np.ndarray, name: str) -> np.ndarray:
    """Sixteen bits as eight. Eight bits stored as sixteen, which would come out black,
    are refused, since the next picture's may be real.
    """
    low, high = values.min(), values.max()
    if values.dtype.kind == "f" or low < 0 or high > 65_535 or 0 < high < 256:
        raise DataError(
            f"{name}: expected brightness of 8 or 16 bits, from 0 to 255 or to 65,535, got values"
            f" from {low} to {high} of more than 8 bits. Save it again with 8."
        )
    return (values.astype(np.uint16) >> 8).astype(np.uint8)


def _border(pixels: np.ndarray) -> np.ndarray:
    edges = np.concatenate((pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))
    middle: np.ndarray = np.median(edges, axis=0)
    return middle.astype(np.uint8)


def _brightness(colours: np.ndarray) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.fromarray(colours).convert("L"))


def _too_large(name: str, came: str) -> DataError:
    return DataError(
        f"{name}: expected a picture of at most {MAX_PIXELS:,} pixels, got {came}. Scale it down"
        " first."
    )


def _damaged(name: str, error: Exception) -> DataError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(
        f"{name}: expected a whole picture, got a damaged or unusual one ({reason}). Replace it, or"
        " save it again as PNG."
    )


def _instead(data: bytes) -> str:
    if not data:
        return "an empty file"
    if data.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer (`git lfs pull` fetches the picture)"
    if data[:64].lstrip().lower().startswith((b"<!doct", b"<html", b"<head")):
        return "an HTML page"
    return "a damaged one" if is_picture(data[:16]) else "something else"
