"""Texts as passages, cut by the product's own chunker with its settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from qa.settings import Settings
from vectorstore.chunking import PieceCounter, chunk_article
from vectorstore.errors import DatasetError
from vectorstore.finding import Found
from vectorstore.loading import load_file
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
    file = source if (folder / source).exists() else source.rpartition("#")[0]
    loaded = load_file(folder, Found(file, str(folder / file)), max_file_mb=settings.max_file_mb)
    for article in loaded.articles:
        if article.source == source:
            return article
    raise DatasetError(folder / source, 0, loaded.problems[0].why if loaded.problems else "no such row")
