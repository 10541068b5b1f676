"""Good files with wrong contents: shapes, types, scales, labels, rows, headers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from rows import FLAT, IDX, PICTURES, TX, TY, Row, X, Y, csv, header, idx, npz, packed, png

IMAGES: dict[str, tuple[Any, str]] = {
    "numbers alone": (np.uint8(3), r"x_train: expected shape .* got \(\)"),
    "five axes": (X[..., None, None], r"expected shape \(n, height, width\).* got \(60, 12, 10, 1"),
    "no image": (X[:0], r"expected at least one example, got shape \(0, 12, 10\)"),
    "no pixel": (X[:, :0], r"expected at least one example, got shape \(60, 0, 10\)"),
    "too high": (np.zeros((60, 129, 2), np.uint8), "at most 128x128 pixels, got 129x2. Scale"),
    "too wide": (np.zeros((60, 2, 129), np.uint8), "at most 128x128 pixels, got 2x129|images last"),
    "five channels": (np.zeros((60, 9, 9, 5), np.uint8), "expected 1 to 4 channels, got 5"),
    "images last": (np.resize(X, (200, 12, 10)).transpose(1, 2, 0), "with the images last"),
    "flat images last": (np.zeros((81, 60)), "Where each column is an image, save x.T"),
    "a label in each row": (np.zeros((60, 82)), "Where one column is the label, save it apart"),
    "rows of no square": (FLAT[:, :87], "expected rows of a square number of pixels, got 87"),
    "channels anywhere": (X[:, None, :, :1], "may as well have its channels first"),
    "fewer than labels": (X[:59], "expected as many labels as images .59., got 60"),
    "more than labels": (np.concatenate([X, X]), "expected as many labels as images .120., got 60"),
    "NaN": (np.where(X > 9, np.nan, 0), "got NaN or infinity. Remove or mend"),
    "infinity": (np.where(X > 9, -np.inf, 0), "got NaN or infinity. Remove or mend"),
    "-1 to 1": (X / 127.5 - 1, "scaled to -1..1. Save np.rint"),
    "-0.5 to 0.5": (X / 255 - 0.5, "scaled to -0.5..0.5. Save np.rint"),
    "no mean": ((X / 255 - 0.13) / 0.31, "as where a mean was taken off"),
    "no mean, whole": (X.astype(int) - 128, "as where a mean was taken off"),
    "shares of 256": (X / 256, "which is no multiple of 1/255"),
    "resized": (X * 0.99, "with fractions such as .* as resizing leaves"),
    "16 bits": (X.astype(np.uint16) * 257, "16 bits. Save"),
    "12 bits": (X.astype(np.int32) * 16, "16 bits. Save"),
    "32 bits": (X.astype(np.uint32) << 24, r"Save x \* 255 / x.max"),
    "texts": (X.astype(str), r"expected numbers .* got '<U3'. Save it as uint8"),
    "complex": (X.astype(complex), r"expected numbers .* got '<c16'. Save it as uint8"),
    "dates": (X.astype("M8[D]"), r"expected numbers .* got '<M8\[D\]'. Save it as uint8"),
    "objects": (np.array([{}] * 60, object), "got '.O'. Pickled objects are never loaded"),
    "records": (np.zeros(60, "u1,u1"), r"expected numbers .* got '\|V2'"),
    "ink to 16": (X // 16, "got none above 15. Multiply the images, .* by 17"),
    "ink to 1": (X // 255, "got none above 1. Multiply the images, .* by 255"),
    "black": (X * 0, "expected pixels from 0 to 255, got none above 0"),
}
LABELS: dict[str, tuple[Any, str]] = {
    "none": (Y[:0], r"expected at least one example, got shape \(0,\)"),
    "one-hot": (np.eye(3)[Y], r"got \(60, 3\). Save one label .* labels.argmax"),
    "a row": (Y[None], r"expected shape \(n,\), got \(1, 60\)"),
    "negative": (Y.astype(int) - 1, "expected whole numbers from 0 to 65,534, got -1"),
    "half": (Y + 0.5, "expected whole numbers from 0 to 65,534, got 0.5"),
    "NaN": (np.where(Y == 1, np.nan, Y), "expected whole numbers from 0 to 65,534, got nan"),
    "large": (Y.astype(int) * 10**9, "expected whole numbers from 0 to 65,534, got 1000000000"),
    "from 1": (Y + 1, r"got none of 0. The labels are 1 to 3: number them from 0"),
    "3 for 0": (np.where(Y == 0, 3, Y), "where 3 stands for 0, labels % 3"),
    "with gaps": (Y * 2, "got none of 1, 3. Add some of each, or number the classes without"),
    "one class": (Y * 0, "expected two classes or more, got only class 0"),
    "few of one": (np.where(np.arange(60) < 52, Y % 2, 2), "got 8 of class 2. With fewer, valid"),
    "objects": (Y.astype(str).astype(object), "got '.O'. Pickled .* save it as x.astype.str"),
    "dates": (Y.astype("M8[D]"), r"expected numbers or texts, got '<M8\[D\]'"),
    "no UTF-8": (np.array([b"\xff", b"\xfe", b"a"])[Y], "expected labels that are texts in UTF-8"),
    "unprintable": (np.array(["a\x1b[2J", "b", "c"])[Y], r"printed, got 'a\\x1b\[2J'. Rename it"),
    "a line": (np.array(["a\nb", "b", "c"])[Y], r"can be printed, got 'a\\nb'. Rename it"),
    "empty": (np.array(["", "b", "c"])[Y], "a class name that can be printed, got ''"),
    "alike": (np.array(["Cat", "cat", "c"])[Y], "told apart by their names, got 'Cat' and 'cat'"),
    "a blank apart": (np.array(["a b", "a_b", "c"])[Y], "told apart by their names, got 'a b' and"),
}


def arrays() -> Iterator[Row]:
    for what, (images, line) in IMAGES.items():
        yield Row(f"images: {what}", {"d.npz": npz(x_train=images)}, "d.npz", line)
    for what, (labels, line) in LABELS.items():
        yield Row(f"labels: {what}", {"d.npz": npz(y_train=labels)}, "d.npz", line)
    tests: dict[str, tuple[dict[str, Any], str]] = {
        "another size": ({"x_test": TX[:, 1:]}, "test: expected images of 12x10 as in dev"),
        "the other way round": (
            {
                "x_train": np.pad(X // 2, ((0,), (9,), (9,))),
                "x_test": 255 - np.pad(TX // 2, ((0,), (9,), (9,))),
            },
            "test: expected ink and paper as in development, got them the other way",
        ),
        "darker": ({"x_test": TX // 16}, "test: expected pixels from 0 to 255 as in development"),
        "a class less": ({"x_test": TX[TY < 2], "y_test": TY[TY < 2]}, "got none of 2. Add some"),
        "a class more": ({"y_test": (TY + np.arange(9) // 8)}, "only classes that .* images of 3"),
        "the same images": ({"x_test": X[:9], "y_test": Y[:9]}, "development and test, got 9"),
        "no label": ({"y_test": None}, "got x_test, x_train, y_train. Save it again with y_test"),
        "labels alone": ({"x_test": None}, "Save it again with x_test"),
        "half of validation": ({"x_val": TX}, "Save it again with y_val"),
        "no training": ({"x_train": None, "y_train": None}, "again with x_train, y_train"),
        "two for one": ({"train_images": X}, "one array of each kind, got x_train and train_im"),
    }
    for what, (changed, line) in tests.items():
        yield Row(f"test part: {what}", {"d.npz": npz(**changed)}, "d.npz", line)


def idx_headers() -> Iterator[Row]:
    """Every type and number of dimensions that is not read, and sizes that lie."""
    names = {8: "uint8", 9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}
    images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
    for code, name in names.items():
        for n in range(1, 5):
            content = header(code << 8 | n, *(60,) * n) + bytes(60)
            line = rf"got IDX (of {name} in {n} dimensions \({code << 8 | n}\)|labels)"
            if (code, n) != (8, 3):
                yield Row(f"images of {name}, {n}", {**IDX, images: content}, "", line)
            line = rf"got IDX (of {name} in {n} dimensions \({code << 8 | n}\)|images)"
            if (code, n) not in ((8, 1), (12, 1), (12, 2)):
                yield Row(f"labels of {name}, {n}", {**IDX, labels: content}, "", line)
    lies = {
        (2051, 2**32 - 1, 12, 10): "at most 1,000,000 images, but its header says 4,294,967,295",
        (2051, 1_000_001, 12, 10): "at most 1,000,000 images, but its header says 1,000,001",
        (2051, 60, 0, 10): "at least 1x1 and at most 128x128 pixels, got 0x10",
        (2051, 60, 12, 0): "at least 1x1 and at most 128x128 pixels, got 12x0",
        (2051, 60, 129, 10): "at most 128x128 pixels, got 129x10",
        (2051, 60, 12, 2**32 - 1): "at most 128x128 pixels, got 12x4294967295",
        (2051, 1_000_000, 128, 128): "and 1,073,741,824 bytes of pixels, got 1,000,000 images",
        (2051, 1_000_000, 28, 28): "expected 784,000,016 bytes as its header says, got",
        (2051, 59, 12, 10): "got more. Something was added",
    }
    for numbers, line in lies.items():
        content = header(*numbers) + X.tobytes()
        yield Row(f"images that say {numbers}", {**IDX, images: content}, "", line)
    for number in (0, 1_000_001, 2**32 - 1):
        line = "got more" if number == 0 else "at most 1,000,000 labels, but its header says"
        content = header(2049, number) + Y.tobytes()
        yield Row(f"labels that say {number}", {**IDX, labels: content}, "", line)
    content = b"".join(bytes(reversed(idx(X)[i : i + 4])) for i in range(0, 16, 4)) + X.tobytes()
    yield Row("little-endian", {**IDX, images: content}, "", "bytes from behind. Write the header")
    yield Row("zeros", {**IDX, images: bytes(7216)}, "", "got zeros. It was never written whole")
    yield Row("a text", {**IDX, images: b"404: Not Found"}, "", "a text .'404: Not Found' ...")
    for lacking in IDX:
        rest = {name: content for name, content in IDX.items() if name != lacking}
        yield Row(f"without {lacking}", rest, "", f"lacks {lacking} .*, has t")
    both = {f"{folder}/{n}": c for folder in ("a", "b") for n, c in IDX.items()}
    yield Row("two sets", both, "", "of one data set, got those of 2, such as a/t10k-im.*, b/t10k")


def tables() -> Iterator[Row]:
    """Rows and cells."""
    good = csv(FLAT).decode()
    cells = {
        **dict.fromkeys(("256", "-1", "1e2", "0x10", "NA", "True", "1 2", "1_0", "\u0663"), "Mend"),
        **dict.fromkeys(("9" * 30, "1.5", "+-1", "--", "nan", "inf", "=1+1"), "Mend that cell"),
        **dict.fromkeys(("0.0", "255.0"), "Write whole numbers, without a point"),
        "0.25": "Multiply the pixels by 255 and round them",
        "": "Fill that cell, or remove the row",
    }
    lines = good.split("\n")
    for cell, line in cells.items():
        row = lines[4].split(",")
        row[7] = cell
        content = "\n".join([*lines[:4], ",".join(row), *lines[5:]]).encode()
        said = f"line 5, column pixel6: expected a whole number from 0 to 255, got .*{line}"
        yield Row(f"a cell of {cell!r}", {"d.csv": content}, "d.csv", said)
    for what, row_5, line in (
        ("a cell more", lines[4] + ",1", "line 5: expected 101 cells as in the first, got 102"),
        ("a cell less", lines[4].rpartition(",")[0], "line 5: expected 101 cells .* got 100"),
        ("no label", lines[4][1:], "line 5: expected a label, got none. Add it"),
        ("a label of bytes", "\udcff" + lines[4][1:], "line 5: expected a label in UTF-8"),
    ):
        content = "\n".join([*lines[:4], row_5, *lines[5:]]).encode(errors="surrogateescape")
        yield Row(f"a row with {what}", {"d.csv": content}, "d.csv", line)
    heads = {
        "no label": (",".join(f"p{i}" for i in range(101)), "expected a column called label, lab"),
        "two labels": (f"label,class,{','.join(map(str, range(99)))}", "one column of labels, got"),
        "an index": (f"id,label,{','.join(f'p{i}' for i in range(99))}", "got also a column 'id'"),
        "mixed": (
            f"label,p1,p0,{','.join(f'p{i}' for i in range(2, 100))}",
            "in their order, got p1 before p0. Sort them",
        ),
        "numbers": (",".join(map(str, range(101))), "a header that names the column of labels"),
    }
    for what, (head, line) in heads.items():
        yield Row(f"a header of {what}", {"d.csv": csv(FLAT, head=head)}, "d.csv", line)
    bodies = {
        "a header alone": (lines[0].encode() + b"\n", "expected a row for each image, got none"),
        "no square": (csv(FLAT[:, :99]), "a square number of pixels, got 99. Say what"),
        "too large": (b"label," + b"p," * 16_640 + b"p\n", "at most 128x128 pixels, got 129x129"),
        "UTF-16": (good.encode("utf-16"), "got text in UTF-16; save it as UTF-8"),
        "no line feeds": (good.replace("\n", "\r").encode(), "end with a carriage return alone"),
        "blanks": (good.replace(",", " ").encode(), "in cells apart by commas, got 'label pixel0"),
        "an endless line": (b"1," * (1 << 20), "expected lines of at most 1,048,576 bytes"),
        "packed twice": (None, "got a gzip file inside another. It was packed twice"),
        "a class for each row": (csv(FLAT, np.arange(60)), "got 1 of class 0. With fewer, valid"),
        "names of files": (b"filename,label\n0.png,1\n", "Put the pictures that it names into one"),
        "labels last": (
            csv(np.column_stack([FLAT[:, 1:], Y]), [0] * 60).split(b"\n", 1)[1],
            "expected a label first in each row, got '0' in all. Put labels first",
        ),
    }
    for what, (body, line) in bodies.items():
        content = packed(packed(good.encode())) if body is None else body
        yield Row(f"a table of {what}", {"d.csv": content}, "d.csv", line)


def folders() -> Iterator[Row]:
    """Pictures in other places than their classes, and names."""
    one = png(X[0])
    below = {f"train/{name}": content for name, content in PICTURES.items()}
    test = {f"test/{y}/{i}.png": png(x) for i, (x, y) in enumerate(zip(TX, TY, strict=True))}
    cases: dict[str, tuple[dict[str, bytes], str]] = {
        "one class": ({n: c for n, c in PICTURES.items() if n[0] == "0"}, "two classes or more"),
        "no class": ({n[2:]: c for n, c in PICTURES.items()}, "without folders of classes. Put"),
        "one beside": ({**PICTURES, "a.png": one}, "beside the folders of classes. Put each into"),
        "an empty class": ({**PICTURES, "4/notes.txt": b""}, "pictures of class '4', got none"),
        "a PDF": ({**PICTURES, "0/a.pdf": b"%PDF-"}, "expected a picture .*, got another file"),
        "a folder in a class": ({**PICTURES, "0/more/a.png": one}, r"got folders \(more/\). Move"),
        "validation": ({**below, **test, "val/0/a.png": one}, "got also val/. Move what is to dev"),
        "no training": (
            {f"x/{n}": c for n, c in PICTURES.items()} | test,
            "expected train/ beside",
        ),
        "two for training": ({**below, "training/0/a.png": one}, "one folder called train or tr"),
        "a class less": ({**below, **{n: c for n, c in test.items() if n[5] != "2"}}, "lacks 2"),
        "a class more": ({**below, **test, "test/7/a.png": one}, "only classes that .* got also 7"),
        "few of one": ({**PICTURES, "9/a.png": one}, "at least 10 examples .* got 1 of class 9"),
        "an escape": ({**PICTURES, "\x1b[2J/a.png": one}, r"printed, got '\\x1b\[2J'. Rename it"),
        "a line": ({**PICTURES, "a\nb/a.png": one}, r"can be printed, got 'a\\nb'. Rename it"),
        "nothing": ({"x/y/.keep": b""}, "a folder of something else .x.|an empty folder"),
    }
    for what, (files, line) in cases.items():
        yield Row(f"pictures: {what}", files, "", line)
