from __future__ import annotations

import copy
import logging

import pytest
from page_stand_ins import StandIn

from qa.conversation import SOMETHING_WRONG, Conversation, Session, converse
from qa.pipeline import MOST_CHARACTERS


def told(footnote: StandIn, *questions: str) -> Conversation:
    conversation = Conversation()
    for question in questions:
        *_, conversation = converse(footnote, conversation, question)
    return conversation


def test_an_answer_grows_and_ends_with_its_footnotes() -> None:
    steps = list(converse(StandIn(), Conversation(), "How many were killed?"))
    assert len(steps) > 2
    assert all(step.busy for step in steps[:-1])
    assert not steps[-1].busy
    assert "#src-1-1" in steps[-1].messages[-1]["content"]
    assert "src-1-1" in steps[-1].panel


def test_the_panel_grows_while_the_answer_comes() -> None:
    session = Session()
    steps = session.ask(StandIn(), "slow")
    waiting, first = next(steps), next(steps)
    assert "fn-waiting" in waiting.messages[-1]["content"]
    assert "src-1-1" not in waiting.panel
    assert first.busy
    assert "#src-1-1" in first.messages[-1]["content"]
    assert "src-1-1" in first.panel
    steps.close()  # type: ignore[attr-defined]
    assert "src-1-1" in session.conversation.panel


def test_the_cost_and_the_rewritten_question_are_shown() -> None:
    shown = told(StandIn(), "rewritten").messages[-1]["content"]
    assert "Searched for: How many died in the strikes?" in shown
    assert all(part in shown for part in ("openai:any", "1,200 + 34 tokens", "1.2 s", "0.0021"))


def test_a_follow_up_is_asked_with_what_was_said_before() -> None:
    footnote = StandIn()
    told(footnote, "How many were killed?", "And where, killed?")
    assert [turn.question for turn in footnote.history[-1]] == ["How many were killed?"]


def test_a_users_error_is_shown_and_not_remembered() -> None:
    footnote = StandIn()
    conversation = told(footnote, "unreachable", "killed")
    assert "start it with `ollama serve`" in conversation.messages[1]["content"]
    assert footnote.history[-1] == []


def test_a_bug_becomes_a_message_and_its_log_repeats_nothing_typed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        conversation = told(StandIn(), "broken secret-word")
    assert SOMETHING_WRONG in conversation.messages[-1]["content"].replace("&#x27;", "'")
    assert "The first words" in conversation.messages[-1]["content"]
    assert not conversation.busy
    assert "RuntimeError" in caplog.text
    assert "secret-word" not in caplog.text


def test_a_very_long_question_is_refused_and_shown_cut() -> None:
    conversation = told(StandIn(), "x" * 1_000_000)
    assert "too long" in conversation.messages[-1]["content"]
    assert len(conversation.messages[0]["content"]) < MOST_CHARACTERS + 100


def test_stopping_keeps_what_had_come_and_closes_the_stream() -> None:
    footnote, session = StandIn(), Session()
    steps = session.ask(footnote, "slow")
    for _ in range(4):
        next(steps)
    stopped = session.stop()
    assert not stopped.busy
    assert "word0" in stopped.messages[-1]["content"]
    assert "Stopped; what has no footnote was not checked." in stopped.messages[-1]["content"]
    assert 'href="#src-1-1"' in stopped.messages[-1]["content"]
    assert stopped.turns == []
    assert list(steps) == [stopped]
    assert footnote.stopped == 1


def test_a_stopped_answer_cannot_cover_the_next_one() -> None:
    footnote, session = StandIn(), Session()
    late = session.ask(footnote, "slow")
    next(late)
    session.stop()
    *_, done = session.ask(footnote, "killed")
    assert list(late) == [done]
    assert session.conversation is done
    assert "#src-2-1" in done.messages[-1]["content"]


def test_a_page_that_goes_away_stops_its_answer() -> None:
    footnote, session = StandIn(), Session()
    steps = session.ask(footnote, "slow")
    for _ in range(3):
        next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert footnote.stopped == 1
    assert not session.conversation.busy


def test_asking_again_replaces_the_last_exchange() -> None:
    footnote, session = StandIn(), Session()
    for question in ("killed", "killed again"):
        list(session.ask(footnote, question))
    *_, done = session.ask_again(footnote)
    assert [exchange.question for exchange in done.exchanges] == ["killed", "killed again"]
    assert len(footnote.history) == 3


def test_a_cleared_conversation_is_empty() -> None:
    footnote, session = StandIn(), Session()
    list(session.ask(footnote, "killed"))
    assert session.clear().messages == []
    list(session.ask(footnote, "killed"))
    assert footnote.history[-1] == []


def test_each_tab_has_its_own_session() -> None:
    session = Session()
    list(session.ask(StandIn(), "killed"))
    assert copy.deepcopy(session).conversation.exchanges == ()
