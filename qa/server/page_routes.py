"""What the page's own scripts ask of conversations: how they stand, a footnote in its article, what to ask next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from qa.history.conversations import Conversation, ConversationMissing
from qa.server.corpus_routes import article_json
from qa.server.telling import TellingRoute, as_json_reply, json_body
from qa.types import Answer, Citation
from qa.ui.desk import Desk
from qa.ui.followups import followups
from qa.ui.frames import frame_of
from qa.ui.orders import read_order
from qa.ui.segments import Mark
from vectorstore.errors import ArticleError, CorpusMissing, QuestionError

if TYPE_CHECKING:
    from qa.footnote import Footnote

_FOLLOW_UP_SECONDS = 1.5
_GONE = "This article is no longer among the articles; this is the quote as it was when the answer was given."
_CHANGED = "This article has changed since the answer was given; the quote is no longer in it, and is shown alone."
_MOVED = "This article has changed since the answer was given; the quote stands elsewhere in it now."
"""What a reader is told of a footnote that was true when it was shown."""


def page_routes(desk: Desk, footnote: Footnote, ask: Callable[[str], Answer]) -> APIRouter:
    """Routes below `/page/conversations/`; `ask` tries questions without a model."""
    router = APIRouter(prefix="/page/conversations/{conversation_id}", route_class=TellingRoute)

    @router.get("")
    def conversation(request: Request, conversation_id: str) -> Response:
        now = _opened(desk, request, conversation_id)
        frames = [frame_of(now, turn) for turn in range(1, len(now.exchanges) + 1)]
        return as_json_reply({"id": now.id, "title": now.title, "shared": now.is_shared, "frames": frames})

    @router.post("/stop")
    def stop(request: Request, conversation_id: str) -> Response:
        desk.stop(request.state.visitor, conversation_id)
        return as_json_reply({})

    @router.get("/answers/{turn}/sources/{number}")
    def source(request: Request, conversation_id: str, turn: int, number: int) -> Response:
        answer = _answer(_opened(desk, request, conversation_id), turn)
        return as_json_reply(cited_article(footnote, answer, number))

    @router.get("/answers/{turn}/followups")
    def next_questions(request: Request, conversation_id: str, turn: int) -> Response:
        now = _opened(desk, request, conversation_id)
        asked = [one.question for one in now.exchanges]
        try:
            found = followups(
                _answer(now, turn), article=footnote.article, ask=ask, asked=asked, deadline=_FOLLOW_UP_SECONDS
            )
        except QuestionError:  # others are asking
            found = []
        return as_json_reply({"questions": found})

    return router


def asking_route(desk: Desk) -> APIRouter:
    """`POST /page/ask`: begin to answer before the page is there; the conversation tells what comes of it."""
    router = APIRouter(prefix="/page", route_class=TellingRoute)

    @router.post("/ask")
    async def ask(request: Request) -> Response:
        underway = desk.ask(request.state.visitor, read_order(await json_body(request)))
        return as_json_reply({"conversation": underway.conversation.id})

    return router


def cited_article(footnote: Footnote, answer: Answer, number: int) -> dict[str, Any]:
    """The article of a footnote as JSON, with all quotes of the answer in it marked; raises ConversationMissing.

    An article that changed or went since is told as such, with the quote as it was shown.
    """
    cited = next((one for one in answer.citations if one.number == number), None)
    if cited is None:
        raise ConversationMissing
    try:
        text = footnote.article(cited.source).text
    except (ArticleError, CorpusMissing):
        return _quote_alone(cited, _GONE)
    here = [(one, _start(text, one)) for one in answer.citations if one.source == cited.source]
    marks = [Mark(one.number, start, start + len(one.quote)) for one, start in here if start >= 0]
    start = _start(text, cited)
    if start < 0:
        return _quote_alone(cited, _CHANGED)
    article = article_json(footnote, cited.source, marks, around=start)
    return article | {"notice": "" if start == cited.start else _MOVED}


def _start(text: str, citation: Citation) -> int:
    """Where a quote stands now; -1 where it does no more."""
    return citation.start if text.startswith(citation.quote, citation.start) else text.find(citation.quote)


def _quote_alone(citation: Citation, notice: str) -> dict[str, Any]:
    return {
        "source": citation.source,
        "title": citation.title,
        "outlet": citation.outlet,
        "paragraphs": [[{"text": citation.quote, "numbers": [citation.number]}]],
        "notice": notice,
    }


def _opened(desk: Desk, request: Request, conversation_id: str) -> Conversation:
    return desk.open(request.state.visitor, conversation_id)


def _answer(conversation: Conversation, turn: int) -> Answer:
    """The answer of a 1-based turn; raises ConversationMissing where there is none."""
    answer = conversation.exchanges[turn - 1].answer if 1 <= turn <= len(conversation.exchanges) else None
    if answer is None:
        raise ConversationMissing
    return answer
