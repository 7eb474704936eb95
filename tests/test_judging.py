"""What the reader says of sentences: which comes first, the words told, how sure the answer is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from bag_of_words import embed

from qa.asking import analyse
from qa.drafts import ABSTENTION, Draft
from qa.evidence import Evidence
from qa.extractive import Extraction, answer_extractively
from qa.judging import MOST_READ, Read, judge
from qa.reading import Reader, Reading, Window, load_reader
from qa.reading.inputs import Row
from qa.scoring import Candidate, SentenceScorer
from vectorstore.terms import terms
from vectorstore.types import Chunk, Passage

START = 1000
"""Where each chunk begins in its article."""
SURE, SILENT = 60.0, -60.0
PIECE = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[^\w\s]|_")
FERRY = (
    "The ferry Aurora ran aground near Lund harbour on Monday. All 212 passengers were brought ashore by noon. "
    "Captain Ines Falk said that the engine had failed. A diver found the engine full of sand in March."
)
BUDGET = "The city council of Lund passed a budget of 48 million euros on Tuesday. Mayor Tom Berg called it sober."


def passage(source: str, text: str, *, outlet: str = "") -> Passage:
    return Passage(Chunk(source, 0, text, START, START + len(text), source, f"Title of {source}", outlet), 1.0)


PASSAGES = [passage("ferry.txt", FERRY), passage("budget.txt", BUDGET)]


def reader_of(margins: Mapping[str, float], *, room: int = 10_000) -> Read:
    """A stand-in that finds these words wherever they stand, each with its margin, and reads `room` characters."""

    def read(question: str, windows: Sequence[Window]) -> list[Reading]:
        return [_reading(window.text, margins, room) for window in windows]

    return read


def _reading(text: str, margins: Mapping[str, float], room: int) -> Reading:
    offsets = tuple(match.span() for match in PIECE.finditer(text) if match.end() <= room)
    starts, stops = (np.full(len(offsets), SILENT / 2, np.float32) for _ in range(2))
    held = [(words, margin) for words, margin in margins.items() if words in text]
    for words, margin in held:
        for found in re.finditer(re.escape(words), text):
            starts[[n for n, (start, _) in enumerate(offsets) if start == found.start()]] = margin / 2
            stops[[n for n, (_, end) in enumerate(offsets) if end == found.end()]] = margin / 2
    answers = max((margin for _, margin in held), default=SILENT)
    return Reading(Row((), (), 0, offsets), starts, stops, 0.0, answers, np.zeros(3, np.float32))


def extraction(question: str, passages: Sequence[Passage], read: Read, abstain_below: float = 0.0) -> Extraction:
    vector = embed([question])[0]
    known = {term for held in passages for term in terms(held.chunk.text)}
    return Extraction(
        embed=embed,
        question=vector,
        similarities={held.chunk.id: float(embed([held.chunk.text])[0] @ vector) for held in passages},
        rarity=lambda term: 1.0 if term in known else 3.0,
        knows=known.__contains__,
        abstain_below=abstain_below,
        read=read,
    )


def answered(question: str, read: Read, *, passages: Sequence[Passage] = PASSAGES, abstain_below: float = 0.0) -> Draft:
    stream = answer_extractively(question, passages, extraction(question, passages, read, abstain_below))
    while True:
        try:
            next(stream)
        except StopIteration as end:
            draft: Draft = end.value
            return draft


def judged(question: str, read: Read, *, passages: Sequence[Passage] = PASSAGES) -> list[Candidate]:
    needs = extraction(question, passages, read)
    scorer = SentenceScorer(question, embed=embed, rarity=needs.rarity)
    found = scorer.score(Evidence(passages), needs.question, similarities=needs.similarities, most=MOST_READ)
    return judge(question, analyse(question), found, read)


def answer_of(candidate: Candidate) -> str:
    assert candidate.told is not None
    return candidate.told.answer.text


@pytest.fixture(scope="module")
def shipped() -> Reader:
    reader = load_reader()
    assert reader is not None
    return reader


# Which comes first


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Monday", "The ferry Aurora ran aground near Lund harbour on Monday."),
        ("212", "All 212 passengers were brought ashore by noon."),
        ("Ines Falk", "Captain Ines Falk said that the engine had failed."),
        ("full of sand", "A diver found the engine full of sand in March."),
        ("48 million", "The city council of Lund passed a budget of 48 million euros on Tuesday."),
        ("Tom Berg", "Mayor Tom Berg called it sober."),
    ],
)
@pytest.mark.parametrize("question", ["Who said that the engine had failed?", "How much is the budget of Lund?"])
def test_the_sentence_that_the_reader_is_sure_of_comes_first(question: str, words: str, sentence: str) -> None:
    best = judged(question, reader_of({words: SURE}))[0]
    assert (best.sentence.quote.text, answer_of(best)) == (sentence, words)


def test_the_surer_of_two_sentences_comes_first() -> None:
    question = "Who said that the engine had failed?"
    for first, second in (("Ines Falk", "Tom Berg"), ("Tom Berg", "Ines Falk")):
        ranked = judged(question, reader_of({first: SURE, second: SURE / 3}))
        assert [answer_of(candidate) for candidate in ranked[:2]] == [first, second]


def test_a_sentence_gains_nothing_from_an_answer_in_the_one_before_it() -> None:
    best = judged("What happened to the passengers by noon?", reader_of({"Lund harbour": SURE}))[0]
    assert best.sentence.quote.start == START


def test_the_sentence_that_the_reader_is_sure_of_is_the_first_that_is_told() -> None:
    draft = answered("Who said that the engine had failed?", reader_of({"Mayor Tom Berg called it": SURE}))
    assert draft.text == "Mayor Tom Berg called it sober. [1]"
    assert [citation.source for citation in draft.citations] == ["budget.txt"]


def test_sentences_that_are_equal_come_in_the_order_of_their_articles() -> None:
    names = ["d.txt", "a.txt", "c.txt", "b.txt"]
    text = "The ferry ran aground on Monday. The engine had failed."
    for order in (names, names[::-1], sorted(names)):
        passages = [passage(name, text) for name in order]
        ranked = judged("When did the ferry run aground?", reader_of({"Monday": SURE}), passages=passages)
        assert [candidate.sentence.quote.chunk.source for candidate in ranked[:4]] == sorted(names)
        again = judge("When?", analyse("When?"), ranked[::-1], reader_of({}))
        assert [candidate.rank for candidate in again] == sorted(candidate.rank for candidate in again)


def test_the_order_of_the_passages_does_not_matter() -> None:
    question, read = "When did the ferry run aground?", reader_of({"Monday": SURE, "noon": SURE})
    places = [candidate.rank for candidate in judged(question, read)]
    assert [candidate.rank for candidate in judged(question, read, passages=PASSAGES[::-1])] == places == sorted(places)


# What is read


def test_each_sentence_is_read_with_the_one_before_it_under_its_title() -> None:
    seen: list[Window] = []

    def read(question: str, windows: Sequence[Window]) -> list[Reading]:
        seen.extend(windows)
        return reader_of({})(question, windows)

    judged("What did the mayor call the budget?", read, passages=[passage("budget.txt", BUDGET)])
    first = BUDGET[: BUDGET.index(" Mayor")]
    assert {(window.text, window.title) for window in seen} == {
        (first, "Title of budget.txt"),
        (BUDGET, "Title of budget.txt"),
    }


def test_of_many_sentences_only_the_most_promising_are_read() -> None:
    text = " ".join(f"Ferry {number} ran aground." for number in range(10 * MOST_READ))
    assert len(judged("Which ferry ran aground?", reader_of({}), passages=[passage("a.txt", text)])) == MOST_READ


# The words told


@pytest.mark.parametrize("between", [" ", "\n", "  \r\n\r\n\t", "\u00a0\u2003"])
@pytest.mark.parametrize("words", ["Aurora", "ran aground 🌊 near", "Zoë Müller", "the engine", "failed"])
def test_the_words_told_are_exact_and_at_their_place_in_the_article(words: str, between: str) -> None:
    text = f"The Aurora ran aground 🌊 near Lund.{between}Captain Zoë Müller said that the engine had failed."
    article = "x" * START + text
    best = judged("What happened?", reader_of({words: SURE}), passages=[passage("a.txt", text)])[0]
    assert best.told is not None
    answer, sentence = best.told.answer, best.sentence.quote
    assert article[answer.start : answer.end] == answer.text == words
    assert sentence.start <= answer.start < answer.end <= sentence.end
    assert best.told.margin == pytest.approx(SURE)


def test_words_that_the_sentence_before_has_too_are_told_from_the_sentence_itself() -> None:
    ranked = judged("What was full of sand?", reader_of({"the engine": SURE}))
    told = [candidate for candidate in ranked if answer_of(candidate) == "the engine"]
    assert len({candidate.told.answer.start for candidate in told if candidate.told}) == 2
    for candidate in told:
        assert "the engine" in candidate.sentence.quote.text


# Rows that were cut off


def test_a_sentence_that_was_cut_off_comes_last() -> None:
    long = f"The Aurora, {'a ship of wood and iron, ' * 20}ran aground. Captain Falk said that the engine had failed."
    passages = [passage("a.txt", long), passage("b.txt", "The weather over Lund was fine.")]
    ranked = judged(
        "Who said that the engine had failed?", reader_of({"Captain Falk": SURE}, room=200), passages=passages
    )
    assert len(ranked) == 3
    assert ranked[-1].sentence.quote.text == "Captain Falk said that the engine had failed."
    assert ranked[-1].score < ranked[-2].score


def test_where_every_row_was_cut_off_nothing_is_answered() -> None:
    question = "Who said that the engine had failed?"
    draft = answered(question, reader_of({"Falk": SURE}, room=0), abstain_below=0.3)
    assert (draft.abstained, draft.citations) == (True, ())


# How sure


def test_where_nothing_answers_the_confidence_falls_and_nothing_is_cited() -> None:
    question = "Who said that the engine had failed?"
    sure = answered(question, reader_of({"Captain Ines Falk": SURE}), abstain_below=0.3)
    assert not sure.abstained
    assert sure.citations
    silent = answered(question, reader_of({}), abstain_below=0.3)
    assert (silent.text, silent.abstained) == (ABSTENTION, True)
    assert (silent.claims, silent.citations) == ((), ())
    assert silent.reason
    assert silent.confidence < 0.3 <= sure.confidence


def test_the_confidence_rises_with_the_margin() -> None:
    found = [answered("Who failed?", reader_of({"Ines Falk": margin})).confidence for margin in range(-20, 21, 4)]
    assert found == sorted(found)
    assert 0 <= found[0] < found[-1] <= 1


def test_without_passages_nothing_is_read_and_nothing_answered() -> None:
    draft = answered("Who said that?", reader_of({"Falk": SURE}), passages=[], abstain_below=0.3)
    assert (draft.abstained, draft.confidence, draft.citations) == (True, 0.0, ())


# With the weights that ship


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many passengers were brought ashore?", "212"),
        ("Who said that the engine had failed?", "Captain Ines Falk"),
        ("On which day did the Aurora run aground?", "Monday"),
        ("Who is the mayor of Lund?", "Tom Berg"),
    ],
)
def test_the_reader_that_ships_finds_the_words(question: str, answer: str, shipped: Reader) -> None:
    best = judged(question, shipped.read)[0]
    assert best.told is not None
    assert answer in best.sentence.quote.text
    assert set(answer_of(best).split()) & set(answer.split())
    chunk = best.sentence.quote.chunk
    article = "x" * START + chunk.text
    assert article[best.told.answer.start : best.told.answer.end] == answer_of(best)


def test_the_reader_that_ships_is_surer_of_what_the_articles_tell(shipped: Reader) -> None:
    told = answered("How many passengers were brought ashore?", shipped.read)
    untold = answered("How many passengers were born in Iceland?", shipped.read)
    assert told.confidence > untold.confidence + 0.1


def test_a_question_is_judged_the_same_each_time(shipped: Reader) -> None:
    ranked = [judged("Who said that the engine had failed?", shipped.read) for _ in range(2)]
    first, second = ([(one.rank, one.told) for one in found] for found in ranked)
    assert first == second
