"""Routes that tell what went wrong: one line of JSON with its status, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from fastapi import Request
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from qa.history.conversation import ConversationMissing
from qa.history.feedback import FeedbackUnwritable
from qa.history.shelves import HistoryUnwritable
from qa.problems import in_words, status_of
from qa.ui.segments import visible
from vectorstore.errors import ArticleError, CorpusMissing, UserError

MOST_BODY_BYTES = 100_000
_TOO_LARGE = "larger than"
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Refused(UserError):
    """A request that is answered with a status of its own."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class TellingRoute(APIRoute):
    """A route whose errors are one line of JSON, and whose answers nobody keeps."""

    def get_route_handler(self) -> _Handler:
        """The handler, with errors told."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                response = await handle(request)
            except HTTPException:
                raise
            except Exception as error:
                response = _refusal(error)
            response.headers["Cache-Control"] = "no-store"
            return response

        return cast(_Handler, told)


async def json_body(request: Request) -> Mapping[str, Any]:
    """The JSON object that was sent; raises a UserError for anything else, or too much."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BODY_BYTES:
            raise Refused(400, f"too much was sent; the most is {MOST_BODY_BYTES:,} bytes")
    try:
        body = json.loads(bytes(content))
    except (ValueError, RecursionError) as error:
        raise Refused(400, "what was sent is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(400, "what was sent is no JSON object")
    return body


def as_json_reply(value: object, *, status: int = 200) -> Response:
    """A value as a response."""
    # ASCII alone: UTF-8 has no form for half characters, which a page may have sent.
    return Response(json.dumps(value), status_code=status, media_type="application/json")


def _refusal(error: Exception) -> JSONResponse:
    if isinstance(error, RequestValidationError):
        problem = error.errors()[0]
        return JSONResponse({"error": visible(f"{problem['loc'][-1]}: {problem['msg']}")}, status_code=422)
    line = error.why if isinstance(error, ArticleError) else in_words(error)
    return JSONResponse({"error": visible(line)}, status_code=_status(error))


def _status(error: Exception) -> int:
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, (ConversationMissing, CorpusMissing)):
        return 404
    if isinstance(error, ArticleError):
        return 413 if error.why.startswith(_TOO_LARGE) else 422
    return 503 if isinstance(error, (HistoryUnwritable, FeedbackUnwritable)) else status_of(error)
