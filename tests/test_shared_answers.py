"""A shared answer is read by whoever has its link, and goes with its conversation; nothing else is let out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qa.history.conversations import Conversation, ConversationMissing, Conversations, Exchange, Outcome
from qa.types import Answer

ANNE, BOB = "a" * 32, "b" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(params=["on disk", "in memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations" if request.param == "on disk" else None, most=3)


def exchange(question: str, outcome: Outcome = "answered") -> Exchange:
    answer = Answer(question, question, "Yes.") if outcome != "failed" else None
    return Exchange(question, NOON + timedelta(minutes=len(question)), answer, outcome)


def kept(store: Conversations, *exchanges: Exchange) -> Conversation:
    return store.save(ANNE, replace(store.start(ANNE), exchanges=exchanges))


def test_all_who_know_the_id_read_the_answer_alone(store: Conversations) -> None:
    mine = kept(store, exchange("First?"), exchange("And then?"))
    store.rename(ANNE, mine.id, "Private words")
    store.vote(ANNE, mine.id, 2, vote="down", comment="Bad.")
    shared = store.read(BOB, store.share(ANNE, mine.id, 2))
    assert shared.is_shared and shared.exchanges == mine.exchanges[1:]
    assert shared.title == "And then?"
    assert not store.read(ANNE, mine.id).is_shared


def test_an_answer_has_one_id_and_another_answer_another(store: Conversations) -> None:
    mine = kept(store, exchange("First?"), exchange("And then?"))
    other = kept(store, exchange("First?"))
    ids = [store.share(ANNE, mine.id, 1), store.share(ANNE, mine.id, 2), store.share(ANNE, other.id, 1)]
    assert len({mine.id, other.id, *ids}) == 5
    assert store.share(ANNE, mine.id, 1) == ids[0]
    asked_again = replace(mine, exchanges=(exchange("Instead of the first?"),))
    store.save(ANNE, asked_again)
    assert store.share(ANNE, mine.id, 1) not in ids


@pytest.mark.parametrize("visitor", [ANNE, BOB])
def test_a_shared_answer_is_nobodys_conversation(store: Conversations, visitor: str) -> None:
    shared = store.share(ANNE, kept(store, exchange("First?")).id, 1)
    for attempt in (
        lambda: store.open(visitor, shared),
        lambda: store.rename(visitor, shared, "his"),
        lambda: store.vote(visitor, shared, 1, vote="up"),
        lambda: store.share(visitor, shared, 1),
        lambda: store.delete(visitor, shared),
    ):
        with pytest.raises(ConversationMissing):
            attempt()
    assert shared not in [one.id for one in store.listed(visitor)]
    assert store.read(BOB, shared).exchanges[0].question == "First?"


def test_only_its_visitor_shares_an_answer_and_only_a_whole_one(store: Conversations) -> None:
    mine = kept(store, exchange("First?"), exchange("Cut?", "stopped"), exchange("Broken?", "failed"))
    for visitor, turn in ((BOB, 1), (ANNE, 0), (ANNE, -1), (ANNE, 2), (ANNE, 3), (ANNE, 4)):
        with pytest.raises(ConversationMissing):
            store.share(visitor, mine.id, turn)


@pytest.mark.parametrize("name", ["shared", "../shared/" + "a" * 32, "0" * 31, "", "A" * 32])
def test_no_path_is_made_of_what_is_no_id(store: Conversations, name: str) -> None:
    shared = store.share(ANNE, kept(store, exchange("First?")).id, 1)
    for attempt in (
        lambda: store.read(BOB, name),
        lambda: store.open("shared", shared),
        lambda: store.listed("shared"),
    ):
        with pytest.raises(ConversationMissing):
            attempt()


def delete_one(store: Conversations, conversation: Conversation) -> None:
    store.delete(ANNE, conversation.id)


def delete_all(store: Conversations, _: Conversation) -> None:
    store.delete_all(ANNE)


def ask_more(store: Conversations, _: Conversation) -> None:
    for number in range(3):
        kept(store, exchange(f"{number}?"))


@pytest.mark.parametrize("end", [delete_one, delete_all, ask_more])
def test_it_goes_with_its_conversation(tmp_path: Path, end: Callable[[Conversations, Conversation], None]) -> None:
    store = Conversations(tmp_path, most=3)
    mine, other = kept(store, exchange("First?"), exchange("And then?")), Conversations(tmp_path, most=3)
    shared = [store.share(ANNE, mine.id, turn) for turn in (1, 2)]
    his = other.save(BOB, replace(other.start(BOB), exchanges=(exchange("His?"),)))
    his_shared = other.share(BOB, his.id, 1)
    end(store, mine)
    for one in shared:
        with pytest.raises(ConversationMissing):
            store.read(BOB, one)
    assert store.read(ANNE, his_shared).title == "His?"
    assert [path.stem for path in (tmp_path / "shared").glob("*.json")] == [his_shared]


def test_a_damaged_copy_is_not_there(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    shared = store.share(ANNE, kept(store, exchange("First?")).id, 1)
    (tmp_path / "shared" / f"{shared}.json").write_text("{")
    with pytest.raises(ConversationMissing):
        store.read(BOB, shared)
