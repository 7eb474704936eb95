"""What the steps of an answer need of a chat model; `qa.chat_model` gives it, and so does a stand-in."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from qa.types import Usage


class Reply(Protocol):
    """One call: iterate for text, then ask how it ended."""

    @property
    def spec(self) -> str:
        """The model that answers; not always the first that was asked."""
        ...

    @property
    def usage(self) -> Usage:
        """Tokens, as far as the server told them."""
        ...

    @property
    def complete(self) -> bool:
        """Whether the answer ended well."""
        ...

    @property
    def cause(self) -> str:
        """Why it is not complete, in words for the user."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know, such as why another model answered."""
        ...

    def __iter__(self) -> Generator[str, None, None]:
        """Yield text as it comes; closing the iterator stops the call."""
        ...


class Streams(Protocol):
    """A chat model that streams its replies."""

    @property
    def spec(self) -> str:
        """What was configured."""
        ...

    def stream(self, system: str, user: str) -> Reply:
        """Ask the model."""
        ...
