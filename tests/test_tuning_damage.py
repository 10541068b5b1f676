"""A search's database in which a byte has changed: the same answer, or one clear
line.
"""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sevenfold.engine import TrainingSettings
from sevenfold.errors import InputError, SevenfoldError
from sevenfold.networks import NetworkSpec
from sevenfold.tuning.database import Database
from sevenfold.tuning.proposals import Proposal
from sevenfold.tuning.trial import RungScore
from sevenfold.validation import Configuration

IDENTITY = {"seed": "0", "space": "s"}
N_FLIPS = int(os.environ.get("FLIPS", "60"))


def configuration(width: int) -> Configuration:
    network = NetworkSpec(inputs=20, classes=3, hidden=(width,))
    return Configuration(network=network, training=TrainingSettings(n_epochs=2))


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    path = tmp_path_factory.mktemp("searched") / "tuning.db"
    spaces = {
        "width": CategoricalDistribution((32, 64)),
        "learning_rate": FloatDistribution(1e-4, 1e-2, log=True),
    }
    with Database.open(path, IDENTITY) as database:
        for number, width in enumerate((32, 64)):
            parameters = {"width": width, "learning_rate": 1e-3 / (3 + number)}
            database.add_proposal(Proposal(configuration(width), parameters, spaces))
            database.add_score(number, 0, RungScore(epoch=2, accuracy=0.9 + number / 33, loss=0.3))
            database.close_trial(number, None)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
    connection.close()
    return path


def content(path: Path) -> object:
    with Database.open(path, IDENTITY) as database:
        return [proposal._replace(distributions={}) for proposal in database.proposals], (
            database.scores
        )


def answer(path: Path) -> object:
    """What is in it; nothing, for a search that begins anew; or the message."""
    try:
        return content(path)
    except SevenfoldError as error:
        return str(error)


def test_a_flipped_bit_is_found_or_changes_nothing(searched: Path, tmp_path: Path) -> None:
    whole = content(searched)
    before, places = searched.read_bytes(), random.Random(0)
    for flip in range(N_FLIPS):
        damaged = bytearray(before)
        damaged[places.randrange(len(damaged))] ^= 1 << places.randrange(8)
        path = tmp_path / f"{flip}.db"
        path.write_bytes(damaged)
        found = answer(path)
        assert (isinstance(found, str) and found.startswith(str(path))) or found in (
            whole,
            ([], []),
        ), flip


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trial_user_attributes SET value_json = replace(value_json, '0.93', '0.95')",
        "UPDATE trial_user_attributes SET value_json = replace(value_json, '32', '33')",
        "UPDATE trial_user_attributes SET value_json = substr(value_json, 2)",
        "UPDATE trial_params SET param_value = param_value * 1.5",
        "UPDATE trial_params SET distribution_json = replace(distribution_json, '0.01', '0.02')",
        "UPDATE trials SET state = 'PRUNEE'",
        "UPDATE studies SET study_name = 'searchh'; UPDATE version_info SET library_version = 1",
    ],
)
def test_a_changed_value_is_one_clear_line(searched: Path, tmp_path: Path, change: str) -> None:
    path = tmp_path / "tuning.db"
    path.write_bytes(searched.read_bytes())
    connection = sqlite3.connect(path)
    connection.executescript(change)
    connection.close()
    if "studies" in change:
        assert content(path) == ([], [])  # another search; ours begins
        return
    with pytest.raises(InputError, match=r"tuning\.db is damaged: .* Delete it, and the same"):
        content(path)


def test_pages_in_disorder_are_found_at_the_opening(searched: Path, tmp_path: Path) -> None:
    path = tmp_path / "tuning.db"
    before: Callable[[int], bytes] = lambda n: searched.read_bytes()[4096 * n : 4096 * n + 4096]  # noqa: E731
    n_pages = searched.stat().st_size // 4096
    path.write_bytes(b"".join(before(n) for n in (0, *range(2, n_pages), 1)))
    with pytest.raises(SevenfoldError, match=r"tuning\.db"):
        content(path)
