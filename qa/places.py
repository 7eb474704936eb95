"""Where a corpus, its index and the converted models lie, by the settings."""

from __future__ import annotations

import hashlib
from pathlib import Path

from qa.settings import Settings
from vectorstore.types import CorpusOptions


def corpus_options(settings: Settings) -> CorpusOptions:
    """Where a corpus and its index live: each folder of articles has an index of its own below `index_dir`."""
    folder = corpus_folder(settings)
    digest = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return CorpusOptions(
        folder=folder,
        home=settings.index_dir.expanduser().absolute() / f"{folder.name}-{digest}",
        cache_dir=(settings.cache_dir or _user_cache()).expanduser().absolute(),
        embedding_model=settings.embedding_model,
        chunk_tokens=settings.chunk_tokens,
        encoding=settings.encoding,
        max_file_mb=settings.max_file_mb,
        chroma_url=settings.chroma_url,
    )


def corpus_folder(settings: Settings) -> Path:
    """The corpus folder as an absolute path; the default `seeds` is also found beside this package."""
    folder = settings.corpus_dir.expanduser()
    shipped = Path(__file__).parent.parent / folder
    if not folder.exists() and "corpus_dir" not in settings.model_fields_set and shipped.is_dir():
        return shipped
    return folder.resolve()


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("footnote", appauthor=False)
