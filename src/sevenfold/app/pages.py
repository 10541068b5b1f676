"""The pages: the runs, what a reader may see of each, and pictures to be answered."""

import functools
import importlib.resources
import json
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from sevenfold.app.bodies import Bodies, refuse
from sevenfold.app.pictures import answered
from sevenfold.app.refusals import (
    MAX_PICTURE_BYTES,
    MAX_PICTURES,
    PICTURE_SECONDS,
    Refusal,
    too_busy,
)
from sevenfold.app.shelf import Served, Shelf
from sevenfold.colours import DARK, LIGHT, css_variables
from sevenfold.demo import page as drawing_page
from sevenfold.demo import shown
from sevenfold.errors import RunError
from sevenfold.runs import layout
from sevenfold.templates import environment

_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_WHOLE_FILE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""For a file that has everything in itself, and no script."""
_WITH_SCRIPT = f"script-src 'unsafe-inline'; {_WHOLE_FILE.replace('data:', 'data: blob:')}"
"""For a page with its scripts in itself that asks nothing: one to draw on, or a report,
whose own policy allows the one script that it has, by digest.
"""
_SCRIPTED = frozenset({layout.REPORT, layout.DEMO})
_STATIC: Mapping[str, str] = MappingProxyType(
    {"app.css": "text/css; charset=utf-8", "upload.js": "text/javascript; charset=utf-8"}
)
_SECONDS_BETWEEN_LOOKS = 1.0


def pages(shelf: Shelf, bodies: Bodies) -> Starlette:
    """An ASGI application with every page."""
    desk = _Desk(shelf, bodies)
    routes: list[BaseRoute] = [
        Route("/", desk.runs),
        Route("/draw", desk.draw),
        Route("/static/{file}", _static),
        Route("/runs/{name}/upload", desk.upload, methods=["GET", "POST"]),
        Route("/runs/{name}/{file:path}", desk.file),
    ]
    made = Starlette(routes=routes, exception_handlers={HTTPException: _refused, Refusal: _refused})
    made.router.redirect_slashes = False
    return made


class _Desk:
    """What the pages share."""

    def __init__(self, shelf: Shelf, bodies: Bodies) -> None:
        self.shelf, self.bodies = shelf, bodies
        self._looked = time.monotonic()
        self._one_at_a_time = CapacityLimiter(1)
        self._n_pictures = 0

    async def runs(self, _: Request) -> Response:
        """All runs with their headline numbers, read anew where they changed."""
        if time.monotonic() - self._looked > _SECONDS_BETWEEN_LOOKS:
            self._looked = time.monotonic()
            await to_thread.run_sync(self.shelf.look)
        runs = [_headline(served) for served in self.shelf.served.values()]
        return _page("runs.html.j2", runs=runs, others=self.shelf.others)

    async def file(self, request: Request) -> Response:
        """A file of a run that a reader may see."""
        served, file = self._served(request.path_params["name"]), request.path_params["file"]
        found = await to_thread.run_sync(served.published, file)
        if found is None:
            raise Refusal(404, "there is no such file of this run here.")
        content, kind = found
        policy = _policy(_WITH_SCRIPT if file in _SCRIPTED else _WHOLE_FILE)
        return Response(content, headers={"content-type": kind, **policy})

    async def draw(self, request: Request) -> Response:
        """A page to draw on for one network, or two that answer the same drawing."""
        names = request.query_params.getlist("run")
        if len(names) not in (1, 2):
            raise Refusal(400, "expected one run or two: /draw?run=NAME&run=NAME.")
        served = [self._served(name) for name in names]
        if len({(each.network.image_shape, each.network.prepares) for each in served}) > 1:
            raise Refusal(400, "expected two networks for images of one kind.")
        text = await to_thread.run_sync(_drawn, served, limiter=self._one_at_a_time)
        return HTMLResponse(text, headers=_policy(_WITH_SCRIPT))

    async def upload(self, request: Request) -> Response:
        """A page that takes pictures; the answer to one, whose bytes are the body."""
        served = self._served(request.path_params["name"])
        if request.method != "POST":
            return _page("upload.html.j2", run=_headline(served))
        self._require_room()
        picture = await self.bodies.read(
            request.scope, request.receive, at_most=MAX_PICTURE_BYTES, seconds=PICTURE_SECONDS
        )
        self._require_room()  # still: who sends slowly holds no place
        self._n_pictures += 1
        try:
            said = await to_thread.run_sync(
                answered, served.network, picture, limiter=self._one_at_a_time
            )
        finally:
            self._n_pictures -= 1
        return Response(json.dumps(said), media_type="application/json")

    def _require_room(self) -> None:
        if self._n_pictures >= MAX_PICTURES:
            raise too_busy()

    def _served(self, name: str) -> Served:
        served = self.shelf.served.get(name)
        if served is None:
            raise Refusal(404, "there is no such run here.")
        return served


def _drawn(served: Sequence[Served]) -> str:
    try:
        networks = [shown(each.run, report=f"{_address(each)}/{layout.REPORT}") for each in served]
    except RunError:
        raise Refusal(404, "a file of this run is gone or was changed.") from None
    return drawing_page([network for network in networks if network is not None])


def _address(served: Served) -> str:
    return f"/runs/{quote(served.name, safe='')}"


def _headline(served: Served) -> dict[str, Any]:
    """What stands of a run on the first page."""
    run = served.run
    final = run.final_test
    assert final is not None  # of a finished run
    return {
        "name": served.name,
        "address": _address(served),
        "query": quote(served.name, safe=""),
        "draws": served.network.prepares,
        "model": f"/v2/models/{quote(served.name, safe='')}",
        "accuracy": final.scores.accuracy.percent,
        "interval": str(final.scores.accuracy).partition("% ")[2],
        "n_test": f"{final.n_test:,}",
        "n_errors": f"{final.scores.n_errors:,}",
        "n_parameters": f"{final.n_parameters:,}",
        "preset": run.config.preset,
        "data": run.problem.provenance.title,
        "noun": run.problem.provenance.noun,
        "when": run.description.updated[:16].replace("T", " "),
        "seed": run.description.seed,
        "pages": served.pages(),
        "tables": served.tables(),
    }


@functools.cache
def _environment() -> Environment:
    return environment("sevenfold.app", "templates")


def _page(template: str, code: int = 200, **values: object) -> Response:
    text = _environment().get_template(template).render(values)
    return HTMLResponse(text, code, headers=_policy(_OWN))


def _policy(policy: str) -> dict[str, str]:
    return {"content-security-policy": policy}


async def _static(request: Request) -> Response:
    file = request.path_params["file"]
    if file not in _STATIC:
        raise Refusal(404, "there is no such file here.")
    return Response(_static_file(file), headers={"content-type": _STATIC[file]})


@functools.cache
def _static_file(file: str) -> str:
    own = importlib.resources.files("sevenfold.app") / "static" / file
    text = own.read_text(encoding="utf-8")
    if file.endswith(".css"):
        dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {css_variables(DARK)} }} }}"
        return f":root {{ {css_variables(LIGHT)} }}\n{dark}\n{text}"
    return text


async def _refused(request: Request, error: Exception) -> Response:
    """A page for a reader, {"error": ...} for a program."""
    if isinstance(error, HTTPException):
        text = {404: "there is no such page here.", 405: "expected another method."}
        said = text.get(error.status_code, error.detail)
        refusal = Refusal(error.status_code, said, error.headers or {})
    else:
        assert isinstance(error, Refusal)
        refusal = error
    if request.method == "GET":
        return _page("refused.html.j2", refusal.status, status=refusal.status, text=str(refusal))
    return _Refused(refusal)


class _Refused(Response):
    """A refusal as an answer of Starlette's."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(status_code=refusal.status)
        self.refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await refuse(receive, send, self.refusal)
