"""Two typed endpoints for `gradio_client` and plain REST: `ask` and `search`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from qa.asynchronous import AsyncAnswerStream
from qa.problems import in_words
from qa.server.asked import ask_options, restriction, turns
from qa.server.mcp_shapes import PassagesShape
from vectorstore.errors import QuestionError

if TYPE_CHECKING:
    from qa.footnote import Footnote


_AT_ONCE = 8


class Narrowed(BaseModel):
    """To which articles a request is restricted; Gradio itself checks no type."""

    sources: list[str] | None = None
    outlet: str | None = None
    since: str | None = None
    until: str | None = None


class Asked(Narrowed):
    """A question, as it comes."""

    question: str
    history: list[list[str]] | None = None


class Searched(Narrowed):
    """A search, as it comes."""

    query: str
    k: int = Field(8, ge=1, le=50)


def add_typed(gr: Any, footnote: Footnote) -> None:
    """Add the endpoints to the Gradio blocks that are being built; nothing of them is seen on the page."""

    async def ask(
        question: str,
        sources: list[str] | None = None,
        outlet: str = "",
        since: str = "",
        until: str = "",
        history: list[list[str]] | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the articles; the result is `Answer.to_dict()`.

        `since` and `until` are days as 2025-11-30, 2025-11 or 2025; `history` holds pairs of a question and its answer.
        """
        given = {"question": question, "history": history}
        return await _told(gr, _answered(footnote, {**given, **_narrowed(sources, outlet, since, until=until)}))

    async def search(
        query: str, k: int = 8, sources: list[str] | None = None, outlet: str = "", since: str = "", until: str = ""
    ) -> dict[str, Any]:
        """Find the passages of the articles nearest to a query, best first, without an answer."""
        given = {"query": query, "k": k}
        return await _told(gr, _found(footnote, {**given, **_narrowed(sources, outlet, since, until=until)}))

    for endpoint in (ask, search):
        gr.api(endpoint, api_name=endpoint.__name__, concurrency_limit=_AT_ONCE)


async def _answered(footnote: Footnote, given: dict[str, Any]) -> dict[str, Any]:
    asked = Asked.model_validate(given)
    history = turns(asked.history)
    options = ask_options(
        sources=asked.sources, outlet=asked.outlet, since=asked.since, until=asked.until, history=history
    )
    async with AsyncAnswerStream(lambda: footnote.stream(asked.question, **options)) as stream:
        return (await stream.answer()).to_dict()


async def _found(footnote: Footnote, given: dict[str, Any]) -> dict[str, Any]:
    wanted = Searched.model_validate(given)
    within = restriction(sources=wanted.sources, outlet=wanted.outlet, since=wanted.since, until=wanted.until)
    passages = await asyncio.to_thread(lambda: footnote.search(wanted.query, k=wanted.k, **within))
    return PassagesShape.of(passages).model_dump(mode="json")


def _narrowed(sources: object, outlet: object, since: object, *, until: object) -> dict[str, object]:
    return {"sources": sources, "outlet": outlet, "since": since, "until": until}


async def _told(gr: Any, work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """The result; an error reaches the client as one line, for Gradio passes on only what it is given to say."""
    try:
        return await work
    except ValidationError as error:
        first = error.errors()[0]
        line = in_words(QuestionError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}"))
    except Exception as error:
        line = in_words(error)
    raise gr.Error(line, print_exception=False)
