"""The rule, by widths written out; divisions of uneven classes; what the search saw."""

import numpy as np
import pytest
from conftest import uneven_images
from hand_made import development, images
from scipy.stats import norm

from sevenfold.data import Images
from sevenfold.errors import SettingsError
from sevenfold.protocol import (
    DevelopmentSet,
    ProtocolSettings,
    Split,
    batch_divisor_of,
    choose_method,
    divide,
    expected_half_width,
    stretch_of,
)

UNEVEN = uneven_images(400, seed=4)


def half_width(p: float, n: int) -> float:
    """Half the distance of the roots of (p - x)**2 = z**2 x (1 - x) / n (Wilson)."""
    z2 = norm.ppf(0.975) ** 2
    low, high = np.sort(np.roots([1 + z2 / n, -(2 * p + z2 / n), p * p]).real)
    return float(high - low) / 2


@pytest.mark.parametrize("n", [100, 1_000, 10_000])
@pytest.mark.parametrize("accuracy", [0.9, 0.98])
def test_the_expected_width(n: int, accuracy: float) -> None:
    settings = ProtocolSettings(expected_accuracy=accuracy)
    assert expected_half_width(n, settings) == pytest.approx(half_width(accuracy, n))


@pytest.mark.parametrize("fraction", [1 / 6, 0.5])
def test_the_rule_changes_where_the_width_meets_its_limit(fraction: float) -> None:
    settings = ProtocolSettings(validation_fraction=fraction)
    for n in (*range(1_500, 2_600, 50), *range(12_000, 60_000, 1_000)):
        expected = (
            "holdout"
            if half_width(0.98, round(n * fraction)) <= 0.003
            else "kfold"
            if half_width(0.98, n) <= 0.006
            else "iterated-kfold"
        )
        assert choose_method(n, settings) == expected, n


def test_what_is_asked_for_is_taken() -> None:
    for method in ("holdout", "kfold", "iterated-kfold"):
        assert choose_method(10, ProtocolSettings(method=method)) == method


@pytest.mark.parametrize("method", ["holdout", "kfold", "iterated-kfold"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_part_has_each_classs_share(method: str, seed: int) -> None:
    divided = divide(UNEVEN, ProtocolSettings(method=method, n_folds=5), seed)
    whole = np.bincount(UNEVEN.labels)
    for part in (part for parts in divided.rounds for part in parts):
        counts = np.bincount(UNEVEN.labels[part.validation], minlength=10)
        share = len(part.validation) / 400
        assert np.abs(counts - whole * share).max() <= 1.0
        assert len(np.intersect1d(part.train, part.validation)) == 0
        assert len(part.train) + len(part.validation) == 400


def test_rounds_are_divided_anew_and_the_next_seed_shares_them() -> None:
    settings = ProtocolSettings(method="iterated-kfold", n_rounds=3)
    divided, next_seed = divide(UNEVEN, settings, 0), divide(UNEVEN, settings, 1)
    folds = [rounds[0].validation.tobytes() for rounds in divided.rounds]
    assert len(set(folds)) == 3
    assert folds[1:] == [rounds[0].validation.tobytes() for rounds in next_seed.rounds[:2]]


def test_finalists_are_judged_on_rounds_that_the_search_has_not_seen() -> None:
    settings = ProtocolSettings(method="iterated-kfold", n_rounds=3)
    divided = divide(UNEVEN, settings, 0)
    assert divided.unsearched().rounds == divided.rounds[1:]
    once = divide(UNEVEN, ProtocolSettings(method="kfold"), 0)
    assert once.unsearched() is once


def test_what_is_scored() -> None:
    data = development(images([0] * 9), [[7, 2], [4]], [[1, 3], [5]])
    assert data.scored.tolist() == [2, 4, 7]
    assert set(data.index_arrays()) == {
        f"round{r}_fold{f}_{part}"
        for r in (0, 1)
        for f in (0, 1)
        for part in ("train", "validation")
    }


def test_the_digest_says_images_labels_and_indices() -> None:
    first = images([0, 1, 2, 3])
    other_label, other_pixel = images([0, 1, 2, 4]), images([0, 1, 2, 3])
    other_pixel.pixels[0, 5, 5] = 1
    made = [development(data, [[1, 2]]) for data in (first, other_label, other_pixel)]
    made += [development(first, [[1, 3]]), development(first, [[1, 2]], [[1, 2]])]
    assert len({data.digest for data in made}) == len(made)
    assert made[0].digest == development(images([0, 1, 2, 3]), [[1, 2]]).digest


@pytest.mark.parametrize(("smallest", "refused"), [(3, True), (4, False)])
def test_a_class_needs_an_image_for_each_fold(smallest: int, refused: bool) -> None:
    data = images(np.repeat(np.arange(10), [smallest, *[8] * 9]))
    settings = ProtocolSettings(method="kfold", n_folds=4)
    if refused:
        with pytest.raises(SettingsError, match=r"n_folds is 4.*only 3"):
            divide(data, settings, 0)
    else:
        assert len(divide(data, settings, 0).rounds[0]) == 4


@pytest.mark.parametrize(
    ("n_validation", "refused"), [(9, True), (10, False), (90, False), (91, True)]
)
def test_each_part_of_a_hold_out_has_ten(n_validation: int, refused: bool) -> None:
    data = images(np.resize(np.arange(10), 100))
    settings = ProtocolSettings(method="holdout", validation_fraction=n_validation / 100)
    if refused:
        with pytest.raises(SettingsError, match="validation_fraction"):
            divide(data, settings, 0)
    else:
        ((part,),) = divide(data, settings, 0).rounds
        assert len(part.validation) == n_validation


@pytest.mark.parametrize(
    ("n_train", "asked", "divisor", "times"),
    # 176 images in batches of 16 are 11 updates, and the root of 25/11 is 1.51.
    [
        (50_000, 0, 1, 1),
        (3_073, 0, 1, 1),
        (3_072, 0, 2, 1),
        (768, 0, 8, 1),
        (385, 0, 8, 1),
        (225, 0, 8, 1),
        (192, 0, 8, 1),
        (176, 0, 8, 2),
        (30, 0, 8, 4),
        (15, 0, 8, 5),
        (225, 3, 1, 3),
        (50_000, 7, 1, 7),
    ],
)
def test_few_images_have_small_batches_and_many_epochs(
    n_train: int, asked: int, divisor: int, times: int
) -> None:
    data, settings = divided(n_train, (28, 28)), ProtocolSettings(stretch=asked)
    assert (batch_divisor_of(data, settings), stretch_of(data, settings)) == (divisor, times)


@pytest.mark.parametrize(
    ("shape", "n_folds", "times"),
    # 40 million values: 4 times 30 images of 333,333 values, or of 41,666 in 8 folds.
    [
        ((16, 16), 1, 4),
        ((577, 577), 1, 4),
        ((578, 577), 1, 3),
        ((117, 118, 3), 8, 4),
        ((118, 118, 3), 8, 3),
        ((128, 128, 3), 40, 1),
    ],
)
def test_large_images_are_multiplied_less(shape: tuple[int, ...], n_folds: int, times: int) -> None:
    assert stretch_of(divided(30, shape, n_folds), ProtocolSettings()) == times


def divided(n_train: int, shape: tuple[int, ...], n_folds: int = 1) -> DevelopmentSet:
    """So many images to train on, as a view of one pixel; only their number counts."""
    pixels = np.broadcast_to(np.zeros((1,) * (1 + len(shape)), np.uint8), (n_train, *shape))
    images = Images(pixels, np.zeros(n_train, np.uint8), ("0",))
    split = Split(np.arange(n_train), np.arange(0))
    return DevelopmentSet(images, ((split,) * n_folds,), "kfold", "auto")
