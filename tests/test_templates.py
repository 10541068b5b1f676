"""Templates: compiled once in a process, whoever asks for them next."""

import pytest
from jinja2 import Environment

from sevenfold.templates import environment


def test_a_template_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    environment("sevenfold.report").get_template("page.html.j2")
    monkeypatch.setattr(Environment, "compile", None)
    assert environment("sevenfold.report").get_template("page.html.j2").blocks == {}


def test_what_escapes_is_not_taken_for_what_does_not() -> None:
    shown = {"x": "<b>"}
    escaping = environment("sevenfold.report")
    plain = environment("sevenfold.report", autoescape=False)
    assert escaping.bytecode_cache is not plain.bytecode_cache
    assert escaping.from_string("{{ x }}").render(shown) == "&lt;b&gt;"
    assert plain.from_string("{{ x }}").render(shown) == "<b>"
