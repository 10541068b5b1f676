"""One-line faults that the tests must find; `scripts/mutate` plants one at a time.

`old` stands exactly once in the place, which is a file or a room of the package; where
its lines are broken, and in which file of a room, plays no part. A fault whose text is
gone fails `test_mutations.py`: put the same fault into the new text. No fault may leave
the behaviour as it was.
"""

from typing import NamedTuple

from mutations import (
    app,
    arrays,
    contents,
    demo,
    engine,
    examination,
    export,
    finding,
    idx_files,
    notebook,
    pictures,
    predictor,
    protocol,
    reading,
    report,
    runs,
    statistics,
    steps,
    tracking,
    tuning,
)
from mutations.places import TESTS

__all__ = ["FAULTS", "TESTS", "Fault"]


class Fault(NamedTuple):
    """`old` becomes `new` in the file or folder `place` of the package."""

    place: str
    name: str
    old: str
    new: str


_GROUPS = (
    app,
    arrays,
    contents,
    demo,
    engine,
    examination,
    export,
    finding,
    idx_files,
    notebook,
    pictures,
    predictor,
    protocol,
    reading,
    report,
    runs,
    statistics,
    steps,
    tracking,
    tuning,
)
FAULTS = tuple(
    Fault(place, *fault)
    for group in _GROUPS
    for place, faults in group.FAULTS.items()
    for fault in faults
)
