"""The current generation kept open for those who ask, and replaced between their questions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from vectorstore.base import Base
from vectorstore.errors import IndexDamaged, IndexMissing
from vectorstore.index import Index
from vectorstore.library import Library
from vectorstore.seals import current_number, read_seal


class Opening:
    """Holds one generation open, and those that are still read; callers of its methods may come from any thread."""

    def __init__(self, home: Path) -> None:
        self.lock = threading.RLock()
        self.newest = 0
        """The highest number that was opened here."""
        self._home = home
        self._index: Index | None = None
        self._readers: dict[int, int] = {}
        self._distrusted: set[int] = set()

    @property
    def is_read(self) -> bool:
        """Whether anybody holds an index."""
        return bool(self._readers)

    @property
    def verified(self) -> int:
        """The generation whose files were compared with their seal when they were opened; 0 when none is open."""
        with self.lock:
            return self._index.seal.base if self._index else 0

    def damage(self, library: Callable[[], Library]) -> str:
        """Why the current generation cannot be opened; empty when it can, or when there is none."""
        number = current_number(self._home)
        if number == 0:
            return ""
        if number in self._distrusted:
            return "a file could not be read"
        try:
            self._opened(number, library())
        except IndexDamaged as damage:
            return str(damage)
        return ""

    def hold(self, library: Callable[[], Library]) -> Index:
        """The current generation, until `release`; raises IndexMissing before the first sync."""
        number = current_number(self._home)
        if number == 0:
            raise IndexMissing("there is no index yet; run `qa index`")
        with self.lock:
            index = self._opened(number, library())
            self._readers[id(index)] = self._readers.get(id(index), 0) + 1
        return index

    def release(self, index: Index) -> None:
        """Give an index back; one that was replaced meanwhile is closed with its last reader."""
        with self.lock:
            self._readers[id(index)] -= 1
            if not self._readers[id(index)]:
                del self._readers[id(index)]
                if index is not self._index:
                    index.close()

    def distrust(self) -> None:
        """Believe the files of the current generation no more."""
        with self.lock:
            self._distrusted.add(current_number(self._home))
            self.drop()

    def trust(self) -> None:
        """Believe again: a new generation was built."""
        self._distrusted.clear()

    def drop(self) -> None:
        """Let go of the open generation, at once or when its last reader is done."""
        with self.lock:
            index, self._index = self._index, None
            if index and id(index) not in self._readers:
                index.close()

    def _opened(self, number: int, library: Library) -> Index:
        """The open generation of this number; opening verifies its files, so that happens once."""
        with self.lock:
            held = self._index
            if held is None or (held.seal.number, held.seal.library) != (number, library.identity):
                seal = read_seal(self._home, number)
                shares = held and (held.seal.base, held.seal.library) == (seal.base, seal.library)
                base = held.base if held and shares else Base(self._home, number)
                held = Index(seal, base, library, before=held if shares else None)
                self.drop()
                self._index = held
                self.newest = max(number, self.newest)
            return held
