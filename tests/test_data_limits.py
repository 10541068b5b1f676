"""What a file of data may cost: memory by what is taken of it, time to refuse it; not
what it says of itself.
"""

import gzip
import io
import json
import lzma
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sevenfold.data.finding import load
from sevenfold.data.readers import idx
from sevenfold.errors import DataError

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="memory as Linux counts it")

MB = 1 << 20
WARMED_UP = 12 * MB
"""What the first use of a library takes, whatever the images."""

READ_AND_MEASURE = """
import json, sys, time
from pathlib import Path
from sevenfold.data.finding import load
from sevenfold.errors import DataError
import h5py, lzma, PIL.Image, pyarrow.parquet, sevenfold.data.readers
from sevenfold import pictures

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024

Path("/proc/self/clear_refs").write_text("5")
before, started = peak(), time.process_time()
try:
    images = load(sys.argv[1]).development.pixels.nbytes
    said = ""
except DataError as error:
    images, said = 0, str(error)
print(json.dumps([peak() - before, images, said, time.process_time() - started]))
"""


def cost(path: Path) -> tuple[int, int, str, float]:
    """Bytes of memory at the most, bytes of the images that were taken, the message
    where none were, and seconds of processor time.
    """
    ended = subprocess.run(
        [sys.executable, "-c", READ_AND_MEASURE, str(path)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2000:]
    taken, images, said, seconds = json.loads(ended.stdout)
    return taken, images, said, seconds


def made_up(n: int, side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.random.default_rng(0).integers(0, 256, (n, side, side), np.uint8)
    return pixels, np.resize(np.arange(4, dtype=np.uint8), n)


def as_idx(folder: Path, pack: Callable[[bytes], bytes] = bytes) -> Path:
    folder.mkdir()
    for names, n in ((idx.PARTS["development"], 10_000), (idx.PARTS["test"], 40)):
        for name, array in zip(names, made_up(n), strict=True):
            (folder / name).write_bytes(pack(idx.to_bytes(array)))
    return folder


def without_test(folder: Path) -> Path:
    for name in idx.PARTS["test"]:
        (folder / name).unlink()
    return folder


def as_npz(
    path: Path, dtype: str = "u1", scale: float = 1.0, order: str = "C", n_channels: int = 0
) -> Path:
    (x, y), (x_test, y_test) = made_up(8_000 if dtype == "u1" else 4_000), made_up(40)
    scaled = [(part / scale if scale != 1.0 else part).astype(dtype) for part in (x, x_test)]
    if n_channels:
        scaled = [part[:, None].repeat(n_channels, axis=1) for part in scaled]
    scaled = [np.asarray(part, order="F" if order == "F" else "C") for part in scaled]
    np.savez(path, x_train=scaled[0], y_train=y, x_test=scaled[1], y_test=y_test)
    return path


def as_csv(path: Path) -> Path:
    pixels, labels = made_up(3_000)
    with path.open("w") as file:
        for image, label in zip(pixels, labels, strict=True):
            file.write(",".join(map(str, [label, *image.reshape(-1)])) + "\n")
    return path


def as_folder(folder: Path) -> Path:
    from PIL import Image

    pixels, labels = made_up(2_000, side=120)
    for number, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{number}.bmp")
    return folder


@needs_linux
@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda tmp: as_idx(tmp / "d"),
        lambda tmp: as_idx(tmp / "d", lambda data: gzip.compress(data, 1)),
        lambda tmp: as_npz(tmp / "d.npz"),
        lambda tmp: as_npz(tmp / "d.npz", "f8", 255.0),
        lambda tmp: as_npz(tmp / "d.npz", "i8"),
        lambda tmp: as_npz(tmp / "d.npz", order="F"),
        lambda tmp: as_npz(tmp / "d.npz", n_channels=3),
        lambda tmp: without_test(as_idx(tmp / "d")),
    ],
    ids=[
        "idx",
        "idx.gz",
        "npz",
        "npz of shares",
        "npz of int64",
        "npz in columns",
        "npz, channels first",
        "idx without a test part",
    ],
)
def test_reading_takes_half_as_much_again_as_the_images(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    taken, images, said, _ = cost(make(tmp_path))
    assert images > 15 * MB, said
    assert taken < 1.5 * images + WARMED_UP


@needs_linux
@pytest.mark.slow
@pytest.mark.parametrize("make", [as_csv, as_folder], ids=["csv", "folder"])
def test_reading_and_setting_a_test_part_aside_takes_half_as_much_again(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    taken, images, said, _ = cost(make(tmp_path / "d.csv"))
    assert images > 8 * MB, said
    assert taken < 1.5 * images + 64 * MB  # blocks of text as numbers, and Pillow's threads


def sparse(path: Path, n_bytes: int, start: bytes = b"", end: bytes = b"") -> Path:
    with path.open("wb") as file:
        file.write(start)
        file.truncate(n_bytes)
        file.seek(0, os.SEEK_END)
        file.write(end)
    return path


HEADER = struct.pack(">4I", 2051, 60_000, 28, 28)


def idx_beside(folder: Path, images: bytes, n_sparse: int = 0) -> Path:
    folder.mkdir()
    for names, n in ((idx.PARTS["development"], 40), (idx.PARTS["test"], 40)):
        for name, array in zip(names, made_up(n), strict=True):
            (folder / name).write_bytes(idx.to_bytes(array))
    path = folder / idx.PARTS["development"][0]
    path.write_bytes(images)
    if n_sparse:
        os.truncate(path, n_sparse)
    return folder


def many_pieces(folder: Path) -> Path:
    return idx_beside(folder, gzip.compress(HEADER) + gzip.compress(b"") * 500_000)


def zip_of(path: Path, method: int, n_bytes: int) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in idx.FILES:
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(HEADER if "images" in name else struct.pack(">2I", 2049, 60_000))
                for _ in range(n_bytes // MB if name == idx.FILES[0] else 0):
                    member.write(bytes(MB))
    return path


def zip_with_a_long_list(path: Path) -> Path:
    n = 3 << 30
    return sparse(path, n, end=struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, n, 0, 0))


def zip_of_many(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(70_000):
            archive.writestr(f"{number:0120}", b"")
    return path


def npz_of_zeros(path: Path, shape: tuple[int, ...], dtype: str = "<f8") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            head = io.BytesIO()
            np.lib.format.write_array_header_1_0(
                head, {"descr": dtype, "fortran_order": False, "shape": shape}
            )
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                member.write(head.getvalue())
                for _ in range(int(np.prod(shape)) * np.dtype(dtype).itemsize // MB):
                    member.write(bytes(MB))
    return path


def csv_of(path: Path, line: bytes, n: int) -> Path:
    packer = zlib.compressobj(6, wbits=31)
    with path.open("wb") as file:
        file.write(packer.compress(b"label,p1,p2,p3,p4\n"))
        for _ in range(n):
            file.write(packer.compress(line))
        file.write(packer.flush())
    return path


def parquet_of_one(path: Path) -> Path:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    noise = np.random.default_rng(0).bytes(3_000_000)
    values = pa.array([noise] * 150, pa.binary())
    table = pa.table({"image": values, "label": [0, 1, 2] * 50})
    pq.write_table(table, path, dictionary_pagesize_limit=1 << 30)
    assert path.stat().st_size < 4_000_000
    return path


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "a folder's IDX file of 1 GB that is none": lambda tmp: idx_beside(tmp / "d", b"", 1 << 30),
    "an IDX file with 1 GB behind it": lambda tmp: idx_beside(tmp / "d", HEADER, 1 << 30),
    "an IDX file of 1 TB": lambda tmp: idx_beside(tmp / "d", HEADER, 1 << 40),
    "a gzip of zeros": lambda tmp: idx_beside(tmp / "d", gzip.compress(bytes(60 * MB))),
    "a gzip that announces more than it has": lambda tmp: idx_beside(
        tmp / "d", gzip.compress(struct.pack(">4I", 2051, 999_999, 28, 28))
    ),
    "a gzip with 900 MB of padding": lambda tmp: idx_beside(
        tmp / "d", gzip.compress(HEADER), 900 * MB
    ),
    "half a million empty pieces": lambda tmp: many_pieces(tmp / "d"),
    "a zip whose list has 3 GB": lambda tmp: zip_with_a_long_list(tmp / "d.zip"),
    "an npz whose list has 3 GB": lambda tmp: zip_with_a_long_list(tmp / "d.npz"),
    "a zip of 70,000 members": lambda tmp: zip_of_many(tmp / "d.zip"),
    "a zip of bzip2": lambda tmp: zip_of(tmp / "d.zip", zipfile.ZIP_BZIP2, 100 * MB),
    "a zip with zeros at the end": lambda tmp: zip_of(
        tmp / "d.zip", zipfile.ZIP_DEFLATED, 200 * MB
    ),
    "an npz of 100 MB of float64": lambda tmp: npz_of_zeros(tmp / "d.npz", (64, 204_800)),
    "an npz of zeros, all of one value": lambda tmp: npz_of_zeros(
        tmp / "d.npz", (4096, 128, 128), "|u1"
    ),
    "labels that are texts of 128 MB": lambda tmp: npz_of_zeros(tmp / "d.npz", (64, 64), "<U8192"),
    "a CSV of empty lines": lambda tmp: csv_of(tmp / "d.csv.gz", b"\n" * MB, 60),
    "a CSV of one endless line": lambda tmp: csv_of(tmp / "d.csv.gz", b"1" * MB, 60),
    "a CSV of cells full of zeros": lambda tmp: csv_of(
        tmp / "d.csv.gz", b"1," + b",".join([b"0" * 250_000] * 4) + b"\n", 60
    ),
    "a sparse CSV": lambda tmp: sparse(tmp / "d.csv", 1 << 40, b"label,a,b,c,d\n"),
    "a sparse HDF5 file": lambda tmp: sparse(tmp / "d.h5", 1 << 30),
    "a sparse Parquet file": lambda tmp: sparse(tmp / "d.parquet", 1 << 33, b"PAR1", b"PAR1"),
    "a Parquet file of one picture": lambda tmp: parquet_of_one(tmp / "d.parquet"),
}


@needs_linux
@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_refused_costs_little(tmp_path: Path, name: str) -> None:
    taken, images, said, seconds = cost(HOSTILE[name](tmp_path))
    assert images == 0
    assert "\n" not in said
    assert len(said) < 501
    assert taken < 400 * MB
    assert seconds < 10


def test_an_xz_that_asks_for_four_gigabytes_is_refused() -> None:
    packed = bytearray(lzma.compress(idx.to_bytes(made_up(40)[0])))
    assert len(idx.unpack(bytes(packed), "images", "x")) == 40 * 64 * 64 + 16
    n_header = 4 * (packed[12] + 1)
    size = packed.index(b"\x21\x01", 12) + 2  # of the dictionary, as an exponent
    packed[size] = 40
    end = 12 + n_header - 4
    packed[end : end + 4] = struct.pack("<I", zlib.crc32(packed[12:end]))
    with pytest.raises(DataError, match="Memory usage limit exceeded"):
        idx.unpack(bytes(packed), "images", "x")


def test_pieces_and_padding_are_what_they_always_were() -> None:
    plain = idx.to_bytes(made_up(40)[0])
    pieces = b"".join(gzip.compress(plain[i : i + 5000]) for i in range(0, len(plain), 5000))
    for packed in (pieces, pieces + gzip.compress(b""), pieces + bytes(1000)):
        assert idx.unpack(packed, "images", "x") == plain
    for wrong in (gzip.compress(plain) + b"x", gzip.compress(plain)[:-1], pieces[:-9]):
        with pytest.raises(DataError, match="expected a whole gzip file, got a damaged one"):
            idx.unpack(wrong, "images", "x")
    with pytest.raises(DataError, match="many pieces with nothing in them"):
        idx.unpack(gzip.compress(plain[:16]) + gzip.compress(b"") * 3000, "images", "x")
    with pytest.raises(DataError, match="zeros follow"):
        idx.unpack(gzip.compress(plain) + bytes(17 * MB), "images", "x")


@pytest.mark.parametrize("name", ["d.zip", "d.npz"])
def test_a_list_of_members_of_gigabytes_is_not_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="a list of members of more than 8,388,608 bytes"):
        load(str(zip_with_a_long_list(tmp_path / name)))
