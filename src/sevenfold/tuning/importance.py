"""Which settings mattered: the share of each in what tells good trials from the
rest.
"""

from collections.abc import Sequence

from sevenfold.records import Record
from sevenfold.tuning.proposals import Known, in_memory_study
from sevenfold.tuning.trial import RungScore


class Importance(Record):
    """A setting of the search space and its share of the importance of all; the shares
    sum to 1.
    """

    name: str
    value: float


N_ENOUGH = 20
"""Trials that a rung must have scored to be judged by: their best tenth is two. After
one epoch and after four, importance had next to nothing in common (docs/decisions.md).
"""


def judged_level(scores: Sequence[Sequence[RungScore]]) -> int:
    """The rung, from 0, by which importance is judged: the longest that enough trials
    finished, else the first, which all reached.

    >>> judged_level([])
    0
    """
    level = 0
    while sum(len(s) > level + 1 and not s[level + 1].diverged for s in scores) >= N_ENOUGH:
        level += 1
    return level


def importances(trials: Sequence[Known]) -> tuple[Importance, ...]:
    """The searched settings, the most important first, by the accuracy at the rung of
    `judged_level`. Beyond the first rung these are the trials that were better before.

    PED-ANOVA (Watanabe et al. 2023) with Optuna's defaults: how far the distribution of
    each setting among the best tenth of the trials is from that among all. Empty where
    there is nothing to compare. An association, and only as sure as the number of
    trials allows.
    """
    import optuna

    study, level = in_memory_study(), judged_level([scores for _, scores in trials])
    for proposal, scores in trials:
        if len(scores) > level and not scores[level].diverged:
            study.add_trial(
                optuna.trial.create_trial(
                    params=proposal.parameters,
                    distributions=proposal.distributions,
                    value=scores[level].accuracy,
                )
            )
    judged = study.get_trials(deepcopy=False)
    if len({trial.value for trial in judged}) < 2:
        return ()
    names = judged[0].params
    varied = [name for name in names if len({trial.params[name] for trial in judged}) > 1]
    if not varied:
        return ()
    # What did not vary told nothing apart, though the method gives it a share.
    found = dict.fromkeys(names, 0.0)
    found |= optuna.importance.get_param_importances(study, params=varied)
    # Optuna leaves equal values in the order of a set, which changes from process to
    # process.
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Importance(name=name, value=float(value)) for name, value in ranked)
