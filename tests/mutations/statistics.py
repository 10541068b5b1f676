"""Faults of scores and statistics."""

FAULTS = {
    "scores.py": (
        ("macro F1 is weighted", "float(f1.mean())", "float((f1 * support).sum() / support.sum())"),
        ("macro recall is accuracy", "float(recall.mean())", "correct / len(labels)"),
        ("macro precision is recall", "float(precision.mean())", "float(recall.mean() + 0.0)"),
        ("the confusions are transposed", "matrix(labels, predicted", "matrix(predicted, labels"),
    ),
    "statistics": (
        (
            "a known spread is left out",
            "pooled = joint_deviation([pooled, known])",
            "pooled = joint_deviation([pooled, pooled])",
        ),
        ("reach is that of the easiest row", "error_of_groups=max(errors)", "error_of_groups=0.0"),
        ("the Wilson interval is too narrow", "Z * Z / (4 * n * n)", "Z * Z / (8 * n * n)"),
        ("the deviation is that of a population", "array.std(ddof=1)", "array.std(ddof=0)"),
        (
            "McNemar's test is one-sided",
            "binomtest(only_first, discordant, 0.5)",
            "binomtest(only_first, discordant, 0.5, 'greater')",
        ),
        (
            "McNemar counts what both get wrong",
            "~first_correct & second",
            "~first_correct & ~second",
        ),
        (
            "a paired difference leaves the seeds out",
            "half_seeds, over_seeds.sd, over_seeds.n",
            "0.0, over_seeds.sd, over_seeds.n",
        ),
        (
            "the sign of a difference is turned",
            "first.mean(axis=0) - second.mean(axis=0)",
            "second.mean(axis=0) - first.mean(axis=0)",
        ),
        ("Welch's error is a variance", "* math.sqrt(sum(parts))", "* sum(parts)"),
        (
            "only gains are detectable",
            "self.ci_low > 0.0 or self.ci_high < 0.0",
            "self.ci_low > 0.0",
        ),
        (
            "the error falls with n",
            "by_example.std(ddof=1)) / math.sqrt(n)",
            "by_example.std()) / n",
        ),
        ("smoothing leans to the left", "min(n, i + half + 1)", "min(n, i + half)"),
        ("too few decimals", "n <= 2_000", "n <= 20_000"),
        (
            "a quantile is of the normal",
            "stdtrit(degrees_of_freedom, probability)",
            "stdtrit(1e9, probability)",
        ),
        (
            "writers are left out of the variance",
            "(1.0 - 1.0 / len(sizes)) *",
            "(1.0 / len(sizes)) *",
        ),
        (
            "groups all weigh the same",
            "residuals / (sizes.sum() - sizes)",
            "residuals / sizes.sum()",
        ),
        (
            "every group is worth a degree of freedom",
            "float(sizes.sum() ** 2 / (sizes**2).sum()) - 1.0",
            "len(sizes) - 1.0",
        ),
        ("groups narrow an interval", "np.maximum(1.0, np.divide(variance", "(np.divide(variance"),
        (
            "digits are told by the place of their group",
            "np.argsort(codes",
            "np.argsort(groups * 0",
        ),
        ("a group's wins are tossed one by one", "len(chances) + 2 * size", "len(chances) + size"),
        ("only a win is as uneven", "chances[np.abs(sums) >= seen]", "chances[sums >= seen]"),
        ("counts keep their design effect", "[one.n_effective for one", "[float(one.n) for one"),
        (
            "the interval of a difference is turned",
            "second.ci_high - second.value)",
            "second.value - second.ci_low)",
        ),
        (
            "what both parts hold counts twice",
            "np.maximum(parts.of_groups - parts.of_both, 0.0)",
            "parts.of_groups",
        ),
        ("a recipe is its networks", "seeds + groups", "groups + 0 * seeds"),
        (
            "a mean of seeds varies as one seed",
            "ddof=1) / n_seeds, of_groups",
            "ddof=1), of_groups",
        ),
        ("rows are read one by one", "level ** (1.0 / len(variants))", "level"),
        ("all rows are multiplied alike", "np.arange(len(p), 0, -1)", "len(p)"),
        ("Holm's p-values may fall", "np.maximum.accumulate(p[order]", "(p[order]"),
        ("power forgets the other rows", "level ** (1.0 / design.n_rows)", "level"),
        ("the base has no seeds", "1 / self.n_seeds + 1 / self.n_base_seeds", "1 / self.n_seeds"),
        ("a spread's bounds are exchanged", "(0.5 + level / 2, 0.5 - level / 2)", "(0.5, 0.5)"),
        ("calibration counts bins, not examples", "b.n * abs(b.acc", "abs(b.acc"),
        ("Brier's score forgets the label", "- 2 * hit + 1", "- hit"),
        (
            "a temperature multiplies",
            "logs / math.exp(log_temperature)",
            "logs * math.exp(log_temperature)",
        ),
        (
            "tests go on after the first that fails",
            "int(failed[0]) if len(failed)",
            "int(failed[-1]) + 1 if len(failed)",
        ),
        (
            "an error more would pass as well",
            "k[some] + 1.0, (n - k)[some]",
            "k[some], (n - k)[some] + 1",
        ),
        ("writers do not loosen a promise", "1.0 / (effect * unknown)", "1.0"),
        ("ties are answered one by one", "np.flatnonzero(np.diff(sure))", "np.arange(n - 1)"),
        ("the rank of a set is one too low", "(len(own) + 1) * level", "(len(own) - 9) * level"),
        ("sets leave their last class out", "scores <= rule.quantile", "scores < rule.quantile"),
        ("a slope is of plain sizes", "np.log(np.asarray(sizes, np.float64))", "np.asarray(sizes)"),
        ("a curve is as sure far away", "(x - self.centre) ** 2 / self.squares", "0.0"),
        ("every class is plausible", "np.where(p >= usual, p, -1.0)", "p"),
    ),
}
"""By place: name, old and new of each fault."""
