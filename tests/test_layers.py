"""The architecture: arrows between modules point one way, nothing imports in a circle,
what is private stays so, and light commands stay light.
"""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, get_origin

import pytest

import sevenfold
from sevenfold.records import Record

ROOT = Path(sevenfold.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
# From left to right; a module imports from its own layer or from one further left. The
# longest name that a module's own begins with says where it belongs.
LAYERS = (
    {"errors", "modules"},
    {
        "colours",
        "counter_random",
        "interrupts",
        "machine",
        "outlook",
        "pictures",
        "progress_lines",
        "records",
        "runtimes",
        "storage",
        "surroundings",
        "templates",
        "terminal",
    },
    {"data", "scores", "statistics"},
    {"runs"},
    {"protocol", "splits", "networks", "photometric", "warp"},
    {"engine"},
    {"validation"},
    {"executor"},
    {"tuning"},
    {"steps", "examination.results", "examination.keeping"},
    {"config"},
    {"summary", "runs.reading"},
    {"settings", "forecast"},
    {"notebook"},
    {"predictor"},
    {"workflow", "report", "export", "demo"},
    {"app", "examination", "tracking"},
    {"cli", "__init__", "__main__"},
)
# Rooms that read finished runs: of what trains they know the results' types alone.
READERS = {"notebook", "report", "export", "predictor", "demo", "app", "tracking"}
TRAINERS = {
    "validation",
    "networks",
    "engine",
    "executor",
    "tuning",
    "steps",
    "config",
    "photometric",
    "warp",
    "examination",
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {module_of(path): path for path in FILES}


@cache
def imports(path: Path) -> tuple[tuple[str, str], ...]:
    """(module, name) of everything of sevenfold that a file imports, also inside
    functions; a name that is a module itself counts as that module.
    """
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name.removeprefix("sevenfold."), "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}".removeprefix("sevenfold.")
                outer = node.module.removeprefix("sevenfold").removeprefix(".") or "__init__"
                found.append((inner, "") if inner in MODULES else (outer, alias.name))
    return tuple((module, name) for module, name in found if module in MODULES)


def layer_of(module: str) -> int:
    names = [name for rooms in LAYERS for name in rooms]
    own = max((n for n in names if f"{module}.".startswith(f"{n}.")), key=len)
    return next(i for i, rooms in enumerate(LAYERS) if own in rooms)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_left(module: str) -> None:
    for imported, name in imports(MODULES[module]):
        if (imported, name) == ("__init__", "__version__"):
            continue
        assert layer_of(imported) <= layer_of(module), f"{module} imports {imported}"


def test_nothing_imports_in_a_circle() -> None:
    edges = {
        module: {imported for imported, _ in imports(path)} - {module, "__init__"}
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join((*above, module))
        if module not in done:
            for imported in sorted(edges[module]):
                visit(imported, (*above, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_an_underscored_module_is_imported_from_its_own_room_only(module: str) -> None:
    for imported, _ in imports(MODULES[module]):
        room, _, last = imported.rpartition(".")
        if last.startswith("_") and not last.startswith("__"):
            assert f"{module}.".startswith(f"{room}."), f"{module} imports {imported}"


@pytest.mark.parametrize("module", [m for m in MODULES if m.split(".")[0] in READERS])
def test_readers_of_runs_import_types_only_from_what_trains(module: str) -> None:
    for imported, name in imports(MODULES[module]):
        if imported.split(".")[0] in TRAINERS:
            value = getattr(importlib.import_module(f"sevenfold.{imported}"), name)
            assert is_type(value), f"{module} imports {imported}.{name}"


def is_type(value: object) -> bool:
    """Whether it is the class of a record, or a choice of names."""
    return get_origin(value) is Literal or (isinstance(value, type) and issubclass(value, Record))


def nodes_of(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield path.relative_to(ROOT).as_posix(), node


def test_only_the_final_test_opens_the_sealed_set() -> None:
    attributes = [(path, node) for path, node in nodes_of(ast.Attribute)]
    openers = {p for p, n in attributes if n.attr == "open" and "sealed" in ast.unparse(n.value)}
    readers = {p for p, n in attributes if n.attr == "read_test"}
    assert openers == {"steps/final_test.py"}
    # workflow.py hands the unread source to the seal; `data check` is no part of a run;
    # a field exam comes after the opening, and counts as none.
    assert readers <= {"workflow.py", "data/checking.py", "examination/exam.py"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["report", "--help"], ["examine", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; sys.argv = ['sevenfold', *sys.argv[1:]]\n"
        "from sevenfold.cli import app\n"
        "app(standalone_mode=False)\n"
        "heavy = {'tensorflow', 'jax', 'keras', 'sklearn', 'scipy', 'optuna', 'matplotlib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, timeout=60
    )
