"""One SQLite file, opened so that what is committed lasts, and its errors told as ours."""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from vectorstore.errors import IndexDamaged, IndexMissing, UserError
from vectorstore.records import TABLES

SCHEMA = 2


def sound(path: Path) -> bool:
    """Whether a SQLite file is whole, by its own check; cheap enough for every opening."""
    try:
        if path.stat().st_size == 0:  # sound to SQLite
            return False
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except (sqlite3.Error, OSError):
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


class Database:
    """One open file; safe to share between threads. Raises IndexDamaged when it is no library of this version."""

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
                self.undone()
                raise

    @contextmanager
    def aside(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for a long reading, so that nobody who asks waits for the end of it."""
        with _translated(self.path), closing(sqlite3.connect(self.path, check_same_thread=False)) as connection:
            yield connection

    def rows(self, query: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, _translated(self.path):
            return self._connection.execute(query, values).fetchall()

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""
        with self._lock, _translated(self.path):
            self._connection.executemany(statement, rows)

    def run(self, statement: str, values: Any = ()) -> int:
        """Run a statement; the number of rows it changed."""
        with self._lock, _translated(self.path):
            return self._connection.execute(statement, values).rowcount

    def meta(self, key: str, default: str = "") -> str:
        """A value of the manifest, or the default."""
        rows = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else default

    def set_meta(self, key: str, value: str) -> None:
        """Write a value of the manifest."""
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def seen(self) -> int:
        """Changes whenever another connection, of this process or another, has committed."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def undone(self) -> None:
        """Called when a transaction was taken back."""

    def compact(self) -> None:
        """Rewrite the file without its free pages, so that erased text is nowhere on disk."""
        self.run("VACUUM")
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")
