"""Faults of the readers of pictures and bitmaps."""

FAULTS = {
    "data/readers/folders.py": (
        (
            "digests leave classes out",
            "os.fsencode(file.relative_to(folder))",
            "os.fsencode(file.name)",
        ),
        (
            "colours are lost",
            "Stack(len(files), (height, width), colour)",
            "Stack(len(files), (height, width), False)",
        ),
        ("the test part need not have all", "own.keys() - test.keys()", "own.keys() - own.keys()"),
        ("the test part may have more", "test.keys() - own.keys()", "test.keys() - test.keys()"),
        ("a third part is passed over", "if others: raise", "if False: raise"),
        ("accents are spelled two ways", 'unicodedata.normalize("NFC", own.name)', "own.name"),
        (
            "suffixes are all that counts",
            "is_named_picture(file) or starts_as_picture(file)",
            "is_named_picture(file)",
        ),
        ("loose pictures are passed over", "if loose:", "if False:"),
        ("a size that was asked for is forgotten", "size or _median_size(", "_median_size("),
        (
            "labels stand from behind",
            "enumerate(names.values())",
            "enumerate(reversed(names.values()))",
        ),
        ("two folders may be one part", "if len(folders) > 1:", "if False:"),
        ("a class called train is a part", "if subfolders(folder)]", "]"),
        (
            "classes inside a class are passed over",
            "if deeper := subfolders(own)",
            "if deeper := []",
        ),
        (
            "what an archive puts around is a class",
            "for _ in range(_MAX_DEPTH)",
            "for _ in range(0)",
        ),
        (
            "digests are of names",
            "(os.fsencode(file.relative_to(folder)), digest)",
            "(os.fsencode(file.relative_to(folder)),)",
        ),
    ),
    "data/readers/_folder_listing.py": (
        ("ten stands before nine", "natural(entry.name)", "entry.name"),
        ("thumbnails of Windows count", "entry.name.lower() not in _JUNK", "True"),
        ("capitals are no suffix", "file.suffix.lower() in pictures", "file.suffix in pictures"),
        ("hidden files count", 'not entry.name.startswith(".") and', ""),
        ("capitals are no part", "inner.name.lower() in names", "inner.name in names"),
        ("pictures further down are none", "if depth < _MAX_DEPTH", "if depth < 0"),
    ),
    "data/readers/parquet.py": (
        (
            "parts change places",
            '{"development": train, "test": test}',
            '{"development": test, "test": train}',
        ),
        ("names of classes are numbers", "return names[label] if names else", "return"),
        ("labels are not digested", 'f"{label}\\0{hashlib', 'f"{hashlib'),
        ("one label more than names", "label < len(names)", "label <= len(names)"),
        ("the last name is -1", "label >= 0 and", ""),
        ("ten stands before nine", "sorted(set(labels), key=natural)", "sorted(set(labels))"),
        ("colours are lost", "in files), size, colour)", "in files), size, False)"),
        ("a size that was asked for is forgotten", "if size is None:", "if True:"),
        ("rows are counted by batch", "number += 1", "number = 1"),
        ("a file without a row is one", "if number == 0:", "if False:"),
        ("an empty picture is left out", 'value.get("bytes") if', 'value.get("path") if'),
    ),
    "data/readers/stacks.py": (
        (
            "what came before a colour is lost",
            "= grey[: self._n_there, ..., None]",
            "= 0",
        ),
    ),
    "data/readers/hdf5.py": (
        (
            "parts change places",
            '"development": "train", "test": "test"',
            '"development": "test", "test": "train"',
        ),
        ("grey is cut off", 'np.rint(group["data"][:] * 255)', 'np.floor(group["data"][:] * 255)'),
        ("any file is opened", "if digest != USPS.sha256[_NAME]", "if False"),
        ("capitals are no suffix", "file.suffix.lower() in", "file.suffix in"),
    ),
    "data/readers/bitmaps.py": (
        (
            "validation images are lost",
            '("optdigits-orig.tra", "optdigits-orig.tes")',
            '("optdigits-orig.tra",)',
        ),
        ("paper is ink", '- ord("0")) * np', '- ord("0") ^ 1) * np'),
        ("digests are of packed files", "hashlib.sha256(text)", "hashlib.sha256(read_bytes(file))"),
        ("what follows is not looked at", "not _is_all(text, len(images))", "False"),
        ("rows are columns", ".reshape(-1, _SIDE, _SIDE) -", ".reshape(-1, _SIDE, _SIDE).mT -"),
    ),
    "pictures.py": (
        (
            "what is transparent is black",
            "_WHITE = (255, 255, 255, 255)",
            "_WHITE = (0, 0, 0, 255)",
        ),
        ("of 16 bits the lower eight", ">> 8", "& 255"),
        ("EXIF is ignored", "ImageOps.exif_transpose(picture)", "picture"),
        ("sizes are not turned", "if turned else", "if not turned else"),
        (
            "the rest is above and left",
            "(height - h) // 2, (width - w) // 2",
            "height - h, width - w",
        ),
        ("the rest is black", "fitted[:] = _border(pixels)", "fitted[:] = 0"),
        (
            "small pictures are blown up",
            "min(1.0, largest / max(height, width))",
            "largest / max(height, width)",
        ),
        ("red is all brightness", "else _brightness(picture)", "else picture[..., 0]"),
        ("grey in three channels is colour", "bool((colours[..., :1] == colours).all())", "False"),
        (
            "red alone is grey",
            "(colours[..., :1] == colours).all()",
            "(colours[..., 1] == colours[..., 2]).all()",
        ),
        ("eight bits in sixteen are black", "or 0 < high < 256", ""),
        ("shrinking skips", "BOX if scale < 1.0", "NEAREST if scale < 1.0"),
        (
            "paper is the first row",
            "(pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])",
            "(pixels[0],)",
        ),
        ("the median is width first", "for axis in (0, 1)", "for axis in (1, 0)"),
        (
            "a bomb is measured by its height",
            "picture.width * picture.height > MAX_PIXELS",
            "picture.height > MAX_PIXELS",
        ),
        ("a GIF begins otherwise", 'b"GIF8"', 'b"GIF7"'),
    ),
}
"""By place: name, old and new of each fault."""
