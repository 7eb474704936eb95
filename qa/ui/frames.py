"""What the page draws: an exchange as it stands, its question and answer as safe HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypedDict

from qa.history.conversation import Conversation, Exchange, scope_dict
from qa.types import Answer
from qa.ui.notes import render_notes, render_voices
from qa.ui.rendering import render_answer, render_draft, render_failure, render_question, render_stopped


class Frame(TypedDict):
    """One exchange, as JSON."""

    conversation: str
    title: str
    turn: int
    outcome: str
    """`coming`, `answered`, `abstained`, `stopped` or `failed`."""
    asked: str
    """When, in ISO form."""
    asks: str
    """The question as it was typed, to be asked again or edited."""
    question: str
    answer: str
    notes: str
    """HTML, all three; the footnotes are those that are settled."""
    model: str
    vote: str
    comment: str
    scope: dict[str, Any]


def frame_of(conversation: Conversation, turn: int) -> Frame:
    """An exchange of a conversation; `turn` is 1-based."""
    exchange = conversation.exchanges[turn - 1]
    return Frame(
        conversation=conversation.id,
        title=conversation.title,
        turn=turn,
        outcome="abstained" if exchange.answer and exchange.answer.abstained else exchange.outcome,
        asked=exchange.asked.isoformat(),
        asks=exchange.question,
        question=render_question(exchange.question),
        answer=_answer(exchange, turn),
        notes=_notes(exchange, turn),
        model=exchange.answer.model if exchange.answer else "",
        vote=exchange.vote,
        comment=exchange.comment,
        scope=scope_dict(exchange.scope),
    )


def failure_frame(message: str) -> Frame:
    """What stands where nothing could be asked at all."""
    now = datetime.now(UTC)
    exchange = Exchange("", asked=now, outcome="failed", message=message)
    nowhere = Conversation("", created=now, changed=now, exchanges=(exchange,))
    return frame_of(nowhere, 1)


def _notes(exchange: Exchange, turn: int) -> str:
    answer = exchange.answer
    if answer is None or answer.abstained:
        return ""
    voices = render_voices(answer) if exchange.outcome == "answered" else ""
    return voices + render_notes(answer.citations, turn)


def _answer(exchange: Exchange, turn: int) -> str:
    so_far = exchange.answer or Answer(exchange.question, exchange.question, "", complete=False)
    if exchange.outcome == "answered":
        return render_answer(so_far, turn)
    if exchange.outcome == "coming":
        return render_draft(so_far, turn)
    if exchange.outcome == "stopped":
        return render_stopped(so_far, turn)
    return render_failure(exchange.message, so_far, turn)
