"""How the search went, and which settings mattered."""

import math

from sevenfold.config import Config
from sevenfold.errors import listed
from sevenfold.report.numbers import count, short, word
from sevenfold.report.sections.search.space import (
    SETTINGS,
    choices,
    columns,
    is_searched,
    is_unread,
    rows,
    value_of,
)
from sevenfold.steps.search import Search
from sevenfold.tuning.edges import Edge
from sevenfold.tuning.importance import Importance
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore, TrialRecord

__all__ = ["SETTINGS", "columns", "rows", "value_of"]

# Optuna's advice for PED-ANOVA: at least five trials in the best tenth.
N_TRIALS_FOR_IMPORTANCE = 50
N_SHOWN = 10


def halving(search: Search, config: Config) -> str:
    """Which trials train on, and for how long, after the words on how they are
    proposed.
    """
    first, batch = count(search.rungs[0], "epoch"), word(config.regularize.search.batch)
    best = f"the best one in {word(config.regularize.search.reduction)} to epoch"
    later = ", and of these again ".join(f"{best} {epoch}" for epoch in search.rungs[1:])
    return f"of each batch of {batch} trials all train for {first}, then {later}"


def none_below(space: SearchSpace) -> str:
    """Which penalties count as none, if any that the search may try."""
    limit = space.l2_none_below
    if limit <= space.l2[0] or space.l2[1] < limit:
        return ""
    return f" An L2 penalty below {short(limit)} counts as none."


def n_diverged(search: Search) -> int:
    """How many trials diverged."""
    return sum(trial.last.diverged for trial in search.trials)


def n_diverged_where_judged(search: Search) -> int:
    """How many of them on the rung by which importance was judged."""
    scores = (importance_score(search, trial) for trial in search.trials)
    return sum(score is not None and score.diverged for score in scores)


def crosses(n_diverged: int) -> str:
    """What crosses in a figure mean, where there are any."""
    return " Crosses are trials that diverged." if n_diverged else ""


def best(search: Search, *, whole: str = "All") -> str:
    """The trials that the table shows; whole: what to call all of them."""
    return f"the best {word(N_SHOWN)}" if len(search.trials) > N_SHOWN else whole


def importances(search: Search) -> list[Importance]:
    """The searched settings with their shares of the importance, the largest first;
    empty where the search told nothing.
    """
    known = [share for share in search.importances if is_searched(search.space, share.name)]
    told = any(share.value > 0.0 for share in known)
    return sorted(known, key=lambda share: -share.value) if told else []


def sliced(search: Search) -> list[str]:
    """The settings, three at most, along which the trials are drawn."""
    return [share.name for share in importances(search)[:3] if share.value > 0.0]


def along(search: Search) -> str:
    """The settings along which the trials are drawn, in words."""
    names = sliced(search)
    if len(names) == 1:
        return f"its {SETTINGS[names[0]].brief}"
    return f"the {word(len(names))} most important settings"


def sideways(search: Search) -> str:
    """Why trials stand beside their value, where a setting is a choice among few."""
    if all(choices(search.space, name) is None for name in sliced(search)):
        return ""
    return " Within a category they are spread sideways, so that none hides another."


def importance_score(search: Search, trial: TrialRecord) -> RungScore | None:
    """The score of a trial by which importance was judged; None where it has none."""
    reached = (score for score in trial.scores if score.epoch == search.importance_epoch)
    return next(reached, None)


def when_judged(search: Search) -> str:
    """After which epoch importance was measured, and what that leaves open."""
    epochs, longest = count(search.importance_epoch, "epoch"), search.rungs[-1]
    judged = [trial for trial in search.trials if importance_score(search, trial)]
    if search.importance_epoch == search.rungs[0]:
        seen = f"Every trial was scored after {epochs}, so that is where all can be compared"
        if longest > search.rungs[0]:
            seen += f"; what matters that early need not matter after {longest}"
        return seen
    n = len(judged)
    return (
        f"{count(n, 'trial').capitalize()} {'was' if n == 1 else 'were'} scored after {epochs}, the"
        " latest that enough of them reached, as those that had been better before"
    )


def importance(search: Search) -> str:
    """What the shares of importance say, and how sure they are."""
    names = [
        f"{SETTINGS[share.name].brief} ({100 * share.value:.0f}\u00a0%)"
        for share in importances(search)[:3]
        if share.value >= 0.005
    ]
    belong = "share belongs" if len(names) == 1 else "shares belong"
    found = f"The largest {belong} to {listed(names)}."
    scores = [importance_score(search, trial) for trial in search.trials]
    n = sum(score is not None and not score.diverged for score in scores)
    if n < N_TRIALS_FOR_IMPORTANCE:
        return (
            f"{found} The best tenth of {count(n, 'trial')} is {word(math.ceil(n / 10))}, so this"
            " is a hint and no more."
        )
    return (
        f"{found} This describes the trials, with one seed each: an association, not an effect that"
        " was tested."
    )


def edge(search: Search) -> str:
    """Where the best trials lie at an edge of the space; empty where nowhere."""
    if not search.edges:
        return ""
    places = [
        f"{word(one.n_there)} lie at the {one.end} end of {SETTINGS[one.name].brief} ({_end(one)})"
        for one in search.edges
    ]
    best = word(search.edges[0].n_best)
    return (
        f" Of the best {best} trials {listed(places)}: better values may lie outside the space that"
        " was searched."
    )


def _end(one: Edge) -> str:
    """The value at an end, as the table of the space writes it."""
    return short(one.value)


def preset(space: SearchSpace) -> str:
    """What the search did not choose, because it was set beforehand."""
    fixed = [
        setting.brief
        for name, setting in SETTINGS.items()
        if not is_searched(space, name) and not is_unread(space, name)
    ]
    fixed_too = f" {listed(fixed)} (one value each)," if fixed else ""
    return (
        f"Not searched but set beforehand:{fixed_too} the ranges themselves, the numbers of trials,"
        " epochs and seeds, the sizes that the overfitting model was sought among, and what"
        " dense layers, ReLU and cross-entropy decide."
    )
