"""What is a claim and what a remark; and that the checks of an answer are prepared for its own passages."""

from __future__ import annotations

import pytest

from qa.marks import DraftSentence, split
from qa.verifying.checker import Checker
from vectorstore.types import Chunk, Passage

FERRY = "The ferry Aurora ran aground near Lund harbour. All 212 passengers were brought ashore by noon."
BUDGET = "The city council of Lund passed a budget of 48 million euros. Mayor Tom Berg called it a sober plan."
PASSAGES = [
    Passage(Chunk(name, 0, text, 0, len(text), f"{name}.txt", name), 1.0)
    for name, text in (("ferry", FERRY), ("budget", BUDGET))
]


def checked(text: str, question: str = "") -> list[str]:
    """The verdict of each sentence; `remark` for what is no claim."""
    check = Checker().against(PASSAGES, question)
    statements = [check(sentence) for sentence in split(text)]
    assert [statement.before for statement in statements] == [sentence.before for sentence in split(text)]
    return [statement.verdict if statement.is_claim else "remark" for statement in statements]


@pytest.mark.parametrize(
    "remark",
    [
        "The articles do not say how many.",
        "The articles don't tell when the ferry ran aground.",
        "The provided passages do not mention the captain's age.",
        "No cause is given, as the passage does not explicitly state it.",
        "The sources do not name the owner of the Aurora.",
        "These reports did not specify who paid the 48 million euros.",
        "The information does not include a date [1].",
    ],
)
def test_a_remark_that_the_articles_do_not_tell_is_no_claim(remark: str) -> None:
    assert checked(remark) == ["remark"]


@pytest.mark.parametrize(
    "smuggled",
    [
        "The articles do not say that 93 people drowned.",
        "The articles do not mention that Admiral Karlsson sank the ship.",
        "The articles do not say how many, but nobody survived.",
        "The articles do not say how many; nobody survived.",
        "The articles do not tell why, although it was sabotage.",
        "The articles do not tell because the owner bribed them.",
        "The articles do not give a cause, which was sabotage.",
        "The articles do not say: it was sabotage.",
        "Nobody survived.",
    ],
)
def test_a_remark_that_brings_in_something_new_is_a_claim_and_is_not_supported(smuggled: str) -> None:
    assert checked(smuggled) == ["unsupported"]


def test_a_remark_may_repeat_the_names_and_numbers_of_the_question() -> None:
    remark = "The articles do not say whether Admiral Karlsson saved 93 people."
    assert checked(remark, "Did Admiral Karlsson save 93 people?") == ["remark"]
    assert checked(remark) == ["unsupported"]


def test_headings_and_lead_ins_are_no_claims() -> None:
    assert checked("# The ferry\n\nThis happened:\n- All 212 passengers were brought ashore by noon [1].") == [
        "remark",
        "remark",
        "verbatim",
    ]


def test_marks_are_counted_in_the_passages_that_were_given() -> None:
    check = Checker().against(PASSAGES)
    (right,) = split("Mayor Tom Berg called it a sober plan [2].")
    wrong = right._replace(numbers=(1,))
    assert [quote.chunk.source for quote in check(right).quotes] == ["budget.txt"]
    assert [quote.chunk.source for quote in check(wrong).quotes] == ["budget.txt"], "a wrong mark is put right"


def test_one_claim_can_be_checked_by_itself() -> None:
    assert Checker().check("All 212 passengers were brought ashore by noon.", PASSAGES).verdict == "verbatim"
    assert Checker().check("All 313 passengers were brought ashore by noon.", PASSAGES).verdict == "unsupported"
    assert Checker().check("All 212 passengers were brought ashore by noon.", []).verdict == "unsupported"


def test_one_checker_serves_many_answers() -> None:
    checker, sentence = Checker(), DraftSentence("Mayor Tom Berg called it a sober plan.", (), "", is_heading=False)
    assert checker.against(PASSAGES)(sentence).verdict == "verbatim"
    assert checker.against(PASSAGES[:1])(sentence).verdict == "unsupported"
