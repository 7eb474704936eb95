"""Where the texts of conversations lie: files that only their user can read, or a bounded memory."""

from __future__ import annotations

import itertools
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Protocol
from uuid import uuid4

from vectorstore.durable import sync_path
from vectorstore.errors import UserError

_LARGEST_BYTES = 64_000_000
_WAIT_SECONDS = 10.0
_FIX = "make room there or let it be written, or set QA_HISTORY=false"

Stamp = tuple[int, ...]
"""Changes whenever a text does."""


class HistoryUnwritable(UserError):
    """The folder of conversations cannot be written."""


class Shelf(Protocol):
    """Texts by visitor and id; both are checked before they come here."""

    def read(self, visitor: str, name: str) -> str:
        """A text; raises KeyError."""
        ...

    def write(self, visitor: str, name: str, text: str) -> None:
        """Put a text there whole, or leave the old one; raises HistoryUnwritable."""
        ...

    def remove(self, visitor: str, name: str) -> None:
        """Remove a text; raises KeyError."""
        ...

    def stamps(self, visitor: str) -> Mapping[str, Stamp]:
        """The names of a visitor's texts, each with its stamp."""
        ...

    def changing(self, visitor: str) -> AbstractContextManager[None]:
        """Hold the visitor's texts against other writers; raises HistoryUnwritable."""
        ...


class FileShelf:
    """A folder for each visitor and a file for each text, on disk when it is told so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, visitor: str, name: str) -> str:
        """A text; raises KeyError where there is none that can be read."""
        path = self._path(visitor, name)
        try:
            if path.stat().st_size > _LARGEST_BYTES:
                raise KeyError(name)
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyError(name) from error

    def write(self, visitor: str, name: str, text: str) -> None:
        """Replace a file as a whole; raises HistoryUnwritable."""
        path = self._path(visitor, name)
        aside = path.with_name(f".{uuid4().hex}.tmp")
        try:
            _write_private(aside, text)
            aside.replace(path)
            sync_path(path.parent)
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise self._unwritable(error) from error

    def remove(self, visitor: str, name: str) -> None:
        """Remove a file; raises KeyError, or HistoryUnwritable."""
        try:
            self._path(visitor, name).unlink()
        except FileNotFoundError as error:
            raise KeyError(name) from error
        except OSError as error:
            raise self._unwritable(error) from error

    def stamps(self, visitor: str) -> Mapping[str, Stamp]:
        """Of every file; what another process removes meanwhile is left out."""
        found: dict[str, Stamp] = {}
        with suppress(OSError), os.scandir(self._folder / visitor) as entries:
            for entry in entries:
                if entry.name.endswith(".json"):
                    with suppress(OSError):
                        state = entry.stat()
                        found[entry.name.removesuffix(".json")] = (state.st_mtime_ns, state.st_size, state.st_ino)
        return found

    @contextmanager
    def changing(self, visitor: str) -> Iterator[None]:
        """One writer of a visitor's files at a time, whatever its thread or process; raises HistoryUnwritable."""
        from filelock import FileLock, Timeout

        home = self._folder / visitor
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            home.mkdir(mode=0o700, exist_ok=True)
            lock = FileLock(home / "lock", mode=0o600)
            lock.acquire(timeout=_WAIT_SECONDS)
        except Timeout as error:
            raise HistoryUnwritable(f"{home} is being written by another process; try again") from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            for orphan in home.glob(".*.tmp"):  # of a process that was killed: nobody else writes here now
                with suppress(OSError):
                    orphan.unlink()
            yield
        finally:
            lock.release()

    def _path(self, visitor: str, name: str) -> Path:
        return self._folder / visitor / f"{name}.json"

    def _unwritable(self, error: OSError) -> HistoryUnwritable:
        return HistoryUnwritable(f"{self._folder} cannot be written ({error.strerror}); {_FIX}")


class MemoryShelf:
    """The texts used last, of all visitors together; they end with the process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._texts: OrderedDict[tuple[str, str], tuple[Stamp, str]] = OrderedDict()
        self._numbers = itertools.count()
        self._lock = RLock()

    def read(self, visitor: str, name: str) -> str:
        """A text; raises KeyError."""
        with self._lock:
            self._texts.move_to_end((visitor, name))
            return self._texts[visitor, name][1]

    def write(self, visitor: str, name: str, text: str) -> None:
        """Keep a text, and forget the one that was used longest ago where there are too many."""
        with self._lock:
            self._texts[visitor, name] = ((next(self._numbers),), text)
            self._texts.move_to_end((visitor, name))
            while len(self._texts) > self._most:
                self._texts.popitem(last=False)

    def remove(self, visitor: str, name: str) -> None:
        """Forget a text; raises KeyError."""
        with self._lock:
            del self._texts[visitor, name]

    def stamps(self, visitor: str) -> Mapping[str, Stamp]:
        """Of every text of a visitor."""
        with self._lock:
            return {name: stamp for (owner, name), (stamp, _) in self._texts.items() if owner == visitor}

    @contextmanager
    def changing(self, visitor: str) -> Iterator[None]:  # noqa: ARG002
        """One writer at a time."""
        with self._lock:
            yield


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, and that is on disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
