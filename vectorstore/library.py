"""The library: articles, chunks and vectors in one SQLite file; the only part of the index that must last.

Rows carry the revision that added them and the one that removed them, so a reader of an older
generation still finds the articles that its vectors came from.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vectorstore.errors import IndexDamaged, IndexMissing, UserError
from vectorstore.types import Article, Chunk

SCHEMA = 1
Vectors = npt.NDArray[np.float32]

_TABLES = """
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
_CHUNK_COLUMNS = (
    "c.id, a.id, c.position, c.text, c.start, c.stop, a.source, a.title, a.outlet, a.author, a.published, a.language"
)
_ARTICLE_COLUMNS = "id, title, text, source, outlet, author, published, published_from, language"
_SEEN = "a.added <= :revision AND (a.removed IS NULL OR a.removed > :revision)"


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


def sound(path: Path) -> bool:
    """Whether a SQLite file is whole, by its own check; cheap enough for every opening."""
    try:
        with sqlite3.connect(f"file:{path.as_posix()}?mode=ro", uri=True) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "disk is full" in str(error) or "I/O" in str(error):
            raise UserError(f"{path.parent}: {error}; free some space, nothing is lost") from error
        if "readonly" in str(error) or "unable to open" in str(error):
            raise IndexMissing(f"{path.parent} cannot be written; set QA_INDEX_DIR to a folder that can") from error
        if "locked" in str(error):
            raise UserError(f"{path} is busy in another process; try again in a moment") from error
        raise IndexDamaged(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(f"{path}: {error}") from error


class Library:
    """One open library; safe to share between threads. Raises IndexDamaged when the file is no library."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with _translated(path):
            self._connection = sqlite3.connect(path, check_same_thread=False, timeout=10, isolation_level=None)
            self._prepare()

    def close(self) -> None:
        """Close the file; the library cannot be used afterwards."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()

    def _prepare(self) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        if not self._connection.execute("SELECT name FROM sqlite_master WHERE name = 'meta'").fetchone():
            self._create()
        schema = int(self.meta("schema", "0"))
        if schema > SCHEMA:
            raise UserError(f"{self.path} was made by a newer Footnote; upgrade, or set QA_INDEX_DIR to another folder")
        if schema < SCHEMA:
            raise IndexDamaged(f"{self.path} was made by another version")

    def _create(self) -> None:
        with self.transaction():
            for statement in _TABLES.split(";"):
                self._connection.execute(statement)
            self.set_meta("schema", str(SCHEMA))
            self.set_meta("identity", uuid.uuid4().hex)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what the block writes is durable when it ends, and absent if it raises."""
        with self._lock, _translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, query: str, values: Any = ()) -> list[tuple[Any, ...]]:
        with self._lock, _translated(self.path):
            return self._connection.execute(query, values).fetchall()

    def _run(self, statement: str, values: Any = ()) -> int:
        with self._lock, _translated(self.path):
            return self._connection.execute(statement, values).rowcount

    def meta(self, key: str, default: str = "") -> str:
        """A value of the manifest, or the default."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else default

    def set_meta(self, key: str, value: str) -> None:
        """Write a value of the manifest."""
        self._run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def revision(self) -> int:
        """Grows with every change of the articles."""
        return int(self.meta("revision", "0"))

    @property
    def identity(self) -> str:
        """A name that no other library has, so that an index of an earlier one is not taken for this one's."""
        return self.meta("identity")

    def files(self) -> dict[str, FileRecord]:
        """Every file of the last sync, by source."""
        return {row[0]: FileRecord(*row[1:]) for row in self._rows("SELECT * FROM files")}

    def recipes(self) -> dict[str, str]:
        """The recipe (model and chunker) behind each live article, by source."""
        return dict(self._rows("SELECT source, recipe FROM articles WHERE removed IS NULL"))

    def set_file(self, source: str, record: FileRecord) -> None:
        """Remember what was seen of a file."""
        values = (source, record.signature, record.sha256, record.why)
        self._run("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", values)

    def forget_file(self, source: str) -> None:
        """Forget a file that is gone."""
        self._run("DELETE FROM files WHERE source = ?", (source,))

    def add_article(self, record: ArticleRecord, *, recipe: str, revision: int) -> None:
        """Add an article and its chunks; an earlier article of the same source is removed first."""
        article = record.article
        self.remove_article(article.source, revision=revision)
        with self._lock, _translated(self.path):
            cursor = self._connection.execute(
                f"INSERT INTO articles ({_ARTICLE_COLUMNS}, recipe, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*_article_values(article), recipe, revision),
            )
            self._connection.executemany(
                "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (chunk.id, cursor.lastrowid, chunk.position, chunk.text, chunk.start, chunk.end, key)
                    for chunk, key in zip(record.chunks, record.keys, strict=True)
                ],
            )

    def remove_article(self, source: str, *, revision: int) -> bool:
        """Mark the live article of a source as gone from this revision on; whether there was one."""
        return bool(
            self._run("UPDATE articles SET removed = ? WHERE source = ? AND removed IS NULL", (revision, source))
        )

    def known_vectors(self, keys: Iterable[str]) -> set[str]:
        """Which of these vectors are stored."""
        wanted = json.dumps(list(keys))
        rows = self._rows("SELECT key FROM vectors WHERE key IN (SELECT value FROM json_each(?))", (wanted,))
        return {row[0] for row in rows}

    def add_vectors(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Store vectors, float32, one row of `vectors` for each key."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in zip(keys, vectors, strict=True)]
        with self._lock, _translated(self.path):
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def chunk_vectors(self, *, revision: int, batch: int = 2000) -> Iterator[tuple[list[Chunk], Vectors]]:
        """All chunks of a revision with their vectors (n, dimensions), by source and position, in batches."""
        query = (
            f"SELECT {_CHUNK_COLUMNS}, v.vector FROM chunks c JOIN articles a ON a.number = c.article "
            f"JOIN vectors v ON v.key = c.vector WHERE {_SEEN} ORDER BY a.source, c.position"
        )
        with self._lock, _translated(self.path):
            cursor = self._connection.execute(query, {"revision": revision})
            while rows := cursor.fetchmany(batch):
                vectors = np.frombuffer(b"".join(row[-1] for row in rows), dtype="<f4").reshape(len(rows), -1)
                yield [_chunk(row[:-1]) for row in rows], vectors

    def changed_chunk_ids(self, *, since: int, until: int) -> tuple[list[str], list[str]]:
        """Ids of the chunks gone and come between two revisions, sorted."""
        query = f"SELECT c.id FROM chunks c JOIN articles a ON a.number = c.article WHERE {_SEEN}"
        before = {row[0] for row in self._rows(query, {"revision": since})}
        after = {row[0] for row in self._rows(query, {"revision": until})}
        return sorted(before - after), sorted(after - before)

    def chunks(self, ids: Sequence[str], *, revision: int) -> dict[str, Chunk]:
        """Chunks of a revision by id; an unknown id is absent."""
        query = (
            f"SELECT {_CHUNK_COLUMNS} FROM chunks c JOIN articles a ON a.number = c.article "
            f"WHERE c.id IN (SELECT value FROM json_each(:ids)) AND {_SEEN}"
        )
        rows = self._rows(query, {"ids": json.dumps(list(ids)), "revision": revision})
        return {row[0]: _chunk(row) for row in rows}

    def chunk_ids(self, sources: Sequence[str], *, revision: int) -> list[str]:
        """Ids of the chunks of these sources in a revision."""
        query = (
            "SELECT c.id FROM chunks c JOIN articles a ON a.number = c.article "
            f"WHERE a.source IN (SELECT value FROM json_each(:sources)) AND {_SEEN}"
        )
        return [row[0] for row in self._rows(query, {"sources": json.dumps(list(sources)), "revision": revision})]

    def count_chunks(self, *, revision: int) -> int:
        """How many chunks a revision holds."""
        query = f"SELECT COUNT(*) FROM chunks c JOIN articles a ON a.number = c.article WHERE {_SEEN}"
        return int(self._rows(query, {"revision": revision})[0][0])

    def articles(self, *, revision: int) -> list[Article]:
        """All articles of a revision, by source, without their text."""
        columns = _ARTICLE_COLUMNS.replace("text", "''", 1)
        rows = self._rows(f"SELECT {columns} FROM articles a WHERE {_SEEN} ORDER BY source", {"revision": revision})
        return [_article(row) for row in rows]

    def article(self, source: str, *, revision: int) -> Article | None:
        """One article of a revision with its text."""
        query = f"SELECT {_ARTICLE_COLUMNS} FROM articles a WHERE source = :source AND {_SEEN}"
        rows = self._rows(query, {"source": source, "revision": revision})
        return _article(rows[0]) if rows else None

    def corpus_fingerprint(self, *, revision: int) -> str:
        """12 hex digits over the articles' ids: the same texts under the same names give the same digits."""
        rows = self._rows(f"SELECT id FROM articles a WHERE {_SEEN} ORDER BY source", {"revision": revision})
        return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()[:12]

    def purge(self, *, up_to: int) -> None:
        """Erase articles removed at or before a revision, and vectors that no chunk uses any more."""
        with self.transaction():
            self._run("DELETE FROM articles WHERE removed <= ?", (up_to,))
            self._run("DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM chunks)")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def compact(self) -> None:
        """Rewrite the file without its free pages, so that erased text is nowhere on disk."""
        self._run("VACUUM")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")


def _chunk(row: Sequence[Any]) -> Chunk:
    identity, article_id, position, text, start, stop, source, title, outlet, author, published, language = row
    del identity
    day = date.fromisoformat(published) if published else None
    return Chunk(article_id, position, text, start, stop, source, title, outlet, author, day, language)


def _article_values(article: Article) -> tuple[Any, ...]:
    day = article.published.isoformat() if article.published else None
    names = (article.id, article.title, article.text, article.source, article.outlet, article.author)
    return (*names, day, article.published_from, article.language)


def _article(row: Sequence[Any]) -> Article:
    identity, title, text, source, outlet, author, published, published_from, language = row
    day = date.fromisoformat(published) if published else None
    return Article(identity, title, text, source, outlet, author, day, published_from, language)
