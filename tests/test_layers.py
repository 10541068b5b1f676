"""The architecture: arrows between modules point one way, and light commands stay
light.
"""

import ast
import importlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_origin

import pytest

import sevenfold
from sevenfold.records import Record

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
    {"config", "summary"},
    {"runs.reading"},
    {"workflow"},
    {"cli", "__init__", "__main__"},
)
# Rooms that read finished runs only, and what they may import whole.
READERS = {
    "report": {
        *("errors", "records", "storage", "machine", "statistics", "data", "runs"),
        *("runs.reading", "report"),
    }
}
# Of these a reader knows the types of what lies in a run, and nothing that works.
TYPES_ONLY = {"config", "engine", "networks", "protocol", "steps", "tuning", "validation"}


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
        rooms |= {room_in(name.split(".")[1:]) for name in names if name.startswith("sevenfold.")}
    return rooms - {"__version__"}


def room_in(parts: Sequence[str]) -> str:
    """The first part of a path; `runs.reading`, the door to a finished run, knows what
    every step found and is a room of its own.
    """
    return ".".join(parts[:2]) if tuple(parts[:2]) == ("runs", "reading") else parts[0]


def room_of(path: Path) -> str:
    return room_in(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_point_left(path: Path) -> None:
    room = room_of(path)
    if room in READERS:
        assert imported_rooms(path) <= READERS[room] | TYPES_ONLY
        return
    layer = next(i for i, rooms in enumerate(LAYERS) if room in rooms)
    allowed = set().union(*LAYERS[: layer + 1]) | (
        set(READERS) if room in {"cli", "__init__", "__main__"} else set()
    )
    assert imported_rooms(path) <= allowed, f"{path} imports {imported_rooms(path) - allowed}"


@pytest.mark.parametrize("room", READERS)
def test_readers_of_runs_import_no_function_of_a_step(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and is_types_only(node.module):
                module = importlib.import_module(node.module)
                for alias in node.names:
                    imported = getattr(module, alias.name)
                    assert is_type(imported), f"{path} imports {alias.name} of {node.module}"


def is_types_only(module: str) -> bool:
    return module.startswith("sevenfold.") and module.split(".")[1] in TYPES_ONLY


def is_type(value: object) -> bool:
    """Whether it is the class of a record, or a choice of names."""
    return get_origin(value) is Literal or (isinstance(value, type) and issubclass(value, Record))


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
