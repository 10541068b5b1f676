"""Faults of how images are divided, trained on and validated."""

FAULTS = {
    "protocol.py": (
        (
            "copies are divided like others",
            "np.isin(first, distinct[indices])",
            "np.isin(first, indices)",
        ),
        ("small sets count epochs as they are", "min(wanted, allowed)", "1"),
        ("large images are multiplied alike", "min(wanted, allowed)", "wanted"),
        ("hold-out is chosen too early", "<= settings.holdout_half_width", "<= 0.006"),
        ("K-fold is always enough", "<= settings.kfold_half_width", "<= 1.0"),
        ("every round divides alike", "seed + r", "seed + 0 * r"),
        ("the search's folds are taken for unseen", "self.rounds[1:]", "self.rounds[:1]"),
        (
            "half the width is the width",
            "(interval.ci_high - interval.ci_low) / 2",
            "interval.ci_high - interval.ci_low",
        ),
        ("a fold may lack a class", "if smallest < n_needed:", "if smallest < 1:"),
        ("groups are divided like images", 'settings.groups == "apart"', 'settings.groups == ""'),
        ("groups do not matter to what is done", "self.images.groups is not None", "False"),
    ),
    "splits.py": (
        ("a hold-out is not stratified", "stratify=labels", "stratify=None"),
        (
            "copies do not tie groups",
            "np.unique(units_of(images), return_inverse=True)",
            "np.unique(images.groups, return_inverse=True)",
        ),
        (
            "whole groups fall as they fall",
            "np.random.default_rng(seed)",
            "np.random.default_rng(0)",
        ),
        ("a side may lack a class", "if found.all():", "if found.any():"),
    ),
    "validation.py": (
        (
            "every epoch scores as the last",
            "self.predictions[:, epoch - 1]",
            "self.predictions[:, -1]",
        ),
        ("the loss is the least of all epochs", "val_loss[:, epoch - 1].mean()", "val_loss.min()"),
        (
            "only the first repeat is scored",
            "right.mean(axis=0).sum()",
            "right[0].sum()",
        ),
        (
            "rounds share their seeds",
            "seed + r * SEEDS_PER_ROUND",
            "seed + 0 * r * SEEDS_PER_ROUND",
        ),
        (
            "configurations and seeds are mixed up",
            "fold[i * len(seeds) + s]",
            "fold[s * len(configurations) + i]",
        ),
        (
            "predictions stand in the split's order",
            "columns = np.searchsorted(scored, split.validation)",
            "columns = np.arange(len(split.validation))",
        ),
        (
            "an epoch that diverged is kept",
            "(epoch - 1 for epoch in diverged)",
            "(epoch for epoch in diverged)",
        ),
        ("the progress forgets the seeds", "return n_seeds * sum(", "return sum("),
    ),
}
"""By place: name, old and new of each fault."""
