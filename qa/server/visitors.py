"""Who is asking: 32 hex digits for each browser, or for each user who logged in by name."""

from __future__ import annotations

import re
import secrets
from typing import Any

from qa.server.asgi import App, Message, Receive, Scope, Send, route_of
from qa.server.cookies import cookies, set_cookie
from qa.server.logins import Sessions

COOKIE = "footnote_visitor"
_ID = re.compile(r"[0-9a-f]{32}")
_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""
_WITHOUT_COOKIE = re.compile(
    r"/(?:health|ready|favicon\.ico|login|logout)$|/v1/|/mcp|/page/static/|/ui/(?:assets|static)/|/ui/theme\.css"
)


class Visitors:
    """ASGI middleware: sets `scope["state"]["visitor"]` for every request, and a cookie where a browser has none.

    With `sessions`, a user who logged in by name is the same visitor on every machine.
    """

    def __init__(self, app: App, sessions: Sessions | None = None) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if self._sessions and state.get("user"):
            state["visitor"] = self._sessions.visitor_of(state["user"])
            await self._app(scope, receive, send)
            return
        known = cookies(scope).get(COOKIE, "")
        is_known = bool(_ID.fullmatch(known))
        state["visitor"] = known if is_known else secrets.token_hex(16)
        lacks = not is_known and not _WITHOUT_COOKIE.match(route_of(scope))
        await self._app(scope, receive, _giving(send, scope, state["visitor"]) if lacks else send)


def visitor_of(request: Any) -> str:
    """The visitor of a FastAPI request, or of a Gradio one."""
    inner = getattr(request, "request", request)
    visitor: str = inner.state.visitor
    return visitor


def _giving(send: Send, scope: Scope, visitor: str) -> Send:
    cookie = set_cookie(scope, COOKIE, visitor, seconds=_SECONDS)  # now: a mounted application changes the root path

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            message = {**message, "headers": [*message.get("headers", []), cookie]}
        await send(message)

    return send_with_cookie
