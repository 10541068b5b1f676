"""Finished runs in the trackers that people have: MLflow and TensorBoard. A tracker is
told what a run folder holds; no result depends on one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sevenfold.errors import RunError, SettingsError
from sevenfold.runs.reading import FinishedRun, read_run, state_of
from sevenfold.runtimes import installed
from sevenfold.surroundings import settled
from sevenfold.tracking import event_files, mlflow_store
from sevenfold.tracking.entries import Entry, entry_of

__all__ = ["TRACKERS", "require", "track"]


@dataclass(frozen=True)
class Tracker:
    """module: what must be installed, by the extra of the tracker's name. knock: looks
    whether it can be told of runs, before any work. send: tells it of a run, with the
    folder that the user named, and gives where it is to be seen.
    """

    module: str
    knock: Callable[[], None]
    send: Callable[[FinishedRun, Entry, Path | None], str]


TRACKERS: Mapping[str, Tracker] = MappingProxyType(
    {
        "mlflow": Tracker("mlflow", mlflow_store.knock, mlflow_store.send),
        "tensorboard": Tracker("tensorboard", lambda: None, event_files.send),
    }
)
"""Every tracker by the name that `--track` and `--to` take."""


def require(names: Sequence[str], option: str = "--track") -> tuple[str, ...]:
    """These trackers, each once, installed and answering. `option` took the names.

    Raises:
        SettingsError: one is unknown, not installed, or does not answer.
    """
    for name in names:
        if name not in TRACKERS:
            raise SettingsError(f"{option} knows {' and '.join(TRACKERS)}. Got {name!r}.")
    wanted = tuple(name for name in TRACKERS if name in names)
    for name in wanted:
        if not installed(TRACKERS[name].module):
            raise SettingsError(
                f"{option} {name} needs {TRACKERS[name].module}, not installed here. Install the"
                f" extra {name} (docs/tracking.md), or leave it out."
            )
    for name in wanted:
        TRACKERS[name].knock()
    return wanted


@settled()
def track(folder: Path | str, to: Sequence[str], out: Path | str | None = None) -> tuple[str, ...]:
    """Tell trackers of the run in `folder`, as far as it came; gives where each shows
    it. A run that a tracker knows already is not there twice.

    out: where TensorBoard's event files go (default: the run's folder `tensorboard`).

    Raises:
        SettingsError: as of `require`.
        RunError: the folder is no run, is damaged, or its run is at work.
        SevenfoldError: a tracker failed half-way; the same call sends the run anew.
    """
    if not to:
        raise SettingsError(f"--to wants one or both of {' and '.join(TRACKERS)}.")
    names = require(to, "--to")
    if out is not None and "tensorboard" not in names:
        raise SettingsError("--out is for the files of tensorboard. Leave it out.")
    run = read_run(folder)
    if state_of(run.folder, run.description) == "is at work":
        raise RunError(f"{folder} is at work. Wait for it, then track it.")
    entry = entry_of(run)
    place = Path(out) if out is not None else None
    return tuple(TRACKERS[name].send(run, entry, place) for name in names)
