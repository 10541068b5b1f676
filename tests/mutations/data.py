"""Faults of the room of data, its readers apart: what must hold, what is set aside,
where things lie, what is fetched, and what is true of published data alone.
"""

ROOM = {
    "data/contents.py": (
        ("classes are counted by places", "labels=places[images.labels],", "labels=images.labels,"),
        ("test images may have any size", "if images.shape != shape:", "if False:"),
        ("the test part may be turned round", "if are_opposite(development, test):", "if False:"),
        ("one class is enough", "if images.n_classes < 2:", "if images.n_classes < 1:"),
        (
            "a class may lack in the test part",
            '_require_every_class(images, f"{name}, test")',
            "None",
        ),
        (
            "a class may lack in development",
            '_require_every_class(images, f"{name}, development")',
            "None",
        ),
        (
            "a dark test part passes",
            'if brightest <= DARKEST: raise DataError( f"{name}, test',
            'if False: raise DataError( f"{name}, test',
        ),
        ("a class that only the test part has is 0", "if own not in place]", "if False]"),
        ("labels from 1 are told to have gaps", 'missing == ["0"] ==', 'missing == ["1"] =='),
        ("overlap counts development", "for key in keys(test))", "for key in keys(test)[:1])"),
    ),
    "data/faults.py": (
        ("many copies are few", "MANY_COPIES = 0.01", "MANY_COPIES = 0.5"),
        ("one label is several", "return_counts=True)[1] > 1", "return_counts=True)[1] > 0"),
        ("two labels are one", "return_counts=True)[1] > 1", "return_counts=True)[1] > 2"),
        (
            "flat is alike in a column",
            "rows.min(axis=1) == rows.max(axis=1)",
            "rows.min(axis=0) == rows.max(axis=0)",
        ),
        ("opposite is one-sided", "((one, other), (other, one))", "((one, other),)"),
        ("what was done is not said", "[*images.notes, *about_all,", "[*about_all,"),
        ("half the range is dark", "if brightest >= _MIDDLE", "if brightest > 255"),
        (
            "paper is above and below alone",
            "pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]]",
            "pixels[:, -1]]",
        ),
        (
            "two images are the same",
            "np.flatnonzero(distinct == 1)",
            "np.flatnonzero(distinct <= 2)",
        ),
        (
            "photographs are paper",
            "np.count_nonzero(np.abs(edge - paper) < _APART) > edge.size / 2",
            "True",
        ),
        ("any dark pixel is ink", "or len(dark) <= n_bright", "or len(dark) == 0"),
    ),
    "data/reading.py": (
        (
            "what was set aside is not turned",
            '_turned(separate(images, str(path))["test"], wishes)',
            'separate(images, str(path))["test"]',
        ),
        (
            "development is set aside",
            'separate(images, str(path))["test"]',
            'separate(images, str(path))["development"]',
        ),
        (
            "test images are not turned",
            "require_test(_turned(images, wishes),",
            "require_test(images,",
        ),
        (
            "development is not turned",
            "development = require_development(_turned(images, wishes),",
            "development = require_development(images,",
        ),
        (
            "turning is done twice",
            "replace(images, pixels=255 - images.pixels)",
            "replace(images, pixels=images.pixels)",
        ),
        ("files may change before the opening", "if digests != known:", "if False:"),
        (
            "the share is the rest",
            "1.0 - len(development) / len(images)",
            "len(development) / len(images)",
        ),
        (
            "packed files are not recognised",
            'recognised(digests) or recognised(_packed(path, "development"))',
            "recognised(digests)",
        ),
        ("parts need not be alike", "require_alike(development, test, path)", "None"),
        (
            "published classes have no names",
            "replace(images, classes=entry.classes or images.classes)",
            "images",
        ),
        ("colour is decided by each part", "colour=bool(channels)", "colour=None"),
        (
            "the size is taken from the test part",
            '_read(path, "test", entry, sized,',
            '_read(path, "test", entry, wishes,',
        ),
        ("the size plays no part", "size=wishes.size,", "size=None,"),
        (
            "half of a published set is the user's own",
            "entry or (None if is_own else recognised(digests))",
            "entry",
        ),
        ("the user's own is recognised", "if entry is None and not is_own:", "if entry is None:"),
        (
            "turning is not recorded",
            'provenance.model_copy(update={"inverted": wishes.invert})',
            "provenance",
        ),
        (
            "narrow classes are forgotten",
            "replace(development, narrow_labels=entry.narrow_labels)",
            "development",
        ),
        ("what lies beside is not said", "left_out=left_out_of(path)", "left_out=()"),
        ("other packed files pass", "if digest != expected.get(name):", "if False:"),
        (
            "names need not differ",
            "require_class_names(images.classes, str(path)) development =",
            "development =",
        ),
        (
            "what is set aside may be anything",
            "require_development(_turned(images, wishes), path) development =",
            "development =",
        ),
        (
            "digests of test files are forgotten",
            "{**entry.sha256, **entry.packed, **digests}",
            "digests",
        ),
    ),
    "data/setting_aside.py": (
        ("small sets give less", "max(n // 6, min(N_LEAST, n // 3))", "n // 6"),
        ("one more is set aside", "<= most[label] for", "<= most[label] + 1 for"),
        ("all of a class is set aside", "[n // 2 for n in counts]", "counts"),
        (
            "copies stand on both sides",
            'np.unique(np.array(keys, "S64"), return_inverse=True)[1]',
            "np.argsort(np.argsort(keys))",
        ),
        (
            "development keeps what was set aside",
            "= images[~chosen], images[chosen]",
            "= images, images[chosen]",
        ),
        (
            "groups stand on both sides",
            "if images.groups is None else _chosen_groups(images, rank)",
            "",
        ),
        ("the word is forgotten", "_WORD + image.tobytes()", "image.tobytes()"),
        ("a class may have no test image", "if len(lacking):", "if False:"),
        (
            "files in another order give another part",
            "(_WORD + image.tobytes()).hexdigest() for image in images.pixels",
            "(_WORD + bytes([i % 256])).hexdigest() for i, image in enumerate(images.pixels)",
        ),
    ),
    "data/source.py": (
        ("turned images are the same data", ' self.inverted and "inverted",', ""),
        ("a part that was set aside is the same data", 'self.set_aside and "set aside",', ""),
        ("another size is the same data", "facts = ( self.size,", "facts = ("),
        ("other files are the same data", "[self.name, self.sha256, *", "[self.name, *"),
    ),
    "data/checking.py": (
        (
            "test classes are development's",
            "test.class_counts.tolist()",
            "development.class_counts.tolist()",
        ),
        (
            "copies are development's",
            "n_test_duplicates=n_duplicates(test)",
            "n_test_duplicates=n_duplicates(development)",
        ),
        ("an image may be in both", "require_disjoint(development, test, dataset)", "None"),
        ("the test part's faults are not said", "for text in faulty(test))", "for text in ())"),
        (
            "all data are published",
            "published=source.provenance.n_test is not None",
            "published=True",
        ),
        ("images are turned unasked", "size=size, invert=invert,", "size=size, invert=not invert,"),
    ),
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
    "data/class_names.py": (
        ("ten stands before nine", '(0, int(p), "")', "(0, 0, p)"),
        ("a and A are one", "own if len(own) == 1 else _folded(own)", "_folded(own)"),
        ("capitals tell classes apart", "else _folded(own)", "else own"),
        (
            "a thousand classes are too many",
            "len(names) > MAX_CLASSES",
            "len(names) >= MAX_CLASSES",
        ),
        ("a class may have no name", "if not own.strip() or", "if"),
        ("widths of letters tell classes apart", 'unicodedata.normalize("NFKC", name)', "name"),
    ),
    "data/images.py": (
        ("one label less", "range(largest + 1)", "range(largest)"),
        ("labels keep their type", "labels.astype(dtype, copy=False)", "labels"),
        ("absent classes are not counted", "minlength=self.n_classes", "minlength=0"),
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
