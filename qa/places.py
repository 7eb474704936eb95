"""Where a corpus, its index, the converted models and what the page keeps lie, by the settings."""

from __future__ import annotations

import hashlib
from pathlib import Path

from qa.settings import Settings
from vectorstore.types import CorpusOptions


def corpus_options(settings: Settings) -> CorpusOptions:
    """Where a corpus and its index live: each folder of articles has an index of its own below `index_dir`."""
    return CorpusOptions(
        folder=corpus_folder(settings),
        home=index_folder(settings) / _name(settings),
        cache_dir=(settings.cache_dir or _user_cache()).expanduser().absolute(),
        embedding_model=settings.embedding_model,
        chunk_tokens=settings.chunk_tokens,
        encoding=settings.encoding,
        max_file_mb=settings.max_file_mb,
        chroma_url=settings.chroma_url,
    )


def index_folder(settings: Settings) -> Path:
    """The folder of all indexes and of what the page keeps, as an absolute path."""
    return settings.index_dir.expanduser().absolute()


def conversations_folder(settings: Settings) -> Path:
    """The conversations about these articles; beside the index, which may be thrown away."""
    return index_folder(settings) / "conversations" / _name(settings)


def removed_files(settings: Settings) -> Path:
    """The files that were removed on the page, for as long as they can be brought back."""
    return index_folder(settings) / "removed" / _name(settings)


def feedback_file(settings: Settings) -> Path:
    """What readers said of answers."""
    return index_folder(settings) / "feedback.jsonl"


def corpus_folder(settings: Settings) -> Path:
    """The corpus folder as an absolute path; the default `seeds` is also found beside this package."""
    folder = settings.corpus_dir.expanduser()
    shipped = Path(__file__).parent.parent / folder
    if not folder.exists() and "corpus_dir" not in settings.model_fields_set and shipped.is_dir():
        return shipped
    return folder.resolve()


def _name(settings: Settings) -> str:
    folder = corpus_folder(settings)
    return f"{folder.name}-{hashlib.sha256(str(folder).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("footnote", appauthor=False)
