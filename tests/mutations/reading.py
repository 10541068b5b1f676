"""Faults of how data are read and a part of them is set aside."""

FAULTS = {
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
            "1.0 - len(development) / n_in_all",
            "len(development) / n_in_all",
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
            '{"development": images[~chosen], "test": test}',
            '{"development": images, "test": test}',
        ),
        ("what was set aside stays in memory", "pixels[len(kept) :] = 0", "pass"),
        (
            "images and labels part where it is done in place",
            "pixels[start : start + len(places)] = pixels[places]",
            "pixels[start : start + len(places)] = pixels[places - start]",
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
    "data/readers/__init__.py": (
        (
            "a size goes with arrays",
            "if size is not None and not loose_reader_of(path)",
            "if False",
        ),
        (
            "a size is forgotten",
            "return loose.read(path, part, size, colour,",
            "return loose.read(path, part, None, colour,",
        ),
        (
            "colour is decided by each part",
            "return loose.read(path, part, size, colour,",
            "return loose.read(path, part, size, None,",
        ),
    ),
}
"""By place: name, old and new of each fault."""
