"""The server as OpenAI's chat completions: any client of theirs can ask the articles.

The last message is the question, the pairs before it are the history; system messages are not read.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import TYPE_CHECKING, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from qa.asynchronous import AsyncAnswerStream
from qa.problems import in_words, status_of
from qa.server.cited_text import AFTER_CHECKING, Mark, article_address, below, inert, marks
from qa.server.openai_errors import error_body
from qa.server.openai_types import (
    Asked,
    Json,
    Refused,
    chunk,
    completion,
    finish_reason,
    read_request,
    usage_chunk,
)
from qa.types import Answer
from vectorstore.errors import CorpusMissing, UserError

if TYPE_CHECKING:
    from qa.footnote import Footnote

MOST_AT_ONCE = 8
"""Answers under way; further questions wait their turn."""
_NO_RETRY = {"x-should-retry": "false"}
_CLIENT_LEFT = 499
_Result = TypeVar("_Result")


def openai_routes(footnote_by_model: Mapping[str, Footnote]) -> APIRouter:
    """`GET /v1/models` and `POST /v1/chat/completions`, for the models of these names."""
    router = APIRouter(prefix="/v1")
    room = asyncio.Semaphore(MOST_AT_ONCE)

    @router.get("/models")
    async def models() -> Json:
        return {"object": "list", "data": [_model(name) for name in footnote_by_model]}

    @router.get("/models/{name:path}", response_model=None)
    async def model(name: str) -> Response:
        return JSONResponse(_model(name)) if name in footnote_by_model else _failed(_unknown(name))

    @router.post("/chat/completions", response_model=None)
    async def chat_completions(request: Request) -> Response:
        asked: Asked | None = None
        try:
            asked = read_request(await _body(request))
            if asked.model not in footnote_by_model:
                raise _unknown(asked.model)
            return await _reply(request, footnote_by_model[asked.model], asked, room=room)
        except Exception as error:
            return _failed(error, asked)

    return router


async def _reply(request: Request, footnote: Footnote, asked: Asked, *, room: asyncio.Semaphore) -> Response:
    steps = _steps(footnote, asked, room)
    if not asked.streams:
        replied = await _unless_left(request, _whole(footnote, asked, steps))
        return JSONResponse(replied) if replied else Response(status_code=_CLIENT_LEFT)
    # What goes wrong before the first word still has a status of its own.
    first = await _unless_left(request, anext(steps))
    if first is None:
        return Response(status_code=_CLIENT_LEFT)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _streamed(footnote, asked, first, steps=steps), media_type="text/event-stream", headers=headers
    )


async def _steps(footnote: Footnote, asked: Asked, room: asyncio.Semaphore) -> AsyncIterator[str | Answer]:
    """The text as it comes, and at last the answer."""
    async with room, AsyncAnswerStream(lambda: footnote.stream(asked.question, **asked.options)) as stream:
        async for text in stream:
            yield text
        yield await stream.answer()


async def _whole(footnote: Footnote, asked: Asked, steps: AsyncIterator[str | Answer]) -> Json:
    async for step in steps:
        if isinstance(step, Answer):
            text = inert(step.text)
            annotations = await asyncio.to_thread(_annotations, footnote, step, text)
            return completion(asked, step, text + below(step), annotations=annotations)
    raise RuntimeError("an answer's stream ended without it")


async def _streamed(
    footnote: Footnote, asked: Asked, first: str | Answer, *, steps: AsyncIterator[str | Answer]
) -> AsyncIterator[str]:
    yield _event(chunk(asked, {"role": "assistant", "content": ""}))
    said, shown = "", ""
    step = first
    try:
        while not isinstance(step, Answer):
            said += step
            now = inert(said.removesuffix("<"))
            if len(now) > len(shown):
                yield _event(chunk(asked, {"content": now[len(shown) :]}))
                shown = now
            step = await anext(steps)
        rest, annotations = await asyncio.to_thread(_ending, footnote, step, shown)
    except Exception as error:
        yield "event: error\n" + _event(_problem(error, asked)[1])
        return
    if rest:
        yield _event(chunk(asked, {"content": rest}))
    last: Json = {"annotations": annotations} if annotations else {}
    yield _event(chunk(asked, last, finish_reason=finish_reason(step), footnote=step.to_dict()))
    if asked.tells_usage:
        yield _event(usage_chunk(asked, step))
    yield "data: [DONE]\n\n"


def _ending(footnote: Footnote, answer: Answer, shown: str) -> tuple[str, list[Json]]:
    """What is left to say, and the annotations of all that was said; the answer may be another than the draft."""
    text = inert(answer.text)
    if text.startswith(shown):
        return text[len(shown) :] + below(answer), _annotations(footnote, answer, text)
    correction = f"\n\n{AFTER_CHECKING}"
    annotations = _annotations(footnote, answer, text, offset=len(shown) + len(correction))
    return correction + text + below(answer), annotations


def _annotations(footnote: Footnote, answer: Answer, text: str, *, offset: int = 0) -> list[Json]:
    found = list(marks(text, answer))
    addresses = {mark.citation.source: _own_address(footnote, mark.citation.source) for mark in found}
    return [_annotation(mark, addresses[mark.citation.source], offset) for mark in found]


def _annotation(mark: Mark, address: str, offset: int) -> Json:
    cited = {
        "start_index": mark.start + offset,
        "end_index": mark.end + offset,
        "title": mark.citation.title,
        "url": address or article_address(mark.citation),
    }
    return {"type": "url_citation", "url_citation": cited}


def _own_address(footnote: Footnote, source: str) -> str:
    """The article's address on the web, if it tells one that a browser may follow."""
    try:
        address = footnote.article(source).url
    except UserError:  # it was removed meanwhile
        return ""
    return address if address.lower().startswith(("http://", "https://")) else ""


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": 0, "owned_by": "footnote"}


def _unknown(name: str) -> Refused:
    return Refused(
        f"there is no model {name!r} here; `GET /v1/models` lists them", status=404, param="model",
        code="model_not_found",
    )  # fmt: skip


def _failed(error: Exception, asked: Asked | None = None) -> Response:
    status, body = _problem(error, asked)
    return JSONResponse(body, status_code=status, headers=_NO_RETRY)


def _problem(error: Exception, asked: Asked | None) -> tuple[int, Json]:
    if isinstance(error, Refused):
        return error.status, error_body(str(error), status=error.status, param=error.param, code=error.code)
    status = status_of(error)
    if isinstance(error, CorpusMissing) and not (asked and _is_restricted(asked)):
        status = 503
    return status, error_body(in_words(error), status=status, code=_code_of(error))


def _is_restricted(asked: Asked) -> bool:
    return bool(asked.options.get("sources") or asked.options.get("outlet"))


def _code_of(error: Exception) -> str | None:
    return type(error).__name__ if isinstance(error, UserError) else None


def _event(data: Json) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def _unless_left(request: Request, work: Awaitable[_Result]) -> _Result | None:
    """The result; None, and the work is given up, when the client goes before it is there."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        done, _ = await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working in done else None
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _body(request: Request) -> bytes:
    body, more = b"", True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Refused("the request is not complete")
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
