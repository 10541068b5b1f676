"""`sevenfold app`: the pages, the command, and what nobody gets to see."""

import io
import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from app_server import COMMAND, App, app_at_work
from listening import addresses_listened_on
from made_up_run import MadeUp
from PIL import Image
from reports import PETS, Page

from sevenfold.app import Shelf
from sevenfold.errors import RunError
from sevenfold.predictor import load_network
from sevenfold.predictor.answers import answers
from sevenfold.report import draw
from sevenfold.runs.reading import read_run

ODD = "a <b> é & 100 %"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn run, one of colour pictures with an odd name, and three that are not
    whole.
    """
    folder = tmp_path_factory.mktemp("shelf")
    draw(MadeUp().write(folder / "plain"))
    PETS.write(folder / ODD)
    shutil.copytree(folder / "plain", folder / "other")
    for name in ("damaged", "earlier", "stopped"):
        shutil.copytree(folder / ODD, folder / name)
    (folder / "damaged" / "models" / "final.npz").write_bytes(b"x")
    described = json.loads((folder / "earlier" / "run.json").read_bytes())
    (folder / "earlier" / "run.json").write_text(json.dumps({**described, "schema": 1}))
    described |= {"status": "interrupted"}
    (folder / "stopped" / "run.json").write_text(json.dumps(described))
    (folder / "no run").mkdir()
    (folder / "secret.txt").write_text("nobody's")
    (folder / "plain" / "tables" / "link.csv").symlink_to(folder / "secret.txt")
    return folder


@pytest.fixture(scope="module")
def app(runs: Path) -> Iterator[App]:
    with app_at_work(runs) as at_work:
        yield at_work


def test_finished_and_whole_runs_are_shown_and_others_with_why(app: App, runs: Path) -> None:
    page = Page(app.get("/").text)
    plain = read_run(runs / "plain").final_test
    assert plain is not None
    assert f"{plain.scores.accuracy.percent} %" in page.text
    assert "95 % interval [" in page.text
    assert "MNIST" in page.text
    assert "Preset quick, seed 0" in page.text
    assert ODD in page.text
    shown, _, others = page.text.partition("Not shown")
    assert "plain" in shown
    assert "no run" not in page.text
    for name, why in (
        ("damaged", "damaged/models/final.npz is missing or changed"),
        ("earlier", "earlier/run.json has schema 1"),
        ("stopped", "the run was interrupted"),
    ):
        assert f"Files of {name}" not in shown
        assert why in others


def test_a_run_made_meanwhile_is_found(tmp_path: Path, runs: Path) -> None:
    shutil.copytree(runs / "plain", tmp_path / "one", symlinks=True)
    shelf = Shelf(tmp_path)
    known = shelf.served["one"]
    shutil.copytree(runs / "plain", tmp_path / "two", symlinks=True)
    shelf.look()
    assert list(shelf.served) == ["one", "two"]
    assert shelf.served["one"] is known
    (tmp_path / "two" / "models" / "final.npz").write_bytes(b"")
    shelf.look()
    assert list(shelf.served) == ["one"]
    assert [other.name for other in shelf.others] == ["two"]
    assert list(Shelf(tmp_path / "one").served) == ["one"]


def test_what_a_reader_may_see_of_a_run(app: App, runs: Path) -> None:
    for file, kind in (
        ("report.html", "text/html; charset=utf-8"),
        ("report.ipynb", "application/x-ipynb+json"),
        ("model_card.md", "text/markdown; charset=utf-8"),
        ("tables/final.csv", "text/csv; charset=utf-8"),
    ):
        answer = app.get(f"/runs/plain/{file}")
        assert (answer.status, answer.headers["content-type"]) == (200, kind)
        assert len(answer.body) > 100
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policy
        assert ("script" in policy) == (file == "report.html")  # whose own policy names its one
    links = Page(app.get("/").text).loaded
    assert links  # the style
    table = app.get("/runs/plain/tables/final.csv").body
    assert table == (runs / "plain" / "tables" / "final.csv").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/runs/plain/run.json",
        "/runs/plain/config.toml",
        "/runs/plain/models/final.npz",
        "/runs/plain/tables/link.csv",
        "/runs/plain/tables/../run.json",
        "/runs/plain/tables/..%2frun.json",
        "/runs/plain/%2e%2e/secret.txt",
        "/runs/../secret.txt",
        "/runs/%2e%2e/secret.txt",
        "/runs/plain//etc/passwd",
        "/runs/plain/",
        "/runs/plain",
        "/runs/damaged/report.html",
        "/runs/damaged/upload",
        "/runs/none/report.html",
        "/static/../pages.py",
        "/static/page.html.j2",
        "/secret.txt",
        "//",
    ],
)
def test_nothing_else_is_there(app: App, path: str) -> None:
    answer = app.get(path)
    assert answer.status == 404
    assert b"nobody's" not in answer.body


def test_no_answer_names_a_place_of_this_machine(app: App, runs: Path, tmp_path: Path) -> None:
    run = shutil.copytree(runs / "plain", tmp_path / "run", symlinks=True)
    described = json.loads((run / "run.json").read_bytes())
    described["command"] = ["sevenfold", "run", f"--out={runs}/plain", "--data", "/srv/a & b"]
    described["command"] += ["--config", "/a"]
    (run / "run.json").write_text(json.dumps(described))
    report = draw(run).read_text()
    assert str(runs) in report
    assert "/srv/a &amp; b" in report
    served = Shelf(run).served["run"]
    for file in [*served.pages(), *(f"tables/{name}" for name in served.tables())]:
        content, _ = served.published(file) or (b"", "")
        assert content
        assert str(runs).encode() not in content
        assert b"/srv" not in content
        assert b" /a" not in content
        if file == "report.html":
            assert content.count(b"</a>") == report.count("</a>")
    assert str(runs.parent) not in app.get("/").text


def picture(side: int = 90) -> bytes:
    drawn = np.full((side, side), 235, np.uint8)
    drawn[side // 5 : -side // 5, side // 2 : side // 2 + side // 10] = 30
    buffer = io.BytesIO()
    Image.fromarray(drawn).save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["plain", ODD])
def test_a_picture_is_answered_as_predict_answers_it(
    app: App, runs: Path, tmp_path: Path, name: str
) -> None:
    address = f"/runs/{quote(name)}/upload"
    assert 'type="file"' in app.get(address).text
    said = app.post(address, picture())
    assert said.status == 200, said.body
    row = said.json()
    assert row.pop("saw").startswith("data:image/png;base64,")
    (tmp_path / "a.png").write_bytes(picture())
    network = load_network(runs / name)
    probabilities = network.predict_proba([tmp_path / "a.png"])
    assert [row] == answers(network, ["the picture"], probabilities)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "got an empty file"),
        (b"GIF89a and then nothing", 400, "the picture: expected a"),
        (picture()[:60], 400, "the picture: expected a whole picture"),
        (b"x" * (20 * 2**20 + 1), 413, "expected a body of at most 20,971,520 bytes"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_line(
    app: App, body: bytes, status: int, said: str
) -> None:
    answer = app.post("/runs/plain/upload", body)
    assert (answer.status, list(answer.json())) == (status, ["error"])
    assert said in answer.json()["error"]


def test_one_drawing_for_one_network_or_two(app: App) -> None:
    for query, names in (("run=plain", ["plain"]), ("run=plain&run=other", ["plain", "other"])):
        answer = app.get(f"/draw?{query}")
        assert answer.status == 200
        policy = answer.headers["content-security-policy"]
        assert "script-src 'unsafe-inline'; default-src 'none'" in policy
        assert "connect-src" not in policy
        assert [f"What {name} says" in answer.text for name in names] == [True] * len(names)
        assert 'href="/runs/plain/report.html"' in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("run=", 404),
        ("run=none", 404),
        ("run=plain&run=damaged", 404),
        ("run=plain&run=plain&run=plain", 400),
        (f"run=plain&run={quote(ODD)}", 400),
    ],
)
def test_what_cannot_be_drawn_for_is_said(app: App, query: str, status: int) -> None:
    answer = app.get(f"/draw?{query}")
    assert (answer.status, "<main>" in answer.text) == (status, True)


def test_pages_take_nothing_from_elsewhere(app: App) -> None:
    for path in ("/", "/runs/plain/upload", "/nothing"):
        answer = app.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        loaded = Page(answer.text).loaded
        assert all(place.startswith(("/static/", "data:")) for place in loaded), loaded
        for place in loaded:
            assert place.startswith("data:") or app.get(place).status == 200


def test_a_page_elsewhere_whose_name_points_here_stays_out(app: App) -> None:
    assert app.get("/", Host="evil.example:80").status == 421
    assert app.get("/v2", Host="127.evil.example").status == 421
    assert app.get("/", Host="localhost:1").status == 200
    assert app.get("/", Host="[::1]:1").status == 200


def test_it_listens_on_loopback_alone(app: App) -> None:
    assert addresses_listened_on() == {"127.0.0.1"}


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_a_client_is_connected(runs: Path, sign: signal.Signals) -> None:
    with app_at_work(runs / "plain") as at_work, at_work.connected() as idle:
        idle.sendall(b"GET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200 OK")
        at_work.process.send_signal(sign)
        assert at_work.process.wait(timeout=20) == 0


def command(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


def test_a_port_that_is_taken_is_named(runs: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command(runs, "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"sevenfold: --port {port} of 127.0.0.1 cannot be had")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing-here"], "nothing-here is no run and holds none"),
        (["."], ". is no run and holds none"),
        ([".", "--port", "70000"], "Invalid value for '--port'"),
    ],
)
def test_a_mistake_is_named_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert said in line


def test_a_host_that_is_not_ours_is_named(runs: Path) -> None:
    done = command(runs / "plain", "--host", "no.such.host.invalid")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--host no.such.host.invalid is no address of this machine" in done.stderr


def test_a_folder_that_cannot_be_a_name_in_an_address_is_not_served(
    runs: Path, tmp_path: Path
) -> None:
    shutil.copytree(runs / "plain", tmp_path / "line\nend", symlinks=True)
    shelf = Shelf(tmp_path)
    assert shelf.served == {}
    assert [other.name for other in shelf.others] == ["line\\nend"]
    with pytest.raises(RunError, match="is no run and holds none"):
        Shelf(tmp_path / "line\nend" / "tables")


def test_nothing_heavy_is_imported(runs: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import sevenfold.app;"
        f"sevenfold.app.Shelf(Path({str(runs)!r}));"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([COMMAND[0], "-c", code], capture_output=True, text=True, check=True)
    for heavy in ("jax", "keras", "tensorflow", "optuna", "matplotlib", "scipy", "sklearn"):
        assert f"'{heavy}'" not in done.stdout
