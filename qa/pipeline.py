"""The way of a question: rewriting, retrieval, answering, verification. Who reads this file knows the system."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.drafts import Draft
from qa.types import Answer, Citation, Turn
from vectorstore.errors import IndexDamaged, QuestionError
from vectorstore.types import Passage

if TYPE_CHECKING:
    from qa.finding import Found

MOST_CHARACTERS = 4000

Answering = Generator[str, None, Draft]
"""Yields the text as it comes and returns the draft that it becomes."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what was said before."""

    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one question, bound to an index, a model and the settings."""

    look_up: Callable[[Question], Draft | None]
    """A question about the articles themselves is answered from what is known of them; None for any other."""
    rewrite: Callable[[Question], str]
    retrieve: Callable[[str], Found]
    answer: Callable[[Question, str, Found], Answering]
    article_text: Callable[[str], str]
    """The text of a source, to check quotes against."""


def run(question: Question, steps: Steps) -> Generator[str, None, Answer]:
    """Answer a question: yields the text as it comes, returns the checked answer."""
    started = time.perf_counter()
    check_question(question.text)
    query = question.text
    passages: list[Passage] = []
    draft = steps.look_up(question)
    if draft:
        yield draft.text
    else:
        query = steps.rewrite(question)
        found = steps.retrieve(query)
        passages = found.passages
        draft = yield from steps.answer(question, query, found)
    check_quotes(draft.citations, steps.article_text)
    return Answer(
        question=question.text,
        query=query,
        text=draft.text,
        claims=draft.claims,
        citations=draft.citations,
        passages=tuple(passages),
        abstained=draft.abstained,
        reason=draft.reason,
        confidence=draft.confidence,
        seconds=time.perf_counter() - started,
        complete=draft.complete,
        marks_removed=draft.marks_removed,
        usage=draft.usage,
        notices=draft.notices,
    )


def check_question(text: str) -> None:
    """Raise QuestionError unless the text is a question that can be looked up."""
    if not any(character.isalnum() for character in text):
        raise QuestionError("the question is empty; please type a question")
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(f"the question is too long ({len(text)} characters; the most is {MOST_CHARACTERS})")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise QuestionError("the question holds bytes that are no text; please type it in UTF-8")


def check_quotes(citations: Sequence[Citation], article_text: Callable[[str], str]) -> None:
    """Raise IndexDamaged unless every quote stands in its article at its offsets."""
    for citation in citations:
        if article_text(citation.source)[citation.start : citation.end] != citation.quote:
            raise IndexDamaged(f"a quote of {citation.source} is not in the article")


class AnswerStream(Iterator[str]):
    """An answer on its way: iterate for its text, then read `.answer`."""

    def __init__(self, events: Generator[str, None, Answer]) -> None:
        self._events = events
        self._answer: Answer | None = None

    def __next__(self) -> str:
        try:
            return next(self._events)
        except StopIteration as end:
            if end.value is not None:
                self._answer = end.value
            raise StopIteration from None

    @property
    def answer(self) -> Answer:
        """The complete answer; exhausts the stream first. Raises RuntimeError when the stream was closed early."""
        for _ in self:
            pass
        if self._answer is None:
            raise RuntimeError("the stream was closed before its answer was complete")
        return self._answer

    def close(self) -> None:
        """Stop answering, and the chat model's call with it."""
        self._events.close()
