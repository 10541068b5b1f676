"""Which settings mattered: the share of each in what tells good trials from the
rest.
"""

from collections.abc import Sequence

from sevenfold.records import Record
from sevenfold.tuning.proposals import Known, in_memory_study


class Importance(Record):
    """A setting of the search space and its share of the importance of all; the shares
    sum to 1.
    """

    name: str
    value: float


def importances(trials: Sequence[Known]) -> tuple[Importance, ...]:
    """The searched settings, the most important first, by the accuracy at the first
    rung, which every trial reached.

    PED-ANOVA (Watanabe et al. 2023) with Optuna's defaults: how far the distribution of
    each setting among the best tenth of the trials is from that among all. Empty where
    there is nothing to compare. An association, and only as sure as the number of
    trials allows.
    """
    import optuna

    study = in_memory_study()
    for proposal, scores in trials:
        if scores and not scores[0].diverged:
            study.add_trial(
                optuna.trial.create_trial(
                    params=proposal.parameters,
                    distributions=proposal.distributions,
                    value=scores[0].accuracy,
                )
            )
    values = {trial.value for trial in study.get_trials(deepcopy=False)}
    if len(values) < 2:
        return ()
    found = optuna.importance.get_param_importances(study)
    # Optuna leaves equal values in the order of a set, which changes from process to
    # process.
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Importance(name=name, value=float(value)) for name, value in ranked)
