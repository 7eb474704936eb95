"""Who is asking: a cookie for each browser, which also tells behind Gradio's queue whose event it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import Mount
from loopback import running, running_apart

from qa.server.hosts import Hosts, Place
from qa.server.logins import Sessions, read_logins
from qa.server.visitors import COOKIE, Visitors, visitor_of

ID = re.compile("[0-9a-f]{32}")
_QUEUED = """
from fastapi import FastAPI
from qa.server.visitors import Visitors, visitor_of
from qa.ui.page import import_gradio

gradio = import_gradio()

def told(text, request):
    return visitor_of(request)

async def streamed(text, request):
    for _ in range(3):
        yield visitor_of(request)

for one in (told, streamed):
    one.__annotations__["request"] = gradio.Request
with gradio.Blocks(analytics_enabled=False) as blocks:
    box = gradio.Textbox()
    box.submit(told, [box], [box], api_name="told")
    box.change(streamed, [box], [box], api_name="streamed")
blocks.queue()
app = FastAPI()
gradio.mount_gradio_app(app, blocks, "/ui", ssr_mode=False, mcp_server=False, run_history=False)
app.add_middleware(Visitors)
"""


@pytest.fixture(scope="module")
def here() -> Iterator[str]:
    app = FastAPI()

    @app.get("/")
    def front() -> RedirectResponse:
        return RedirectResponse("ui/")

    @app.get("/missing")
    def missing() -> HTMLResponse:
        return HTMLResponse("", status_code=404)

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    def told(path: str, request: Request) -> str:
        return visitor_of(request)

    inner = FastAPI()

    @inner.get("/")
    def mounted(request: Request) -> str:
        return visitor_of(request)

    app.router.routes.insert(0, Mount("/mounted", inner))
    sessions = Sessions(read_logins("any"), b"ab" * 32)
    app.add_middleware(Visitors, sessions=sessions)
    app.add_middleware(Hosts, place=Place())
    with running(app, proxy_headers=False) as address:
        yield address


def test_a_browser_keeps_its_visitor(here: str) -> None:
    with httpx.Client() as client:
        first = client.get(f"{here}/ui/")
        assert ID.fullmatch(first.json())
        assert client.cookies[COOKIE] == first.json()
        again = client.post(f"{here}/page/x")
        assert again.json() == first.json()
        assert "set-cookie" not in again.headers
    assert httpx.get(f"{here}/ui/").json() != first.json()


def test_the_front_gives_the_cookie_before_it_leads_on(here: str) -> None:
    cookie = httpx.get(f"{here}/").headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[0-9a-f]{{32}}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax", cookie)
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/footnote"}
    cookie = httpx.get(f"{here}/", headers=proxied).headers["set-cookie"]
    assert "; Path=/footnote; " in cookie
    assert cookie.endswith("; Secure")


def test_a_mounted_application_gives_the_cookie_of_the_whole_site(here: str) -> None:
    assert "; Path=/; " in httpx.get(f"{here}/mounted/").headers["set-cookie"]


@pytest.mark.parametrize(
    "path",
    ["health", "ready", "favicon.ico", "v1/models", "mcp", "ui/assets/a.js", "ui/static/b", "page/static/main.js"],
)
def test_programs_and_files_get_no_cookie_but_a_visitor(here: str, path: str) -> None:
    reply = httpx.get(f"{here}/{path}")
    assert ID.fullmatch(reply.json())
    assert "set-cookie" not in reply.headers


def test_what_failed_gives_no_cookie(here: str) -> None:
    assert "set-cookie" not in httpx.get(f"{here}/missing").headers


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\t", "../../../../../../../../etc/passwd", "'; drop table"],
)
def test_an_id_that_is_none_is_replaced(here: str, cookie: str) -> None:
    reply = httpx.get(f"{here}/ui/", headers={"Cookie": f"a=b; {COOKIE}={cookie}x; c=d"})
    assert ID.fullmatch(reply.json())
    assert reply.json() not in cookie
    assert "set-cookie" in reply.headers


def test_the_first_of_two_cookies_counts(here: str) -> None:
    reply = httpx.get(f"{here}/ui/", headers={"Cookie": f"{COOKIE}={'1' * 32}; {COOKIE}={'2' * 32}"})
    assert reply.json() == "1" * 32


def test_a_queued_event_knows_whose_it_is(tmp_path: Any) -> None:
    with running_apart(_QUEUED, tmp_path / "log") as here, httpx.Client() as one, httpx.Client() as other:
        for client in (one, other):
            client.get(f"{here}/ui/")
        for index in (0, 1):
            seen = {}
            for client in (one, other):
                order = {"data": [""], "fn_index": index, "session_hash": client.cookies[COOKIE][:10]}
                assert client.post(f"{here}/ui/gradio_api/queue/join", json=order).status_code == 200
            for client in (other, one):
                seen[client.cookies[COOKIE]] = _result(client, here)
            assert len(seen) == 2
            assert all(visitor == result for visitor, result in seen.items())


def _result(client: httpx.Client, here: str) -> str:
    query = {"session_hash": client.cookies[COOKIE][:10]}
    with client.stream("GET", f"{here}/ui/gradio_api/queue/data", params=query) as events:
        for line in events.iter_lines():
            event = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if event.get("msg") == "process_completed":
                return str(event["output"]["data"][0])
    raise AssertionError("no result came")
