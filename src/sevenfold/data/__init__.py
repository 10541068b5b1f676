"""Data sets of images: where they come from, how they are read, and proof that they are
what they say.
"""

from sevenfold.data.alike import NearCopies, near_copies
from sevenfold.data.checking import CheckReport, Listing, catalogue, check
from sevenfold.data.contents import of_known_groups, overlap, require_disjoint
from sevenfold.data.download import TransferProgress
from sevenfold.data.faults import first_alike, n_duplicates, paper_of, warnings
from sevenfold.data.finding import fetch, load
from sevenfold.data.images import Images, prepare
from sevenfold.data.nearly_equal import NearlyEqual, nearly_equal
from sevenfold.data.setting_aside import SET_ASIDE
from sevenfold.data.source import OWN, Provenance, Source

__all__ = [
    "OWN",
    "SET_ASIDE",
    "CheckReport",
    "Images",
    "Listing",
    "NearCopies",
    "NearlyEqual",
    "Provenance",
    "Source",
    "TransferProgress",
    "catalogue",
    "check",
    "fetch",
    "first_alike",
    "load",
    "n_duplicates",
    "near_copies",
    "nearly_equal",
    "of_known_groups",
    "overlap",
    "paper_of",
    "prepare",
    "require_disjoint",
    "warnings",
]
