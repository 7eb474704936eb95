"""The files of a generation, open: shared by the generations that read them on, closed with the last of these."""

from __future__ import annotations

import threading
from pathlib import Path

from vectorstore.lexical import open_postings
from vectorstore.seals import Seal, folder_of, verify
from vectorstore.store import VectorStore


class Base:
    """An open vector store and open postings; every holder calls `hold` and `release`."""

    def __init__(self, home: Path, number: int) -> None:
        self.seal: Seal = verify(home, number)
        self.store = VectorStore(self.seal.place(home))
        self.postings = open_postings(folder_of(home, self.seal.base) / "bm25")
        self._holders = 0
        self._lock = threading.Lock()

    def hold(self) -> Base:
        """Count one more holder."""
        with self._lock:
            self._holders += 1
        return self

    def release(self) -> None:
        """Count one holder less; the last one closes the files."""
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                self.store.close()
