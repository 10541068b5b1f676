"""What a person sees at any width, in a log, without colours, and of the time left."""

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from sevenfold.outlook import Outlook
from sevenfold.progress_lines import PlainProgress
from sevenfold.terminal import Terminal

FOUND = "9 trials, 46 epochs; first: trial 1, 784-256-256-10, 93.83 % after 12 epochs"


def screen_of(width: int, **options: bool) -> tuple[Terminal, Callable[[], str]]:
    """A screen that is a terminal of this width, and what it shows without styles."""
    shown = io.StringIO()
    console = Console(
        file=shown,
        width=width,
        highlight=False,
        soft_wrap=True,
        **{"force_terminal": True, **options},
    )
    return Terminal(console=console), lambda: re.sub(
        r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.getvalue()
    )


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("width", [40, 71, 72, 80, 100, 132, 300])
def test_a_verdict_is_broken_at_the_width_and_hangs(width: int) -> None:
    screen, shown = screen_of(width)
    screen.verdict("search", FOUND, 96.6)
    first, *rest = shown().splitlines()
    assert all(len(line) <= width for line in (first, *rest))
    indent = 2 if width < 72 else 32
    assert first.startswith("search 96.6 s" if width < 72 else f"search{'':<18}96.6 s  9 trials")
    assert all(line[:indent].isspace() and not line[indent].isspace() for line in rest)
    assert " ".join(shown().split()) == f"search 96.6 s {FOUND}"


def test_at_40_columns_a_verdict_has_38_for_its_words() -> None:
    screen, shown = screen_of(40)
    screen.verdict("evaluation protocol", FOUND)
    assert shown().splitlines() == [
        "evaluation protocol (kept)",
        "  9 trials, 46 epochs; first: trial 1,",
        "  784-256-256-10, 93.83 % after 12",
        "  epochs",
    ]


def test_a_log_has_whole_lines() -> None:
    screen, shown = screen_of(40, force_terminal=False)
    screen.verdict("search", FOUND, 96.6)
    screen.say(FOUND)
    screen.warn(FOUND)
    assert [line[-len(FOUND) :] for line in shown().splitlines()] == [FOUND] * 3


def test_a_line_goes_on_as_far_indented_as_it_began_and_a_path_stays_whole() -> None:
    screen, shown = screen_of(40)
    screen.say(f"    {FOUND}")
    assert {line[:4] for line in shown().splitlines()} == {"    "}
    screen, shown = screen_of(40)
    screen.say(f"Look at /a{'/b-c' * 20} [as it is]")
    assert shown().splitlines()[1] == f"  /a{'/b-c' * 20}"


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("TERM", "unknown")])
def test_a_terminal_that_cannot_draw_gets_lines(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    screen, shown = screen_of(80)
    assert not screen.draws
    with screen.stage("Overfit", 3) as advance:
        advance()
    with screen.leaderboard("Search", 3, ["trial"]) as (advance, show):
        show([["7"]])
    with screen.transfer() as progress:
        progress("train", 1, 2_000_000)
    assert shown().splitlines() == ["  Search: now first: trial 7", "Fetching train (2.0 MB)"]
    assert "\x1b[?25l" not in screen.console.file.getvalue()  # type: ignore[attr-defined]


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = {}
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        screen, _ = screen_of(80)
        screen.warn("look")
        shown[value] = screen.console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1;33m" in shown[""]
    assert "33" not in shown["1"]
    assert "look" in shown["1"]


@pytest.mark.parametrize("width", [40, 80])
def test_a_bar_fits_and_says_how_far_the_run_is(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    screen, shown = screen_of(width)
    screen.follow(
        Outlook(["problem", "overfit"], lambda: {"problem": 0.0, "overfit": 600.0}, Clock())
    )
    screen.begin("overfit")
    with screen.stage("Overfit: 784-128-128-10", 224) as advance:
        advance()
    text = shown()
    assert "step 2 of 2, about 10 min left in all" in text
    assert ("━" in text) == (width == 80)
    assert ("-:--:--" in text) == (width == 80)
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    assert all(len(line) <= width for line in lines), lines
    assert any("1/224" in line for line in lines)


def test_lines_of_a_log_say_how_far_the_run_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlainProgress, "seconds_between_lines", 0.0)
    said: list[str] = []
    outlook = Outlook(["problem", "overfit"], lambda: {"overfit": 900.0}, Clock())
    advance = PlainProgress(said.append, "Overfit", 140, 100, outlook)
    advance()  # one in forty: nobody can tell yet
    advance()
    outlook.begin("overfit")
    advance()
    assert said[0] == "  Overfit: 101 of 140 epochs"
    assert re.fullmatch(r"  Overfit: 102 of 140 epochs, about \d+ s left", said[1])
    assert said[2].startswith("  Overfit: 103 of 140 epochs, about ")
    assert said[2].endswith(" left; step 2 of 2, about 15 min left in all")


def test_a_long_run_says_once_beforehand_how_long() -> None:
    for seconds, n_lines in ((100.0, 0), (600.0, 1)):
        screen, shown = screen_of(200)
        screen.follow(Outlook(["a", "b"], lambda s=seconds: {"a": 0.0, "b": s}, Clock()))
        screen.begin("a")
        screen.outlook.end("a", 0.0)
        screen.begin("b")
        assert shown().count("Estimate: about 10 min on ") == n_lines
        assert len(shown().splitlines()) == n_lines


def test_what_is_left_is_corrected_by_what_the_finished_steps_took() -> None:
    clock = Clock()
    outlook = Outlook("abc", lambda: {"a": 60.0, "b": 140.0, "c": 200.0}, clock)
    outlook.begin("a")
    assert outlook.seconds_left == 400.0
    outlook.end("a", 160.0)  # (40 + 160) / (40 + 60): twice as slow
    outlook.begin("b")
    assert outlook.seconds_left == 680.0
    clock.now = 180.0
    assert outlook.seconds_left == 500.0
    clock.now = 999.0  # longer than expected: never less than what comes after
    assert outlook.seconds_left == 400.0
    assert str(outlook) == "step 2 of 3, about 7 min left in all"
    outlook.end("b", 999.0)
    assert str(outlook) == ""
    outlook.begin("c")
    outlook.end("c", 1.0)
    assert outlook.seconds_left == 0.0


def test_a_short_first_step_does_not_decide_alone() -> None:
    outlook = Outlook("ab", lambda: {"a": 0.0, "b": 1000.0}, Clock())
    outlook.begin("a")
    outlook.end("a", 10.0)
    outlook.begin("b")
    assert outlook.seconds_left == pytest.approx(1100.0)


def test_steps_that_were_kept_count_with_the_seconds_they_took() -> None:
    asked = []

    def expect() -> dict[str, float]:
        asked.append(1)
        return {"a": 80.0, "b": 120.0}

    outlook = Outlook("ab", expect, Clock())
    outlook.end("a", 180.0)
    assert not asked  # nothing is measured for a run that is finished
    outlook.begin("b")
    assert outlook.seconds_left == 240.0
    assert asked == [1]


def test_where_nothing_is_expected_steps_are_counted() -> None:
    outlook = Outlook(["a", "b"])
    outlook.begin("b")
    assert outlook.seconds_left is None
    assert str(outlook) == "step 2 of 2"
