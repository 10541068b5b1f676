"""Numbers for tables and figures, given in the order of the page, so that a sentence
can name one that comes later.
"""

from collections.abc import Collection

from markupsafe import Markup

# Every table in the order of the page, with the step that fills it.
TABLES = {
    "table-data": "problem",
    "table-files": "problem",
    "table-protocol": "evaluation_protocol",
    "table-checks": "preparation",
    "table-choices": "baseline",
    "table-baseline": "baseline",
    "table-attempts": "overfit",
    "table-ablation": "finalists",
    "table-space": "finalists",
    "table-trials": "finalists",
    "table-finalists": "finalists",
    "table-undistorted": "finalists",
    "table-final": "final_test",
    "table-ladder": "final_test",
    "table-comparisons": "final_test",
    "table-classes": "final_test",
}


class Labels:
    """What each table and figure of this report is called. figures: the names of those
    drawn, in the order of the page.
    """

    def __init__(self, steps: Collection[str], figures: Collection[str], *, ledger: bool) -> None:
        left_out = set() if "figure-distortions" in figures else {"table-undistorted"}
        tables = [
            anchor for anchor, step in TABLES.items() if step in steps and anchor not in left_out
        ]
        tables += ["table-libraries", *(["table-ledger"] if ledger else []), "table-steps"]
        self._names = {anchor: f"Table {i}" for i, anchor in enumerate(tables, start=1)}
        self._names |= {anchor: f"Figure {i}" for i, anchor in enumerate(figures, start=1)}

    def name(self, anchor: str) -> str:
        """`Table 5` for `table-baseline`."""
        return self._names[anchor].replace(" ", "\u00a0")

    def link(self, anchor: str) -> Markup:
        """The name as a link to the place."""
        return Markup('<a href="#{}">{}</a>').format(anchor, self.name(anchor))
