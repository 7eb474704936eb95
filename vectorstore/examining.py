"""An index looked at from outside: is it whole, current, exact, and does it find; nothing is changed here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from vectorstore.chunking import embedding_text
from vectorstore.embedding import Embeddings
from vectorstore.errors import IndexDamaged, IndexLocked
from vectorstore.generations import has_sealed, space_needed
from vectorstore.index import Index
from vectorstore.library import Library, is_usable
from vectorstore.locking import writing
from vectorstore.seals import current_number, verify
from vectorstore.types import Chunk
from vectorstore.within import Within

State = Literal["ok", "mended", "problem"]

_SAMPLED_ARTICLES = 50
_PROBES = 5
_ITSELF = 0.999
_NONE_YET = "there was none yet"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; a problem's text says what to do."""

    check: str
    state: State
    text: str


def examine_place(home: Path) -> list[Finding]:
    """Whether an index can be written at this place, which need not exist, and has room."""
    try:
        there = next(path for path in (home, *home.parents) if path.exists())
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        fix = "set QA_INDEX_DIR to a folder that can be"
        return [Finding("index folder", "problem", f"{home} cannot be written ({error.strerror}); {fix}")]
    return [Finding("index folder", "ok", str(home)), _space(home, shutil.disk_usage(there).free)]


def lock_owner(home: Path) -> str:
    """Who is writing the index; empty when nobody is."""
    if not home.is_dir():
        return ""
    try:
        with writing(home, wait_seconds=0):
            return ""
    except IndexLocked as locked:
        return str(locked).partition(";")[0]


def examine_index(home: Path, *, embedding: str) -> list[Finding]:
    """The library and the current generation, compared with the embedding model that is configured."""
    library = _library(home)
    return [library, _generation(home, embedding) if library.state == "ok" else _unread(home)]


def examine_content(home: Path) -> list[Finding]:
    """Vectors and chunks of the library: all of them counted, a sample compared with what they must be."""
    with closing(Library(home / "library.db")) as library:
        chunks = _sample(library)
        return [_vectors(library, chunks, home), _chunks(library, chunks, home)]


def examine_search(index: Index, embeddings: Embeddings, home: Path) -> Finding:
    """Whether chunks, embedded anew, find themselves or a copy; raises IndexDamaged when files cannot be read."""
    chunks = _probes(home)
    lost = []
    for chunk in chunks:
        vector = embeddings.embed_documents([embedding_text(chunk)])[0]
        found = index.search_dense(vector, embedding=embeddings.fingerprint, candidates=1, within=Within())
        if not found or found[0].score < _ITSELF:
            lost.append(chunk)
    if 2 * len(lost) > len(chunks):  # the search is approximate: one may be missed in a sound index
        return Finding("search", "problem", f"a chunk of {lost[0].source} does not find itself; {_anew(home)}")
    return Finding(
        "search", "ok", f"{len(chunks) - len(lost)} of {len(chunks)} chunks, embedded anew, found themselves"
    )


def examine_leftovers(home: Path) -> Finding:
    """What lies in the folder of an index, and what of it can go."""
    number = current_number(home)
    folders = [path for path in (home / "generations").glob("*") if path.is_dir()]
    unfinished = [path for path in folders if path.name.isdigit() and int(path.name) > number]
    parts = [f"library {_size(home / 'library.db')}", f"generations {_size(home / 'generations')}"]
    if unfinished:
        parts.append(f"{len(unfinished)} unfinished, removed with the next change")
    aside = home / "library.damaged"
    if aside.exists():
        parts.append(f"{aside} is a damaged library of {_size(aside)}: delete it, or run `qa index --purge`")
    return Finding("disk", "ok", ", ".join(parts))


def _space(home: Path, free: int) -> Finding:
    need = space_needed(home)
    text = f"{free / 10**6:,.0f} MB free, {need / 10**6:,.0f} MB needed to build the index anew"
    return Finding("space", "ok" if free >= need else "problem", text + ("" if free >= need else "; free some"))


def _library(home: Path) -> Finding:
    path = home / "library.db"
    if not path.exists():
        return Finding("library", "problem", _NONE_YET)
    if not is_usable(path):
        return Finding("library", "problem", "its file is damaged, or was made by another version")
    with closing(Library(path)) as library:
        revision = library.revision
        counts = f"{len(library.articles(revision=revision)):,} articles, {library.count_chunks(revision=revision):,}"
    return Finding("library", "ok", f"{counts} chunks, whole")


def _generation(home: Path, embedding: str) -> Finding:
    number = current_number(home)
    if number == 0:
        return Finding("index", "problem", "its pointer file is lost" if has_sealed(home) else _NONE_YET)
    try:
        seal = verify(home, number)
    except IndexDamaged as damage:
        return Finding("index", "problem", str(damage))
    with closing(Library(home / "library.db")) as library:
        if seal.library != library.identity:
            return Finding("index", "problem", "it belongs to another library")
        if seal.revision != library.revision:
            return Finding("index", "problem", "it is behind its library: the last indexing was interrupted")
    if seal.embedding != embedding:
        return Finding("index", "problem", "it was made with another embedding model")
    return Finding("index", "ok", f"generation {number}, {seal.chunks:,} chunks, each byte as sealed")


def _unread(home: Path) -> Finding:
    return Finding("index", "problem", "it has no library to read from" if current_number(home) else _NONE_YET)


def _sample(library: Library) -> list[Chunk]:
    """All chunks of some articles, taken evenly."""
    revision = library.revision
    sources = [article.source for article in library.articles(revision=revision)]
    step = max(1, len(sources) // _SAMPLED_ARTICLES)
    ids = library.chunk_ids(sources[::step][:_SAMPLED_ARTICLES], revision=revision)
    return list(library.chunks(ids, revision=revision).values())


def _probes(home: Path) -> list[Chunk]:
    with closing(Library(home / "library.db")) as library:
        chunks = _sample(library)
    return chunks[:: max(1, len(chunks) // _PROBES)][:_PROBES]


def _vectors(library: Library, chunks: Sequence[Chunk], home: Path) -> Finding:
    wrong = next(_wrong_vectors(library, chunks), "")
    if wrong:
        return Finding("vectors", "problem", f"{wrong}; {_anew(home)}")
    orphans = _count(library, "SELECT COUNT(*) FROM vectors WHERE key NOT IN (SELECT vector FROM chunks)")
    left = f"; {orphans:,} of no chunk, erased with the next purge" if orphans else ""
    return Finding("vectors", "ok", f"every chunk has one; {len(chunks):,} looked at are of unit length{left}")


def _wrong_vectors(library: Library, chunks: Sequence[Chunk]) -> Iterator[str]:
    lost = _count(library, "SELECT COUNT(*) FROM chunks WHERE vector NOT IN (SELECT key FROM vectors)")
    if lost:
        yield f"{lost:,} chunks have no vector"
    try:
        vectors = library.vectors([chunk.id for chunk in chunks], revision=library.revision).values()
    except ValueError:
        yield "some vectors cannot be read"
        return
    if len({vector.size for vector in vectors}) > 1:
        yield "the vectors are not of one length"
    elif not all(np.isfinite(vector).all() and abs(np.linalg.norm(vector) - 1) < 0.01 for vector in vectors):
        yield "some vectors are not of unit length"


def _chunks(library: Library, chunks: Sequence[Chunk], home: Path) -> Finding:
    for source in sorted({chunk.source for chunk in chunks}):
        article = library.article(source, revision=library.revision)
        own = [chunk for chunk in chunks if chunk.source == source]
        if article is None or any(article.text[chunk.start : chunk.end] != chunk.text for chunk in own):
            return Finding("chunks", "problem", f"those of {source} are not what its text says; {_anew(home)}")
    return Finding("chunks", "ok", f"{len(chunks):,} looked at stand in their articles, character for character")


def _count(library: Library, query: str) -> int:
    return int(library.rows(query)[0][0])


def _anew(home: Path) -> str:
    return f"delete {home}, and it is made anew from the articles"


def _size(path: Path) -> str:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return f"{sum(file.stat().st_size for file in files) / 10**6:,.1f} MB"
