"""Chunks are exact slices that fit both limits and hold whole sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.chunking import chunk_article, embedding_text
from vectorstore.furniture import BLANKS, is_heading, paragraphs
from vectorstore.loading import find_articles, load_article
from vectorstore.sentences import sentences
from vectorstore.tokens import count_tokens
from vectorstore.types import Article, Chunk

SEEDS = Path(__file__).parent.parent / "seeds"
FURNITURE = (
    "Loading...", "Also Read", "ALSO READ", "AvatarMB", "By Marcus Bell", "5 min read", "(0)", "Please sign in",
    "Related Articles", "Wordwise", "All rights reserved", "AI technology was used",
)  # fmt: skip


@dataclass(frozen=True)
class WordPieces:
    """Counts as a word-piece model does: words, marks, and each Chinese character."""

    max_tokens: int = 254

    def count_tokens(self, text: str) -> int:
        return len(re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]{1,6}|[^\w\s]", text))


def article(text: str, title: str = "A title") -> Article:
    return Article(id="0123456789abcdef", title=title, text=text, source="a.txt")


def chunks(of: Article, chunk_tokens: int = 160, max_tokens: int = 254) -> list[Chunk]:
    return chunk_article(of, chunk_tokens=chunk_tokens, encoding="cl100k_base", embeddings=WordPieces(max_tokens))


def seeds() -> list[Article]:
    return [load_article(SEEDS, path, max_file_mb=20) for path in find_articles(SEEDS)[0]]


def check(of: Article, found: list[Chunk], chunk_tokens: int = 160, max_tokens: int = 254) -> None:
    for position, chunk in enumerate(found):
        assert of.text[chunk.start : chunk.end] == chunk.text
        assert chunk.text == chunk.text.strip(BLANKS) != ""
        assert chunk.position == position
        assert count_tokens(chunk.text) <= chunk_tokens
        assert WordPieces().count_tokens(embedding_text(chunk)) <= max_tokens
    assert all(one.start < two.start and one.end < two.end for one, two in pairwise(found))


def covered(of: Article, found: list[Chunk]) -> bool:
    """Whether each visible character of the content is in some chunk."""
    inside = {place for chunk in found for place in range(chunk.start, chunk.end)}
    return all(
        place in inside or of.text[place] in BLANKS
        for span in paragraphs(of.text)
        for place in range(span.start, span.end)
    )


@pytest.mark.parametrize("chunk_tokens", [32, 160, 512])
def test_every_sentence_of_the_seeds_is_in_a_chunk_and_no_furniture_is(chunk_tokens: int) -> None:
    for seed in seeds():
        found = chunks(seed, chunk_tokens)
        check(seed, found, chunk_tokens)
        assert covered(seed, found)
        assert not [chunk.text for chunk in found for line in FURNITURE if line in chunk.text]


def test_at_the_default_size_every_sentence_of_the_seeds_is_whole_in_a_chunk() -> None:
    for seed in seeds():
        texts = [chunk.text for chunk in chunks(seed)]
        for paragraph in paragraphs(seed.text):
            for sentence in sentences(seed.text, paragraph):
                assert any(sentence.of(seed.text) in text for text in texts)


def test_a_heading_is_in_the_chunk_of_what_follows() -> None:
    for seed in seeds()[3:]:
        for chunk in chunks(seed):
            assert not is_heading(chunk.text.splitlines()[-1])


def test_chunks_of_the_seeds_are_neither_tiny_nor_many() -> None:
    for seed in seeds():
        found = chunks(seed)
        assert all(count_tokens(chunk.text) >= 30 for chunk in found)
        assert len(found) <= 2 + count_tokens(seed.text) // 100


def test_neighbours_share_a_short_sentence_and_no_long_one() -> None:
    short = " ".join(f"Sentence number {number} is short enough." for number in range(60))
    found = chunks(article(short))
    assert all(two.start < one.end for one, two in pairwise(found))
    long = " ".join(f"Sentence {number} goes on and on{' and on' * 30}." for number in range(8))
    found = chunks(article(long))
    assert all(two.start >= one.end for one, two in pairwise(found))


def test_a_tiny_rest_is_evened_out() -> None:
    text = " ".join(f"Sentence number {number} has exactly as many words as the others." for number in range(13))
    sizes = [count_tokens(chunk.text) for chunk in chunks(article(text))]
    assert min(sizes) > 40


@pytest.mark.parametrize(
    "text", ["word " * 2000, "w" * 5000, "中文" * 2000, "👩‍🚀" * 500, "e\u0301" * 2000, "a,b;" * 900, "x\r\ny " * 900]
)
def test_a_sentence_longer_than_a_chunk_is_cut_into_parts_that_fit(text: str) -> None:
    given_article = article(text)
    found = chunks(given_article)
    check(given_article, found)
    assert covered(given_article, found)
    assert not [chunk for chunk in found if chunk.text[0] in "\u0301\u200d"]


def test_words_are_cut_only_where_there_is_no_blank() -> None:
    found = chunks(article("longish words " * 1000))
    assert {word for chunk in found for word in chunk.text.split()} == {"longish", "words"}


def test_the_embedding_model_is_the_limit_where_it_is_smaller() -> None:
    given_article = article("这是一个没有空格的句子。" * 100, title="标题" * 400)
    found = chunks(given_article, chunk_tokens=1000, max_tokens=160)
    check(given_article, found, 1000, 160)
    assert covered(given_article, found)


def test_a_title_that_fills_the_model_still_leaves_chunks() -> None:
    found = chunks(article("One is here. Two is there. " * 40, title="a b c d " * 40), max_tokens=20)
    assert 1 < len(found) < 200


def test_what_is_embedded_begins_with_the_title() -> None:
    chunk = chunks(article("One is here.", title="T" * 500))[0]
    assert embedding_text(chunk) == "T" * 120 + "\nOne is here."


def test_a_chunk_carries_what_a_passage_needs() -> None:
    given_article = Article(
        id="0123456789abcdef", title="T", text="One.", source="b/a.md", outlet="O", author="A",
        published=date(2025, 11, 30), precision="day", language="de",
    )  # fmt: skip
    assert chunks(given_article) == [
        Chunk("0123456789abcdef", 0, "One.", 0, 4, "b/a.md", "T", "O", "A", date(2025, 11, 30), "day", "de")
    ]


def test_a_chunk_of_a_pdf_tells_its_page() -> None:
    paged = replace(article("One is here.\n\n" * 40 + "\fTwo is here.\n\n" * 40 + "\fThree."), source="a.PDF")
    cut = chunks(paged)
    assert [chunk.page for chunk in cut] == [1 + paged.text.count("\f", 0, chunk.start) for chunk in cut]
    assert cut[0].page == 1 < cut[-1].page
    assert {chunk.page for chunk in chunks(replace(paged, source="a.txt"))} == {0}


def test_an_article_of_furniture_has_no_chunks() -> None:
    assert chunks(article("Advertisement\n")) == []


SENTENCES = st.sampled_from(
    ["One is here.", "He said “Two. Three.” again.", "A heading", "Advertisement", "", "中文句子没有空格。" * 9,
     "Cafe\u0301 👩‍🚀 noir!",
     "and so on", "long " * 90 + "end.", "x" * 700, "- item", "# Why", "The old bridge. Image Credit: Ministry / AFP."]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(SENTENCES, st.text(max_size=30)), max_size=25),
    st.sampled_from(["\n", "\r\n", " ", "\n\n"]),
    st.integers(32, 200),
)
def test_chunks_are_exact_fit_and_cover_the_content(pieces: list[str], glue: str, chunk_tokens: int) -> None:
    given_article = article(glue.join(pieces))
    found = chunks(given_article, chunk_tokens)
    check(given_article, found, chunk_tokens)
    assert covered(given_article, found)
    assert found == chunks(given_article, chunk_tokens)
