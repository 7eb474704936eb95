"""The rows of the library: its tables, and what goes into them and comes out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from vectorstore.types import Article, Chunk

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (source TEXT PRIMARY KEY, signature TEXT NOT NULL, sha256 TEXT NOT NULL, why TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, outlet TEXT NOT NULL,
    author TEXT NOT NULL, published TEXT, published_from TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL,
    recipe TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER);
CREATE UNIQUE INDEX live ON articles (source) WHERE removed IS NULL;
CREATE INDEX by_id ON articles (id);
CREATE TABLE chunks (
    id TEXT NOT NULL, article INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    position INTEGER NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    vector TEXT NOT NULL, PRIMARY KEY (article, position)) WITHOUT ROWID;
CREATE INDEX chunk_by_id ON chunks (id);
CREATE INDEX chunk_by_vector ON chunks (vector);
CREATE TABLE vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
"""
CHUNK_COLUMNS = (
    "c.id, a.id, c.position, c.text, c.start, c.stop, a.source, a.title, a.outlet, a.author, a.published, a.language"
)
ARTICLE_COLUMNS = "id, title, text, source, outlet, author, published, published_from, language"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the last sync saw of a file; `why` is empty when it became an article."""

    signature: str
    sha256: str
    why: str


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article ready to be stored: its chunks, and for each the key of its vector."""

    article: Article
    chunks: Sequence[Chunk]
    keys: Sequence[str]


def vector_key(fingerprint: str, text: str) -> str:
    """Name of the vector that one embedding model gives one text."""
    return hashlib.sha256(f"{fingerprint}\0{text}".encode()).hexdigest()[:32]


def to_chunk(row: Sequence[Any]) -> Chunk:
    """A row of CHUNK_COLUMNS as a chunk."""
    identity, article_id, position, text, start, stop, source, title, outlet, author, published, language = row
    del identity
    day = date.fromisoformat(published) if published else None
    return Chunk(article_id, position, text, start, stop, source, title, outlet, author, day, language)


def article_values(article: Article) -> tuple[Any, ...]:
    """An article as values for ARTICLE_COLUMNS."""
    day = article.published.isoformat() if article.published else None
    names = (article.id, article.title, article.text, article.source, article.outlet, article.author)
    return (*names, day, article.published_from, article.language)


def to_article(row: Sequence[Any]) -> Article:
    """A row of ARTICLE_COLUMNS as an article."""
    identity, title, text, source, outlet, author, published, published_from, language = row
    day = date.fromisoformat(published) if published else None
    return Article(identity, title, text, source, outlet, author, day, published_from, language)
