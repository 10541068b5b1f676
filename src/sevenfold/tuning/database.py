"""The study on disk: an Optuna study in SQLite, in which everything decided is written
before it counts.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sevenfold.errors import RunError, SettingsError, SevenfoldError
from sevenfold.records import digest_of
from sevenfold.tuning.proposals import Proposal, silence_optuna
from sevenfold.tuning.trial import RungScore
from sevenfold.validation import Configuration

if TYPE_CHECKING:
    import optuna

STUDY_NAME = "search"


class Database:
    """Proposals and rung scores; each counts by one transaction, which is on disk when
    the call that adds it returns.

    The file is an ordinary Optuna study: `optuna-dashboard sqlite:///tuning.db` shows
    it. Create it with `Database.open`.

    proposals, scores: what was there at the opening, in the order of the trials'
    numbers.
    """

    def __init__(self, path: Path, storage: "optuna.storages.RDBStorage", study_id: int) -> None:
        trials = storage.get_all_trials(study_id, deepcopy=False)
        self.path, self._storage, self._study_id = path, storage, study_id
        self._trial_ids = [trial._trial_id for trial in trials]
        self._closed = {trial.number for trial in trials if trial.state.is_finished()}
        self.proposals = [_proposal(trial) for trial in trials]
        self.scores = [_scores(trial) for trial in trials]

    @classmethod
    @contextmanager
    def open(cls, path: Path, identity: Mapping[str, str]) -> Iterator["Database"]:
        """The study in `path`, which is made if it is not there. `identity` names
        everything that its scores depend on.

        Raises:
            RunError: the file holds a search with another identity, or no search.
            SevenfoldError: the file cannot be written now.
        """
        import optuna
        import sqlalchemy.exc

        silence_optuna()
        try:
            _require_whole(path)
            with _damage(path):
                storage = _storage(path)
            try:
                with _damage(path):
                    study_id = _study_id(storage)
                with _damage(path):
                    _require_identity(path, storage, study_id, identity)
                    database = cls(path, storage, study_id)
                yield database
            finally:
                storage.remove_session()
                storage.engine.dispose()
        except (
            optuna.exceptions.StorageInternalError,
            sqlalchemy.exc.OperationalError,
            sqlite3.OperationalError,
        ) as error:
            raise SevenfoldError(
                f"{path} could not be read or written: {_reason(error)}. What it holds is kept; the"
                " same command goes on when that is mended."
            ) from None
        except (sqlalchemy.exc.DatabaseError, sqlite3.DatabaseError) as error:
            raise _damaged(path, _reason(error)) from None

    def add_proposal(self, proposal: Proposal) -> None:
        """Append a trial; it is running from now on."""
        import optuna

        template = optuna.trial.create_trial(
            state=optuna.trial.TrialState.RUNNING,
            params=proposal.parameters,
            distributions=proposal.distributions,
            user_attrs={"configuration": proposal.text, "proposal_sha256": _digest(proposal)},
        )
        self._trial_ids.append(self._storage.create_new_trial(self._study_id, template))

    def add_score(self, number: int, level: int, score: RungScore) -> None:
        """Acknowledge the score of trial `number` at rung `level`."""
        # What counts is the attribute; the value set before it is for Optuna's own
        # tools.
        self._storage.set_trial_intermediate_value(
            self._trial_ids[number], score.epoch, score.accuracy
        )
        self._storage.set_trial_user_attr(
            self._trial_ids[number], f"rung{level:02d}", _sealed(score.model_dump_json())
        )

    def close_trial(self, number: int, accuracy: float | None) -> None:
        """Mark a trial as complete with its final accuracy, or as pruned (None);
        nothing happens if it was closed before.
        """
        from optuna.trial import TrialState

        if number not in self._closed:
            self._closed.add(number)
            state, values = (
                (TrialState.PRUNED, None) if accuracy is None else (TrialState.COMPLETE, [accuracy])
            )
            self._storage.set_trial_state_values(self._trial_ids[number], state, values)


def _storage(path: Path) -> "optuna.storages.RDBStorage":
    import optuna

    try:
        return optuna.storages.RDBStorage(
            "sqlite:///tuning.db", engine_kwargs={"creator": lambda: _connect(path)}
        )
    except RuntimeError:  # its tables are laid out otherwise
        raise RunError(
            f"{path} was begun with another version of Optuna. Install that version again, or"
            " delete the file to search anew."
        ) from None


def _require_whole(path: Path) -> None:
    """Nothing, if there is no database yet, or SQLite finds its pages and indexes in
    order (`PRAGMA integrity_check`).
    """
    if path.exists() and path.stat().st_size > 0:
        connection = _connect(path)
        try:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        finally:
            connection.close()
        if found != "ok":
            raise _damaged(path, found)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """What is no text, number or record of ours where one was written is damage: SQLite
    does not see it.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, SettingsError):
        raise _damaged(path, "a value in it is not what was written") from None


def _damaged(path: Path, reason: str) -> RunError:
    return RunError(f"{path} is damaged: {reason}. Delete it, and the same command searches anew.")


def _sealed(text: str) -> str:
    """The text and its digest, so that a changed one is not taken for what was
    written.
    """
    return f"{text} {digest_of(text)}"


def _opened(sealed: str) -> str:
    text, _, digest = sealed.rpartition(" ")
    if digest != digest_of(text):
        raise ValueError
    return text


def _digest(proposal: Proposal) -> str:
    spaces = {name: str(space) for name, space in proposal.distributions.items()}
    return digest_of([proposal.text, dict(proposal.parameters), spaces])


def _proposal(trial: "optuna.trial.FrozenTrial") -> Proposal:
    configuration = Configuration.from_json(trial.user_attrs["configuration"])
    proposal = Proposal(configuration, trial.params, trial.distributions)
    if _digest(proposal) != trial.user_attrs["proposal_sha256"]:
        raise ValueError
    return proposal


def _scores(trial: "optuna.trial.FrozenTrial") -> tuple[RungScore, ...]:
    return tuple(
        RungScore.from_json(_opened(text))
        for name, text in sorted(trial.user_attrs.items())
        if name.startswith("rung")
    )


def _reason(error: BaseException) -> str:
    original = getattr(error.__cause__ or error, "orig", None) or error.__cause__ or error
    return str(original).splitlines()[0]


def _connect(path: Path) -> sqlite3.Connection:
    """A connection whose commits outlive a kill and a power cut (SQLite's documentation
    of `PRAGMA synchronous`).
    """
    connection = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _study_id(storage: "optuna.storages.RDBStorage") -> int:
    import optuna

    try:
        return storage.get_study_id_from_name(STUDY_NAME)
    except KeyError:
        return storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], STUDY_NAME)


def _require_identity(
    path: Path, storage: "optuna.storages.RDBStorage", study_id: int, identity: Mapping[str, str]
) -> None:
    earlier = storage.get_study_user_attrs(study_id).get("identity")
    if earlier is None and not storage.get_all_trials(study_id, deepcopy=False):
        storage.set_study_user_attr(study_id, "identity", dict(identity))
        return
    changed = [name for name in identity if (earlier or {}).get(name) != identity[name]]
    if changed:
        raise RunError(
            f"{path} holds a search with another {changed[0]}; nothing of it is used. Choose"
            f" another folder with --out for a new search, or delete {path} to search anew here."
        )
