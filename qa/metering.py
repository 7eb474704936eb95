"""The tokens of all calls that one question makes of a chat model."""

from __future__ import annotations

from qa.replies import Reply, Streams
from qa.types import Usage


class Meter:
    """A chat model for one question; counts what its calls use, as far as the servers tell."""

    def __init__(self, chat_model: Streams) -> None:
        self.spec = chat_model.spec
        self._chat_model = chat_model
        self._replies: list[Reply] = []

    def stream(self, system: str, user: str) -> Reply:
        """Ask the model."""
        reply = self._chat_model.stream(system, user)
        self._replies.append(reply)
        return reply

    @property
    def usage(self) -> Usage:
        """Tokens so far, as far as the servers told them."""
        used = [reply.usage for reply in self._replies]
        return Usage(sum(one.input_tokens for one in used), sum(one.output_tokens for one in used))

    @property
    def only_first(self) -> bool:
        """Whether no other model answered in its place."""
        return all(reply.spec == self.spec for reply in self._replies)
