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

from collections.abc import Sequence


def some_of(names: Sequence[str], at_most: int) -> str:
    """The first names, and how many more there are, for a message.

    >>> some_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - at_most:,} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more


class SevenfoldError(Exception):
    """Any failure that sevenfold explains; its text is meant for the user."""

    exit_code = 1


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
