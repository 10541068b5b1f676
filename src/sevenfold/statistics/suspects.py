"""Labels that networks which never saw them would not have given."""

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.calibration import normalized


class Suspect(Record):
    """An example whose label may be wrong: its place, its label, the class that it
    looks like, and the probabilities of both.
    """

    index: int
    label: int
    suggested: int
    probability_of_label: float
    probability_of_suggested: float


class Suspects(Record):
    """The most suspect labels, worst first, and how many of the n examples are suspect
    in all.
    """

    worst: tuple[Suspect, ...]
    n_suspect: int
    n: int


def label_suspects(labels: np.ndarray, probabilities: np.ndarray, at_most: int = 20) -> Suspects:
    """Suspect labels (n,), from probabilities (n, n_classes) by networks that did not
    train on the example: out of fold, or on validation examples.

    Confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning:
    estimating uncertainty in dataset labels"): a class is plausible for an example
    where its probability reaches that class's mean among the examples that carry it,
    and a label is suspect where the most probable of the plausible classes is another
    one. Ordered by the probability of the label less that of the other class, least
    first. A suspect is a place to look, not an error.
    """
    p = normalized(probabilities)
    n, n_classes = p.shape
    counts = np.bincount(labels, minlength=n_classes)
    own = np.bincount(labels, p[np.arange(n), labels], n_classes)
    usual = np.divide(own, counts, out=np.full(n_classes, np.inf), where=counts > 0)
    plausible = np.where(p >= usual, p, -1.0)
    suggested = plausible.argmax(axis=1)
    is_suspect = (plausible.max(axis=1) >= 0.0) & (suggested != labels)
    margin = p[np.arange(n), labels] - p[np.arange(n), suggested]
    places = np.flatnonzero(is_suspect)
    worst = places[np.argsort(margin[places], kind="stable")][:at_most]
    return Suspects(
        worst=tuple(
            Suspect(
                index=int(i),
                label=int(labels[i]),
                suggested=int(suggested[i]),
                probability_of_label=float(p[i, labels[i]]),
                probability_of_suggested=float(p[i, suggested[i]]),
            )
            for i in worst
        ),
        n_suspect=len(places),
        n=n,
    )
