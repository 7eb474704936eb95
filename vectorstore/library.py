"""The library: articles, chunks and vectors in one SQLite file; the only part of the index that must last.

Rows carry the revision that added them and the one that removed them, so a reader of an older
generation still finds the articles that its vectors came from.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vectorstore.errors import IndexDamaged, IndexMissing, UserError
from vectorstore.records import (
    ARTICLE_COLUMNS,
    CHUNK_COLUMNS,
    TABLES,
    ArticleRecord,
    FileRecord,
    article_values,
    to_article,
    to_chunk,
)
from vectorstore.types import Article, Chunk

SCHEMA = 1
Vectors = npt.NDArray[np.float32]

_SEEN = "a.added <= :revision AND (a.removed IS NULL OR a.removed > :revision)"


def sound(path: Path) -> bool:
    """Whether a SQLite file is whole, by its own check; cheap enough for every opening."""
    try:
        if path.stat().st_size == 0:  # sound to SQLite
            return False
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except (sqlite3.Error, OSError):
        return False


def is_usable(path: Path) -> bool:
    """Whether this is a whole library of this version; raises UserError for one of a newer version."""
    try:
        Library(path).close()
    except IndexDamaged:
        return False
    return sound(path)


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
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        self.identity = self.meta("identity")
        """A name that no other library has, so that an index of an earlier one is not taken for this one's."""
        self._file = path.stat()

    @property
    def in_place(self) -> bool:
        """Whether the open file is still the one at its path; another process may have begun it anew."""
        try:
            return os.path.samestat(self._file, self.path.stat())
        except OSError:
            return False

    def close(self) -> None:
        """Close the file; the library cannot be used afterwards."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.close()

    def _prepare(self) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        if not self._created():
            self._create()
        schema = int(self.meta("schema", "0"))
        if schema > SCHEMA:
            raise UserError(f"{self.path} was made by a newer Footnote; upgrade, or set QA_INDEX_DIR to another folder")
        if schema < SCHEMA:
            raise IndexDamaged(f"{self.path} was made by another version")

    def _created(self) -> bool:
        return bool(self._connection.execute("SELECT name FROM sqlite_master WHERE name = 'meta'").fetchone())

    def _create(self) -> None:
        with self.transaction():
            if self._created():  # by another process, a moment ago
                return
            for statement in TABLES.split(";"):
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
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

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
                f"INSERT INTO articles ({ARTICLE_COLUMNS}, recipe, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*article_values(article), recipe, revision),
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
        """All chunks of a revision with their vectors (n, dimensions), by source and position, in batches.

        Read through a connection of its own, so that nobody who asks waits for the end of it.
        """
        query = (
            f"SELECT {CHUNK_COLUMNS}, v.vector FROM chunks c JOIN articles a ON a.number = c.article "
            f"JOIN vectors v ON v.key = c.vector WHERE {_SEEN} ORDER BY a.source, c.position"
        )
        with _translated(self.path), closing(sqlite3.connect(self.path, check_same_thread=False)) as connection:
            cursor = connection.execute(query, {"revision": revision})
            while rows := cursor.fetchmany(batch):
                vectors = np.frombuffer(b"".join(row[-1] for row in rows), dtype="<f4").reshape(len(rows), -1)
                yield [to_chunk(row[:-1]) for row in rows], vectors

    def changed_chunk_ids(self, *, since: int, until: int) -> tuple[list[str], list[str]]:
        """Ids of the chunks gone and come between two revisions, sorted."""
        query = f"SELECT c.id FROM chunks c JOIN articles a ON a.number = c.article WHERE {_SEEN}"
        before = {row[0] for row in self._rows(query, {"revision": since})}
        after = {row[0] for row in self._rows(query, {"revision": until})}
        return sorted(before - after), sorted(after - before)

    def chunks(self, ids: Sequence[str], *, revision: int) -> dict[str, Chunk]:
        """Chunks of a revision by id; an unknown id is absent."""
        query = (
            f"SELECT {CHUNK_COLUMNS} FROM chunks c JOIN articles a ON a.number = c.article "
            f"WHERE c.id IN (SELECT value FROM json_each(:ids)) AND {_SEEN}"
        )
        rows = self._rows(query, {"ids": json.dumps(list(ids)), "revision": revision})
        return {row[0]: to_chunk(row) for row in rows}

    def vectors(self, ids: Sequence[str], *, revision: int) -> dict[str, Vectors]:
        """Vectors (dimensions,) of chunks of a revision by chunk id; an unknown id is absent."""
        query = (
            "SELECT c.id, v.vector FROM chunks c JOIN articles a ON a.number = c.article "
            f"JOIN vectors v ON v.key = c.vector WHERE c.id IN (SELECT value FROM json_each(:ids)) AND {_SEEN}"
        )
        rows = self._rows(query, {"ids": json.dumps(list(ids)), "revision": revision})
        return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in rows}

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
        columns = ARTICLE_COLUMNS.replace("text", "''", 1)
        rows = self._rows(f"SELECT {columns} FROM articles a WHERE {_SEEN} ORDER BY source", {"revision": revision})
        return [to_article(row) for row in rows]

    def article(self, source: str, *, revision: int) -> Article | None:
        """One article of a revision with its text."""
        query = f"SELECT {ARTICLE_COLUMNS} FROM articles a WHERE source = :source AND {_SEEN}"
        rows = self._rows(query, {"source": source, "revision": revision})
        return to_article(rows[0]) if rows else None

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
