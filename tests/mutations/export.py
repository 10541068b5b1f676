"""Faults of what a network becomes in other formats."""

FAULTS = {
    "export": (
        ("any difference passes", "not difference <= TOLERANCE", "False"),
        ("white is 256", "np.float32(255.0)", "np.float32(256.0)"),
        ("the last layer has no softmax", '"Softmax", [weighed]', '"Relu", [weighed]'),
        ("a damaged Keras file is copied", "run.saved(layout.MODEL)", "run.folder / layout.MODEL"),
        ("what was half made stays", "shutil.rmtree(scratch, ignore_errors=True)", "pass"),
    ),
    "report/tables.py": (
        ("minus signs stay typographic", 'text.replace(MINUS, "-")', "text"),
        ("a head that spans columns stands over one", "column + cell.columns)", "column + 1)"),
    ),
    "report/card.py": (("user's Markdown is Markdown", r'r"\\\1", one_line', r'r"\1", one_line'),),
    "steps/saved_network.py": (
        ("any difference agrees", "self.largest_difference <= self.allowed", "True"),
        ("training images are compared", "rounds[0][0].validation", "rounds[0][0].train"),
    ),
}
