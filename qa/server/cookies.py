"""Cookies of this server: read from a request, and written so that no script and no other site gets at them."""

from __future__ import annotations

from qa.server.asgi import Scope


def cookies(scope: Scope) -> dict[str, str]:
    """The cookies of a request by name; the first one where a name comes twice."""
    found: dict[str, str] = {}
    for _, line in filter(lambda one: one[0] == b"cookie", scope["headers"]):
        for pair in line.decode("latin-1").split(";"):
            name, _, value = pair.strip().partition("=")
            found.setdefault(name, value)
    return found


def set_cookie(scope: Scope, name: str, value: str, *, seconds: int) -> tuple[bytes, bytes]:
    """A response's header that keeps a cookie for some seconds; 0 removes it."""
    path = scope.get("root_path") or "/"
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    cookie = f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", cookie.encode("ascii")
