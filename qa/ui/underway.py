"""A question on its way: answered in a thread of its own, followed by whoever looks, stopped by whoever asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Lock

from qa.history.conversations import Conversation, Exchange
from qa.pipeline import AnswerStream
from qa.problems import in_words
from qa.types import Answer
from qa.ui.frames import Frame, frame_of

_SHOWN_EVERY_SECONDS = 0.05
"""A page cannot draw more often, and a fast model would clog it."""
_FIRST_WORDS_SECONDS = 0.25


class Underway:
    """The last exchange of a conversation while its answer comes; safe to follow from any number of pages."""

    def __init__(self, conversation: Conversation, *, keep: Callable[[Conversation], None]) -> None:
        self._begun = self._conversation = conversation
        self._keep = keep
        self._stream: AnswerStream | None = None
        self._lock = Lock()
        self._listeners: list[Callable[[], object]] = []

    @property
    def is_over(self) -> bool:
        """Whether the answer is there, was stopped, or failed."""
        return self._conversation.exchanges[-1].outcome != "coming"

    @property
    def conversation(self) -> Conversation:
        """The conversation as it is now."""
        return self._conversation

    def work(self, open_stream: Callable[[], AnswerStream]) -> None:
        """Answer, in the calling thread; any error becomes the exchange's message."""
        try:
            stream = open_stream()
            self._stream = stream
            if self.is_over:  # stopped while it waited for its turn
                return
            try:
                self._follow(stream)
                answer = None if self.is_over else stream.answer
            finally:
                stream.close()
            if answer is not None:
                self._become("answered", answer=answer)
        except Exception as error:
            self._become("failed", message=_sentence(in_words(error)))

    def stop(self) -> None:
        """Stop answering; what had come stays. From any thread."""
        self._become("stopped")
        if self._stream is not None:
            self._stream.close()

    async def frames(self) -> AsyncIterator[Frame]:
        """The exchange as it grows, at most twenty times a second, and at last as it stays."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        shown: Conversation | None = None
        with self._told_to(lambda: loop.call_soon_threadsafe(news.set)):
            if self._conversation is self._begun:  # most answers begin so soon that there is nothing to tell before
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), _FIRST_WORDS_SECONDS)
            while True:
                news.clear()
                now = self._conversation
                if now is not shown:
                    shown = now
                    yield frame_of(now, len(now.exchanges))
                if now.exchanges[-1].outcome != "coming":
                    return
                await news.wait()

    def _follow(self, stream: AnswerStream) -> None:
        question, shown_at, kept = self._conversation.exchanges[-1].question, 0.0, False
        for _ in stream:
            if self.is_over:
                return
            if time.monotonic() - shown_at < _SHOWN_EVERY_SECONDS:
                continue
            so_far = Answer(question, question, stream.text, stream.claims, stream.citations, complete=False)
            self._grow(so_far)
            shown_at = time.monotonic()
            if not kept:  # after it is shown: a server that dies now has the question
                kept = True
                self._keep(self._conversation)

    def _grow(self, so_far: Answer) -> None:
        self._replace(lambda exchange: replace(exchange, answer=so_far))

    def _become(self, outcome: str, *, answer: Answer | None = None, message: str = "") -> None:
        """End the exchange, unless it has ended; it is kept before anybody hears of it."""

        def ended(exchange: Exchange) -> Exchange:
            return replace(exchange, outcome=outcome, answer=answer or exchange.answer, message=message)  # type: ignore[arg-type]

        self._replace(ended, keep=True)

    def _replace(self, change: Callable[[Exchange], Exchange], *, keep: bool = False) -> None:
        with self._lock:
            before = self._conversation
            if self.is_over:
                return
            now = replace(before, exchanges=(*before.exchanges[:-1], change(before.exchanges[-1])))
            self._conversation = now
        for tell in tuple(self._listeners):
            with suppress(RuntimeError):  # its event loop is gone
                tell()
        if keep:
            self._keep(now)

    @contextmanager
    def _told_to(self, tell: Callable[[], object]) -> Iterator[None]:
        self._listeners.append(tell)
        try:
            yield
        finally:
            self._listeners.remove(tell)


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:]
