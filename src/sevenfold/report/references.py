"""What the report cites: numbered in the order in which the text first cites it; what
is not cited is not listed.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources

from markupsafe import Markup

from sevenfold.records import Record


class Library(Record):
    """Software that a run stands on."""

    name: str
    use: str
    licence: str


class References(Record):
    """Every work that the report may cite, and every library that it may credit."""

    works: Mapping[str, str]
    libraries: Mapping[str, Library]


_FILE = resources.files("sevenfold.report").joinpath("references.toml")
_REFERENCES = References.from_values(tomllib.loads(_FILE.read_text(encoding="utf-8")))
LIBRARIES = _REFERENCES.libraries


class Bibliography:
    """The works cited so far, in order. data: the citation of the run's data set, cited
    as `data`; may be empty.
    """

    def __init__(self, data: str) -> None:
        self._texts = {**_REFERENCES.works, **({"data": data} if data else {})}
        self._numbers: dict[str, int] = {}

    def cite(self, *keys: str) -> Markup:
        """`[3, 4]`, each number a link to the entry."""
        links = [Markup('<a href="#ref-{0}">{0}</a>').format(self._number(key)) for key in keys]
        return Markup('<span class="cite">[{}]</span>').format(Markup(", ").join(links))

    def entries(self) -> list[tuple[int, str]]:
        """Number and text of every work cited."""
        return [(number, self._texts[key]) for key, number in self._numbers.items()]

    def _number(self, key: str) -> int:
        assert key in self._texts, f"no work is called {key!r}"
        return self._numbers.setdefault(key, len(self._numbers) + 1)
