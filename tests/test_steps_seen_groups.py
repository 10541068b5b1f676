"""What a split of single images hides, measured with networks that know the groups."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made import configuration, development, images, run_in

from sevenfold.executor.this_process import ThisProcess
from sevenfold.protocol import DevelopmentSet
from sevenfold.steps.seen_groups import (
    N_PARTS,
    N_SEEDS,
    SeenGroups,
    compare_seen_groups,
    knowing_splits,
)
from sevenfold.validation import cross_validate

SETTINGS = configuration(16, n_epochs=30, optimizer="adam", learning_rate=0.01, batch_size=32)


def of_writers(n_writers: int = 24, each: int = 12, *, private: bool) -> DevelopmentSet:
    """Writers with a mark of their own; private: it alone says what they write, so that
    nothing is known of a new one. The last third of the writers validates.
    """
    rng, n = np.random.default_rng(0), n_writers * each
    writer = np.repeat(np.arange(n_writers), each)
    labels = rng.integers(0, 2, n_writers)[writer] if private else np.resize([0, 1], n)
    pixels = rng.integers(0, 60, (n, 28, 28)).astype(np.uint8)
    pixels[np.arange(n), 2 + writer // 20, 2 + writer % 20] = 255
    if not private:
        pixels[np.arange(n), 20, np.where(labels == 1, 5, 15)] = 255
        pixels[np.arange(n), 21, np.where(labels == 1, 5, 15)] = 255
    grouped = replace(images(labels, pixels), groups=writer.astype(str))
    whole = development(grouped, [np.flatnonzero(writer >= 2 * n_writers // 3).tolist()])
    return replace(whole, groups_apart=True)


def compared(folder: Path, data: DevelopmentSet, **training: Any) -> SeenGroups | None:
    changed = SETTINGS.training.model_copy(update=training)
    return compare_seen_groups(
        run_in(folder),
        data,
        SETTINGS.model_copy(update={"training": changed}),
        executor=ThisProcess(data),
    )


def errors(data: DevelopmentSet) -> float:
    """By the networks of the first split, over the later epochs."""
    (first,) = (replace(data, rounds=(data.rounds[0][:1],)),)
    (validation,) = cross_validate(first, [SETTINGS], (0, 1, 2, 3, 4), engine="jax")
    return float(np.mean([1 - validation.correct(epoch).mean() for epoch in range(16, 31)]))


def test_what_only_the_group_tells_is_known_where_it_was_seen(tmp_path: Path) -> None:
    data = of_writers(private=True)
    found = compared(tmp_path, data)
    assert found is not None
    assert found.seen < 0.1 < 0.3 < found.unseen
    assert found.unseen == pytest.approx(errors(data))
    assert found.difference.value == pytest.approx(found.unseen - found.seen)
    assert found.difference.ci_low > 0
    difference = found.difference
    assert (difference.n, difference.n_groups, difference.n_seeds) == (96, 8, N_SEEDS)
    assert found.share_seen == pytest.approx(2 / 3)


def test_where_groups_tell_nothing_there_is_little_difference(tmp_path: Path) -> None:
    found = compared(tmp_path, of_writers(private=False))
    assert found is not None
    assert abs(found.difference.value) < 0.1


def test_the_first_split_of_several_rounds_is_compared(tmp_path: Path) -> None:
    one = of_writers(private=True)
    (split,) = one.rounds[0]
    every = np.arange(len(one.images))
    other = development(one.images, [split.validation, split.train], [every[::2], every[1::2]])
    rounds = replace(other, method="iterated-kfold", groups_apart=True)
    found, alone = compared(tmp_path / "rounds", rounds), compared(tmp_path / "one", one)
    assert found == alone


def test_training_parts_are_of_the_same_size_and_classes_and_score_nothing_seen() -> None:
    data = of_writers(private=True)
    (first,) = data.rounds[0]
    groups, labels = data.images.groups, data.images.labels
    assert groups is not None
    splits = knowing_splits(data, np.random.default_rng(0))
    scored = np.concatenate([split.validation for split in splits])
    assert np.array_equal(np.sort(scored), first.validation)
    for split in splits:
        assert not np.intersect1d(split.train, split.validation).size
        assert len(np.unique(split.train)) == len(split.train) == len(first.train)
        assert np.array_equal(np.bincount(labels[split.train]), np.bincount(labels[first.train]))
        counts = np.unique(groups[split.validation], return_counts=True)[1]
        assert counts.tolist() == [12 // N_PARTS] * 8


def test_nothing_is_compared_without_groups_apart(tmp_path: Path) -> None:
    data = of_writers(private=False)
    assert compared(tmp_path, replace(data, groups_apart=False)) is None
    assert compared(tmp_path, data, optimizer="sgd", learning_rate=1e30) is None
    single = replace(data.images, groups=np.where(data.images.groups < "16", "a", "b"))
    one = replace(
        development(single, [np.flatnonzero(single.groups == "b").tolist()]), groups_apart=True
    )
    assert compared(tmp_path, one) is None
