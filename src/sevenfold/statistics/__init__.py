"""Intervals and tests for scores that are counts: thin over SciPy and scikit-learn."""

from sevenfold.statistics.abstention import (
    Answered,
    RiskCoverage,
    Unsure,
    answered,
    choose_unsure,
    reachable_bound,
    risk_coverage,
)
from sevenfold.statistics.calibration import Bin, Binning, Calibration, calibration
from sevenfold.statistics.conformal import (
    ConformalRule,
    SetsFound,
    conformal_rule,
    conformal_sets,
    sets_found,
)
from sevenfold.statistics.curves import READING_WINDOW, SMOOTHING_WINDOW, smooth
from sevenfold.statistics.detection import Detection, DetectionGap, detection, detection_gap
from sevenfold.statistics.differences import (
    Difference,
    difference_of_networks,
    paired_difference,
    unpaired_difference,
)
from sevenfold.statistics.grouped_proportions import (
    GroupedProportion,
    Share,
    grouped_proportion,
    share,
)
from sevenfold.statistics.groups import several
from sevenfold.statistics.homogeneity import Homogeneity, homogeneity
from sevenfold.statistics.learning_curves import LearningCurve, learning_curve
from sevenfold.statistics.levels import LEVEL, SIGNIFICANCE, Z, t_quantile
from sevenfold.statistics.pairs import GroupedPairedTest, PairedTest, grouped_mcnemar, mcnemar
from sevenfold.statistics.power import (
    Design,
    Reach,
    detectable_difference,
    n_seeds_needed,
    power,
    reach,
)
from sevenfold.statistics.proportions import Proportion, decimals, proportion
from sevenfold.statistics.recipes import (
    RecipeAccuracy,
    RecipeDifference,
    RecipeGap,
    recipe_accuracy,
    recipe_difference,
    recipe_gap,
)
from sevenfold.statistics.rows import RowDifference, Rows, holm, rows_against_base
from sevenfold.statistics.spreads import Deviation, Spread, deviation, joint_deviation, spread
from sevenfold.statistics.suspects import Suspect, Suspects, label_suspects
from sevenfold.statistics.temperature import Temperature, at_temperature, fit_temperature

__all__ = [
    "LEVEL",
    "READING_WINDOW",
    "SIGNIFICANCE",
    "SMOOTHING_WINDOW",
    "Answered",
    "Bin",
    "Binning",
    "Calibration",
    "ConformalRule",
    "Design",
    "Detection",
    "DetectionGap",
    "Deviation",
    "Difference",
    "GroupedPairedTest",
    "GroupedProportion",
    "Homogeneity",
    "LearningCurve",
    "PairedTest",
    "Proportion",
    "Reach",
    "RecipeAccuracy",
    "RecipeDifference",
    "RecipeGap",
    "RiskCoverage",
    "RowDifference",
    "Rows",
    "SetsFound",
    "Share",
    "Spread",
    "Suspect",
    "Suspects",
    "Temperature",
    "Unsure",
    "Z",
    "answered",
    "at_temperature",
    "calibration",
    "choose_unsure",
    "conformal_rule",
    "conformal_sets",
    "decimals",
    "detectable_difference",
    "detection",
    "detection_gap",
    "deviation",
    "difference_of_networks",
    "fit_temperature",
    "grouped_mcnemar",
    "grouped_proportion",
    "holm",
    "homogeneity",
    "joint_deviation",
    "label_suspects",
    "learning_curve",
    "mcnemar",
    "n_seeds_needed",
    "paired_difference",
    "power",
    "proportion",
    "reach",
    "reachable_bound",
    "recipe_accuracy",
    "recipe_difference",
    "recipe_gap",
    "risk_coverage",
    "rows_against_base",
    "sets_found",
    "several",
    "share",
    "smooth",
    "spread",
    "t_quantile",
    "unpaired_difference",
]
