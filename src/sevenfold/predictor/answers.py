"""Probabilities in the words of an answer."""

from typing import Any

import numpy as np

from sevenfold.predictor.network import Network


def answers(network: Network, names: list[str], probabilities: np.ndarray) -> list[dict[str, Any]]:
    """A row for each image: its name, the class, the runner-up, the probability of both
    (rounded to six places), and whether the answer is unsure.

    probabilities: shape (n, n_classes), as `network.predict_proba` gives them.
    """
    order = probabilities.argsort(axis=1, kind="stable")[:, ::-1]
    unsure = network.is_unsure(probabilities)
    return [
        {
            "image": name,
            "class": str(network.classes_[best]),
            "probability": round(float(own[best]), 6),
            "runner_up": str(network.classes_[second]),
            "runner_up_probability": round(float(own[second]), 6),
            "unsure": bool(is_unsure),
        }
        for name, own, (best, second), is_unsure in zip(
            names, probabilities, order[:, :2], unsure, strict=True
        )
    ]
