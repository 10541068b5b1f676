"""Splits that are disjoint and complete, a rule that follows the size of the data, and
a seal that holds.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.data import Images
from sevenfold.errors import LedgerError, RunError, SettingsError
from sevenfold.protocol import ProtocolSettings, choose_method, divide
from sevenfold.runs.ledger import Ledger
from sevenfold.runs.seal import Plan, SealedTestSet

TEST_IMAGES = made_up_digits(20, seed=9)
PLAN = Plan(data="d", settings="s", network="n", weights="w")


@pytest.mark.parametrize(
    ("n", "method"), [(60_000, "holdout"), (4_000, "kfold"), (1_000, "iterated-kfold")]
)
def test_the_rule(n: int, method: str) -> None:
    assert choose_method(n, ProtocolSettings()) == method


@pytest.mark.parametrize("method", ["holdout", "kfold", "iterated-kfold"])
def test_parts_are_disjoint_complete_and_stratified(method: str) -> None:
    images = made_up_digits(400, seed=1)
    development = divide(images, ProtocolSettings(method=method), seed=5)
    for splits in development.rounds:
        for part in splits:
            assert len(np.intersect1d(part.train, part.validation)) == 0
            assert len(part.train) + len(part.validation) == 400
            counts = np.bincount(images.labels[part.validation], minlength=10)
            assert counts.max() - counts.min() <= 1
        covered = np.sort(np.concatenate([part.validation for part in splits]))
        assert np.array_equal(covered, development.scored)
    assert len(development.scored) == (67 if method == "holdout" else 400)


def test_rounds_differ_and_seeds_repeat() -> None:
    images = made_up_digits(400, seed=1)
    settings = ProtocolSettings(method="iterated-kfold")
    first, again, other = (divide(images, settings, seed) for seed in (0, 0, 1))
    assert first.digest == again.digest != other.digest
    assert not np.array_equal(first.rounds[0][0].validation, first.rounds[1][0].validation)


def test_too_few_images_for_the_folds() -> None:
    with pytest.raises(SettingsError, match=r"protocol\.n_folds is 4.*only 2"):
        divide(made_up_digits(20, seed=1), ProtocolSettings(method="kfold"), seed=0)


def test_a_part_holds_every_class_however_many_there_are() -> None:
    labels = np.repeat(np.arange(300, dtype=np.uint16), 4)
    pixels = np.random.default_rng(0).integers(0, 256, (1200, 3, 2), np.uint8)
    images = Images(pixels, labels, tuple(map(str, range(300))))
    settings = ProtocolSettings(method="holdout", validation_fraction=0.25)
    (part,) = divide(images, settings, seed=0).rounds[0]
    assert len(np.unique(labels[part.validation])) == len(np.unique(labels[part.train])) == 300
    fewer = settings.model_copy(update={"validation_fraction": 0.2})
    with pytest.raises(
        SettingsError, match=r"each part 300 images or more\. 0\.2 of 1,200 puts 240"
    ):
        divide(images, fewer, seed=0)


def sealed(folder: Path, reason: str | None = None) -> SealedTestSet:
    return SealedTestSet(lambda: TEST_IMAGES, Ledger(folder / "ledger.jsonl"), "data", reason)


def test_one_opening_one_result(tmp_path: Path) -> None:
    test = sealed(tmp_path)
    test.open(PLAN)
    test.record_result(PLAN, 1, TEST_IMAGES)
    assert [line.event for line in test.ledger.lines()] == ["frozen", "opened", "result"]
    with pytest.raises(RunError, match="--open-test-again"):
        sealed(tmp_path).open(PLAN.model_copy(update={"network": "another"}))
    again = sealed(tmp_path, reason="a label was wrong")
    again.open(PLAN)
    assert len(again.ledger.lines_of("opened")) == 2
    assert again.ledger.lines()[-1].reason == "a label was wrong"


def test_the_same_plan_may_be_scored_again_but_gives_one_result(tmp_path: Path) -> None:
    test = sealed(tmp_path)
    test.open(PLAN)
    test.record_result(PLAN, 1, TEST_IMAGES)
    test.open(PLAN)
    assert len(test.ledger.lines_of("opened")) == 1
    with pytest.raises(LedgerError, match="records 1 errors"):
        test.record_result(PLAN, 2, TEST_IMAGES)
    with pytest.raises(LedgerError, match="another test set"):
        test.record_result(PLAN, 1, made_up_digits(20, seed=10))


@pytest.mark.parametrize("fraction", [1e-9, 0.9999])
def test_a_part_without_images_is_refused(fraction: float) -> None:
    with pytest.raises(SettingsError, match=r"protocol\.validation_fraction"):
        divide(
            made_up_digits(400, seed=1),
            ProtocolSettings(method="holdout", validation_fraction=fraction),
            seed=0,
        )


def test_an_opening_that_was_cut_off_is_finished_with_the_same_plan_only(tmp_path: Path) -> None:
    sealed(tmp_path).open(PLAN)
    resumed = sealed(tmp_path)
    resumed.open(PLAN)
    assert len(resumed.ledger.lines_of("opened")) == 1
    with pytest.raises(RunError, match="already opened"):
        sealed(tmp_path).open(PLAN.model_copy(update={"weights": "others"}))


def test_an_opening_for_another_plan_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    known = {"data": PLAN.data, "settings": PLAN.settings, "network": PLAN.network}
    sealed(tmp_path).require_openable(**known)
    sealed(tmp_path).open(PLAN)
    sealed(tmp_path).require_openable(**known)
    sealed(tmp_path, reason="a label was wrong").require_openable(**{**known, "network": "another"})
    with pytest.raises(RunError, match=r"already opened .* for another plan"):
        sealed(tmp_path).require_openable(**{**known, "network": "another"})


def test_a_further_opening_that_was_cut_off_is_counted_once(tmp_path: Path) -> None:
    test = sealed(tmp_path)
    test.open(PLAN)
    test.record_result(PLAN, 1, TEST_IMAGES)
    for _ in range(2):
        sealed(tmp_path, reason="a label was wrong").open(PLAN)
    assert len(test.ledger.lines_of("opened")) == 2
    assert test.ledger.lines()[-1].event == "resumed"


def test_a_further_opening_that_was_cut_off_after_its_result_is_counted_once(
    tmp_path: Path,
) -> None:
    sealed(tmp_path).open(PLAN)
    for _ in range(3):
        test = sealed(tmp_path, reason="a label was wrong")
        test.open(PLAN)
        test.record_result(PLAN, 1, TEST_IMAGES)
    events = [line.event for line in test.ledger.lines()]
    assert events[2:] == ["frozen", "opened", "result", "rescored", "result", "rescored", "result"]
    sealed(tmp_path, reason="another label was wrong").open(PLAN)
    assert len(test.ledger.lines_of("opened")) == 3


@pytest.mark.parametrize("tamper", ["edit", "drop first", "drop middle", "swap", "add", "garbage"])
def test_tampering_is_found(tmp_path: Path, tamper: str) -> None:
    test = sealed(tmp_path)
    test.open(PLAN)
    test.record_result(PLAN, 7, TEST_IMAGES)
    path = test.ledger.path
    rows = path.read_text().splitlines()
    if tamper == "edit":
        rows[2] = json.dumps({**json.loads(rows[2]), "n_errors": 1})
    elif tamper == "drop first":
        del rows[0]
    elif tamper == "drop middle":
        del rows[1]
    elif tamper == "swap":
        rows[0], rows[1] = rows[1], rows[0]
    elif tamper == "add":
        rows.append(rows[-1])
    else:
        rows[1] = "[]"
    path.write_text("\n".join(rows) + "\n")
    with pytest.raises(LedgerError, match="altered at line"):
        Ledger(path).lines()
