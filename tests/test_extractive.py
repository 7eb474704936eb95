"""The extractive answerer: exact sentences with their footnotes, or an honest abstention."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from bag_of_words import embed

from qa.drafts import ABSTENTION, Draft, Piece
from qa.extractive import Extraction, answer_extractively
from vectorstore.terms import terms
from vectorstore.types import Chunk, Passage

FERRY = (
    "The ferry Aurora ran aground near Lund harbour on Monday. All 212 passengers were brought ashore by noon. "
    "Captain Ines Falk said that the engine had failed. It had been repaired in March."
)
OTHER_FERRY = "The Aurora ran aground near Lund harbour. By noon all 212 passengers were brought ashore."
BUDGET = "The city council of Lund passed a budget of 48 million euros on Tuesday. Mayor Tom Berg called it sober."


def chunk(source: str, text: str) -> Chunk:
    return Chunk(source, 0, text, 1000, 1000 + len(text), source, f"Title of {source}")


PASSAGES = [
    Passage(chunk("ferry.txt", FERRY), 3.0),
    Passage(chunk("other.txt", OTHER_FERRY), 2.0),
    Passage(chunk("budget.txt", BUDGET), 1.0),
]


def extraction(question: str, abstain_below: float = 0.0) -> Extraction:
    vector = embed([question])[0]
    cosines = embed([passage.chunk.text for passage in PASSAGES]) @ vector
    known = {term for passage in PASSAGES for term in terms(passage.chunk.text)}
    return Extraction(
        embed=embed,
        question=vector,
        similarities={passage.chunk.id: float(cos) for passage, cos in zip(PASSAGES, cosines, strict=True)},
        rarity=lambda term: 1.0 if term in known else 3.0,
        knows=known.__contains__,
        abstain_below=abstain_below,
    )


def answered(question: str, *, abstain_below: float = 0.0, passages: list[Passage] | None = None) -> Draft:
    needs = extraction(question, abstain_below)
    stream = answer_extractively(question, PASSAGES if passages is None else passages, needs)
    return drained(stream)[1]


def drained(stream: Generator[Piece, None, Draft]) -> tuple[str, Draft]:
    text = ""
    while True:
        try:
            text += next(stream).text
        except StopIteration as end:
            return text, end.value


def test_the_answer_is_an_exact_sentence_with_its_footnote() -> None:
    draft = answered("Who said that the engine had failed?")
    assert draft.text.startswith("Captain Ines Falk said that the engine had failed. [1]")
    first = draft.citations[0]
    assert first.source == "ferry.txt"
    assert FERRY[first.start - 1000 : first.end - 1000] == first.quote
    assert draft.claims[0].verdict == "verbatim"


def test_articles_that_tell_the_same_share_one_statement() -> None:
    draft = answered("How many passengers were brought ashore?")
    assert {citation.source for citation in draft.claims[0].citations} == {"ferry.txt", "other.txt"}
    assert "[1][2] (Two articles tell this.)" in draft.text
    assert all("articles tell this" not in claim.text for claim in draft.claims)


def test_a_sentence_that_points_back_comes_with_the_one_before_it() -> None:
    draft = answered("When had it been repaired in March?")
    assert (
        draft.citations[0].quote == "Captain Ines Falk said that the engine had failed. It had been repaired in March."
    )


def test_no_sentence_is_told_twice() -> None:
    draft = answered("Who said that the engine of the Aurora had failed, and when had it been repaired?")
    quotes = [citation.quote for citation in draft.citations]
    assert len(quotes) == len(set(quotes))
    assert draft.text.count("Captain Ines Falk") == 1


def test_what_no_article_speaks_of_is_not_answered_and_cites_nothing() -> None:
    draft = answered("Who won the chess olympiad in Buenos Aires in 1978?", abstain_below=0.45)
    assert (draft.text, draft.abstained, draft.reason) == (ABSTENTION, True, "not_in_corpus")
    assert draft.claims == ()
    assert draft.citations == ()
    assert draft.confidence < 0.45


def test_without_passages_it_abstains() -> None:
    assert answered("Who said that?", passages=[]).abstained


def test_the_streamed_words_are_the_text() -> None:
    question = "How many passengers were brought ashore?"
    text, draft = drained(answer_extractively(question, PASSAGES, extraction(question)))
    assert text == draft.text


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("How many passengers were brought ashore?", "How many engineers were brought ashore?"),
        ("What did Captain Falk say?", "What did Captain Sparrow say?"),
        ("When did the Aurora run aground?", "When did the Aurora run aground in 1887?"),
    ],
)
def test_an_unheard_of_name_number_or_thing_lowers_the_confidence(better: str, worse: str) -> None:
    assert answered(better).confidence > answered(worse).confidence + 0.05


def test_the_same_question_gives_the_same_answer() -> None:
    question = "How much is the budget of the city?"
    assert answered(question) == answered(question)
