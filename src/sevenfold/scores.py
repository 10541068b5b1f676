"""Everything that a table of predictions says: accuracy, and scores class by class."""

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics import Share, share


class ClassScores(Record):
    """Precision, recall and F1 of the class `label`, with n examples of it; recall
    carries its interval.
    """

    label: int
    precision: float
    recall: Share
    f1: float
    n: int


class Scores(Record):
    """Everything that a table of predictions says: accuracy, scores per class, their
    macro averages, confusion counts.
    """

    accuracy: Share
    per_class: tuple[ClassScores, ...]
    macro_precision: float
    macro_recall: float
    macro_f1: float
    n_errors: int
    log_loss: float
    confusion: tuple[tuple[int, ...], ...]


def scores(
    labels: np.ndarray, probabilities: np.ndarray, groups: np.ndarray | None = None
) -> Scores:
    """Score probabilities (n, n_classes) against labels (n,) of images in groups (n,),
    to which intervals are robust; rows of `confusion` are true classes, columns
    predicted ones.
    """
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    predicted = probabilities.argmax(axis=1)
    classes = np.arange(probabilities.shape[1])
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=0.0
    )
    confusion = confusion_matrix(labels, predicted, labels=classes)
    right = predicted == labels

    def recall_of(label: int) -> Share:
        here = labels == label
        return share(right[here], None if groups is None else groups[here])

    per_class = tuple(
        ClassScores(
            label=int(label),
            precision=float(precision[label]),
            recall=recall_of(int(label)),
            f1=float(f1[label]),
            n=int(support[label]),
        )
        for label in classes
    )
    # float64 rows that sum to one, as scikit-learn wants them.
    rows = probabilities.astype(np.float64)
    return Scores(
        accuracy=share(right, groups),
        per_class=per_class,
        macro_precision=float(precision.mean()),
        macro_recall=float(recall.mean()),
        macro_f1=float(f1.mean()),
        n_errors=int((~right).sum()),
        log_loss=float(log_loss(labels, rows / rows.sum(axis=1, keepdims=True), labels=classes)),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )
