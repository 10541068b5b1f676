"""The network of a finished run in the formats that people ask for, each held against
what the run stored of it by its own runtime before it counts.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sevenfold.errors import RunError, SettingsError, SevenfoldError
from sevenfold.export.formats import FORMATS, Form, Format, Portable
from sevenfold.records import Record
from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun, read_run
from sevenfold.runtimes import RuntimeFailed, RuntimeProcess, installed, predict
from sevenfold.statistics import Proportion, proportion
from sevenfold.surroundings import settled

__all__ = ["FORMATS", "Exported", "export"]

TOLERANCE = 1e-4
"""Between probabilities of two runtimes; int8 is not held to it."""


class Exported(Record):
    """A file that was written and read back.

    n_bytes: of a folder, all its files together. about: what goes in and out, and under
    which names. versions: of what read it. n: images that were compared; n_same: those
    that got the same class. accuracy, as_stored: on these images, by the file and by
    the run's own network, which was trained on them.
    """

    format: str
    path: str
    n_bytes: int
    about: str
    versions: dict[str, str]
    exact: bool
    n: int
    largest_difference: float
    n_same: int
    accuracy: Proportion
    as_stored: Proportion

    def __str__(self) -> str:
        by = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        largest = f"largest difference {self.largest_difference:.1e}"
        agreement = f"{self.n_same} of {self.n} answers the same, {largest}"
        found = (
            f"{largest} on {self.n} images"
            if self.exact
            else f"{agreement}; accuracy {self.accuracy} (the network's own {self.as_stored})"
        )
        return f"{self.path}  {self.n_bytes:,} bytes; {self.about}; {by}: {found}"


@settled()
def export(
    folder: Path | str,
    formats: Sequence[str],
    out: Path | str | None = None,
    *,
    on_file: Callable[[Exported], None] = lambda _: None,
) -> tuple[Exported, ...]:
    """Write the network of the run in `folder` in each format, into `out` (default: the
    folder `export` of the run), and give what was found of each file; `on_file` hears
    of it as soon as it is there.

    A file takes its place only once its runtime has opened it in a fresh process and
    given the run's probabilities, to `TOLERANCE`, on the validation images that the run
    stored with them; an int8 file gives its agreement and accuracy instead. An older
    file of that name stays until then.

    Raises:
        SettingsError: a format is unknown, or what it needs is not installed.
        RunError: the folder is no finished run, is damaged, or stored no images; or
        `out` cannot be written.
        SevenfoldError: a file does not say what the network says.
    """
    forms = _forms_of(formats)
    run = read_run(folder)
    network, sample = _portable(run), run.arrays(layout.SAMPLE)
    place = Path(out) if out is not None else run.folder / layout.EXPORT
    done = []
    for form in forms:
        done.append(_exported(network, form, sample, place))
        on_file(done[-1])
    return tuple(done)


def _forms_of(formats: Sequence[str]) -> list[Form]:
    """The files to write, each once, in the order of the formats."""
    if not formats:
        raise SettingsError(f"--to wants one or more of {', '.join(FORMATS)}.")
    for name in formats:
        if name not in FORMATS:
            raise SettingsError(f"--to knows {', '.join(FORMATS)}. Got {name!r}.")
    wanted: list[Format] = [name for name in FORMATS if name in formats]
    for name in wanted:
        missing = [module for module in FORMATS[name].needs if not installed(module)]
        if missing:
            raise SettingsError(
                f"--to {name} needs {' and '.join(missing)}, not installed here. Install the extras"
                " export and tensorflow (docs/export.md; Python 3.11 to 3.13), or leave it out."
            )
    return [form for name in wanted for form in FORMATS[name].forms]


def _portable(run: FinishedRun) -> Portable:
    spec, weights = run.network()
    if run.saved_network is None:
        raise RunError(
            f"{run.folder} was made before runs stored images to hold an export against, or is not"
            " finished. Give the command of the run again, or start anew with another --out."
        )
    return Portable(
        spec=spec,
        weights=weights,
        image_shape=run.problem.image_shape,
        classes=tuple(count.name for count in run.problem.class_counts),
        version=run.description.versions["sevenfold"],
        keras_file=run.saved(layout.MODEL),
        sample=run.saved(layout.SAMPLE),
    )


def _exported(
    network: Portable, form: Form, sample: dict[str, np.ndarray], place: Path
) -> Exported:
    with _replacing(place / form.file) as path:
        try:
            form.write(network, path)
            with RuntimeProcess("reader", form.framework) as process:
                found, versions = predict(process, form.kind, path, sample["pixels"])
        except RuntimeFailed as error:
            raise SevenfoldError(f"{form.file} could not be made or opened: {error}") from None
        difference = float(np.abs(found - sample["probabilities"]).max())
        if form.exact and not difference <= TOLERANCE:
            raise SevenfoldError(
                f"{form.file} does not say what the network says: probabilities differ by up to"
                f" {difference:.1e}, allowed are {TOLERANCE:.0e}. It was not kept."
            )
        files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
        n_bytes = sum(file.stat().st_size for file in files)
    answers, stored, labels = (
        found.argmax(axis=1),
        sample["probabilities"].argmax(axis=1),
        sample["labels"],
    )
    return Exported(
        format=form.name,
        path=str(place / form.file),
        n_bytes=n_bytes,
        about=form.about(network),
        versions=versions,
        exact=form.exact,
        n=len(labels),
        largest_difference=difference,
        n_same=int((answers == stored).sum()),
        accuracy=proportion(int((answers == labels).sum()), len(labels)),
        as_stored=proportion(int((stored == labels).sum()), len(labels)),
    )


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Where to write first: what lies there afterwards takes the place of `path`, a
    file or a folder; after a failure nothing does, and nothing of it is left.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    except OSError as error:
        raise _no_place(path, error) from None
    try:
        made = scratch / path.name
        yield made
        if made.is_dir() and path.is_dir():  # a folder is not replaced in one go
            path.rename(scratch / "before")
        made.replace(path)
    except OSError as error:
        raise _no_place(path, error) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _no_place(path: Path, error: OSError) -> RunError:
    return RunError(
        f"Cannot write into {path.parent}: {error.strerror} ({path.name}). Choose another folder"
        " with --out."
    )
