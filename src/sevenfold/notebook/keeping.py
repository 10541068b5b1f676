"""A notebook that somebody worked in is not written over."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sevenfold.storage import write_atomically

DIGEST = "sevenfold_sha256"
"""Of the cells as they were written: in the notebook's metadata."""


def digest_of_cells(cells: Sequence[dict[str, Any]]) -> str:
    """SHA-256 over kind and source of each cell; outputs play no part."""
    content = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def is_edited(path: Path) -> bool:
    """Whether the notebook at `path` has other cells than it was written with."""
    there = _read(path)
    return there is not None and there[0] != there[1]


def is_of(path: Path, text: str) -> bool:
    """Whether the notebook at `path` has the cells of `text`, whatever its outputs."""
    there, other = _read(path), json.loads(text)
    return there is not None and there[1] == digest_of_cells(other["cells"])


def write_unless_used(path: Path, text: str) -> None:
    """Write a notebook, but not over one that was edited, and not over the outputs of
    the very same.
    """
    if not is_edited(path) and not is_of(path, text):
        write_atomically(path, text)


def _read(path: Path) -> tuple[str, str] | None:
    """The digest that the notebook at `path` carries and that of its cells; None where
    there is none that can be read.
    """
    try:
        there = json.loads(path.read_bytes())
        return str(there["metadata"].get(DIGEST, "")), digest_of_cells(there["cells"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
