"""A folder of articles and its index: sync brings them in line, `reading` opens what a question is asked of."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from vectorstore.chunking import CHUNKER
from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.errors import CorpusEmpty, CorpusMissing, IndexDamaged, IndexLocked
from vectorstore.generations import Plan, build, has_sealed, is_crowded, prune
from vectorstore.index import Index
from vectorstore.indexing import Applied, Progress, Recipe, apply_changes, remember_touched
from vectorstore.library import Library, is_usable
from vectorstore.loading import READERS
from vectorstore.locking import make_home, writing
from vectorstore.opening import Opening
from vectorstore.records import FileRecord
from vectorstore.scanning import Changes, scan
from vectorstore.seals import current_number, read_seal
from vectorstore.types import Article, CorpusOptions, IndexReport

Notify = Callable[[str], None]
_INTERRUPTED = "the last indexing was interrupted; it is finished now"


class Corpus:
    """One folder of articles with its library and its generations; safe to share between threads."""

    def __init__(self, options: CorpusOptions, *, notify: Notify | None = None) -> None:
        self.options = options
        self._notify = notify
        self._sync_lock = threading.Lock()
        self._opening = Opening(options.home)
        self._library: Library | None = None
        self._told = False
        self._empty: CorpusEmpty | None = None

    @cached_property
    def embeddings(self) -> Embeddings:
        """The embedding model, loaded on first use."""
        return load_embeddings(self.options.embedding_model, cache_dir=self.options.cache_dir, notify=self._notify)

    @cached_property
    def recipe(self) -> Recipe:
        """How this corpus turns articles into chunks and vectors."""
        options = self.options
        parts = [self.embeddings.fingerprint, READERS, CHUNKER, options.chunk_tokens, options.encoding]
        fingerprint = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
        return Recipe(self.embeddings, options.chunk_tokens, options.encoding, options.max_file_mb, fingerprint)

    def sync(self, *, progress: Progress | None = None, wait_seconds: float = 5.0) -> IndexReport:
        """Bring the index in line with the folder, healing what is damaged; does nothing when all is current.

        While another thread or process indexes, the report says so, and the index stays as it was before.
        """
        started = time.perf_counter()
        if not self._sync_lock.acquire(timeout=wait_seconds):
            return self._busy()
        try:
            report = self._sync(progress, wait_seconds=wait_seconds)
            self._empty = None
        except CorpusEmpty as empty:
            self._empty = empty
            raise
        finally:
            self._sync_lock.release()
        return replace(report, seconds=time.perf_counter() - started)

    @property
    def is_empty(self) -> bool:
        """Whether the last sync found no article; what was indexed before is kept, and not read, until one is there."""
        return self._empty is not None

    def articles(self) -> tuple[Article, ...]:
        """All articles of the index, by source, without their text; raises IndexMissing before the first sync."""
        if self.is_empty:
            return ()
        with self.reading() as index:
            return index.articles()

    @contextmanager
    def reading(self) -> Iterator[Index]:
        """The current generation, held until the block ends; raises IndexMissing before the first sync, CorpusEmpty."""
        if self._empty:
            raise CorpusEmpty(self.options.folder, self._empty.skipped)
        index = self._opening.hold(self._open_library)
        try:
            yield index
        finally:
            self._opening.release(index)

    def distrust(self) -> None:
        """Call after IndexDamaged while reading: the next sync builds the generation anew."""
        self._opening.distrust()

    def purge(self) -> IndexReport:
        """Sync, then erase every trace of articles that are gone."""
        report = self.sync()
        with self._sync_lock, writing(self.options.home, wait_seconds=5.0):
            library = self._open_library()
            build(self.options.home, library, replace(self._plan(library), afresh=True))
            library.purge(up_to=prune(self.options.home, library, url=self.options.chroma_url, keep=1))
            library.compact()
            _aside(self.options.home).unlink(missing_ok=True)
        return report

    def close(self) -> None:
        """Let go of all files."""
        with self._opening.lock:
            self._drop_library()

    def _sync(self, progress: Progress | None, *, wait_seconds: float) -> IndexReport:
        try:
            return self._bring_in_line(progress, wait_seconds=wait_seconds)
        except IndexDamaged as damage:
            self._begin_library_anew(damage, wait_seconds=wait_seconds)
            return self._bring_in_line(progress, wait_seconds=wait_seconds)

    def _busy(self) -> IndexReport:
        if not self._has_generation():
            raise IndexLocked("the articles are being indexed for the first time; try again when that is done")
        return IndexReport(notices=("the articles are being indexed; this is the index as it was before",))

    def _bring_in_line(self, progress: Progress | None, *, wait_seconds: float) -> IndexReport:
        notices: list[str] = [] if self._told else list(self.embeddings.notices)  # once for each process
        known = self._open_library().files()
        changes = self._compare(known)
        idle = changes.empty and not changes.touched
        if idle and self._is_current() and not is_crowded(self.options.home):
            self._told = True
            return self._report(changes, Applied(), notices)
        try:
            with writing(self.options.home, wait_seconds=wait_seconds):
                if self._open_library().files() is not known:  # another process wrote meanwhile
                    changes = self._compare(self._open_library().files())
                applied = self._write(changes, notices, progress)
        except IndexLocked as locked:
            if not self._has_generation():
                raise
            notices.append(f"{locked}; this is the index as it was before")
            applied = Applied()
        self._told = True
        return self._report(changes, applied, notices)

    def _compare(self, known: Mapping[str, FileRecord]) -> Changes:
        options = self.options
        changes = scan(
            options.folder,
            known,
            recipe=self.recipe.fingerprint,
            max_file_mb=options.max_file_mb,
            ignoring=options.home,
        )
        if not changes.fresh and not changes.unchanged:
            raise CorpusEmpty(options.folder, changes.skipped)
        return changes

    def _write(self, changes: Changes, notices: list[str], progress: Progress | None) -> Applied:
        library = self._open_library()
        notices.extend(self._mended(library))
        applied = apply_changes(library, changes, self.recipe, root=self.options.folder, progress=progress)
        if changes.touched:
            remember_touched(library, changes.touched)
        if library.count_chunks(revision=library.revision) == 0:
            raise CorpusEmpty(self.options.folder, applied.skipped)
        stale = not self._is_current()
        if stale:
            plan = self._plan(library)
            seal = build(self.options.home, library, replace(plan, afresh=bool(self._damage())))
            self._opening.trust()
        if stale or is_crowded(self.options.home):
            needed = prune(self.options.home, library, url=self.options.chroma_url)
            if not stale or seal.base == seal.number:
                library.purge(up_to=needed)
        return applied

    def _plan(self, library: Library) -> Plan:
        recipe = self.recipe
        return Plan(
            library.revision,
            recipe.fingerprint,
            recipe.embeddings.fingerprint,
            url=self.options.chroma_url,
            after=self._opening.newest,
            verified=self._opening.verified,
        )

    def _mended(self, library: Library) -> list[str]:
        """At most one line: what happened since the last whole sync that this sync makes good."""
        home = self.options.home
        number = current_number(home)
        if number == 0 and has_sealed(home):
            return ["the index had lost its pointer file; rebuilt from stored vectors"]
        if number == 0:
            return [_INTERRUPTED] if library.revision else []
        with suppress(IndexDamaged):
            seal = read_seal(home, number)
            if seal.library != library.identity:
                return ["the library of the index was damaged or lost; made anew from the articles"]
            if seal.revision != library.revision:
                return [_INTERRUPTED]
        damage = self._damage()
        return [f"the index was damaged ({damage}); rebuilt from stored vectors"] if damage else []

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
        return self._opening.damage(self._open_library)

    def _open_library(self) -> Library:
        with self._opening.lock:
            if self._library and not self._library.in_place:
                self._drop_library()
            if self._library is None:
                if not self.options.folder.is_dir():
                    raise CorpusMissing(f"there is no folder {self.options.folder}; set QA_CORPUS_DIR or pass --corpus")
                make_home(self.options.home)
                self._library = Library(self.options.home / "library.db")
            return self._library

    def _drop_library(self) -> None:
        """Let go of the library; one that is still read from ends with its last reader."""
        self._opening.drop()
        if self._library and not self._opening.is_read:
            self._library.close()
        self._library = None

    def _begin_library_anew(self, damage: IndexDamaged, *, wait_seconds: float) -> None:
        """Set a damaged library aside, unless another process has; raises the damage when it lies elsewhere."""
        home = self.options.home
        with writing(home, wait_seconds=wait_seconds), self._opening.lock:
            known = self._library is not None and self._library.in_place
            if is_usable(home / "library.db"):
                if known:
                    why = str(damage).partition("\n")[0]
                    raise IndexDamaged(f"the index cannot be written ({why}); nothing was lost") from damage
                return
            self._drop_library()
            (home / "library.db").replace(_aside(home))
            for leftover in (home / "library.db-wal", home / "library.db-shm"):
                leftover.unlink(missing_ok=True)

    def _report(self, changes: Changes, applied: Applied, notices: list[str]) -> IndexReport:
        seal = read_seal(self.options.home, current_number(self.options.home))
        return IndexReport(
            added=applied.added,
            replaced=applied.replaced,
            removed=applied.removed,
            unchanged=changes.unchanged + applied.unchanged,
            skipped=(*changes.skipped, *applied.skipped),
            chunks=seal.chunks,
            notices=tuple(notices),
        )


def _aside(home: Path) -> Path:
    return home / "library.damaged"
