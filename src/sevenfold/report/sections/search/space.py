"""The settings of the search as the page names them, and what a trial has for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sevenfold.errors import listed
from sevenfold.report.describe import OPTIMIZERS
from sevenfold.report.numbers import power, short, whole
from sevenfold.tuning.space import SearchSpace
from sevenfold.validation import Configuration

LOGARITHMIC = ("l2", "learning_rate")
RANGES = (
    "depth",
    "input_dropout",
    "hidden_dropout",
    "l1",
    "l2",
    "learning_rate",
    "label_smoothing",
    "distortion",
    "photometric",
    "hard_examples",
)
CITED = {
    "adam": "adam",
    "cosine": "sgdr",
    "label_smoothing": "smoothing",
    "max_norm": "dropout",
    "distortion": "ciresan",
    "hard_examples": "selection",
}


@dataclass(frozen=True)
class Setting:
    """name: in the table of the space. brief: in figures, sentences and headings of
    columns. write: a value in words.
    """

    name: str
    brief: str
    write: Callable[[Any], str]


def _or_none(value: float | None) -> str:
    return short(value) if value else "none"


SETTINGS = {
    "depth": Setting("Hidden layers", "depth", str),
    "width": Setting("Units in each hidden layer", "width", whole),
    "hidden": Setting(
        "Units in the hidden layers",
        "network",
        lambda hidden: "-".join(str(width) for width in hidden),
    ),
    "input_dropout": Setting("Dropout on the pixels", "pixel dropout", lambda rate: f"{rate:.2f}"),
    "hidden_dropout": Setting(
        "Dropout after hidden layers", "hidden dropout", lambda rate: f"{rate:.2f}"
    ),
    "l1": Setting("L1 penalty", "L1", power),
    "l2": Setting("L2 penalty", "L2", power),
    "max_norm": Setting("Largest norm of incoming weights", "max-norm", _or_none),
    "optimizer": Setting(
        "Optimizer", "optimizer", lambda name: "SGD" if name == "sgd" else OPTIMIZERS[name]
    ),
    "learning_rate": Setting(
        "Learning rate",
        "learning rate",
        lambda rate: f"{rate:.5f}" if rate >= 5e-5 else power(rate),
    ),
    "schedule": Setting("Schedule of the learning rate", "schedule", str),
    "batch_size": Setting("Batch size", "batch size", str),
    "label_smoothing": Setting("Label smoothing", "label smoothing", lambda share: f"{share:.3f}"),
    "distortion": Setting(
        "Distortion of the images, in full doses", "distortion", lambda dose: f"{dose:.2f}"
    ),
    "photometric": Setting(
        "Share of images with other ink and paper", "other ink", lambda share: f"{share:.2f}"
    ),
    "hard_examples": Setting(
        "Share of visits that goes to hard examples", "hard examples", lambda share: f"{share:.2f}"
    ),
}
"""Every setting of `SearchSpace`, in the order of the page."""


def rows(space: SearchSpace) -> list[tuple[str, str, list[str]]]:
    """Name, values and works to cite of every setting of the search; settings fixed at
    zero or none are left out.
    """
    found = [
        (setting.name, _values(name, getattr(space, name)), _works(name, getattr(space, name)))
        for name, setting in SETTINGS.items()
        if not is_unread(space, name)
    ]
    return [row for row in found if row[1] not in ("0, fixed", "none, fixed")]


def is_searched(space: SearchSpace, name: str) -> bool:
    """Whether trials can differ in a setting; False for a name that the page does not
    know.
    """
    if name not in SETTINGS or is_unread(space, name):
        return False
    return len(set(getattr(space, name))) > 1


def is_unread(space: SearchSpace, name: str) -> bool:
    """Whether a setting says nothing: whole networks stand in the place of depth and
    width, or the other way round; an L2 penalty that counts as none throughout.
    """
    shape = ("depth", "width") if space.hidden else ("hidden",)
    return name in shape or (name == "l2" and space.l2[1] < space.l2_none_below)


def columns(space: SearchSpace) -> list[str]:
    """The settings that a table of trials shows: those searched, but for those that a
    network's shape tells.
    """
    shown = [name for name in SETTINGS if name not in ("depth", "width", "hidden")]
    return [name for name in shown if is_searched(space, name)]


def value_of(configuration: Configuration, name: str) -> Any:
    """What a configuration has for a setting of the search."""
    network, training = configuration.network, configuration.training
    match name:
        case "depth":
            return len(network.hidden)
        case "width":
            return network.hidden[0]
        case _:
            return getattr(network if hasattr(network, name) else training, name)


def choices(space: SearchSpace, name: str) -> list[Any] | None:
    """The values that a setting can have, in order; None where they are a range of real
    numbers.
    """
    if name == "depth":
        return list(range(space.depth[0], space.depth[1] + 1))
    return None if name in RANGES else [value or None for value in getattr(space, name)]


def _values(name: str, values: Sequence[Any]) -> str:
    if name in RANGES:
        low, high = values
        scale = ", logarithmic" if name in LOGARITHMIC else ""
        return f"{short(low)}, fixed" if low == high else f"{short(low)} to {short(high)}{scale}"
    names = [
        OPTIMIZERS[value] if name == "optimizer" else SETTINGS[name].write(value)
        for value in values
    ]
    return listed(names) if len(names) > 1 else f"{names[0]}, fixed"


def _works(name: str, values: Sequence[object]) -> list[str]:
    return [CITED[str(key)] for key in (name, *values) if str(key) in CITED]
