"""Faults of what data must hold, of copies and groups, and of names of classes."""

FAULTS = {
    "data": (
        ("any digits have MNIST's writers", "hexdigest() == sha256", "hexdigest() != sha256"),
        ("students are employees", "writers < STUDENTS_FROM", "writers >= STUDENTS_FROM"),
        ("aspects are lost", "values[indices] for name", "values for name"),
        (
            "nearly equal images of one part are across both",
            "in_second[:, 0] != in_second",
            "True | in_second",
        ),
        ("two changed pixels are one", "any(axis=2).sum() == 1", "any(axis=2).sum() <= 2"),
        ("images move up and down alone", "for right in (0, 1)", "for right in (0,)"),
        ("faint images are copies", "CONTRAST * contrast[pairs]", "255 * contrast[pairs]"),
        (
            "blocks push images apart",
            "np.concatenate(sums) / np.sqrt(sizes)",
            "np.concatenate(sums)",
        ),
        ("there are never duplicates", "len(images) - len(np.unique(first_alike(images)))", "0"),
        (
            "the overlap check always passes",
            "key in known for key in keys(test)",
            "False for key in keys(test)",
        ),
        ("an overlap is no trouble", "if n_both:", "if False:"),
        ("inputs end below one", "/ np.float32(255.0)", "/ np.float32(256.0)"),
        ("empty pieces cost nothing", "> _FREE_PIECES + self._n_bytes", "< 0 * self._n_bytes"),
        ("padding may be endless", "n_padding > _MAX_PADDING:", "n_padding < 0:"),
        (
            "xz takes what it asks for",
            "LZMADecompressor(memlimit=_MAX_XZ_MEMORY)",
            "LZMADecompressor()",
        ),
        (
            "a list of members may be of any length",
            "n if 0 <= n <= _MAX_AT_ONCE else",
            "n if 0 <= n else",
        ),
        (
            "labels are not part of the data",
            "digest.update(self.labels.tobytes())",
            "digest.update(self.pixels.tobytes())",
        ),
        (
            "bright ink is dark",
            "middle[middle < paper - _APART]",
            "middle[middle > paper - _APART]",
        ),
        (
            "the largest class must be large enough",
            "if counts.min() < MIN_PER_CLASS",
            "if counts.max() < MIN_PER_CLASS",
        ),
        ("other files pass for published ones", "digest != entry.sha256.get(name)", "False"),
        (
            "dark images are accepted",
            'if brightest <= DARKEST: raise DataError( f"{name}, development',
            'if False: raise DataError( f"{name}, development',
        ),
        ("groups are lost", "else self.groups[indices]", "else None"),
        ("a file may be longer than it says", "if len(data) > expected", "if False"),
        (
            "groups are not part of the data",
            'named[f"groups of {part}"] = groups_digest(images',
            "groups_digest(images",
        ),
        (
            "the column of groups is a pixel",
            "if i not in (self.label, self.group)",
            "if i != self.label",
        ),
        ("the first order of units is taken", "if score < least:", "if not len(best):"),
        (
            "a part may lack a class of few groups",
            "np.lexsort((off, -n_new))",
            "np.lexsort((off,))",
        ),
        (
            "no group is in both parts",
            "np.isin(test.groups, development.groups)",
            "np.isin(test.groups, [])",
        ),
    ),
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
    "data/images.py": (
        (
            "the validation part counts its own classes",
            "dtype)[piece.labels]",
            "dtype)[piece.labels] * 0 + piece.labels",
        ),
        (
            "numbers of classes stand as texts do",
            "name in piece.classes}, key=natural)",
            "name in piece.classes})",
        ),
        ("one label less", "range(largest + 1)", "range(largest)"),
        ("labels keep their type", "labels.astype(dtype, copy=False)", "labels"),
        ("absent classes are not counted", "minlength=self.n_classes", "minlength=0"),
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
}
"""By place: name, old and new of each fault."""
