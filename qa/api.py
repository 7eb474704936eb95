"""`ask` and `stream`, and both for async code: a question in, an Answer out, over `seeds/` unless told otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Unpack

from qa.asynchronous import AskOptions, AsyncAnswerStream
from qa.footnote import Footnote, open_corpus
from qa.pipeline import AnswerStream
from qa.settings import Settings, load_settings
from qa.types import Answer, Turn

__all__ = ["aask", "ask", "astream", "open_corpus", "stream"]


class OpenOptions(AskOptions, total=False):
    """The keywords of `ask`."""

    corpus: str | Path | None
    chat_model: str | None
    settings: Settings | None


def ask(
    question: str,
    *,
    corpus: str | Path | None = None,
    history: Sequence[Turn] = (),
    sources: Sequence[str] | None = None,
    outlet: str | None = None,
    since: date | None = None,
    until: date | None = None,
    chat_model: str | None = None,
    settings: Settings | None = None,
) -> Answer:
    """Answer a question from a folder of articles (default `seeds/`), indexing first what is new or changed.

    `sources` are paths below the folder; `outlet` is a name as the articles have it; `since` and `until` are
    publication dates, both included; `chat_model` is a `provider:model` spec. Raises UserError for what can be mended.
    """
    given = _settings(corpus, chat_model=chat_model, settings=settings)
    options: AskOptions = {
        "history": history,
        "sources": sources,
        "outlet": outlet,
        "since": since,
        "until": until,
    }
    return _opened(given, Path.cwd()).ask(question, **options)


def stream(
    question: str,
    *,
    corpus: str | Path | None = None,
    history: Sequence[Turn] = (),
    sources: Sequence[str] | None = None,
    outlet: str | None = None,
    since: date | None = None,
    until: date | None = None,
    chat_model: str | None = None,
    settings: Settings | None = None,
) -> AnswerStream:
    """As `ask`, but the text can be read as it comes: iterate over the stream, then read its `.answer`."""
    given = _settings(corpus, chat_model=chat_model, settings=settings)
    options: AskOptions = {
        "history": history,
        "sources": sources,
        "outlet": outlet,
        "since": since,
        "until": until,
    }
    return _opened(given, Path.cwd()).stream(question, **options)


async def aask(question: str, **options: Unpack[OpenOptions]) -> Answer:
    """As `ask`, with the same keywords, for async code; to cancel it stops the chat model's call."""
    return await astream(question, **options).answer()


def astream(question: str, **options: Unpack[OpenOptions]) -> AsyncAnswerStream:
    """As `stream`, with the same keywords, for async code: `async for` its text, then `await stream.answer()`."""
    return AsyncAnswerStream(lambda: stream(question, **options))


def _settings(corpus: str | Path | None, *, chat_model: str | None, settings: Settings | None) -> Settings:
    base = settings or load_settings()
    changes: dict[str, object] = {}
    if corpus is not None:
        changes["corpus_dir"] = Path(corpus).absolute()
    if chat_model is not None:
        changes["chat_model"] = chat_model
    return load_settings(**{**base.model_dump(exclude_unset=True), **changes}) if changes else base


@lru_cache(maxsize=4)
def _opened(settings: Settings, working_folder: Path) -> Footnote:  # noqa: ARG001
    """Keep models and indexes open between questions; settings may name places below the working folder."""
    return Footnote(settings)
