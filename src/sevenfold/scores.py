"""Everything that a table of predictions says: accuracy, and scores class by class."""

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics import Proportion, proportion


class ClassScores(Record):
    """Precision, recall and F1 of the class `label`, with n examples of it; recall
    carries its Wilson interval.
    """

    label: int
    precision: float
    recall: Proportion
    f1: float
    n: int


class Scores(Record):
    """Everything that a table of predictions says: accuracy, scores per class, their
    macro averages, confusion counts.
    """

    accuracy: Proportion
    per_class: tuple[ClassScores, ...]
    macro_precision: float
    macro_recall: float
    macro_f1: float
    n_errors: int
    log_loss: float
    confusion: tuple[tuple[int, ...], ...]


def scores(labels: np.ndarray, probabilities: np.ndarray) -> Scores:
    """Score probabilities (n, n_classes) against labels (n,); rows of `confusion` are
    true classes, columns predicted ones.
    """
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    predicted = probabilities.argmax(axis=1)
    classes = np.arange(probabilities.shape[1])
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=0.0
    )
    confusion = confusion_matrix(labels, predicted, labels=classes)
    correct = int((predicted == labels).sum())
    per_class = tuple(
        ClassScores(
            label=int(label),
            precision=float(precision[label]),
            recall=proportion(round(float(recall[label] * support[label])), int(support[label])),
            f1=float(f1[label]),
            n=int(support[label]),
        )
        for label in classes
    )
    # float64 rows that sum to one, as scikit-learn wants them.
    rows = probabilities.astype(np.float64)
    return Scores(
        accuracy=proportion(correct, len(labels)),
        per_class=per_class,
        macro_precision=float(precision.mean()),
        macro_recall=float(recall.mean()),
        macro_f1=float(f1.mean()),
        n_errors=len(labels) - correct,
        log_loss=float(log_loss(labels, rows / rows.sum(axis=1, keepdims=True), labels=classes)),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )
