"""Data sets of digits: where they come from, how they are read, and proof that they are
what they say.
"""

from sevenfold.datasets.checking import CheckReport, Listing, catalogue, check
from sevenfold.datasets.contents import (
    INVERTED,
    n_duplicates,
    overlap,
    require_disjoint,
    seems_inverted,
)
from sevenfold.datasets.digits import Digits, prepare
from sevenfold.datasets.download import Progress
from sevenfold.datasets.find import fetch, load
from sevenfold.datasets.source import Provenance, Source

__all__ = [
    "INVERTED",
    "CheckReport",
    "Digits",
    "Listing",
    "Progress",
    "Provenance",
    "Source",
    "catalogue",
    "check",
    "fetch",
    "load",
    "n_duplicates",
    "overlap",
    "prepare",
    "require_disjoint",
    "seems_inverted",
]
