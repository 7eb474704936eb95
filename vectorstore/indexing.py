"""Sync: bring the library in line with a folder, a batch of articles at a time, and publish a generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from vectorstore.chunking import chunk_article, embedding_text
from vectorstore.embedding import Embeddings
from vectorstore.errors import ArticleError
from vectorstore.library import Library
from vectorstore.loading import load_article
from vectorstore.records import ArticleRecord, vector_key
from vectorstore.scanning import Changes, Seen
from vectorstore.types import Article, Chunk, Skipped

Progress = Callable[[int, int], None]
"""Called with the articles done and to do."""
_BATCH_ARTICLES = 64  # a kill costs at most the embedding of one batch


@dataclass(frozen=True, slots=True)
class Recipe:
    """How articles become chunks and vectors."""

    embeddings: Embeddings
    chunk_tokens: int
    encoding: str
    max_file_mb: float
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A file after reading: an article with its chunks, or the reason why not."""

    seen: Seen
    article: Article | None
    chunks: Sequence[Chunk] = ()
    texts: Sequence[str] = ()
    """What is embedded of each chunk."""
    keys: Sequence[str] = ()
    """The name of each chunk's vector."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a sync wrote into the library."""

    added: int = 0
    replaced: int = 0
    removed: int = 0
    skipped: tuple[Skipped, ...] = ()


def apply_changes(
    library: Library, changes: Changes, recipe: Recipe, *, root: Path, progress: Progress | None = None
) -> Applied:
    """Write a folder's changes into the library, each batch whole or not at all; the caller holds the lock."""
    revision = library.revision + 1
    applied = _remove(library, changes.gone, revision=revision)
    live = library.recipes().keys()
    reads = (_read(root, seen, recipe) for seen in changes.fresh)
    done = 0
    for batch in _batches(reads):
        _embed_new(library, batch, recipe)
        applied = _store(library, batch, recipe, live=live, applied=applied, revision=revision)
        done += len(batch)
        if progress:
            progress(done, len(changes.fresh))
    return applied


def remember_touched(library: Library, touched: Sequence[Seen]) -> None:
    """Record new time stamps of unchanged files, so that the next sync need not hash them."""
    with library.transaction():
        for seen in touched:
            library.set_file(seen.source, seen.record)


def _remove(library: Library, sources: Sequence[str], *, revision: int) -> Applied:
    removed = 0
    if sources:
        with library.transaction():
            library.set_meta("revision", str(revision))
            for source in sources:
                removed += library.remove_article(source, revision=revision)
                library.forget_file(source)
    return Applied(removed=removed)


def _batches(reads: Iterator[_Read]) -> Iterator[list[_Read]]:
    while batch := list(islice(reads, _BATCH_ARTICLES)):
        yield batch


def _read(root: Path, seen: Seen, recipe: Recipe) -> _Read:
    try:
        article = load_article(root, seen.path, max_file_mb=recipe.max_file_mb)
    except ArticleError as error:
        return _Read(seen, None, why=error.why)
    chunks = chunk_article(
        article, chunk_tokens=recipe.chunk_tokens, encoding=recipe.encoding, embeddings=recipe.embeddings
    )
    if not chunks:
        return _Read(seen, None, why="holds no text besides page furniture")
    texts = [embedding_text(chunk) for chunk in chunks]
    keys = [vector_key(recipe.embeddings.fingerprint, text) for text in texts]
    return _Read(seen, article, chunks, texts, keys)


def _embed_new(library: Library, batch: Sequence[_Read], recipe: Recipe) -> None:
    texts = {key: text for read in batch for key, text in zip(read.keys, read.texts, strict=True)}
    missing = sorted(set(texts) - library.known_vectors(texts))
    if missing:
        vectors = recipe.embeddings.embed_documents([texts[key] for key in missing])
        with library.transaction():
            library.add_vectors(missing, vectors)


def _store(
    library: Library, batch: Sequence[_Read], recipe: Recipe, *, live: Set[str], applied: Applied, revision: int
) -> Applied:
    with library.transaction():
        for read in batch:
            library.set_file(read.seen.source, replace(read.seen.record, why=read.why))
            was_there = read.seen.source in live
            if read.article:
                record = ArticleRecord(read.article, read.chunks, read.keys)
                library.add_article(record, recipe=recipe.fingerprint, revision=revision)
            else:
                library.remove_article(read.seen.source, revision=revision)
            if read.article or was_there:
                library.set_meta("revision", str(revision))
            applied = _counted(applied, read, was_there=was_there)
    return applied


def _counted(applied: Applied, read: _Read, *, was_there: bool) -> Applied:
    if read.article is None:
        skipped = (*applied.skipped, Skipped(read.seen.source, read.why))
        return replace(applied, skipped=skipped, removed=applied.removed + was_there)
    if was_there:
        return replace(applied, replaced=applied.replaced + 1)
    return replace(applied, added=applied.added + 1)
