"""What lies beside the report: its tables as CSV, and the model card."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_up_run import OWN, MadeUp
from reports import RUNS, folder_of, html_of

from sevenfold.data.entry import NO_LICENCE
from sevenfold.report import draw
from sevenfold.report.card import card, plain
from sevenfold.report.tables import tables
from sevenfold.runs.reading import read_run
from sevenfold.steps.saved_network import SavedNetwork

FINISHED = [kind for kind, made in RUNS.items() if made.until is None]


def rows_of(kind: str, name: str) -> list[list[str]]:
    text = (folder_of(kind) / "tables" / f"{name}.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def card_of(kind: str) -> tuple[dict[str, Any], str]:
    """The front matter of a run's model card, and what comes after."""
    text = (folder_of(kind) / "model_card.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), body


@pytest.mark.parametrize("kind", RUNS)
def test_every_table_of_the_page_is_there_with_all_its_rows(kind: str) -> None:
    page = html_of(kind)
    names = re.findall(r'id="table-([a-z-]+)"', page)
    assert sorted(names) == sorted(p.stem for p in (folder_of(kind) / "tables").iterdir())
    for name in names:
        table = page.split(f'id="table-{name}"')[1].split("</table>")[0]
        rows, n_head = rows_of(kind, name), table.split("</thead>")[0].count("<tr")
        n_rows = table.count("<tr") - (n_head - 1 if "<thead" in table else 0)
        assert len(rows) == n_rows
        assert len({len(row) for row in rows}) == 1, f"{name} is not rectangular"
    assert "as CSV, in <code>tables/</code>" in page


def test_figures_are_as_shown_and_quoted() -> None:
    rows = rows_of("plain", "data")
    assert rows[0] == ["Digit", "Development", "Training", "Validation", "Test"]
    assert rows[1] == ["0", "240", "200", "40", "50"]
    assert rows[-1] == ["All", "2,400", "2,000", "400", "500"]


def test_a_head_of_two_lines_becomes_one() -> None:
    head = rows_of("plain", "ablation")[0]
    assert (head[0], head[-1]) == ("Remedy", "Rise")
    assert head[1:5] == [
        f"Each at its best: {name}"
        for name in ("Around epoch", "Accuracy", "Difference", "95 % interval")
    ]
    assert head[5].startswith("All at the end: ")


def test_a_table_is_read_as_a_browser_would() -> None:
    page = (
        '<table><tr><td>none of ours</td></tr></table><figure id="table-odd"><table><thead><tr>'
        '<th>a, "b"</th><th>n</th></tr></thead><tbody><tr><th>&lt;x&gt;\n y</th><td>−1</td></tr>'
        '<tr><td colspan="2">both</td></tr></tbody></table></figure>'
    )
    assert tables(page) == {"odd": '\ufeff"a, ""b""",n\r\n<x> y,-1\r\nboth,\r\n'}


def test_the_card_says_what_hubs_read() -> None:
    front, _ = card_of("plain")
    assert front["tags"][0] == "image-classification"
    assert (front["library_name"], front["datasets"]) == ("keras", ["mnist"])
    (model,) = front["model-index"]
    (result,) = model["results"]
    assert model["name"] == "sevenfold-quick-mnist"
    assert result["dataset"] == {"name": "MNIST & friends", "type": "mnist", "split": "test"}
    final = read_run(folder_of("plain")).final_test
    assert final is not None
    assert {m["type"]: m["value"] for m in result["metrics"]} == {
        "accuracy": 1 - 7 / 500,
        "f1": final.scores.macro_f1,
        "log_loss": final.scores.log_loss,
    }


def test_the_card_says_whose_licence_is_known() -> None:
    front, _ = card_of("plain")
    assert front["license"] == "other"
    assert front["license_name"].endswith("for the weights; the data: CC BY-SA 3.0")
    assert front["license_link"] == "https://example.org/mnist"
    stateless = read_run(folder_of("plain"))
    for licence in ("", NO_LICENCE):
        known = stateless.problem.provenance.model_copy(update={"licence": licence})
        problem = stateless.problem.model_copy(update={"provenance": known})
        text = card(replace(stateless, problem=problem))
        assert text is not None
        assert "\nlicense: unknown\nlibrary_name" in text


@pytest.mark.parametrize("kind", FINISHED)
def test_every_card_reads_well(kind: str) -> None:
    front, body = card_of(kind)
    assert front["metrics"] == ["accuracy", "f1"]
    for odd in ("None", "nan", "Undefined", "{{", "{%", "|  |", "errors errors", "1 errors"):
        assert odd not in body
    for heading in ("Intended use", "Data", "Training", "Evaluation", "Limits", "How to load it"):
        assert f"\n## {heading}\n" in body
    accuracy = read_run(folder_of(kind)).final_test.scores.accuracy  # type: ignore[union-attr]
    assert f"| accuracy | {accuracy.percent} % | [" in body
    assert ("opened once" in body) == ("reopened" not in kind)


def test_the_card_names_no_place_and_no_host(tmp_path: Path) -> None:
    own = OWN.model_copy(
        update={"source": "/home/maria/pets.npz", "title": "the images in my <pets>.npz"}
    )
    folder = MadeUp(provenance=own, classes=("a|b", "c_d"), image_shape=(28, 28)).write(tmp_path)
    draw(folder)
    text = (folder / "model_card.md").read_text(encoding="utf-8")
    assert "maria" not in text
    assert r"| a\|b | " in text
    assert r"c\_d" in text
    assert "storage.example.org" not in card_of("subset, reopened")[1]
    assert "the embedded subset" in card_of("subset, reopened")[1]


def test_a_run_without_a_network_has_no_card() -> None:
    assert card(read_run(folder_of("interrupted"))) is None
    assert not (folder_of("interrupted") / "model_card.md").exists()


def test_the_card_says_that_keras_agreed_only_where_it_did(tmp_path: Path) -> None:
    assert "gave the same probabilities to 1.2e-07" in " ".join(card_of("plain")[1].split())
    folder = MadeUp(saved=SavedNetwork(n=4, why_not="no")).write(tmp_path)
    assert "process of its own" not in (card(read_run(folder)) or "")


def test_signs_of_markdown_are_spelt_out() -> None:
    assert plain("a*b\n[c](d) & <script>") == r"a\*b \[c\](d) &amp; &lt;script>"
