"""Which array of an `.npz` is which, by the names that people save them under."""

import re

from sevenfold.errors import DataError

Role = tuple[str, str]
"""What it holds ("x", "y", "g" for groups) and of which part (train, val, test)."""

_HOLDS = {
    "x": ("x", "image", "images", "img", "imgs", "data", "features", "inputs", "pixels"),
    "y": ("y", "label", "labels", "target", "targets"),
    "g": ("group", "groups", "writer", "writers"),
}
_PART = {
    "train": ("train", "training", "tr"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "te"),
}


def roles(names: list[str], where: str) -> dict[Role, str]:
    """The names of arrays by their role: `x_train`, `X_train`, `train_images`,
    `trainX`, `images.train` and their like. Others are left out; names without a part
    are of the training part.

    Raises:
        DataError: two arrays have one role.
    """
    found: dict[Role, str] = {}
    for name in names:
        role = role_of(name)
        if role is None:
            continue
        if role in found:
            raise DataError(
                f"{where}: expected one array of each kind, got {found[role]} and {name}. Save one"
                " of them."
            )
        found[role] = name
    return found


def role_of(name: str) -> Role | None:
    """
    >>> role_of("X_train"), role_of("val_labels"), role_of("classes")
    (('x', 'train'), ('y', 'val'), None)
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    words = [word for word in re.split(r"[\W_]+", split) if word]
    if len(words) == 1:
        words = _apart(words[0])
    holds = [kind for word in words for kind, known in _HOLDS.items() if word in known]
    parts = [part for word in words for part, known in _PART.items() if word in known]
    if len(holds) != 1 or len(parts) > 1 or len(words) != len(holds) + len(parts):
        return None
    return holds[0], parts[0] if parts else "train"


def _apart(word: str) -> list[str]:
    """`xtrain` and `trainx` as two words."""
    for known in ("train", "val", "test"):
        rest = word.removeprefix(known) if word.startswith(known) else word.removesuffix(known)
        if rest not in (word, ""):
            return [known, rest]
    return [word]
