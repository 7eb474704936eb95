"""A conversation as it is kept: exchanges of a question and its answer, and the JSON form of all that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal

from qa.answer_json import read_as
from qa.terminal import one_line
from qa.types import Answer, Turn
from vectorstore.errors import UserError

SCHEMA_VERSION = 1
LONGEST_TITLE = 80
"""Characters; a first question is cut at a word."""

Outcome = Literal["coming", "answered", "stopped", "failed"]
Vote = Literal["", "up", "down"]


class ConversationMissing(UserError):
    """A conversation that is not there, is another's, or cannot be read."""

    def __init__(self) -> None:
        super().__init__("this conversation is not there; it may have been deleted")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question was restricted to; days are included."""

    sources: tuple[str, ...] = ()
    outlet: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it; an answer that was stopped, or is coming, is what had come by then."""

    question: str
    asked: datetime
    """In UTC."""
    answer: Answer | None = None
    outcome: Outcome = "coming"
    message: str = ""
    """Of a failure, one line."""
    scope: Scope = Scope()
    vote: Vote = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges in order; the last may still be on its way."""

    id: str
    """32 hex digits."""
    created: datetime
    changed: datetime
    """Both in UTC."""
    exchanges: tuple[Exchange, ...] = ()
    name: str = ""
    """Given by the user; empty for none."""
    is_shared: bool = False
    """Whether it is a copy that somebody shared; this is not kept with it."""

    @property
    def title(self) -> str:
        """The name, or else the first question, on one line."""
        return title_of(self.name, self.exchanges[0].question if self.exchanges else "")

    @property
    def turns(self) -> list[Turn]:
        """What was answered so far, abstentions too, for the next question."""
        return [
            Turn(done.question, done.answer.text)
            for done in self.exchanges
            if done.answer and done.outcome == "answered"
        ]


def title_of(name: str, question: str) -> str:
    """What a conversation of this name and first question is called."""
    return one_line(name) or shortened(one_line(question), LONGEST_TITLE) or "New conversation"


def shortened(text: str, most: int) -> str:
    """The text, cut at a word where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at_word = cut.rpartition(" ")[0] if text[most - 1] != " " else cut
    return f"{(at_word if len(at_word) > most // 2 else cut).rstrip()}…"


def to_dict(conversation: Conversation) -> dict[str, Any]:
    """The stable JSON form, each answer in its own; days and times in ISO form."""
    return {
        "schema_version": SCHEMA_VERSION,
        "id": conversation.id,
        "name": conversation.name,
        "title": conversation.title,
        "created": conversation.created.isoformat(),
        "changed": conversation.changed.isoformat(),
        "exchanges": [exchange_dict(exchange) for exchange in conversation.exchanges],
    }


def exchange_dict(exchange: Exchange) -> dict[str, Any]:
    """An exchange in the same form."""
    plain = {field.name: getattr(exchange, field.name) for field in fields(exchange)}
    answer = exchange.answer.to_dict() if exchange.answer else None
    return {**plain, "asked": exchange.asked.isoformat(), "scope": scope_dict(exchange.scope), "answer": answer}


def scope_dict(scope: Scope) -> dict[str, Any]:
    """A restriction in the same form."""
    since, until = (day.isoformat() if day else None for day in (scope.since, scope.until))
    return {**asdict(scope), "sources": list(scope.sources), "since": since, "until": until}


def from_dict(data: Mapping[str, Any]) -> Conversation:
    """The inverse of `to_dict`; raises ValueError for what is no conversation, or one of a later version."""
    if data.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"schema_version: {data.get('schema_version')}")
    return read_as(Conversation, data)


def parsed(text: str) -> Mapping[str, Any]:
    """The object that a JSON text holds; raises ValueError."""
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(data, dict):
        raise ValueError("no object")
    return data


def interrupted(conversation: Conversation) -> Conversation:
    """The conversation after whoever was answering is gone: what was coming has stopped."""
    if all(exchange.outcome != "coming" for exchange in conversation.exchanges):
        return conversation
    ended = (replace(one, outcome="stopped") if one.outcome == "coming" else one for one in conversation.exchanges)
    return replace(conversation, exchanges=tuple(ended))


def with_votes_of(conversation: Conversation, stored: Conversation) -> Conversation:
    """The conversation with the votes of the stored one, wherever it holds the same exchange."""
    rated = {(one.asked, one.question): one for one in stored.exchanges}
    pairs = ((one, rated.get((one.asked, one.question))) for one in conversation.exchanges)
    kept = (replace(one, vote=same.vote, comment=same.comment) if same else one for one, same in pairs)
    return replace(conversation, exchanges=tuple(kept))
