"""Faults on the way from a picture to the network's answer."""

FAULTS = {
    "predictor": (
        (
            "a picture that cannot be read is passed over",
            "unread[str(file)] = str(error)",
            "del error",
        ),
        (
            "prepared pictures of turned data are not turned",
            "return 255 - image if inverted else image\n",
            "return image\n",
        ),
        (
            "a page is for data as they are",
            "centred(own_ink, inverted=inverted)",
            "centred(own_ink, inverted=False)",
        ),
        (
            "a picture of turned data is turned twice",
            "return prepared(picture, name, inverted=inverted)",
            "return 255 - prepared(picture, name, inverted=inverted)",
        ),
        ("a border of ink is paper", "if not surrounded and", "if False and"),
        (
            "paper hangs together as ink does",
            "_n_pieces(bright) - _n_pieces(~bright) or corners",
            "corners",
        ),
        ("grain is ink on paper", "if share < TWO", "if share < 0"),
        (
            "ink makes paper uneven",
            "quantile(apart[apart <= 2.0 * limit], 0.5)",
            "quantile(apart, 0.5)",
        ),
        (
            "any mixture is even",
            "reach = min(max(2.0 * limit, LEAST), LIKE)",
            "reach = max(2.0 * limit, LEAST)",
        ),
        ("a single grain is written", "(around[strong] >= 3).any()", "strong.any()"),
        ("dirt is written", "sizes >= SPECK * sizes.max()", "sizes >= 0"),
        ("the parts of a character are specks", "SPECK = 0.1", "SPECK = 0.6"),
        ("arrays of turned data stay", "255 - pixels if inverted else pixels", "pixels"),
        (
            "unsure is what is sure",
            "probabilities.max(axis=1) < self",
            "probabilities.max(axis=1) > self",
        ),
        (
            "logits keep their temperature",
            ".astype(np.float64) / self.temperature",
            ".astype(np.float64)",
        ),
    ),
}
"""By place: name, old and new of each fault."""
