"""Who hands the report in: kept in the run folder, shown, and never more than words."""

import doctest
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from reports import RUNS, Page, folder_of, html_of

from sevenfold.cli import app
from sevenfold.errors import RunError, SettingsError
from sevenfold.report import draw, references
from sevenfold.report.author import Author, OwnText, author_of, keep_author, read_author
from sevenfold.report.own_words import own_html, read_texts, with_own_words
from sevenfold.report.page import render
from sevenfold.report.references import LIBRARIES, Bibliography, author_and_year, by_author
from sevenfold.report.spelling import AMERICAN, american
from sevenfold.runs.layout import AUTHOR, CARD, NOTEBOOK, REPORT
from sevenfold.runs.reading import read_run

WORDS = """\
# Introduction (instead)

My **own** words, and a [link](https://example.org).

## A heading

# 8. Final model evaluation on the test set

Below the fold: [the table](#table-final).
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder_of("plain"), tmp_path / "run"))


@pytest.fixture
def texts(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "words.md"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def page_by(author: Author, kind: str = "plain") -> str:
    return render(read_run(folder_of(kind)), author)[0]


def own(markdown: str, section: str = "section-3", *, instead: bool = False) -> Author:
    return Author(texts=(OwnText(section=section, markdown=markdown, instead=instead),))


def test_the_author_stands_in_every_file(run: Path) -> None:
    keep_author(run, {"name": "Ada <L>", "course": "ML 101", "date": "1 May", "title": "Mine"})
    draw(run)
    page = Page((run / REPORT).read_text(encoding="utf-8"))
    assert page.headings[0] == "Mine"
    assert "Mine Ada <L>. ML 101, 1 May MNIST" in page.text
    assert '<meta name="author" content="Ada &lt;L&gt;">' in (run / REPORT).read_text("utf-8")
    assert "**Ada &lt;L&gt;**. ML 101, 1 May" in (run / NOTEBOOK).read_text("utf-8")
    assert "It was made by Ada &lt;L> with sevenfold" in (run / CARD).read_text("utf-8")


def test_the_command_keeps_what_it_was_told(
    run: Path, texts: Callable[[str | bytes], Path]
) -> None:
    command = ["report", str(run)]
    words = ["--author", "Ada", "--text", str(texts(WORDS)), "--references", "harvard"]
    app([*command, *words], standalone_mode=False)
    app([*command, "--course", "ML 101", "--author", ""], standalone_mode=False)
    kept = read_author(run)
    assert (kept.name, kept.course, kept.references) == ("", "ML 101", "harvard")
    assert [text.section for text in kept.texts] == ["introduction", "section-8"]
    before, _, after = (run / REPORT).read_text("utf-8").partition('<section id="section-8">')
    assert "My <strong>own</strong> words" in before
    assert "Below the fold" in after
    assert "Below the fold" not in before


def test_what_is_kept_touches_nothing_that_was_sealed(run: Path) -> None:
    before = {path: path.read_bytes() for path in (run / "steps").iterdir()}
    keep_author(run, {"name": "Ada"})
    assert before == {path: path.read_bytes() for path in (run / "steps").iterdir()}
    assert read_run(run).final_test is not None


def test_words_are_added_to_a_section_or_replace_its_introduction() -> None:
    html = Markup("\n<p>First.</p>\n<p>Second.</p>\n<p><strong>Warning.</strong></p><p>Rest.</p>")
    added = with_own_words(html, OwnText(section="x", markdown="Mine."), Author(name="Ada"))
    assert added.index("In the words of Ada") < added.index("Mine.") < added.index("First.")
    instead = with_own_words(html, OwnText(section="x", markdown="Mine.", instead=True), Author())
    assert "In the author’s own words" in instead
    assert "First." not in instead
    assert "Second." not in instead
    assert instead.endswith("<p><strong>Warning.</strong></p><p>Rest.</p>")


@pytest.mark.parametrize("kind", RUNS)
def test_a_page_whose_introductions_are_all_replaced_holds_together(kind: str) -> None:
    every = tuple(
        OwnText(section=section, markdown="Mine.", instead=True)
        for section in ("introduction", *(f"section-{n}" for n in range(1, 11)), "appendix")
    )
    page = Page(page_by(Author(texts=every), kind))
    assert set(page.links) <= set(page.ids)
    assert "⟦" not in page.text
    listed = [name for name in page.ids if name.startswith("ref-")]
    assert set(listed) == {name for name in page.links if name.startswith("ref-")}


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<script>x</script>", "&lt;script&gt;"),
        ("a <b onclick=x>b</b>", "&lt;b onclick=x&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](data:text/html,1)", "[x](data:text/html,1)"),
        ("[x](file:///etc/passwd)", "[x](file:///etc/passwd)"),
        ("[x](//other.example)", "[x](//other.example)"),
        ("<javascript:alert(1)>", "&lt;javascript:alert(1)&gt;"),
        ("[x](https://e.org)", '<a href="https://e.org">x</a>'),
        ("[x](#table-final)", '<a href="#table-final">x</a>'),
        ("⟦table-final⟧", "&#10214;table-final⟧"),
        ("## a\n### b", "<h3>a</h3>\n<h4>b</h4>"),
        ("#### a\n## b\n### c", "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>"),
    ],
)
def test_markdown_becomes_html_that_can_do_nothing(markdown: str, html: str) -> None:
    assert html in own_html(markdown)


@pytest.mark.parametrize(
    ("name", "section"),
    [
        *(("3", "section-3"), ("Section 3", "section-3"), ("3. Evaluation protocol", "section-3")),
        *(("evaluation PROTOCOL", "section-3"), ("Introduction", "introduction")),
        *(("Appendix", "appendix"), ("10", "section-10")),
    ],
)
def test_a_section_is_named_by_number_or_name(
    texts: Callable[[str | bytes], Path], name: str, section: str
) -> None:
    (found,) = read_texts(texts(f"# {name} (Instead)\n\nx"))
    assert (found.section, found.markdown, found.instead) == (section, "x", True)


def test_a_heading_in_code_is_none(texts: Callable[[str | bytes], Path]) -> None:
    (found,) = read_texts(texts("# 3\n\n```\n# 4\n```\n\n    # 5\n"))
    assert found.markdown == "```\n# 4\n```\n\n    # 5"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# 99\nx", "no section of the report is called '99'. There are Introduction, 1, 2"),
        ("x\n# 3\nx", "begins with words that belong to no section. Put"),
        ("x", "begins with words that belong to no section. Put"),
        ("# 3\nx\n# Section 3\ny", "two texts for '3. Evaluation protocol'"),
        ("# 3\n\n# 4\nx", "no words below '3'"),
        ("# 3\n![x](https://e.org/x.png)", "has a picture"),
        (b"# 3\n\xff", "expected text in UTF-8"),
        (b"# 3\n\0", "got bytes of zero"),
        (b"#" * ((1 << 20) + 1), "at most 1,048,576 bytes"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    texts: Callable[[str | bytes], Path], content: str | bytes, said: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)) as failed:
        read_texts(texts(content))
    assert failed.value.exit_code == 2


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.md", tmp_path):
        with pytest.raises(SettingsError, match="Give a file of Markdown"):
            read_texts(path)


def test_an_empty_file_takes_the_words_back(texts: Callable[[str | bytes], Path]) -> None:
    assert read_texts(texts("\n")) == ()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"spelling": "welsh"}, "spelling must be british or american. Got 'welsh'."),
        ({"references": ""}, "references must be numbered or harvard. Got ''."),
        ({"name": "a" * 201}, "author must be one line of at most 200 characters. Got 201"),
        ({"title": "a\nb"}, "title must be one line"),
    ],
)
def test_what_cannot_be_kept_is_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        author_of(said)


def test_a_damaged_file_is_named(run: Path) -> None:
    (run / AUTHOR).write_text("{")
    with pytest.raises(RunError, match=r"author\.json cannot be read: .* Delete it"):
        draw(run)


def test_nothing_is_kept_outside_a_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run"):
        keep_author(tmp_path, {"name": "Ada"})
    assert not list(tmp_path.iterdir())


def test_american_spelling_leaves_alone_what_is_not_the_reports() -> None:
    page = (
        '<p alt="grey">Grey, learnt per cent <b>colour</b> <code>colour</code> grey-blue '
        'grey &amp; owl, centre</p><div class="own-words"><div>grey</div> colour</div>'
        '<ol class="references x"><li>grey</li></ol><p>Licence: Open Data Licence, favour</p>'
    )
    assert american(page, ["grey & owl", "centre"]) == (
        '<p alt="gray">Gray, learned percent <b>color</b> <code>colour</code> grey-blue '
        'grey &amp; owl, centre</p><div class="own-words"><div>grey</div> colour</div>'
        '<ol class="references x"><li>grey</li></ol><p>License: Open Data Licence, favor</p>'
    )


@pytest.mark.parametrize("kind", ["plain", "own data", "whole space", "writers in folds"])
def test_an_american_page_has_no_british_word(kind: str) -> None:
    page = page_by(Author(spelling="american"), kind).split("</style>")[1]
    text = Page(page.partition('<ol class="references')[0]).text.lower()
    assert {word for word in AMERICAN if f" {word} " in text} == set()
    assert html_of(kind) == page_by(Author(spelling="british"), kind)


def test_harvard_names_authors_and_years_and_sorts_by_them() -> None:
    html = page_by(Author(references="harvard"))
    assert '<span class="cite named">(<a href="#ref-' in html
    assert ">McNemar, 1947</a>)</span>" in html
    assert ">El-Yaniv and Wiener, 2010</a>; <a" in html
    items = [item.partition("</li>")[0] for item in html.split('<li id="ref-')[1:]]
    names = [item.partition(">")[2].casefold() for item in items]
    assert names == sorted(names)
    assert '<span class="cite">[<a href="#ref-1"' in html_of("plain")


def test_every_work_can_be_named_by_author_and_year() -> None:
    works = references._REFERENCES.works
    assert LIBRARIES
    for text in works.values():
        named = author_and_year(text)
        assert named[-4:].isdecimal(), named
        if re.match(r"[A-Z]\.", text):  # a person; an institute is named in full
            assert " " not in named.partition(",")[0].replace(" and ", "").replace(" et al.", "")
        assert by_author(text).startswith(named.split(" ")[0].rstrip(","))


def test_a_citation_of_another_form_is_named_by_its_first_words() -> None:
    books = Bibliography("The pet images: gathered at home.", "harvard")
    mark = books.cite("data")
    assert [entry.name for entry in books.entries(mark)] == ["The pet images"]
    assert ">The pet images</a>)" in books.resolve(mark)


def test_examples_of_references_hold() -> None:
    assert doctest.testmod(references).attempted == 3
    assert doctest.testmod(references).failed == 0


@pytest.mark.parametrize("dash", ["-", "\u2013"])
def test_a_work_that_is_the_data_s_citation_too_is_listed_once(dash: str) -> None:
    told = Bibliography("", "numbered")
    (wilson,) = told.entries(told.cite("wilson"))
    known = wilson.text.replace("\u2013", dash)
    books = Bibliography(known, "numbered")
    page = books.cite("data") + books.cite("mcnemar") + books.cite("wilson", "data")
    assert [entry.number for entry in books.entries(page)] == [1, 2]
