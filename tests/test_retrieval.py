"""Retrieval: fusing, collapsing and mixing by hand, and each method over the seeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SEEDS
from corpora import open_index

from qa.retrieval import Retrieval, collapse, fuse, mix, retrieve
from vectorstore.corpus import Corpus
from vectorstore.types import Chunk, Passage
from vectorstore.within import Within

METHODS = ("hybrid", "dense", "bm25")
STRIKES = "000_404b99d73386c5ec.txt"


def passage(identity: str, *, score: float = 0.0, source: str = "", text: str = "") -> Passage:
    source = source or f"{identity}.txt"
    text = text or f"Words of {identity} that nobody else has said"
    return Passage(Chunk(identity, 0, text, 0, len(text), source, identity), score)


def order(passages: list[Passage]) -> list[str]:
    return [one.chunk.article_id for one in passages]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Corpus]:
    opened = open_index(SEEDS, tmp_path_factory.mktemp("index"), model_cache, chunk_tokens=160)
    opened.sync()
    yield opened
    opened.close()


def found(
    corpus: Corpus, query: str, *, method: str = "hybrid", k: int = 5, within: Within | None = None
) -> list[Passage]:
    how = Retrieval(method, 40, k)  # type: ignore[arg-type]
    with corpus.reading() as index:
        return retrieve(query, index=index, embeddings=corpus.embeddings, retrieval=how, within=within or Within())


def test_a_passage_scores_one_over_sixty_plus_its_rank_in_each_ranking() -> None:
    a, b, c = passage("a"), passage("b"), passage("c")
    fused = fuse([[a, b], [b, c]])
    assert order(fused) == ["b", "a", "c"]
    assert [one.score for one in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_the_scores_of_the_rankings_do_not_count() -> None:
    high, low = passage("high", score=1000.0), passage("low", score=0.001)
    assert order(fuse([[low, high]])) == ["low", "high"]


def test_a_tie_is_broken_the_same_way_each_time() -> None:
    a, b = passage("a"), passage("b")
    assert order(fuse([[a], [b]])) == order(fuse([[b], [a]])) == ["a", "b"]


def test_fusing_nothing_gives_nothing() -> None:
    assert fuse([]) == fuse([[], []]) == []


def test_the_same_words_from_two_agencies_collapse_to_the_better_passage() -> None:
    wire = "Officials said that the ferry ran aground near the harbour on Monday morning"
    ranking = [passage("first", text=wire), passage("other"), passage("copy", text=wire + ".")]
    assert order(collapse(ranking)) == ["first", "other"]


def test_passages_that_share_only_a_topic_do_not_collapse() -> None:
    one = passage("one", text="The ferry ran aground near the harbour, and nobody was hurt")
    two = passage("two", text="The ferry had left the harbour an hour late because of the fog")
    assert order(collapse([one, two])) == ["one", "two"]


def test_no_article_takes_more_than_half_of_the_places_while_others_wait() -> None:
    long = [passage(f"long{n}", score=9.0 - n, source="long.txt") for n in range(4)]
    others = [passage("x", score=2.0), passage("y", score=1.0)]
    assert order(mix([*long, *others], k=4)) == ["long0", "long1", "x", "y"]


def test_one_article_takes_all_places_when_it_is_alone() -> None:
    long = [passage(f"long{n}", score=9.0 - n, source="long.txt") for n in range(4)]
    assert order(mix(long, k=4)) == ["long0", "long1", "long2", "long3"]


def test_mixing_keeps_the_best_first_and_at_most_k() -> None:
    ranking = [passage(name, score=score) for name, score in (("a", 3.0), ("b", 2.0), ("c", 1.0))]
    assert order(mix(ranking, k=1)) == ["a"]
    assert order(mix(ranking, k=9)) == ["a", "b", "c"]


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_the_article_that_tells_it(corpus: Corpus, method: str) -> None:
    passages = found(corpus, "How many people have been killed in the airstrikes?", method=method)
    assert STRIKES in {one.chunk.source for one in passages}
    assert [one.score for one in passages] == sorted((one.score for one in passages), reverse=True)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_keeps_within_the_sources_it_is_given(corpus: Corpus, method: str) -> None:
    passages = found(corpus, "Trump and Maduro", method=method, within=Within((STRIKES,)))
    assert {one.chunk.source for one in passages} == {STRIKES}


def test_words_that_no_article_holds_find_nothing_by_bm25(corpus: Corpus) -> None:
    assert found(corpus, "zyxgh qwfpl", method="bm25") == []


def test_several_articles_speak_when_several_know(corpus: Corpus) -> None:
    assert len({one.chunk.source for one in found(corpus, "Trump confirmed a phone call with Maduro")}) >= 2


@pytest.mark.parametrize("k", [1, 3, 50])
def test_at_most_k_passages_come_back_each_once(corpus: Corpus, k: int) -> None:
    passages = found(corpus, "phone call", k=k)
    assert 0 < len(passages) <= k
    assert len({one.chunk.id for one in passages}) == len(passages)


def test_the_same_query_finds_the_same_passages_in_the_same_order(corpus: Corpus) -> None:
    assert found(corpus, "airspace closed") == found(corpus, "airspace closed")
