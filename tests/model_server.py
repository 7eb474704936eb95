"""A chat server on loopback that behaves, or misbehaves, by script, in OpenAI's, Anthropic's and Ollama's formats.

    with ModelServer(Says("At least 83 people [1]."), ...) as server:
        open_chat_model("openai:any", base_url=server.openai)

Each request takes the next line of the script; the last line is repeated. `listing` is the line for a list of models.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from wire_formats import Wire, wire_of

CANARY = "sk-canary-7f3b9e"
"""A key that no error text may ever hold."""


@dataclass(frozen=True)
class Says:
    """Streams a text word by word and ends well; with another `ending`, or None, it does not."""

    text: str
    ending: str | None = "stop"
    then: str = ""
    """After the text: `` ends, `hang` stays silent, `ping` sends signs of life only, `error` tells of an error,
    `garbage` sends what nobody can read, `reset` breaks the connection."""
    pause_seconds: float = 0.0


@dataclass(frozen=True)
class Fails:
    """Answers with an error status; its body repeats the caller's key, as real servers do."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "no luck"


@dataclass(frozen=True)
class Sends:
    """Answers 200 with these bytes and nothing else."""

    body: bytes
    content_type: str = "text/event-stream"


@dataclass(frozen=True)
class Hangs:
    """Reads the request and never answers."""


@dataclass(frozen=True)
class Offers:
    """Lists these models."""

    models: tuple[str, ...]


Line = Says | Fails | Sends | Hangs
Listing = Offers | Fails | Sends | Hangs


class ModelServer:
    """A scripted server; `requests` holds the JSON bodies that it was sent."""

    def __init__(self, *script: Line, listing: Listing = Offers(("any-model", "llama3.2:3b"))) -> None:
        self.script = list(script)
        self.listing = listing
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str] = []
        """The key of each request, `` for none."""
        self.hung_up = threading.Event()
        """Set when a client closed its connection before the server was done."""
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.model = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def openai(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def ollama(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def anthropic(self) -> str:
        return self.ollama

    def next_line(self) -> Line:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    model: ModelServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.model.requests.append(body)
        wire = self._note_request()
        line = self.server.model.next_line()
        if isinstance(line, Says) and body.get("stream", self.path == "/api/chat"):
            self._stream(line, wire)
        elif isinstance(line, Says):
            self._send_json(200, wire.whole(line.text, line.ending or "stop"))
        else:
            self._misbehave(line, wire)

    def do_GET(self) -> None:
        wire = self._note_request()
        line = self.server.model.listing
        if isinstance(line, Offers):
            self._send_json(200, wire.listing(line.models))
        else:
            self._misbehave(line, wire)

    def _note_request(self) -> Wire:
        self.close_connection = True
        self.server.model.paths.append(self.path)
        self.server.model.keys.append(self._key())
        return wire_of(self.path, anthropic="anthropic-version" in self.headers)

    def _key(self) -> str:
        return self.headers.get("x-api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")

    def _misbehave(self, line: Fails | Sends | Hangs, wire: Wire) -> None:
        if isinstance(line, Fails):
            self._send_json(line.status, wire.refusal(f"{line.message}, {self._key()}"), line.headers)
        elif isinstance(line, Sends):
            self._send(200, line.body, {"content-type": line.content_type})
        else:
            self._wait(b"")

    def _stream(self, line: Says, wire: Wire) -> None:
        self._head(200, {"content-type": wire.content_type})
        try:
            self._write(wire.start())
            for piece in re.findall(r"\s*\S+|\s+$", line.text):
                self._write(wire.piece(piece))
                self.server.model.closing.wait(line.pause_seconds)
            self._end(line, wire)
        except OSError:
            self.server.model.hung_up.set()

    def _end(self, line: Says, wire: Wire) -> None:
        if line.then == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif line.then in ("hang", "ping"):
            self._wait(wire.ping if line.then == "ping" else b"")
        elif line.then:
            self._write(wire.error() if line.then == "error" else wire.garbage)
        elif line.ending:
            self._write(wire.ending(line.ending))

    def _wait(self, ping: bytes) -> None:
        """Until the server closes or the client hangs up."""
        while not self.server.model.closing.wait(0.05):
            self._write(ping)
            self.connection.settimeout(0.001)
            try:
                if not self.connection.recv(1):
                    raise ConnectionResetError
            except TimeoutError:
                continue
            except OSError:
                self.server.model.hung_up.set()
                return

    def _send_json(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), {**(headers or {}), "content-type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self._head(status, {**headers, "content-length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()
