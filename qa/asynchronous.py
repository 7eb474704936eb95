"""Answers for async code: each stream works in a thread of its own, and no event loop waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from contextvars import copy_context
from datetime import date
from types import TracebackType
from typing import TypedDict

from qa.drafts import Piece
from qa.pipeline import AnswerStream
from qa.stopping import Stop
from qa.types import Answer, Citation, Claim, Turn

Event = Piece | Answer | BaseException
"""What the thread of a stream tells: a piece, at last the answer, or what went wrong."""


class AskOptions(TypedDict, total=False):
    """The keywords of `Footnote.ask`."""

    history: Sequence[Turn]
    sources: Sequence[str] | None
    outlet: str | None
    since: date | None
    until: date | None


class AsyncAnswerStream(AsyncIterator[str]):
    """An answer on its way, for async code: `async for` its text, then `await stream.answer()`.

    Nothing is asked before the first `await`. To leave early (`aclose`, the end of an `async with` block,
    a cancelled task, a stream that is dropped) stops the chat model's call.
    """

    def __init__(self, open_stream: Callable[[], AnswerStream]) -> None:
        self._open_stream = open_stream
        self._events: asyncio.Queue[Event] | None = None
        self._answer: Answer | None = None
        self._stop = Stop()
        self.text = ""
        """All that has come."""
        self.claims: tuple[Claim, ...] = ()
        """The claims of the sentences that are complete, each with its verdict."""
        self.citations: tuple[Citation, ...] = ()
        """Their footnotes."""

    async def __anext__(self) -> str:
        if self._stop.pressed:
            raise StopAsyncIteration
        self._events = self._events or self._start()
        try:
            event = await self._events.get()
        except asyncio.CancelledError:
            self._stop.press()
            raise
        if isinstance(event, Piece):
            self.text += event.text
            self.claims, self.citations = event.claims, event.citations
            return event.text
        self._stop.press()
        if isinstance(event, BaseException):
            raise event
        self._answer = event
        raise StopAsyncIteration

    async def answer(self) -> Answer:
        """The complete answer; exhausts the stream first. Raises RuntimeError when the stream was closed early."""
        async for _ in self:
            pass
        if self._answer is None:
            raise RuntimeError("the stream was closed before its answer was complete")
        return self._answer

    async def aclose(self) -> None:
        """Stop answering, and the chat model's call with it; the thread ends with the step it is at."""
        self._stop.press()

    async def __aenter__(self) -> AsyncAnswerStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        self._stop.press()

    def _start(self) -> asyncio.Queue[Event]:
        """Begin the work; its thread holds nothing of this object, which may be dropped before it ends."""
        events: asyncio.Queue[Event] = asyncio.Queue()
        loop, stop, open_stream = asyncio.get_running_loop(), self._stop, self._open_stream

        def tell(event: Event) -> None:
            try:
                loop.call_soon_threadsafe(events.put_nowait, event)
            except RuntimeError:  # the loop is closed: nobody listens any more
                stop.press()

        # A pool could run dry while those who wait in it need one more thread; a thread for each answer cannot.
        # The caller's context goes along: tracers and LangChain keep in it what they are called by.
        work = threading.Thread(
            target=copy_context().run, args=(_work, open_stream, stop, tell), name="footnote-answer", daemon=True
        )
        work.start()
        return events


def _work(open_stream: Callable[[], AnswerStream], stop: Stop, tell: Callable[[Event], None]) -> None:
    """Tell every piece of a stream and then its answer, or the error that ended it."""
    try:
        with stop.heeded(), closing(open_stream()) as stream:
            for piece in stream:
                if stop.pressed:
                    return
                tell(Piece(piece, stream.claims, stream.citations))
            tell(stream.answer)
    except BaseException as error:  # whoever waits must hear of it, whatever it is
        tell(error)
