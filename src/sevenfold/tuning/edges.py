"""Where the best trials of a search lie at an edge of its space, so that better values
may lie outside.
"""

import math
from collections.abc import Sequence
from typing import Literal

from sevenfold.records import Record
from sevenfold.tuning.space import L2_NONE_BELOW, LIMITS, SearchSpace
from sevenfold.tuning.trial import TrialRecord
from sevenfold.validation import Configuration

TOP, FEWEST = 0.1, 3
"""The share of the trials that count as the best, and how many these are at least."""
OUTER = 0.1
"""The share of a range that counts as its edge."""
CHANCE = 0.05
"""How likely so many at an edge may be, were values drawn at random."""

RANGES = (
    *("input_dropout", "hidden_dropout", "l1", "l2", "learning_rate"),
    *("label_smoothing", "distortion", "photometric", "hard_examples"),
)
LISTS = ("depth", "width", "batch_size", "max_norm")
LOGARITHMIC = ("l2", "learning_rate")


End = Literal["lowest", "highest"]


class Edge(Record):
    """A numeric setting of which the best n_best trials have n_there at one end of what
    was searched, and values beyond could be tried. value: that end.
    """

    name: str
    end: End
    value: float
    n_there: int
    n_best: int


def edges(space: SearchSpace, trials: Sequence[TrialRecord]) -> tuple[Edge, ...]:
    """The settings whose best trials crowd at an edge: more than half of them, and more
    than chance would bring there in 19 of 20 searches, were trials drawn evenly.

    trials: best first. The best tenth counts, three trials at least. The edge of a
    range is the outer tenth of it (on a logarithmic scale where it was searched on
    one), of a list its first or last value. An end that nothing can lie beyond, like no
    dropout at all, is not one.
    """
    finite = [trial for trial in trials if not trial.last.diverged]
    best = finite[: max(FEWEST, math.ceil(TOP * len(trials)))]
    if len(best) < FEWEST:
        return ()
    found = []
    for name in (*RANGES, *LISTS):
        values = [_value(trial.configuration, name) for trial in best]
        for end, (value, share, there) in _ends(space, name, values).items():
            if there > len(best) / 2 and _at_least(there, len(best), share) <= CHANCE:
                edge = Edge(name=name, end=end, value=value, n_there=there, n_best=len(best))
                found.append(edge)
    return tuple(found)


def _ends(
    space: SearchSpace, name: str, values: Sequence[float]
) -> dict[End, tuple[float, float, int]]:
    """The ends of a setting that something may lie beyond: value, share of the space
    that is there, and how many of the values are.
    """
    if name in RANGES:
        low, high = getattr(space, name)
        if low == high:
            return {}
        scale = math.log if name in LOGARITHMIC else float
        width = OUTER * (scale(high) - scale(low))
        at = [scale(value) if value > 0.0 or scale is float else -math.inf for value in values]
        ends: dict[End, tuple[float, float, int]] = {
            "lowest": (low, OUTER, sum(one <= scale(low) + width for one in at)),
            "highest": (high, OUTER, sum(one >= scale(high) - width for one in at)),
        }
        least = L2_NONE_BELOW if name == "l2" else LIMITS[name][0]
        closed = {"lowest": low <= least, "highest": high >= LIMITS[name][1]}
    else:
        options = _options(space, name)
        if len(options) < 2:
            return {}
        first, last = (
            (option, 1 / len(options), sum(value == option for value in values))
            for option in (options[0], options[-1])
        )
        ends = {"lowest": first, "highest": last}
        closed = {"lowest": options[0] <= 1, "highest": math.isinf(options[-1])}
    return {end: found for end, found in ends.items() if not closed[end]}


def _options(space: SearchSpace, name: str) -> list[float]:
    """The values of a list in order; no bound on weights is an infinite one."""
    if name in ("depth", "width") and space.hidden:
        return []
    if name == "depth":
        return [float(n) for n in range(space.depth[0], space.depth[1] + 1)]
    return sorted(float(value) or math.inf for value in getattr(space, name))


def _value(configuration: Configuration, name: str) -> float:
    network, training = configuration.network, configuration.training
    match name:
        case "depth":
            return float(len(network.hidden))
        case "width":
            return float(max(network.hidden, default=0))
        case "max_norm":
            return network.max_norm or math.inf
        case _:
            return float(getattr(network if hasattr(network, name) else training, name))


def _at_least(n_there: int, n: int, share: float) -> float:
    """The probability of so many or more of n."""
    return sum(math.comb(n, k) * share**k * (1.0 - share) ** (n - k) for k in range(n_there, n + 1))
