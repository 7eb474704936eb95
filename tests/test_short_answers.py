"""The few words that answer, before the sentences that say so."""

from __future__ import annotations

import re

import pytest
from test_judging import SILENT, START, SURE, answered, judged, passage, reader_of

from qa.drafts import Draft
from qa.short_answers import short_answer
from vectorstore.types import Passage

DEAD = "At least 83 people were killed in the strikes on the boats, officials said on Monday."
DEAD_IN_WORDS = "The strikes on the boats have killed eighty-three people since early September."
DEAD_ELSEWHERE = "Rescue workers along the coast counted 87 people killed in the strikes on the boats."
ASKED = "How many people were killed in the strikes?"
STRIKES = [
    passage("a.txt", DEAD, outlet="The Herald"),
    passage("b.txt", DEAD_IN_WORDS, outlet="Daily News"),
    passage("c.txt", DEAD_ELSEWHERE, outlet="The Courier"),
]
TOLD = {"83": SURE, "eighty-three": SURE - 10, "87": SURE - 20}


def short(draft: Draft) -> str:
    """What stands before the sentences; empty where they come first."""
    words, blank, _ = draft.text.partition("\n\n")
    return words if blank else ""


def sources(draft: Draft, claim: int) -> list[str]:
    return [citation.source for citation in draft.claims[claim].citations]


def asked(question: str, texts: list[str], margins: dict[str, float]) -> Draft:
    passages = [passage(f"{place}.txt", text) for place, text in enumerate(texts)]
    return answered(question, reader_of(margins), passages=passages)


# Which articles agree, and which differ


def test_the_words_that_answer_come_first_with_the_footnotes_of_all_articles_that_agree() -> None:
    draft = answered(ASKED, reader_of(TOLD), passages=STRIKES[:2])
    assert short(draft) == "At least 83 [1][2]"
    assert draft.claims[0].text == "At least 83"
    assert sources(draft, 0) == ["a.txt", "b.txt"]


def test_the_words_are_those_of_the_article_that_the_reader_is_surest_of() -> None:
    draft = answered(ASKED, reader_of({**TOLD, "eighty-three": SURE + 20}), passages=STRIKES[:2])
    assert short(draft) == "Eighty-three [1][2]"
    assert sources(draft, 0) == ["b.txt", "a.txt"]


def test_numbers_that_differ_are_told_with_their_outlets() -> None:
    draft = answered(ASKED, reader_of(TOLD), passages=STRIKES)
    assert short(draft) == "At least 83 [1][2]; 87, according to The Courier [3]"
    assert sources(draft, 1) == ["c.txt"]


def test_where_no_outlet_is_known_the_file_is_named() -> None:
    draft = asked(ASKED, [DEAD, DEAD_ELSEWHERE], TOLD)
    assert short(draft) == "At least 83 [1]; 87, according to 1.txt [2]"


def test_words_that_are_no_numbers_are_not_set_against_each_other() -> None:
    texts = ["The frigate Aurora now lies in the harbour of Lund.", "The frigate Aurora is said to lie off Bergen now."]
    draft = asked("Where does the frigate Aurora lie?", texts, {"Lund": SURE, "Bergen": SURE - 10})
    assert short(draft) == "Lund [1]"
    texts = ["It was Unit 8200 that for years read the letters.", "Unit 9900 was it that for years read the letters."]
    draft = asked("Who read the letters?", texts, {"Unit 8200": SURE, "Unit 9900": SURE - 10})
    assert short(draft) == "Unit 8200 [1]"


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Who opened the new library of Turin?", "Paolo Conti", "Mayor Paolo Conti"),
        ("Who opened the new library of Turin?", "Mayor Paolo Conti", "Conti"),
        ("How much money does the new library of Turin cost?", "$15 million", "15,000,000 dollars"),
        ("How many rooms has the new library of Turin?", "a dozen", "12"),
        ("When was the new library of Turin opened?", "Nov. 24", "24 November"),
    ],
)
def test_articles_agree_that_say_the_same_in_other_words(question: str, first: str, second: str) -> None:
    texts = [
        f"The papers of Turin tell of {first} and of nothing else in connection with the new library.",
        f"There was also word of {second} when people spoke about the new library of Turin.",
    ]
    draft = asked(question, texts, {first: SURE, second: SURE - 10 if second not in first else SURE})
    assert sorted(sources(draft, 0)) == ["0.txt", "1.txt"]
    assert "according to" not in short(draft)


def test_an_article_that_the_reader_is_unsure_of_neither_agrees_nor_differs() -> None:
    for unsure in ("eighty-three", "87"):
        draft = answered(ASKED, reader_of({**TOLD, unsure: SILENT / 2}), passages=STRIKES)
        assert draft.text.startswith("At least 83 [1]")
        assert unsure not in short(draft)
    assert sources(answered(ASKED, reader_of({"83": SURE}), passages=STRIKES), 0) == ["a.txt"]


def test_an_article_that_says_it_twice_has_one_footnote() -> None:
    draft = asked(ASKED, [f"{DEAD} {DEAD_ELSEWHERE.replace('87', '83')}"], {"83": SURE})
    assert short(draft) == "At least 83 [1]"


@pytest.mark.parametrize(
    ("question", "words"), [(ASKED, "US officials counted 87"), ("When were they struck?", "November 25")]
)
def test_a_differing_number_keeps_the_capital_of_a_name(question: str, words: str) -> None:
    texts = [DEAD.replace("Monday", "November 24"), f"In the strikes on the boats {words} and later there were more."]
    first = "83" if question == ASKED else "November 24"
    draft = asked(question, texts, {first: SURE, words: SURE - 10})
    assert f"; {words}, according to 1.txt [2]" in short(draft)


def test_a_date_without_its_year_agrees_with_the_same_date_in_full() -> None:
    texts = [DEAD.replace("Monday", "November 24, 2025"), "The boats were struck on Nov. 24, a man of the crew said."]
    draft = asked("When were the boats struck?", texts, {"November 24, 2025": SURE, "Nov. 24": SURE - 10})
    assert short(draft) == "November 24, 2025 [1][2]"


# Where there is none


@pytest.mark.parametrize(
    "question", ["Why were the boats struck?", "What did officials say about the strikes?", "What caused the strikes?"]
)
def test_a_question_that_a_sentence_answers_has_no_short_answer(question: str) -> None:
    draft = answered(question, reader_of({"83": SURE}), passages=STRIKES[:1])
    assert draft.text == f"{DEAD} [1]"


@pytest.mark.parametrize(
    ("question", "words", "shown"),
    [(ASKED, "83", "At least 83"), ("Who spoke of the strikes?", "officials", "Officials")],
)
def test_words_that_the_reader_is_unsure_of_are_not_told_alone(question: str, words: str, shown: str) -> None:
    sure, unsure = (answered(question, reader_of({words: m}), passages=STRIKES[:1]) for m in (SURE, SILENT / 2))
    assert short(sure) == f"{shown} [1]"
    assert short(unsure) == ""
    assert unsure.text.startswith(DEAD)


def test_nothing_is_told_of_other_articles_where_the_best_one_has_no_short_answer() -> None:
    whole = DEAD.removesuffix(".")
    assert short(answered(ASKED, reader_of({whole: SURE, "87": SURE / 2}), passages=STRIKES)) == ""
    sure, unsure = judged(ASKED, reader_of({"83": SURE}), passages=[STRIKES[0], STRIKES[2]])
    assert short_answer([sure, unsure], "count") != []
    assert short_answer([unsure, sure], "count") == []
    assert short_answer([], "count") == []


@pytest.mark.parametrize("words", ["The frigate Aurora has been sighted", "frigate Aurora has been sighted off Bergen"])
def test_words_that_are_nearly_the_whole_sentence_are_not_told_twice(words: str) -> None:
    draft = asked("What was sighted?", ["The frigate Aurora has been sighted off Bergen."], {words: SURE})
    assert draft.text == "The frigate Aurora has been sighted off Bergen. [1]"


def test_many_words_are_not_told_alone() -> None:
    listed = ", ".join(f"the frigate number {number}" for number in range(20, 27))
    text = f"Sighted off Bergen were {listed}, {'which had come from the north in a storm, ' * 6}fishermen said."
    assert short(asked("What was sighted off Bergen?", [text], {"the frigate number 20": SURE})) != ""
    assert short(asked("What was sighted off Bergen?", [text], {listed: SURE})) == ""


def test_an_abstention_has_no_short_answer() -> None:
    draft = answered(ASKED, reader_of({"83": SILENT / 2}), passages=STRIKES, abstain_below=0.3)
    assert (draft.abstained, short(draft), draft.claims) == (True, "", ())


# How it is written and cited


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("the crew of the Aurora", "The crew of the Aurora"),
        ("– Ines Falk,", "Ines Falk"),
        ("Ines \t Falk", "Ines Falk"),
    ],
)
def test_the_words_open_with_a_capital_and_lose_the_marks_around_them(words: str, shown: str) -> None:
    text = f"It was after all {words} who on that long Monday had brought the passengers ashore."
    assert short(asked("Who brought the passengers ashore?", [text], {words: SURE})) == f"{shown} [1]"


def test_the_short_answer_cites_the_whole_sentence_at_its_place_in_the_article() -> None:
    draft = answered(ASKED, reader_of(TOLD), passages=STRIKES)
    assert [citation.quote for citation in draft.citations[:3]] == [DEAD, DEAD_IN_WORDS, DEAD_ELSEWHERE]
    assert {(citation.start, citation.end - len(citation.quote)) for citation in draft.citations} == {(START, START)}
    assert [citation.outlet for citation in draft.citations[:3]] == ["The Herald", "Daily News", "The Courier"]


def test_the_sentence_follows_the_words_with_the_same_footnote() -> None:
    draft = answered(ASKED, reader_of(TOLD), passages=STRIKES[:1])
    assert draft.text == f"At least 83 [1]\n\n{DEAD} [1]"
    assert [claim.text for claim in draft.claims] == ["At least 83", DEAD]


@pytest.mark.parametrize("passages", [STRIKES, STRIKES[::-1], STRIKES[:2], STRIKES[1:], STRIKES[:1]])
@pytest.mark.parametrize("words", ["83", "eighty-three", "87", "people", "Monday", "the boats", "nothing"])
@pytest.mark.parametrize("question", [ASKED, "Who was killed?", "Why were people killed?", "When were they killed?"])
def test_every_footnote_has_its_citation(question: str, words: str, passages: list[Passage]) -> None:
    draft = answered(question, reader_of({**TOLD, words: 2 * SURE}), passages=passages)
    shown = [int(number) for number in re.findall(r"\[(\d+)\]", draft.text)]
    assert list(dict.fromkeys(shown)) == [citation.number for citation in draft.citations]
    assert [number for claim in draft.claims for number in (c.number for c in claim.citations)] == shown
    texts = {held.chunk.source: held.chunk.text for held in passages}
    for citation in draft.citations:
        assert texts[citation.source][citation.start - START : citation.end - START] == citation.quote
