"""The data say their shape: no size of MNIST's and no word of its own stands in code or
templates outside the room that knows MNIST.
"""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

import sevenfold

ROOT = Path(sevenfold.__file__).parent
# What is true of published data sets alone, in their own words.
ROOMS = (ROOT / "data" / "mnist", ROOT / "data" / "published", ROOT / "predictor" / "mnist.py")
CODE = sorted(
    path for path in ROOT.rglob("*.py") if not any(path.is_relative_to(room) for room in ROOMS)
)
TEMPLATES = sorted(ROOT.rglob("*.j2"))
WORD = re.compile(r"(?<![a-z])digits?(?![a-z])", re.IGNORECASE)
SIZES = re.compile(r"\b(28|784)\b|\b0 to 9\b|\bten (classes|answers|units)\b")
# Calls whose number of classes must come from the data.
COUNTING = {"range", "arange", "bincount", "one_hot", "to_categorical"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", CODE, ids=name)
def test_no_size_of_an_image_or_number_of_classes_is_a_constant(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            assert node.value not in (28, 784), f"line {node.lineno}: {node.value}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in COUNTING:
            numbers = [*node.args, *(keyword.value for keyword in node.keywords)]
            assert "10" not in map(ast.unparse, numbers), f"line {node.lineno}"


@pytest.mark.parametrize("path", CODE, ids=name)
def test_no_name_comment_or_sentence_speaks_of_digits(path: Path) -> None:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type in (tokenize.NAME, tokenize.COMMENT, tokenize.STRING):
            assert not WORD.search(token.string.replace("_", " ")), f"line {token.start[0]}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_speaks_of_digits_or_their_number(path: Path) -> None:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        assert not WORD.search(line), f"line {number}"
        assert not SIZES.search(line), f"line {number}"
