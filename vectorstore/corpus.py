"""A folder of articles and its index: sync brings them in line, `reading` opens what a question is asked of."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from vectorstore.chunking import CHUNKER
from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.errors import CorpusMissing, IndexDamaged, IndexLocked, IndexMissing
from vectorstore.generations import Plan, build, current_number, prune, read_seal
from vectorstore.index import Index
from vectorstore.indexing import Applied, Progress, Recipe, apply_changes, remember_touched
from vectorstore.library import Library
from vectorstore.locking import writing
from vectorstore.scanning import Changes, scan
from vectorstore.types import IndexReport

Notify = Callable[[str], None]


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


class Corpus:
    """One folder of articles with its library and its generations; safe to share between threads."""

    def __init__(self, options: CorpusOptions, *, notify: Notify | None = None) -> None:
        self.options = options
        self._notify = notify
        self._sync_lock = threading.Lock()
        self._index_lock = threading.Lock()
        self._library: Library | None = None
        self._index: Index | None = None
        self._readers: dict[int, int] = {}
        self._distrusted: set[int] = set()

    @cached_property
    def embeddings(self) -> Embeddings:
        """The embedding model, loaded on first use."""
        return load_embeddings(self.options.embedding_model, cache_dir=self.options.cache_dir, notify=self._notify)

    @cached_property
    def recipe(self) -> Recipe:
        """How this corpus turns articles into chunks and vectors."""
        options = self.options
        parts = [self.embeddings.fingerprint, CHUNKER, options.chunk_tokens, options.encoding]
        fingerprint = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
        return Recipe(self.embeddings, options.chunk_tokens, options.encoding, options.max_file_mb, fingerprint)

    def sync(self, *, progress: Progress | None = None, wait_seconds: float = 5.0) -> IndexReport:
        """Bring the index in line with the folder, healing what is damaged; does nothing when all is current."""
        started = time.perf_counter()
        with self._sync_lock:
            report = self._sync(progress, wait_seconds=wait_seconds)
        return replace(report, seconds=time.perf_counter() - started)

    @contextmanager
    def reading(self) -> Iterator[Index]:
        """The current generation, held until the block ends; raises IndexMissing before the first sync."""
        index = self._hold()
        try:
            yield index
        finally:
            self._release(index)

    def distrust(self) -> None:
        """Call after IndexDamaged while reading: the next sync builds the generation anew."""
        with self._index_lock:
            self._distrusted.add(current_number(self.options.home))
            self._index = None

    def purge(self) -> IndexReport:
        """Sync, then erase every trace of articles that are gone."""
        report = self.sync()
        with self._sync_lock, writing(self.options.home, wait_seconds=5.0):
            library = self._open_library()
            build(self.options.home, library, self._plan(library))
            library.purge(up_to=prune(self.options.home, url=self.options.chroma_url, keep=1))
            library.compact()
        return report

    def close(self) -> None:
        """Let go of all files."""
        with self._index_lock:
            if self._index:
                self._index.close()
            if self._library:
                self._library.close()
            self._index = self._library = None

    def _sync(self, progress: Progress | None, *, wait_seconds: float) -> IndexReport:
        notices: list[str] = list(self.embeddings.notices)
        changes = self._scan(notices)
        if changes.empty and not changes.touched and self._is_current():
            return self._report(changes, Applied(), notices)
        try:
            with writing(self.options.home, wait_seconds=wait_seconds):
                changes = self._scan(notices)
                applied = self._write(changes, notices, progress)
        except IndexLocked as locked:
            if not self._has_generation():
                raise
            notices.append(f"{locked}; this is the index as it was before")
            applied = Applied()
        return self._report(changes, applied, notices)

    def _scan(self, notices: list[str]) -> Changes:
        """Compare folder and library; a library that cannot be read is set aside and begun anew."""
        try:
            return self._compare(self._open_library())
        except IndexDamaged as damage:
            with writing(self.options.home, wait_seconds=5.0):
                self._set_library_aside()
            notices.append(f"{damage}: the library is made anew from the articles")
            return self._compare(self._open_library())

    def _compare(self, library: Library) -> Changes:
        options = self.options
        recipe = self.recipe.fingerprint
        changes = scan(
            options.folder, library.files(), library.recipes(), recipe=recipe, max_file_mb=options.max_file_mb
        )
        if not changes.fresh and not changes.unchanged:
            raise CorpusMissing(f"{options.folder} holds no article that can be read{_first_reason(changes)}")
        return changes

    def _write(self, changes: Changes, notices: list[str], progress: Progress | None) -> Applied:
        library = self._open_library()
        applied = apply_changes(library, changes, self.recipe, root=self.options.folder, progress=progress)
        if changes.touched:
            remember_touched(library, changes.touched)
        if library.count_chunks(revision=library.revision) == 0:
            raise CorpusMissing(f"{self.options.folder} holds no article that can be read{_first_reason(applied)}")
        if not self._is_current():
            self._publish(library, notices)
        return applied

    def _publish(self, library: Library, notices: list[str]) -> None:
        home = self.options.home
        damage = self._damage()
        started = time.perf_counter()
        build(home, library, self._plan(library))
        library.purge(up_to=prune(home, url=self.options.chroma_url))
        self._distrusted.clear()
        if damage:
            seconds = time.perf_counter() - started
            notices.append(f"the index was damaged ({damage}); rebuilt from stored vectors in {seconds:.1f} s")

    def _plan(self, library: Library) -> Plan:
        recipe = self.recipe
        return Plan(library.revision, recipe.fingerprint, recipe.embeddings.fingerprint, self.options.chroma_url)

    def _has_generation(self) -> bool:
        return not self._damage() and current_number(self.options.home) > 0

    def _is_current(self) -> bool:
        """Whether the published generation is whole and holds what the library holds."""
        if self._damage() or not current_number(self.options.home):
            return False
        seal = read_seal(self.options.home, current_number(self.options.home))
        library = self._open_library()
        plan = self._plan(library)
        wanted = (library.identity, plan.revision, plan.recipe, plan.url)
        return (seal.library, seal.revision, seal.recipe, seal.url) == wanted

    def _damage(self) -> str:
        """Why the current generation cannot be opened; empty when it can, or when there is none."""
        number = current_number(self.options.home)
        if number == 0:
            return ""
        if number in self._distrusted:
            return "a file could not be read"
        try:
            self._open_index(number)
        except IndexDamaged as damage:
            return str(damage)
        return ""

    def _open_index(self, number: int) -> Index:
        """The open generation of this number; opening verifies it, so that happens once."""
        with self._index_lock:
            if self._index is None or self._index.seal.number != number:
                opened = Index(self.options.home, number, self._open_library())
                self._retire(self._index)
                self._index = opened
            return self._index

    def _hold(self) -> Index:
        number = current_number(self.options.home)
        if number == 0:
            raise IndexMissing("there is no index yet; run `qa index`")
        index = self._open_index(number)
        with self._index_lock:
            self._readers[id(index)] = self._readers.get(id(index), 0) + 1
        return index

    def _release(self, index: Index) -> None:
        with self._index_lock:
            self._readers[id(index)] -= 1
            if not self._readers[id(index)]:
                del self._readers[id(index)]
                if index is not self._index:
                    index.close()

    def _retire(self, index: Index | None) -> None:
        if index and id(index) not in self._readers:
            index.close()

    def _open_library(self) -> Library:
        if self._library is None:
            if not self.options.folder.is_dir():
                raise CorpusMissing(f"there is no folder {self.options.folder}; set QA_CORPUS_DIR or pass --corpus")
            _make(self.options.home)
            self._library = Library(self.options.home / "library.db")
        return self._library

    def _set_library_aside(self) -> None:
        if self._library:
            self._library.close()
        self._library = self._index = None
        path = self.options.home / "library.db"
        path.replace(path.with_suffix(".damaged"))
        for leftover in (path.with_name("library.db-wal"), path.with_name("library.db-shm")):
            leftover.unlink(missing_ok=True)

    def _report(self, changes: Changes, applied: Applied, notices: list[str]) -> IndexReport:
        library = self._open_library()
        return IndexReport(
            added=applied.added,
            replaced=applied.replaced,
            removed=applied.removed,
            unchanged=changes.unchanged,
            skipped=(*changes.skipped, *applied.skipped),
            chunks=library.count_chunks(revision=library.revision),
            notices=tuple(notices),
        )


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = "set QA_INDEX_DIR to a folder that can be written"
        raise IndexMissing(f"{home} cannot be made ({error.strerror}); {fix}") from error


def _first_reason(found: Changes | Applied) -> str:
    return f" ({found.skipped[0].path}: {found.skipped[0].why})" if found.skipped else ""
