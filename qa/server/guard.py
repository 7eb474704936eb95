"""What keeps other web sites out of the page: security headers, and no requests sent from elsewhere."""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import Mapping

from qa.server.asgi import App, Headers, Message, Receive, Scope, Send, answer, header, header_of, refuse, route_of

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
MOST_BYTES = 1_000_000
"""Of a request's body, but for the paths that take files."""
_LARGE: Mapping[str, int] = {"/page/articles": 200_000_000}
_RAW_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_OWN = frozenset({*(name.encode() for name, _ in HEADERS.items()), b"content-security-policy"})
_READING = ("GET", "HEAD", "OPTIONS")
_FROM_HERE = ("same-origin", "none")
_SCRIPT = re.compile(rb"<script(?=[\s>])", re.IGNORECASE)
_GRADIO = re.compile(r"/ui/(?:gradio_api(?:/|$)|monitoring|login|logout|svelte|pwa_icon)")
# What the page's own script and gradio_client ask of Gradio; the rest opens files, takes uploads or rewrites the app.
_NEEDED = re.compile(
    r"/ui/gradio_api/(?:queue/(?:join|data)|call(?:/v2)?/\w+(?:/\w+)?|heartbeat/\w+|cancel|reset|info|startup-events"
    r"|theme\.css|app_id|user|login_check)/?"
)


def policy(nonce: str = "") -> str:
    """The Content-Security-Policy: scripts of this server alone, and those inline ones that carry the nonce."""
    inline = f" 'nonce-{nonce}'" if nonce else ""
    return (
        f"default-src 'self'; script-src 'self'{inline} 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


class Guard:
    """ASGI middleware: adds the headers to every answer, and refuses what a browser sends for another site.

    Bodies are bounded, and ways into Gradio that the page does not need are closed.
    """

    def __init__(self, app: App, *, most_bytes: int = MOST_BYTES, large: Mapping[str, int] = _LARGE) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _Guarded(send, compress="gzip" in header(scope, b"accept-encoding"))
        path = route_of(scope)
        body = _Bounded(
            receive, next((most for p, most in self._large.items() if path.startswith(p)), self._most_bytes)
        )
        if scope["method"] not in _READING and _is_from_elsewhere(scope):
            await refuse(guarded, 403, "This request was sent from another web site.")
        elif _GRADIO.match(path) and not _NEEDED.fullmatch(path):
            await refuse(guarded, 403, "This is not offered.")
        elif body.is_too_long(header(scope, b"content-length")):
            await refuse(guarded, 413, "This is too much for one request.")
        else:
            await self._pass_on(scope, body, guarded)

    async def _pass_on(self, scope: Scope, body: _Bounded, guarded: _Guarded) -> None:
        # Gradio would compress its page, to which a nonce is still to be added.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        try:
            await self._app({**scope, "headers": plain} if guarded.may_be_page(scope) else scope, body, guarded)
        except Exception:
            if not body.exceeded:
                raise
        if body.exceeded and not guarded.started:
            await refuse(guarded, 413, "This is too much for one request.")


class _Bounded:
    """The body of a request; to the application, one that is too long breaks off."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most
        self.exceeded = False

    def is_too_long(self, announced: str) -> bool:
        return announced.isdecimal() and int(announced) > self._left

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.exceeded = self.exceeded or self._left < 0
        return {"type": "http.disconnect"} if self.exceeded else message


class _Guarded:
    """The way out: every response gets the headers, and the scripts of a page their nonce."""

    def __init__(self, send: Send, *, compress: bool) -> None:
        self._send = send
        self._compress = compress
        self._page: Message | None = None
        self._html = b""
        self.started = False

    def may_be_page(self, scope: Scope) -> bool:
        """Whether the request is for the page itself, rather than one of its parts."""
        return "/gradio_api" not in scope["path"] and "/assets/" not in scope["path"]

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if _is_plain_html(message):
                self._page = message
            else:
                await self._send(_with_headers(message, policy()))
        elif self._page is not None and message["type"] == "http.response.body":
            self._html += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(self._page)
        else:
            await self._send(message)

    async def _send_page(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        html = _SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), self._html)
        headers: Headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        if self._compress and html:
            html = gzip.compress(html, compresslevel=5, mtime=0)
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
        if self._html:  # the answer to HEAD has none
            start = {**start, "headers": headers}
        start = _with_headers(start, policy(nonce))
        await answer(self._send, start["status"], html, headers=start["headers"])


def _is_plain_html(message: Message) -> bool:
    return header_of(message, b"content-type").startswith("text/html") and not header_of(message, b"content-encoding")


def _with_headers(message: Message, content_policy: str) -> Message:
    own = [(name, value) for name, value in message.get("headers", []) if name.lower() not in _OWN]
    return {**message, "headers": [*own, *_RAW_HEADERS, (b"content-security-policy", content_policy.encode())]}


def _is_from_elsewhere(scope: Scope) -> bool:
    """A browser says so itself; an older one, or one on a plain connection, names the origin at least."""
    site, origin = header(scope, b"sec-fetch-site"), header(scope, b"origin")
    if site:
        return site not in _FROM_HERE
    return bool(origin) and _place(origin) != _place(f"{scope.get('scheme', 'http')}://{header(scope, b'host')}")


def _place(origin: str) -> str:
    """Host and port of an origin, the usual ports left out; empty for `null`."""
    place = origin.lower().partition("://")[2]
    return place.removesuffix(":80").removesuffix(":443")
