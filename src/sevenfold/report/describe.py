"""Settings, networks, machines and records in words."""

from collections.abc import Mapping

from sevenfold.data import NearlyEqual
from sevenfold.engine import TrainingSettings
from sevenfold.errors import listed
from sevenfold.networks import NetworkSpec
from sevenfold.report.numbers import count, short, whole, with_article
from sevenfold.report.terms import Terms
from sevenfold.runs.description import Machine
from sevenfold.steps.evaluation_protocol import EvaluationProtocol
from sevenfold.steps.production import Reference

OPTIMIZERS: Mapping[str, str] = {
    "sgd": "stochastic gradient descent",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
MODELS: Mapping[Reference, str] = {"baseline": "baseline", "overfit": "overfitting model"}


def machine(computer: Machine) -> str:
    """The computer in words.

    >>> fields = {"processor": "AMD EPYC", "architecture": "x86_64", "cores": 2}
    >>> machine(Machine(**fields, system="Linux"))
    'an AMD EPYC with two cores (Linux, x86_64)'
    """
    name = with_article(computer.processor or "unnamed processor")
    cores = count(computer.cores, "core")
    return f"{name} with {cores} ({computer.system}, {computer.architecture})"


def network(spec: NetworkSpec) -> str:
    """A network in words."""
    if not spec.hidden:
        return "no hidden layer"
    widths = [whole(width) for width in dict.fromkeys(spec.hidden)]
    alike = len(widths) == 1
    units = widths[0] if alike else listed([whole(width) for width in spec.hidden])
    each = " each" if alike and len(spec.hidden) > 1 else ""
    return f"{count(len(spec.hidden), 'hidden layer')} of {units} ReLU units{each}"


def regularization(spec: NetworkSpec) -> str:
    """Dropout, penalties and norms of a network, or that it has none."""
    settings = {
        "dropout {} on the pixels": spec.input_dropout,
        "dropout {} after each hidden layer": spec.hidden_dropout,
        "L1 penalty {}": spec.l1,
        "L2 penalty {}": spec.l2,
        "norm of incoming weights at most {}": spec.max_norm,
    }
    parts = [text.format(short(value)) for text, value in settings.items() if value]
    return listed(parts) if parts else "neither dropout nor penalties"


def training(settings: TrainingSettings) -> str:
    """Optimizer, rate, schedule, batch size and the rest, in words."""
    rate = f"{OPTIMIZERS[settings.optimizer]} at a learning rate of {short(settings.learning_rate)}"
    constant = settings.schedule == "constant"
    shares = {
        "label smoothing {}": settings.label_smoothing,
        "every image distorted anew in every epoch at {} of the full dose": settings.distortion,
        "ink and paper of {} % of the images changed as well": 100 * settings.photometric,
        "{} % of all visits in proportion to how hard an example is": 100 * settings.hard_examples,
    }
    parts = [
        rate,
        *([] if constant else [f"{settings.schedule} schedule"]),
        *(text.format(short(share)) for text, share in shares.items() if share),
        f"in batches of {settings.batch_size}",
    ]
    return ", ".join(parts)


def repeats(protocol: EvaluationProtocol, n: int, unsearched: bool = False) -> str:
    """What a spread over n repeats is over: seeds, or seeds in every round of iterated
    K-fold (or in all but the searched one).
    """
    rounds = protocol.n_rounds - (unsearched and protocol.n_rounds > 1)
    if rounds == 1 or n % rounds:
        return count(n, "seed")
    return (
        f"{count(n, 'repeat')} ({count(n // rounds, 'seed')} in each of {count(rounds, 'round')})"
    )


def scored_on(protocol: EvaluationProtocol, terms: Terms) -> str:
    """Which images a validation accuracy counts."""
    n = whole(protocol.n_scored)
    if protocol.method == "holdout":
        return f"the {n} validation {terms.images}"
    return (
        f"all {n} development {terms.images}, each predicted by a network that was not trained on"
        " it"
    )


def errors(n: int) -> str:
    """How many errors; `no error at all` for none.

    >>> errors(0), errors(1), errors(49)
    ('no error at all', 'one error', '49 errors')
    """
    return "no error at all" if n == 0 else count(n, "error")


def near_copies(near: NearlyEqual | None, across: str, images: str) -> str:
    """How many pairs of `images` are nearly equal; `across` says where those lie that
    are in both parts. Empty where none were looked for.
    """
    if near is None:
        return ""
    if not near.n_pairs:
        return (
            f"Of {whole(near.n)} {images} no two differ in a single pixel, are one another moved by"
            " a pixel, or are as close as an image is to itself compressed anew (JPEG at quality"
            " 75)."
        )
    kinds = {
        "in one pixel": near.one_pixel,
        "by a move of one pixel": near.shifted,
        "by no more than compressing anew does": near.recompressed,
    }
    how = listed([f"{whole(n)} {what}" for what, n in kinds.items() if n])
    pairs = count(near.n_pairs, "pair differs", "pairs differ")
    lie = f"{whole(near.across) if near.across else 'none'} of them {across}"
    labels = f"; {whole(near.two_labels)} carry two labels" if near.two_labels else ""
    return f"Of {whole(near.n)} {images} {pairs} by next to nothing: {how}; {lie}{labels}."
