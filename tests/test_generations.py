"""Building the next generation: on the files of the last when little changed, and the same either way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vectorstore.base import Base
from vectorstore.errors import IndexDamaged, UserError
from vectorstore.generations import KEPT, Plan, build, is_crowded, prune
from vectorstore.index import Index
from vectorstore.library import Library
from vectorstore.records import ArticleRecord, vector_key
from vectorstore.seals import Seal, current_number, folder_of, verify
from vectorstore.types import Article, Chunk
from vectorstore.within import Within

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
            library.add_article(ArticleRecord(article, chunks, keys, source, "r"), revision=revision)
        library.set_meta("revision", str(revision))


def publish(home: Path, library: Library, *, recipe: str = "r") -> Seal:
    return build(home, library, Plan(library.revision, recipe, "model"))


def found(home: Path, library: Library, query: str) -> list[tuple[str, float]]:
    """What the current generation finds for a word and, as a vector, for a chunk."""
    seal = verify(home, current_number(home))
    index = Index(seal, Base(home, seal.number), library)
    near = np.eye(1, DIMENSIONS, dtype=np.float32)[0]
    dense = index.search_dense(near, embedding="model", candidates=20, within=Within())
    lexical = index.search_lexical(query, candidates=20, within=Within())
    index.close()
    return [(passage.chunk.id, round(passage.score, 5)) for passage in (*dense, *lexical)]


def test_after_a_small_change_the_files_are_read_on_and_searches_find_what_a_fresh_build_does(
    home: Path, library: Library
) -> None:
    put(library, range(30), revision=1)
    first = publish(home, library)
    put(library, range(1), revision=2)
    second = publish(home, library)
    assert (second.base, second.base_revision, second.revision) == (first.number, 1, 2)
    assert second.chunks == 30 * CHUNKS
    assert verify(home, second.number) == second
    read_on = found(home, library, "chunk 7")
    afresh = build(home, library, Plan(2, "r", "model", afresh=True))
    assert afresh.base == afresh.number
    assert found(home, library, "chunk 7") == read_on
    assert {identity[:3] for identity, _ in read_on} != {"0r1"}


def test_after_a_larger_change_the_files_are_built_afresh(home: Path, library: Library) -> None:
    put(library, range(30), revision=1)
    publish(home, library)
    put(library, range(2), revision=2)
    assert publish(home, library).base == 2


def test_files_stay_as_long_as_a_generation_that_is_kept_reads_them(home: Path, library: Library) -> None:
    put(library, range(30), revision=1)
    publish(home, library)
    for revision in (2, 3, 4):
        put(library, range(1), revision=revision)
        assert publish(home, library).base == 1
        assert prune(home, library, url="") == 1
    assert sorted(path.name for path in (home / "generations").iterdir()) == ["1", "3", "4"]
    assert not is_crowded(home)
    for revision in (5, 6):
        put(library, range(4), revision=revision)
        assert publish(home, library).base == revision
    assert prune(home, library, url="") == 5
    assert sorted(path.name for path in (home / "generations").iterdir()) == ["5", "6"]


def test_damaged_files_are_not_read_on(home: Path, library: Library) -> None:
    put(library, range(30), revision=1)
    publish(home, library)
    (folder_of(home, 1) / "bm25" / "chunks.json").write_text("{}")
    put(library, range(1), revision=2)
    assert publish(home, library).base == 2


def test_numbers_grow_and_only_the_newest_are_kept(home: Path, library: Library) -> None:
    put(library, range(1), revision=1)
    for number in (1, 2, 3):
        built = build(home, library, Plan(1, "r", "model", afresh=True))
        assert built.number == number == current_number(home)
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
