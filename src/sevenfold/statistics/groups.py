"""What examples of one group (a writer, a page) share, and the variance that honours
it.

An estimate here is a ratio: what is counted, summed over groups, by the examples that
the groups hold. Its variance is that of leaving one group out at a time (Quenouille
1956, "Notes on bias in estimation"; for ratios Cochran 1977, "Sampling techniques",
6.17), which needs no model of what the examples of a group have in common.
"""

import numpy as np

from sevenfold.errors import DataError


def several(groups: np.ndarray | None) -> np.ndarray | None:
    """The groups of examples (n,) where there are two or more: from a single one
    nothing follows for others, so it is as if none were known.
    """
    return None if groups is None or len(np.unique(groups)) < 2 else groups


def group_totals(values: np.ndarray, groups: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Sums over each group and the groups' sizes: shapes (..., n_groups), (n_groups,).

    values: shape (..., n). groups: shape (n,), any names or numbers; None makes a group
    of every example.

    Raises:
        DataError: all examples are of one group, from which nothing can be said of
        another.

    >>> group_totals(np.array([1, 0, 1, 1]), np.array([7, 5, 7, 5]))
    (array([1., 2.]), array([2., 2.]))
    """
    values = np.asarray(values, dtype=np.float64)
    if groups is None:
        return values, np.ones(values.shape[-1])
    assert groups.shape == values.shape[-1:], f"{groups.shape} groups, {values.shape} values"
    _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(sizes) < 2:
        raise DataError(
            "groups must name two groups or more: from one nothing follows for another. Got 1."
            " Leave the groups out, and intervals speak of this group's images alone."
        )
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    in_order = values[..., np.argsort(codes, kind="stable")]
    return np.add.reduceat(in_order, starts, axis=-1), sizes.astype(np.float64)


def left_out_variance(residuals: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The variance of a mean over examples from what leaving each group out changes.

    residuals: shape (..., n_groups), totals less what the mean would give a group of
    that size; they sum to zero. sizes: shape (n_groups,). Groups of one example give
    the usual s^2 / n.
    """
    changes = residuals / (sizes.sum() - sizes)
    variance: np.ndarray = (1.0 - 1.0 / len(sizes)) * (changes**2).sum(axis=-1)
    return variance


def freedom(sizes: np.ndarray) -> float:
    """Degrees of freedom of that variance: one less than the number of groups of equal
    size that would weigh as much, n^2 / sum of squared sizes (Kish 1965, "Survey
    sampling", on effective numbers).

    >>> freedom(np.array([5.0, 5.0, 5.0]))
    2.0
    """
    return float(sizes.sum() ** 2 / (sizes**2).sum()) - 1.0
