"""What the steps of an answer need of a chat model; `qa.chat_model` gives it, and so does a stand-in."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from qa.types import Usage


class Reply(Protocol):
    """One call: iterate for text, then ask how it ended."""

    usage: Usage
    complete: bool
    cause: str
    """Why it is not complete, in words for the user."""

    def __iter__(self) -> Generator[str, None, None]:
        """Yield text as it comes; closing the iterator stops the call."""
        ...


class Streams(Protocol):
    """A chat model that streams its replies."""

    spec: str

    def stream(self, system: str, user: str) -> Reply:
        """Ask the model."""
        ...
