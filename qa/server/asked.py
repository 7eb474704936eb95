"""What a program asks, as words and lists of words, in the form that the answerer takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict, Unpack

from qa.asynchronous import AskOptions
from qa.commands.days import first_day, last_day
from qa.types import Turn
from vectorstore.errors import QuestionError

MOST_TURNS = 50


class Words(TypedDict, total=False):
    """A restriction as it is written."""

    sources: Sequence[str] | None
    outlet: str | None
    since: str | None
    until: str | None


class Restriction(TypedDict):
    """The keywords of `Footnote.search` that restrict it to some articles."""

    sources: Sequence[str] | None
    outlet: str | None
    since: date | None
    until: date | None


def restriction(**written: Unpack[Words]) -> Restriction:
    """To which articles; an empty value restricts nothing. Raises UserError for what is no date.

    A day is `2025-11-30`, `2025-11` or `2025`, of which `since` means the first and `until` the last day.
    """
    sources, since, until = written.get("sources"), written.get("since"), written.get("until")
    return {
        "sources": list(sources) if sources else None,
        "outlet": written.get("outlet") or None,
        "since": first_day(since, option="since") if since else None,
        "until": last_day(until, option="until") if until else None,
    }


def ask_options(*, history: Sequence[Turn] = (), **within: Unpack[Words]) -> AskOptions:
    """The keywords of `Footnote.stream`, from those of `restriction` and the last turns of a conversation."""
    return {"history": tuple(history[-MOST_TURNS:]), **restriction(**within)}


def turns(history: Sequence[Sequence[str]] | None) -> tuple[Turn, ...]:
    """Pairs of a question and the answer that was shown; raises QuestionError for anything else."""
    pairs = [tuple(pair) for pair in history or ()]
    if any(len(pair) != 2 or not all(isinstance(text, str) for text in pair) for pair in pairs):
        raise QuestionError("the history is a list of pairs: a question, and the answer that was shown")
    return tuple(Turn(*pair) for pair in pairs)
