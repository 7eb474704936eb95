"""Everybody's questions under way: each finds its conversation, its answerer and a thread, and is kept when it ends."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Protocol, Unpack

from qa.asynchronous import AskOptions
from qa.history.conversations import Conversation, Conversations, Exchange, HistoryUnwritable
from qa.pipeline import MOST_CHARACTERS, AnswerStream
from qa.ui.frames import Frame, frame_of
from qa.ui.orders import Order
from qa.ui.underway import Underway
from vectorstore.errors import QuestionError

_CALLS_AT_ONCE = 64
_log = logging.getLogger(__name__)
_Key = tuple[str, str]


class Answerer(Protocol):
    """What a desk needs of a Footnote."""

    @property
    def model(self) -> str:
        """What composes the answers: `extractive`, or the spec of a chat model."""
        ...

    def stream(self, question: str, **options: Unpack[AskOptions]) -> AnswerStream:
        """Start to answer."""
        ...


class Desk:
    """Takes the orders of all visitors; nobody reaches what is another's."""

    def __init__(self, answerers: Mapping[str, Answerer], conversations: Conversations) -> None:
        self.answerers = answerers
        self.conversations = conversations
        self._underway: dict[_Key, Underway] = {}
        self._lock = Lock()
        self.is_closed = False
        # Answers without a model take a processor each: more at once would only make all of them later.
        self._here = ThreadPoolExecutor(max(2, os.cpu_count() or 1), "footnote-answer")
        self._calls = ThreadPoolExecutor(_CALLS_AT_ONCE, "footnote-call")

    def ask(self, visitor: str, order: Order) -> Underway:
        """Begin to answer; raises QuestionError, or ConversationMissing where it is not there or not the visitor's."""
        answerer = self._answerer(order.model)
        begun = self._begun(visitor, order)
        key = (visitor, begun.id)
        underway = Underway(begun, keep=partial(self._keep, visitor))
        with self._lock:
            if key in self._underway and not self._underway[key].is_over:
                raise QuestionError("the answer before is still coming; stop it first")
            self._underway[key] = underway
        pool = self._here if answerer.model == "extractive" else self._calls
        pool.submit(self._work, key, underway, self._opening(answerer, begun, order))
        return underway

    @property
    def is_busy(self) -> bool:
        """Whether anybody waits for an answer."""
        return any(not underway.is_over for underway in tuple(self._underway.values()))

    def following(self, visitor: str, conversation_id: str) -> Underway | None:
        """The answer that is on its way in a conversation."""
        return self._underway.get((visitor, conversation_id))

    def stop(self, visitor: str, conversation_id: str) -> None:
        """Stop the answer that is on its way, if one is."""
        underway = self.following(visitor, conversation_id)
        if underway:
            underway.stop()

    def open(self, visitor: str, conversation_id: str) -> Conversation:
        """A conversation as it is now, or a shared answer; raises ConversationMissing."""
        underway = self.following(visitor, conversation_id)
        return underway.conversation if underway else self.conversations.read(visitor, conversation_id)

    def last_frame(self, visitor: str, conversation_id: str) -> Frame:
        """The last exchange of a conversation as the page draws it; raises ConversationMissing."""
        now = self.open(visitor, conversation_id)
        return frame_of(now, len(now.exchanges))

    def close(self) -> None:
        """Stop all answers."""
        self.is_closed = True
        for underway in list(self._underway.values()):
            underway.stop()
        for pool in (self._here, self._calls):
            pool.shutdown(wait=False, cancel_futures=True)

    def _answerer(self, model: str) -> Answerer:
        if model and model not in self.answerers:
            raise QuestionError(f"no model {model} is set up here; choose one of {', '.join(self.answerers)}")
        return self.answerers[model] if model else next(iter(self.answerers.values()))

    def _begun(self, visitor: str, order: Order) -> Conversation:
        before = self.open(visitor, order.conversation) if order.conversation else self.conversations.start(visitor)
        if before.is_shared:  # who asks on has a conversation of their own
            before = replace(self.conversations.start(visitor), exchanges=before.exchanges)
        kept = before.exchanges[: order.turn - 1] if order.turn > 0 else before.exchanges
        asked = order.question[:MOST_CHARACTERS] + ("…" if len(order.question) > MOST_CHARACTERS else "")
        exchange = Exchange(asked, asked=datetime.now(UTC), outcome="coming", scope=order.scope)
        return replace(before, exchanges=(*kept, exchange))

    def _opening(self, answerer: Answerer, begun: Conversation, order: Order) -> Callable[[], AnswerStream]:
        scope = order.scope
        return partial(
            answerer.stream,
            order.question,
            history=begun.turns,
            sources=scope.sources or None,
            outlet=scope.outlet or None,
            since=scope.since,
            until=scope.until,
        )

    def _work(self, key: _Key, underway: Underway, open_stream: Callable[[], AnswerStream]) -> None:
        try:
            underway.work(open_stream)
        finally:
            with self._lock:
                if self._underway.get(key) is underway:
                    del self._underway[key]

    def _keep(self, visitor: str, conversation: Conversation) -> None:
        try:
            self.conversations.save(visitor, conversation)
        except HistoryUnwritable as error:
            _log.warning("%s", error)
