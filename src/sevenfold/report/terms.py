"""What the report calls the images and classes of a data set."""

from dataclasses import dataclass
from typing import Self

from sevenfold.data.mnist import words as mnist
from sevenfold.errors import listed
from sevenfold.report.numbers import count, plural_of
from sevenfold.steps.problem import Problem

MANY_CLASSES = 12


@dataclass(frozen=True)
class Terms:
    """The nouns for images, classes and groups, one or more, and the classes' names.

    image_shape: (h, w) or (h, w, c). is_ink: the images are bright ink on dark paper,
    in grey. is_mnist: the data set is one of MNIST's, whose own texts
    `sevenfold.data.mnist.words` brings.
    """

    image: str
    images: str
    class_noun: str
    class_nouns: str
    group: str
    groups: str
    names: tuple[str, ...]
    image_shape: tuple[int, ...]
    is_ink: bool
    is_mnist: bool

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Those of the data set that the problem is about."""
        provenance = problem.provenance
        return cls(
            image=provenance.noun,
            images=plural_of(provenance.noun),
            class_noun=provenance.class_noun,
            class_nouns=plural_of(provenance.class_noun),
            group=provenance.group_noun,
            groups=plural_of(provenance.group_noun),
            names=tuple(row.name for row in problem.class_counts),
            image_shape=problem.image_shape,
            is_ink=problem.is_ink and problem.image_shape[2:] in ((), (1,), (2,)),
            is_mnist=provenance.name in mnist.NAMES,
        )

    @property
    def n_classes(self) -> str:
        """How many classes there are, with their noun."""
        return count(len(self.names), self.class_noun)

    @property
    def which(self) -> str:
        """All classes by number and name: whole numbers in a row as a range, a long
        list cut short.
        """
        n = len(self.names)
        if self.names == tuple(str(label) for label in range(n)):
            return f"{self.n_classes} {self.names[0]} to {self.names[-1]}"
        if n > MANY_CLASSES:
            return f"{self.n_classes} from {self.names[0]} to {self.names[-1]}"
        return f"{self.n_classes} {listed(self.names)}"

    @property
    def is_colour(self) -> bool:
        """Whether a pixel is a colour, not a shade of grey."""
        return len(self.image_shape) == 3 and self.image_shape[2] > 2

    @property
    def size(self) -> str:
        """Height by width of an image."""
        return f"{self.image_shape[0]} by {self.image_shape[1]}"
