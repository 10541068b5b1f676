"""What is known of a data set that sevenfold knows by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sevenfold.data.images import Images, Part

NO_LICENCE = "none stated"


@dataclass(frozen=True)
class Entry:
    """One data set.

    n_bytes: the size of what is fetched or packaged. sha256: hex digests of its files
    as unpacked, by the names that readers give them. packed: those of the files as
    mirrors send them, by their names there; where this is all that was published,
    `sha256` is empty. mirrors: addresses of the folders that hold the files. places:
    where it may lie in a folder of data sets, first wins; empty: the folder of its
    name. only: what the names of its files contain, in an archive of several sets.
    is_subset: whether it is a part of another. noun, class_noun: what one image and one
    class are called in texts. narrow_labels: classes that distortions may turn only a
    little; a 1 turned far is a 7. classes: their names; empty: as they were read.
    told: gives the images of a part with what is known of each beyond the files, such
    as its group. told_by: who says so, in words; told_sha256: of the files that do.
    group_noun: what a group is called in texts.
    """

    name: str
    title: str
    n_development: int
    n_test: int
    n_bytes: int
    sha256: Mapping[str, str]
    licence: str
    citation: str
    url: str
    packed: Mapping[str, str] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    only: str = ""
    is_subset: bool = False
    noun: str = "image"
    class_noun: str = "class"
    narrow_labels: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    told: Callable[[Images, Part], Images] | None = None
    told_by: str = ""
    told_sha256: Mapping[str, str] = field(default_factory=dict)
    group_noun: str = "group"
