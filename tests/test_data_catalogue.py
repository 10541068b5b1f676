"""Published data sets: by name from wherever they lie, by path from what they hold, and
nothing else taken for them.
"""

import dataclasses
import gzip
import hashlib
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sevenfold import data
from sevenfold.data import places
from sevenfold.data.catalogue import ENTRIES, NAMES, recognised
from sevenfold.data.readers import bitmaps, hdf5, idx
from sevenfold.errors import DataError, DataUnavailable

REAL = os.environ.get("SEVENFOLD_DATA")
real = pytest.mark.skipif(not REAL, reason="SEVENFOLD_DATA names no folder of data sets")

rng = np.random.default_rng(0)
LABELS = {"train": np.arange(200, dtype=np.uint8) % 10, "t10k": np.arange(20, dtype=np.uint8) % 10}
FILES = {
    f"{part}-{kind}": idx.to_bytes(array)
    for part, y in LABELS.items()
    for kind, array in (
        ("images-idx3-ubyte", rng.integers(0, 256, (len(y), 4, 4), np.uint8)),
        ("labels-idx1-ubyte", y),
    )
}
PACKED = {f"{name}.gz": gzip.compress(content) for name, content in FILES.items()}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SEVENFOLD_DATA", raising=False)
    monkeypatch.setenv("SEVENFOLD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("SEVENFOLD_MIRRORS", "")
    monkeypatch.setattr(places, "DEBIAN", tmp_path / "share")
    unpacked = {name: sha256(content) for name, content in FILES.items()}
    packed = {name: sha256(content) for name, content in PACKED.items()}
    for name, changes in (
        ("fashion-mnist", {"sha256": unpacked}),
        ("kmnist", {"packed": {n: d for n, d in packed.items() if n}, "sha256": {}}),
    ):
        monkeypatch.setitem(ENTRIES, name, dataclasses.replace(ENTRIES[name], **changes))


def write(folder: Path, files: dict[str, bytes] = PACKED) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))
def test_every_entry_says_all_that_is_known(entry: places.Entry) -> None:
    digests = [*entry.sha256.values(), *entry.packed.values()]
    assert digests
    assert all(len(digest) == 64 and int(digest, 16) for digest in digests)
    assert all((entry.title, entry.licence, entry.citation, entry.url, entry.n_bytes))
    assert entry.n_development > entry.n_test or entry.name == "qmnist"
    assert all(url.endswith("/") and url.startswith("http") for url in entry.mirrors)
    assert len(entry.mirrors) <= 4


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("share/dataset-fashion-mnist", "the folder of Debian's packages"),
        ("keras/datasets/fashion-mnist", "the Keras cache"),
        ("cache/fashion-mnist", "the sevenfold cache"),
    ],
)
def test_fashion_mnist_is_found_where_programs_leave_it(
    tmp_path: Path, place: str, words: str
) -> None:
    write(tmp_path / place)
    source = data.load("fashion-mnist")
    assert source.provenance.source == words
    assert source.development.classes[0] == "T-shirt/top"
    assert source.read_test().classes == source.development.classes
    assert (source.provenance.noun, source.development.narrow_labels) == ("garment", ())
    assert {entry.name: entry.where for entry in data.catalogue()}["fashion-mnist"] == words


def test_what_sevenfold_data_has_counts_and_what_it_has_not_is_looked_for_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEVENFOLD_DATA", str(tmp_path / "mine"))
    write(tmp_path / "cache" / "fashion-mnist")
    assert data.load("fashion-mnist").provenance.source == "the sevenfold cache"
    write(tmp_path / "mine" / "FashionMNIST" / "raw", FILES)
    assert data.load("fashion-mnist").provenance.source == "SEVENFOLD_DATA"
    write(tmp_path / "mine" / "kmnist", {})
    with pytest.raises(DataError, match=r"\(SEVENFOLD_DATA\): expected kmnist there, .*; lacks"):
        data.load("kmnist")


def test_the_place_given_may_be_the_data_set_itself_or_a_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "anything")
    assert data.load("fashion-mnist", folder).provenance.source == "the place given with --data"
    images, labels = (
        idx.parse(FILES[n], "images" if "im" in n else "labels")
        for n in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    )
    np.savez(tmp_path / "d.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    assert data.load("fashion-mnist", tmp_path / "d.npz").provenance.name == "fashion-mnist"
    with pytest.raises(DataError, match=r"expected the train-images-idx3-ubyte of mnist"):
        data.load("mnist", tmp_path / "d.npz")


def test_a_published_data_set_at_a_path_is_called_what_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "my pictures", FILES)
    provenance = data.load(str(folder)).provenance
    assert (provenance.name, provenance.licence, provenance.n_test) == (
        "fashion-mnist",
        "MIT",
        10_000,
    )
    assert data.load(f"custom:{folder}").provenance.name == "custom:my pictures"


def test_a_folder_called_mnist_that_is_not_is_the_users_own(tmp_path: Path) -> None:
    other = {**FILES, "train-labels-idx1-ubyte": idx.to_bytes(LABELS["train"][::-1])}
    provenance = data.load(str(write(tmp_path / "mnist", other))).provenance
    assert (provenance.name, provenance.title) == ("custom:mnist", "the images in mnist")
    assert (provenance.licence, provenance.citation, provenance.noun) == ("", "", "image")


def test_half_of_a_data_set_in_a_cache_is_none(tmp_path: Path) -> None:
    half = {name: FILES[name] for name in idx.PARTS["development"]}
    write(tmp_path / "cache" / "fashion-mnist", half)
    assert places.where_found(ENTRIES["fashion-mnist"]) == ""
    with pytest.raises(DataUnavailable, match=r"no mirror is set") as caught:
        data.load("fashion-mnist")
    assert "damaged" not in str(caught.value)


def test_half_of_a_published_data_set_is_not_the_users_own(tmp_path: Path) -> None:
    half = {name: FILES[name] for name in idx.PARTS["development"]}
    folder = write(tmp_path / "d", half)
    with pytest.raises(DataError, match=r"the test part of fashion-mnist, got .* or give custom:"):
        data.load(str(folder))
    assert data.load(f"custom:{folder}").provenance.set_aside


def test_test_images_taken_for_development_are_the_users_own(tmp_path: Path) -> None:
    test = dict(zip(idx.PARTS["development"], idx.PARTS["test"], strict=True))
    assert recognised({name: sha256(FILES[test[name]]) for name in test}) is None
    assert recognised({}) is None
    known = recognised({name: sha256(FILES[name]) for name in idx.PARTS["development"]})
    assert known is not None
    assert known.name == "fashion-mnist"


def test_published_classes_have_their_published_names() -> None:
    """As the authors' own pages number them."""
    fashion, kmnist = ENTRIES["fashion-mnist"].classes, ENTRIES["kmnist"].classes
    assert [fashion.index(name) for name in ("Trouser", "Sandal", "Bag", "Ankle boot")] == [
        1,
        5,
        8,
        9,
    ]
    assert [kmnist.index(name) for name in ("o", "na", "re", "wo")] == [0, 4, 8, 9]
    assert ENTRIES["emnist-letters"].narrow_labels == ()
    assert ENTRIES["emnist-digits"].narrow_labels == (1, 7)
    assert ENTRIES["qmnist"].n_test == 60_000
    for name in ("emnist-letters", "emnist-digits", "emnist-balanced"):
        assert ENTRIES[name].only == f"{name}-"


def test_published_images_with_another_test_part_are_refused_with_the_way_out(
    tmp_path: Path,
) -> None:
    other = {**FILES, "t10k-labels-idx1-ubyte": idx.to_bytes(LABELS["t10k"][::-1])}
    folder = write(tmp_path / "d", other)
    with pytest.raises(DataError, match=r"t10k-labels.* of fashion-mnist .* or give custom:"):
        data.check(str(folder))
    assert data.check(f"custom:{folder}").n_test == 20


def test_digests_of_packed_files_alone_are_enough_and_other_files_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeyed = dict(PACKED)
    write(tmp_path / "cache" / "kmnist", monkeyed)
    source = data.load("kmnist")
    assert (source.provenance.name, source.development.classes[1]) == ("kmnist", "ki")
    assert source.provenance.sha256.keys() >= set(PACKED)
    monkeypatch.setitem(
        ENTRIES, "fashion-mnist", dataclasses.replace(ENTRIES["fashion-mnist"], sha256={})
    )
    by_path = data.load(str(tmp_path / "cache" / "kmnist"))
    assert (by_path.provenance.name, by_path.development.classes[1]) == ("kmnist", "ki")
    again = gzip.compress(FILES["t10k-labels-idx1-ubyte"][:-1] + b"\x01")
    (tmp_path / "cache" / "kmnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(again)
    with pytest.raises(DataError, match=r"expected the t10k-labels-idx1-ubyte of kmnist"):
        source.read_test()


def test_emnist_is_read_from_its_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cache" / "emnist" / "gzip.zip"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        for split, shift in (("digits", 0), ("letters", 1)):
            for name, content in FILES.items():
                changed = (
                    content
                    if "images" in name
                    else idx.to_bytes(LABELS[name.split("-")[0]] + np.uint8(shift))
                )
                member = f"gzip/emnist-{split}-{name.replace('t10k', 'test')}.gz"
                archive.writestr(member, gzip.compress(changed))
    entry = dataclasses.replace(
        ENTRIES["emnist-digits"], packed={"gzip.zip": sha256(path.read_bytes())}
    )
    monkeypatch.setitem(ENTRIES, "emnist-digits", entry)
    source = data.load("emnist-digits")
    x = idx.parse(FILES["train-images-idx3-ubyte"], "images")
    np.testing.assert_array_equal(source.development.pixels, x.transpose(0, 2, 1))
    assert len(source.read_test()) == 20
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(DataError, match=r"The copy in the sevenfold cache is damaged"):
        data.load("emnist-digits")


@pytest.mark.parametrize("name", ["usps", "optdigits"])
def test_a_data_set_without_a_mirror_says_where_to_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("SEVENFOLD_MIRRORS")
    for get in (data.load, data.fetch):
        with pytest.raises(
            DataUnavailable, match=rf"no mirror is known .*Put .* into .*/{name}"
        ) as caught:
            get(name)
        assert "mnist-5k" not in str(caught.value)


def test_names_without_published_digests_are_explained() -> None:
    assert "kannada-mnist" not in NAMES
    with pytest.raises(DataError, match=r"no digests of it are published. Get it from https://"):
        data.load("kannada-mnist")


# UCI's text bitmaps


def bitmap_text(labels: list[int]) -> bytes:
    rows = rng.integers(0, 2, (len(labels), 32, 32)).astype(str)
    drawn = ["\n".join("".join(row) for row in image) for image in rows]
    body = "".join(f"{image}\n {label}\n" for image, label in zip(drawn, labels, strict=True))
    return f"some head\nntot = {len(labels)}\n{body}".encode()


def test_text_bitmaps_become_images(tmp_path: Path) -> None:
    content = bitmap_text([3, 1, 9])
    for name in ("optdigits-orig.tra", "optdigits-orig.tes.gz", "optdigits-orig.windep"):
        packed = gzip.compress(content) if name.endswith("gz") else content
        (tmp_path / name).write_bytes(packed)
    assert bitmaps.parts(tmp_path) == ("development", "test")
    images, digests = bitmaps.read(tmp_path, "development")
    assert (images.shape, images.labels.tolist()) == ((32, 32), [3, 1, 9, 3, 1, 9])
    assert set(np.unique(images.pixels)) == {0, 255}
    first = content.split(b"\n")[2].decode()
    assert (images.pixels[0, 0] == 255 * np.array(list(first), int)).all()
    assert digests == {n: sha256(content) for n in ("optdigits-orig.tra", "optdigits-orig.tes")}


# USPS


def test_usps_is_rounded_and_no_other_file_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    h5py = pytest.importorskip("h5py")
    grey = {"train": np.linspace(0, 1, 512), "test": np.linspace(1, 0, 256)}
    with h5py.File(tmp_path / "usps.H5", "w") as file:
        for name, values in grey.items():
            file[f"{name}/data"] = values.reshape(-1, 256)
            file[f"{name}/target"] = np.arange(len(values) // 256)
    with pytest.raises(DataError, match=r"expected USPS .*, the one HDF5 file that is read, got"):
        hdf5.read(tmp_path / "usps.H5", "test")
    digest = sha256((tmp_path / "usps.H5").read_bytes())
    known = dataclasses.replace(hdf5.USPS, sha256={"usps.h5": digest})
    monkeypatch.setattr(hdf5, "USPS", known)
    assert hdf5.claims(tmp_path / "usps.H5")
    development, digests = hdf5.read(tmp_path / "usps.H5", "development")
    assert (development.shape, development.labels.tolist()) == ((16, 16), [0, 1])
    np.testing.assert_array_equal(development.pixels.ravel(), np.rint(grey["train"] * 255))
    test, _ = hdf5.read(tmp_path / "usps.H5", "test")
    np.testing.assert_array_equal(test.pixels.ravel(), np.arange(255, -1, -1))
    assert digests == {"usps.h5": digest}


@pytest.mark.parametrize("spoil", [lambda c: c[:-40], lambda c: b"", lambda c: c + b"x\ny\n"])
def test_spoiled_text_bitmaps_are_refused(tmp_path: Path, spoil: object) -> None:
    (tmp_path / "optdigits-orig.windep").write_bytes(spoil(bitmap_text([1, 2])))  # type: ignore[operator]
    with pytest.raises(DataError, match=r"expected a head, then 32 lines of 32"):
        bitmaps.read(tmp_path, "test")


# The real ones


@real
@pytest.mark.parametrize(
    ("name", "n_development", "n_test", "shape"),
    [("usps", 7_291, 2_007, (16, 16)), ("optdigits", 2_880, 1_797, (32, 32))],
)
def test_the_real_files(
    monkeypatch: pytest.MonkeyPatch, name: str, n_development: int, n_test: int, shape: object
) -> None:
    monkeypatch.setenv("SEVENFOLD_DATA", str(REAL))
    by_name, by_path = data.load(name), data.load(f"{REAL}/{name}")
    assert (len(by_name.development), by_name.development.shape) == (n_development, shape)
    assert len(by_path.read_test()) == n_test == by_path.provenance.n_test
    assert by_path.provenance.name == name
    assert by_name.provenance.digest == by_path.provenance.digest


@real
def test_the_writer_independent_part_of_optdigits_is_scikit_learns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sklearn.datasets import load_digits

    test = data.load(f"{REAL}/optdigits").read_test()
    blocks = (test.pixels // 255).reshape(-1, 8, 4, 8, 4).sum(axis=(2, 4))
    np.testing.assert_array_equal(blocks, load_digits().images)
