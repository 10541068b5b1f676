"""The runs that the app shows: those that are finished and whole, and why others are
not.
"""

import html
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sevenfold.errors import RunError, SevenfoldError, visible
from sevenfold.predictor import Network, load_network
from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun, read_run, state_of

PAGES: Mapping[str, str] = {
    layout.REPORT: "text/html; charset=utf-8",
    layout.DEMO: "text/html; charset=utf-8",
    layout.NOTEBOOK_PAGE: "text/html; charset=utf-8",
    layout.NOTEBOOK: "application/x-ipynb+json",
    layout.CARD: "text/markdown; charset=utf-8",
    layout.SUMMARY: "application/json",
}
"""What a reader may see of a run, beside its tables, and as what."""
TABLE = "text/csv; charset=utf-8"

_Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Served:
    """A finished run with its network. name: of its folder, and in addresses."""

    name: str
    run: FinishedRun
    network: Network

    def tables(self) -> list[str]:
        """The names of its tables, in order."""
        folder = self.run.folder / layout.TABLES
        return sorted(path.name for path in folder.glob("*.csv") if _is_plain(path))

    def pages(self) -> list[str]:
        """The names of its other files that a reader may see, in `PAGES`'s order."""
        return [name for name in PAGES if _is_plain(self.run.folder / name)]

    def published(self, file: str) -> tuple[bytes, str] | None:
        """A file that a reader may see, without places on this machine, and its type;
        None where there is none of that name.
        """
        if file in self.pages():
            path, kind = self.run.folder / file, PAGES[file]
        elif (table := file.removeprefix(f"{layout.TABLES}/")) != file and table in self.tables():
            path, kind = self.run.folder / layout.TABLES / table, TABLE
        else:
            return None
        return self._without_places(path.read_bytes()), kind

    def _without_places(self, content: bytes) -> bytes:
        """Without the folders that the command which made the run names."""
        folder = self.run.folder
        words = [part for word in self.run.description.command for part in word.split("=", 1)]
        places = {word for word in words if Path(word).is_absolute() and len(word) > 1}
        places |= {str(folder), str(folder.absolute()), str(folder.resolve())}
        for place in sorted(filter(os.path.isabs, places), key=len, reverse=True):
            for spelled in {place, html.escape(place), json.dumps(place)[1:-1]}:
                # Whole paths alone: `</a>` is no folder.
                whole = (
                    rb"(?<![\w<./-])" + re.escape(spelled.encode(errors="replace")) + rb"(?![\w-])"
                )
                name = Path(place).name.encode(errors="replace").replace(b"\\", rb"\\")
                content = re.sub(whole, name, content)
        return content


@dataclass(frozen=True)
class NotServed:
    """A run that cannot be shown, and why."""

    name: str
    why: str


class Shelf:
    """The runs in a folder, or one run, read again where they changed.

    served: by name, in order. others: what is not served.
    """

    def __init__(self, place: Path) -> None:
        """Look at `place`, a folder of runs or a run.

        Raises:
            RunError: it is neither.
        """
        self.place = place
        self.served: dict[str, Served] = {}
        self.others: tuple[NotServed, ...] = ()
        self._read: dict[str, tuple[_Stamp, Served | NotServed]] = {}
        self.look()
        if not self._read:
            raise RunError(
                f"{place} is no run and holds none. Give the folder of a run, or the one that they"
                " lie in; `sevenfold run` makes one."
            )

    def look(self) -> None:
        """Read what is new or was written since."""
        found: dict[str, tuple[_Stamp, Served | NotServed]] = {}
        for folder in self._folders():
            name, stamp = folder.name, _stamp(folder)
            known = self._read.get(name)
            found[name] = known if known and known[0] == stamp else (stamp, _opened(name, folder))
        self._read = found
        entries = [entry for _, entry in found.values()]
        self.served = {entry.name: entry for entry in entries if isinstance(entry, Served)}
        self.others = tuple(entry for entry in entries if isinstance(entry, NotServed))

    def _folders(self) -> list[Path]:
        place = self.place.absolute()
        if (place / layout.DESCRIPTION).is_file():
            return [place]
        try:
            return sorted(p for p in place.iterdir() if (p / layout.DESCRIPTION).is_file())
        except OSError:
            return []


def _opened(name: str, folder: Path) -> Served | NotServed:
    try:
        if not name.isprintable():
            raise RunError("its name cannot stand in an address. Rename the folder.")
        run = read_run(folder)
        if state := state_of(folder, run.description):
            raise RunError(f"the run {state}. The command that began it goes on.")
        if run.unfinished is not None:
            raise RunError(f"the step {run.unfinished} is missing. The same command mends it.")
        return Served(name, run, load_network(folder))
    except (SevenfoldError, OSError) as error:
        return NotServed(visible(name), _without_folder(str(error), folder))


def _without_folder(text: str, folder: Path) -> str:
    """A message that names files from the run's folder on, and no place above it."""
    text = text.replace(str(folder), folder.name).replace(visible(str(folder)), folder.name)
    if str(folder.parent) in text and folder.parent != folder.parent.parent:
        return "it cannot be read. `sevenfold report` with its folder says why."
    return text


def _stamp(folder: Path) -> _Stamp:
    """Of the files that are written when a run gets on, ends or is mended."""
    paths = (folder / layout.DESCRIPTION, folder / layout.WEIGHTS)
    return tuple(
        (stat.st_mtime_ns, stat.st_size) for p in paths if p.is_file() for stat in [p.stat()]
    )


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
