"""Files that are something else, given to a finished run's network as pictures: each
gets one line, and what is a picture is read whatever its name says.
"""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_predict import DIGITS, written

from sevenfold.cli import main
from sevenfold.pictures import FORMATS

UNREAD = (
    *("AVIF", "BLP", "DDS", "DIB", "EPS", "ICNS", "ICO", "JPEG2000", "MSP", "PALM"),
    *("PCX", "PDF", "QOI", "SGI", "SPIDER", "TGA", "XBM"),
)
"""Formats of pictures that Pillow writes, and we do not read."""
BEGINNINGS = {
    "Photoshop": b"8BPS\0\1",
    "IM": b"Image type: Greyscale image\r\nName: a\r\n",
    "Sun raster": b"\x59\xa6\x6a\x95",
    "FITS": b"SIMPLE  =                    T",
    "FLI": b"\x80\0\0\0\x11\xaf",
    "XPM": b"/* XPM */\nstatic char *a[] = {",
    "GIMP": b"gimp xcf v011\0",
    "cursor": b"\0\0\2\0\1\0",
    "MPEG": b"\0\0\1\xb3",
    "WMF": b"\xd7\xcd\xc6\x9a\0\0",
    "GRIB": b"GRIB\0\0\0\2",
    "HEIC": b"\0\0\0\x18ftypheic",
    "MP4": b"\0\0\0\x18ftypisom",
    "JPEG XL": b"\xff\x0a\xfa",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "HTML": b"<!doctype html><p>busy</p>",
    "XML": b"<?xml version='1.0'?><Error/>",
    "JSON": b'{"message": "Not Found"}',
    "a pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
    "zip": b"PK\x03\x04\x14\0",
    "gzip": b"\x1f\x8b\x08\0",
    "bzip2": b"BZh91AY&SY",
    "xz": b"\xfd7zXZ\0",
    "Zstandard": b"(\xb5/\xfd",
    "7-Zip": b"7z\xbc\xaf'\x1c",
    "RAR": b"Rar!\x1a\x07",
    "tar": b"a.png" + bytes(252) + b"ustar",
    "an array": b"\x93NUMPY\1\0",
    "a pickle": b"\x80\x04\x95",
    "HDF5": b"\x89HDF\r\n\x1a\n",
    "Parquet": b"PAR1",
    "SQLite": b"SQLite format 3\0",
    "a program": b"\x7fELF\2\1\1",
    "a script": b"#!/bin/sh\nexit 1\n",
    "MP3": b"ID3\4\0",
    "Ogg": b"OggS\0",
    "sound": b"RIFF\x24\0\0\0WAVEfmt ",
    "a video": b"RIFF\x24\0\0\0AVI LIST",
    "a font": b"\0\1\0\0\0\x0f",
    "PostScript": b"%!PS-Adobe-3.0\n",
    "UTF-16": "digit,pixel".encode("utf-16"),
    "a PNG of nothing": b"\x89PNG\r\n\x1a\n",
    "a JPEG of nothing": b"\xff\xd8\xff\xe0",
    "a TIFF of nothing": b"II*\0\x08\0\0\0",
    "a BMP of nothing": b"BM",
    "a PPM of letters": b"P6 wide high 255\n",
    "nothing": b"",
}
"""First bytes; what follows is zeros."""
NAMES = ("a.png", "a.jpg", "a.tif", "a", "a.csv", "a.npz", "a-images-idx3-ubyte")


def encoded(kind: str) -> bytes:
    """A digit in a format of Pillow's; smaller ones are palette or one bit."""
    stream = io.BytesIO()
    image = Image.fromarray(255 - DIGITS.pixels[0]).resize((64, 64))
    mode = {"MSP": "1", "XBM": "1", "PALM": "P", "BLP": "P", "AVIF": "RGB", "QOI": "RGB"}
    image.convert(mode.get(kind, "L" if kind != "DDS" else "RGB")).save(stream, kind)
    return stream.getvalue()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("run"), inverted=False)


def answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["sevenfold", "predict", *map(str, arguments)])
    code = 0
    try:
        main()
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def known(kind: str) -> bool:
    Image.init()
    return kind in Image.SAVE


CONTENTS = {
    **{kind: encoded(kind) for kind in UNREAD if known(kind)},
    **{name: content + bytes(60 if content else 0) for name, content in BEGINNINGS.items()},
}


@pytest.mark.parametrize("what", CONTENTS)
def test_what_is_no_picture_gets_one_line_under_any_name(
    what: str,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in NAMES:
        path = tmp_path / name
        path.write_bytes(CONTENTS[what])
        for more in ((), ("--page",)):
            code, out, err = answered(monkeypatch, capsys, run, path, *more)
            assert (code, out) == (2, ""), (name, more)
            assert re.fullmatch(r"sevenfold: .+\n", err), (name, more, err)
            assert name in err
            assert "expected" in err
            assert err[:-1].isprintable()
            assert len(err) - len(str(path)) < 400


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_read_under_the_name_of_another(
    kind: str,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("a.png", "a.jpg", "a.heic", "a.txt", "a"):
        (tmp_path / name).write_bytes(encoded(kind))
        code, out, err = answered(monkeypatch, capsys, run, tmp_path / name)
        assert (code, err) == (0, "")
        assert out.split()[1] == "0"


def test_there_are_forty_formats_and_more() -> None:
    assert len(CONTENTS) >= 40 + len(UNREAD) / 2
    assert np.unique(list(map(len, CONTENTS.values()))).size > 5
