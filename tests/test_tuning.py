"""The search: the same answer however its work is spread, ordered or cut off; settings
checked; nothing reloaded silently.
"""

import itertools
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import pytest
from conftest import made_up_digits
from pydantic import ValidationError

from sevenfold.data import Images
from sevenfold.engine import FitState
from sevenfold.errors import RunError, SettingsError, SevenfoldError
from sevenfold.executor.choosing import open_executor
from sevenfold.executor.tasks import Executor, Result, Task
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, divide
from sevenfold.records import digest_of
from sevenfold.terminal import Advance
from sevenfold.tuning.checkpoints import PARTS, Checkpoints
from sevenfold.tuning.halving import SearchSettings
from sevenfold.tuning.proposals import Proposal, propose
from sevenfold.tuning.space import L2_NONE_BELOW, SearchSpace
from sevenfold.tuning.study import SearchResult, Show, search
from sevenfold.tuning.trial import RungScore, TrialState
from sevenfold.validation import Configuration

SPACE = SearchSpace(width=(32, 64), depth=(1, 2))
SETTINGS = SearchSettings(n_trials=11, batch=4, rungs=(1, 3, 9), reduction=2)


@pytest.fixture(scope="module")
def development() -> DevelopmentSet:
    return divide(made_up_digits(400, seed=1), ProtocolSettings(method="holdout"), 0)


class Pretended:
    """A place that scores by a formula instead of training, in any order, and can be
    cut off after some results.

    It checks that a trial goes on from the state of the rung before, unless
    `states_are_lost`.
    """

    def __init__(
        self, order: int = 0, cut_after: int | None = None, states_are_lost: bool = False
    ) -> None:
        self.rng, self.cut_after, self.states_are_lost = (
            np.random.default_rng(order),
            cut_after,
            states_are_lost,
        )
        self.n_done = 0
        self.log: list[tuple[str, int]] = []

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        for index in self.rng.permutation(len(tasks)):
            configuration, seed, state, epoch = tasks[index].arguments()
            if self.states_are_lost:
                state = TrialState()
            else:
                assert [fold.epoch for fold in state.folds] == {1: [], 3: [1], 9: [3]}[epoch]
            self.log.append((configuration.digest, epoch))
            if self.n_done == self.cut_after:
                raise KeyboardInterrupt
            self.n_done += 1
            yield int(index), pretended_training(configuration, seed, state, epoch)  # type: ignore[misc]


def pretended_training(
    configuration: Configuration, seed: int, state: TrialState, epoch: int
) -> tuple[RungScore, TrialState]:
    # Not of the configuration's digest, which a new setting would change.
    name = [configuration.network.hidden, configuration.training.learning_rate]

    def luck_at(epoch: int) -> float:
        return int(digest_of([*name, seed, epoch])[:6], 16) / 16**6

    luck, start = luck_at(epoch), state.folds[0].epoch if state.folds else 0
    curve = tuple(0.9 + 0.1 * luck_at(e) for e in range(start + 1, epoch + 1))
    fold = FitState(
        epoch,
        (np.full((2, 3), luck, np.float32), np.zeros(3, np.float32)),
        (np.ones(2, np.float32),),
    )
    score = RungScore(
        epoch=epoch, accuracy=0.9 + 0.1 * luck, loss=1.0 - luck, curve=curve, diverged=luck < 0.05
    )
    return score, TrialState((fold,))


def pretend(
    path: Path, development: DevelopmentSet, executor: Executor, **changes: object
) -> SearchResult:
    arguments = {"space": SPACE, "settings": SETTINGS, "seed": 5, "engine": "jax", **changes}
    return search(path, development, executor=executor, **arguments)  # type: ignore[arg-type]


def test_the_order_in_which_tasks_finish_changes_nothing(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    first, second = (
        pretend(tmp_path / f"{i}.db", development, Pretended(order=i)) for i in range(2)
    )
    assert first == second
    assert len(first.trials) == 11
    assert [len(trial.scores) for trial in first.trials].count(3) == 3


def test_a_search_cut_off_anywhere_ends_the_same_repeats_one_rung_at_most_and_shows_what_is_done(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    shown: list[int] = []

    def progress(n_done: int) -> AbstractContextManager[tuple[Advance, Show]]:
        shown.append(n_done)
        return nullcontext((lambda: None, lambda _: None))

    settings = SearchSettings(n_trials=5, batch=3, rungs=(1, 3, 9), reduction=2)
    whole = Pretended()
    expected = pretend(tmp_path / "whole.db", development, whole, settings=settings)
    for cut_after in range(len(whole.log)):
        path = tmp_path / f"cut{cut_after}.db"
        first, second = Pretended(order=1, cut_after=cut_after), Pretended(order=2)
        with pytest.raises(KeyboardInterrupt):
            pretend(path, development, first, settings=settings)
        assert pretend(path, development, second, settings=settings, progress=progress) == expected
        assert shown[-1] == sum({1: 1, 3: 2, 9: 6}[epoch] for _, epoch in first.log[:-1])
        assert sorted(first.log[:-1] + second.log) == sorted(whole.log)


def test_lost_states_cost_time_and_change_no_curve(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    whole, lost = (
        pretend(tmp_path / f"{i}.db", development, Pretended(states_are_lost=bool(i)))
        for i in range(2)
    )
    assert whole == lost
    assert [len(trial.curve) for trial in whole.trials] == [
        trial.last.epoch for trial in whole.trials
    ]


def test_a_finished_search_is_read_and_not_run(development: DevelopmentSet, tmp_path: Path) -> None:
    expected = pretend(tmp_path / "tuning.db", development, Pretended())
    again = Pretended()
    assert pretend(tmp_path / "tuning.db", development, again) == expected
    assert again.log == []
    assert [path.name for path in tmp_path.iterdir()] == ["tuning.db"]


def test_the_database_is_an_optuna_study_without_running_trials(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    import optuna

    found = pretend(tmp_path / "tuning.db", development, Pretended())
    study = optuna.load_study(study_name="search", storage=f"sqlite:///{tmp_path / 'tuning.db'}")
    assert {trial.state.name for trial in study.trials} == {"COMPLETE", "PRUNED"}
    assert study.best_value == max(
        trial.last.accuracy for trial in found.trials if len(trial.scores) == 3
    )
    with sqlite3.connect(tmp_path / "tuning.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 6}, "seed"),
        ({"space": SearchSpace(width=(32, 128))}, "space"),
        (
            {"settings": SearchSettings(n_trials=12, batch=4, rungs=(1, 3, 9), reduction=2)},
            "number of trials",
        ),
        ({"engine": "keras"}, "engine"),
    ],
)
def test_another_search_in_the_same_file_is_refused(
    development: DevelopmentSet, tmp_path: Path, change: dict[str, object], named: str
) -> None:
    with pytest.raises(KeyboardInterrupt):
        pretend(tmp_path / "tuning.db", development, Pretended(cut_after=3))
    with pytest.raises(RunError, match=rf"another {named}.*--out.*delete"):
        pretend(tmp_path / "tuning.db", development, Pretended(), **change)


def test_other_data_is_refused(development: DevelopmentSet, tmp_path: Path) -> None:
    pretend(tmp_path / "tuning.db", development, Pretended())
    other = divide(made_up_digits(400, seed=2), ProtocolSettings(method="holdout"), 0)
    with pytest.raises(RunError, match="another data set or protocol"):
        pretend(tmp_path / "tuning.db", other, Pretended())


@pytest.mark.parametrize(
    "content",
    [b"not a database at all, but something else" * 100, b"SQLite format 3\0" + bytes(4000)],
)
def test_a_damaged_database_is_one_clear_line(
    development: DevelopmentSet, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "tuning.db").write_bytes(content)
    with pytest.raises(SevenfoldError, match=r"tuning\.db"):
        pretend(tmp_path / "tuning.db", development, Pretended())


def test_no_setting_is_tried_twice_and_a_small_space_ends_early(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    space = SearchSpace(
        width=(32, 64),
        depth=(1, 2),
        input_dropout=(0.0, 0.0),
        hidden_dropout=(0.0, 0.0),
        l2=(1e-7, 1e-7),
        learning_rate=(1e-3, 1e-3),
        optimizer=("adam",),
        batch_size=(128,),
        schedule=("constant",),
        max_norm=(0.0,),
    )
    found = pretend(tmp_path / "tuning.db", development, Pretended(), space=space)
    configurations = [trial.configuration.digest for trial in found.trials]
    assert len(configurations) == len(set(configurations)) == 4
    assert pretend(tmp_path / "tuning.db", development, Pretended(), space=space) == found


def test_importances_are_shares(development: DevelopmentSet, tmp_path: Path) -> None:
    found = pretend(tmp_path / "tuning.db", development, Pretended())
    assert sum(importance.value for importance in found.importances) == pytest.approx(1.0)
    assert {importance.name for importance in found.importances} >= {
        "learning_rate",
        "width",
        "depth",
    }


def test_checkpoints_come_back_and_damaged_ones_count_as_none(tmp_path: Path) -> None:
    arrays = (np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros(3, np.float32))
    state = TrialState(
        (FitState(3, arrays, (arrays[1],), (arrays[1],)), FitState(3, arrays[::-1], ()))
    )
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(7, 1, state)
    loaded = checkpoints.load(7, 1)
    assert [fold.epoch for fold in loaded.folds] == [3, 3]
    for before, after in zip(state.folds, loaded.folds, strict=True):
        for part in PARTS:
            assert [a.tobytes() for a in getattr(before, part)] == [
                a.tobytes() for a in getattr(after, part)
            ]
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert checkpoints.load(7, 1) == TrialState()
    for position in range(0, len(whole), 101):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        found = checkpoints.load(7, 1)  # a header byte that nothing reads may be wrong
        assert found == TrialState() or found.folds[0].weights[0].tobytes() == arrays[0].tobytes()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"depth": (3, 1)}, "depth must be"),
        ({"depth": (0, 2)}, "depth must"),
        ({"width": ()}, "width"),
        ({"hidden_dropout": (0.0, 1.0)}, "hidden_dropout"),
        ({"l2": (0.0, 1e-3)}, "logarithmic"),
        ({"l2": (-1e-3, 0.0)}, "l2 must lie"),
        ({"learning_rate": (0.0, 1e-3)}, "logarithmic"),
        ({"learning_rate": (1e-3, 100.0)}, "learning_rate"),
        ({"batch_size": (128, 128)}, "batch_size"),
        ({"hidden": ((64, 32), (64, 32))}, "hidden"),
        ({"hidden": ((),)}, "hidden"),
        ({"widht": (128,)}, "widht"),
    ],
)
def test_a_space_is_checked(values: dict[str, object], said: str) -> None:
    with pytest.raises((ValidationError, SettingsError), match=said):
        SearchSpace(**values)  # type: ignore[arg-type]


def test_rungs_must_rise() -> None:
    with pytest.raises(ValidationError, match="must rise"):
        SearchSettings(rungs=(3, 3, 9))


def test_every_batch_passes_every_rung_once_in_waves() -> None:
    settings = SearchSettings(n_trials=30, batch=9, rungs=(1, 3, 9))
    seen = [
        (batch, level)
        for wave, batch in itertools.product(range(settings.n_waves), range(4))
        if (level := settings.level(batch, wave)) is not None
    ]
    assert sorted(seen) == [(batch, level) for batch in range(4) for level in range(3)]
    assert settings.n_epochs(1) == 3 * (9 * 1 + 3 * 2 + 1 * 6) + (3 * 1 + 1 * 2 + 1 * 6)


@pytest.mark.slow
def test_one_and_three_workers_give_the_same_bytes(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    settings = SearchSettings(n_trials=5, batch=3, rungs=(1, 2), reduction=2)
    space = SearchSpace(
        width=(32,),
        depth=(1, 1),
        optimizer=("adam",),
        batch_size=(128,),
        l2=(1e-6, 1e-4),
        max_norm=(0.0,),
        schedule=("constant",),
    )
    found = []
    for n in (1, 3):
        with open_executor(development, tmp_path / str(n), workers=n) as executor:
            found.append(
                search(
                    tmp_path / f"{n}.db",
                    development,
                    space,
                    settings,
                    5,
                    engine="jax",
                    executor=executor,
                ).to_json()
            )
    assert found[0] == found[1]
    assert len(json.loads(found[0])["trials"]) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.db", "3.db"]


def _process(development: DevelopmentSet, *, advance: Advance) -> tuple[int, int]:
    return os.getpid(), len(development.images)


def test_workers_start_with_the_first_task_and_stay(
    development: DevelopmentSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    shared = tmp_path / "shared"
    with open_executor(development, shared, workers=1) as executor:
        assert not shared.exists()
        (first,) = executor.run([Task(_process, tuple, 0)], lambda: None)
        (second,) = executor.run([Task(_process, tuple, 0)], lambda: None)
        assert shared.exists()
    assert first == second
    assert first[1][1] == len(development.images)
    assert not shared.exists()


def _fail(development: DevelopmentSet, *, advance: Advance) -> None:
    raise ValueError("no such thing")


def _die(development: DevelopmentSet, *, advance: Advance) -> None:
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_worker_cannot_do_is_one_clear_line(
    development: DevelopmentSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    with open_executor(development, tmp_path / "workers", workers=1) as executor:
        with pytest.raises(SevenfoldError, match="ValueError: no such thing"):
            list(executor.run([Task(_fail, tuple, 1)], lambda: None))
        with pytest.raises(
            SevenfoldError, match=r"died at the same work, the last one with signal 9, .*--workers"
        ):
            list(executor.run([Task(_die, tuple, 1)], lambda: None))


def test_whole_networks_take_the_place_of_depth_and_width(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    networks = ((64, 32), (32,), (48, 48, 48))
    found = pretend(tmp_path / "a.db", development, Pretended(), space=SearchSpace(hidden=networks))
    tried = {trial.configuration.network.hidden for trial in found.trials}
    assert len(tried) > 1
    assert tried <= set(networks)
    assert "hidden" in {share.name for share in found.importances}
    assert not {"depth", "width"} & {share.name for share in found.importances}


def test_what_is_proposed_fits_the_images() -> None:
    images = Images(
        np.zeros((4, 5, 6, 3), np.uint8),
        np.array([0, 1, 2, 0], np.uint8),
        ("a", "b", "c"),
        narrow_labels=(2,),
    )
    (proposal,) = propose(SPACE, [], 1, images=images, seed=0, n_epochs=3, n_rungs=1, n_startup=1)
    network, training = proposal.configuration.network, proposal.configuration.training
    assert (network.inputs, network.classes) == (90, 3)
    assert training.warp.narrow_labels == (2,)


def test_an_l2_is_drawn_or_none_and_none_below_a_limit() -> None:
    images = made_up_digits(10, seed=1)

    def drawn(**changes: object) -> list[Proposal]:
        space = SearchSpace(**changes)  # type: ignore[arg-type]
        numbers = {"seed": 0, "n_epochs": 3, "n_rungs": 1, "n_startup": 40}
        return propose(space, [], 40, images=images, **numbers)

    penalties = [proposal.configuration.network.l2 for proposal in drawn()]
    raw = [proposal.parameters["l2"] for proposal in drawn()]
    assert penalties == [value if value >= L2_NONE_BELOW else 0.0 for value in raw]
    assert 0.0 in penalties
    assert max(penalties) > 1e-5
    without = drawn(l2=(0.0, 0.0))
    assert {proposal.configuration.network.l2 for proposal in without} == {0.0}
    assert all("l2" not in proposal.parameters for proposal in without)
    # A fixed value and none at all leave the draws of all other settings alone.
    fixed = drawn(l2=(1e-7, 1e-7))
    assert [proposal.configuration for proposal in fixed] == [
        proposal.configuration for proposal in without
    ]
