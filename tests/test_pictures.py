"""Pictures of every kind that people have, and what is no picture."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sevenfold import pictures
from sevenfold.errors import DataError

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (20, 30, 3), np.uint8)
GREY = COLOUR[..., 0]
LOSSLESS = ("PNG", "TIFF", "BMP", "PPM")


def encoded(picture: np.ndarray | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(stream, kind, **options)
    return stream.getvalue()


def decode(data: bytes) -> np.ndarray:
    return pictures.decode(data, "x")


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_formats_give_the_very_pixels(kind: str) -> None:
    np.testing.assert_array_equal(decode(encoded(COLOUR, kind)), COLOUR)
    np.testing.assert_array_equal(decode(encoded(GREY, kind)), GREY)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF"])
def test_lossy_formats_come_close(kind: str) -> None:
    smooth = np.linspace(0, 255, 20 * 30).reshape(20, 30).astype(np.uint8)
    found = decode(encoded(Image.fromarray(smooth).convert("L"), kind))
    assert found.shape[:2] == (20, 30)
    grey = found if found.ndim == 2 else found.mean(axis=2)
    assert np.abs(grey.astype(int) - smooth).mean() < 6


def test_a_picture_without_a_colour_is_grey_however_it_was_saved() -> None:
    three = np.repeat(GREY[..., None], 3, axis=2)
    image = Image.fromarray(three)
    for data in (encoded(three), encoded(image.convert("LA")), encoded(image.convert("RGBA"))):
        np.testing.assert_array_equal(decode(data), GREY)
    three[3, 4, 1] ^= 1
    np.testing.assert_array_equal(decode(encoded(three)), three)


def test_one_bit_is_black_and_white() -> None:
    bits = GREY > 128
    found = decode(encoded(Image.fromarray(bits)))
    np.testing.assert_array_equal(found, np.where(bits, 255, 0))


def test_a_palette_is_resolved() -> None:
    image = Image.fromarray(COLOUR).quantize(16)
    np.testing.assert_array_equal(decode(encoded(image)), np.asarray(image.convert("RGB")))


def test_transparent_parts_lie_on_white_paper() -> None:
    alpha = np.zeros((20, 30, 1), np.uint8)
    alpha[5:] = 255
    found = decode(encoded(np.concatenate([COLOUR, alpha], axis=2)))
    assert (found[:5] == 255).all()
    np.testing.assert_array_equal(found[5:], COLOUR[5:])
    image = Image.new("P", (30, 20), 0)
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.paste(1, (0, 0, 15, 20))
    found = decode(encoded(image, transparency=0))
    assert found[0, 0].tolist() == [200, 0, 0]
    assert found[0, 20].tolist() == [255, 255, 255]


def test_cmyk_becomes_colour() -> None:
    red = Image.new("CMYK", (30, 20), (0, 255, 255, 0))
    found = decode(encoded(red, "TIFF"))
    assert found[0, 0].tolist() == [255, 0, 0]
    assert decode(encoded(red, "JPEG")).shape == (20, 30, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_of_sixteen_bits_the_upper_eight_are_taken(kind: str) -> None:
    sixteen = GREY.astype(np.uint16) * 257
    np.testing.assert_array_equal(decode(encoded(sixteen, kind)), GREY)
    dark = np.full((4, 5), 300, np.uint16)
    assert decode(encoded(dark, kind)).tolist() == [[1] * 5] * 4
    with pytest.raises(DataError, match=r"x: expected brightness .* got values from 200 to 200"):
        decode(encoded(np.full((4, 5), 200, np.uint16), kind))


@pytest.mark.parametrize("numbers", [np.float32, np.int32])
def test_other_numbers_are_refused(numbers: type) -> None:
    with pytest.raises(DataError, match=r"expected brightness of 8 or 16 bits.* Save it again"):
        decode(encoded(GREY.astype(numbers), "TIFF"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(COLOUR, "PNG", exif=exif)
    found = decode(data)
    assert found.shape[:2] == ((30, 20) if orientation >= 5 else (20, 30))
    assert found.shape[:2] == pictures.picture_size(data, "x")
    if orientation == 3:
        np.testing.assert_array_equal(found, COLOUR[::-1, ::-1])
    if orientation == 6:
        np.testing.assert_array_equal(found, np.rot90(COLOUR, -1))


def test_only_the_first_frame_is_read() -> None:
    frames = [Image.new("L", (6, 4), value) for value in (10, 200)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(data).max() == 10


def png_header(width: int, height: int) -> bytes:
    chunk = b"IHDR" + struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IDAT\x35\xaf\x06\x1e"
    )


@pytest.mark.parametrize("side", [7_072, 10_000, 30_000])
def test_a_bomb_is_refused_by_its_header(side: int) -> None:
    """The first is beyond our bound alone, Pillow warns of the second and refuses the
    third.
    """
    with pytest.raises(DataError, match=r"at most 50,000,000 pixels"):
        decode(png_header(side, side))
    with pytest.raises(DataError, match=r"at most 50,000,000 pixels"):
        pictures.picture_size(png_header(side, side), "x")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "got an empty file"),
        (b"hello", "got something else. Remove it, or save it again as PNG"),
        (b"<!DOCTYPE html><html>", "got an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "got a Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n", "got a damaged one"),
        (encoded(COLOUR)[:-300], "got a damaged or unusual one"),
        (encoded(COLOUR, "JPEG")[:400], "got a damaged or unusual one"),
        (encoded(COLOUR, "TIFF")[:900], "got a damaged or unusual one"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "got something else"),
    ],
)
def test_what_is_no_whole_picture_gives_one_line(data: bytes, expected: str) -> None:
    with pytest.raises(DataError, match=f"^x: expected a (whole )?picture.*{expected}") as caught:
        decode(data)
    assert "\n" not in str(caught.value)


def test_formats_with_dangerous_decoders_are_not_even_tried() -> None:
    for kind in ("PDF", "EPS", "ICO", "TGA"):
        with pytest.raises(DataError, match="got something else"):
            decode(encoded(COLOUR, kind))


SEEDS = [
    *(encoded(COLOUR, kind) for kind in (*LOSSLESS, "JPEG", "WEBP")),
    encoded(Image.fromarray(COLOUR).quantize(8), "GIF"),
    encoded(GREY.astype(np.uint16) * 257),
]


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=4),
    kept=st.integers(0, 3000),
)
def test_any_bytes_give_pixels_or_one_line(
    seed: bytes, changes: list[tuple[int, int]], kept: int
) -> None:
    data = bytearray(seed)
    for position, value in changes:
        data[position % min(len(data), 200)] = value
    data = data[: max(kept, 100)]
    for read in (decode, lambda data: pictures.picture_size(data, "x")):
        try:
            read(bytes(data))
        except DataError as error:
            n_lines = len(str(error).splitlines())
        else:
            n_lines = 1
        assert n_lines == 1


def test_a_file_is_read_whatever_its_name_says(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(COLOUR))
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.jpg"), COLOUR)
    with pytest.raises(DataError, match=r"b.png: expected a picture, got no file"):
        pictures.read_picture(tmp_path / "b.png")
    with pytest.raises(DataError, match=r"got no file"):
        pictures.read_picture(tmp_path)


# Bringing pictures to one size


def test_a_picture_of_the_right_size_stays_as_it_is() -> None:
    assert pictures.fit(COLOUR, 20, 30) is COLOUR


def test_shrinking_averages_areas() -> None:
    fine = GREY.repeat(3, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(pictures.fit(fine, 20, 30), GREY)
    blocks = COLOUR.reshape(10, 2, 15, 2, 3).mean(axis=(1, 3))
    assert np.abs(pictures.fit(COLOUR, 10, 15) - blocks).max() <= 1


@pytest.mark.parametrize(("height", "width"), [(64, 64), (7, 5), (1, 1), (128, 3)])
def test_aspect_is_kept_and_the_rest_is_paper(height: int, width: int) -> None:
    picture = np.full((20, 30, 3), (250, 240, 230), np.uint8)
    picture[5:15, 5:25] = 0
    found = pictures.fit(picture, height, width)
    assert found.shape == (height, width, 3)
    assert found.dtype == np.uint8
    if height == width == 64:
        dark = (found < 50).all(axis=2)
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        assert abs(len(columns) / len(rows) - 2.0) < 0.15
        assert abs(rows.mean() - 31.5) <= 1
        assert found[0, 0].tolist() == [250, 240, 230]
        assert found[-1, 32].tolist() == [250, 240, 230]


def test_paper_is_the_median_of_the_whole_border() -> None:
    picture = np.full((20, 30), 200, np.uint8)
    picture[0] = 10  # a scan's black upper edge
    found = pictures.fit(picture, 60, 30)
    assert (found[0, 0], found[-1, -1]) == (200, 200)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM"])
def test_a_picture_is_known_by_its_first_bytes(kind: str) -> None:
    assert pictures.is_picture(encoded(GREY, kind)[:16])
    assert not pictures.is_picture(b"GIF7" + bytes(12))


def test_grey_pictures_get_three_channels_where_one_has_a_colour() -> None:
    both = [GREY, COLOUR]
    stacked = pictures.stack(both)
    assert stacked.shape == (2, 20, 30, 3)
    np.testing.assert_array_equal(stacked[0], np.repeat(GREY[..., None], 3, axis=2))
    assert pictures.stack([GREY, GREY]).shape == (2, 20, 30)
    assert pictures.stack([GREY], colour=True).shape == (1, 20, 30, 3)
    grey = pictures.stack(both, colour=False)
    np.testing.assert_array_equal(grey[0], GREY)
    weights = COLOUR @ np.array([0.299, 0.587, 0.114])
    assert np.abs(grey[1] - weights).max() <= 1


def test_the_median_size_is_scaled_down_as_a_whole() -> None:
    assert pictures.median_size([(10, 20), (30, 40), (50, 600)], 128) == (30, 40)
    assert pictures.median_size([(400, 200)], 128) == (128, 64)
    assert pictures.median_size([(1, 4000)], 128) == (1, 128)
