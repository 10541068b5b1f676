"""How the error falls with the number of training examples."""

import math

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.levels import LEVEL, t_quantile


class LearningCurve(Record):
    """A straight line through log error against log number of training examples:
    error = exp(intercept) * size ** slope.

    ci_low, ci_high: 95 % interval of the slope. residual: standard deviation about the
    line, in logs. centre, squares: mean and sum of squared deviations of log size.
    """

    slope: float
    ci_low: float
    ci_high: float
    intercept: float
    residual: float
    centre: float
    squares: float
    n_points: int

    def error_at(self, size: float) -> tuple[float, float, float]:
        """The error expected at this size, and its 95 % interval; beyond the sizes that
        were measured it holds if the line goes on.
        """
        x = math.log(size)
        middle = self.intercept + self.slope * x
        spread = math.sqrt(1 / self.n_points + (x - self.centre) ** 2 / self.squares)
        half = t_quantile(0.5 + LEVEL / 2, self.n_points - 2) * self.residual * spread
        return math.exp(middle), math.exp(middle - half), math.exp(middle + half)


def learning_curve(sizes: np.ndarray, errors: np.ndarray) -> LearningCurve | None:
    """The line of least squares through trainings of `sizes` (n,) examples that reached
    `errors` (n,), shares above 0; each seed is a point of its own.

    That errors fall as a power of the number of examples is an observation (Hestness et
    al. 2017, "Deep learning scaling is predictable, empirically"), over the middle of
    their range. The interval knows of seeds, not of the examples that all trainings are
    scored on. None with fewer than three points, fewer than two sizes or a share of 0.

    >>> round(learning_curve(np.array([1, 2, 4]), np.array([0.4, 0.2, 0.1])).slope, 6)
    -1.0
    """
    from scipy.stats import linregress

    if len(sizes) < 3 or len(np.unique(sizes)) < 2 or np.min(errors) <= 0.0:
        return None
    x, y = np.log(np.asarray(sizes, np.float64)), np.log(np.asarray(errors, np.float64))
    line = linregress(x, y)
    half = t_quantile(0.5 + LEVEL / 2, len(x) - 2) * float(line.stderr)
    rest = y - line.intercept - line.slope * x
    return LearningCurve(
        slope=float(line.slope),
        ci_low=float(line.slope) - half,
        ci_high=float(line.slope) + half,
        intercept=float(line.intercept),
        residual=math.sqrt(float(rest @ rest) / (len(x) - 2)),
        centre=float(x.mean()),
        squares=float(((x - x.mean()) ** 2).sum()),
        n_points=len(x),
    )
