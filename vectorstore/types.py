"""The data of the index: articles, their chunks, passages found for a query, and what shapes an index."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

Precision = Literal["", "year", "month", "day"]
"""How exactly a date is known; empty where there is none."""

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters, `text[start:end]`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Origins:
    """Where each thing known of an article was read, `unknown` where it is not known.

    One of: sidecar, front matter, metadata (of the file's format), column, headline, first sentence, byline, dateline,
    imprint, text, URL, file name. The file's own time is none of them.
    """

    title: str = UNKNOWN
    outlet: str = UNKNOWN
    author: str = UNKNOWN
    published: str = UNKNOWN
    language: str = UNKNOWN
    url: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Article:
    """A source document; `text` is a text file as decoded, its own line ends kept, or what another format yields."""

    id: str
    title: str
    text: str = field(repr=False)
    source: str
    """Path below the corpus root with `/`, as the user knows the file; `#` and a row's name where a file holds many."""
    outlet: str = ""
    author: str = ""
    published: date | None = None
    """The day, or the first one of the month or year that is known."""
    precision: Precision = ""
    language: str = "en"
    url: str = ""
    origins: Origins = Origins()

    @property
    def published_from(self) -> str:
        """Where the date was read; never the file's own time."""
        return self.origins.published


@dataclass(frozen=True, slots=True)
class Chunk:
    """An indexed slice of an article; invariant: `article.text[start:end] == text`."""

    article_id: str
    position: int
    """0-based place among the article's chunks."""
    text: str
    start: int
    end: int
    source: str
    title: str
    outlet: str = ""
    author: str = ""
    published: date | None = None
    precision: Precision = ""
    language: str = "en"
    page: int = 0
    """1-based page on which the chunk begins, where the file has pages; 0 elsewhere. A form feed ends a page."""

    @property
    def id(self) -> str:
        """Stable name of the chunk: the same file in the same place gives the same id."""
        return f"{self.article_id}-{self.position:05d}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk retrieved for a query; higher scores are better, comparable only inside one ranking."""

    chunk: Chunk
    score: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that did not become an article, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a sync did; counts are articles, except `chunks`, the chunks now in the index."""

    added: int = 0
    replaced: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    chunks: int = 0
    seconds: float = 0.0
    notices: tuple[str, ...] = ()
    """One line each for what was found and healed, or what runs slower than it could."""

    @property
    def changed(self) -> bool:
        """Whether the corpus differs from the last sync."""
        return bool(self.added or self.replaced or self.removed)


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """Everything that shapes an index, as plain values."""

    folder: Path
    home: Path
    cache_dir: Path
    embedding_model: str
    chunk_tokens: int
    encoding: str
    max_file_mb: float
    chroma_url: str = ""
