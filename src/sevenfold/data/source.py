"""What a data set is once it was found: images to develop with, where they came from,
and a door to the test images.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sevenfold.data.images import Images, Size
from sevenfold.records import Record, digest_of

OWN = "custom:"
"""Before a path, and before the name that its data have: they are the user's own,
though some files of theirs be published ones.
"""


@dataclass(frozen=True)
class Wishes:
    """How the user wants data to be read. size: height and width to which pictures are
    brought. invert: whether 255 becomes 0 and 0 becomes 255. group: the column that
    says which images belong together.
    """

    size: Size | None = None
    invert: bool = False
    group: str | None = None


AS_THEY_ARE = Wishes()
"""Nobody asked for anything."""


class Provenance(Record):
    """Where images came from, and what proves it.

    sha256: of the unpacked IDX bytes of each development file as read; for a catalogued
    data set also the published ones of the test files, which are known without reading
    them. n_test: None where it cannot be known without reading test files. reason: why
    the subset was taken; otherwise empty. noun, class_noun: what one image and one
    class are called in texts. inverted: whether they were turned, 255 - image, on the
    user's wish. size: the height and width that the user asked for. set_aside: the
    share of all images that became the test part where the data came without one.
    left_out: what lies beside the data and was not read, one sentence each. group: the
    column that the user named as the one of groups. group_noun: what a group is called
    in texts. told_by: who says what is known of each image beyond its files, in words.
    """

    name: str
    title: str
    source: str
    sha256: dict[str, str]
    licence: str = ""
    citation: str = ""
    url: str = ""
    n_test: int | None = None
    embedded_subset: bool = False
    reason: str = ""
    noun: str = "image"
    class_noun: str = "class"
    inverted: bool = False
    size: Size | None = None
    set_aside: float | None = None
    left_out: tuple[str, ...] = ()
    group: str | None = None
    group_noun: str = "group"
    told_by: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of what the data is; where it was found plays no part, so that a move
        does not look like other data.
        """
        facts = (
            self.size,
            self.inverted and "inverted",
            self.set_aside and "set aside",
            self.group and ["group", self.group],
        )
        return digest_of([self.name, self.sha256, *(fact for fact in facts if fact)])


@dataclass(frozen=True)
class Source:
    """A data set that was found: its development images, and the way to its test
    images, which are still on disk.

    read_test: reads and verifies the test images; only the sealed test set and `check`
    call it.
    """

    development: Images
    provenance: Provenance
    read_test: Callable[[], Images]
