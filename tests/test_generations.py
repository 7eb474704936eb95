"""Building the next generation: by a copy and a change when little changed, and the same either way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vectorstore.errors import IndexDamaged, UserError
from vectorstore.generations import KEPT, Plan, build, is_crowded, prune
from vectorstore.library import Library
from vectorstore.records import ArticleRecord, vector_key
from vectorstore.seals import Seal, current_number, folder_of, verify
from vectorstore.store import VectorStore
from vectorstore.types import Article, Chunk

DIMENSIONS = 16
CHUNKS = 60


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    library = Library(home / "library.db")
    yield library
    library.close()


def put(library: Library, numbers: range, *, revision: int) -> None:
    """Add articles of 60 chunks each, with random vectors of unit length; one of the same source is replaced."""
    random = np.random.default_rng([revision, numbers.start])
    with library.transaction():
        for number in numbers:
            source = f"{number}.txt"
            article = Article(f"{number}r{revision}", "Title", f"words of {number}", source)
            chunks = [Chunk(article.id, place, f"chunk {place}", 0, 7, source, "Title") for place in range(CHUNKS)]
            keys = [vector_key("model", chunk.id) for chunk in chunks]
            vectors = random.normal(size=(CHUNKS, DIMENSIONS)).astype(np.float32)
            library.add_vectors(keys, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
            library.add_article(ArticleRecord(article, chunks, keys), recipe="r", revision=revision)
        library.set_meta("revision", str(revision))


def publish(home: Path, library: Library, *, recipe: str = "r") -> Seal:
    return build(home, library, Plan(library.revision, recipe, "model"))


def reached(home: Path, seal: Seal, library: Library) -> int:
    """How many chunks find themselves, first, by their own vector."""
    store = VectorStore(seal.place(home))
    hits = 0
    for chunks, vectors in library.chunk_vectors(revision=seal.revision):
        for chunk, vector in zip(chunks, vectors, strict=True):
            hits += store.search(vector, candidates=1)[0].id == chunk.id
    store.close()
    return hits


@pytest.mark.slow
def test_a_small_change_of_a_large_index_is_made_in_a_copy_that_finds_every_chunk(home: Path, library: Library) -> None:
    put(library, range(36), revision=1)
    first = publish(home, library)
    assert first.churn == 0
    put(library, range(1), revision=2)
    second = publish(home, library)
    assert second.churn == 2 * CHUNKS
    assert second.chunks == 36 * CHUNKS
    assert verify(home, second.number) == second
    assert reached(home, second, library) >= 0.995 * second.chunks
    store = VectorStore(second.place(home))
    assert store.count() == second.chunks
    everything = store.search(np.ones(DIMENSIONS, dtype=np.float32), candidates=3000)
    store.close()
    assert not [hit.id for hit in everything if hit.id.startswith("0r1-")]
    assert verify(home, first.number) == first

    put(library, range(1), revision=3)
    assert publish(home, library).churn == 0, "too much churn for another copy"


def test_numbers_grow_and_only_the_newest_are_kept(home: Path, library: Library) -> None:
    put(library, range(1), revision=1)
    for number in (1, 2, 3):
        assert publish(home, library).number == number == current_number(home)
    assert is_crowded(home)
    assert prune(home, library, url="") == 1
    assert len(list((home / "generations").iterdir())) == KEPT
    assert not is_crowded(home)


def test_what_an_interrupted_build_left_goes_with_the_next_and_its_number_is_not_used_again(
    home: Path, library: Library
) -> None:
    put(library, range(1), revision=1)
    publish(home, library)
    folder_of(home, 2).mkdir()
    assert publish(home, library).number == 3
    assert not folder_of(home, 2).exists()


def test_a_build_that_fails_changes_nothing(home: Path, library: Library) -> None:
    put(library, range(1), revision=1)
    first = publish(home, library)
    put(library, range(1), revision=2)
    library.path.with_name("CURRENT.new").mkdir()
    with pytest.raises(UserError, match="nothing was changed"):
        publish(home, library)
    assert current_number(home) == first.number
    assert verify(home, first.number) == first
    assert not folder_of(home, 2).exists()


def test_a_generation_of_another_chroma_or_layout_is_not_opened(home: Path, library: Library) -> None:
    import json
    from dataclasses import asdict

    put(library, range(1), revision=1)
    seal = publish(home, library)
    for other in (replace(seal, chromadb="0.6.3"), replace(seal, layout="another")):
        (folder_of(home, 1) / "seal.json").write_text(json.dumps(asdict(other)))
        with pytest.raises(IndexDamaged, match="was made"):
            verify(home, 1)
