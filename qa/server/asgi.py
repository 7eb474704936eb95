"""The few words of ASGI that the layers around the application share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


def header(scope: Scope, name: bytes) -> str:
    """A header of a request, its values joined; empty without one."""
    return ", ".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def header_of(message: Message, name: bytes) -> str:
    """The same of a response's start."""
    return ", ".join(value.decode("latin-1") for key, value in message.get("headers", []) if key.lower() == name)


def route_of(scope: Scope) -> str:
    """The path of a request below the root path."""
    root, path = scope.get("root_path", ""), scope["path"]
    below = path[len(root) :] if root and (path == root or path.startswith(f"{root}/")) else path
    return below or "/"


async def refuse(send: Send, status: int, text: str) -> None:
    """Answer with one line of plain text."""
    await answer(send, status, text.encode(), headers=[(b"content-type", b"text/plain; charset=utf-8")])


async def answer(send: Send, status: int, body: bytes, *, headers: Headers) -> None:
    """Send a whole response."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
