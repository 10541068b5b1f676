"""Published relatives of MNIST: their digests, mirrors, licences and citations.

Where only the digests of the packed files are published, those are what counts. USPS
and optdigits have none; theirs were taken, in November 2026, of the files that the
project's own tests use.
"""

from dataclasses import replace

from sevenfold.data.entry import NO_LICENCE, Entry

FASHION = Entry(
    name="fashion-mnist",
    title="Fashion-MNIST pictures of clothing",
    n_development=60_000,
    n_test=10_000,
    n_bytes=30_878_645,
    sha256={
        "train-images-idx3-ubyte": (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        "train-labels-idx1-ubyte": (
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        "t10k-images-idx3-ubyte": (
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        ),
        "t10k-labels-idx1-ubyte": (
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
        ),
    },
    licence="MIT",
    citation=(
        "H. Xiao, K. Rasul and R. Vollgraf (2017). Fashion-MNIST: a novel image dataset for"
        " benchmarking machine learning algorithms. arXiv:1708.07747."
    ),
    url="https://github.com/zalandoresearch/fashion-mnist",
    mirrors=(
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
        "b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    places=("fashion-mnist", "FashionMNIST/raw", "dataset-fashion-mnist"),
    noun="garment",
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
)

KMNIST = Entry(
    name="kmnist",
    title="Kuzushiji-MNIST, handwritten hiragana",
    n_development=60_000,
    n_test=10_000,
    n_bytes=21_240_888,
    sha256={},
    packed={
        "train-images-idx3-ubyte.gz": (
            "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"
        ),
        "train-labels-idx1-ubyte.gz": (
            "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"
        ),
        "t10k-images-idx3-ubyte.gz": (
            "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"
        ),
        "t10k-labels-idx1-ubyte.gz": (
            "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"
        ),
    },
    licence="CC BY-SA 4.0",
    citation=(
        "T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto and D. Ha (2018). Deep"
        " learning for classical Japanese literature. arXiv:1812.01718."
    ),
    url="https://github.com/rois-codh/kmnist",
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ),
    places=("kmnist", "KMNIST/raw"),
    noun="character",
    class_noun="character",
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
)

QMNIST = Entry(
    name="qmnist",
    title="QMNIST handwritten digits, 60,000 of them for the test",
    n_development=60_000,
    n_test=60_000,
    n_bytes=20_436_162,
    sha256={},
    packed={
        "qmnist-train-images-idx3-ubyte.gz": (
            "9e26a7bf1683614e065d7b76460ccd52807165b3f22561fb782bd9f38c52b51d"
        ),
        "qmnist-train-labels-idx2-int.gz": (
            "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f"
        ),
        "qmnist-test-images-idx3-ubyte.gz": (
            "43fc22bf7498b8fc98de98369d72f752d0deabc280a43a7bcc364ab19e57b375"
        ),
        "qmnist-test-labels-idx2-int.gz": (
            "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06"
        ),
    },
    licence="BSD 3-Clause",
    citation=(
        "C. Yadav and L. Bottou (2019). Cold case: the lost MNIST digits. Advances in Neural"
        " Information Processing Systems 32."
    ),
    url="https://github.com/facebookresearch/qmnist",
    mirrors=("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",),
    places=("qmnist", "QMNIST/raw"),
    noun="digit",
    class_noun="digit",
    narrow_labels=(1, 7),
)

EMNIST_BALANCED = Entry(
    name="emnist-balanced",
    title="EMNIST balanced, handwritten digits and letters",
    n_development=112_800,
    n_test=18_800,
    n_bytes=561_753_746,
    sha256={},
    packed={"gzip.zip": "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"},
    licence=NO_LICENCE,
    citation=(
        "G. Cohen, S. Afshar, J. Tapson and A. van Schaik (2017). EMNIST: an extension of MNIST to"
        " handwritten letters. arXiv:1702.05373."
    ),
    url="https://www.nist.gov/itl/products-and-services/emnist-dataset",
    mirrors=("https://biometrics.nist.gov/cs_links/EMNIST/",),
    places=("emnist/gzip.zip", "EMNIST/raw/gzip.zip", "gzip.zip"),
    only="emnist-balanced-",
    noun="character",
    class_noun="character",
    narrow_labels=(1, 7),
)
EMNIST_LETTERS = replace(
    EMNIST_BALANCED,
    name="emnist-letters",
    title="EMNIST letters, handwritten",
    n_development=124_800,
    n_test=20_800,
    only="emnist-letters-",
    noun="letter",
    class_noun="letter",
    narrow_labels=(),
)
EMNIST_DIGITS = replace(
    EMNIST_BALANCED,
    name="emnist-digits",
    title="EMNIST digits, handwritten",
    n_development=240_000,
    n_test=40_000,
    only="emnist-digits-",
    noun="digit",
    class_noun="digit",
)

USPS = Entry(
    name="usps",
    title="USPS handwritten digits of postal codes",
    n_development=7_291,
    n_test=2_007,
    n_bytes=2_913_522,
    sha256={"usps.h5": "734f88c541104a956d88be2c95d03b4a463ffd74ccc2ba9c80841fb98e3fcb36"},
    licence=NO_LICENCE,
    citation=(
        "J. J. Hull (1994). A database for handwritten text recognition research. IEEE Transactions"
        " on Pattern Analysis and Machine Intelligence 16(5), 550-554."
    ),
    url="https://www.kaggle.com/datasets/bistaumanga/usps-dataset",
    places=("usps/usps.h5", "usps.h5"),
    noun="digit",
    class_noun="digit",
    narrow_labels=(1, 7),
)

OPTDIGITS = Entry(
    name="optdigits",
    title="UCI optical digits, tested on writers unseen in training",
    n_development=2_880,
    n_test=1_797,
    n_bytes=305_055,
    sha256={
        "optdigits-orig.tra": "6f1012a107d37856f83cb332b26d54738647c1d197278f8ff74c5f55312124ca",
        "optdigits-orig.tes": "29b0ea16767a56815aa39b608520aa18d4acc087b9db85847f4c79addb7d09d3",
        "optdigits-orig.windep": "c09ab8735d588fdf980724f10a5072c0b757037dc80b448b2f6a10392751c9d6",
    },
    licence="CC BY 4.0",
    citation=(
        "E. Alpaydin and C. Kaynak (1998). Optical recognition of handwritten digits. UCI Machine"
        " Learning Repository. doi:10.24432/C50P49."
    ),
    url="https://archive.ics.uci.edu/dataset/80",
    noun="digit",
    class_noun="digit",
    narrow_labels=(1, 7),
)

PUBLISHED = (
    *(FASHION, KMNIST, EMNIST_DIGITS, EMNIST_LETTERS, EMNIST_BALANCED),
    *(QMNIST, USPS, OPTDIGITS),
)
