"""What dense networks reached on MNIST's test digits, as published."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedResult:
    """Somebody's test error on MNIST, in per cent. work: its key among the report's
    references. second_hand: the figure was read where another text quotes it.
    """

    who: str
    network: str
    means: str
    error: float
    work: str
    second_hand: bool = False


RESULTS = (
    PublishedResult("LeCun et al. 1998", "784-300-10", "none", 4.7, "mnist"),
    PublishedResult("LeCun et al. 1998", "784-300-100-10", "none", 3.05, "mnist"),
    PublishedResult("LeCun et al. 1998", "784-300-100-10", "distorted digits", 2.5, "mnist"),
    PublishedResult("Simard et al. 2003", "784-800-10", "none", 1.6, "simard"),
    PublishedResult(
        "Srivastava et al. 2014", "three layers of 1,024", "dropout", 1.25, "dropout", True
    ),
    PublishedResult("Simard et al. 2003", "784-800-10", "affine distortions", 1.1, "simard"),
    PublishedResult(
        "Srivastava et al. 2014",
        "two layers of 8,192",
        "dropout, max-norm",
        0.95,
        "dropout",
        True,
    ),
    PublishedResult("Simard et al. 2003", "784-800-10", "elastic distortions", 0.7, "simard"),
    PublishedResult(
        "Hinton et al. 2015",
        "784-1200-1200-10",
        "dropout, max-norm, shifts",
        0.67,
        "distillation",
        True,
    ),
    PublishedResult(
        "Pezeshki et al. 2016",
        "ladder of 1000-500-250-250-250",
        "noise, reconstruction",
        0.569,
        "ladder",
        True,
    ),
    PublishedResult(
        "Cireşan et al. 2010", "784-1500-1000-500-10", "elastic and affine", 0.46, "ciresan"
    ),
    PublishedResult(
        "Cireşan et al. 2010",
        "784-2500-2000-1500-1000-500-10",
        "elastic and affine",
        0.35,
        "ciresan",
    ),
    PublishedResult(
        "Cireşan et al. 2011",
        "seven such networks",
        "elastic and affine, several widths",
        0.31,
        "committee",
    ),
)
"""From the largest error to the smallest."""
