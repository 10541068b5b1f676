"""The sampler is told the truth: it goes where accuracy is high, and what mattered is
what made the difference.
"""

import math

import pytest
from conftest import uneven_images

from sevenfold.tuning.importance import importances, judged_level
from sevenfold.tuning.proposals import Known, Proposal, propose
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore

SPACE = SearchSpace(
    width=(32,), depth=(1, 1), max_norm=(0.0,), schedule=("constant",), optimizer=("adam",),
    batch_size=(128,), hidden_dropout=(0.0, 0.0), input_dropout=(0.0, 0.5),
    learning_rate=(1e-4, 1e-2), l2=(1e-7, 1e-7),
)  # fmt: skip


def proposed(
    n: int, known: list[Known] | None = None, *, n_startup: int = 40, space: SearchSpace = SPACE
) -> list[Proposal]:
    numbers = {"seed": 3, "n_epochs": 9, "n_rungs": 2, "n_startup": n_startup}
    return propose(space, known or [], n, images=uneven_images(10, seed=1), **numbers)


def height(proposal: Proposal) -> float:
    """Where the learning rate lies in its range, on a logarithmic scale: 0 to 1."""
    return (math.log10(proposal.configuration.training.learning_rate) + 4) / 2


def known(accuracies: list[tuple[Proposal, tuple[float, ...]]]) -> list[Known]:
    return [
        Known(
            proposal,
            tuple(
                RungScore(epoch=epoch, accuracy=accuracy, loss=1 - accuracy)
                for epoch, accuracy in zip((1, 9), values, strict=False)
            ),
        )
        for proposal, values in accuracies
    ]


@pytest.mark.parametrize("high_is_good", [True, False])
@pytest.mark.parametrize("n_rungs_reached", [1, 2])
def test_proposals_go_where_accuracy_is_high(high_is_good: bool, n_rungs_reached: int) -> None:
    """Whether a trial was stopped at the first rung or finished."""
    before = proposed(40)
    told = known(
        [
            (p, (0.5 + 0.4 * (height(p) if high_is_good else 1 - height(p)),) * n_rungs_reached)
            for p in before
        ]
    )
    heights = [height(p) for p in proposed(12, told)]
    mean = sum(heights) / 12
    assert mean > 0.7 if high_is_good else mean < 0.3


def test_a_finished_trial_counts_by_its_last_rung() -> None:
    told = known([(p, (0.9 - 0.4 * height(p), 0.5 + 0.4 * height(p))) for p in proposed(40)])
    assert sum(height(p) for p in proposed(12, told)) / 12 > 0.7


def test_each_wave_draws_anew() -> None:
    """Without scores to learn from, too, the next wave is not the one before again."""
    first = proposed(4)
    later = proposed(4, known([(p, (0.5,)) for p in first]))
    straight_on = proposed(8)[4:]
    assert {p.text for p in first}.isdisjoint(p.text for p in later)
    assert [p.text for p in later] != [p.text for p in straight_on]
    assert [p.text for p in proposed(4)] == [p.text for p in first]


def test_learning_rates_are_even_over_the_powers_of_ten() -> None:
    heights = sorted(height(p) for p in proposed(40))
    assert 0.3 < sum(heights) / 40 < 0.7
    assert sum(h < 0.5 for h in heights) >= 12


def test_every_layer_has_the_width_that_was_drawn() -> None:
    space = SPACE.model_copy(update={"depth": (1, 4), "width": (16, 64)})
    for p in proposed(20, space=space):
        hidden = p.configuration.network.hidden
        assert hidden == (p.parameters["width"],) * p.parameters["depth"]
    assert {len(p.configuration.network.hidden) for p in proposed(20, space=space)} == {1, 2, 3, 4}


def by_rate_then_dropout(n: int) -> list[tuple[Proposal, tuple[float, ...]]]:
    """The first rung follows the learning rate, the last the dropout."""
    return [
        (p, (0.5 + 0.4 * height(p), 0.5 + 0.8 * p.configuration.network.input_dropout))
        for p in proposed(n)
    ]


def short(told: list[Known], n_long: int) -> list[Known]:
    """The same, but only the first of them reached the second rung."""
    return [Known(k.proposal, k.scores[: 2 if i < n_long else 1]) for i, k in enumerate(told)]


def test_the_longest_rung_that_enough_trials_reached_tells_what_mattered() -> None:
    told = known(by_rate_then_dropout(60))
    assert importances(told)[0].name == "input_dropout"
    assert importances(short(told, 20)) != importances(short(told, 19))
    found = importances(short(told, 19))
    assert found[0].name == "learning_rate"
    assert [share.value for share in found] == sorted((s.value for s in found), reverse=True)
    assert found[0].value > 0.6
    assert sum(share.value for share in found) == pytest.approx(1.0)
    assert [judged_level([k.scores for k in short(told, n)]) for n in (19, 20)] == [0, 1]


def test_what_did_not_vary_has_no_share() -> None:
    """Those that came far were alike in their depth."""
    space = SPACE.model_copy(update={"depth": (1, 4)})
    told = known([(p, (0.5 + 0.4 * height(p),)) for p in proposed(60, space=space)])
    alike = [k for k in told if k.proposal.parameters["depth"] == 2]
    shares = {share.name: share.value for share in importances(alike)}
    assert shares["depth"] == 0.0
    assert sum(shares.values()) == pytest.approx(1.0)
    assert {share.name: share.value for share in importances(told)}["depth"] > 0.0


def test_trials_that_diverged_say_nothing_of_importance() -> None:
    told = known(by_rate_then_dropout(60))
    wild = [
        Known(k.proposal, (RungScore(epoch=1, accuracy=0.0, loss=1e9, diverged=True),))
        for k in told[:20]
    ]
    assert importances([*told[20:], *wild]) == importances(told[20:])


def test_nothing_to_compare_gives_nothing() -> None:
    assert importances([]) == ()
    assert importances(known([(p, (0.5,)) for p in proposed(5)])) == ()
