"""Conversations by HTTP: listed, named, deleted, taken away, answers shared and rated; each visitor's own only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast, get_args
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from qa.history.conversations import (
    Conversation,
    ConversationMissing,
    Conversations,
    Exchange,
    Listed,
    Vote,
)
from qa.history.exporting import as_json, as_markdown, exchange_markdown, exchange_text
from qa.history.feedback import LONGEST_COMMENT, Feedback
from qa.history.markdown import whole
from qa.server.telling import Refused, TellingRoute, as_json_reply, json_body
from vectorstore.terms import fold

LONGEST_NAME = 200
_MOST_LISTED = 500
_MARKDOWN, _TEXT = "text/markdown; charset=utf-8", "text/plain; charset=utf-8"


def history_routes(conversations: Conversations, feedback: Feedback) -> APIRouter:
    """The routes below `/page/conversations`; `request.state.visitor` tells whose they are."""
    router = APIRouter(prefix="/page/conversations", route_class=TellingRoute)
    _add_list(router, conversations)
    _add_changes(router, conversations)
    _add_exports(router, conversations)
    _add_sharing(router, conversations)
    _add_votes(router, conversations, feedback)
    return router


def _add_list(router: APIRouter, conversations: Conversations) -> None:
    @router.get("")
    def listed(request: Request, search: str = "") -> Response:
        found = conversations.listed(request.state.visitor, search=search[:LONGEST_NAME], limit=_MOST_LISTED)
        return as_json_reply({"conversations": [_listed(one) for one in found]})

    @router.delete("")
    def delete_all(request: Request) -> Response:
        return as_json_reply({"deleted": conversations.delete_all(request.state.visitor)})


def _add_changes(router: APIRouter, conversations: Conversations) -> None:
    @router.patch("/{conversation_id}")
    async def rename(request: Request, conversation_id: str) -> Response:
        name = _text({"name": None, **await json_body(request)}, "name", most=LONGEST_NAME)
        renamed = await run_in_threadpool(conversations.rename, request.state.visitor, conversation_id, name)
        return as_json_reply({"id": renamed.id, "title": renamed.title, "named": bool(renamed.name)})

    @router.delete("/{conversation_id}")
    def delete(request: Request, conversation_id: str) -> Response:
        conversations.delete(request.state.visitor, conversation_id)
        return as_json_reply({"deleted": 1})


def _add_exports(router: APIRouter, conversations: Conversations) -> None:
    @router.get("/{conversation_id}/export.md")
    def markdown(request: Request, conversation_id: str) -> Response:
        conversation = conversations.read(request.state.visitor, conversation_id)
        return _file(as_markdown(conversation), _MARKDOWN, name=conversation.title, suffix=".md")

    @router.get("/{conversation_id}/export.json")
    def as_data(request: Request, conversation_id: str) -> Response:
        conversation = conversations.read(request.state.visitor, conversation_id)
        return _file(as_json(conversation), "application/json", name=conversation.title, suffix=".json")

    @router.get("/{conversation_id}/answers/{turn}.md")
    def answer_markdown(request: Request, conversation_id: str, turn: str) -> Response:
        conversation = conversations.read(request.state.visitor, conversation_id)
        return Response(exchange_markdown(_exchange(conversation, turn)), media_type=_MARKDOWN)

    @router.get("/{conversation_id}/answers/{turn}.txt")
    def answer_text(request: Request, conversation_id: str, turn: str) -> Response:
        conversation = conversations.read(request.state.visitor, conversation_id)
        return Response(exchange_text(_exchange(conversation, turn)), media_type=_TEXT)


def _add_sharing(router: APIRouter, conversations: Conversations) -> None:
    @router.post("/{conversation_id}/answers/{turn}/share")
    def share(request: Request, conversation_id: str, turn: str) -> Response:
        visitor = request.state.visitor
        _exchange(conversations.open(visitor, conversation_id), turn)
        return as_json_reply({"id": conversations.share(visitor, conversation_id, int(turn))})


def _add_votes(router: APIRouter, conversations: Conversations, feedback: Feedback) -> None:
    @router.post("/{conversation_id}/answers/{turn}/vote")
    async def vote(request: Request, conversation_id: str, turn: str) -> Response:
        body = await json_body(request)
        given, comment = _vote(body), _text(body, "comment", most=LONGEST_COMMENT)

        def rate() -> Response:
            visitor = request.state.visitor
            before = _exchange(conversations.open(visitor, conversation_id), turn)
            rated = conversations.vote(visitor, conversation_id, int(turn), vote=given, comment=comment)
            if given or before.vote:
                feedback.give(rated, int(turn))
            return as_json_reply({"vote": given, "comment": comment})

        return await run_in_threadpool(rate)


def _text(body: Mapping[str, Any], field: str, *, most: int) -> str:
    text = body.get(field, "")
    if not isinstance(text, str):
        raise Refused(400, f"{field} is no text")
    if len(text) > most:
        raise Refused(400, f"{field} is too long ({len(text):,} characters; the most is {most:,})")
    return text


def _vote(body: Mapping[str, Any]) -> Vote:
    vote = body.get("vote")
    if vote not in get_args(Vote):
        raise Refused(400, 'vote is "up", "down", or "" for none')
    return cast(Vote, vote)


def _exchange(conversation: Conversation, turn: str) -> Exchange:
    """The exchange of a 1-based turn as an address has it."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", turn) or int(turn) > len(conversation.exchanges):
        raise ConversationMissing
    return conversation.exchanges[int(turn) - 1]


def _listed(one: Listed) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "named": one.named,
        "changed": one.changed.isoformat(),
        "exchanges": one.exchanges,
        "excerpt": one.excerpt,
    }


def _file(text: str, media_type: str, *, name: str, suffix: str) -> Response:
    """A download, named after the title: in ASCII for any browser, and as it is for those that can."""
    plain = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:60].strip("-") or "conversation"
    exact = quote("".join("_" if char in '/\\:*?"<>|' else char for char in whole(name)), safe="")
    disposition = f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{exact}{suffix}"
    return Response(text, media_type=media_type, headers={"Content-Disposition": disposition})
