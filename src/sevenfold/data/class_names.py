"""What classes may be called, and their order."""

import re
import unicodedata
from collections.abc import Sequence

from sevenfold.errors import DataError

MAX_CLASSES = 1_000


def natural(name: str) -> tuple[object, ...]:
    """A key to sort names as people do: numbers in them as numbers, capitals beside
    small letters.

    >>> sorted(["10", "9", "b2", "B10", "a"], key=natural)
    ['9', '10', 'a', 'b2', 'B10']
    """
    parts = re.split(r"(\d+)", name.casefold())
    numbered = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p]
    return (*numbered, (2, 0, name))


def require_class_names(names: Sequence[str], name: str) -> None:
    """Nothing, if these can be classes of one data set, which messages call `name`: not
    too many, none empty or unprintable, no two alike but for capitals, blanks and the
    like. Single letters may differ by that: "A" and "a" are two characters.

    Raises:
        DataError: the first thing wrong.
    """
    if len(names) > MAX_CLASSES:
        raise DataError(
            f"{name}: expected at most {MAX_CLASSES:,} classes, got {len(names):,} ({names[0]!r},"
            f" {names[1]!r}, ...). Is each label really a class?"
        )
    seen: dict[str, str] = {}
    for own in names:
        if not own.strip() or not own.isprintable():
            raise DataError(
                f"{name}: expected a class name that can be printed, got {own!r}. Rename it."
            )
        key = own if len(own) == 1 else _folded(own)
        if key in seen:
            raise DataError(
                f"{name}: expected classes that are told apart by their names, got {seen[key]!r}"
                f" and {own!r}. Put them together, or rename one."
            )
        seen[key] = own


def _folded(name: str) -> str:
    """What is left of a name without capitals, blanks, hyphens and ways to write one
    letter.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return re.sub(r"(?<=[^\W_])[\s_-]+(?=[^\W_])", " ", plain)
