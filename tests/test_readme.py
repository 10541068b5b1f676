"""The README stays short, and what it names is there."""

import ast
import re
from pathlib import Path

import pytest

import sevenfold
from sevenfold.config import PRESETS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_it_has_90_lines_and_two_small_pictures() -> None:
    assert README.count("\n") <= 90
    for name, n_bytes in (("report", 150_000), ("demo", 100_000)):
        assert f"](docs/{name}.png)" in README
        assert (ROOT / "docs" / f"{name}.png").stat().st_size <= n_bytes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_preset_has_its_minutes_and_its_result() -> None:
    rows = re.findall(r"^\| `(\w+)`.*\| (\d+) min \|", README, flags=re.MULTILINE)
    assert tuple(name for name, _ in rows) == PRESETS


def test_python_of_the_page_on_use_is_python_and_that_of_the_results_page() -> None:
    use, results = (
        (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("use", "results")
    )
    *ours, keras = re.findall(r"```python\n(.*?)```", use, flags=re.DOTALL)
    for code in (*ours, keras):
        ast.parse(code)
    assert all(line in results for line in keras.splitlines() if not line.startswith("import"))
    for name in re.findall(r"`sevenfold\.(\w+)", README):
        assert hasattr(sevenfold, name)


def test_its_scripts_are_there() -> None:
    named = set(re.findall(r"\bscripts/\w+", README))
    assert named >= {"scripts/run", "scripts/test"}
    assert [name for name in named if not (ROOT / name).exists()] == []
