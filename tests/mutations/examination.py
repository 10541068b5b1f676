"""Faults of the field exam."""

FAULTS = {
    "examination": (
        ("all images get the first one's numbers", "+ jnp.uint32(self.first)", "+ jnp.uint32(0)"),
        ("white is as frequent as all impulses", "u < IMPULSES, 1.0", "u < 2 * IMPULSES, 1.0"),
        ("fog keeps its map everywhere", "spread / WIBBLE_DECAY**2", "spread * 1.0"),
        (
            "pixels change places without the other",
            "x[there] = here",
            "x[there] = x[there]",
        ),
        (
            "motion is seen level alone",
            "for way in (np.sin, np.cos)",
            "for way in (np.cos, np.cos)",
        ),
        ("shrinking makes larger", "np.eye(2) / SHRUNK", "np.eye(2) * SHRUNK"),
        ("all turn one way", "turned[signs == sign] = _about", "turned[:] = _about"),
        ("edges go from image to image", "neighbours[1] = True", "neighbours[:] = True"),
        ("slopes of all heights are edges", "height >= EDGE_HIGH", "height >= EDGE_LOW"),
        ("dots are everywhere", "// DOT % 2 == 1", "// DOT % 2 >= 0"),
        ("a zigzag is a line", "(-1) ** i * ZIG_WIDTH", "0 * i * ZIG_WIDTH"),
        ("what is blank is read", "images.pixels[written]", "images.pixels"),
        (
            "labels are places in their own classes",
            "known.get(own, 0)",
            "images.classes.index(own)",
        ),
        ("images that were trained on are an exam", "if n_known := overlap", "if 0 and overlap"),
        (
            "another test set is as good",
            "not in (None, test.sha256().hexdigest())",
            "in (None,)",
        ),
        (
            "the plain network trains as long as it may",
            '{"n_epochs": epoch}',
            '{"n_epochs": longest}',
        ),
        (
            "the plain network is chosen on what it trained on",
            "images[split.train], images[split.validation]",
            "images[split.train], images[split.train]",
        ),
        ("an exam forgets the one before", "if row.name not in examples", "if False"),
        (
            "what was kept is taken for any network",
            "if inputs is not None and stored",
            "if False and stored",
        ),
        ("half is taken for more than half", "2 * self.n_errors <= self", "self.n_errors <= self"),
    ),
    "statistics/detection.py": (
        ("ties are won", '"right")) / (2', '"left")) / (2'),
        ("strange examples are certain", "float(places.strange.var(ddof=1))", "0.0"),
        (
            "groups play no part in an area",
            "group_totals(places.known, groups)",
            "group_totals(places.known, None)",
        ),
    ),
    "data/published": (
        ("any bytes are the published ones", "if digests != dict(one.entry.sha256)", "if False"),
        (
            "no line of Semeion's is looked at",
            "if not all(_LINE.fullmatch",
            "if False and all(_LINE.fullmatch",
        ),
    ),
}
