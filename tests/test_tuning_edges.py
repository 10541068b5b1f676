"""Where the best trials lie at an edge of the space."""

from typing import Any

import pytest
from hand_made import network

from sevenfold.engine import TrainingSettings
from sevenfold.tuning.edges import Edge, edges
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore, TrialRecord
from sevenfold.validation import Configuration

SPACE = SearchSpace(l2=(1e-5, 1e-3), depth=(1, 3), max_norm=(2.0, 4.0))
MIDDLE = {"learning_rate": 1e-3, "batch_size": 128}


def trials(n: int, *best: dict[str, Any]) -> list[TrialRecord]:
    """Best first: these, then others in the middle of the space."""

    def trial(number: int, changes: dict[str, Any]) -> TrialRecord:
        of_network = {"hidden": (256, 256), "input_dropout": 0.1, "hidden_dropout": 0.2, "l2": 1e-4}
        of_network |= {"max_norm": (2.0, 4.0)[number % 2]}
        of_training: dict[str, Any] = {"learning_rate": 1e-3, "batch_size": (128, 256)[number % 2]}
        for name, value in changes.items():
            (of_training if name in of_training else of_network)[name] = value
        hidden = of_network.pop("hidden")
        return TrialRecord(
            number=number,
            configuration=Configuration(
                network=network(*hidden, **of_network),
                training=TrainingSettings(n_epochs=4, **of_training),
            ),
            scores=(RungScore(epoch=4, accuracy=0.9 - 0.001 * number, loss=0.3),),
        )

    return [trial(i, best[i] if i < len(best) else {}) for i in range(n)]


def test_a_space_whose_best_trials_lie_in_its_middle_has_no_edge() -> None:
    assert edges(SPACE, trials(60)) == ()


@pytest.mark.parametrize(
    ("setting", "value", "end", "limit"),
    [
        ("learning_rate", 2.6e-3, "highest", 3e-3),  # the outer tenth, on a logarithmic scale
        ("learning_rate", 5.5e-4, "lowest", 5e-4),
        ("hidden_dropout", 0.46, "highest", 0.5),
        ("l2", 7e-4, "highest", 1e-3),
        ("l2", 1.5e-5, "lowest", 1e-5),
    ],
)
def test_the_best_tenth_at_an_end_of_a_range_is_told(
    setting: str, value: float, end: Any, limit: float
) -> None:
    four = [{setting: value}] * 4
    assert edges(SPACE, trials(60, *four)) == (
        Edge(name=setting, end=end, value=limit, n_there=4, n_best=6),
    )
    assert edges(SPACE, trials(60, *four[:3])) == ()  # half of six


def test_lists_have_their_first_and_last_value_as_ends() -> None:
    (wide,) = edges(SPACE, trials(60, *[{"hidden": (512, 512)}] * 5))
    assert (wide.name, wide.end, wide.value, wide.n_there) == ("width", "highest", 512, 5)
    (norm,) = edges(SPACE, trials(60, *[{"max_norm": 2.0}] * 6))
    assert (norm.name, norm.end) == ("max_norm", "lowest")
    # With two values five of six are often there by chance.
    assert edges(SPACE, trials(60, *[{"max_norm": 2.0}] * 5, {"max_norm": 4.0})) == ()


def test_an_end_that_nothing_lies_beyond_is_none() -> None:
    nothing = [{"input_dropout": 0.0, "hidden_dropout": 0.0, "hidden": (256,)}] * 6
    assert edges(SPACE, trials(60, *nothing)) == ()
    unbounded = SPACE.model_copy(update={"max_norm": (0.0, 2.0, 4.0)})
    assert edges(unbounded, trials(60, *[{"max_norm": None}] * 6)) == ()


def test_few_trials_have_three_best_and_fewer_none() -> None:
    at_edge = [{"learning_rate": 3e-3}] * 3
    assert [edge.n_best for edge in edges(SPACE, trials(9, *at_edge))] == [3]
    assert edges(SPACE, trials(2, *at_edge)) == ()
