"""One person's conversation: questions, the answers as they come, and never an exception."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

from qa.pipeline import MOST_CHARACTERS, AnswerStream
from qa.rendering import (
    render_answer,
    render_draft,
    render_failure,
    render_question,
    render_stopped,
    render_waiting,
)
from qa.source_panel import render_panel, render_sources
from qa.types import Answer, Turn
from vectorstore.errors import UserError
from vectorstore.types import Article

SOMETHING_WRONG = "Something went wrong; the details are in the server's log."
_SHOWN_EVERY_SECONDS = 0.05
_log = logging.getLogger(__name__)


class Answers(Protocol):
    """What a conversation needs of a Footnote."""

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> AnswerStream:
        """Start to answer."""
        ...

    def article(self, source: str) -> Article:
        """One article with its text."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with what is shown for it; `answer` is there once it is complete."""

    question: str
    text: str = ""
    so_far: Answer | None = None
    answer: Answer | None = None
    shown: str = ""
    sources: str = ""
    """The footnotes that are settled so far, each with its passage."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges in order; the last may still be on its way."""

    exchanges: tuple[Exchange, ...] = ()
    busy: bool = False

    @property
    def turns(self) -> list[Turn]:
        """What was answered so far, for the next question."""
        return [Turn(done.question, done.answer.text) for done in self.exchanges if done.answer]

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation as the chat display takes it."""
        return [
            {"role": role, "content": content}
            for exchange in self.exchanges
            for role, content in (("user", render_question(exchange.question)), ("assistant", exchange.shown))
        ]

    @property
    def panel(self) -> str:
        """The sources of all answers; those of the last one are open."""
        return render_panel([exchange.sources for exchange in self.exchanges if exchange.sources])

    def with_last(self, exchange: Exchange, *, busy: bool) -> Conversation:
        """The conversation with its last exchange replaced."""
        return Conversation((*self.exchanges[:-1], exchange), busy=busy)

    def stopped(self) -> Conversation:
        """The conversation after the user stopped the answer."""
        if not self.busy or not self.exchanges:
            return self
        last = self.exchanges[-1]
        shown = render_stopped(last.so_far or Answer(last.question, last.question, ""), len(self.exchanges))
        return self.with_last(replace(last, shown=shown), busy=False)

    def before_last(self) -> Conversation:
        """The conversation without its last exchange, to ask it again."""
        return Conversation(self.exchanges[:-1])


class Session:
    """The conversation of one browser tab; of several questions under way, only the last may still change it."""

    def __init__(self) -> None:
        self.conversation = Conversation()
        self._asked = 0
        self._lock = Lock()

    def __deepcopy__(self, _: object) -> Session:
        """A new session: Gradio copies the first one for each tab."""
        return Session()

    def ask(self, footnote: Answers, question: str) -> Iterator[Conversation]:
        """Ask a question: yields the conversation as its answer grows, and as it is now when it was stopped."""
        number, before = self._begin()
        with closing(converse(footnote, before, question)) as steps:
            try:
                for now in steps:
                    if not self._grow(number, now):
                        break
                    yield now
            finally:
                self._end(number)
        yield self.conversation

    def ask_again(self, footnote: Answers) -> Iterator[Conversation]:
        """Ask the last question again, in its place."""
        if self.conversation.exchanges and not self.conversation.busy:
            question = self.conversation.exchanges[-1].question
            self.conversation = self.conversation.before_last()
            yield from self.ask(footnote, question)

    def stop(self) -> Conversation:
        """Stop the answer under way; what had come stays."""
        self._begin()
        return self.conversation

    def clear(self) -> Conversation:
        """Begin a new conversation."""
        self._begin()
        self.conversation = Conversation()
        return self.conversation

    def _begin(self) -> tuple[int, Conversation]:
        with self._lock:
            self._asked += 1
            self.conversation = self.conversation.stopped()
            return self._asked, self.conversation

    def _grow(self, number: int, now: Conversation) -> bool:
        with self._lock:
            if number == self._asked:
                self.conversation = now
            return number == self._asked

    def _end(self, number: int) -> None:
        with self._lock:
            if number == self._asked:
                self.conversation = self.conversation.stopped()


def converse(footnote: Answers, conversation: Conversation, question: str) -> Generator[Conversation, None, None]:
    """Ask a question: yields the conversation as its answer grows; any error becomes a message in it."""
    asked = question[:MOST_CHARACTERS] + ("…" if len(question) > MOST_CHARACTERS else "")
    last = Exchange(asked, shown=render_waiting())
    growing = Conversation((*conversation.exchanges, last), busy=True)
    try:
        for now in _grow(footnote, growing, question):
            growing = now
            yield now
    except UserError as error:
        yield _failed(growing, str(error))
    except Exception:
        _log_without_question()
        yield _failed(growing, SOMETHING_WRONG)


def _grow(footnote: Answers, growing: Conversation, question: str) -> Iterator[Conversation]:
    last, turn = growing.exchanges[-1], len(growing.exchanges)
    yield growing
    stream = footnote.stream(question, history=growing.turns)
    settled = 0
    try:
        for so_far in _in_steps(stream, last.question, time.monotonic):
            last = replace(last, text=so_far.text, so_far=so_far, shown=render_draft(so_far, turn))
            if len(so_far.citations) > settled:
                settled = len(so_far.citations)
                last = replace(last, sources=render_sources(so_far, turn, footnote.article))
            growing = growing.with_last(last, busy=True)
            yield growing
        answer = stream.answer
    finally:
        stream.close()
    shown, sources = render_answer(answer, turn), render_sources(answer, turn, footnote.article)
    yield growing.with_last(replace(last, text=answer.text, answer=answer, shown=shown, sources=sources), busy=False)


def _in_steps(stream: AnswerStream, question: str, clock: Callable[[], float]) -> Iterator[Answer]:
    """The answer so far, at most twenty times a second: a page cannot draw more often, a fast model would clog it."""
    shown_at = 0.0
    for _ in stream:
        if clock() - shown_at >= _SHOWN_EVERY_SECONDS:
            yield Answer(question, question, stream.text, stream.claims, stream.citations, complete=False)
            shown_at = clock()


def _failed(growing: Conversation, message: str) -> Conversation:
    last = growing.exchanges[-1]
    return growing.with_last(
        replace(last, shown=render_failure(message[:1].upper() + message[1:], last.text)), busy=False
    )


def _log_without_question() -> None:
    # The traceback, but not the exception's own text: it may repeat what a user typed.
    import sys
    import traceback

    kind, _, trace = sys.exc_info()
    places = "".join(traceback.format_tb(trace))
    _log.error("A question could not be answered (%s):\n%s", kind.__name__ if kind else "", places)
