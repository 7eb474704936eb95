"""Conversations that last: saved whole or not at all, listed quickly, and never another visitor's."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import stat
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from page_stand_ins import StandIn

from qa.history.conversations import (
    Conversation,
    ConversationMissing,
    Conversations,
    Exchange,
    HistoryUnwritable,
    Scope,
)
from qa.history.summaries import Summaries, Summary
from qa.types import Answer, Citation, Claim, Flagged, Usage
from vectorstore.types import Chunk, Passage

ANNE, BOB = "a" * 32, "b" * 32
NOON = datetime(2025, 11, 30, 12, tzinfo=UTC)
CITATION = Citation(
    1, "a\udc80.txt", "T", "O", date(2025, 1, 1), "q\r\n“q”", 3, 9, precision="month", page=2, copies=("b.txt",)
)
FULL = Answer(
    question="Who\ud800?",
    query="Who is it?",
    text="One [1].",
    claims=(Claim("One.", (CITATION,), "supported"), Claim("Two.", (), "unsupported", "no source")),
    citations=(CITATION,),
    passages=(Passage(Chunk("a" * 12, 1, "text", 4, 8, "a.txt", "T", published=date(2020, 2, 29), page=3), 0.25),),
    accounts=1,
    articles=2,
    confidence=0.5,
    model="openai:any",
    seconds=1.5,
    complete=False,
    marks_removed=1,
    usage=Usage(3, 4),
    cost=0.25,
    flagged=(Flagged("a.txt", 1, 2, "x"),),
    notices=("healed",),
    settings_fingerprint="f",
    corpus_fingerprint="g",
)


def asked(question: str, text: str = "", *, minute: int = 0) -> Exchange:
    answer = replace(FULL, question=question, text=text) if text else None
    return Exchange(question, NOON + timedelta(minutes=minute), answer, "answered" if text else "failed")


def kept(store: Conversations, visitor: str, *exchanges: Exchange) -> Conversation:
    return store.save(visitor, replace(store.start(visitor), exchanges=exchanges))


def in_folder(folder: Path) -> Conversations:
    return Conversations(folder / "conversations")


def test_an_answer_is_read_back_exactly_as_it_was() -> None:
    assert Answer.from_dict(json.loads(json.dumps(FULL.to_dict()))) == FULL
    for question in ("killed", "rewritten", "flagged", "unknown"):
        answer = StandIn().ask(question)
        assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_an_answer_of_a_later_version_is_read_as_far_as_it_is_known() -> None:
    data = FULL.to_dict()
    data |= {"mood": "good", "schema_version": 9}
    data["claims"][0]["mood"] = data["passages"][0]["chunk"]["mood"] = 7
    assert Answer.from_dict(data) == FULL


@pytest.mark.parametrize(
    ("change", "field"),
    [({"claims": 5}, "claims"), ({"reason": "?"}, "reason"), ({"citations": [{"number": "x"}]}, "citations.0.number")],
)
def test_what_is_no_answer_is_refused_in_a_line_that_repeats_nothing_of_it(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=rf"^{field}") as caught:
        Answer.from_dict({**FULL.to_dict(), **change})
    assert "\n" not in str(caught.value)
    assert "Who" not in str(caught.value)
    with pytest.raises(ValueError, match="question"):
        Answer.from_dict({})


@pytest.mark.parametrize("folder", ["on disk", ""])
def test_a_conversation_is_opened_as_it_was_saved(tmp_path: Path, folder: str) -> None:
    store = Conversations(tmp_path / folder if folder else None)
    scope = Scope(("a.txt", "ü.txt"), "The Record", date(2025, 1, 1), date(2025, 2, 1))
    exchange = Exchange("Who\ud800?\n<b>", NOON, FULL, "answered", "", scope, "up", "good\u2028")
    saved = kept(store, ANNE, exchange, Exchange("And?", NOON, None, "failed", "the server does not answer"))
    assert store.open(ANNE, saved.id) == saved
    if folder:
        assert Conversations(tmp_path / folder).open(ANNE, saved.id) == saved
        assert not list(tmp_path.rglob("*.tmp"))


def test_a_new_conversation_is_kept_only_once_it_is_saved(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    new = store.start(ANNE)
    with pytest.raises(ConversationMissing):
        store.open(ANNE, new.id)
    assert store.listed(ANNE) == ()
    assert not list(tmp_path.rglob("*"))


def test_nobody_sees_changes_or_deletes_what_is_anothers(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    mine = kept(store, ANNE, asked("Mine?", "Yes."))
    assert store.listed(BOB) == ()
    for attempt in (
        lambda: store.open(BOB, mine.id),
        lambda: store.rename(BOB, mine.id, "his"),
        lambda: store.vote(BOB, mine.id, 1, vote="up"),
        lambda: store.delete(BOB, mine.id),
    ):
        with pytest.raises(ConversationMissing):
            attempt()
    assert store.delete_all(BOB) == 0
    assert store.open(ANNE, mine.id) == mine


@pytest.mark.parametrize("name", ["../" + "a" * 32, "a" * 31, "A" * 32, "a" * 33, "a" * 32 + "\n", "", "٠" * 32])
def test_no_path_is_made_of_what_is_no_id(tmp_path: Path, name: str) -> None:
    store = in_folder(tmp_path)
    saved = kept(store, ANNE, asked("Who?", "She."))
    for attempt in (
        lambda: store.open(ANNE, name),
        lambda: store.open(name, saved.id),
        lambda: store.save(name, saved),
        lambda: store.save(ANNE, replace(saved, id=name)),
        lambda: store.listed(name),
        lambda: store.start(name),
        lambda: store.delete(ANNE, name),
        lambda: store.delete_all(name),
    ):
        with pytest.raises(ConversationMissing):
            attempt()
    assert [path.name for path in tmp_path.iterdir()] == ["conversations"]
    assert [path.name for path in (tmp_path / "conversations").iterdir()] == [ANNE]


def test_only_their_user_can_read_the_files(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept(in_folder(tmp_path), ANNE, asked("Who?", "She."))
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "conversations").rglob("*")}
    modes |= {None: stat.S_IMODE((tmp_path / "conversations").stat().st_mode)}  # type: ignore[dict-item]
    assert modes == {True: 0o700, False: 0o600, None: 0o700}


def test_the_title_is_the_name_or_else_the_first_question_cut_at_a_word(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    assert store.start(ANNE).title == "New conversation"
    saved = kept(store, ANNE, asked("What   did\nthe mayor say " + "about it and then some more " * 9), asked("And?"))
    assert saved.title.startswith("What did the mayor say about it")
    assert saved.title.endswith((" and…", " then…", " some…", " more…", " it…", " about…"))
    assert len(saved.title) <= 80
    assert kept(store, ANNE, asked("字" * 200)).title == "字" * 79 + "…"
    assert store.rename(ANNE, saved.id, "The  mayor").title == "The mayor"
    assert store.rename(ANNE, saved.id, " ").title == saved.title


def test_the_next_question_is_asked_with_what_was_answered_abstentions_too() -> None:
    abstained = Answer("Where?", "Where?", "The articles do not tell.", abstained=True, reason="not_in_corpus")
    exchanges = (
        asked("Who?", "She [1]."),
        Exchange("Where?", NOON, abstained, "answered"),
        Exchange("When?", NOON, FULL, "stopped"),
        asked("Why?"),
    )
    turns = replace(Conversations(None).start(ANNE), exchanges=exchanges).turns
    assert [(turn.question, turn.answer) for turn in turns] == [
        ("Who?", "She [1]."),
        ("Where?", "The articles do not tell."),
    ]


def test_the_list_begins_with_what_changed_last_and_a_vote_or_a_name_changes_no_order(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    first, second = kept(store, ANNE, asked("First?", "a")), kept(store, ANNE, asked("Second?", "b [1]."))
    assert [one.id for one in store.listed(ANNE)] == [second.id, first.id]
    store.rename(ANNE, first.id, "A name")
    store.vote(ANNE, first.id, 1, vote="up")
    listed = store.listed(ANNE)
    assert [(one.title, one.named, one.exchanges) for one in listed] == [("Second?", False, 1), ("A name", True, 1)]
    assert listed[0].excerpt == "b."
    assert listed[0].changed == second.changed
    store.save(ANNE, replace(first, exchanges=(*first.exchanges, asked("More?", "c"))))
    assert [one.id for one in store.listed(ANNE)] == [first.id, second.id]
    assert [one.id for one in store.listed(ANNE, limit=1)] == [first.id]


@pytest.mark.parametrize("folder", ["on disk", ""])
def test_a_search_finds_all_its_words_wherever_they_stand_whatever_their_case_and_accents(
    tmp_path: Path, folder: str
) -> None:
    store = Conversations(tmp_path / folder if folder else None)
    long = "Nothing of it stands here at first, and then a good deal more is told. " * 4
    one = kept(store, ANNE, asked("Where is Nicolás?", f"{long}In the Straße of Caracas [1], they say. {long}"))
    two = kept(store, ANNE, asked("And the harbour?", "Closed."))
    store.rename(ANNE, two.id, "Häfen")

    def found(search: str) -> list[str]:
        return [listed.id for listed in store.listed(ANNE, search=search)]

    assert found("nicolas CARACAS") == [one.id]
    assert found("strasse") == [one.id]
    assert found("hafen closed") == [two.id]
    assert found("harb") == [two.id]
    assert found("nicolas harbour") == []
    assert set(found("  ")) == {one.id, two.id}
    excerpt = store.listed(ANNE, search="caracas")[0].excerpt
    assert "Straße of Caracas, they say" in excerpt
    assert excerpt.startswith("…")
    assert len(excerpt) <= 160


def test_of_each_visitor_the_conversations_that_changed_last_are_kept(tmp_path: Path) -> None:
    store = Conversations(tmp_path, most=3)
    his = kept(store, BOB, asked("His?", "x"))
    saved = [kept(store, ANNE, asked(f"{number}?", "x")) for number in range(5)]
    assert [one.id for one in store.listed(ANNE)] == [one.id for one in reversed(saved[2:])]
    assert len(list((tmp_path / ANNE).glob("*.json"))) == 3
    assert store.open(BOB, his.id) == his


def test_a_conversation_can_be_deleted_and_all_of_them(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    one, two, his = (kept(store, who, asked("Who?", "x")) for who in (ANNE, ANNE, BOB))
    store.delete(ANNE, one.id)
    assert [listed.id for listed in store.listed(ANNE)] == [two.id]
    with pytest.raises(ConversationMissing):
        store.delete(ANNE, one.id)
    assert store.delete_all(ANNE) == 1
    assert store.listed(ANNE) == ()
    assert not list((tmp_path / "conversations" / ANNE).glob("*.json"))
    assert store.open(BOB, his.id) == his


@pytest.mark.parametrize("folder", ["on disk", ""])
def test_what_was_deleted_while_an_answer_came_stays_deleted(tmp_path: Path, folder: str) -> None:
    store = Conversations(tmp_path / folder if folder else None)
    saved = kept(store, ANNE, Exchange("Who?", NOON))
    store.delete(ANNE, saved.id)
    store.save(ANNE, replace(saved, exchanges=(asked("Who?", "She."),)))
    with pytest.raises(ConversationMissing):
        store.open(ANNE, saved.id)


def test_a_name_and_a_vote_given_while_an_answer_came_stay(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    saved = kept(store, ANNE, asked("Who?", "She."))
    store.rename(ANNE, saved.id, "Her")
    store.vote(ANNE, saved.id, 1, vote="down", comment="no")
    now = store.save(ANNE, replace(saved, exchanges=(*saved.exchanges, asked("And?", "He.", minute=1))))
    assert (now.name, now.exchanges[0].vote, now.exchanges[0].comment) == ("Her", "down", "no")
    assert store.open(ANNE, saved.id) == now
    store.vote(ANNE, saved.id, 1, vote="")
    again = store.save(ANNE, replace(now, exchanges=(now.exchanges[0], asked("And?", "They.", minute=2))))
    assert [one.vote for one in again.exchanges] == ["", ""]


@pytest.mark.parametrize("turn", [0, 2, 3, -1])
def test_only_an_answer_can_be_rated(tmp_path: Path, turn: int) -> None:
    store = in_folder(tmp_path)
    saved = kept(store, ANNE, asked("Who?", "She."), asked("Failed?"))
    with pytest.raises(ConversationMissing):
        store.vote(ANNE, saved.id, turn, vote="up")
    assert store.open(ANNE, saved.id) == saved


def test_an_answer_whose_process_died_has_stopped_and_what_had_come_is_there(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    saved = kept(store, ANNE, asked("Before?", "Yes."), Exchange("Who?", NOON, FULL))
    assert [one.outcome for one in store.open(ANNE, saved.id).exchanges] == ["answered", "coming"]
    later = in_folder(tmp_path).open(ANNE, saved.id)
    assert [one.outcome for one in later.exchanges] == ["answered", "stopped"]
    assert later.exchanges[1].answer == FULL
    store.rename(ANNE, saved.id, "Named meanwhile")
    assert store.open(ANNE, saved.id).exchanges[1].outcome == "coming"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"[" * 100_000,
        b'{"schema_version": 1}',
        b'{"schema_version": 99, "id": "%s", "exchanges": []}',
        b'{"schema_version": 1, "id": 7, "name": 7, "created": 7, "changed": 7, "exchanges": 7}',
        b'{"schema_version": 1, "id": "%s", "name": "", "created": "0001-01-01", "changed": "0001-01-01T00:00:00+14:00"'
        b', "exchanges": [{"question": 5}]}',
    ],
)
def test_a_damaged_or_foreign_file_is_passed_over_and_left_alone(tmp_path: Path, content: bytes) -> None:
    store = Conversations(tmp_path, most=1)
    saved = kept(store, ANNE, asked("Who?", "She."))
    path = tmp_path / ANNE / f"{'c' * 32}.json"
    path.write_bytes(content.replace(b"%s", b"c" * 32))
    (tmp_path / ANNE / "notes.json").write_text("mine")
    copied = tmp_path / ANNE / f"{'d' * 32}.json"
    copied.write_bytes((tmp_path / ANNE / f"{saved.id}.json").read_bytes())
    assert [one.id for one in store.listed(ANNE)] == [saved.id]
    assert store.listed(ANNE, search="nothing") == ()
    for name in ("c" * 32, "d" * 32):
        with pytest.raises(ConversationMissing):
            store.open(ANNE, name)
    kept(store, ANNE, asked("Another?", "x"))
    assert path.read_bytes() == content.replace(b"%s", b"c" * 32)
    assert (tmp_path / ANNE / "notes.json").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "conversations").write_text("a file")
    store = in_folder(tmp_path)
    with pytest.raises(HistoryUnwritable, match="QA_HISTORY=false") as caught:
        kept(store, ANNE, asked("Who?", "She."))
    assert "\n" not in str(caught.value)
    assert store.listed(ANNE) == ()


def test_nothing_is_written_where_conversations_are_not_kept() -> None:
    store = Conversations(None)
    saved = [kept(store, f"{number:032x}", asked(f"{number}?", "x")) for number in range(205)]
    assert not list(Path.cwd().rglob("*"))
    assert store.open(f"{204:032x}", saved[204].id) == saved[204]
    assert store.listed(f"{0:032x}") == ()
    assert store.listed(f"{5:032x}")[0].title == "5?"


def test_many_threads_lose_no_vote_and_no_conversation(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    saved = kept(store, ANNE, *(asked(f"{number}?", "x", minute=number) for number in range(12)))
    with ThreadPoolExecutor(8) as pool:
        votes = [pool.submit(store.vote, ANNE, saved.id, turn, vote="up") for turn in range(1, 13)]
        news = [pool.submit(kept, store, ANNE, asked(f"New {number}?", "y")) for number in range(12)]
        again = [pool.submit(store.save, ANNE, saved) for _ in range(4)]
        for one in (*votes, *news, *again):
            one.result()
    assert {one.vote for one in store.open(ANNE, saved.id).exchanges} == {"up"}
    assert len(store.listed(ANNE)) == 13


def _vote_each(folder: Path, conversation_id: str, turns: range) -> None:
    store = in_folder(folder)
    for turn in turns:
        store.vote(ANNE, conversation_id, turn, vote="up")


def test_two_processes_lose_no_vote(tmp_path: Path) -> None:
    saved = kept(in_folder(tmp_path), ANNE, *(asked(f"{number}?", "x", minute=number) for number in range(20)))
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_vote_each, args=(tmp_path, saved.id, turns)) for turns in (range(1, 11), range(11, 21))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert {one.vote for one in in_folder(tmp_path).open(ANNE, saved.id).exchanges} == {"up"}


def _save_for_ever(folder: Path, conversation: Conversation) -> None:
    store = in_folder(folder)
    for number in range(1_000_000):
        store.save(ANNE, replace(conversation, exchanges=(asked(f"{number}?", f"{number} " * 20_000),)))


def test_a_kill_in_the_middle_of_a_save_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    saved = kept(in_folder(tmp_path), ANNE, asked("0?", "0 "))
    path = tmp_path / "conversations" / ANNE / f"{saved.id}.json"
    context = multiprocessing.get_context("fork")
    for trial in range(6):
        before = path.stat().st_ino, path.stat().st_mtime_ns
        saving = context.Process(target=_save_for_ever, args=(tmp_path, saved))
        saving.start()
        while (path.stat().st_ino, path.stat().st_mtime_ns) == before:
            assert saving.is_alive()
        time.sleep(trial * 0.0017)
        assert saving.pid
        os.kill(saving.pid, signal.SIGKILL)
        saving.join(20)
        (exchange,) = in_folder(tmp_path).open(ANNE, saved.id).exchanges
        assert exchange.answer
        assert exchange.answer.text.split()[0] == exchange.question.strip("?")
    in_folder(tmp_path).rename(ANNE, saved.id, "still here")
    assert not list(tmp_path.rglob(".*.tmp"))


def test_five_hundred_conversations_are_listed_and_searched_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    store = Conversations(tmp_path, most=500)
    saved = kept(store, ANNE, *(asked(f"Question {turn}?", "The harbour “closed” at noon. " * 20) for turn in range(3)))
    text = (tmp_path / ANNE / f"{saved.id}.json").read_text()
    for number in range(499):
        (tmp_path / ANNE / f"{number:032x}.json").write_text(text.replace(saved.id, f"{number:032x}"))
    assert len(store.listed(ANNE, search="closed", limit=1000)) == 500

    def timed(search: str) -> float:
        started = time.perf_counter()
        store.listed(ANNE, search=search)
        return time.perf_counter() - started

    for search in ("", "harbour noon", "nowhere"):
        assert min(timed(search) for _ in range(5)) < 0.1, search


@pytest.mark.parametrize("folder", ["on disk", ""])
def test_more_and_more_saves_by_many_visitors_take_no_more_memory(tmp_path: Path, folder: str) -> None:
    store = Conversations(tmp_path / folder if folder else None, most=3)
    text = "x" * 10_000

    def save_and_list(times: int) -> None:
        for number in range(times):
            visitor = f"{number % 20:032x}"
            kept(store, visitor, Exchange("Who?", NOON, Answer("Who?", "Who?", text), "answered"))
            store.listed(visitor, search="nothing")

    save_and_list(80)
    tracemalloc.start()
    try:
        save_and_list(80)
        before = tracemalloc.get_traced_memory()[0]
        save_and_list(160)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert before > 60 * len(text)
    assert grown < 10 * len(text)


def test_the_summaries_that_are_held_are_bounded_by_their_size() -> None:
    summaries = Summaries(most_characters=20_000)
    data = {
        "schema_version": 1,
        "id": "c" * 32,
        "name": "",
        "changed": NOON.isoformat(),
        "exchanges": [{"question": "x" * 1_000, "answer": None}],
    }
    for number in range(50):
        summaries.put((ANNE, str(number)), (number,), Summary(data))
    held = 0
    for number in range(50):
        try:
            held += summaries.get((ANNE, str(number)), (number,)) is not None
        except KeyError:
            assert held == 0
    assert 4 <= held <= 8
    with pytest.raises(KeyError):
        summaries.get((ANNE, "49"), (50,))
