"""BM25 finds chunks by their words, titles included, and knows how rare a word is."""

from __future__ import annotations

from pathlib import Path

import pytest

from vectorstore.errors import IndexDamaged
from vectorstore.lexical import LexicalIndex, build_lexical
from vectorstore.types import Chunk

TEXTS = {
    "a": ("Harbour news", "The ferry Aurora ran aground near the harbour."),
    "b": ("City budget", "The council passed the budget of the city."),
    "c": ("Skies", "A comet was seen over the bay and the city."),
}


def chunk(name: str, title: str, text: str) -> Chunk:
    return Chunk(name, 0, text, 0, len(text), f"{name}.txt", title, outlet="Lund Courier", author="Ida Holm")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("lexical") / "bm25"
    build_lexical((chunk(name, *content) for name, content in TEXTS.items()), folder)
    return LexicalIndex(folder)


def names(index: LexicalIndex, query: str, **options: object) -> list[str]:
    return [hit.id[0] for hit in index.search(query, **{"candidates": 9, **options})]  # type: ignore[arg-type]


def test_only_chunks_that_share_a_word_are_found_best_first(index: LexicalIndex) -> None:
    assert names(index, "city budget") == ["b", "c"]
    assert names(index, "Ferries near harbours") == ["a"]
    assert names(index, "zebra") == []
    assert names(index, "") == []


def test_titles_outlets_and_authors_count_as_words(index: LexicalIndex) -> None:
    assert names(index, "skies") == ["c"]
    assert sorted(names(index, "Courier Holm")) == ["a", "b", "c"]


def test_a_restriction_and_a_limit_are_kept(index: LexicalIndex) -> None:
    assert names(index, "city budget", within=["c-00000", "unknown"]) == ["c"]
    assert names(index, "city budget", within=[]) == []
    assert names(index, "city budget", candidates=1) == ["b"]


def test_scores_fall_and_are_positive(index: LexicalIndex) -> None:
    scores = [hit.score for hit in index.search("the city comet", candidates=9)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_rare_words_weigh_more_and_unknown_ones_most(index: LexicalIndex) -> None:
    assert index.rarity("the") < index.rarity("citi") < index.rarity("comet") < index.rarity("zebra")
    assert index.knows("comet")
    assert not index.knows("zebra")


def test_spelled_words_are_counted(index: LexicalIndex) -> None:
    assert index.frequency("city") == 3
    assert index.frequency("cities") == 0


def test_chunks_without_any_word_make_an_index_that_finds_nothing(tmp_path: Path) -> None:
    build_lexical([Chunk("a", 0, "…", 0, 1, "a.txt", "!")], tmp_path / "bm25")
    assert LexicalIndex(tmp_path / "bm25").search("anything", candidates=3) == []


def test_an_index_that_cannot_be_read_is_damaged(tmp_path: Path) -> None:
    for content in ("", "[]", '{"ids": []}'):
        (tmp_path / "chunks.json").write_text(content)
        with pytest.raises(IndexDamaged):
            LexicalIndex(tmp_path)
