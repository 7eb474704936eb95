"""What a page sends is read as an order, or refused."""

from __future__ import annotations

from datetime import date

import pytest

from qa.history.conversation import Scope
from qa.ui.orders import Order, read_order
from vectorstore.errors import QuestionError


def test_a_question_alone_is_an_order() -> None:
    assert read_order({"question": "Who?"}) == Order("Who?")
    assert read_order({"question": "Who?", "conversation": None, "turn": None, "model": "", "scope": None}) == Order(
        "Who?"
    )


def test_an_order_tells_where_it_belongs_who_answers_and_what_it_is_restricted_to() -> None:
    sent = {
        "question": "Who?",
        "conversation": "c" * 32,
        "turn": 3,
        "model": "openai:any",
        "scope": {"sources": ["a.txt", "b.txt"], "outlet": "The Herald", "since": "2025-01-31", "until": ""},
    }
    scope = Scope(("a.txt", "b.txt"), "The Herald", date(2025, 1, 31), None)
    assert read_order(sent) == Order("Who?", "c" * 32, 3, "openai:any", scope)


def test_half_a_character_becomes_a_question_mark() -> None:
    assert read_order({"question": "Who\ud83d is 🛳️?"}) == Order("Who? is 🛳️?")


@pytest.mark.parametrize("sent", [None, [], "Who?", 5])
def test_what_is_no_order_at_all_is_refused(sent: object) -> None:
    with pytest.raises(QuestionError, match="the page sent no question; reload it"):
        read_order(sent)


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ["Who?"]},
        {"conversation": 5},
        {"model": {"a": 1}},
        {"turn": "soon"},
        {"turn": [1]},
        {"scope": {"sources": "a.txt"}},
        {"scope": {"sources": ["a.txt"] * 1001}},
        {"scope": {"outlet": 5}},
        {"scope": {"since": "yesterday"}},
        {"scope": {"until": 2025}},
    ],
)
def test_a_damaged_order_is_refused_in_one_line(wrong: dict[str, object]) -> None:
    with pytest.raises(QuestionError, match=r"^the page sent a question that cannot be read; reload it$"):
        read_order({"question": "Who?", **wrong})


@pytest.mark.parametrize("scope", ["all", ["a.txt"], 5])
def test_a_restriction_that_is_none_is_refused(scope: object) -> None:
    with pytest.raises(QuestionError):
        read_order({"question": "Who?", "scope": scope})
