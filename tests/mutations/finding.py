"""Faults of where data lie, of what is fetched, and of published data."""

FAULTS = {
    "data/finding.py": (
        ("the test part is fetched again", 'verify=["development"]', 'verify=["test"]'),
        ("a size goes with names", "if size is not None and dataset in NAMES:", "if False:"),
        (
            "the subset goes with a place",
            '(dataset == "mnist-5k" or dataset not in NAMES)',
            "dataset not in NAMES",
        ),
        ("own data are published", "is_own=path != dataset", "is_own=False"),
        (
            "a damaged copy ends the search",
            "except DataError:  # nobody named this place, so go on to the next damaged",
            "except KeyError: damaged",
        ),
        (
            "SEVENFOLD_DATA is for MNIST alone",
            'entry.name == "mnist" or is_meant',
            'entry.name == "mnist"',
        ),
        ("fetch is of development", "verify=get_args(Part)", 'verify=["development"]'),
        ("the subset is what is in the cache", "if not missing_files(folder):", "if True:"),
    ),
    "data/places.py": (
        (
            "SEVENFOLD_DATA wins over --data",
            "if data_dir is not None:",
            "if data_dir is not None and not os.environ.get('SEVENFOLD_DATA'):",
        ),
        ("half a set is whole", "parts(path)) > 1", "parts(path)) > 0"),
        ("any file of a set is the set", "return not missing_files(path)", "return path.is_dir()"),
        (
            "a folder that was named must hold folders",
            "is_given and _is_whole(place, entry.name)",
            "False",
        ),
        ("Keras has its cache elsewhere", 'given("KERAS_HOME") or', ""),
        ("the subset is advised for all", 'if entry.name == "mnist" else ""', 'if True else ""'),
        (
            "the first place is the cache's",
            "for place in entry.places if place)",
            "for place in entry.places)",
        ),
    ),
    "data/catalogue.py": (
        (
            "one known file is enough",
            "found <= _of_development(entry)",
            "found & _of_development(entry)",
        ),
        (
            "test files are recognised as development",
            'if not {"t10k", "test"} & set(name.split("-"))',
            "",
        ),
        ("no file at all is MNIST", "if found and found <=", "if found <="),
    ),
    "data/download.py": (
        ("any bytes are right", "if digest != expected:", "if False:"),
        ("a transfer may break off", "if len(data) < n_total:", "if False:"),
        ("a mirror may send without end", "if len(data) > max_bytes:", "if False:"),
        ("four mirrors are too many", "len(urls) > MAX_MIRRORS", "len(urls) >= MAX_MIRRORS"),
        (
            "all data sets have one folder",
            'urls if entry.name == "mnist" else',
            "urls if True else",
        ),
        (
            "a mirror that failed is asked again",
            "if mirror in failures: continue",
            "if False: continue",
        ),
        ("the damaged copy stays", "if present not in (None, target):", "if False:"),
        (
            "what is right is fetched again",
            "and (not matters or _is_right(present, entry, file))",
            "and not matters",
        ),
        ("what is wrong stays", "(not matters or _is_right(present, entry, file))", "True"),
        ("half of a set is checked", "role in names or role is None", "role in names"),
        ("a page is another file", "if known := foreign(data[:64]) if", "if known := None if"),
    ),
    "data/published/emnist.py": (
        ("images lie on their side", ".transpose(0, 2, 1)", ""),
        ("letters count from 1", "first = 1", "first = 0"),
        (
            "capitals stand before digits",
            '"balanced": string.digits + _CAPITALS',
            '"balanced": _CAPITALS + string.digits',
        ),
        (
            "one label too many is a class",
            "labels.max() >= len(classes)",
            "labels.max() > len(classes)",
        ),
        ("any name with these letters is EMNIST", '"(?<![a-z])emnist', '"emnist'),
        ("names count in small letters alone", ", re.IGNORECASE)", ")"),
    ),
    "data/published/entries.py": (
        ("bags are boots", '"Bag", "Ankle boot"', '"Ankle boot", "Bag"'),
        ("wo is re", '"re", "wo"', '"wo", "re"'),
        ("letters turn like digits", "narrow_labels=(), )", "narrow_labels=(1, 7), )"),
        ("letters are digits", 'only="emnist-letters-"', 'only="emnist-digits-x"'),
        (
            "the test part of QMNIST is MNIST's",
            "n_development=60_000, n_test=60_000",
            "n_development=60_000, n_test=10_000",
        ),
    ),
    "data/mnist/embedded.py": (
        ("classes come one by one", "images[subset(part)]", "images[np.sort(subset(part))]"),
        ("any packaged file will do", "if digest != PACKAGED_SHA256:", "if False:"),
        ("the last pixel is the label", "table[:, 784]", "table[:, 783]"),
    ),
    "data/mnist/catalogue.py": (
        ("Keras's file is not looked for", ', "MNIST/raw", "mnist.npz")', ', "MNIST/raw")'),
    ),
}
"""By place: name, old and new of each fault."""
