"""Which IDX file is which, by the names that people have them under.

A file is told by "images" or "labels" and by "train" against "test" or "t10k" in its
name, or in that of the folder that holds it alone. The four files of one data set lie
in one place and differ in nothing else, so that several sets are never mixed.
"""

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Literal

from sevenfold.data.images import Part
from sevenfold.data.readers.files import exists
from sevenfold.data.readers.members import Member, members
from sevenfold.errors import DataError, some_of

Kind = Literal["images", "labels"]
PARTS: dict[Part, tuple[str, str]] = {
    "development": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
"""MNIST's names for the files of images and of labels of each part."""

FILES = (*PARTS["development"], *PARTS["test"])

_PACKING = re.compile(r"( ?\(\d+\))?(\.(gz|xz))*$")
_WORDS = re.compile(
    r"train(ing)?|test(ing)?|t10k|images?|labels?|idx\d?|ubyte|u?int\d*|(?<![a-z])[xy](?![a-z])|[\W_]+"
)


def role_of(name: str) -> str | None:
    """Which of `FILES` a file is, going by its name and that of its folder; None where
    it is none or where that is not plain.

    >>> role_of("EMNIST/TEST-IMAGES.IDX3-UBYTE.GZ"), role_of("train/labels-idx1-ubyte")
    ('t10k-images-idx3-ubyte', 'train-labels-idx1-ubyte')
    """
    lower = name.lower()
    if not any(word in lower for word in ("image", "label", "idx")):
        return None  # at once, because folders may hold a hundred thousand pictures
    path = PurePosixPath(lower)
    base = _PACKING.sub("", path.name)
    if "." in base and not re.search("idx|ubyte", base.rpartition(".")[2]):
        return None  # such as .csv, .png or .part
    part = _part(base) or _part(path.parent.name)
    kinds = [kind for kind in ("image", "label") if kind in base] or _kind_by_rank(base)
    if part is None or len(kinds) != 1:
        return None
    return PARTS[part][kinds == ["label"]]


def located(path: Path, only: str = "") -> dict[str, Member]:
    """Those of `FILES` that one data set in a folder or archive has. only: what their
    names must contain, where there are several sets.

    Raises:
        DataError: there are several data sets.
    """
    sets: dict[tuple[str, str], dict[str, Member]] = defaultdict(dict)
    wanted = members(path, lambda name: only in name.lower() and role_of(name) is not None)
    # The copy nearest to hand is taken: further up, then unpacked, then with a dash.
    for member in sorted(wanted, key=lambda m: (m.depth, len(m.name), m.name)):
        sets[_set_of(member.name)].setdefault(str(role_of(member.name)), member)
    return _only_one(path, sets)


def present_files(folder: Path) -> dict[str, Path]:
    """Those of the four files that `folder` itself has under MNIST's own names; gzipped
    or not, with `-idx` or `.idx` in the name.
    """
    return {
        name: path for name in FILES for path in [_first_existing(folder, name)] if path is not None
    }


def missing_files(folder: Path) -> list[str]:
    """The names of those of the four files that `folder` itself lacks."""
    present = present_files(folder)
    return [name for name in FILES if name not in present]


def _only_one(path: Path, sets: dict[tuple[str, str], dict[str, Member]]) -> dict[str, Member]:
    """The one set with all four files, or else with both of a part, or else the one
    set.
    """
    found = list(sets.values())
    whole = [files for files in found if len(files) == len(FILES)]
    halves = [files for files in found if any(set(pair) <= set(files) for pair in PARTS.values())]
    chosen = whole or halves or found
    if len(chosen) > 1:
        names = [next(iter(files.values())).name for files in chosen]
        raise DataError(
            f"{path}: expected the IDX files of one data set, got those of {len(names)}, such as"
            f" {some_of(names, 4)}. Give the folder of one, or put its files into a folder"
            " of their own."
        )
    return chosen[0] if chosen else {}


def _part(text: str) -> Part | None:
    is_train, is_test = "train" in text, "test" in text or "t10k" in text
    if is_train and is_test:  # such as latest-train-images: only whole words count
        is_train, is_test = (
            re.search(rf"(?<![a-z])({words})", text) is not None for words in ("train", "test|t10k")
        )
    if is_train == is_test:
        return None
    return "development" if is_train else "test"


def _kind_by_rank(base: str) -> list[str]:
    """Images have three dimensions, labels one or QMNIST's two, as names may say."""
    rank = re.search(r"idx(\d)", base)
    return {"3": ["image"], "1": ["label"], "2": ["label"]}.get(rank[1], []) if rank else []


def _set_of(name: str) -> tuple[str, str]:
    """What the files of one set have in common: the folder that they are in, and what
    else their names say. A folder that is named as a file or as a part is not counted.
    """
    path = PurePosixPath(name.lower())
    home = path.parent
    if _part(home.name) is not None:
        home = home.parent
    return str(home), _WORDS.sub("", _PACKING.sub("", path.name))


def _first_existing(folder: Path, name: str) -> Path | None:
    dotted = name.replace("-idx", ".idx")
    names = (name, f"{name}.gz", dotted, f"{dotted}.gz")
    paths = [folder / candidate for candidate in names if exists(folder / candidate)]
    # Archives of MNIST from Kaggle have folders with the files' names beside the files.
    return next((path for path in paths if path.is_file()), paths[0] if paths else None)
