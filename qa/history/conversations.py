"""The conversations of all visitors: kept on disk, or only in memory; nobody reaches another's."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import uuid4

from qa.history.conversation import (
    Conversation,
    ConversationMissing,
    Exchange,
    Outcome,
    Scope,
    Vote,
    from_dict,
    interrupted,
    parsed,
    to_dict,
    with_votes_of,
)
from qa.history.shared import SharedAnswers
from qa.history.shelves import FileShelf, HistoryUnwritable, MemoryShelf, Shelf
from qa.history.summaries import Listed, Summaries, Summary, words_of
from qa.terminal import one_line

__all__ = [
    "Conversation",
    "ConversationMissing",
    "Conversations",
    "Exchange",
    "HistoryUnwritable",
    "Listed",
    "Outcome",
    "Scope",
    "Vote",
]

_ID = re.compile(r"[0-9a-f]{32}")
_MOST_IN_MEMORY = 200
_MOST_DELETED = 10_000
_ANSWERING = "answering"
"""The field of a kept conversation that names whose answers are coming in it."""


class Conversations:
    """Conversations by visitor and id, safe between threads and processes; with no folder they end with the process.

    Of each visitor the `most` that changed last are kept.
    """

    def __init__(self, folder: Path | None, *, most: int = 500) -> None:
        self._shelf: Shelf = FileShelf(folder) if folder else MemoryShelf(_MOST_IN_MEMORY)
        self._shared = SharedAnswers(self._shelf)
        self._most = most
        self._me = uuid4().hex
        self._summaries = Summaries() if folder else Summaries(_MOST_IN_MEMORY * 10_000)
        self._deleted: OrderedDict[tuple[str, str], None] = OrderedDict()

    def start(self, visitor: str) -> Conversation:
        """A new conversation; it is not kept until it is saved."""
        _check(visitor)
        now = datetime.now(UTC)
        return Conversation(uuid4().hex, created=now, changed=now)

    def open(self, visitor: str, conversation_id: str) -> Conversation:
        """A conversation; raises ConversationMissing. An answer that died with its process has stopped."""
        _check(visitor, conversation_id)
        try:
            data = parsed(self._shelf.read(visitor, conversation_id))
            conversation = from_dict(data)
        except (KeyError, ValueError) as error:
            raise ConversationMissing from error
        if conversation.id != conversation_id:
            raise ConversationMissing
        return conversation if data.get(_ANSWERING) == self._me else interrupted(conversation)

    def read(self, visitor: str, conversation_id: str) -> Conversation:
        """A conversation, or an answer that anybody shared, by its id; raises ConversationMissing."""
        try:
            return self.open(visitor, conversation_id)
        except ConversationMissing:
            _check(conversation_id)
            return self._shared.open(conversation_id)

    def share(self, visitor: str, conversation_id: str, turn: int) -> str:
        """Let an answer, 1-based, be read by all who are told the id that this returns, until its conversation goes.

        Raises ConversationMissing, also where there is no answer to share, or HistoryUnwritable.
        """
        self.open(visitor, conversation_id)
        with self._shelf.changing(visitor):
            return self._shared.share(visitor, self.open(visitor, conversation_id), turn)

    def save(self, visitor: str, conversation: Conversation) -> Conversation:
        """Keep a conversation with its exchanges, and return it as kept; raises HistoryUnwritable.

        The name and the votes given since it was opened stay; one that was deleted meanwhile stays deleted.
        """
        _check(visitor, conversation.id)
        now = replace(conversation, changed=datetime.now(UTC))
        with self._shelf.changing(visitor):
            if (visitor, conversation.id) in self._deleted:
                return now
            try:
                stored = self.open(visitor, conversation.id)
                now = replace(with_votes_of(now, stored), name=stored.name, created=stored.created)
            except ConversationMissing:
                pass
            self._write(visitor, now)
            self._trim(visitor)
        return now

    def listed(self, visitor: str, *, search: str = "", limit: int = 100) -> tuple[Listed, ...]:
        """A visitor's conversations that hold all words of the search, the one changed last first."""
        _check(visitor)
        words = words_of(search)
        telling = (summary for summary in self._newest_first(visitor) if not words or summary.tells(words))
        return tuple(summary.listed(words) for summary in islice(telling, limit))

    def rename(self, visitor: str, conversation_id: str, name: str) -> Conversation:
        """Give a conversation a name, or none; raises ConversationMissing or HistoryUnwritable."""
        return self._change(visitor, conversation_id, lambda one: replace(one, name=one_line(name)))

    def vote(self, visitor: str, conversation_id: str, turn: int, *, vote: Vote, comment: str = "") -> Conversation:
        """Rate an answer, 1-based; raises ConversationMissing, also where there is no answer to rate."""

        def rated(conversation: Conversation) -> Conversation:
            if not 1 <= turn <= len(conversation.exchanges) or conversation.exchanges[turn - 1].answer is None:
                raise ConversationMissing
            exchanges = list(conversation.exchanges)
            exchanges[turn - 1] = replace(exchanges[turn - 1], vote=vote, comment=comment)
            return replace(conversation, exchanges=tuple(exchanges))

        return self._change(visitor, conversation_id, rated)

    def delete(self, visitor: str, conversation_id: str) -> None:
        """Delete a conversation; raises ConversationMissing or HistoryUnwritable."""
        _check(visitor, conversation_id)
        if conversation_id not in self._shelf.stamps(visitor):
            raise ConversationMissing
        with self._shelf.changing(visitor):
            self._delete(visitor, conversation_id)

    def delete_all(self, visitor: str) -> int:
        """Delete all conversations of a visitor and tell how many there were; raises HistoryUnwritable."""
        _check(visitor)
        if not self._shelf.stamps(visitor):
            return 0
        with self._shelf.changing(visitor):
            kept = [name for name in self._shelf.stamps(visitor) if _ID.fullmatch(name)]
            for name in kept:
                self._delete(visitor, name)
        return len(kept)

    def _change(
        self, visitor: str, conversation_id: str, change: Callable[[Conversation], Conversation]
    ) -> Conversation:
        self.open(visitor, conversation_id)
        with self._shelf.changing(visitor):
            changed = change(self.open(visitor, conversation_id))
            self._write(visitor, changed)
        return changed

    def _write(self, visitor: str, conversation: Conversation) -> None:
        coming = any(exchange.outcome == "coming" for exchange in conversation.exchanges)
        data = {**to_dict(conversation), **({_ANSWERING: self._me} if coming else {})}
        # ASCII alone: half a character that a page sent can be kept, too.
        self._shelf.write(visitor, conversation.id, json.dumps(data, separators=(",", ":")))

    def _trim(self, visitor: str) -> None:
        if len(self._shelf.stamps(visitor)) > self._most:
            for summary in self._newest_first(visitor)[self._most :]:
                self._shelf.remove(visitor, summary.id)
                self._shared.forget(visitor, summary.id)
                self._summaries.drop((visitor, summary.id))

    def _delete(self, visitor: str, conversation_id: str) -> None:
        try:
            self._shelf.remove(visitor, conversation_id)
        except KeyError as error:
            raise ConversationMissing from error
        self._shared.forget(visitor, conversation_id)
        self._summaries.drop((visitor, conversation_id))
        self._deleted[visitor, conversation_id] = None
        while len(self._deleted) > _MOST_DELETED:
            self._deleted.popitem(last=False)

    def _newest_first(self, visitor: str) -> list[Summary]:
        return sorted(self._summaries_of(visitor), key=lambda one: one.changed, reverse=True)

    def _summaries_of(self, visitor: str) -> Iterator[Summary]:
        for name, stamp in self._shelf.stamps(visitor).items():
            if _ID.fullmatch(name):
                try:
                    summary = self._summaries.get((visitor, name), stamp)
                except KeyError:
                    summary = self._read_summary(visitor, name)
                    self._summaries.put((visitor, name), stamp, summary)
                if summary is not None:
                    yield summary

    def _read_summary(self, visitor: str, name: str) -> Summary | None:
        """None for a file that is no conversation, or of another id: it is left alone."""
        try:
            summary = Summary(parsed(self._shelf.read(visitor, name)))
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
            return None
        return summary if summary.id == name else None


def _check(*ids: str) -> None:
    """Raise ConversationMissing for what can be neither a visitor nor a conversation: no path is made of it."""
    if not all(_ID.fullmatch(one) for one in ids):
        raise ConversationMissing
