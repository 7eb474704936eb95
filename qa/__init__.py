"""Footnote: answers over a folder of articles, every footnote an exact, checked quote.

from qa import ask
print(ask("How many people were killed?").text)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.api import aask, ask, astream, open_corpus, stream
    from qa.asynchronous import AsyncAnswerStream
    from qa.footnote import Footnote
    from qa.pipeline import AnswerStream
    from qa.settings import Settings
    from qa.types import Answer, Citation, Claim, Turn
    from vectorstore.errors import UserError

_HOMES = {
    "ask": "qa.api",
    "stream": "qa.api",
    "aask": "qa.api",
    "astream": "qa.api",
    "open_corpus": "qa.footnote",
    "Footnote": "qa.footnote",
    "AnswerStream": "qa.pipeline",
    "AsyncAnswerStream": "qa.asynchronous",
    "Settings": "qa.settings",
    "Answer": "qa.types",
    "Citation": "qa.types",
    "Claim": "qa.types",
    "Turn": "qa.types",
    "UserError": "vectorstore.errors",
}

__all__ = [
    "Answer",
    "AnswerStream",
    "AsyncAnswerStream",
    "Citation",
    "Claim",
    "Footnote",
    "Settings",
    "Turn",
    "UserError",
    "aask",
    "ask",
    "astream",
    "open_corpus",
    "stream",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `qa --help` must not load what answering needs."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
