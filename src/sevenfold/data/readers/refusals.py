"""What to say of a file or folder that no reader claims: what it is, and the lines that
make an `.npz` of it where there are such.
"""

import os
from pathlib import Path

from sevenfold.data.readers.files import foreign
from sevenfold.data.readers.idx_names import FILES, role_of
from sevenfold.data.readers.members import members
from sevenfold.errors import DataError, some_of

PAGE = "docs/data.md"

_SAVE = "np.savez('mine.npz', x_train=..., y_train=..., x_test=..., y_test=...)"
_PICKLE = (
    "a pickle",
    f"It is never loaded, because loading one runs what it says. Where you trust it, load it"
    f" yourself and {_SAVE}",
)
_PACKED = ("a packed archive", "Unpack it and give the folder.")
_TORCH = ("a pickle of PyTorch's", _PICKLE[1])
_TEXT = ("a text", "A table of labels and pixels, apart by commas or tabs, is called .csv")
_SHEET = ("a spreadsheet", "Save it as CSV")
_PICTURE = ("one picture", "A data set is a folder of many, with one subfolder for each class.")
_KINDS = {
    ".npy": ("one NumPy array", f"Images and labels go together: np.load each and {_SAVE}"),
    ".mat": ("a MATLAB file", f"scipy.io.loadmat reads it; then {_SAVE}"),
    ".arff": ("an ARFF table", f"scipy.io.arff.loadarff reads it; then {_SAVE}"),
    ".json": ("a JSON file", f"Read it with json and {_SAVE}"),
    **dict.fromkeys((".pkl", ".pickle", ".p", ".joblib"), _PICKLE),
    **dict.fromkeys((".pt", ".pth"), _TORCH),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _SHEET),
    **dict.fromkeys((".tar", ".tgz", ".7z", ".rar", ".bz2"), _PACKED),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"), _PICTURE),
    **dict.fromkeys((".svg", ".heic"), _PICTURE),
}


def why(path: Path, known: str) -> str:
    """One line about `path`, where one of `known` was expected."""
    what, advice = _of_folder(path) if path.is_dir() else _of_file(path)
    return f"{path}: expected {known}, got {what}. {advice.rstrip('.')}. {PAGE} has every way."


def _of_file(path: Path) -> tuple[str, str]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    for suffix in reversed(suffixes):
        if suffix in _KINDS:
            return _KINDS[suffix]
        if suffix in (".txt", ".tsv", ".dat"):
            return _TEXT
    try:
        with path.open("rb") as file:
            known = foreign(file.read(64)) if path.is_file() else None
    except OSError:
        known = None
    if role_of(path.name):
        return "one of four IDX files", "Give the folder that holds them."
    if known and "zip archive" in known[0]:
        return _of_zip(path)
    return known or ("another file", "Make an .npz of it: " + _SAVE)


def _of_zip(path: Path) -> tuple[str, str]:
    """Of a zip archive that is not called so."""
    try:
        names = [member.name for member in members(path)]
    except DataError:
        return "a damaged zip archive", "Fetch it again."
    if names and all(name.endswith(".npy") for name in names):
        return "an .npz by another name", "Call it .npz"
    return "a zip archive by another name", "Call it .zip, or unpack it"


def _of_folder(folder: Path) -> tuple[str, str]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        return "a folder that cannot be looked into", f"{error.strerror}; check its permissions"
    suffixes = {Path(name).suffix.lower() for name in names}
    if suffix := next((suffix for suffix in _KINDS if suffix in suffixes), None):
        what, advice = _KINDS[suffix]
        return f"a folder with {suffix} files, each {what}", advice
    for suffix in (".npz", ".zip"):
        own = [name for name in names if name.lower().endswith(suffix)]
        if own:
            advice = "Give the file itself." if len(own) == 1 else "Give one, or unpack them."
            return f"a folder with {some_of(own, 4)}", advice
    if not names:
        return "an empty folder", "Check the path."
    held = f"{', '.join(names[:4])}{' and more' if len(names) > 4 else ''}"
    return (
        f"a folder of something else ({held})",
        f"A folder of IDX files holds {', '.join(FILES)} (.gz or not)",
    )
