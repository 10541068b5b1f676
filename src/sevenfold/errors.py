"""What can go wrong, in one tree.

SevenfoldError                 exit code 1
├── InputError                 exit code 2: something the user gave
│   ├── SettingsError          a setting, an option or a settings file
│   ├── DataError              a data file or folder
│   │   └── DataUnavailable    data that could not be found or fetched
│   └── RunError               a run folder
│       └── LedgerError        a test ledger that does not hold together
├── NoStatisticalPower         a network does not beat what it must beat
└── Interrupted                exit code 130: the user stopped the work
"""

import unicodedata
from collections.abc import Sequence

MAX_LENGTH = 480
"""Characters of a message, whatever names and values it repeats."""

_JOINERS = "\u200c\u200d"
"""Without a shape of their own, but some scripts and emoji need them."""


def visible(text: str) -> str:
    """The text with escape sequences, line ends, marks of direction and bytes that are
    no text spelt out, so that it says on every terminal what it says here.

    >>> visible("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode() if _is_unseen(character) else character
        for character in text
    )


def _is_unseen(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS


def one_line(text: str) -> str:
    """The text, visible, in one line of at most `MAX_LENGTH` characters. What is longer
    loses its middle, since the thing stands in front and what to do at the end.
    """
    line = visible(text.strip())
    if len(line) <= MAX_LENGTH:
        return line
    half = (MAX_LENGTH - len(" [...] ")) // 2
    return f"{line[:half]} [...] {line[-half:]}"


def some_of(names: Sequence[str], at_most: int) -> str:
    """The first names, and how many more there are, for a message.

    >>> some_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - at_most:,} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more


def listed(names: Sequence[str]) -> str:
    """Names in a row.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


class SevenfoldError(Exception):
    """Any failure that sevenfold explains; its text is one line, meant for the user."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class InputError(SevenfoldError):
    """The user's input cannot be used; nothing was lost."""

    exit_code = 2


class SettingsError(InputError):
    """A setting has an unknown name or a value that it cannot have."""


class DataError(InputError):
    """A data file is not what it should be."""


class DataUnavailable(DataError):
    """A data set was neither found on this machine nor fetched."""


class RunError(InputError):
    """A run folder cannot be used the way it was asked for."""


class LedgerError(RunError):
    """The test ledger was edited, cut or belongs to another run."""


class Interrupted(SevenfoldError):
    """The user stopped the work; finished steps are kept."""

    exit_code = 130


class NoStatisticalPower(SevenfoldError):
    """A network does not beat what it must beat, so the workflow stops (DLWP 4.5.5)."""
