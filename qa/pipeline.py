"""The way of a question: rewriting, retrieval, answering, verification. Who reads this file knows the system."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.accounts import NO_COPIES, standing, with_copies
from qa.drafts import Draft, Piece
from qa.evidence import instructions_in
from qa.stopping import Stop
from qa.types import Answer, Citation, Claim, Flagged, Turn
from vectorstore.duplicates import Accounts
from vectorstore.errors import IndexDamaged, QuestionError
from vectorstore.types import Passage

if TYPE_CHECKING:
    from qa.finding import Found

MOST_CHARACTERS = 4000

Answering = Generator[Piece, None, Draft]
"""Yields the text as it comes, with the footnotes that are settled, and returns the draft that it becomes."""


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
    accounts: Callable[[], Accounts] = lambda: NO_COPIES
    """Which articles are copies of one another."""


def run(question: Question, steps: Steps) -> Generator[Piece, None, Answer]:
    """Answer a question: yields the text as it comes, returns the checked answer."""
    started = time.perf_counter()
    check_question(question.text)
    known = steps.look_up(question)
    if known:
        draft = yield from _checked(_at_once(known), steps.article_text, accounts=NO_COPIES)
        answer = _answer(question, draft)
    else:
        answer = yield from _searched(question, steps)
    return replace(answer, seconds=time.perf_counter() - started)


def _searched(question: Question, steps: Steps) -> Generator[Piece, None, Answer]:
    query, accounts = steps.rewrite(question), steps.accounts()
    found = steps.retrieve(query)
    answering = steps.answer(question, query, found)
    draft = yield from _checked(answering, steps.article_text, accounts=accounts)
    stands = standing(draft.citations, accounts)
    flagged = flagged_in(found.passages)
    return replace(
        _answer(question, draft),
        query=query,
        passages=tuple(found.passages),
        accounts=stands.accounts,
        articles=stands.articles,
        flagged=flagged,
        notices=draft.notices + _warnings(flagged) + found.notices,
    )


def _answer(question: Question, draft: Draft) -> Answer:
    return Answer(
        question=question.text,
        query=question.text,
        text=draft.text,
        claims=draft.claims,
        citations=draft.citations,
        abstained=draft.abstained,
        reason=draft.reason,
        confidence=draft.confidence,
        complete=draft.complete,
        marks_removed=draft.marks_removed,
        usage=draft.usage,
        model=draft.model or "extractive",
        notices=draft.notices,
    )


def _at_once(draft: Draft) -> Answering:
    """A draft that needs no time, as an answering."""
    yield Piece(draft.text, draft.claims, draft.citations)
    return draft


def _checked(answering: Answering, article_text: Callable[[str], str], *, accounts: Accounts) -> Answering:
    """The same, with every quote looked up in its article, once, before it is passed on, and its copies named."""
    sound: set[Citation] = set()

    def look_up(citations: Sequence[Citation]) -> None:
        check_quotes([citation for citation in citations if citation not in sound], article_text)
        sound.update(citations)

    try:
        while True:
            piece = next(answering)
            look_up(piece.citations)
            yield with_copies(piece, accounts)
    except StopIteration as end:
        draft: Draft = end.value
        look_up(draft.citations)
        return with_copies(draft, accounts)
    finally:
        answering.close()


def flagged_in(passages: Sequence[Passage]) -> tuple[Flagged, ...]:
    """What looks like an instruction to a language model in the passages, each place once."""
    found = (quote for passage in passages for quote in instructions_in(passage.chunk))
    return tuple(dict.fromkeys(Flagged(one.chunk.source, one.start, one.end, one.text) for one in found))


def _warnings(flagged: Sequence[Flagged]) -> tuple[str, ...]:
    sources = dict.fromkeys(each.source for each in flagged)
    return tuple(f"{source} holds text that talks to a language model; it was left out" for source in sources)


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
    """An answer on its way: iterate for its text, then read `.answer`.

    The text only grows, a sentence's footnotes after the sentence; where the answer is an abstention after all, or was
    put together anew, `.answer.text` is another.
    """

    def __init__(self, events: Generator[Piece, None, Answer]) -> None:
        self._events = events
        self._answer: Answer | None = None
        self._stop = Stop()
        self.text = ""
        """All that has come."""
        self.claims: tuple[Claim, ...] = ()
        """The claims of the sentences that are complete, each with its verdict."""
        self.citations: tuple[Citation, ...] = ()
        """Their footnotes; the text holds the mark of each."""

    def __next__(self) -> str:
        try:
            with self._stop.heeded():
                progress = next(self._events)
        except StopIteration as end:
            if end.value is not None:
                self._answer = end.value
            raise StopIteration from None
        except CancelledError:  # stopped by another thread
            raise StopIteration from None
        self.text += progress.text
        self.claims, self.citations = progress.claims, progress.citations
        return progress.text

    @property
    def answer(self) -> Answer:
        """The complete answer; exhausts the stream first. Raises RuntimeError when the stream was closed early."""
        for _ in self:
            pass
        if self._answer is None:
            raise RuntimeError("the stream was closed before its answer was complete")
        return self._answer

    def close(self) -> None:
        """Stop answering, and the chat model's call with it; from any thread, also while another one waits for text."""
        self._stop.press()
        with suppress(ValueError):  # another thread is at work in it, and ends by itself
            self._events.close()
