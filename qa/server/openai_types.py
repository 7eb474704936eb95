"""What OpenAI's chat completions say in JSON: requests as they come, replies and errors as they go."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from qa.asynchronous import AskOptions
from qa.server.asked import ask_options
from qa.server.cited_text import without_footnotes
from qa.types import Answer, Turn

Json = dict[str, Any]
_IGNORED_ROLES = ("system", "developer")


class Part(BaseModel):
    """A part of a message."""

    type: str
    text: str = ""


class Message(BaseModel):
    """What somebody said."""

    role: str
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """How to stream."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """The fields of a request that mean something here; the others, such as `temperature`, are not read."""

    model: str
    messages: list[Message]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    metadata: dict[str, str] | None = None
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    response_format: Json | None = None
    logprobs: bool | None = None
    modalities: list[str] | None = None


class Refused(Exception):
    """A request that is not served; `status` is that of HTTP."""

    def __init__(self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a model of this server."""

    model: str
    question: str
    options: AskOptions
    streams: bool
    tells_usage: bool
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))


def read_request(body: bytes) -> Asked:
    """The question of a request; raises Refused, or UserError for a restriction that cannot be."""
    try:
        given = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(f"{place}: {first['msg']}" if place else first["msg"], param=place or None) from error
    _refuse_what_cannot_be(given)
    question, history = _conversation(given.messages)
    metadata = given.metadata or {}
    options = ask_options(
        sources=_sources(metadata.get("sources", "")),
        outlet=metadata.get("outlet"),
        since=metadata.get("since"),
        until=metadata.get("until"),
        history=history,
    )
    tells_usage = bool(given.stream_options and given.stream_options.include_usage)
    return Asked(given.model, question, options, streams=bool(given.stream), tells_usage=tells_usage)


def completion(asked: Asked, answer: Answer, content: str, *, annotations: Sequence[Json]) -> Json:
    """The reply to a request that does not stream."""
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": list(annotations)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(answer)}
    return {
        **_head(asked, "chat.completion"),
        "choices": [choice],
        "usage": usage(answer),
        "footnote": answer.to_dict(),
    }


def chunk(asked: Asked, delta: Json, *, finish_reason: str | None = None, **more: object) -> Json:
    """A piece of a reply that streams."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    unknown = {"usage": None} if asked.tells_usage else {}
    return {**_head(asked, "chat.completion.chunk"), "choices": [choice], **unknown, **more}


def usage_chunk(asked: Asked, answer: Answer) -> Json:
    """The piece behind the last one, where it was asked for."""
    return {**_head(asked, "chat.completion.chunk"), "choices": [], "usage": usage(answer)}


def usage(answer: Answer) -> Json:
    """The tokens of the chat model that answered; zero for an extractive answer."""
    read, written = answer.usage.input_tokens, answer.usage.output_tokens
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def finish_reason(answer: Answer) -> str:
    """`length` for an answer that was cut off."""
    return "stop" if answer.complete else "length"


def _head(asked: Asked, kind: str) -> Json:
    return {"id": asked.id, "object": kind, "created": asked.created, "model": asked.model}


def _refuse_what_cannot_be(given: ChatRequest) -> None:
    if given.n not in (None, 1):
        raise Refused("there is one answer to a question; leave n at 1", param="n")
    if given.tools or given.functions:
        raise Refused("tools are not called here; leave them out", param="tools" if given.tools else "functions")
    if given.response_format and given.response_format.get("type") != "text":
        raise Refused("answers are text; their claims and quotes are in `footnote`", param="response_format")
    if given.logprobs:
        raise Refused("there are no log probabilities; leave logprobs out", param="logprobs")
    if given.modalities and given.modalities != ["text"]:
        raise Refused("answers are text; leave modalities out", param="modalities")


def _conversation(messages: Sequence[Message]) -> tuple[str, tuple[Turn, ...]]:
    """The last message, and the pairs before it; a question that was not answered stands with an empty answer."""
    said = [(message.role, _text(message, at)) for at, message in enumerate(messages)]
    said = [(role, text) for role, text in said if role not in _IGNORED_ROLES]
    if not said or said[-1][0] != "user":
        raise Refused("the last message is the question; its role is user", param="messages")
    turns: list[Turn] = []
    for role, text in said[:-1]:
        if role == "user":
            turns.append(Turn(text, ""))
        elif turns:
            before = turns.pop()
            turns.append(Turn(before.question, "\n\n".join(filter(None, [before.answer, without_footnotes(text)]))))
    return said[-1][1], tuple(turns)


def _text(message: Message, at: int) -> str:
    if message.role not in (*_IGNORED_ROLES, "user", "assistant"):
        raise Refused(f"a message of the role {message.role!r} is not read here", param=f"messages.{at}.role")
    if message.role in _IGNORED_ROLES or message.content is None:
        return ""
    if isinstance(message.content, str):
        return message.content
    for part in message.content:
        if part.type not in ("text", "refusal"):
            raise Refused(f"a question is text; {part.type!r} cannot be read", param=f"messages.{at}.content")
    return "\n".join(part.text for part in message.content if part.type == "text")


def _sources(written: str) -> list[str]:
    """From a JSON list, or names with commas between them."""
    if not written.lstrip().startswith("["):
        return [name.strip() for name in written.split(",") if name.strip()]
    try:
        names = json.loads(written)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused("sources is a JSON list of names, or names with commas between them", param="metadata.sources")
    return names
