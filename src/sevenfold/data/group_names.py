"""What groups of images may be called: texts, the same wherever the group is."""

import hashlib
import re

import numpy as np

from sevenfold.errors import DataError

MAX_LENGTH = 60
"""Characters; each image carries its group's name."""


def group_name(text: str, name: str) -> str:
    """The group's name without blanks around it, a whole number as pandas writes it in
    a column with gaps (`12.0`) without its fraction.

    Raises:
        DataError: it is empty, unprintable or long. `name` is of the image, for
        messages.

    >>> group_name(" 12.0", ""), group_name("B 7", "")
    ('12', 'B 7')
    """
    own = text.strip()
    whole = re.fullmatch(r"(-?\d+)\.0+", own)
    own = whole[1] if whole else own
    if not own:
        raise DataError(f"{name}: expected a group, got none. Name the group of every image.")
    if not own.isprintable() or len(own) > MAX_LENGTH:
        raise DataError(
            f"{name}: expected a group's name of at most {MAX_LENGTH} characters that can be"
            f" printed, got {own[:20]!r}. Number the groups, or name them shortly."
        )
    return own


def groups_of(array: np.ndarray, name: str) -> np.ndarray:
    """The names of groups, shape (n,), texts, from whole numbers or texts.

    Raises:
        DataError: the first thing wrong.
    """
    if array.ndim != 1 and array.shape[1:] != (1,):
        raise DataError(
            f"{name}: expected shape (n,), got {array.shape}. Save one group for each image."
        )
    values, places = np.unique(array.reshape(-1), return_inverse=True)
    if values.dtype.kind == "f" and not (values == np.floor(values)).all():
        odd = values[values != np.floor(values)][0]
        raise DataError(
            f"{name}: expected groups that are whole numbers or texts, got {odd:g}. Number the"
            " groups of all images."
        )
    if values.dtype.kind not in "US":
        values = values.astype(np.int64) if values.dtype.kind in "fb" else values
        return np.asarray(values.astype(str)[places])
    try:
        texts = np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values
        return np.array([group_name(text, name) for text in texts.tolist()])[places]
    except ValueError:  # bytes or code points that are no text
        raise DataError(
            f"{name}: expected groups that are texts in UTF-8, got other bytes. Save them as"
            " numbers or as str."
        ) from None


def groups_digest(groups: np.ndarray) -> str:
    """SHA-256 (hex) over the names of all images' groups."""
    return hashlib.sha256("\0".join(groups.tolist()).encode()).hexdigest()
