"""Faults of the notebook."""

FAULTS = {
    "notebook": (
        ("a schedule steps one update late", "-(-n_updates // 2) - 1", "-(-n_updates // 2)"),
        (
            "the output layer is bound too",
            '_dense(spec.classes, "softmax", _penalty(spec), "")',
            '_dense(spec.classes, "softmax", _penalty(spec), constraint)',
        ),
        (
            "seeds that agree leave no room",
            "self.common + self.disagreement / (2.0 * n)",
            "self.common",
        ),
        (
            "edited notebooks are written over",
            "if not is_edited(path) and not is_of",
            "if not is_of",
        ),
        ("few seeds know as much as many", "if noise.degrees else", "if noise.degrees < 0 else"),
        (
            "all epochs have one order",
            ".shuffle(len(x))",
            ".shuffle(len(x), reshuffle_each_iteration=False)",
        ),
        ("a dollar begins a formula", "[\\\\`*_$|#~]", "[\\\\`*_|#~]"),
        ("links come with the prose", "(?=[(:\\[])", "(?=[:\\[])"),
    ),
}
"""By place: name, old and new of each fault."""
