"""Texts as passages, cut by the product's own chunker with its settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from qa.settings import Settings
from vectorstore.chunking import PieceCounter, chunk_article
from vectorstore.errors import ArticleError, DatasetError
from vectorstore.loading import load_article
from vectorstore.types import Article, Passage


@dataclass(frozen=True)
class Cutter:
    """Cuts articles as the index does; every passage of an article, in order."""

    settings: Settings
    embeddings: PieceCounter

    def text(self, text: str, *, title: str = "") -> tuple[Passage, ...]:
        """A text that is no file of a corpus."""
        identity = hashlib.sha256(f"{title}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self.article(Article(identity, title, text, f"{identity}.txt"))

    def article(self, article: Article) -> tuple[Passage, ...]:
        """An article that was loaded from a corpus."""
        chunks = chunk_article(
            article,
            chunk_tokens=self.settings.chunk_tokens,
            encoding=self.settings.encoding,
            embeddings=self.embeddings,
        )
        return tuple(Passage(chunk, 0.0) for chunk in chunks)


def load_source(settings: Settings, source: str) -> Article:
    """An article of the corpus by its source; raises DatasetError."""
    folder = settings.corpus_dir
    try:
        return load_article(folder, folder / source, max_file_mb=settings.max_file_mb)
    except ArticleError as error:
        raise DatasetError(folder / source, 0, error.why) from error
