"""What the page asks for: a question with where it belongs, who shall answer, and what it is restricted to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qa.history.conversation import Scope
from vectorstore.errors import QuestionError

NO_SCOPE = Scope()
_MOST_SOURCES = 1000


@dataclass(frozen=True, slots=True)
class Order:
    """One question of one visitor."""

    question: str
    conversation: str = ""
    """The conversation's id; empty for a new one."""
    turn: int = 0
    """The exchange that this question replaces, 1-based, with all after it; 0 to go on."""
    model: str = ""
    """Who shall answer; empty for the first of those configured."""
    scope: Scope = NO_SCOPE


def read_order(data: object) -> Order:
    """The order that a page sent; raises QuestionError where it is none."""
    if not isinstance(data, Mapping):
        raise QuestionError("the page sent no question; reload it")
    try:
        return Order(
            question=_text(data, "question"),
            conversation=_text(data, "conversation"),
            turn=int(data.get("turn") or 0),
            model=_text(data, "model"),
            scope=_scope(data.get("scope") or {}),
        )
    except (TypeError, ValueError) as error:
        raise QuestionError("the page sent a question that cannot be read; reload it") from error


def _scope(data: object) -> Scope:
    if not isinstance(data, Mapping):
        raise TypeError("scope")
    sources = data.get("sources") or []
    if not isinstance(sources, list) or len(sources) > _MOST_SOURCES:
        raise ValueError("sources")
    return Scope(
        sources=tuple(str(source) for source in sources),
        outlet=_text(data, "outlet"),
        since=_day(_text(data, "since")),
        until=_day(_text(data, "until")),
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise TypeError(name)
    return value.encode("utf-8", "replace").decode()  # half a character could be neither embedded nor sent back


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
