"""How far the start of the server has come, and what is told to those who ask before it is there."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from qa.server.asgi import App, Receive, Scope, Send, answer, route_of
from vectorstore.errors import UserError

_ALWAYS = ("/", "/article", "/favicon.ico", "/health", "/ready", "/login", "/logout")
_PAGE = ("/ui", "/ui/")
_NOT_YET: list[tuple[bytes, bytes]] = [
    (b"content-type", b"application/json"), (b"retry-after", b"2"), (b"cache-control", b"no-store"),
]  # fmt: skip


@dataclass(slots=True)
class Startup:
    """How far the start has come; written by one thread, read by the pages."""

    note: str = "Looking for new and changed articles…"
    answers: bool = False
    """Questions are answered, though the page is not there."""
    ready: bool = False
    error: Exception | None = None
    watched: bool = False
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def failure(self) -> str:
        """The error in words for a page; empty without one."""
        if self.error is None:
            return ""
        known = str(self.error) if isinstance(self.error, UserError) else "the details are in the server's log"
        return f"Footnote could not start: {known}"


class NotYet:
    """ASGI middleware: until the server is ready, programs are told to come again, and people wait at the front."""

    def __init__(self, app: App, startup: Startup) -> None:
        self._app = app
        self._startup = startup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or have it come again; the front takes people where they wanted to go."""
        if scope["type"] == "http" and not self._startup.ready and not self._is_open(route_of(scope)):
            if scope["method"] == "GET" and route_of(scope) in _PAGE:  # opened or reloaded by a person
                place = scope.get("root_path", "").encode() + b"/?" + scope["query_string"]
                await answer(send, 303, b"", headers=[(b"location", place), (b"cache-control", b"no-store")])
                return
            told = json.dumps({"error": self._startup.failure or self._startup.note}).encode()
            await answer(send, 503, told, headers=_NOT_YET)
            return
        await self._app(scope, receive, send)

    def _is_open(self, route: str) -> bool:
        return route in _ALWAYS or (self._startup.answers and route.startswith("/page/"))


async def in_daemon_thread(work: Callable[[], Any]) -> Any:
    """As `asyncio.to_thread`, but Ctrl-C does not wait for it: a sync may take minutes, and survives being killed."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def run() -> None:
        result, problem = None, None
        try:
            result = work()
        except Exception as error:
            problem = error
        with suppress(RuntimeError):  # the loop is gone: the server was stopped meanwhile
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=run, name="footnote-start", daemon=True).start()
    return await future
