"""A chat server on loopback that behaves, or misbehaves, by script: OpenAI's and Ollama's wire formats.

    with ModelServer(Says("At least 83 people [1]."), ...) as server:
        open_chat_model("openai:any", base_url=server.openai)

Each request takes the next line of the script; the last line is repeated.
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
from typing import Any, ClassVar

CANARY = "sk-canary-7f3b9e"
"""A key that no error text may ever hold."""


@dataclass(frozen=True)
class Says:
    """Streams a text word by word and ends well; with another `ending`, or None, it does not."""

    text: str
    ending: str | None = "stop"
    then: str = ""
    """After the text: `` ends, `hang` stays silent, `ping` sends comments only, `reset` breaks the connection."""
    pause_seconds: float = 0.0


@dataclass(frozen=True)
class Fails:
    """Answers with an error status; its body repeats the caller's key, as real servers do."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sends:
    """Answers 200 with these bytes and nothing else."""

    body: bytes
    content_type: str = "text/event-stream"


@dataclass(frozen=True)
class Hangs:
    """Reads the request and never answers."""


Line = Says | Fails | Sends | Hangs


class ModelServer:
    """A scripted server; `requests` holds the JSON bodies that it was sent."""

    def __init__(self, *script: Line) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
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
        self.server.model.paths.append(self.path)
        self.close_connection = True
        line = self.server.model.next_line()
        if isinstance(line, Says):
            self._say(line, stream=body.get("stream", self.path == "/api/chat"))
        elif isinstance(line, Fails):
            self._fail(line)
        elif isinstance(line, Sends):
            self._head(200, {"content-type": line.content_type, "content-length": str(len(line.body))})
            self.wfile.write(line.body)
        else:
            self._wait(pinging=False)

    def _fail(self, line: Fails) -> None:
        key = self.headers.get("authorization", "")
        body = json.dumps({"error": {"message": f"no luck with {key}", "type": "x", "code": "y"}}).encode()
        self._head(line.status, {**line.headers, "content-type": "application/json", "content-length": str(len(body))})
        self.wfile.write(body)

    def _say(self, line: Says, *, stream: bool) -> None:
        wire = _Ollama if self.path == "/api/chat" else _OpenAI
        if not stream:
            body = json.dumps(wire.whole(line)).encode()
            self._head(200, {"content-type": "application/json", "content-length": str(len(body))})
            self.wfile.write(body)
            return
        self._head(200, {"content-type": wire.content_type})
        try:
            for piece in re.findall(r"\s*\S+|\s+$", line.text):
                self._write(wire.piece(piece))
                self.server.model.closing.wait(line.pause_seconds)
            self._end(line, wire)
        except OSError:
            self.server.model.hung_up.set()

    def _end(self, line: Says, wire: type[_OpenAI] | type[_Ollama]) -> None:
        if line.then == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif line.then:
            self._wait(pinging=line.then == "ping")
        elif line.ending:
            self._write(wire.ending(line.ending))

    def _wait(self, *, pinging: bool) -> None:
        while not self.server.model.closing.wait(0.05):
            if pinging:
                self._write(b": ping\n\n")
            self.connection.settimeout(0.001)
            try:
                if not self.connection.recv(1):
                    raise ConnectionResetError
            except TimeoutError:
                continue
            except OSError:
                self.server.model.hung_up.set()
                return

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()


class _OpenAI:
    content_type = "text/event-stream"
    usage: ClassVar = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}

    @staticmethod
    def piece(text: str) -> bytes:
        return _event(
            {"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]}
        )

    @classmethod
    def ending(cls, reason: str) -> bytes:
        ending = _event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        return ending + _event({"choices": [], "usage": cls.usage}) + b"data: [DONE]\n\n"

    @classmethod
    def whole(cls, line: Says) -> dict[str, Any]:
        message = {"role": "assistant", "content": line.text}
        choice = {"index": 0, "message": message, "finish_reason": line.ending}
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [choice],
            "usage": cls.usage,
        }


class _Ollama:
    content_type = "application/x-ndjson"
    counts: ClassVar = {"prompt_eval_count": 100, "eval_count": 20}

    @staticmethod
    def piece(text: str) -> bytes:
        return _json_line({"message": {"role": "assistant", "content": text}, "done": False})

    @classmethod
    def ending(cls, reason: str) -> bytes:
        message = {"role": "assistant", "content": ""}
        return _json_line({"message": message, "done": True, "done_reason": reason, **cls.counts})

    @classmethod
    def whole(cls, line: Says) -> dict[str, Any]:
        message = {"role": "assistant", "content": line.text}
        told = {"model": "m", "created_at": "2025-01-01T00:00:00Z"}
        return {**told, "message": message, "done": True, "done_reason": line.ending, **cls.counts}


def _event(data: dict[str, Any]) -> bytes:
    told = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps({**told, **data}).encode() + b"\n\n"


def _json_line(data: dict[str, Any]) -> bytes:
    return json.dumps({"model": "m", "created_at": "2025-01-01T00:00:00Z", **data}).encode() + b"\n"
