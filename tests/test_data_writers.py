"""Who wrote MNIST's digits: facts that belong to its label files."""

import os
from pathlib import Path

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold import data
from sevenfold.data.faults import keys
from sevenfold.data.mnist import catalogue, embedded, writers
from sevenfold.errors import DataError
from sevenfold.protocol import ProtocolSettings, divide

REAL_MNIST = os.environ.get("SEVENFOLD_DATA")


def test_writers_and_their_digits_are_as_many_as_qmnist_says() -> None:
    development, test = writers.table()["development"], writers.table()["test"]
    assert (len(development), len(test)) == (60_000, 10_000)
    assert (len(np.unique(development)), len(np.unique(test))) == (539, 297)
    assert not np.intersect1d(development, test).size
    # Rows that QMNIST's own files begin with.
    assert development[:5].tolist() == [2154, 0, 2232, 0, 2168]
    assert test[:5].tolist() == [2578, 2359, 2530, 2395, 2494]
    students = [int((part >= writers.STUDENTS_FROM).sum()) for part in (development, test)]
    assert students == [29_050, 5_001]


def test_the_table_belongs_to_mnists_label_files() -> None:
    for part, name in (("development", "train"), ("test", "t10k")):
        labels = f"{name}-labels-idx1-ubyte"
        assert catalogue.MNIST.sha256[labels] == writers.LABELS_SHA256[part]
        assert catalogue.MNIST_5K.sha256[labels] == writers.SUBSET_LABELS_SHA256[part]
    others = made_up_digits(50, seed=1)
    assert writers.of_mnist(others, "development").groups is None
    assert writers.of_subset(others, "test").groups is None


def test_a_changed_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "writers.npz"
    changed.write_bytes(writers.FILE.read_bytes() + b"\0")
    monkeypatch.setattr(writers, "FILE", changed)
    with pytest.raises(
        DataError, match=r"expected the writers of MNIST .* Install sevenfold again"
    ):
        writers.table.__wrapped__()


def test_no_writer_is_in_both_parts_of_mnist_5k() -> None:
    found = data.check("mnist-5k")
    assert (found.n_development_groups, found.n_test_groups, found.n_groups_in_both) == (223, 55, 0)
    source = data.load("mnist-5k")
    assert source.provenance.group_noun == "writer"
    assert "QMNIST" in source.provenance.told_by
    assert "writers.npz" in source.provenance.sha256
    population = source.development.aspects[writers.POPULATION]
    assert (population == "census employees").sum() == 2_001
    assert source.development[np.arange(7)].aspects[writers.POPULATION].shape == (7,)
    divided = divide(source.development, ProtocolSettings(), seed=0)
    assert divided.groups_apart


def test_a_folder_of_the_users_own_has_no_writers(tmp_path: Path) -> None:
    embedded.write_parts(tmp_path)
    recognised = data.load(str(tmp_path))
    assert (recognised.provenance.name, recognised.development.n_groups) == ("mnist-5k", 223)
    own = data.load(f"custom:{tmp_path}")
    assert own.development.groups is None
    assert own.development.aspects == {}
    assert own.provenance.told_by == ""


@pytest.mark.slow
@pytest.mark.skipif(not REAL_MNIST, reason="SEVENFOLD_DATA names no folder with MNIST")
def test_the_5000_digits_are_those_rows_of_mnist() -> None:
    mnist = data.load("mnist", Path(str(REAL_MNIST))).development
    row_of = {key: row for row, key in enumerate(keys(mnist))}
    images = embedded.read_packaged(embedded.packaged_file())
    rows = writers.table()["subset_rows"].tolist()
    assert [row_of[key] for key in keys(images)] == rows
    five = data.load("mnist-5k").development
    assert five.groups is not None
    assert mnist.groups is not None
    by_key = dict(zip(keys(mnist), mnist.groups.tolist(), strict=True))
    assert [by_key[key] for key in keys(five)] == five.groups.tolist()
