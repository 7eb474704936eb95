"""The door: without a password or a session only the login page and the signs of life are to be had."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import NamedTuple
from urllib.parse import parse_qs, quote

from qa.server.asgi import App, Headers, Receive, Scope, Send, answer, header, route_of
from qa.server.attempts import Attempts
from qa.server.cookies import cookies, set_cookie
from qa.server.login_page import login_page
from qa.server.logins import SESSION_SECONDS, Logins, Sessions
from qa.server.openai_errors import error_body

_OPEN = ("/health", "/ready", "/favicon.ico")
_PROGRAMS = ("/v1/", "/mcp", "/page/", "/ui/gradio_api/", "/ui/config", "/ui/theme.css", "/ui/assets/", "/ui/static/")
_MOST_BYTES = 8192
_LONGEST_WAIT_SECONDS = 20.0
_WRONG = "That is not the right password."
_WRONG_NAMED = "That is not the right name and password."
_TOO_OFTEN = "Too many attempts; please wait a minute."
_INSIDE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class Given(NamedTuple):
    """A name with a password; the name is empty for the password of all."""

    name: str
    password: str


class Access:
    """ASGI middleware: lets in who has a session or brings a password; `scope["state"]["user"]` is the name.

    Browsers are sent to `login`; programs give `Authorization: Bearer PASSWORD`, `Bearer name:password`, or Basic.
    """

    def __init__(self, app: App, logins: Logins, sessions: Sessions, *, attempts: Attempts | None = None) -> None:
        self._app = app
        self._logins = logins
        self._sessions = sessions
        self._attempts = attempts or Attempts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or ask who it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route, state = route_of(scope), scope.setdefault("state", {})
        state["user"] = ""
        if route in _OPEN:
            await self._app(scope, receive, send)
        elif route in ("/login", "/logout"):
            await self._at_the_door(scope, receive, send)
        elif await self._is_known(scope):
            await self._app(scope, receive, send)
        else:
            await self._turn_away(scope, send)

    async def _is_known(self, scope: Scope) -> bool:
        name = self._sessions.name_of(cookies(scope).get(self._sessions.cookie, ""))
        if name is None:
            given = _given(header(scope, b"authorization"), self._logins)
            name = given.name if given and await self._matches(scope, given) else None
        scope["state"]["user"] = name or ""
        return name is not None

    async def _matches(self, scope: Scope, given: Given) -> bool | None:
        """Whether a password is right, after the time that its address has to wait; None when that is too long."""
        address = (scope.get("client") or ("",))[0]
        seconds = self._attempts.seconds_to_wait(address)
        if seconds > _LONGEST_WAIT_SECONDS:
            return None
        await asyncio.sleep(seconds)
        right = self._logins.matches(*given)
        if not right:
            self._attempts.failed(address)
        return right

    async def _at_the_door(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, route = scope["method"], route_of(scope)
        if method == "POST" and route == "/login":
            await self._log_in(scope, await _form(receive), send)
        elif method == "POST":
            await _go(scope, send, "/login", headers=[set_cookie(scope, self._sessions.cookie, "", seconds=0)])
        elif route == "/logout" or method not in ("GET", "HEAD"):
            await answer(send, 405, b"", headers=[(b"allow", b"POST")])
        elif await self._is_known(scope):
            await _go(scope, send, "/")
        else:
            query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20)
            await self._show_page(send, 200, follow=_inside(query.get("next", [""])[0]))

    async def _log_in(self, scope: Scope, form: dict[str, str], send: Send) -> None:
        given, follow = Given(form.get("name", "").strip(), form.get("password", "")), _inside(form.get("next", ""))
        right = await self._matches(scope, given)
        if right:
            token = self._sessions.open(given.name)
            cookie = set_cookie(scope, self._sessions.cookie, token, seconds=SESSION_SECONDS)
            await _go(scope, send, follow, headers=[cookie])
            return
        wrong = _WRONG_NAMED if self._logins.has_names else _WRONG
        status, message = (429, _TOO_OFTEN) if right is None else (401, wrong)
        await self._show_page(send, status, follow=follow, name=given.name, message=message)

    async def _show_page(self, send: Send, status: int, *, follow: str, name: str = "", message: str = "") -> None:
        page = login_page(
            follow=follow,
            has_names=self._logins.has_names,
            needs_name=not self._logins.has_common_password,
            name=name,
            message=message,
        )
        await _send(send, status, page, kind="text/html; charset=utf-8")

    async def _turn_away(self, scope: Scope, send: Send) -> None:
        route, asks = route_of(scope), header(scope, b"accept")
        if scope["method"] in ("GET", "HEAD") and "text/html" in asks and not route.startswith(_PROGRAMS):
            query = scope["query_string"].decode("latin-1")
            follow = _inside(quote(route) + (f"?{query}" if query else ""))
            await _go(scope, send, f"/login?next={quote(follow, safe='/')}")
            return
        line = "a password is needed: log in, or send `Authorization: Bearer` with it"
        told = error_body(line, status=401, code="invalid_api_key") if route.startswith("/v1/") else {"error": line}
        await _send(send, 401, json.dumps(told), headers=[(b"www-authenticate", b'Bearer realm="Footnote"')])


def _given(authorization: str, logins: Logins) -> Given | None:
    """What a program's Authorization header says."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError:
            return None
    elif scheme.lower() == "bearer":
        value = _as_utf8(value)
    else:
        return None
    name, _, password = value.strip().partition(":")
    if name and name in logins.passwords:
        return Given(name, password)
    # A password for all may hold a colon; Basic has a name before it, whatever it is.
    return Given("", password if scheme.lower() == "basic" else value.strip())


def _as_utf8(value: str) -> str:
    """A header's value as most programs mean it."""
    try:
        return value.encode("latin-1").decode()
    except ValueError:
        return value


async def _form(receive: Receive) -> dict[str, str]:
    body, more = b"", True
    while more and len(body) <= _MOST_BYTES:
        message = await receive()
        if message["type"] != "http.request":
            return {}
        body, more = body + message.get("body", b""), message.get("more_body", False)
    if len(body) > _MOST_BYTES:
        return {}
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _inside(follow: str) -> str:
    """A place of this server, below its root path; the front for any other."""
    return follow if _INSIDE.fullmatch(follow) else "/"


async def _go(scope: Scope, send: Send, route: str, *, headers: Headers | None = None) -> None:
    place = scope.get("root_path", "") + quote(route, safe="/?&=%:+,;@~!$'()*-._")
    kept = [(b"location", place.encode("ascii")), (b"cache-control", b"no-store"), *(headers or [])]
    await answer(send, 303, b"", headers=kept)


async def _send(
    send: Send, status: int, text: str, *, kind: str = "application/json", headers: Headers | None = None
) -> None:
    kept = [(b"content-type", kind.encode()), (b"cache-control", b"no-store"), *(headers or [])]
    await answer(send, status, text.encode(), headers=kept)
