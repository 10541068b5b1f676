"""Groups of images: read, named, held against each other, and part of what data are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sevenfold import data
from sevenfold.cli import app
from sevenfold.data.group_names import groups_of
from sevenfold.data.images import Images
from sevenfold.data.readers import npz, tables
from sevenfold.data.setting_aside import separate
from sevenfold.data.units import deal, units_of
from sevenfold.errors import DataError

N = 60
LABELS = np.arange(N) % 3
WRITERS = np.arange(N) // 3 % 10


def pixels(n: int = N, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 4, 4), np.uint8)


def save(folder: Path, **arrays: Any) -> Path:
    train = {"x_train": pixels(), "y_train": LABELS, "groups_train": WRITERS}
    test = {"x_test": pixels(30, 1), "y_test": LABELS[:30], "groups_test": WRITERS[:30] + 10}
    given = {
        name: array for name, array in {**train, **test, **arrays}.items() if array is not None
    }
    np.savez(folder / "own.npz", **given)
    return folder / "own.npz"


def table(path: Path, header: str = "", order: str = "lgp", n: int = N, seed: int = 0) -> Path:
    """A CSV file with columns of labels, groups and pixels in this order."""
    cells = {
        "l": LABELS[:n, None].astype(str),
        "g": np.char.add("w ", (WRITERS[:n] + 10 * seed).astype(str))[:, None],
        "p": pixels(n, seed).reshape(n, -1).astype(str),
    }
    names = {"l": ["label"], "g": ["writer"], "p": [f"pixel{i}" for i in range(16)]}
    rows = np.concatenate([cells[part] for part in order], axis=1).tolist()
    first = [[name for part in order for name in names[part]]] if header else []
    path.write_text("\n".join(",".join(row) for row in first + rows) + "\n")
    return path


def refusal(path: Path | str, **wishes: Any) -> str:
    with pytest.raises(DataError) as caught:
        data.load(str(path), **wishes)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def names_of(images: Images) -> list[str]:
    assert images.groups is not None
    return list(images.groups.tolist())


# An .npz


@pytest.mark.parametrize("name", ["groups_train", "group_train", "train_groups", "writersTrain"])
def test_groups_of_an_npz_under_usual_names(tmp_path: Path, name: str) -> None:
    path = save(tmp_path, **{"groups_train": None, name: WRITERS})
    source = data.load(str(path))
    assert names_of(source.development) == [str(number) for number in WRITERS]
    assert source.development.n_groups == 10
    assert names_of(source.read_test()) == [str(number + 10) for number in WRITERS[:30]]


@pytest.mark.parametrize(
    "array",
    [
        WRITERS.astype(np.float64),
        WRITERS.astype(np.uint8)[:, None],
        np.array([f" {number} " for number in WRITERS]),
        np.array([f"{number}.0".encode() for number in WRITERS]),
    ],
)
def test_a_group_is_called_the_same_however_it_was_saved(tmp_path: Path, array: np.ndarray) -> None:
    assert groups_of(array, "x").tolist() == [str(number) for number in WRITERS]


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (WRITERS + 0.5, "expected groups that are whole numbers or texts, got 0.5"),
        (np.full(N, np.nan), "expected groups that are whole numbers or texts, got nan"),
        (np.stack([WRITERS, WRITERS], 1), r"expected shape (n,), got (60, 2)"),
        (np.array(["a"] * (N - 1) + [" "]), "expected a group, got none"),
        (np.array(["a"] * (N - 1) + ["b" * 61]), "expected a group's name of at most 60"),
        (np.array(["a"] * (N - 1) + ["b\n"]) + "c", "that can be printed, got 'b\\nc'"),
        (np.array([b"\xff"] * N), "expected groups that are texts in UTF-8"),
        (WRITERS[1:], "expected as many groups as images (60), got 59"),
        (WRITERS.astype(object), "Pickled objects are never loaded"),
    ],
)
def test_odd_groups_are_refused_by_name(tmp_path: Path, array: np.ndarray, said: str) -> None:
    message = refusal(save(tmp_path, groups_train=array))
    assert said in message
    assert "own.npz: groups_train" in message


def test_groups_for_a_part_of_the_development_images_are_refused(tmp_path: Path) -> None:
    message = refusal(save(tmp_path, groups_train=None))
    assert "Save it again with groups_train." in message
    val = {"x_val": pixels(12, 2), "y_val": LABELS[:12]}
    assert "Save it again with groups_val." in refusal(save(tmp_path, **val))
    joined = data.load(str(save(tmp_path, **val, groups_val=WRITERS[:12] + 30))).development
    assert names_of(joined)[-12:] == [str(number + 30) for number in WRITERS[:12]]


def test_groups_are_part_of_what_the_data_are(tmp_path: Path) -> None:
    path = save(tmp_path)
    plain = {
        name: digest
        for name, digest in npz.read(path, "development")[1].items()
        if not name.startswith("groups")
    }
    before = data.load(str(path)).provenance
    assert {name: before.sha256[name] for name in plain} == plain
    other = data.load(str(save(tmp_path, groups_train=WRITERS[::-1]))).provenance
    assert other.digest != before.digest
    without = data.load(str(save(tmp_path, groups_train=None, groups_test=None)))
    assert without.development.groups is None
    assert without.provenance.sha256 == plain


# A table


@pytest.mark.parametrize("order", ["lgp", "glp", "lpg", "plg", "gpl"])
def test_a_column_of_groups_is_no_pixel(tmp_path: Path, order: str) -> None:
    path = table(tmp_path / "own.csv", "header", order)
    images, digests = tables.read(path, "development", None, None, "writer")
    assert np.array_equal(images.pixels, pixels())
    assert np.array_equal(images.labels, LABELS)
    assert names_of(images) == [f"w {number}" for number in WRITERS]
    assert "groups of development" in digests


@pytest.mark.parametrize(("order", "number"), [("lgp", "2"), ("glp", "1"), ("lpg", "18")])
def test_without_a_header_columns_have_numbers(tmp_path: Path, order: str, number: str) -> None:
    path = table(tmp_path / "own.csv", "", order)
    images = data.load(str(path), group=number).development
    assert images.shape == (4, 4)
    assert images.n_groups is not None
    assert set(names_of(images)) <= {f"w {number}" for number in range(10)}


def test_the_column_is_part_of_what_the_data_are(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    table(folder / "train.csv", "header")
    table(folder / "test.csv", "header", n=30, seed=1)
    source = data.load(str(folder), group="writer")
    assert source.provenance.group == "writer"
    assert source.provenance.set_aside is None
    assert set(names_of(source.read_test())) == {f"w {number}" for number in range(10, 20)}
    facts = source.provenance.model_copy(update={"group": None})
    assert facts.digest != source.provenance.digest


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = table(tmp_path / "own.csv", "header")
    assert "called 'wirter', got writer." in refusal(path, group="wirter")
    assert "called 'page', got label, writer, pixel0, ...." in refusal(path, group="page")
    assert "neither label nor pixel" in refusal(path, group="label")
    assert "called '99'" in refusal(table(tmp_path / "plain.csv"), group="99")


def test_a_column_that_may_be_one_of_groups_is_asked_about(tmp_path: Path) -> None:
    message = refusal(table(tmp_path / "own.csv", "header"))
    assert "got also a column 'writer'. Remove it; or if it says which images belong" in message
    assert message.endswith("give --group writer.")


def test_a_row_without_a_group_is_named(tmp_path: Path) -> None:
    path = table(tmp_path / "own.csv", "header")
    path.write_text(path.read_text().replace("0,w 0,", "0,,", 1))
    assert "own.csv, line 2: expected a group, got none" in refusal(path, group="writer")


def test_where_there_are_no_columns_none_can_be_named(tmp_path: Path) -> None:
    assert "Save them as groups_train beside x_train." in refusal(save(tmp_path), group="writer")
    assert "not with mnist-5k. Leave it out." in refusal("mnist-5k", group="writer")
    from PIL import Image

    for number, image in enumerate(pixels()):
        file = tmp_path / "pictures" / f"{LABELS[number]}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(file)
    message = refusal(tmp_path / "pictures", group="writer")
    assert "got a folder of pictures for each class. Leave it out." in message


# Both parts


def test_groups_in_both_parts_are_said_by_a_check(tmp_path: Path) -> None:
    found = data.check(str(save(tmp_path)))
    assert (found.n_development_groups, found.n_test_groups, found.n_groups_in_both) == (10, 10, 0)
    assert not found.warnings
    found = data.check(str(save(tmp_path, groups_test=WRITERS[:30] + 8)))
    assert found.n_groups_in_both == 2
    (warning,) = found.warnings
    assert "2 of the 10 groups of the test part (8, 9) have development images too" in warning
    assert "6 of 30 test images" in warning
    found = data.check(str(save(tmp_path, groups_test=None)))
    assert (found.n_development_groups, found.n_test_groups, found.n_groups_in_both) == (
        10,
        None,
        None,
    )


def test_a_check_prints_the_groups(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    def said(*arguments: str) -> str:
        return CliRunner().invoke(app, ["data", "check", *arguments]).stdout

    assert "groups: 10 and 10; none across the two parts." in said(str(save(tmp_path)))
    assert "groups: 10 and not known." in said(str(save(tmp_path, groups_test=None)))
    shared = said(str(save(tmp_path, groups_test=WRITERS[:30])))
    assert "groups: 10 and 10; 10 across the two parts." in shared
    assert "warning: A fault of the data: 10 of the 10 groups" in shared
    path = table(tmp_path / "own.csv", "header")
    assert "groups: 7 and 3; none across" in said(str(path), "--group", "writer")
    without = said(str(save(tmp_path, groups_train=None, groups_test=None)))
    assert "groups" not in without


# Units, and dealing them out


def test_copies_tie_groups_together() -> None:
    drawn = pixels(6)
    drawn[5] = drawn[0]
    groups = np.array(["a", "a", "b", "b", "c", "c"])
    images = Images(drawn, np.zeros(6, np.uint8), ("0",), groups)
    assert units_of(images).tolist() == [0, 0, 2, 2, 0, 0]
    assert units_of(Images(drawn, images.labels, ("0",))).tolist() == [0, 1, 2, 3, 4, 0]


def test_units_are_dealt_to_come_near_to_the_targets() -> None:
    rng = np.random.default_rng(0)
    unit, labels = np.repeat(np.arange(100), 12), np.tile(np.arange(3), 400)
    orders = [rng.permutation(100) for _ in range(20)]
    parts = deal(unit, labels, np.outer([0.7, 0.3], [400] * 3), orders)
    assert np.bincount(parts).tolist() == [70, 30]
    ragged = np.repeat(np.arange(100), rng.integers(1, 30, 100))
    labels = rng.integers(0, 3, len(ragged))
    targets = np.outer([0.75, 0.25], np.bincount(labels))
    parts = deal(ragged, labels, targets, orders)
    found = np.bincount(labels[parts[ragged] == 1])
    assert np.abs(found - targets[1]).max() < 5


def test_of_several_orders_the_best_is_taken() -> None:
    unit = np.repeat(np.arange(4), [6, 1, 1, 4])
    targets = np.array([[6.0], [6.0]])
    labels = np.zeros(12, np.int64)
    bad, good = np.array([1, 2, 3, 0]), np.array([0, 3, 1, 2])
    for orders in ([bad, good], [good, bad]):
        parts = deal(unit, labels, targets, orders)
        assert np.bincount(parts[unit]).tolist() == [6, 6]


def test_a_class_of_few_groups_comes_to_every_part() -> None:
    unit = np.repeat(np.arange(12), 10)
    labels = np.repeat([0] * 10 + [1] * 2, 10)
    targets = np.outer([0.9, 0.1], np.bincount(labels))
    parts = deal(unit, labels, targets, [np.random.default_rng(0).permutation(12)])
    assert sorted(parts[10:].tolist()) == [0, 1]


# Setting aside


@pytest.mark.parametrize("seed", range(3))
def test_groups_are_set_aside_whole_and_near_to_a_share_of_each_class(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(60), rng.integers(5, 60, 60)).astype(str)
    n = len(groups)
    images = Images(
        pixels(n, seed), rng.integers(0, 3, n).astype(np.uint8), ("a", "b", "c"), groups
    )
    parts = separate(images, "x")
    assert not set(names_of(parts["development"])) & set(names_of(parts["test"]))
    wanted = images.class_counts // 6
    assert np.abs(parts["test"].class_counts - wanted).max() <= 3
    mixed = separate(images[rng.permutation(n)], "x")
    assert sorted(names_of(mixed["test"])) == sorted(names_of(parts["test"]))


def test_a_class_of_one_group_cannot_be_set_aside() -> None:
    groups = np.where(LABELS == 0, 99, WRITERS).astype(str)
    images = Images(pixels(), LABELS.astype(np.uint8), ("a", "b", "c"), groups)
    with pytest.raises(DataError, match=r"x: expected images of class a that can be set aside"):
        separate(images, "x")
