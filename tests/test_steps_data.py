"""The steps that look at the data: problem, success, protocol, preparation."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CLASSES, made_up_digits
from hand_made import development, images, run_in

from sevenfold.data import Images, Provenance
from sevenfold.errors import DataError
from sevenfold.protocol import ProtocolSettings, Split
from sevenfold.runs.writing import Run
from sevenfold.steps.evaluation_protocol import decide_protocol
from sevenfold.steps.preparation import prepare_data
from sevenfold.steps.problem import define_problem
from sevenfold.steps.success import SuccessSettings, choose_measure

PROVENANCE = Provenance(
    name="made up", title="Made-up", source="here", sha256={}, licence="", citation="", url="",
    n_test=None, embedded_subset=False, reason="",
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return run_in(tmp_path)


@pytest.mark.parametrize(
    ("copies", "validation", "repeats", "across"),
    [
        ({}, [8, 9], 0, 0),
        ({1: 0}, [8, 9], 1, 0),  # both in training
        ({9: 8}, [8, 9], 1, 0),  # both in validation
        ({9: 0}, [8, 9], 1, 1),
        ({9: 0, 8: 0, 1: 0}, [8, 9], 3, 1),  # one is in training, one in validation anyway
        ({9: 0, 8: 1, 3: 2}, [8, 9], 3, 2),
    ],
)
def test_duplicates(
    run: Run, copies: dict[int, int], validation: list[int], repeats: int, across: int
) -> None:
    data = images(np.resize(np.arange(10), 20))
    for copy, original in copies.items():
        data.pixels[copy] = data.pixels[original]
    found = define_problem(run, development(data, [validation]), PROVENANCE)
    assert (found.n_duplicates, found.n_duplicates_across_split) == (repeats, across)


def test_nearly_equal_images_are_counted_and_those_across_the_split(run: Run) -> None:
    rng = np.random.default_rng(2)
    data = images(np.resize(np.arange(10), 20), rng.integers(0, 256, (20, 28, 28)).astype(np.uint8))
    data.pixels[8] = data.pixels[0]
    data.pixels[8, 3, 3] ^= 200  # of another class, in validation
    data.pixels[2, :, 1:] = data.pixels[3, :, :-1]
    near = define_problem(run, development(data, [[8, 9]]), PROVENANCE).near
    assert near is not None
    assert (near.n, near.one_pixel, near.shifted, near.recompressed) == (20, 1, 1, 0)
    assert (near.across, near.two_labels) == (1, 2)


def test_what_is_measured_of_the_images(run: Run) -> None:
    labels = [0] * 5 + [1] * 2 + [2] * 7 + [9]
    pixels = np.zeros((15, 28, 28), np.uint8)
    pixels[0, 0, :10], pixels[1, 0, 0] = 200, 3
    found = define_problem(run, development(images(labels, pixels), [[0, 5, 7, 8]]), PROVENANCE)
    assert found.value_range == (0, 200)
    assert found.mean_ink == pytest.approx(2003 / (15 * 784 * 255))
    counts = [(c.n_development, c.n_train, c.n_validation) for c in found.class_counts]
    assert counts == [(5, 4, 1), (2, 1, 1), (7, 5, 2), *[(0, 0, 0)] * 6, (1, 1, 0)]
    assert (found.n_development, found.image_shape) == (15, (28, 28))


@pytest.mark.parametrize(
    ("counts", "limit", "suffices", "ratio"),
    [
        ([10] * 10, 1.0, True, 1.0),
        ([15, *[10] * 9], 1.5, True, 1.5),
        ([16, *[10] * 9], 1.5, False, 1.6),
        ([30, 15, *[20] * 8], 1.5, False, 2.0),
        ([30, 15, *[20] * 8], 2.0, True, 2.0),
    ],
)
def test_accuracy_suffices_where_classes_are_balanced(
    run: Run, counts: list[int], limit: float, suffices: bool, ratio: float
) -> None:
    data = images(np.repeat(np.arange(10), counts))
    found = choose_measure(run, development(data, [[0]]), SuccessSettings(balanced_ratio=limit))
    assert found.accuracy_suffices is suffices
    assert found.imbalance_ratio == pytest.approx(ratio)
    assert found.smallest_share == pytest.approx(min(counts) / sum(counts))
    assert found.largest_share == pytest.approx(max(counts) / sum(counts))


def test_the_protocols_options(run: Run) -> None:
    data = development(images(np.resize(np.arange(10), 90)), [range(30), range(30, 60)])
    found = decide_protocol(run, data, ProtocolSettings(validation_fraction=1 / 3))
    for option, n in zip(found.options, (30, 90, 90), strict=True):
        assert option.n_scored == n
        assert option.half_width == pytest.approx(half_width(0.98, n))
    assert (found.n_train, found.n_validation, found.n_folds, found.n_scored) == (60, 30, 2, 60)
    stored = run.load_arrays("split.npz")
    assert np.array_equal(stored["round0_fold1_validation"], np.arange(30, 60))


def half_width(p: float, n: int) -> float:
    """Wilson 1927, written out: the roots of (p - x)**2 = z**2 x (1 - x) / n."""
    z2 = 1.959963984540054**2
    low, high = np.sort(np.roots([1 + z2 / n, -(2 * p + z2 / n), p * p]).real)
    return float(high - low) / 2


def test_the_statistics_are_of_training_alone(run: Run) -> None:
    data = made_up_digits(100, seed=3)
    data.pixels[:, 0, :5] = 0  # five inputs that nothing ever inks
    data.pixels[:, 1, 0] = 7
    data.pixels[0, 1, 0] = 0  # inked but once not
    data.pixels[:80, 2, 3], data.pixels[80:, 2, 3] = 0, 9  # inked in validation only
    found = prepare_data(run, development(data, [range(80, 100)]))
    train = data.pixels[:80] / 255
    assert found.train_mean == pytest.approx(train.mean(), rel=1e-6)
    assert found.train_sd == pytest.approx(train.std(), rel=1e-6)
    assert found.never_inked == (data.pixels[:80].max(axis=0) == 0).sum() == 6
    assert all(check.passed for check in found.checks)


def broken(**changes: Any) -> Any:
    """A development set of 100 images with one thing wrong."""
    data = made_up_digits(100, seed=3)
    whole = {"pixels": data.pixels, "labels": data.labels, "rounds": None} | changes
    made = development(Images(whole["pixels"], whole["labels"], CLASSES), [range(80, 100)])
    return replace(made, rounds=whole["rounds"] or made.rounds)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": np.zeros(100, np.uint8)}, "distinct labels"),
        ({"labels": np.resize(np.arange(10), 100)}, "labels are whole numbers"),
        ({"rounds": ((Split(np.arange(90), np.arange(89, 100)),),)}, "both parts"),
    ],
)
def test_what_must_hold_is_asserted(run: Run, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        prepare_data(run, broken(**changes))


# Groups


def in_groups(*groups: str) -> Images:
    n = len(groups)
    return replace(images(np.resize([0, 1], n)), groups=np.array(groups))


def test_how_groups_were_divided(run: Run) -> None:
    data = in_groups(*"aabbbbccdd", "d", "d")
    splits = development(data, [range(2), range(2, 5)], method="kfold")
    found = decide_protocol(run, splits, ProtocolSettings(n_folds=2)).groups
    assert found is not None
    assert (found.n, found.n_train, found.n_validation, found.n_across) == (4, 3, 1, 0)
    assert (found.apart, found.n_exact) == (False, 6)
    assert found.largest_offset == pytest.approx(2 / 3 - 1 / 2)
    apart = replace(splits, groups_apart=True, rounds=splits.rounds[:1])
    told = decide_protocol(run, apart, ProtocolSettings(n_folds=2))
    assert "of 3 and 1 groups" in str(told)
    across = development(data, [[0, 2]])
    kept = decide_protocol(run, across, ProtocolSettings(validation_fraction=0.25)).groups
    assert kept is not None
    assert (kept.n_across, kept.n_exact) == (2, 3)
    plain = development(images([0, 1] * 6), [range(2)])
    assert decide_protocol(run, plain, ProtocolSettings()).groups is None


def test_a_group_on_both_sides_of_a_split_is_noticed(run: Run) -> None:
    data = replace(made_up_digits(100, seed=3), groups=np.repeat(np.arange(50), 2).astype(str))
    whole = replace(development(data, [range(80, 100)]), groups_apart=True)
    assert prepare_data(run, whole).checks[-1].passed
    torn = replace(development(data, [range(81, 100)]), groups_apart=True)
    with pytest.raises(DataError, match=r"groups in both parts of a split must be 0\. Got 1"):
        prepare_data(run, torn)
    ignored = prepare_data(run, replace(torn, groups_apart=False))
    assert "groups" not in ignored.checks[-1].name


def test_groups_are_counted(run: Run) -> None:
    data = development(in_groups(*"aabbcc"), [[0]])
    assert define_problem(run, data, PROVENANCE).n_groups == 3
    assert define_problem(run, development(images([0, 1]), [[0]]), PROVENANCE).n_groups is None
