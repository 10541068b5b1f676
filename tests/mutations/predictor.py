"""Faults on the way from a picture to the network's answer."""

FAULTS = {
    "predictor": (
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
