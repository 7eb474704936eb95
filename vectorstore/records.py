"""The rows of the library: its tables, and what goes into them and comes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from vectorstore.types import Article, Chunk, Origins, Skipped

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    file TEXT PRIMARY KEY, signature TEXT NOT NULL, sha256 TEXT NOT NULL, recipe TEXT NOT NULL,
    articles INTEGER NOT NULL, problems TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, outlet TEXT NOT NULL,
    author TEXT NOT NULL, published TEXT, precision TEXT NOT NULL, language TEXT NOT NULL, url TEXT NOT NULL,
    origins TEXT NOT NULL, text TEXT NOT NULL, file TEXT NOT NULL, recipe TEXT NOT NULL, digest TEXT NOT NULL,
    bands TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER);
CREATE UNIQUE INDEX live ON articles (source) WHERE removed IS NULL;
CREATE INDEX live_by_file ON articles (file) WHERE removed IS NULL;
CREATE INDEX by_id ON articles (id);
CREATE INDEX by_digest ON articles (digest);
CREATE INDEX by_adding ON articles (added);
CREATE INDEX by_removal ON articles (removed) WHERE removed IS NOT NULL;
CREATE TABLE chunks (
    id TEXT NOT NULL, article INTEGER NOT NULL REFERENCES articles (number) ON DELETE CASCADE,
    position INTEGER NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    page INTEGER NOT NULL, vector TEXT NOT NULL, PRIMARY KEY (article, position)) WITHOUT ROWID;
CREATE INDEX chunk_by_id ON chunks (id);
CREATE INDEX chunk_by_vector ON chunks (vector);
CREATE TABLE vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE bands (key TEXT NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (key, article)) WITHOUT ROWID;
CREATE TABLE copies (one TEXT NOT NULL, other TEXT NOT NULL, PRIMARY KEY (one, other)) WITHOUT ROWID;
CREATE INDEX copied ON copies (other);
"""
CHUNK_COLUMNS = (
    "c.id, a.id, c.position, c.text, c.start, c.stop, a.source, a.title, a.outlet, a.author, a.published, a.precision, "
    "a.language, c.page"
)
ARTICLE_COLUMNS = "id, title, text, source, outlet, author, published, precision, language, url, origins"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the last sync saw of a file."""

    signature: str
    """Size, times and number of the file, so that an unchanged one is not opened again; empty: look again."""
    sha256: str
    recipe: str = ""
    """How it was read, so that another model, chunker or limit reads it again."""
    articles: int = 0
    problems: tuple[Skipped, ...] = ()
    """Why it, or rows of it, did not become articles."""


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article ready to be stored: its chunks, and for each the key of its vector."""

    article: Article
    chunks: Sequence[Chunk]
    keys: Sequence[str]
    file: str
    recipe: str
    digest: str = ""
    """Equal for articles of the same words."""
    bands: Sequence[str] = ()
    """Keys that near copies share; kept for the live articles only."""


def vector_key(fingerprint: str, text: str) -> str:
    """Name of the vector that one embedding model gives one text."""
    return hashlib.sha256(f"{fingerprint}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def file_values(file: str, record: FileRecord) -> tuple[Any, ...]:
    """A file as values of its table."""
    problems = json.dumps([astuple(problem) for problem in record.problems])
    return (file, record.signature, record.sha256, record.recipe, record.articles, problems)


def to_file(row: Sequence[Any]) -> FileRecord:
    """A row of the table of files, without its name."""
    signature, sha256, recipe, articles, problems = row
    known = tuple(Skipped(*problem) for problem in json.loads(problems)) if problems != "[]" else ()
    return FileRecord(signature, sha256, recipe, articles, known)


def to_chunk(row: Sequence[Any]) -> Chunk:
    """A row of CHUNK_COLUMNS as a chunk."""
    (_, article_id, position, text, start, stop, source, title, outlet, author, published, *more) = row
    precision, language, page = more
    day = date.fromisoformat(published) if published else None
    return Chunk(article_id, position, text, start, stop, source, title, outlet, author, day, precision, language, page)


def article_values(article: Article) -> tuple[Any, ...]:
    """An article as values for ARTICLE_COLUMNS."""
    day = article.published.isoformat() if article.published else None
    names = (article.id, article.title, article.text, article.source, article.outlet, article.author)
    origins = json.dumps(astuple(article.origins))
    return (*names, day, article.precision, article.language, article.url, origins)


def to_article(row: Sequence[Any]) -> Article:
    """A row of ARTICLE_COLUMNS as an article."""
    identity, title, text, source, outlet, author, published, precision, language, url, origins = row
    day = date.fromisoformat(published) if published else None
    known = Origins(*json.loads(origins))
    return Article(identity, title, text, source, outlet, author, day, precision, language, url, known)
