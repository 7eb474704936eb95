"""The library: articles, chunks and vectors in one SQLite file; the only part of the index that must last.

Rows carry the revision that added them and the one that removed them, so a reader of an older
generation still finds the articles that its vectors came from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vectorstore.database import Database, sound
from vectorstore.errors import IndexDamaged
from vectorstore.records import (
    ARTICLE_COLUMNS,
    CHUNK_COLUMNS,
    ArticleRecord,
    FileRecord,
    article_values,
    file_values,
    to_article,
    to_chunk,
    to_file,
)
from vectorstore.types import Article, Chunk

Vectors = npt.NDArray[np.float32]

_SEEN = "a.added <= :revision AND (a.removed IS NULL OR a.removed > :revision)"
_CHUNKS = "chunks c JOIN articles a ON a.number = c.article"


def is_usable(path: Path) -> bool:
    """Whether this is a whole library of this version; raises UserError for one of a newer version."""
    try:
        Library(path).close()
    except IndexDamaged:
        return False
    return sound(path)


@dataclass(frozen=True, slots=True)
class _Files:
    """The files as they were read, and as this process changed them since."""

    seen: int
    """What had been committed by others by then."""
    records: dict[str, FileRecord]


class Library(Database):
    """One open library; safe to share between threads. Raises IndexDamaged when the file is no library."""

    _files: _Files | None = None

    @property
    def revision(self) -> int:
        """Grows with every change of the articles."""
        return int(self.meta("revision", "0"))

    def files(self) -> Mapping[str, FileRecord]:
        """Every file of the last sync, by its path below the folder; the same object until somebody else writes."""
        known = self._files
        if known is None or known.seen != self.seen:
            seen = self.seen
            known = _Files(seen, {row[0]: to_file(row[1:]) for row in self.rows("SELECT * FROM files")})
            self._files = known
        return known.records

    def set_file(self, file: str, record: FileRecord) -> None:
        """Remember what was seen of a file."""
        self.run("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", file_values(file, record))
        if self._files:
            self._files.records[file] = record

    def forget_file(self, file: str) -> None:
        """Forget a file that is gone."""
        self.run("DELETE FROM files WHERE file = ?", (file,))
        if self._files:
            self._files.records.pop(file, None)

    def undone(self) -> None:
        """Called when a transaction was taken back: what is remembered may be wrong."""
        self._files = None

    def live(self, file: str) -> dict[str, tuple[str, str]]:
        """The live articles of a file by source, each with its id and the recipe (model and chunker) behind it."""
        rows = self.rows("SELECT source, id, recipe FROM articles WHERE file = ? AND removed IS NULL", (file,))
        return {source: (identity, recipe) for source, identity, recipe in rows}

    def add_article(self, record: ArticleRecord, *, revision: int) -> None:
        """Add an article and its chunks; an earlier one of the same source is removed first."""
        self.remove_article(record.article.source, revision=revision)
        columns = f"{ARTICLE_COLUMNS}, file, recipe, digest, bands, added"
        bands = json.dumps(list(record.bands))
        values = (*article_values(record.article), record.file, record.recipe, record.digest, bands, revision)
        marks = ", ".join("?" * len(values))
        query = f"INSERT INTO articles ({columns}) VALUES ({marks}) RETURNING number"
        number = int(self.rows(query, values)[0][0])
        self.run_many(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (chunk.id, number, chunk.position, chunk.text, chunk.start, chunk.end, chunk.page, key)
                for chunk, key in zip(record.chunks, record.keys, strict=True)
            ],
        )
        self.run_many("INSERT INTO bands VALUES (?, ?)", [(key, number) for key in record.bands])

    def remove_article(self, source: str, *, revision: int) -> bool:
        """Mark the live article of a source as gone from this revision on; whether there was one."""
        query = "UPDATE articles SET removed = ? WHERE source = ? AND removed IS NULL RETURNING number, bands"
        rows = self.rows(query, (revision, source))
        for number, bands in rows:
            self.run("DELETE FROM bands WHERE key IN (SELECT value FROM json_each(?)) AND article = ?", (bands, number))
        return bool(rows)

    def known_vectors(self, keys: Iterable[str]) -> set[str]:
        """Which of these vectors are stored."""
        wanted = json.dumps(list(keys))
        rows = self.rows("SELECT key FROM vectors WHERE key IN (SELECT value FROM json_each(?))", (wanted,))
        return {row[0] for row in rows}

    def add_vectors(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Store vectors, float32, one row of `vectors` for each key."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in zip(keys, vectors, strict=True)]
        self.run_many("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def chunk_vectors(
        self, *, revision: int, since: int = 0, batch: int = 2000
    ) -> Iterator[tuple[list[Chunk], Vectors]]:
        """All chunks of a revision that came after `since`, with their vectors (n, dimensions), in batches.

        By source and position. Read through a connection of its own.
        """
        query = (
            f"SELECT {CHUNK_COLUMNS}, v.vector FROM {_CHUNKS} JOIN vectors v ON v.key = c.vector "
            f"WHERE {_SEEN} AND a.added > :since ORDER BY a.source, c.position"
        )
        with self.aside() as connection:
            cursor = connection.execute(query, {"revision": revision, "since": since})
            while rows := cursor.fetchmany(batch):
                vectors = np.frombuffer(b"".join(row[-1] for row in rows), dtype="<f4").reshape(len(rows), -1)
                yield [to_chunk(row[:-1]) for row in rows], vectors

    def gone_chunks(self, *, since: int, until: int) -> list[Chunk]:
        """The chunks that a revision held and a later one does not, by source and position."""
        query = (
            f"SELECT {CHUNK_COLUMNS} FROM {_CHUNKS} WHERE a.added <= :since AND a.removed > :since "
            "AND a.removed <= :until ORDER BY a.source, c.position"
        )
        return [to_chunk(row) for row in self.rows(query, {"since": since, "until": until})]

    def count_changed(self, *, since: int, until: int) -> int:
        """How many chunks are gone or have come between two revisions."""
        gone = "a.added <= :since AND a.removed > :since AND a.removed <= :until"
        come = "a.added > :since AND a.added <= :until AND (a.removed IS NULL OR a.removed > :until)"
        values = {"since": since, "until": until}
        return sum(int(self.rows(f"SELECT COUNT(*) FROM {_CHUNKS} WHERE {w}", values)[0][0]) for w in (gone, come))

    def chunks(self, ids: Sequence[str], *, revision: int) -> dict[str, Chunk]:
        """Chunks of a revision by id; an unknown id is absent."""
        query = f"SELECT {CHUNK_COLUMNS} FROM {_CHUNKS} WHERE c.id IN (SELECT value FROM json_each(:ids)) AND {_SEEN}"
        rows = self.rows(query, {"ids": json.dumps(list(ids)), "revision": revision})
        return {row[0]: to_chunk(row) for row in rows}

    def vectors(self, ids: Sequence[str], *, revision: int) -> dict[str, Vectors]:
        """Vectors (dimensions,) of chunks of a revision by chunk id; an unknown id is absent."""
        query = (
            f"SELECT c.id, v.vector FROM {_CHUNKS} JOIN vectors v ON v.key = c.vector "
            f"WHERE c.id IN (SELECT value FROM json_each(:ids)) AND {_SEEN}"
        )
        rows = self.rows(query, {"ids": json.dumps(list(ids)), "revision": revision})
        return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in rows}

    def chunk_ids(self, sources: Sequence[str], *, revision: int) -> list[str]:
        """Ids of the chunks of these sources in a revision."""
        query = f"SELECT c.id FROM {_CHUNKS} WHERE a.source IN (SELECT value FROM json_each(:sources)) AND {_SEEN}"
        return [row[0] for row in self.rows(query, {"sources": json.dumps(list(sources)), "revision": revision})]

    def count_chunks(self, *, revision: int) -> int:
        """How many chunks a revision holds."""
        return int(self.rows(f"SELECT COUNT(*) FROM {_CHUNKS} WHERE {_SEEN}", {"revision": revision})[0][0])

    def count_chunks_by_source(self, *, revision: int) -> dict[str, int]:
        """How many chunks each article of a revision has."""
        query = f"SELECT a.source, COUNT(*) FROM {_CHUNKS} WHERE {_SEEN} GROUP BY a.number"
        return dict(self.rows(query, {"revision": revision}))

    def articles(self, *, revision: int) -> list[Article]:
        """All articles of a revision, by source, without their text."""
        columns = ARTICLE_COLUMNS.replace("text", "''", 1)
        rows = self.rows(f"SELECT {columns} FROM articles a WHERE {_SEEN} ORDER BY source", {"revision": revision})
        return [to_article(row) for row in rows]

    def articles_since(self, known: Iterable[Article], *, since: int, revision: int) -> list[Article]:
        """As `articles`, from those of an earlier revision and what changed since."""
        values = {"since": since, "revision": revision}
        gone = self.rows("SELECT source FROM articles WHERE removed > :since AND removed <= :revision", values)
        columns = ARTICLE_COLUMNS.replace("text", "''", 1)
        come = self.rows(f"SELECT {columns} FROM articles a WHERE {_SEEN} AND a.added > :since", values)
        each = {article.source: article for article in known}
        for (source,) in gone:
            each.pop(source, None)
        each |= {article.source: article for article in map(to_article, come)}
        return sorted(each.values(), key=lambda article: article.source)

    def article(self, source: str, *, revision: int) -> Article | None:
        """One article of a revision with its text."""
        query = f"SELECT {ARTICLE_COLUMNS} FROM articles a WHERE source = :source AND {_SEEN}"
        rows = self.rows(query, {"source": source, "revision": revision})
        return to_article(rows[0]) if rows else None

    def corpus_fingerprint(self, *, revision: int) -> str:
        """12 hex digits over the articles' ids: the same texts under the same names give the same digits."""
        rows = self.rows(f"SELECT id FROM articles a WHERE {_SEEN} ORDER BY source", {"revision": revision})
        return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()[:12]

    def look_alikes(self, record: ArticleRecord, *, most: int) -> dict[str, str]:
        """The texts, by their digests, of live articles likely to be near copies of one: the likeliest,
        and those that have the most copies already, which stand for many.
        """
        query = """
            WITH near AS (
                SELECT a.digest, MIN(a.number) AS number, COUNT(*) AS shared,
                    (SELECT COUNT(*) FROM copies WHERE other = a.digest) AS copied
                FROM bands b JOIN articles a ON a.number = b.article
                WHERE b.key IN (SELECT value FROM json_each(:bands)) AND a.removed IS NULL AND a.digest <> :digest
                GROUP BY a.digest),
            chosen AS (
                SELECT * FROM (SELECT digest, number FROM near ORDER BY shared DESC, digest LIMIT :most) UNION
                SELECT * FROM (SELECT digest, number FROM near WHERE copied ORDER BY copied DESC, digest LIMIT :most))
            SELECT chosen.digest, a.text FROM chosen JOIN articles a ON a.number = chosen.number ORDER BY 1"""
        return dict(self.rows(query, {"bands": json.dumps(list(record.bands)), "digest": record.digest, "most": most}))

    def add_copies(self, digest: str, others: Iterable[str]) -> None:
        """Remember that articles of one digest and of some others are one account."""
        self.run_many("INSERT OR IGNORE INTO copies VALUES (?, ?)", [(digest, other) for other in others])

    def copies(self, *, revision: int) -> list[tuple[str, str]]:
        """The pairs of sources of a revision that are one account; of many equal articles the first is in each pair."""
        twins = f"SELECT digest FROM articles a WHERE {_SEEN} GROUP BY digest HAVING COUNT(*) > 1"
        query = (
            f"SELECT digest, source FROM articles a WHERE {_SEEN} AND (digest IN ({twins}) "
            "OR digest IN (SELECT one FROM copies UNION SELECT other FROM copies)) ORDER BY source"
        )
        sources: dict[str, list[str]] = {}
        for digest, source in self.rows(query, {"revision": revision}):
            sources.setdefault(digest, []).append(source)
        pairs = [(same[0], other) for same in sources.values() for other in same[1:]]
        for one, other in self.rows("SELECT one, other FROM copies"):
            if one in sources and other in sources:
                pairs += [(sources[one][0], source) for source in sources[other]]
                pairs += [(sources[other][0], source) for source in sources[one][1:]]
        return pairs

    def purge(self, *, up_to: int) -> None:
        """Erase articles removed at or before a revision, and vectors that no chunk uses any more."""
        with self.transaction():
            self.run("DELETE FROM articles WHERE removed <= ?", (up_to,))
            self.run("DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM chunks)")
            for side in ("one", "other"):
                self.run(f"DELETE FROM copies WHERE {side} NOT IN (SELECT digest FROM articles)")
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")
