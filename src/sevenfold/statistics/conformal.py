"""Sets of classes that hold the right one as often as promised."""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.records import Record
from sevenfold.statistics.calibration import normalized
from sevenfold.statistics.grouped_proportions import GroupedProportion, grouped_proportion
from sevenfold.statistics.levels import LEVEL


class ConformalRule(Record):
    """Which classes a set holds: those whose probability is 1 - `quantile` at least;
    None holds all, because n examples are too few for this level.
    """

    method: Literal["least_ambiguous"] = "least_ambiguous"
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
) -> ConformalRule:
    """The rule whose sets hold the label of a further example with this probability at
    least, from labels (n,) and probabilities (n, n_classes) that neither trained nor
    chose the network.

    Split conformal prediction (Vovk, Gammerman and Shafer 2005, "Algorithmic learning
    in a random world"): the ceil((n + 1) level)-th smallest score, which is 1 - p
    (Sadinle, Lei and Wasserman 2019, "Least ambiguous set-valued classifiers with
    bounded error levels"). The promise holds on average over all examples, not for each
    class or writer, and takes further examples to be exchangeable with these: those of
    new groups are so only as far as groups are many.
    """
    own = _scores(probabilities)[np.arange(len(labels)), labels]
    rank = math.ceil((len(own) + 1) * level)
    quantile = float(np.sort(own)[rank - 1]) if rank <= len(own) else None
    return ConformalRule(level=level, quantile=quantile, n=len(own))


def conformal_sets(rule: ConformalRule, probabilities: np.ndarray) -> np.ndarray:
    """Which classes each set holds: bool, shape (n, n_classes)."""
    scores = _scores(probabilities)
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


def _scores(probabilities: np.ndarray) -> np.ndarray:
    """How unusual each class would be as the label: shape (n, n_classes)."""
    return 1.0 - normalized(probabilities)
