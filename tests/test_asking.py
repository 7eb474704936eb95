"""What a question asks for, and whether a sentence holds such a thing."""

from __future__ import annotations

import pytest

from qa.asking import analyse, fits


def same_word(one: str, other: str) -> bool:
    return one == other


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people have been killed?", "count"),
        ("How old is the captain?", "age"),
        ("What did the carrier cost?", "money"),
        ("What percentage of voters agreed?", "share"),
        ("When was the letter sent?", "time"),
        ("Who confirmed the offer?", "person"),
        ("Where did the ferry run aground?", "place"),
        ("Why did the engine fail?", "reason"),
        ("What did the mayor say about the plan?", "words"),
        ("Is the harbour open?", "thing"),
    ],
)
def test_the_kind_of_thing_is_recognised(question: str, kind: str) -> None:
    assert analyse(question).kind == kind


def test_the_words_that_only_ask_carry_nothing() -> None:
    assert analyse("Please tell me how many airlines there are").terms == ("airlin",)


@pytest.mark.parametrize(
    ("question", "sentence", "least", "most"),
    [
        ("How many warships are there?", "At least 11 warships lie in the bay.", 1.0, 1.0),
        ("How many warships are there?", "Some 15,000 soldiers came with the warships.", 0.1, 0.3),
        ("How many warships are there?", "The warships lie in the bay.", 0.0, 0.0),
        ("How many people died?", "The strikes have caused 83 deaths.", 1.0, 1.0),
        ("How many drones were seen?", "MQ-9 drones were seen.", 0.0, 0.0),
        ("How old is he?", "He was elected in 2013.", 0.0, 0.0),
        ("How old is he?", "The 62-year-old was elected.", 1.0, 1.0),
        ("When was it sent?", "It was sent on Sunday.", 1.0, 1.0),
        ("Who called?", "The president was called by Rubio.", 1.0, 1.0),
        ("Who called Rubio?", "They called Rubio.", 0.0, 0.0),
        ("What did it cost?", "It cost 13 billion dollars.", 1.0, 1.0),
    ],
)
def test_a_sentence_fits_when_it_holds_the_thing(question: str, sentence: str, least: float, most: float) -> None:
    assert least <= fits(analyse(question), sentence, alike=same_word) <= most
