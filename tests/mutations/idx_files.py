"""Faults of the readers of IDX files, and of what any file may be."""

FAULTS = {
    "data/readers/idx.py": (
        ("half of the test part is one", "set(names) <= set(files)", "set(names) & set(files)"),
        ("digests change places", "for data in (image_bytes,", "for data in (label_bytes,"),
        (
            "a validation part is passed over without a word",
            "if not others: return ()",
            "if others: return ()",
        ),
        ("EMNIST lies on its side", "return upright(images, images_file.name)", "return images"),
        ("a label may be one too many", "(labels >= MAX_CLASSES)", "(labels > MAX_CLASSES)"),
        (
            "a test file without its fellow passes",
            "if own == part or set(names) & set(files)",
            "if own == part",
        ),
        (
            "packed test files are known by those of training",
            "for name in PARTS[part]:",
            'for name in PARTS["development"]:',
        ),
        (
            "any set of an archive will do",
            "located(path, only) if not files and",
            "located(path)\n    if not files and",
        ),
        (
            "an .npz by another name is to be unpacked",
            'if names and all(name.endswith(".npy") for name in names)',
            "if not names",
        ),
    ),
    "data/readers/idx_format.py": (
        ("images are transposed", ".reshape(shape)", '.reshape(shape, order="F")'),
        ("four bytes are read from behind", 'dtype = f">{', 'dtype = f"<{'),
        ("QMNIST's last column is the label", "values[:, 0] if", "values[:, -1] if"),
        ("a byte may be missing", "len(data) < expected", "len(data) < expected - 1"),
        ("what was added is not looked for", "kind, name) + 1", "kind, name)"),
        ("a header may say any number", "if n_examples > MAX_EXAMPLES", "if False"),
        ("labels are written from behind", '(12, ">i4")', '(12, "<i4")'),
        ("a server's text is a number", "or _text(bytes(header))", ""),
        (
            "what is written from behind is a number",
            '.to_bytes(4), "little")',
            '.to_bytes(4), "big")',
        ),
        ("zeros are a number", "if magic == 0:", "if False:"),
        ("labels may have any columns", "shape not in ([], [_QMNIST_COLUMNS])", "len(shape) > 1"),
        ("labels are told to be images", 'if kind == "images" else "Save', 'if True else "Save'),
    ),
    "data/readers/packing.py": (
        (
            "xz is taken for gzip",
            "lzma.LZMADecompressor(memlimit=_MAX_XZ_MEMORY)",
            "zlib.decompressobj(wbits=31)",
        ),
    ),
    "data/readers/idx_names.py": (
        ("parts change places", '"development" if is_train', '"development" if is_test'),
        ("labels are images", 'kinds == ["label"]', 'kinds == ["image"]'),
        ("t10k is no test", '"test" in text or "t10k" in text', '"test" in text'),
        ("the deepest copy is taken", "key=lambda m: (m.depth,", "key=lambda m: (-m.depth,"),
        (
            "sets are mixed",
            'return str(home), _WORDS.sub("", _PACKING.sub("", path.name))',
            'return str(home), ""',
        ),
        ("half a set is none", "whole or halves or found", "whole or found"),
        ("the folder of a part is a set", "if _part(home.name) is not None:", "if False:"),
        ("rank one is of images", '"1": ["label"]', '"1": ["image"]'),
        ("a packed file with a dot is none", ', dotted, f"{dotted}.gz")', ", dotted)"),
        (
            "a folder with a file's name is the file",
            "(path for path in paths if path.is_file())",
            "(path for path in paths)",
        ),
        ("latest is a test", 'rf"(?<![a-z])({words})"', 'rf"({words})"'),
    ),
    "data/readers/members.py": (
        ("hidden files count", "if _is_hidden(entry.name): continue", "if False: continue"),
        (
            "what a Mac packs beside files counts",
            'any(map(_is_hidden, info.filename.split("/")))',
            "_is_hidden(info.filename)",
        ),
        ("folders below are not looked into", 'name.count("/") < _MAX_DEPTH', "False"),
    ),
    "data/readers/files.py": (
        ("the largest height is too large", "0 < height <= MAX_SIDE", "0 < height < MAX_SIDE"),
        ("width has no bound", "and 0 < width <= MAX_SIDE", ""),
        ("four channels are too many", "channels[0] <= MAX_CHANNELS", "channels[0] < MAX_CHANNELS"),
        ("any number of images", "n_images > MAX_EXAMPLES or n_bytes", "n_bytes"),
        ("any number of bytes", "> MAX_EXAMPLES or n_bytes > MAX_BYTES", "> MAX_EXAMPLES"),
        ("what is packed is packed twice", "if unpacked and what in", "if what in"),
        ("memory has no end", "left is not None and n_bytes > left", "False"),
        ("labels may be too many", "if n_images != n_labels", "if n_images > n_labels"),
        ("no example is enough", "if n_images == 0", "if False"),
        ("pages count in small letters alone", "start.lstrip().lower()", "start.lstrip()"),
    ),
    "data/readers/refusals.py": (
        ("an empty folder is of something else", "if not names:", "if False:"),
        (
            "an archive is one whatever its name",
            'if known and "zip archive" in known[0]',
            "if False",
        ),
        ("a pickle is an archive", '".joblib"), _PICKLE)', '".joblib"), _PACKED)'),
        ("an .npz in a folder is something else", '(".npz", ".zip")', '(".zip",)'),
        ("an IDX file is another", "if role_of(path.name)", "if False"),
        ("the outer suffix alone counts", "in reversed(suffixes)", "in suffixes[-1:]"),
        ("contents are not looked at", "if path.is_file() else None", "if False else None"),
    ),
}
"""By place: name, old and new of each fault."""
