"""CSV tables: the layouts that people have, and one line for everything else."""

import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenfold import data
from sevenfold.data.images import Images, numbered
from sevenfold.data.readers import _table_rows, files, idx, tables
from sevenfold.errors import DataError

RNG = np.random.default_rng(0)
IMAGES = numbered(RNG.integers(0, 256, (60, 5, 5), np.uint8), np.arange(60) % 3)
TEST = numbered(RNG.integers(0, 256, (9, 5, 5), np.uint8), np.arange(9) % 3)
NAMES = tuple(f"pixel{i}" for i in range(25))


def table(images: Images = IMAGES, *, label: str | None = "label", place: int = 0) -> pd.DataFrame:
    frame = pd.DataFrame(images.pixels.reshape(len(images), -1), columns=list(NAMES))
    if label is not None:
        frame.insert(place, label, [images.classes[label] for label in images.labels])
    return frame


def write(path: Path, frame: pd.DataFrame, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, **options)  # type: ignore[call-overload]
    return path


def read(path: Path, size: tuple[int, int] | None = None) -> Images:
    return tables.read(path, "development", size, None)[0]


def assert_same(found: Images, expected: Images = IMAGES) -> None:
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert (found.labels.dtype, found.pixels.dtype) == (np.uint8, np.uint8)
    assert found.classes == expected.classes


@pytest.mark.parametrize("label", ["label", "Class", "TARGET", "y", "labels"])
@pytest.mark.parametrize("place", [0, 3, 24, 25])
def test_the_column_of_labels_may_be_anywhere(tmp_path: Path, label: str, place: int) -> None:
    assert_same(read(write(tmp_path / "d.csv", table(label=label, place=place))))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"header": False},
        {"sep": ";"},
        {"sep": "\t"},
        {"quoting": 1},
        {"lineterminator": "\r\n"},
        {"encoding": "utf-8-sig"},
        {"compression": "gzip"},
    ],
)
def test_tables_are_written_in_many_ways(tmp_path: Path, options: dict[str, object]) -> None:
    assert_same(read(write(tmp_path / "d.csv", table(), **options)))
    path = write(tmp_path / "D.CSV", table(), **options)
    path.write_bytes(path.read_bytes().rstrip())
    assert_same(read(path))


def test_blanks_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", table())
    path.write_text(path.read_text().replace(",", ", ").replace("\n", "\n\n"))
    assert_same(read(path))
    head, *rows = path.read_text().splitlines()
    path.write_text(
        "\n".join([head, *(row.replace(",", "\t ,", 1) for row in rows[:20]), *rows[20:]])
    )
    assert_same(read(path))


def test_blocks_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "d.csv", table())
    for n in (1, 7, 100, 1_000):
        monkeypatch.setattr(_table_rows, "_BLOCK", n)
        assert_same(read(path))


def test_the_digests_are_those_of_idx_files(tmp_path: Path) -> None:
    _, digests = tables.read(write(tmp_path / "d.csv", table()), "development", None, None)
    names = idx.PARTS["development"]
    arrays = (IMAGES.pixels, IMAGES.labels)
    assert digests == {
        name: hashlib.sha256(idx.to_bytes(array)).hexdigest()
        for name, array in zip(names, arrays, strict=True)
    }


@pytest.mark.parametrize("header", [True, False])
def test_labels_may_be_text(tmp_path: Path, header: bool) -> None:
    frame = table()
    frame["label"] = [("boot 10", "T-shirt/top", "boot 9")[i % 3] for i in range(60)]
    path = write(tmp_path / "d.csv", frame, header=header)
    found, digests = tables.read(path, "development", None, None)
    assert found.classes == ("boot 9", "boot 10", "T-shirt/top")
    assert found.labels[:3].tolist() == [1, 2, 0]
    assert len(digests) == 3
    frame["label"] = frame["label"].replace("boot 9", "boot 8")
    other = tables.read(write(path, frame, header=header), "development", None, None)[1]
    assert {n for n in digests if digests[n] != other[n]} == {"classes of development"}


def test_text_labels_may_stand_last_without_a_header(tmp_path: Path) -> None:
    frame = table(place=25)
    frame["label"] = ["abc"[i % 3] for i in range(60)]
    assert read(write(tmp_path / "d.csv", frame, header=False)).classes == ("a", "b", "c")


def test_numbers_as_labels_may_have_gaps(tmp_path: Path) -> None:
    frame = table()
    frame["label"] = [(1.0, 3.0, 12.0)[i % 3] for i in range(60)]
    found = read(write(tmp_path / "d.csv", frame))
    assert found.classes == ("1", "3", "12")
    assert found.labels[:3].tolist() == [0, 1, 2]


def test_rows_that_are_no_squares_need_a_size(tmp_path: Path) -> None:
    frame = table().drop(columns=["pixel24"])
    path = write(tmp_path / "d.csv", frame)
    with pytest.raises(DataError, match=r"a square number of pixels, got 24.* --size HEIGHT WIDTH"):
        read(path)
    assert read(path, size=(4, 6)).shape == (4, 6)
    with pytest.raises(DataError, match=r"expected rows of 5 x 5 = 25 pixels, got 24"):
        read(path, size=(5, 5))
    with pytest.raises(DataError, match=r"Rows of colours are not read: save an .npz"):
        read(path, size=(2, 4))


# Folders of tables


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train.csv", "test.csv"),
        ("mnist_train.csv", "mnist_test.csv"),
        ("fashion-mnist_train.csv.gz", "fashion-mnist_test.csv.gz"),
        ("Train.CSV", "TEST.csv"),
    ],
)
@pytest.mark.parametrize("header", [True, False])
def test_train_and_test_lie_in_one_folder(
    tmp_path: Path, train: str, test: str, header: bool
) -> None:
    folder = tmp_path / "own"
    write(folder / train, table(), header=header)
    write(folder / test, table(TEST), header=header)
    source = data.load(str(folder))
    assert_same(source.development)
    assert_same(source.read_test(), TEST)
    assert source.provenance.set_aside is None
    assert source.provenance.left_out == ()


@pytest.mark.parametrize("header", [True, False])
def test_a_test_table_without_labels_is_left_alone_and_said(tmp_path: Path, header: bool) -> None:
    folder = tmp_path / "own"
    write(folder / "train.csv", table(), header=header)
    write(folder / "test.csv", table(TEST, label=None), header=header)
    (folder / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    (folder / "notes.csv").write_text("a,b\n")
    source = data.load(str(folder))
    assert source.provenance.left_out == (
        "notes.csv is neither train nor test: it is left alone.",
        "sample_submission.csv is neither train nor test: it is left alone.",
        "test.csv has no labels: it is left alone.",
    )
    assert source.provenance.set_aside == pytest.approx(18 / 60)
    assert (len(source.development), len(source.read_test())) == (42, 18)


def test_a_name_of_both_parts_is_of_training_and_hidden_tables_are_none(tmp_path: Path) -> None:
    write(tmp_path / "latest_train.csv", table())
    write(tmp_path / ".train.csv", table())
    assert tables.parts(tmp_path) == ("development",)
    write(tmp_path / "test.csv", table(TEST))
    assert tables.parts(tmp_path) == ("development", "test")


def test_nearly_equal_names_of_classes_are_refused(tmp_path: Path) -> None:
    names = np.array(["cat", "Cat", "dog"])
    for file, images in (("train.csv", IMAGES), ("test.csv", TEST)):
        frame = table(images)
        frame["label"] = names[images.labels]
        write(tmp_path / file, frame)
        with pytest.raises(
            DataError, match=r"told apart by their names, got 'C?c?at' and 'C?c?at'"
        ):
            data.load(str(tmp_path))


def test_one_table_of_any_name_is_enough(tmp_path: Path) -> None:
    write(tmp_path / "own" / "mine.csv", table())
    assert len(data.load(str(tmp_path / "own")).development) == 42
    assert len(data.load(str(tmp_path / "own" / "mine.csv")).development) == 42


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["train.csv", "mnist_train.csv"], "expected one train.csv, got mnist_train.csv, train"),
        (["train.csv", "test.csv", "test2.csv"], r"expected one test.csv, got test.csv, test2"),
        (["a.csv", "b.csv"], r"expected one train.csv, got a.csv, b.csv. Keep one with train in"),
    ],
)
def test_a_folder_where_it_is_not_plain_is_refused(
    tmp_path: Path, names: list[str], expected: str
) -> None:
    for name in names:
        write(tmp_path / "own" / name, table())
    with pytest.raises(DataError, match=expected):
        data.load(str(tmp_path / "own"))


def test_test_rows_of_another_size_or_class_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "own" / "train.csv", table())
    write(tmp_path / "own" / "test.csv", table(TEST).drop(columns=list(NAMES[16:])))
    with pytest.raises(DataError, match=r"test.csv: expected rows of 5 x 5 = 25 pixels, got 16"):
        data.load(str(tmp_path / "own")).read_test()
    frame = table(TEST)
    frame["label"] = 7
    write(tmp_path / "own" / "test.csv", frame)
    with pytest.raises(DataError, match=r"test: expected only classes that .* got images of 7"):
        data.load(str(tmp_path / "own")).read_test()


def test_loading_reads_the_first_line_of_a_test_table_alone(tmp_path: Path) -> None:
    write(tmp_path / "own" / "train.csv", table())
    path = write(tmp_path / "own" / "test.csv", table(TEST))
    path.write_text(path.read_text().splitlines()[0] + "\nrubbish\n")
    source = data.load(str(tmp_path / "own"))
    with pytest.raises(DataError, match=r"test.csv, line 2: expected 26 cells .* got 1"):
        source.read_test()


# What is refused


def changed(tmp_path: Path, line: int, old: str, new: str, header: bool = True) -> Path:
    """The table with a change in one line, counted from 1."""
    path = write(tmp_path / "d.csv", table(), header=header)
    lines = path.read_text().split("\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines))
    return path


def with_cell(tmp_path: Path, cell: str, header: bool = True) -> Path:
    """The table with another pixel4 in line 5."""
    path = write(tmp_path / "d.csv", table(), header=header)
    lines = [line.split(",") for line in path.read_text().split("\n")]
    lines[4][5] = cell
    path.write_text("\n".join(map(",".join, lines)))
    return path


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("256", "got '256'. Mend that cell"),
        ("300", "got '300'. Mend that cell"),
        ("-1", "got '-1'. Mend that cell"),
        ("99999999999999999999", "got '99999999999999999999'. Mend that cell"),
        ("1.5", "got '1.5'. Mend that cell"),
        ("0.0", "got '0.0'. Write whole numbers, without a point; where 1 is the most, times 255"),
        ("0.25", "got '0.25'. Multiply the pixels by 255 and round them"),
        ("", "got ''. Fill that cell, or remove the row"),
        ("NA", "got 'NA'. Mend that cell"),
        ("1e2", "got '1e2'. Mend that cell"),
        ("0x10", "got '0x10'. Mend that cell"),
        ("1_0", "got '1_0'. Mend that cell"),
        ("1 2", "got '1 2'. Mend that cell"),
        ("True", "got 'True'. Mend that cell"),
        ("\u0663", "got '\u0663'. Mend that cell"),
    ],
)
@pytest.mark.parametrize(("header", "column"), [(True, "pixel4"), (False, "6")])
def test_a_cell_that_is_no_pixel_is_named(
    tmp_path: Path, cell: str, expected: str, header: bool, column: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(with_cell(tmp_path, cell, header))
    assert str(caught.value) == (
        f"{tmp_path / 'd.csv'}, line 5, column {column}: expected a whole number from 0 to 255,"
        f" {expected}."
    )


def test_the_last_cell_of_all_counts_too(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", table())
    start, _, _ = path.read_text().rstrip().rpartition(",")
    path.write_text(start + ",")
    with pytest.raises(DataError, match=r"line 61, column pixel24: .* got ''. Fill that cell"):
        read(path)


@pytest.mark.parametrize(("new", "n"), [("1,2,", 27), ("", 25)])
def test_a_ragged_row_is_named(tmp_path: Path, new: str, n: int) -> None:
    path = changed(tmp_path, 7, "2,", new)
    with pytest.raises(DataError, match=rf"line 7: expected 26 cells as in the first, got {n}"):
        read(path)


def test_a_missing_label_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", table())
    lines = path.read_text().split("\n")
    lines[9] = lines[9][lines[9].index(",") :]
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=r"d.csv, line 10: expected a label, got none"):
        read(path)


def test_lines_are_counted_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_table_rows, "_BLOCK", 150)
    path = changed(tmp_path, 50, ",", ",x")
    with pytest.raises(DataError, match=r"line 50, column pixel0: .* got 'x"):
        read(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "got an empty file"),
        (b"\n1,2,3\n", "got an empty line"),
        (b"<html><body>busy</body>", "got an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "got a Git LFS pointer"),
        ("label,a,b\n1,2,3\n".encode("utf-16"), "got text in UTF-16; save it as UTF-8"),
        ("label,\u00e9,b\n".encode("latin-1"), "got text in another encoding; save it as UTF-8"),
        (b"PK\x03\x04,,,,", "got a zip archive. Unpack it first."),
        (b"hello\nthere\n", r"cells apart by commas, got 'hello\\n'"),
        (b"label,pixel0,pixel1,pixel2,pixel3\n", "expected a row for each image, got none"),
        (b"pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n", "a column called label, .* or y, got pixel0,"),
        (b"label,class,pixel0\n", "expected one column of labels, got label, class. Keep one"),
        (b"id,label,pixel0,pixel1\n", "columns of pixels, got also a column 'id'. Remove it"),
        (b",label,pixel0,pixel1\n", "got also a column ''. Remove it"),
        (b"label,top,ID,rest\n", "got also a column 'ID'. Remove it"),
        (
            b"label,pixel1,pixel0\n",
            "the columns of pixels in their order, got pixel1 before pixel0",
        ),
        (
            b"label,y9,p0,p1,p2\n",
            "in their order, got y9 before p0. Sort them, and keep one of labels",
        ),
        (b"filename,label\na.png,1\n", "got 'filename,label.*Put the pictures that it names into"),
        (b"a,b,label\r1,2,0\r", "got lines that end with a carriage return alone"),
        (b"9,2,3,4,5,6\n", "number of pixels, got 5. Say .* --size HEIGHT WIDTH, or where one col"),
        (b"9,2,3,4\n", "number of pixels, got 3. Say .* with --size HEIGHT WIDTH.$"),
        (b"0,9,9,9,9\n0,9,2,3,4\n", "a label first in each row, got '0' in all. Put labels first"),
        (b"0,1,2,3,4\n5,0,0,0,0\n", "got numbers of columns. Call that column label"),
        (b",0,1,2,3\n0,5,0,0,0\n", "got numbers of columns. Call that column label"),
        (b"1,2,3,4,5\n5,0,0,0,0\n", "got numbers of columns. Call that column label"),
        (b"label,a1,a2,a3,a4\n" + b"1" * (3 << 20), "expected lines of at most 1,048,576 bytes"),
        (b"1," * (1 << 20), "expected lines of at most 1,048,576 bytes"),
        (b"\x1f\x8b\x08 not really", "expected a whole gzip file, got a damaged one"),
        (gzip.compress(b"label,a1,a2,a3,a4\n" * 999, mtime=0)[:-20], "expected a whole gzip file"),
        (b"label,a1,a2,a3,a4\n\xff,1,2,3,4\n", r"line 2: expected a label in UTF-8, got b'\\xff'"),
    ],
)
def test_other_contents_give_one_line(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "d.csv").write_bytes(content)
    with pytest.raises(DataError, match=expected) as caught:
        read(tmp_path / "d.csv")
    assert "\n" not in str(caught.value)


def test_a_column_that_is_no_class_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{i},1,2,3,4\n" for i in range(1_001))
    (tmp_path / "d.csv").write_text("y,a1,a2,a3,a4\n" + rows)
    with pytest.raises(DataError, match=r"at most 1,000 classes in column y, got more"):
        read(tmp_path / "d.csv")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's limits")
def test_a_limit_on_the_process_counts_and_too_little_memory_is_one_line(tmp_path: Path) -> None:
    script = """
import resource, sys
from sevenfold import cli, machine
for limit, expected in ((1 << 40, range(1, 1 << 40)), (1 << 20, [0])):
    resource.setrlimit(resource.RLIMIT_AS, (limit, 1 << 40))
    assert machine.memory_left() in expected, machine.memory_left()
resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))
def app(standalone_mode):
    raise MemoryError("Unable to allocate 7 GiB")
cli.app = app
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("sevenfold: There is too little memory. ")
    assert done.stderr.endswith("Unable to allocate 7 GiB\n")


def test_a_packed_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(gzip.compress(b"label,a1,a2,a3,a4\n" + bytes(200 << 20)))
    with pytest.raises(DataError, match="expected lines of at most 1,048,576 bytes"):
        read(tmp_path / "d.csv")


def test_more_than_fits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "d.csv", table())
    monkeypatch.setattr(files, "MAX_EXAMPLES", 59)
    with pytest.raises(DataError, match=r"d.csv: expected at most 59 images .* got 60 images"):
        read(path)
    monkeypatch.undo()
    monkeypatch.setattr(files, "memory_left", lambda: 1_499)
    with pytest.raises(DataError, match=r"fit into memory twice, but only 1,499 bytes are left"):
        read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "d.csv")
    with pytest.raises(DataError, match=r"expected a CSV file, got none"):
        read(tmp_path / "d.csv")


GOOD = b"label,a1,a2,a3,a4\n" + b"".join(b"%d,1,22,255,0\n" % (i % 3) for i in range(9))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None
)
@given(
    changes=st.lists(st.tuples(st.integers(0, 160), st.integers(0, 255)), max_size=3),
    kept=st.integers(0, 200),
)
def test_any_bytes_give_images_or_one_line(
    tmp_path: Path, changes: list[tuple[int, int]], kept: int
) -> None:
    content = bytearray(GOOD)
    for position, value in changes:
        content[position % len(content)] = value
    (tmp_path / "d.csv").write_bytes(content[:kept])
    try:
        found = read(tmp_path / "d.csv")
    except DataError as error:
        n_lines = len(str(error).split("\n"))
    else:
        n_lines = 1
        assert found.pixels.shape == (len(found.labels), 2, 2)
    assert n_lines == 1


def test_a_table_is_checked_from_the_command_line(tmp_path: Path) -> None:
    write(tmp_path / "own" / "train.csv", table())
    write(tmp_path / "own" / "test.csv", table(TEST, label=None))
    command = [sys.executable, "-m", "sevenfold", "data", "check", "own", "--size", "5", "5"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert answer.stdout.splitlines()[:4] == [
        "the images in own: 42 development and 18 test images. Nothing wrong found.",
        "each of 5 x 5 pixels, grey",
        "test.csv has no labels: it is left alone.",
        "The data came without a test part: 30.0 % of the images are set aside as one, and sealed.",
    ]


def test_a_size_goes_with_pictures_and_tables_alone(tmp_path: Path) -> None:
    arrays = {"x_train": IMAGES.pixels, "y_train": IMAGES.labels}
    np.savez(tmp_path / "d.npz", **arrays, x_test=TEST.pixels, y_test=TEST.labels)
    with pytest.raises(DataError, match=r"--size goes with pictures and tables; the images of an"):
        data.load(str(tmp_path / "d.npz"), size=(5, 5))
    with pytest.raises(DataError, match=r"--size goes with images of your own, not with mnist-5k"):
        data.load("mnist-5k", size=(5, 5))
