"""Two chat models as one: when the first fails before any text, the second is asked, and the reply tells."""

from __future__ import annotations

from collections.abc import Generator

from qa.replies import Reply, Streams
from qa.types import Usage
from vectorstore.errors import ModelCallFailed


class FallbackReply:
    """One question to two models; `spec` and what follows are those of the one that answers."""

    def __init__(self, first: Reply, second: Reply) -> None:
        self.notices: tuple[str, ...] = ()
        self._second = second
        self._answering = first

    @property
    def spec(self) -> str:
        """Who answers."""
        return self._answering.spec

    @property
    def usage(self) -> Usage:
        """Tokens of the model that answers."""
        return self._answering.usage

    @property
    def complete(self) -> bool:
        """Whether the answer ended well."""
        return self._answering.complete

    @property
    def cause(self) -> str:
        """Why it is not complete."""
        return self._answering.cause

    def __iter__(self) -> Generator[str, None, None]:
        """Yield text as it comes; raises ModelCallFailed when both fail, or the first after some text."""
        first = self._answering
        shown = False
        try:
            for piece in _closing(first):
                shown = shown or bool(piece.strip())
                yield piece
        except ModelCallFailed as failure:
            if shown:
                raise
            yield from self._second_try(failure)

    def _second_try(self, failure: ModelCallFailed) -> Generator[str, None, None]:
        self._answering = self._second
        self.notices = (f"{failure.spec} failed ({failure.cause}); {self.spec} answered instead",)
        try:
            yield from _closing(self._second)
        except ModelCallFailed as second:
            self.notices = ()
            raise ModelCallFailed(failure.spec, f"{failure.cause}; and {second.spec}: {second.cause}") from None


class FallbackModel:
    """A chat model with another in reserve; `spec` is that of the first."""

    def __init__(self, first: Streams, second: Streams) -> None:
        self.spec = first.spec
        self._first = first
        self._second = second

    def stream(self, system: str, user: str) -> FallbackReply:
        """Ask; nothing is sent before the reply is iterated, and nothing to the second model unless the first fails."""
        return FallbackReply(self._first.stream(system, user), self._second.stream(system, user))


def with_fallback(first: Streams, second: Streams | None) -> Streams:
    """The first model, with the second in reserve if there is one."""
    return FallbackModel(first, second) if second else first


def _closing(reply: Reply) -> Generator[str, None, None]:
    """The pieces of a reply, whose call is stopped with this iterator and not some time later."""
    pieces = iter(reply)
    try:
        yield from pieces
    finally:
        pieces.close()
