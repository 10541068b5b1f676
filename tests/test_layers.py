"""The architecture: arrows between modules point one way, and light commands stay
light.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sevenfold

ROOT = Path(sevenfold.__file__).parent
# From left to right; a module imports from its own layer or from one further left.
LAYERS = (
    {"errors"},
    {"counter_random", "machine", "records", "storage", "terminal"},
    {"data", "statistics"},
    {"runs"},
    {"protocol", "networks", "warp"},
    {"engine"},
    {"validation"},
    {"executor"},
    {"tuning"},
    {"steps"},
    {"config"},
    {"summary"},
    {"workflow"},
    {"cli", "__init__", "__main__"},
)
# Rooms that read the run folder only.
READERS = {"report": {"errors", "records", "storage", "statistics", "report"}}


def imported_rooms(path: Path) -> set[str]:
    """The top-level modules of sevenfold that a file imports anywhere, also inside
    functions.
    """
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "sevenfold"
                else [node.module]
            )
        rooms |= {name.split(".")[1] for name in names if name.startswith("sevenfold.")}
    return rooms - {"__version__"}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_point_left(path: Path) -> None:
    room = room_of(path)
    if room in READERS:
        assert imported_rooms(path) <= READERS[room]
        return
    layer = next(i for i, rooms in enumerate(LAYERS) if room in rooms)
    allowed = set().union(*LAYERS[: layer + 1]) | (
        set(READERS) if room in {"cli", "__init__", "__main__"} else set()
    )
    assert imported_rooms(path) <= allowed, f"{path} imports {imported_rooms(path) - allowed}"


def test_only_the_final_test_opens_the_sealed_set() -> None:
    openers, readers = set(), set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "open"
                and "sealed" in ast.unparse(node.value)
            ):
                openers.add(str(path.relative_to(ROOT)))
            if isinstance(node, ast.Attribute) and node.attr == "read_test":
                readers.add(str(path.relative_to(ROOT)))
    assert openers == {"steps/final_test.py"}
    # workflow.py hands the unread source to the seal; `data check` is no part of a run.
    assert readers <= {"workflow.py", "data/checking.py"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["report", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; sys.argv = ['sevenfold', *sys.argv[1:]]\nfrom sevenfold.cli import"
        " app\napp(standalone_mode=False)\nheavy = {'tensorflow', 'jax', 'keras', 'sklearn',"
        " 'scipy', 'optuna', 'matplotlib'} & set(sys.modules)\nassert not heavy, heavy"
    )
    subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, timeout=60
    )
