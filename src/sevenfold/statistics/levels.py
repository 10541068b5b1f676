"""How sure an interval is, and how surprising a test has to be."""

LEVEL = 0.95
SIGNIFICANCE = 0.05
Z = 1.959963984540054


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """The quantile of Student's t distribution."""
    from scipy.stats import t

    return float(t.ppf(probability, degrees_of_freedom))
