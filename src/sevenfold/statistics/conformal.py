"""Sets of classes that hold the right one as often as promised."""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.records import Record
from sevenfold.statistics.calibration import normalized
from sevenfold.statistics.grouped_proportions import GroupedProportion, grouped_proportion
from sevenfold.statistics.levels import LEVEL

Method = Literal["least_ambiguous", "adaptive"]


class ConformalRule(Record):
    """Which classes a set holds: those whose score is at most `quantile`; None holds
    all, because n examples are too few for this level.
    """

    method: Method
    level: Annotated[float, Field(gt=0.0, lt=1.0)]
    quantile: float | None
    n: int


class SetsFound(Record):
    """Sets on other examples: how often the label is inside, how large they are on
    average, and how many hold no class, one, and several.
    """

    coverage: GroupedProportion
    mean_size: float
    n_empty: int
    n_single: int
    n_several: int


def conformal_rule(
    labels: np.ndarray,
    probabilities: np.ndarray,
    level: float = LEVEL,
    method: Method = "least_ambiguous",
) -> ConformalRule:
    """The rule whose sets hold the label of a further example with this probability at
    least, from labels (n,) and probabilities (n, n_classes) that neither trained nor
    chose the network.

    Split conformal prediction (Vovk, Gammerman and Shafer 2005, "Algorithmic learning
    in a random world"): the ceil((n + 1) level)-th smallest score. "least_ambiguous":
    the score is 1 - p (Sadinle, Lei and Wasserman 2019, "Least ambiguous set-valued
    classifiers with bounded error levels"). "adaptive": the sum of probabilities down
    to the class's own (Romano, Sesia and Candes 2020, "Classification with valid and
    adaptive coverage", without their random tie-breaking). The promise holds on average
    over all examples, not for each class or writer, and takes further examples to be
    exchangeable with these: those of new groups are so only as far as groups are many.
    """
    own = _scores(probabilities, method)[np.arange(len(labels)), labels]
    rank = math.ceil((len(own) + 1) * level)
    quantile = float(np.sort(own)[rank - 1]) if rank <= len(own) else None
    return ConformalRule(method=method, level=level, quantile=quantile, n=len(own))


def conformal_sets(rule: ConformalRule, probabilities: np.ndarray) -> np.ndarray:
    """Which classes each set holds: bool, shape (n, n_classes)."""
    scores = _scores(probabilities, rule.method)
    return np.ones(scores.shape, bool) if rule.quantile is None else scores <= rule.quantile


def sets_found(sets: np.ndarray, labels: np.ndarray, groups: np.ndarray | None) -> SetsFound:
    """What sets (n, n_classes) did on labels (n,) in groups (n,)."""
    sizes = sets.sum(axis=1)
    return SetsFound(
        coverage=grouped_proportion(sets[np.arange(len(labels)), labels], groups),
        mean_size=float(sizes.mean()),
        n_empty=int((sizes == 0).sum()),
        n_single=int((sizes == 1).sum()),
        n_several=int((sizes > 1).sum()),
    )


def _scores(probabilities: np.ndarray, method: Method) -> np.ndarray:
    """How unusual each class would be as the label: shape (n, n_classes)."""
    p = normalized(probabilities)
    if method == "least_ambiguous":
        return 1.0 - p
    order = np.argsort(-p, axis=1, kind="stable")
    scores = np.empty_like(p)
    np.put_along_axis(scores, order, np.cumsum(np.take_along_axis(p, order, 1), axis=1), 1)
    return scores
