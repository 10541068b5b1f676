"""Good files of every format, spoiled at random, given to every reader: each must be
read or refused in one line, in bounded time and memory.

`scripts/soak fuzz --n 20000`; a seed gives the same files again.
"""

import resource
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sevenfold import data
from sevenfold.errors import DataError

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hostile"))
import rows

MAX_SECONDS, MAX_GROWTH = 10.0, 500 << 20
"""For one file, and for the resident memory of all, in bytes."""

Spoiler = Callable[[bytearray, np.random.Generator], None]


def fuzzed_files(folder: Path, n: int, seed: int) -> dict[str, Any]:
    """Counts of `n` spoiled files, the longest time and the growth of memory."""
    originals = _originals()
    failures: list[str] = []
    verdicts: Counter[str] = Counter()
    slowest = 0.0
    for _, own in originals:  # what is loaded once is no growth
        _verdict(_written(folder, own))
    before = _peak_bytes()
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        kind, files = originals[number % len(originals)]
        name = str(rng.choice([name for name in files if not name.startswith("test")]))
        content = bytearray(files[name])
        for _ in range(rng.integers(1, 4)):
            SPOILERS[rng.integers(len(SPOILERS))](content, rng)
        path = _written(folder, {**files, name: bytes(content)})
        started = time.monotonic()
        verdict = _verdict(path)
        seconds = time.monotonic() - started
        slowest = max(slowest, seconds)
        verdicts[f"{kind}: {verdict if verdict in ('read', 'refused') else 'failure'}"] += 1
        if verdict not in ("read", "refused") or seconds > MAX_SECONDS:
            failures.append(f"{kind}, {name}, seed {seed}, number {number}: {verdict}")
    growth = _peak_bytes() - before
    if growth > MAX_GROWTH:
        failures.append(f"memory grew by {growth:,} bytes")
    return {
        "files": n,
        "verdicts": dict(sorted(verdicts.items())),
        "slowest_seconds": round(slowest, 2),
        "memory_growth_mb": round(growth / 1e6, 1),
        "peak_mb": round(_peak_bytes() / 1e6),
        "failures": failures,
    }


def _originals() -> list[tuple[str, dict[str, bytes]]]:
    """A good data set of each kind: its files, by name."""
    names = np.array(["boot", "Coat", "bag"])
    return [
        ("idx", rows.IDX),
        ("idx.gz", {f"{name}.gz": rows.packed(content) for name, content in rows.IDX.items()}),
        ("zip", {"d.zip": rows.zipped(rows.IDX)}),
        ("npz", {"d.npz": rows.npz()}),
        ("npz of texts", {"d.npz": rows.npz(y_train=names[rows.Y], y_test=names[rows.TY])}),
        ("table", {"d.csv": rows.csv()}),
        ("table.gz", {"d.csv.gz": rows.packed(rows.csv())}),
        ("pictures", rows.PICTURES),
        ("Parquet", {"d.parquet": _parquet()}),
    ]


def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"image": [rows.png(x) for x in rows.X], "label": rows.Y.tolist()})
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream)
    return bytes(stream.getvalue().to_pybytes())


def _written(folder: Path, files: dict[str, bytes]) -> Path:
    """Where the files are; the one file, or their folder."""
    own = folder / "own"
    shutil.rmtree(own, ignore_errors=True)
    for name, content in files.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_bytes(content)
    return own / next(iter(files)) if len(files) == 1 else own


def _verdict(path: Path) -> str:
    try:
        data.check(str(path))
    except DataError as error:
        return "refused" if len(str(error).splitlines()) == 1 else f"several lines: {error!r}"
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    return "read"


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _flip(content: bytearray, rng: np.random.Generator) -> None:
    if content:
        content[rng.integers(len(content))] ^= 1 << int(rng.integers(8))


def _overwrite(content: bytearray, rng: np.random.Generator) -> None:
    """Four bytes of an extreme number, as lengths and offsets are; early ones most."""
    if len(content) > 4:
        place = int(rng.integers(len(content) - 4) * rng.random() ** 4)
        content[place : place + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])


def _cut(content: bytearray, rng: np.random.Generator) -> None:
    del content[int(rng.integers(len(content) + 1)) :]


def _repeat(content: bytearray, rng: np.random.Generator) -> None:
    place = int(rng.integers(len(content) + 1))
    content[place:place] = content[place : place + int(rng.integers(1, 2_000))]


def _insert(content: bytearray, rng: np.random.Generator) -> None:
    place = int(rng.integers(len(content) + 1))
    content[place:place] = rng.bytes(int(rng.integers(1, 50)))


SPOILERS: tuple[Spoiler, ...] = (_flip, _flip, _overwrite, _cut, _repeat, _insert)
