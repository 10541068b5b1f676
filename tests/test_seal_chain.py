"""The chain of the ledger against whoever can compute hashes, and what a result must
agree with.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import made_up_digits
from hand_made import sealed

from sevenfold.errors import LedgerError
from sevenfold.records import digest_of
from sevenfold.runs.seal import Ledger, Plan
from sevenfold.runs.seeds import seeds

PLAN = Plan(data="d", settings="s", network="n", weights="w")
TEST = made_up_digits(20, seed=9)


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (folder / "test_ledger.jsonl").read_text().splitlines()]


def put(folder: Path, lines: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "test_ledger.jsonl").write_text(text)


def rehashed(line: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {name: value for name, value in {**line, **changes}.items() if name != "hash"}
    return {**body, "hash": digest_of(body)}


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    test = sealed(tmp_path, TEST)
    test.open(PLAN)
    test.record_result(PLAN, 3, TEST)
    return tmp_path


def test_a_line_with_a_hash_made_to_fit_breaks_the_chain(opened: Path) -> None:
    lines = rows(opened)
    for number in (0, 1):
        forged = list(lines)
        forged[number] = rehashed(lines[number], time="2020-01-01T00:00:00+00:00")
        put(opened, forged)
        with pytest.raises(LedgerError, match=f"altered at line {number + 2}"):
            Ledger(opened / "test_ledger.jsonl").lines()


def test_a_line_that_is_edited_at_the_end_is_found(opened: Path) -> None:
    lines = rows(opened)
    put(opened, [*lines[:2], {**lines[2], "n_errors": 2}])
    with pytest.raises(LedgerError, match="altered at line 3"):
        Ledger(opened / "test_ledger.jsonl").lines()


def test_a_line_that_is_dropped_is_found_by_its_number(opened: Path) -> None:
    lines = rows(opened)
    put(opened, [lines[0], rehashed(lines[2], previous=lines[0]["hash"])])
    with pytest.raises(LedgerError, match="altered at line 2"):
        Ledger(opened / "test_ledger.jsonl").lines()


def test_the_test_images_are_read_after_the_opening_is_on_record(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    test = sealed(tmp_path, TEST)
    test._read = lambda: (seen.append([line["event"] for line in rows(tmp_path)]), TEST)[1]
    assert test.open(PLAN) is TEST
    assert seen == [["frozen", "opened"]]


def test_what_is_on_record(opened: Path) -> None:
    frozen, opening, result = rows(opened)
    assert {name: frozen[name] for name in ("data", "settings", "network", "weights")} == {
        "data": "d", "settings": "s", "network": "n", "weights": "w",
    }  # fmt: skip
    assert opening.get("reason") is None
    assert (result["n_errors"], result["n"]) == (3, 20)
    assert [line["line"] for line in (frozen, opening, result)] == [1, 2, 3]
    sealed(opened, TEST, "a label was wrong").open(PLAN.model_copy(update={"weights": "x"}))
    assert rows(opened)[-1]["reason"] == "a label was wrong"


@pytest.mark.parametrize(
    ("changes", "n_errors", "n", "n_openings", "holds"),
    [
        ({}, 3, 20, 1, True),
        ({}, 2, 20, 1, False),
        ({}, 3, 21, 1, False),
        ({}, 3, 20, 2, False),
        ({"weights": "x"}, 3, 20, 1, False),
    ],
)
def test_a_stored_result_agrees_with_the_record(
    opened: Path, changes: dict[str, str], n_errors: int, n: int, n_openings: int, holds: bool
) -> None:
    test, plan = sealed(opened, TEST), PLAN.model_copy(update=changes)
    if holds:
        test.ledger.require_result(plan.digest, n_errors, n, n_openings)
    else:
        with pytest.raises(LedgerError, match="does not end with the result"):
            test.ledger.require_result(plan.digest, n_errors, n, n_openings)


def test_an_opening_without_a_result_is_no_result(tmp_path: Path) -> None:
    sealed(tmp_path, TEST).open(PLAN)
    with pytest.raises(LedgerError, match="does not end with the result"):
        sealed(tmp_path, TEST).ledger.require_result(PLAN.digest, 0, 20, 1)


def test_no_two_streams_runs_or_rounds_share_a_seed() -> None:
    """A round takes seeds 50 on; a run has at most twenty rounds."""
    drawn = [
        seed + 50 * r
        for run_seed in range(3)
        for stream in ("comparison", "search", "finalists", "final")
        for seed in seeds(run_seed, stream, 50)
        for r in range(20)
    ]
    assert len(set(drawn)) == len(drawn) == 3 * 4 * 50 * 20
    assert seeds(0, "comparison", 3) == (0, 1, 2)
    assert seeds(1, "search", 2) == (5000, 5001)
