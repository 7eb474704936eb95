"""The desk: every question finds its conversation, its answerer and a thread; nobody reaches what is another's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import wait_until
from page_stand_ins import StandIn

from qa.history.conversation import Conversation, ConversationMissing, Exchange, Scope
from qa.history.conversations import Conversations
from qa.pipeline import MOST_CHARACTERS
from qa.ui.desk import Desk
from qa.ui.orders import Order
from qa.ui.page import answering
from vectorstore.errors import QuestionError

ANNE, BEN = "a" * 32, "b" * 32


class Recording(StandIn):
    """Remembers to what each question was restricted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.within: list[Mapping[str, object]] = []

    def stream(self, question: str, **options: Any) -> Any:
        self.within.append({name: value for name, value in options.items() if name != "history"})
        return super().stream(question, **options)


@pytest.fixture
def footnote() -> Recording:
    return Recording()


@pytest.fixture
def desk(footnote: Recording, tmp_path: Path) -> Iterator[Desk]:
    answerers = {"extractive": footnote, "openai:other": Recording(model="openai:other")}
    desk = Desk(answerers, Conversations(tmp_path / "conversations"))
    yield desk
    desk.close()


def told(desk: Desk, question: str, *, visitor: str = ANNE, **order: Any) -> Conversation:
    """The conversation once a question has come to its end."""
    underway = desk.ask(visitor, Order(question, **order))
    wait_until(lambda: underway.is_over and desk.following(visitor, underway.conversation.id) is None)
    return desk.open(visitor, underway.conversation.id)


def coming(desk: Desk, *, visitor: str = ANNE, **order: Any) -> Any:
    """An answer of which the first words have come."""
    underway = desk.ask(visitor, Order("slow", **order))
    wait_until(lambda: underway.conversation.exchanges[-1].answer is not None)
    return underway


def last(conversation: Conversation) -> Exchange:
    return conversation.exchanges[-1]


def test_an_answer_is_kept_in_a_conversation_of_its_visitor(desk: Desk) -> None:
    done = told(desk, "How many were killed?")
    assert last(done).outcome == "answered"
    assert last(done).answer
    assert [one.id for one in desk.conversations.listed(ANNE)] == [done.id]
    assert desk.conversations.listed(BEN) == ()
    assert desk.last_frame(ANNE, done.id)["outcome"] == "answered"


def test_a_follow_up_is_asked_with_what_was_said_before_and_without_failures(desk: Desk, footnote: Recording) -> None:
    first = told(desk, "How many were killed?")
    for question in ("unreachable", "And where, killed?"):
        done = told(desk, question, conversation=first.id)
    assert [turn.question for turn in footnote.history[-1]] == ["How many were killed?"]
    assert footnote.history[-1][0].answer == "At least 83 people have been killed. [1]"
    assert [one.outcome for one in done.exchanges] == ["answered", "failed", "answered"]


def test_a_replaced_question_takes_all_after_it_along(desk: Desk, footnote: Recording) -> None:
    first = told(desk, "killed one")
    for question in ("killed two", "killed three"):
        told(desk, question, conversation=first.id)
    done = told(desk, "killed instead", conversation=first.id, turn=2)
    assert [one.question for one in done.exchanges] == ["killed one", "killed instead"]
    assert [turn.question for turn in footnote.history[-1]] == ["killed one"]


def test_who_asks_on_after_a_shared_answer_has_a_conversation_of_their_own(desk: Desk, footnote: Recording) -> None:
    hers = told(desk, "How many were killed?")
    shared = desk.conversations.share(ANNE, hers.id, 1)
    his = told(desk, "And where, killed?", visitor=BEN, conversation=shared)
    assert his.id not in (shared, hers.id)
    assert [turn.question for turn in footnote.history[-1]] == ["How many were killed?"]
    assert [one.question for one in his.exchanges] == ["How many were killed?", "And where, killed?"]
    instead = told(desk, "killed instead", visitor=BEN, conversation=shared, turn=1)
    assert [one.question for one in instead.exchanges] == ["killed instead"]
    assert len(desk.conversations.listed(BEN)) == 2
    assert desk.open(ANNE, hers.id) == hers
    assert len(desk.open(BEN, shared).exchanges) == 1


def test_a_question_is_restricted_as_its_order_says(desk: Desk, footnote: Recording) -> None:
    scope = Scope(("strikes.txt",), "The Daily Record", date(2025, 1, 1), date(2025, 12, 31))
    done = told(desk, "killed", scope=scope)
    assert footnote.within[-1] == {
        "sources": ("strikes.txt",),
        "outlet": "The Daily Record",
        "since": date(2025, 1, 1),
        "until": date(2025, 12, 31),
    }
    assert last(done).scope == scope
    told(desk, "killed")
    assert set(footnote.within[-1].values()) == {None}


def test_the_chosen_model_answers_and_an_unknown_one_is_refused(desk: Desk, footnote: Recording) -> None:
    told(desk, "killed", model="openai:other")
    assert footnote.within == []
    with pytest.raises(QuestionError, match="no model gpt is set up here; choose one of extractive, openai:other"):
        desk.ask(ANNE, Order("killed", model="gpt"))
    assert len(desk.conversations.listed(ANNE)) == 1


def test_a_very_long_question_is_refused_and_shown_cut(desk: Desk) -> None:
    done = told(desk, "x" * 1_000_000)
    assert "too long" in last(done).message
    assert len(last(done).question) == MOST_CHARACTERS + 1


def test_a_second_question_waits_until_the_answer_before_is_over(desk: Desk, footnote: Recording) -> None:
    underway = coming(desk)
    with pytest.raises(QuestionError, match="stop it first"):
        desk.ask(ANNE, Order("killed", conversation=underway.conversation.id))
    desk.stop(ANNE, underway.conversation.id)
    wait_until(lambda: footnote.stopped == 1)
    done = told(desk, "killed", conversation=underway.conversation.id)
    assert [one.outcome for one in done.exchanges] == ["stopped", "answered"]


def test_an_answer_on_its_way_is_seen_and_stopped_by_its_visitor_alone(desk: Desk) -> None:
    underway = coming(desk)
    name = underway.conversation.id
    assert desk.following(ANNE, name) is underway
    assert last(desk.open(ANNE, name)).outcome == "coming"
    assert desk.following(BEN, name) is None
    desk.stop(BEN, name)
    assert not underway.is_over
    for steal in (lambda: desk.open(BEN, name), lambda: desk.last_frame(BEN, name)):
        with pytest.raises(ConversationMissing):
            steal()
    with pytest.raises(ConversationMissing):
        desk.ask(BEN, Order("killed", conversation=name))
    desk.stop(ANNE, name)
    assert underway.is_over


def test_answers_of_two_conversations_come_at_once(desk: Desk) -> None:
    one, other = coming(desk), coming(desk, visitor=BEN)
    assert not one.is_over
    assert not other.is_over


def test_closing_the_desk_stops_everything(footnote: Recording, tmp_path: Path) -> None:
    desk = Desk({"extractive": footnote}, Conversations(tmp_path / "conversations"))
    underway = coming(desk)
    desk.close()
    assert underway.is_over
    wait_until(lambda: footnote.stopped == 1)
    kept = Conversations(tmp_path / "conversations").open(ANNE, underway.conversation.id)
    assert last(kept).outcome == "stopped"


def test_a_full_disk_costs_the_history_and_not_the_answer(
    footnote: Recording, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "conversations").write_text("a file where the folder should be", encoding="utf-8")
    desk = Desk({"extractive": footnote}, Conversations(tmp_path / "conversations"))
    with caplog.at_level(logging.WARNING):
        underway = desk.ask(ANNE, Order("killed secret-word"))
        wait_until(lambda: underway.is_over and len(caplog.records) >= 2)
    assert last(underway.conversation).outcome == "answered"
    assert "conversations" in caplog.text
    assert "secret-word" not in caplog.text
    desk.close()


def test_the_page_gets_frames_and_every_error_is_a_frame(desk: Desk) -> None:
    async def frames(data: Any, visitor: str = ANNE) -> list[Any]:
        return [frame async for frame in answering(desk, visitor, data)]

    done = asyncio.run(frames({"question": "How many were killed?"}))
    name = done[-1]["conversation"]
    assert (done[0]["outcome"], done[-1]["outcome"]) == ("coming", "answered")
    assert [frame["outcome"] for frame in asyncio.run(frames({"follow": name}))] == ["answered"]
    for data, visitor, told_of in (
        (None, ANNE, "the page sent no question"),
        ({"question": 5}, ANNE, "cannot be read"),
        ({"follow": name}, BEN, "this conversation is not there"),
        ({"question": "killed", "conversation": name}, BEN, "this conversation is not there"),
        ({"question": "killed", "model": "gpt"}, ANNE, "no model gpt is set up here"),
    ):
        (frame,) = asyncio.run(frames(data, visitor))
        assert (frame["outcome"], frame["conversation"]) == ("failed", "")
        assert told_of in frame["answer"]
