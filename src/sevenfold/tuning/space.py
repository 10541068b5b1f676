"""The search space: every setting that tuning may touch, with its range, declared
once.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from sevenfold.data import Images
from sevenfold.engine import Precision, TrainingSettings
from sevenfold.networks import NetworkSpec, Width
from sevenfold.records import Settings
from sevenfold.validation import Configuration
from sevenfold.warp import WarpSettings

if TYPE_CHECKING:
    import optuna

Bounds = tuple[float, float]
Optimizer = Literal["sgd", "rmsprop", "adam"]
Schedule = Literal["constant", "cosine", "step"]
LIMITS = {
    "depth": (1, 16),
    "input_dropout": (0.0, 0.99),
    "hidden_dropout": (0.0, 0.99),
    "l1": (0.0, 1.0),
    "l2": (0.0, 1.0),
    "learning_rate": (0.0, 10.0),
    "label_smoothing": (0.0, 0.99),
    "distortion": (0.0, 3.0),
    "photometric": (0.0, 0.99),
    "hard_examples": (0.0, 0.99),
}
"""What a range may span at most."""
L2_NONE_BELOW = 1e-6
"""An L2 penalty drawn below this counts as none, so that a range on a logarithmic scale
holds no penalty at all as well.
"""


def _with_limits(schema: dict[str, Any]) -> None:
    """Say in the JSON schema what the ranges may span."""
    for name, (lowest, highest) in LIMITS.items():
        for end in schema["properties"][name]["prefixItems"]:
            end |= {"minimum": lowest, "maximum": highest}


class SearchSpace(Settings):
    """Ranges are (lowest, highest), both included; choices are lists. One value fixes a
    setting.

    `learning_rate` and `l2` are searched on a logarithmic scale; an `l2` below
    `L2_NONE_BELOW` counts as none, and (0, 0) is none throughout. `max_norm` 0 is none.
    Every hidden layer has the same width, unless `hidden` lists whole networks to
    choose from: then `depth` and `width` say nothing.
    """

    model_config = ConfigDict(json_schema_extra=_with_limits)

    depth: tuple[int, int] = (1, 2)
    """Hidden layers: fewest and most."""
    width: Annotated[tuple[Width, ...], Field(min_length=1)] = (128, 256, 384, 512)
    """Units of every hidden layer, to choose from."""
    hidden: tuple[Annotated[tuple[Width, ...], Field(min_length=1, max_length=16)], ...] = ()
    """Whole networks to choose from; depth and width then say nothing."""
    input_dropout: Bounds = (0.0, 0.2)
    """Share of the pixels that dropout leaves out."""
    hidden_dropout: Bounds = (0.0, 0.5)
    """Share of the hidden units that dropout leaves out."""
    l1: Bounds = (0.0, 0.0)
    """Weight of the penalty on absolute weights."""
    l2: Bounds = (1e-7, 1e-4)
    """Weight of the penalty on squared weights; below 1e-6 it counts as none."""
    max_norm: Annotated[tuple[Annotated[float, Field(ge=0.0)], ...], Field(min_length=1)] = (
        0.0,
        2.0,
        4.0,
    )
    """Greatest length of a unit's incoming weights; 0 is none."""
    learning_rate: Bounds = (5e-4, 3e-3)
    """The step of the optimizer, drawn on a logarithmic scale."""
    schedule: Annotated[tuple[Schedule, ...], Field(min_length=1)] = ("cosine",)
    """How the learning rate falls over a training. What that is worth shows at its end,
    where a search that halves sees few, so one is best."""
    optimizer: Annotated[tuple[Optimizer, ...], Field(min_length=1)] = ("rmsprop", "adam")
    """The rules by which weights are changed."""
    batch_size: Annotated[
        tuple[Annotated[int, Field(ge=1, le=65_536)], ...], Field(min_length=1)
    ] = (128, 256)
    """Images in each update."""
    label_smoothing: Bounds = (0.0, 0.0)
    """Share of the target that is spread over all classes."""
    distortion: Bounds = (0.0, 0.0)
    """Dose by which training images are distorted anew in every epoch; 0 is none."""
    photometric: Bounds = (0.0, 0.0)
    """Share of the training images whose ink and paper change in every epoch: marks,
    noise, light, blur, other pens, outlines, negatives."""
    hard_examples: Bounds = (0.0, 0.0)
    """Share of the visits that goes to images which the network reads badly."""

    @model_validator(mode="after")
    def _check(self) -> "SearchSpace":
        for name, (lowest, highest) in LIMITS.items():
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name} must be (lowest, highest), but {low} is above {high}")
            if not lowest <= low <= high <= highest:
                raise ValueError(
                    f"{name} must lie within {lowest} and {highest}, not ({low}, {high})"
                )
        if self.learning_rate[0] <= 0.0 or self.l2[0] <= 0.0 < self.l2[1]:
            raise ValueError(
                "l2 and learning_rate must start above 0: they are searched on a logarithmic scale;"
                " [0.0, 0.0] is no l2"
            )
        for name in ("width", "hidden", "max_norm", "schedule", "optimizer", "batch_size"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"{name} must not name a value twice, but it is {list(values)}")
        return self

    @property
    def l2_none_below(self) -> float:
        """The L2 penalty below which there is none."""
        return L2_NONE_BELOW

    def suggest(
        self,
        trial: "optuna.trial.Trial",
        images: Images,
        n_epochs: int,
        precision: Precision = "float32",
    ) -> Configuration:
        """A configuration for `images` proposed by the sampler, to be trained for at
        most `n_epochs`.
        """
        hidden = self._suggest_hidden(trial)
        l2 = trial.suggest_float("l2", *self.l2, log=True) if self.l2[1] else 0.0
        max_norm = _choice(trial, "max_norm", self.max_norm)
        network = NetworkSpec(
            inputs=images.n_inputs,
            classes=images.n_classes,
            hidden=hidden,
            input_dropout=_real(trial, "input_dropout", self.input_dropout),
            hidden_dropout=_real(trial, "hidden_dropout", self.hidden_dropout),
            l1=_real(trial, "l1", self.l1),
            l2=l2 if l2 >= L2_NONE_BELOW else 0.0,
            max_norm=max_norm or None,
        )
        training = TrainingSettings(
            n_epochs=n_epochs,
            batch_size=_choice(trial, "batch_size", self.batch_size),
            optimizer=_choice(trial, "optimizer", self.optimizer),
            learning_rate=trial.suggest_float("learning_rate", *self.learning_rate, log=True),
            schedule=_choice(trial, "schedule", self.schedule),
            label_smoothing=_real(trial, "label_smoothing", self.label_smoothing),
            distortion=_real(trial, "distortion", self.distortion),
            photometric=_real(trial, "photometric", self.photometric),
            hard_examples=_real(trial, "hard_examples", self.hard_examples),
            warp=WarpSettings(narrow_labels=images.narrow_labels),
            precision=precision,
        )
        return Configuration(network=network, training=training)

    def _suggest_hidden(self, trial: "optuna.trial.Trial") -> tuple[int, ...]:
        """Units of each hidden layer."""
        if self.hidden:
            networks = {"-".join(map(str, hidden)): hidden for hidden in self.hidden}
            return networks[_choice(trial, "hidden", tuple(networks))]
        depth = trial.suggest_int("depth", *self.depth)
        return (_choice(trial, "width", self.width),) * depth


def _real(trial: "optuna.trial.Trial", name: str, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return trial.suggest_float(name, low, high) if high > low else low


def _choice(trial: "optuna.trial.Trial", name: str, choices: tuple[Any, ...]) -> Any:
    return trial.suggest_categorical(name, list(choices)) if len(choices) > 1 else choices[0]
