"""Networks and their training as plain Keras that a person can read, copy and run."""

from collections.abc import Sequence
from textwrap import indent

from sevenfold.engine import TrainingSettings
from sevenfold.networks import NetworkSpec

OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}
WRITTEN_OUT = frozenset(
    {"n_epochs", "batch_size", "optimizer", "learning_rate", "schedule", "label_smoothing"}
)
"""Settings of training that the code heeds."""
OF_DISTORTION = frozenset({"distortion", "distortion_fade", "warp"})
OF_SPEED = frozenset({"precision"})
"""Settings that change how long a training takes and not what it reaches."""
LEFT_OUT = {
    "distortion": "distorted training images",
    "photometric": "changed ink and paper",
    "hard_examples": "hard examples visited more often",
}
"""Settings of training that plain Keras has not in a few lines, and their names."""


def left_out(training: TrainingSettings) -> tuple[str, ...]:
    """What a training had and the code has not, in words.

    A setting that is known to nobody here counts, so that none is passed over.
    """
    usual = TrainingSettings(n_epochs=training.n_epochs)
    return tuple(
        LEFT_OUT.get(name, name.replace("_", " "))
        for name in TrainingSettings.model_fields
        if name not in WRITTEN_OUT | OF_SPEED | (OF_DISTORTION - {"distortion"})
        and getattr(training, name) != getattr(usual, name)
    )


def network_code(spec: NetworkSpec, variable: str) -> str:
    """The `keras.Sequential` of a network, as it is put into `variable`."""
    constraint = f"keras.constraints.MaxNorm({spec.max_norm!r}, axis=0)" if spec.max_norm else ""
    lines = [f"keras.Input(({spec.inputs},))"]
    if spec.input_dropout:
        lines.append(f"keras.layers.Dropout({spec.input_dropout!r})")
    for width in spec.hidden:
        lines.append(_dense(width, "relu", _penalty(spec), constraint))
        if spec.hidden_dropout:
            lines.append(f"keras.layers.Dropout({spec.hidden_dropout!r})")
    lines.append(_dense(spec.classes, "softmax", _penalty(spec), ""))
    return _call(f"{variable} = keras.Sequential", [_listed(lines)], hug=True)


def training_code(
    training: TrainingSettings,
    classes: int,
    variable: str,
    data: tuple[str, str],
    validation: tuple[str, str] | None = None,
    history: str = "",
    batches: str = "",
) -> str:
    """`compile` and `fit` of the network in `variable`, on the arrays that `data` names
    (inputs and labels) and, where they are given, validated on others.

    history: the variable for what `fit` gives; none where it is empty. batches: the
    function that makes batches of the arrays; `fit` itself where it is empty.
    """
    smoothed = training.label_smoothing > 0.0

    def pair(names: tuple[str, str]) -> str:
        x, y = names
        return f"{x}, {f'keras.utils.to_categorical({y}, {classes})' if smoothed else y}"

    loss = '"sparse_categorical_crossentropy"'
    if smoothed:
        loss = f"keras.losses.CategoricalCrossentropy(label_smoothing={training.label_smoothing!r})"
    before, rate = _learning_rate(training, data[0])
    compiling = [
        f"keras.optimizers.{OPTIMIZERS[training.optimizer]}({rate})",
        f"loss={loss}",
        'metrics=["accuracy"]',
    ]
    size = training.batch_size
    fitting = [
        f"{batches}({pair(data)}, {size})" if batches else pair(data),
        *([f"validation_data=({pair(validation)})"] if validation else []),
        *([] if batches else [f"batch_size={size}"]),
        f"epochs={training.n_epochs}",
        "verbose=2",
    ]
    kept = f"{history} = " if history else ""
    return "\n".join(
        [*before, _call(f"{variable}.compile", compiling), _call(f"{kept}{variable}.fit", fitting)]
    )


def _learning_rate(training: TrainingSettings, x: str) -> tuple[list[str], str]:
    """The lines that come before, and the learning rate that an optimizer gets."""
    rate = training.learning_rate
    if training.schedule == "constant":
        return [], repr(rate)
    n = f"n_updates = {training.n_epochs} * -(-len({x}) // {training.batch_size})"
    if training.schedule == "cosine":
        schedule = f"learning_rate = keras.optimizers.schedules.CosineDecay({rate!r}, n_updates)"
        return [n, schedule], "learning_rate"
    # An update is of the earlier rate where its number, from 0, is no more than these.
    ends = "[-(-n_updates // 2) - 1, -(-3 * n_updates // 4) - 1]"
    rates = f"[{rate!r}, {0.1 * rate!r}, {0.01 * rate!r}]"
    name = "learning_rate = keras.optimizers.schedules.PiecewiseConstantDecay"
    return [n, _call(name, [ends, rates])], "learning_rate"


def _penalty(spec: NetworkSpec) -> str:
    given = {"l1": spec.l1, "l2": spec.l2}
    terms = [f"{name}={value!r}" for name, value in given.items() if value]
    return f"keras.regularizers.L1L2({', '.join(terms)})" if terms else ""


def _dense(width: int, activation: str, penalty: str, constraint: str) -> str:
    arguments = [str(width), f'activation="{activation}"']
    arguments += [f"kernel_regularizer={penalty}"] if penalty else []
    arguments += [f"kernel_constraint={constraint}"] if constraint else []
    return _call("keras.layers.Dense", arguments, room=80)


def _listed(lines: Sequence[str]) -> str:
    """A list with a line for each item."""
    return "[\n" + indent("".join(f"{line},\n" for line in lines), "    ") + "]"


def _call(name: str, arguments: Sequence[str], room: int = 88, hug: bool = False) -> str:
    """A call on one line where there is room, else with a line for each argument; hug:
    a single argument keeps its own lines.
    """
    line = f"{name}({', '.join(arguments)})"
    if hug or len(line) <= room:
        return line
    return f"{name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"
