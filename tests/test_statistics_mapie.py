"""Conformal sets against those of MAPIE, an implementation by others."""

import numpy as np
import pytest
from mapie.classification import SplitConformalClassifier
from sklearn.base import BaseEstimator, ClassifierMixin

from sevenfold.statistics import conformal_rule, conformal_sets

N_CLASSES = 6


class Known(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities for row i are given."""

    def __init__(self, p: np.ndarray) -> None:
        self.p = p
        self.classes_ = np.arange(N_CLASSES)

    def fit(self, *_: object) -> "Known":
        return self

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self.p[rows[:, 0]])

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return self.predict_proba(rows).argmax(axis=1)

    def __sklearn_is_fitted__(self) -> bool:
        return True


def believed(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels, uneven, and probabilities that are right about two times in three."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(N_CLASSES, n, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.05])
    logits = rng.normal(size=(n, N_CLASSES))
    logits[np.arange(n), labels] += 1.6
    p = np.exp(logits)
    return labels, p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("level", [0.6, 0.9, 0.97])
@pytest.mark.parametrize("n", [61, 400])
def test_sets_are_those_of_mapie(n: int, level: float) -> None:
    labels, p = believed(n + 300, seed=n)
    rows = np.arange(n + 300)[:, None]
    peer = SplitConformalClassifier(
        Known(p), confidence_level=level, conformity_score="lac", prefit=True
    )
    peer.conformalize(rows[:n], labels[:n])
    _, sets = peer.predict_set(rows[n:])
    rule = conformal_rule(labels[:n], p[:n], level)
    np.testing.assert_array_equal(conformal_sets(rule, p[n:]), sets[:, :, 0])
