"""Images of one group stay on one side of every split, and what that costs is told."""

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.data import Images
from sevenfold.errors import SettingsError
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, divide

N = 600
METHODS = ("holdout", "kfold", "iterated-kfold")


def grouped(n_groups: int = 40, seed: int = 0) -> Images:
    images, rng = made_up_digits(N, seed=1), np.random.default_rng(seed)
    groups = rng.choice(n_groups, N, p=rng.dirichlet(np.full(n_groups, 4.0))).astype(str)
    return Images(images.pixels, images.labels, images.classes, groups)


def sides(divided: DevelopmentSet) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(split.train, split.validation) for splits in divided.rounds for split in splits]


@pytest.mark.parametrize("method", METHODS)
def test_no_group_is_trained_on_and_validated(method: str) -> None:
    images = grouped()
    assert images.groups is not None
    divided = divide(images, ProtocolSettings(method=method), seed=3)
    assert divided.groups_apart
    for train, validation in sides(divided):
        assert not set(images.groups[train]) & set(images.groups[validation])
        assert sorted([*train, *validation]) == list(range(N))
    n_scored = 100 if method == "holdout" else N
    assert abs(len(divided.scored) - n_scored) <= 3
    for splits in divided.rounds if method != "holdout" else ():
        assert sorted(i for split in splits for i in split.validation) == list(range(N))


@pytest.mark.parametrize("method", METHODS)
def test_strata_are_nearly_exact(method: str) -> None:
    images = grouped(60)
    for train, validation in sides(divide(images, ProtocolSettings(method=method), seed=0)):
        exact = images.class_counts * len(validation) / N
        assert np.abs(images[validation].class_counts - exact).max() <= 6
        assert len(train) + len(validation) == N


@pytest.mark.parametrize("method", METHODS)
def test_copies_in_two_groups_bring_both_to_one_side(method: str) -> None:
    images = grouped()
    pixels, groups = images.pixels.copy(), images.groups
    assert groups is not None
    one, other = np.flatnonzero(groups == groups[0])[0], np.flatnonzero(groups != groups[0])[0]
    pixels[other] = pixels[one]
    tied = {groups[one], groups[other]}
    divided = divide(
        Images(pixels, images.labels, images.classes, groups), ProtocolSettings(method=method), 0
    )
    for train, validation in sides(divided):
        assert not (tied & set(groups[train]) and tied & set(groups[validation]))


def test_a_half_may_be_held_out() -> None:
    images = grouped()
    settings = ProtocolSettings(method="holdout", validation_fraction=0.5)
    ((split,),) = divide(images, settings, seed=0).rounds
    assert abs(len(split.validation) - 300) <= 3


def test_rounds_differ_and_seeds_repeat() -> None:
    images, settings = grouped(), ProtocolSettings(method="iterated-kfold")
    first, again, other = (divide(images, settings, seed) for seed in (0, 0, 1))
    assert first.digest == again.digest != other.digest
    assert not np.array_equal(first.rounds[0][0].validation, first.rounds[1][0].validation)
    assert np.array_equal(other.rounds[0][0].validation, first.rounds[1][0].validation)


@pytest.mark.parametrize("method", METHODS)
def test_groups_that_are_ignored_change_no_split(method: str) -> None:
    images = grouped()
    plain = Images(images.pixels, images.labels, images.classes)
    ignoring = divide(images, ProtocolSettings(method=method, groups="ignore"), seed=0)
    assert not ignoring.groups_apart
    for own, known in zip(
        sides(divide(plain, ProtocolSettings(method=method), seed=0)), sides(ignoring), strict=True
    ):
        assert np.array_equal(own[0], known[0])
        assert np.array_equal(own[1], known[1])


def test_groups_are_part_of_what_is_divided() -> None:
    images, settings = grouped(), ProtocolSettings(method="holdout", groups="ignore")
    plain = Images(images.pixels, images.labels, images.classes)
    assert divide(images, settings, 0).digest != divide(plain, settings, 0).digest


def test_too_few_groups_are_refused_in_one_line() -> None:
    images = made_up_digits(N, seed=1)
    three = Images(images.pixels, images.labels, images.classes, (np.arange(N) % 3).astype(str))
    with pytest.raises(SettingsError, match=r"4 parts with images of every class.* from 3 groups"):
        divide(three, ProtocolSettings(method="kfold"), seed=0)
    groups = np.where(images.labels == 7, "one", np.arange(N).astype(str))
    single = Images(images.pixels, images.labels, images.classes, groups)
    with pytest.raises(SettingsError, match=r"those of class 7 come from one group") as caught:
        divide(single, ProtocolSettings(method="holdout"), seed=0)
    assert "\n" not in str(caught.value)
    assert "--set protocol.groups=ignore" in str(caught.value)
    divide(single, ProtocolSettings(method="holdout", groups="ignore"), seed=0)
