"""The page behind a reverse proxy, below a path of its own: real Chromium, a real proxy, the real page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from loopback import running_apart, wait_until
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
PREFIX = "/footnote"
PASSWORD = "a-password"
_PAGE = """
import os
os.environ["QA_INDEX_DIR"] = {folder!r}
from page_stand_ins import StandIn
from qa.server.access import Access
from qa.server.hosts import Hosts, Place
from qa.server.logins import Sessions, read_logins
from qa.server.serving import build_app
footnote = StandIn()
page = build_app(footnote.settings, lambda: footnote)
logins = read_logins({password!r})
guarded = Access(page, logins, Sessions(logins, b"ab" * 32))

async def either(scope, receive, send):
    locked = (b"x-locked", b"yes") in scope.get("headers", [])
    await (guarded if locked else page)(scope, receive, send)

app = Hosts(either, Place(root_path="/footnote"))
options = dict(proxy_headers=False, lifespan="on")
"""
_DOOR = """
from fastapi import FastAPI
from qa.server.access import Access
from qa.server.guard import Guard
from qa.server.logins import Sessions, read_logins
inside = FastAPI()
inside.get("/{{path:path}}")(lambda path: path)
logins = read_logins({password!r})
app = Guard(Access(inside, logins, Sessions(logins, b"ab" * 32)))
options = dict(lifespan="off")
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page below /footnote; it asks for a password where the proxy says so."""
    folder = tmp_path_factory.mktemp("served")
    with running_apart(_PAGE.format(folder=str(folder / "index"), password=PASSWORD), folder / "log") as here:
        wait_until(lambda: httpx.get(f"{here}/ready").status_code == 200, seconds=120)
        yield here


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Nothing but the login page, and what is behind it."""
    with running_apart(_DOOR.format(password=PASSWORD), tmp_path_factory.mktemp("door") / "log") as here:
        wait_until(lambda: httpx.get(f"{here}/health").status_code == 200)
        yield here


def proxy_to(upstream: str, prefix: str, headers: dict[str, str], *, strips: bool = True) -> FastAPI:
    """A reverse proxy that shows a server below a path, and nothing beside it."""
    app, client = FastAPI(), httpx.AsyncClient(timeout=None)

    @app.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "DELETE"])
    async def pass_on(path: str, request: Request) -> Response:
        below = f"/{path}".removeprefix(prefix)
        if below == f"/{path}":
            return Response("nothing here", status_code=404)
        sent = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
        host = request.headers["host"]
        told = {name: value.format(host=host) for name, value in headers.items()}
        address = f"{upstream}{below if strips else f'/{path}'}?{request.url.query}".removesuffix("?")
        message = client.build_request(request.method, address, headers={**sent, **told}, content=await request.body())
        reply = await client.send(message, stream=True)

        async def raw() -> AsyncIterator[bytes]:
            try:
                async for piece in reply.aiter_raw():
                    yield piece
            finally:
                await reply.aclose()

        response = StreamingResponse(raw(), status_code=reply.status_code)
        response.raw_headers = [(n, v) for n, v in reply.headers.raw if n.lower() not in (b"transfer-encoding",)]
        return response

    return app


@contextmanager
def proxied(folder: Path, upstream: str, way: Way) -> Iterator[str]:
    """The address at which a proxy shows a server."""
    program = (
        "from test_sub_path import proxy_to\n"
        f"app = proxy_to({upstream!r}, {way.prefix!r}, {way.headers!r}, strips={way.strips})"
    )
    with running_apart(program, folder / "log") as outside:
        yield f"{outside}{way.prefix}/"


class Way(NamedTuple):
    """How a proxy shows a server."""

    headers: dict[str, str]
    prefix: str = "/footnote"
    strips: bool = True


TELLING = {"X-Forwarded-Prefix": "/notes/qa", "X-Forwarded-Host": "{host}"}
WAYS = {
    "the proxy tells the path": Way(TELLING, prefix="/notes/qa"),
    "the setting tells the path": Way({"Host": "{host}"}),
    "the path is left in place": Way({"X-Forwarded-Host": "{host}"}, strips=False),
}


@contextmanager
def watched(browser: Browser, address: str, **context: Any) -> Iterator[Page]:
    """A page that asks nothing outside of its path, and in which no script is refused."""
    with browser.new_context(**context) as own:
        page = own.new_page()
        page.set_default_timeout(60_000)
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "response",
            lambda response: said.append(f"{response.status} {response.url}") if response.status >= 400 else None,
        )
        page.on("console", lambda message: said.append(f"{message.text} {message.location.get('url')}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        yield page
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
        wrong = re.compile(r"Content.Security.Policy|^4\d\d |^5\d\d |Failed to load|Error")
        refused = [text for text in said if wrong.search(text) and not text.endswith("/favicon.ico")]
        assert refused == []


def ask(page: Page, question: str) -> str:
    page.wait_for_selector("#fn-box textarea")
    page.wait_for_function("window.footnote")
    page.fill("#fn-box textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=At least 83 people have been killed.")
    return page.inner_text("body")


@pytest.mark.parametrize("way", WAYS)
def test_a_question_is_asked_below_a_path(browser: Browser, served: str, tmp_path: Path, way: str) -> None:
    with proxied(tmp_path, served, WAYS[way]) as outside, watched(browser, outside) as page:
        assert page.url == f"{outside}ui/"
        assert "83" in ask(page, "How many were killed?")
        cookies = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
        assert cookies == {"footnote_visitor": WAYS[way].prefix}


def test_a_browser_logs_in_below_a_path_and_asks(browser: Browser, served: str, tmp_path: Path) -> None:
    way = Way({**TELLING, "X-Locked": "yes"}, prefix="/notes/qa")
    with proxied(tmp_path, served, way) as outside, watched(browser, outside) as page:
        assert page.url == f"{outside}login?next=/"
        page.fill("input[type=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{outside}ui/")
        assert "83" in ask(page, "How many were killed?")
        kept = {cookie["name"][:16]: (cookie["path"], cookie["httpOnly"]) for cookie in page.context.cookies()}
        assert kept == {"footnote_visitor": (way.prefix, True), "footnote_session": (way.prefix, True)}


def test_the_login_page_works_without_scripts_and_says_what_was_wrong(browser: Browser, door: str) -> None:
    with browser.new_context(java_script_enabled=False) as own:
        page = own.new_page()
        page.goto(f"{door}/ui/?a=b")
        page.fill("input[type=password]", "wrong")
        page.click("button")
        expect(page.get_by_role("alert")).to_have_text("That is not the right password.")
        page.fill("input[type=password]", PASSWORD)
        page.click("button")
        assert page.url == f"{door}/ui/?a=b"
        assert page.inner_text("body").strip('"') == "ui/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_can_be_used_by_everybody(browser: Browser, door: str, scheme: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    phone: Any = {"width": 390, "height": 800}
    with browser.new_context(color_scheme=scheme, bypass_csp=True, viewport=phone) as own:
        page = own.new_page()
        page.goto(door)
        page.fill("input[type=password]", "wrong")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_script_that_gets_into_the_page_does_not_run(browser: Browser, served: str) -> None:
    with browser.new_context() as own:
        page = own.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{served}{PREFIX}/")
        ask(page, "How many were killed?")
        page.fill("#fn-box textarea", "slow")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=word3")
        page.click("#fn-stop")
        page.wait_for_selector("#fn-stop", state="hidden")
        assert not [text for text in said if "Content Security Policy" in text]
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked = 1\">')")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'hacked = 2'}))")
        wait_until(lambda: page.title() and sum("Content Security Policy" in text for text in said) >= 2)
        assert page.evaluate("window.hacked") is None
