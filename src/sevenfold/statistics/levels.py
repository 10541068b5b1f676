"""How sure an interval is, and how surprising a test has to be."""

LEVEL = 0.95
SIGNIFICANCE = 0.05
Z = 1.959963984540054


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """The quantile of Student's t distribution, as `scipy.stats.t.ppf` gives it; that
    module takes a second to import.
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, probability))
