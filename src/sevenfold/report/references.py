"""What the report cites, numbered in the order in which the text first cites it or by
author and year; what is not cited is not listed.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import metadata, resources
from typing import Literal, NamedTuple

from markupsafe import Markup

from sevenfold.errors import listed
from sevenfold.records import Record


class Library(Record):
    """Software that a run stands on."""

    name: str
    use: str
    licence: str


class Credit(Record):
    """A part of the work: what was written for it here, and what libraries do."""

    part: str
    ours: str
    theirs: str


class References(Record):
    """Every work that the report may cite, every library that it may credit, and who
    did what.
    """

    works: Mapping[str, str]
    libraries: Mapping[str, Library]
    credits: tuple[Credit, ...]


_FILE = resources.files("sevenfold.report").joinpath("references.toml")
_REFERENCES = References.from_values(tomllib.loads(_FILE.read_text(encoding="utf-8")))
LIBRARIES, CREDITS = _REFERENCES.libraries, _REFERENCES.credits


@functools.cache
def licence_of(package: str, version: str | None) -> str:
    """The licence of a library: as the package of that version states it, where that is
    installed and states it as an SPDX expression; else as noted here.
    """
    with suppress(metadata.PackageNotFoundError):
        stated = metadata.metadata(package).json.get("license_expression")
        if stated and metadata.version(package) == version:
            return str(stated)
    return LIBRARIES[package].licence


class Entry(NamedTuple):
    """A work that was cited: its place in the list, how the text names it, and what the
    list says of it.
    """

    number: int
    name: str
    text: str


class Bibliography:
    """The works that the page cites. data: the citation of the run's data set, cited as
    `data`; may be empty. style: numbers in the order of the text, or authors and years
    and a list by author.

    A citation stands on the page as a mark until `resolve`, since a text may be taken
    out again before the list is drawn up.
    """

    def __init__(self, data: str, style: Literal["numbered", "harvard"]) -> None:
        self._texts = {**_REFERENCES.works, **({"data": data} if data else {})}
        # A data set's citation may be of a work that the report cites for itself.
        first = {_letters(text): key for key, text in reversed(self._texts.items())}
        self._keys = {key: first[_letters(text)] for key, text in self._texts.items()}
        self._style = style
        self._entries: dict[str, Entry] = {}

    def cite(self, *keys: str) -> str:
        """The mark for `[3, 4]`, or for `(Wilson, 1927)`."""
        assert set(keys) <= set(self._texts), f"no work is called {keys!r}"
        return f"⟦cite:{'+'.join(self._keys[key] for key in keys)}⟧"

    def entries(self, page: str) -> list[Entry]:
        """Every work that the page cites so far, in the order of the list; no other may
        be cited afterwards.
        """
        keys = list(dict.fromkeys(key for mark in _MARK.findall(page) for key in mark.split("+")))
        if self._style == "harvard":
            keys.sort(key=lambda key: by_author(self._texts[key]).casefold())
        for number, key in enumerate(keys, start=1):
            text = self._texts[key]
            if self._style == "harvard":
                self._entries[key] = Entry(number, author_and_year(text), by_author(text))
            else:
                self._entries[key] = Entry(number, str(number), text)
        return list(self._entries.values())

    def resolve(self, page: str) -> str:
        """The page with each citation as links to the list."""
        return _MARK.sub(lambda match: self._links(match[1].split("+")), page)

    def _links(self, keys: Sequence[str]) -> str:
        link = Markup('<a href="#ref-{0.number}" data-reference="{0.text}">{0.name}</a>')
        links = [link.format(self._entries[key]) for key in keys]
        if self._style == "harvard":
            return Markup('<span class="cite named">({})</span>').format(Markup("; ").join(links))
        return Markup('<span class="cite">[{}]</span>').format(Markup(", ").join(links))


def author_and_year(text: str) -> str:
    """How a text names a work.

    >>> author_and_year("E. B. Wilson (1927). Probable inference.")
    'Wilson, 1927'
    >>> author_and_year("R. El-Yaniv and Y. Wiener (2010). On the foundations.")
    'El-Yaniv and Wiener, 2010'
    """
    names, year, _ = _split(text)
    surnames = [_surname_first(name).partition(",")[0] for name in names]
    if len(surnames) > 2:
        surnames = [f"{surnames[0]} et al."]
    return f"{' and '.join(surnames)}{f', {year}' if year else ''}"


def by_author(text: str) -> str:
    """A work as the list has it when it is in the order of authors.

    >>> by_author("R. El-Yaniv and Y. Wiener (2010). On the foundations.")
    'El-Yaniv, R. and Wiener, Y. (2010) On the foundations.'
    """
    names, year, rest = _split(text)
    if not year:
        return text
    turned = [_surname_first(name) for name in names]
    return f"{listed(turned)} ({year}) {rest}"


def _split(text: str) -> tuple[list[str], str, str]:
    """Authors, year and the rest; a text of another form names itself by its first
    words.
    """
    match = re.match(r"(.{1,400}?) \((\d{4})\)[.,]? *(.*)", text, re.DOTALL)
    if match is None:
        return [re.split(r"[.,:(]", text, maxsplit=1)[0].strip()[:40] or "Data"], "", text
    names = re.split(r",? and |, (?=[^ ])", match[1])
    return names, match[2], match[3]


def _letters(text: str) -> str:
    """What is left of a work's text where signs and spaces do not count."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _surname_first(name: str) -> str:
    match = re.match(r"((?:\w\.[ -]?)+)(.+)", name)
    return f"{match[2]}, {match[1].strip()}" if match else name


_MARK = re.compile(r"⟦cite:([a-z_+]+)⟧")
