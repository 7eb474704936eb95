"""The library keeps what a reader of an older generation needs, and nothing that was erased."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from vectorstore.database import sound
from vectorstore.library import Library, is_usable
from vectorstore.records import ArticleRecord, FileRecord, vector_key
from vectorstore.types import Article, Chunk, Skipped

TEXT = "The ferry left at noon. It came back at dusk."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "library.db")
    yield library
    library.close()


def add(library: Library, source: str, *, revision: int, text: str = TEXT, chunks: int = 2) -> Article:
    """Add an article of that many chunks, each with a vector of its own."""
    article = Article(f"id-{source}-{revision}", f"Title of {source}", text, source, published=date(2026, 5, 1))
    cut = [
        Chunk(article.id, n, text[n : n + 20], n, n + 20, source, article.title, published=article.published)
        for n in range(chunks)
    ]
    keys = [vector_key("model", f"{article.id} {n}") for n in range(chunks)]
    with library.transaction():
        library.add_vectors(keys, np.eye(chunks, 4, dtype=np.float32))
        library.add_article(ArticleRecord(article, cut, keys, source, "r"), revision=revision)
        library.set_meta("revision", str(revision))
    return article


def stored(library: Library, *, revision: int, since: int = 0, batch: int = 2000) -> list[str]:
    return [
        chunk.id for chunks, _ in library.chunk_vectors(revision=revision, since=since, batch=batch) for chunk in chunks
    ]


def test_an_article_comes_back_as_it_went_in(library: Library) -> None:
    article = add(library, "a.txt", revision=1)
    assert library.article("a.txt", revision=1) == article
    assert [one.text for one in library.articles(revision=1)] == [""]
    assert library.article("b.txt", revision=1) is None
    found = library.chunks([f"{article.id}-00001", "nobody"], revision=1)
    assert [chunk.text for chunk in found.values()] == [TEXT[1:21]]
    assert found[f"{article.id}-00001"].published == date(2026, 5, 1)


def test_an_older_revision_still_shows_what_was_replaced_since(library: Library) -> None:
    old = add(library, "a.txt", revision=1)
    new = add(library, "a.txt", revision=2, text=TEXT.replace("noon", "nine"))
    assert library.article("a.txt", revision=1) == old
    assert library.article("a.txt", revision=2) == new
    assert [chunk.article_id for chunk in library.gone_chunks(since=1, until=2)] == [old.id, old.id]
    assert stored(library, revision=2, since=1) == [f"{new.id}-0000{place}" for place in range(2)]
    assert library.count_changed(since=1, until=2) == 4
    assert library.count_chunks(revision=2) == 2


def test_vectors_come_in_order_whatever_the_batch(library: Library) -> None:
    for source in ("b.txt", "a.txt", "c.txt"):
        add(library, source, revision=1)
    assert stored(library, revision=1, batch=1) == stored(library, revision=1)
    assert [name[3] for name in stored(library, revision=1)] == list("aabbcc")
    (_, vectors), *_ = library.chunk_vectors(revision=1)
    assert vectors.shape == (6, 4)
    assert vectors.dtype == np.float32


def test_reading_all_vectors_keeps_nobody_waiting(library: Library) -> None:
    add(library, "a.txt", revision=1)
    batches = library.chunk_vectors(revision=1, batch=1)
    next(batches)
    counts: list[int] = []
    asking = threading.Thread(target=lambda: counts.append(library.count_chunks(revision=1)))
    asking.start()
    asking.join(timeout=5)
    assert counts == [2]
    batches.close()  # type: ignore[attr-defined]


def test_a_purge_erases_old_articles_and_the_vectors_that_only_they_used(library: Library) -> None:
    add(library, "a.txt", revision=1)
    add(library, "b.txt", revision=1)
    keys = [vector_key("model", f"id-a.txt-1 {n}") for n in range(2)]
    with library.transaction():
        assert library.remove_article("a.txt", revision=2)
        assert not library.remove_article("a.txt", revision=2)
    library.purge(up_to=1)
    assert library.known_vectors(keys) == set(keys)
    library.purge(up_to=2)
    assert library.known_vectors(keys) == set()
    assert [one.source for one in library.articles(revision=2)] == ["b.txt"]


def test_a_transaction_that_raises_leaves_no_trace_and_no_lock(library: Library) -> None:
    record = FileRecord("s", "h", "r", 2, (Skipped("a.txt#3", "holds no text"),))
    with pytest.raises(ZeroDivisionError), library.transaction():
        library.set_file("a.txt", record)
        raise ZeroDivisionError
    assert library.files() == {}
    with library.transaction():
        library.set_file("a.txt", record)
    assert library.files() == {"a.txt": record}
    library.forget_file("a.txt")
    assert library.files() == {}


def test_the_same_articles_give_the_same_corpus_fingerprint(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other.db")
    for one in (library, other):
        add(one, "a.txt", revision=1)
    assert library.corpus_fingerprint(revision=1) == other.corpus_fingerprint(revision=1)
    add(other, "b.txt", revision=2)
    assert library.corpus_fingerprint(revision=1) != other.corpus_fingerprint(revision=2)
    assert library.identity != other.identity
    other.close()


def test_a_library_knows_when_another_file_took_its_place(library: Library, tmp_path: Path) -> None:
    assert library.in_place
    library.path.rename(tmp_path / "aside.db")
    assert not library.in_place
    Library(library.path).close()
    assert not library.in_place


@pytest.mark.parametrize("name", ["50% off.db", "what?.db", "#1.db", "ünï cödé.db", "%41.db"])
def test_a_library_in_a_place_of_any_name_is_known_to_be_sound(tmp_path: Path, name: str) -> None:
    Library(tmp_path / name).close()
    assert sound(tmp_path / name)
    assert is_usable(tmp_path / name)


def test_what_is_no_database_is_not_sound(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("no database " * 100)
    assert not sound(tmp_path / "empty.db")
    assert not sound(tmp_path / "text.db")
    assert not sound(tmp_path / "missing.db")
    assert not is_usable(tmp_path / "text.db")
