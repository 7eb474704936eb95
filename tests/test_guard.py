"""What keeps other web sites out: names, origins, headers, sizes, and the ways into Gradio that are closed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from loopback import running

from qa.server.guard import HEADERS, Guard
from qa.server.hosts import Hosts, Place, bare_name
from vectorstore.errors import SettingsError

PAGE = "<!doctype html><script>one()</script><SCRIPT type=module src=a.js></SCRIPT><scripting><p>&lt;script&gt;</p>"


def app_with(place: Place | None = None, **options: Any) -> FastAPI:
    app = FastAPI()

    @app.get("/page", response_class=HTMLResponse)
    def page() -> str:
        return PAGE

    @app.get("/stream")
    def stream() -> StreamingResponse:
        return StreamingResponse((f"{number}\n" for number in range(3)), media_type="text/event-stream")

    @app.get("/compressed", response_class=HTMLResponse)
    def compressed() -> HTMLResponse:
        return HTMLResponse(gzip.compress(PAGE.encode()), headers={"Content-Encoding": "gzip"})

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def told(path: str, request: Request) -> dict[str, Any]:
        url, client = request.url, request.client
        return {
            "path": path,
            "url": str(url),
            "root": request.scope["root_path"],
            "client": client.host if client else "",
            "bytes": len(await request.body()),
            "forwarded": [name for name in request.headers if "forwarded" in name],
        }

    app.add_middleware(Guard, **options)
    app.add_middleware(Hosts, place=place or Place())
    return app


@pytest.fixture(scope="module")
def here() -> Iterator[str]:
    with running(app_with(most_bytes=1000, large={"/page/articles": 5000}), proxy_headers=False) as address:
        yield address


@pytest.mark.parametrize("path", ["/page", "/stream", "/json", "/ui/gradio_api/upload", "/nothing"])
def test_every_answer_carries_the_headers(here: str, path: str) -> None:
    headers = httpx.get(here + path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    scripts = re.search("script-src ([^;]*)", headers["content-security-policy"])
    assert scripts
    assert "unsafe-inline" not in scripts[1]


def test_the_scripts_of_a_page_carry_a_nonce_of_their_own(here: str) -> None:
    nonces = set()
    for _ in range(2):
        page = httpx.get(f"{here}/page")
        nonce = re.search("'nonce-([^']+)'", page.headers["content-security-policy"])
        assert nonce
        assert page.text == (
            f'<!doctype html><script nonce="{nonce[1]}">one()</script><script nonce="{nonce[1]}" type=module src=a.js>'
            "</SCRIPT><scripting><p>&lt;script&gt;</p>"
        )
        nonces.add(nonce[1])
    assert len(nonces) == 2
    assert "nonce" not in httpx.get(f"{here}/json").headers["content-security-policy"]


def test_a_page_is_compressed_for_those_who_can_read_it(here: str) -> None:
    with_gzip, plain = (httpx.get(f"{here}/page", headers={"Accept-Encoding": one}) for one in ("gzip", "identity"))
    assert with_gzip.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.headers["content-length"] == str(len(plain.content))
    assert with_gzip.text.count("nonce=") == plain.text.count("nonce=") == 2


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}])
def test_this_page_may_write(here: str, headers: dict[str, str]) -> None:
    origin = {"Origin": here} if "Sec-Fetch-Site" not in headers else {}
    assert httpx.post(f"{here}/x", headers={**headers, **origin}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://[bad"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_sites_may_not(here: str, method: str, headers: dict[str, str]) -> None:
    assert httpx.request(method, f"{here}/x", headers=headers).status_code == 403


def test_a_body_is_bounded_also_where_its_length_is_not_told(here: str) -> None:
    def pieces(size: int) -> Iterator[bytes]:
        yield from (b"x" * 100 for _ in range(size // 100))

    assert httpx.post(f"{here}/x", content=b"x" * 1000).json()["bytes"] == 1000
    assert httpx.post(f"{here}/x", content=b"x" * 1001).status_code == 413
    assert httpx.post(f"{here}/x", content=pieces(1000)).json()["bytes"] == 1000
    refused = httpx.post(f"{here}/x", content=pieces(1100))
    assert refused.status_code == 413
    assert {name: refused.headers[name] for name in HEADERS} == HEADERS
    assert httpx.post(f"{here}/page/articles", content=b"x" * 5000).json()["bytes"] == 5000
    assert httpx.post(f"{here}/page/articles", content=pieces(5100)).status_code == 413


@pytest.mark.parametrize(
    "path",
    ["upload", "upload_progress", "file=/etc/passwd", "file/etc/passwd", "proxy=http://a", "run/ask", "api/ask",
     "component_server", "process_recording", "vibe-edit", "dev/reload", "stream/a/b/c/playlist.m3u8", "deep_link",
     "queue/join/../../upload", "info/../upload"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_ways_into_gradio_that_nobody_needs_are_closed(here: str, method: str, path: str) -> None:
    assert httpx.request(method, f"{here}/ui/gradio_api/{path}").status_code == 403
    assert httpx.request(method, f"{here}/ui/monitoring").status_code == 403


@pytest.mark.parametrize(
    "path",
    """gradio_api/queue/join gradio_api/queue/data gradio_api/call/ask gradio_api/call/v2/ask gradio_api/info
    gradio_api/call/ask/a1b2 gradio_api/heartbeat/x1 gradio_api/cancel config assets/index.js theme.css""".split(),
)
def test_those_that_the_page_and_programs_use_are_open(here: str, path: str) -> None:
    assert httpx.get(f"{here}/ui/{path}").json()["path"] == f"ui/{path}"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:7860", "localhost:1", "LOCALHOST.", "[::1]:5", "a.localhost", "127.5.5.5"]
)
def test_names_of_this_machine_are_answered(here: str, host: str) -> None:
    assert httpx.get(f"{here}/x", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"]
)
def test_another_name_is_refused_where_only_this_machine_is_served(here: str, host: str) -> None:
    for more in ({}, {"X-Forwarded-Host": "localhost"}):
        assert httpx.get(f"{here}/x", headers={"Host": host, **more}).status_code == 421


def test_which_names_are_answered_depends_on_where_the_server_listens() -> None:
    shown, public = Place(allowed_hosts=("Notes.example.org:443",)), Place(host="0.0.0.0")
    assert shown.admits("notes.example.org")
    assert shown.admits("localhost:7860")
    assert not shown.admits("evil.example")
    assert public.admits("any.example")
    named = Place(host="192.168.1.5", allowed_hosts=("notes.example.org",))
    assert named.admits("192.168.1.5:7860")
    assert not named.admits("evil.example")
    assert Place(allowed_hosts=("*",)).admits("any.example")
    assert Place(host="::1").admits("[::1]:7860")
    assert [bare_name(one) for one in ("A.b:1", "[::1]:2", "::1", "a.")] == ["a.b", "::1", "::1", "a"]


def told(place: Place, path: str = "/ui/x", **headers: str) -> dict[str, Any]:
    with running(app_with(place), proxy_headers=False) as here:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        reply: dict[str, Any] = httpx.get(here + path, headers=sent).json()
        return reply


def test_a_proxy_on_this_machine_tells_of_the_real_request() -> None:
    seen = told(
        Place(),
        X_Forwarded_Proto="https",
        X_Forwarded_Host="notes.example.org, inner",
        X_Forwarded_Prefix="/footnote/",
        X_Forwarded_For="6.6.6.6, 192.0.2.7",
    )
    assert seen["url"] == "https://notes.example.org/footnote/ui/x"
    assert (seen["root"], seen["path"], seen["client"]) == ("/footnote", "ui/x", "192.0.2.7")
    assert seen["forwarded"] == []


def test_nobody_else_is_believed() -> None:
    seen = told(
        Place(trusted_proxies=("10.0.0.0/8",)),
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.example",
        X_Forwarded_Prefix="/evil",
        X_Forwarded_For="6.6.6.6",
    )
    assert seen["url"].startswith("http://127.0.0.1:")
    assert (seen["root"], seen["client"], seen["forwarded"]) == ("", "127.0.0.1", [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X_Forwarded_Host", "a b"), ("X_Forwarded_Host", "evil.example/x?"), ("X_Forwarded_Proto", "javascript"),
        ("X_Forwarded_Prefix", "//evil.example"), ("X_Forwarded_Prefix", "/a/../b?x"), ("X_Forwarded_Prefix", "a"),
    ],
)  # fmt: skip
def test_what_no_proxy_says_is_passed_over(name: str, value: str) -> None:
    seen = told(Place(), **{name: value})
    assert seen["url"].startswith("http://127.0.0.1:")
    assert seen["url"].endswith("/ui/x")


@pytest.mark.parametrize("path", ["/ui/x", "/footnote/ui/x"])
def test_the_path_of_a_proxy_may_be_taken_away_or_left(path: str) -> None:
    seen = told(Place(root_path="/footnote"), path)
    assert (seen["root"], seen["path"]) == ("/footnote", "ui/x")
    assert seen["url"].endswith("/footnote/ui/x")


@pytest.mark.parametrize(
    "place", [{"root_path": "footnote"}, {"root_path": "http://a/b"}, {"trusted_proxies": ("proxy",)}]
)
def test_places_that_cannot_be_are_refused(place: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="QA_"):
        Place(**place)
