"""What to try next: Optuna's sampler, asked so that the same past always gives the same
proposals.
"""

import json
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sevenfold.data import Images
from sevenfold.engine import Precision
from sevenfold.records import digest_of
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore
from sevenfold.validation import Configuration

if TYPE_CHECKING:
    import optuna

MAX_REPEATS = 100


class Proposal(NamedTuple):
    """A configuration, and the sampler's view of it: parameters by name, and the
    distributions they were drawn from.
    """

    configuration: Configuration
    parameters: dict[str, Any]
    distributions: "dict[str, optuna.distributions.BaseDistribution]"

    @property
    def text(self) -> str:
        """The configuration as JSON; equal texts are equal settings."""
        return json.dumps(self.configuration.model_dump(mode="json"))


class Known(NamedTuple):
    """An earlier proposal with the scores that the sampler may know of."""

    proposal: Proposal
    scores: tuple[RungScore, ...]


def propose(
    space: SearchSpace,
    known: Sequence[Known],
    n: int,
    *,
    images: Images,
    seed: int,
    n_epochs: int,
    n_rungs: int,
    n_startup: int,
    precision: Precision = "float32",
) -> list[Proposal]:
    """`n` configurations for `images` that were not tried before, or fewer where the
    space has no more; a pure function of its arguments.

    The study that the sampler sees lives in memory and is built anew from `known`; its
    generator is seeded from `seed` and the number of earlier proposals. Proposals of
    one call know of each other, but not of their scores.
    """
    import optuna

    study = in_memory_study()
    study.add_trials([_frozen(earlier, n_rungs) for earlier in known])
    study.sampler = optuna.samplers.TPESampler(
        seed=int(digest_of([seed, len(known)])[:8], 16),
        n_startup_trials=n_startup,
        multivariate=True,
    )
    tried = {earlier.proposal.text for earlier in known}
    proposals: list[Proposal] = []
    n_repeats = 0
    while len(proposals) < n and n_repeats < MAX_REPEATS:
        trial = study.ask()
        proposal = Proposal(
            space.suggest(trial, images, n_epochs, precision), trial.params, trial.distributions
        )
        if proposal.text in tried:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            n_repeats += 1
        else:
            tried.add(proposal.text)
            proposals.append(proposal)
            n_repeats = 0
    return proposals


def in_memory_study() -> "optuna.study.Study":
    """An empty study whose scores are better when higher."""
    import optuna

    silence_optuna()
    return optuna.create_study(direction="maximize", pruner=optuna.pruners.NopPruner())


def silence_optuna() -> None:
    """Leave out Optuna's log lines and its notes on experimental arguments."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def _frozen(known: Known, n_rungs: int) -> "optuna.trial.FrozenTrial":
    """A trial as the sampler learns from it: those at the top rung first, then by rung,
    then by score.

    A paused trial counts as pruned at its rung: as a running one the sampler would take
    it for a bad one.
    """
    import optuna

    finished = len(known.scores) == n_rungs
    return optuna.trial.create_trial(
        state=optuna.trial.TrialState.COMPLETE if finished else optuna.trial.TrialState.PRUNED,
        value=known.scores[-1].accuracy if finished else None,
        params=known.proposal.parameters,
        distributions=known.proposal.distributions,
        intermediate_values={score.epoch: score.accuracy for score in known.scores},
    )
