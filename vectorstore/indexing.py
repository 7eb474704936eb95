"""Sync: bring the library in line with a folder, a batch of articles at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from vectorstore.chunking import chunk_article, embedding_text
from vectorstore.copies import link_copies
from vectorstore.duplicates import band_keys, content_digest, sketch
from vectorstore.embedding import Embeddings
from vectorstore.formats.extracted import NEEDS
from vectorstore.library import Library
from vectorstore.loading import load_file
from vectorstore.records import ArticleRecord, FileRecord, vector_key
from vectorstore.scanning import Changes, Seen, recipe_of_problem
from vectorstore.types import Article, Skipped

Progress = Callable[[int, int], None]
"""Called with the files done and to do."""
_BATCH_ARTICLES = 64  # a kill costs at most the embedding of one batch
_NO_CHUNK = "holds no text besides page furniture"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How articles become chunks and vectors."""

    embeddings: Embeddings
    chunk_tokens: int
    encoding: str
    max_file_mb: float
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An article ready to be stored once its chunks are embedded."""

    record: ArticleRecord
    texts: Sequence[str]
    """What is embedded of each chunk."""


@dataclass(frozen=True, slots=True)
class _FileDone:
    """The end of a file: what is remembered of it, and its articles that it does not hold any more."""

    file: str
    record: FileRecord
    gone: Sequence[str]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What a sync wrote into the library."""

    added: int = 0
    replaced: int = 0
    removed: int = 0
    unchanged: int = 0
    """Articles of edited files that are as they were."""
    skipped: tuple[Skipped, ...] = ()


def apply_changes(
    library: Library, changes: Changes, recipe: Recipe, *, root: Path, progress: Progress | None = None
) -> Applied:
    """Write a folder's changes into the library, each batch whole or not at all; the caller holds the lock."""
    writer = _Writer(library, revision=library.revision + 1)
    writer.remove_files(changes.gone)
    steps = (step for seen in changes.fresh for step in _steps(root, seen, library.live(seen.found.source), recipe))
    done = 0
    for batch in _batches(steps):
        _embed_new(library, [step for step in batch if isinstance(step, _Prepared)], recipe)
        writer.store(batch)
        done += sum(isinstance(step, _FileDone) for step in batch)
        if progress:
            progress(done, len(changes.fresh))
    return writer.applied


def remember_touched(library: Library, touched: Sequence[Seen]) -> None:
    """Record new time stamps of unchanged files, so that the next sync need not hash them."""
    with library.transaction():
        for seen in touched:
            library.set_file(seen.found.source, seen.record)


def _steps(
    root: Path, seen: Seen, live: Mapping[str, tuple[str, str]], recipe: Recipe
) -> Iterator[_Prepared | _FileDone]:
    """The articles of a file that are not in the library as they are, then the end of the file."""
    loaded = load_file(root, seen.found, max_file_mb=recipe.max_file_mb)
    problems = list(loaded.problems)
    held: set[str] = set()
    unchanged = 0
    for article in loaded.articles:
        if live.get(article.source) != (article.id, recipe.fingerprint):
            prepared = _prepared(article, seen.found.source, recipe)
            if prepared is None:
                problems.append(Skipped(article.source, _NO_CHUNK))
                continue
            yield prepared
        else:
            unchanged += 1
        held.add(article.source)
    record = replace(seen.record, recipe=_recipe_of(problems, recipe), articles=len(held), problems=tuple(problems))
    yield _FileDone(seen.found.source, record, sorted(set(live) - held), unchanged)


def _recipe_of(problems: Sequence[Skipped], recipe: Recipe) -> str:
    if any(problem.why.startswith(NEEDS) for problem in problems):
        return ""
    return recipe_of_problem(recipe.fingerprint, recipe.max_file_mb) if problems else recipe.fingerprint


def _prepared(article: Article, file: str, recipe: Recipe) -> _Prepared | None:
    """None for an article without a chunk."""
    chunks = chunk_article(
        article, chunk_tokens=recipe.chunk_tokens, encoding=recipe.encoding, embeddings=recipe.embeddings
    )
    texts = [embedding_text(chunk) for chunk in chunks]
    record = ArticleRecord(
        article,
        chunks,
        keys=[vector_key(recipe.embeddings.fingerprint, text) for text in texts],
        file=file,
        recipe=recipe.fingerprint,
        digest=content_digest(article.text),
        bands=band_keys(sketch(article.text)),
    )
    return _Prepared(record, texts) if chunks else None


def _batches(steps: Iterator[_Prepared | _FileDone]) -> Iterator[list[_Prepared | _FileDone]]:
    while batch := list(islice(steps, _BATCH_ARTICLES)):
        yield batch


def _embed_new(library: Library, prepared: Sequence[_Prepared], recipe: Recipe) -> None:
    texts = {key: text for one in prepared for key, text in zip(one.record.keys, one.texts, strict=True)}
    missing = sorted(set(texts) - library.known_vectors(texts))
    if missing:
        vectors = recipe.embeddings.embed_documents([texts[key] for key in missing])
        with library.transaction():
            library.add_vectors(missing, vectors)


class _Writer:
    """Writes batches under one revision, and counts."""

    def __init__(self, library: Library, *, revision: int) -> None:
        self.applied = Applied()
        self._library = library
        self._revision = revision

    def remove_files(self, files: Sequence[str]) -> None:
        """Forget files that are gone, with all their articles."""
        if not files:
            return
        with self._library.transaction():
            for file in files:
                self._remove(list(self._library.live(file)))
                self._library.forget_file(file)

    def store(self, batch: Sequence[_Prepared | _FileDone]) -> None:
        """Add articles and close files, in one transaction."""
        with self._library.transaction():
            for step in batch:
                if isinstance(step, _Prepared):
                    self._add(step.record)
                else:
                    self._close(step)

    def _add(self, record: ArticleRecord) -> None:
        was_there = self._library.remove_article(record.article.source, revision=self._revision)
        self._library.add_article(record, revision=self._revision)
        link_copies(self._library, record)
        self._changed(added=not was_there, replaced=was_there)

    def _close(self, done: _FileDone) -> None:
        self._remove(done.gone)
        self._library.set_file(done.file, done.record)
        counts = self.applied
        skipped = (*counts.skipped, *done.record.problems)
        self.applied = replace(counts, unchanged=counts.unchanged + done.unchanged, skipped=skipped)

    def _remove(self, sources: Sequence[str]) -> None:
        for source in sources:
            self._library.remove_article(source, revision=self._revision)
            self._changed(removed=True)

    def _changed(self, *, added: bool = False, replaced: bool = False, removed: bool = False) -> None:
        self._library.set_meta("revision", str(self._revision))
        counts = self.applied
        self.applied = replace(
            counts,
            added=counts.added + added,
            replaced=counts.replaced + replaced,
            removed=counts.removed + removed,
        )
