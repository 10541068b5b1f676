"""Which protocol was taken, and why."""

from collections.abc import Mapping

from sevenfold.protocol import Method
from sevenfold.report.numbers import whole
from sevenfold.report.terms import Terms
from sevenfold.steps.evaluation_protocol import EvaluationProtocol, Option

METHODS: Mapping[Method, str] = {
    "holdout": "hold-out",
    "kfold": "K-fold cross-validation",
    "iterated-kfold": "iterated K-fold",
}


def choice(protocol: EvaluationProtocol, terms: Terms) -> str:
    """The protocol in force, and what the rule saw."""
    name = METHODS[protocol.method]
    if protocol.asked:
        return f"The choice is {name}, because the settings ask for it; the rule was not applied."
    return f"The choice is {name}: {_reason(protocol, terms)}."


def _reason(protocol: EvaluationProtocol, terms: Terms) -> str:
    holdout, kfold, _ = protocol.options
    accuracy = f"an accuracy of {100 * protocol.expected_accuracy:.0f} %"

    def width(option: Option) -> str:
        return f"±{100 * option.half_width:.2f} points on {whole(option.n_scored)} {terms.images}"

    def limit(option: Option) -> str:
        return f"±{100 * (option.limit or 0.0):.2f}"

    if protocol.method == "holdout":
        return (
            f"hold-out gives {accuracy} an interval of {width(holdout)}, within the"
            f" {limit(holdout)} allowed"
        )
    too_wide = (
        f"hold-out would give {accuracy} an interval of {width(holdout)}, beyond the"
        f" {limit(holdout)} allowed"
    )
    if protocol.method == "kfold":
        return f"{too_wide}; K-fold scores every {terms.image} once and gives {width(kfold)}"
    return (
        f"{too_wide}, and K-fold {width(kfold)}, beyond {limit(kfold)}; repeated shuffled rounds"
        " average the luck of the folds out"
    )
