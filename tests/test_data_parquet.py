"""Parquet files of the hubs."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sevenfold import data
from sevenfold.data.readers import parquet
from sevenfold.errors import DataError, DataUnavailable

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

NAMES = ("boot", "Coat", "bag")


def encoded(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def pixels(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 6, 5), np.uint8)


def write(path: Path, n: int = 36, seed: int = 0, named: bool = True, **changed: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns: dict[str, Any] = {
        "image": [{"bytes": encoded(image), "path": None} for image in pixels(n, seed)],
        "label": [i % 3 for i in range(n)],
        **changed,
    }
    table = pa.table({name: column for name, column in columns.items() if column is not None})
    if named:
        features = {"label": {"names": list(NAMES), "_type": "ClassLabel"}}
        info = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": info})
    pq.write_table(table, path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        data.load(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("below", [".", "data"])
def test_parts_are_told_by_the_names_of_files(tmp_path: Path, below: str) -> None:
    folder = tmp_path / "own"
    write(folder / below / "train-00000-of-00002.parquet", seed=1)
    write(folder / below / "train-00001-of-00002.parquet", seed=2)
    write(folder / below / "test-00000-of-00001.parquet", n=9, seed=3)
    source = data.load(str(folder))
    both = np.concatenate([pixels(36, 1), pixels(36, 2)])
    np.testing.assert_array_equal(source.development.pixels, both)
    np.testing.assert_array_equal(source.read_test().pixels, pixels(9, 3))
    assert source.development.classes == ("bag", "boot", "Coat")
    assert source.development.labels[:3].tolist() == [1, 2, 0]
    assert source.provenance.set_aside is None


def test_one_file_is_enough(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.parquet", named=False)
    source = data.load(str(path))
    assert source.development.classes == ("0", "1", "2")
    assert (len(source.development), len(source.read_test())) == (24, 12)
    assert len(data.load(str(tmp_path)).development) == 24
    assert data.load(str(path), size=(3, 4)).development.shape == (3, 4)


def test_columns_may_hold_plain_bytes_and_texts(tmp_path: Path) -> None:
    images = [encoded(image) for image in pixels(36, 0)]
    labels = [NAMES[i % 3] for i in range(36)]
    path = write(tmp_path / "d.parquet", image=None, label=None, img=images, Class=labels)
    assert data.load(str(path)).development.classes == ("bag", "boot", "Coat")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"label": None}, "called label or labels or class or target or y, got image. Rename"),
        ({"img": [b"x"] * 36}, "got image, label, img. Rename them"),
        ({"image": ["a.png"] * 36}, "row 1: expected an encoded picture in the file, got str"),
        ({"image": [None] * 36}, "row 1: expected an encoded picture in the file, got NoneType"),
        ({"image": [b"x"] * 36}, "row 1: expected a picture (PNG, JPEG"),
        ({"label": [-1] * 36}, "row 1: expected a label, a name or a number from 0, got -1"),
        ({"label": [3] * 36}, "row 1: expected a label, a name or a number from 0, got 3"),
        ({"label": [None, *range(35)]}, "row 1: expected a label, a name or a number from 0, got"),
    ],
)
def test_other_columns_are_refused(tmp_path: Path, changed: dict[str, Any], expected: str) -> None:
    assert expected in refusal(write(tmp_path / "d.parquet", **changed))


def test_a_row_beyond_the_first_batch_is_named_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_BATCH", 10)
    path = write(tmp_path / "d.parquet", label=[*range(3), *range(3), *[0] * 20, -1, *[0] * 9])
    assert "row 27: expected a label" in refusal(path)
    write(path, n=0)
    assert "expected a row for each picture, got none" in refusal(path)


def test_digests_tell_of_labels_and_pictures(tmp_path: Path) -> None:
    def digest(**changed: Any) -> object:
        return parquet.read(write(tmp_path / "d.parquet", **changed), "development", None, None)[1]

    swapped = [(i + 1) % 3 for i in range(36)]
    assert len({str(digest(**c)) for c in ({}, {"seed": 1}, {"label": swapped})}) == 3
    assert digest() == digest(named=True)


def test_numbers_as_classes_stand_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path / "d.parquet", named=False, label=[i % 12 for i in range(36)])
    images, _ = parquet.read(path, "development", None, None)
    assert images.classes == tuple(str(n) for n in range(12))


def test_colours_are_kept(tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (36, 6, 5, 3), np.uint8)
    colours[:5] = colours[:5, ..., :1]  # grey pictures come first
    path = write(tmp_path / "d.parquet", image=[encoded(image) for image in colours])
    found, _ = parquet.read(path, "development", None, None)
    np.testing.assert_array_equal(found.pixels, colours)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "d.parquet")
    path.write_bytes(path.read_bytes()[:-40])
    assert "expected a whole Parquet file, got a damaged one" in refusal(path)
    path.write_bytes(b"")
    assert "expected a whole Parquet file, got a damaged one" in refusal(path)


def test_a_part_of_validation_images_is_named(tmp_path: Path) -> None:
    write(tmp_path / "own" / "train.parquet")
    write(tmp_path / "own" / "validation.parquet")
    expected = "expected files called train... and test..., got validation.parquet. Rename"
    assert expected in refusal(tmp_path / "own")


def test_without_pyarrow_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "d.parquet")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(DataUnavailable, match=r"pip install 'sevenfold\[parquet\]'"):
        parquet.read(path, "development", None, None)
