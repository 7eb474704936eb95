"""Answers that were shared: a copy of one exchange, for whoever holds its link, as long as its conversation is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import blake2b

from qa.history.conversation import Conversation, ConversationMissing, from_dict, parsed, to_dict
from qa.history.shelves import Shelf

_SHELF = "shared"
"""Where the copies lie; no visitor is called like this."""
_HALF = 8
"""Bytes of each half of an id: one tells the conversation, to those who have its secrets, the other the answer."""


class SharedAnswers:
    """Copies on a shelf of conversations; their ids look like those of conversations, and cannot be guessed."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def share(self, visitor: str, conversation: Conversation, turn: int) -> str:
        """Copy an answer, 1-based, and return the id to read it by, the same each time.

        Raises ConversationMissing where there is no whole answer, or HistoryUnwritable. Votes and names stay behind.
        """
        exchange = conversation.exchanges[turn - 1] if 1 <= turn <= len(conversation.exchanges) else None
        if exchange is None or exchange.outcome != "answered":
            raise ConversationMissing
        answer = _half(visitor, conversation.id, str(turn), exchange.asked.isoformat())
        copy = Conversation(
            _half(visitor, conversation.id) + answer,
            created=exchange.asked,
            changed=exchange.asked,
            exchanges=(replace(exchange, vote="", comment=""),),
        )
        with self._shelf.changing(_SHELF):
            self._shelf.write(_SHELF, copy.id, json.dumps(to_dict(copy), separators=(",", ":")))
        return copy.id

    def open(self, shared_id: str) -> Conversation:
        """The copy of this id; raises ConversationMissing."""
        try:
            return replace(from_dict(parsed(self._shelf.read(_SHELF, shared_id))), is_shared=True)
        except (KeyError, ValueError) as error:
            raise ConversationMissing from error

    def forget(self, visitor: str, conversation_id: str) -> None:
        """Remove all copies of a conversation's answers; raises HistoryUnwritable."""
        of_it = _half(visitor, conversation_id)
        copies = [name for name in self._shelf.stamps(_SHELF) if name.startswith(of_it)]
        if copies:
            with self._shelf.changing(_SHELF):
                for name in copies:
                    self._shelf.remove(_SHELF, name)


def _half(*secrets: str) -> str:
    return blake2b("/".join(secrets).encode(), digest_size=_HALF).hexdigest()
