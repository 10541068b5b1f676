"""What hangs together."""

import numpy as np


def labelled(part: np.ndarray) -> tuple[np.ndarray, int]:
    """Which piece each point of a part of a small grid is of: shape (h, w) as the part,
    from 1, 0 outside it; and how many there are. Points that meet at a corner hang
    together.

    In plain Python, since SciPy would take as long to import as a first answer may.
    """
    height, width = part.shape
    wide = width + 2
    left = np.pad(part, 1).ravel().tolist()
    labels, n_pieces = np.zeros(len(left), int), 0
    for start in np.flatnonzero(left).tolist():
        if not left[start]:
            continue
        left[start], found = False, [start]
        for place in found:  # which grows meanwhile
            for row in (place - wide, place, place + wide):
                for near in (row - 1, row, row + 1):
                    if left[near]:
                        left[near] = False
                        found.append(near)
        n_pieces += 1
        labels[found] = n_pieces
    return labels.reshape(height + 2, wide)[1:-1, 1:-1], n_pieces
