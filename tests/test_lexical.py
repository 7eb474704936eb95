"""BM25 finds chunks by their words, titles included, and knows how rare a word is."""

from __future__ import annotations

from pathlib import Path

import pytest

from vectorstore.errors import IndexDamaged
from vectorstore.lexical import LexicalIndex, build_lexical, open_postings, post
from vectorstore.terms import terms
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
    return LexicalIndex(open_postings(folder))


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


def test_scores_are_those_of_bm25s() -> None:
    """bm25s is a well-known implementation; its default is the BM25 that we compute."""
    import bm25s

    texts = [f"{'storm ' * (n % 4)}over bay {n % 7} with {'boats ' * (n % 3)}and wind {'x ' * n}" for n in range(30)]
    known = bm25s.BM25()
    known.index([terms(f"Title {n}\n \n{text}") for n, text in enumerate(texts)], show_progress=False)
    chunks = [Chunk(f"{n:02}", 0, text, 0, 1, "a.txt", f"Title {n}") for n, text in enumerate(texts)]
    found = LexicalIndex(post(chunks)).search("storm boats in the bay 3", candidates=30)
    expected = known.get_scores(terms("storm boats in the bay 3"))
    assert len(found) == sum(expected > 0) > 20
    for hit in found:
        assert hit.score == pytest.approx(expected[int(hit.id[:2])], rel=1e-5)


def test_what_came_and_went_since_counts_as_if_all_were_written_anew() -> None:
    old = [chunk(name, *content) for name, content in TEXTS.items()]
    new = chunk("d", "Ferry", "A second ferry, the Borealis, left the bay for the city.")
    after = LexicalIndex(post(old), gone=old[1:2], come=[new])
    afresh = LexicalIndex(post([old[0], old[2], new]))
    for query in ("ferry in the bay", "city budget", "council", "comet", "Borealis"):
        assert after.search(query, candidates=9) == afresh.search(query, candidates=9)
        for term in terms(query):
            assert after.rarity(term) == afresh.rarity(term)
            assert after.knows(term) == afresh.knows(term)
    assert [after.frequency(word) for word in ("ferry", "budget")] == [3, 0]
    assert names(after, "ferry", within=["a-00000"]) == ["a"]


def test_chunks_without_any_word_make_an_index_that_finds_nothing(tmp_path: Path) -> None:
    build_lexical([Chunk("a", 0, "…", 0, 1, "a.txt", "!")], tmp_path / "bm25")
    assert LexicalIndex(open_postings(tmp_path / "bm25")).search("anything", candidates=3) == []


def test_an_index_that_cannot_be_read_is_damaged(tmp_path: Path) -> None:
    for content in ("", "[]", '{"ids": []}'):
        (tmp_path / "chunks.json").write_text(content)
        with pytest.raises(IndexDamaged):
            open_postings(tmp_path)
