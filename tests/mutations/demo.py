"""Faults of the page that runs the network."""

FAULTS = {
    "demo": (
        ("a class name ends the script", '.replace("<", "\\\\u003c")', ""),
        ("weights stand in the machine's order", 'array.astype("<f2")', 'array.astype(">f2")'),
        ("examples are of the wrong place", "pixels[place])", "pixels[0])"),
    ),
}
"""By place: name, old and new of each fault."""
