"""How OpenAI's, Anthropic's and Ollama's servers write an answer, an error and a list of models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

INPUT_TOKENS, OUTPUT_TOKENS = 100, 20
_DATE = "2025-01-01T00:00:00Z"


class Wire(Protocol):
    """One format; `ending` is OpenAI's word for how an answer ended."""

    content_type: str
    ping: bytes
    garbage: bytes

    def start(self) -> bytes: ...
    def piece(self, text: str) -> bytes: ...
    def ending(self, ending: str) -> bytes: ...
    def error(self) -> bytes: ...
    def whole(self, text: str, ending: str) -> dict[str, Any]: ...
    def refusal(self, message: str) -> dict[str, Any]: ...
    def listing(self, models: Sequence[str]) -> dict[str, Any]: ...


class OpenAiWire:
    """Chat completions, as server-sent events."""

    content_type = "text/event-stream"
    ping = b": ping\n\n"
    garbage = b"data: {broken\n\n"
    usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS, "total_tokens": 120}  # noqa: RUF012

    def start(self) -> bytes:
        return b""

    def piece(self, text: str) -> bytes:
        return self._event({"choices": [_choice(delta={"role": "assistant", "content": text}, finish_reason=None)]})

    def ending(self, ending: str) -> bytes:
        last = self._event({"choices": [_choice(delta={}, finish_reason=ending)]})
        return last + self._event({"choices": [], "usage": self.usage}) + b"data: [DONE]\n\n"

    def error(self) -> bytes:
        return b"data: " + json.dumps({"error": {"message": "no luck", "type": "server_error"}}).encode() + b"\n\n"

    def whole(self, text: str, ending: str) -> dict[str, Any]:
        choice = _choice(message={"role": "assistant", "content": text}, finish_reason=ending)
        told = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        return {**told, "choices": [choice], "usage": self.usage}

    def refusal(self, message: str) -> dict[str, Any]:
        return {"error": {"message": message, "type": "x", "code": "y"}}

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        return {"object": "list", "data": [{"id": name, "object": "model", "max_model_len": 4096} for name in models]}

    def _event(self, data: dict[str, Any]) -> bytes:
        told = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return b"data: " + json.dumps({**told, **data}).encode() + b"\n\n"


class AnthropicWire:
    """The messages API, as named server-sent events."""

    content_type = "text/event-stream"
    garbage = b"event: content_block_delta\ndata: {broken\n\n"
    usage = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}  # noqa: RUF012
    endings = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}  # noqa: RUF012

    @property
    def ping(self) -> bytes:
        return self._event({"type": "ping"})

    def start(self) -> bytes:
        message = {**self._message([]), "stop_reason": None, "usage": {**self.usage, "output_tokens": 1}}
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        return self._event({"type": "message_start", "message": message}) + self._event(block) + self.ping

    def piece(self, text: str) -> bytes:
        return self._event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})

    def ending(self, ending: str) -> bytes:
        delta = {"stop_reason": self.endings.get(ending, ending), "stop_sequence": None}
        last = {"type": "message_delta", "delta": delta, "usage": self.usage}
        stop = self._event({"type": "content_block_stop", "index": 0})
        return stop + self._event(last) + self._event({"type": "message_stop"})

    def error(self) -> bytes:
        return self._event({"type": "error", "error": {"type": "overloaded_error", "message": "no luck"}})

    def whole(self, text: str, ending: str) -> dict[str, Any]:
        message = self._message([{"type": "text", "text": text}])
        return {**message, "stop_reason": self.endings.get(ending, ending), "usage": self.usage}

    def refusal(self, message: str) -> dict[str, Any]:
        return {"type": "error", "error": {"type": "x", "message": message}}

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        return {"data": [{"type": "model", "id": name} for name in models], "has_more": False}

    def _message(self, content: list[dict[str, Any]]) -> dict[str, Any]:
        told = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
        return {**told, "content": content, "stop_sequence": None}

    def _event(self, data: dict[str, Any]) -> bytes:
        return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


class OllamaWire:
    """Ollama's own chat, one JSON object a line."""

    content_type = "application/x-ndjson"
    ping = b""
    garbage = b"{broken\n"
    counts = {"prompt_eval_count": INPUT_TOKENS, "eval_count": OUTPUT_TOKENS}  # noqa: RUF012

    def start(self) -> bytes:
        return b""

    def piece(self, text: str) -> bytes:
        return self._line({"message": {"role": "assistant", "content": text}, "done": False})

    def ending(self, ending: str) -> bytes:
        return self._line(self.whole("", ending))

    def error(self) -> bytes:
        return json.dumps({"error": "no luck"}).encode() + b"\n"

    def whole(self, text: str, ending: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        told = {"model": "m", "created_at": _DATE, "message": message}
        return {**told, "done": True, "done_reason": ending, **self.counts}

    def refusal(self, message: str) -> dict[str, Any]:
        return {"error": message}

    def listing(self, models: Sequence[str]) -> dict[str, Any]:
        return {"models": [{"name": name, "model": name, "modified_at": _DATE} for name in models]}

    def _line(self, data: dict[str, Any]) -> bytes:
        return json.dumps({"model": "m", "created_at": _DATE, **data}).encode() + b"\n"


def wire_of(path: str, *, anthropic: bool = False) -> Wire:
    """The format that is spoken at a path."""
    if path.startswith("/api/"):
        return OllamaWire()
    return AnthropicWire() if anthropic or path.startswith("/v1/messages") else OpenAiWire()


def _choice(**told: Any) -> dict[str, Any]:
    return {"index": 0, **told}
