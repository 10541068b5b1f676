"""The network of a run on a page of its own: draw, drop or pick, and see what it says.
One file without network access, weights inside.
"""

from sevenfold.demo.page import Shown, page, shown

__all__ = ["Shown", "page", "shown"]
