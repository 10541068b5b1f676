"""Files that are something else, or only a part of what they should be."""

from collections.abc import Iterator

from rows import IDX, PICTURES, Row, csv, npz, packed, zipped

FOREIGN = {
    "nothing": (b"", "an empty file|a header of \\d+ bytes, got 0|something else"),
    "a page": (b"<!DOCTYPE html><html>busy</html>", "got an HTML page"),
    "a page in capitals": (b"<HTML><BODY>busy", "got an HTML page"),
    "an error of S3": (b'<?xml version="1.0"?><Error>AccessDenied</Error>', "got an HTML page"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer. Run `git"),
    "bzip2": (b"BZh91AY&SY" + bytes(40), "got a bzip2 file. Unpack it first"),
    "Zstandard": (b"(\xb5/\xfd" + bytes(40), "got a Zstandard file. Unpack it first"),
    "7-Zip": (b"7z\xbc\xaf'\x1c" + bytes(40), "got a 7-Zip archive. Unpack it first"),
    "RAR": (b"Rar!\x1a\x07" + bytes(40), "got a RAR archive. Unpack it first"),
    "an array": (b"\x93NUMPY\x01\x00" + bytes(40), "got one NumPy array. np.load it"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(40), "got an HDF5 file. Open it with h5py"),
    "Parquet": (b"PAR1\x15\x04" + bytes(40), "got a Parquet file. Call it .parquet"),
    "a pickle": (b"\x80\x04\x95" + bytes(40), "got a pickle. None is ever loaded"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(40), "got one picture. Give a folder"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(40), "got one picture. Give a folder"),
    "JSON": (b'{"message":"Not Found"}', "got a JSON text. Fetch it again"),
}
"""First bytes of other kinds of files, and what they are called in a line."""


def in_place_of_idx() -> Iterator[Row]:
    """As each of the four files, packed or not."""
    for what, (content, line) in FOREIGN.items():
        for place in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
            yield Row(f"{what} as {place}", {**IDX, place: content}, "", line)
        place = "train-images-idx3-ubyte"
        files = {n: c for n, c in IDX.items() if n != place}
        yield Row(f"{what}, packed", {**files, f"{place}.gz": packed(content)}, "", line)


def in_place_of_others() -> Iterator[Row]:
    """By the names of the other formats."""
    for what, (content, line) in FOREIGN.items():
        if what != "nothing":
            said = f"expected a whole .npz file.*{line}"
            yield Row(f"{what} as an .npz", {"d.npz": content}, "d.npz", said)
            said = f"expected a CSV table of labels and pixels, (got )?{line[:12]}"
            yield Row(f"{what} as a table", {"d.csv": content}, "d.csv", said)
        said = "expected a whole zip archive, got something else"
        yield Row(f"{what} as a zip", {"d.zip": content}, "d.zip", said)
        said = "expected a whole Parquet file, got a damaged one"
        yield Row(f"{what} as Parquet", {"d.parquet": content}, "d.parquet", said)
        said = "expected USPS .*the one HDF5 file that is read"
        yield Row(f"{what} as HDF5", {"d.h5": content}, "d.h5", said)
        said = r"expected a (whole )?picture.*(got|unusual)"
        spoiled = {**PICTURES, "0/0.png": content}
        yield Row(f"{what} as a picture", spoiled, "", said)


def cut_off() -> Iterator[Row]:
    """The first bytes alone of good files."""
    good = {
        "d.npz": (npz(), "expected a whole .npz file"),
        "d.zip": (zipped(IDX), "expected a whole zip archive"),
        "d.csv.gz": (packed(csv()), "a whole gzip file|cells apart by commas"),
    }
    for name, (content, line) in good.items():
        for n in (1, 10, 100, len(content) // 2, len(content) - 9):
            yield Row(f"{name} after {n}", {name: content[:n]}, name, line)
    for place in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        for n in (1, 3, 7, 15, 20, len(IDX[place]) - 1):
            spoiled = {**IDX, place: IDX[place][:n]}
            line = r"The file is cut off; fetch it again"
            yield Row(f"{place} after {n}", spoiled, "", line)
        files = {n: c for n, c in IDX.items() if n != place}
        whole = packed(IDX[place])
        for n in (11, len(whole) // 2, len(whole) - 1):
            yield Row(
                f"{place}.gz after {n}",
                {**files, f"{place}.gz": whole[:n]},
                "",
                r"expected a whole gzip file, got a damaged one|cut off",
            )
        line = r"expected [\d,]+ bytes as its header says, got more"
        yield Row(f"{place} and more", {**IDX, place: IDX[place] + b"x"}, "", line)


def other_suffixes() -> Iterator[Row]:
    """A file or a folder of files of kinds that are not read, by their names."""
    kinds = {
        "one NumPy array": ("npy",),
        "a MATLAB file": ("mat",),
        "an ARFF table": ("arff",),
        "a pickle. It is never loaded": ("pkl", "pickle", "p", "joblib", "pkl.gz"),
        "a pickle of PyTorch's. It is never loaded": ("pt", "pth"),
        "a packed archive. Unpack it": ("tar", "tar.gz", "tgz", "7z", "rar", "bz2"),
        "one picture": ("png", "jpg", "JPEG", "gif", "bmp", "webp", "tiff", "svg", "heic"),
        "a spreadsheet. Save it as CSV": ("xlsx", "xls", "ods"),
        "a text. A table of labels and pixels": ("txt", "tsv", "dat"),
        "a JSON file": ("json",),
        "another file. Make an .npz": ("sqlite", "feather", "onnx", "tfrecord", "bin", "mp4", ""),
    }
    for line, suffixes in kinds.items():
        for suffix in suffixes:
            name = f"d.{suffix}".rstrip(".")
            yield Row(f"a file called {name}", {name: b"x1"}, name, f"got {line}")
    for suffix in ("npy", "mat", "arff", "pkl", "pt", "xlsx", "tar", "json"):
        line = rf"got a folder with \.{suffix} files, each "
        yield Row(f"a folder of .{suffix}", {f"a.{suffix}": b"x", "b.md": b""}, "", line)
