"""Numbers of tables and figures, in the order in which the page shows them; a sentence
may name one that comes later.
"""

import re

from markupsafe import Markup


class Labels:
    """What each table and figure of a page is called: `Table 5` for `table-baseline`.

    Names are filled in by `resolve`, once the whole page is there.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def number(self, anchor: str) -> str:
        """The name of the table or figure that stands here."""
        kind = anchor.partition("-")[0]
        n = 1 + sum(other.startswith(f"{kind}-") for other in self._names)
        self._names[anchor] = f"{kind.capitalize()}\u00a0{n}"
        return self._names[anchor]

    def name(self, anchor: str) -> str:
        """The name of a table or figure that stands somewhere on the page."""
        return f"⟦{anchor}⟧"

    def link(self, anchor: str) -> Markup:
        """The same, as a link to the place."""
        return Markup('<a href="#{}">{}</a>').format(anchor, self.name(anchor))

    def resolve(self, page: str) -> str:
        """The page with every name filled in."""
        return re.sub("⟦([a-z-]+)⟧", lambda match: self._names[match[1]], page)
