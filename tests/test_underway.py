"""An answer on its way: it grows for whoever looks, can be stopped, and its errors become messages."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Generator
from datetime import UTC, datetime

import pytest
from loopback import wait_until
from page_stand_ins import StandIn

from qa.drafts import Piece
from qa.history.conversation import Conversation, Exchange
from qa.pipeline import AnswerStream
from qa.problems import SOMETHING_WRONG
from qa.types import Answer
from qa.ui.frames import Frame
from qa.ui.underway import Underway

NOON = datetime(2025, 11, 30, 12, tzinfo=UTC)
Keep = Callable[[Conversation], None]


class Kept(list[Conversation]):
    """What was kept, in order."""

    @property
    def outcomes(self) -> list[str]:
        return [one.exchanges[-1].outcome for one in self]


def underway(question: str, keep: Keep) -> Underway:
    begun = Conversation("c" * 32, created=NOON, changed=NOON, exchanges=(Exchange(question, NOON),))
    return Underway(begun, keep=keep)


def worked(footnote: StandIn, question: str) -> Underway:
    """An answer that has come to its end."""
    answering = underway(question, Kept().append)
    answering.work(lambda: footnote.stream(question))
    return answering


def started(footnote: StandIn, question: str, keep: Keep) -> tuple[Underway, threading.Thread]:
    """An answer that is coming in a thread of its own."""
    answering = underway(question, keep)
    thread = threading.Thread(target=answering.work, args=(lambda: footnote.stream(question),), daemon=True)
    thread.start()
    return answering, thread


def text_of(answering: Underway) -> str:
    answer = answering.conversation.exchanges[-1].answer
    return answer.text if answer else ""


async def followed(answering: Underway) -> list[Frame]:
    return [frame async for frame in answering.frames()]


def test_an_answer_grows_for_everybody_who_follows_it_and_ends_with_its_footnotes() -> None:
    async def two_pages() -> list[list[Frame]]:
        answering, thread = started(StandIn(), "slow", Kept().append)
        pages = [asyncio.create_task(followed(answering)) for _ in range(2)]
        while text_of(answering).count("word") < 4:
            await asyncio.sleep(0.01)
        late = asyncio.create_task(followed(answering))
        answering.stop()
        frames = [await page for page in (*pages, late)]
        await asyncio.to_thread(thread.join, 20)
        return frames

    first, second, late = asyncio.run(two_pages())
    for frames in (first, second):
        assert len(frames) > 3
        assert {frame["outcome"] for frame in frames[:-1]} == {"coming"}
        lengths = [len(frame["answer"]) for frame in frames[1:-1]]
        assert lengths == sorted(lengths)
        assert 'href="#src-1-1"' in frames[2]["answer"]
        assert 'id="src-1-1"' in frames[2]["notes"]
    assert first[-1] == second[-1] == late[-1]
    assert late[-1]["outcome"] == "stopped"
    assert len(late) <= 2


def test_who_looks_after_the_end_sees_the_answer_as_it_stays() -> None:
    answering = worked(StandIn(), "How many were killed?")
    assert answering.is_over
    (frame,) = asyncio.run(followed(answering))
    assert frame["outcome"] == "answered"
    assert frame["asks"] == "How many were killed?"
    assert 'href="#src-1-1"' in frame["answer"]


def test_the_question_is_kept_once_it_is_shown_and_the_answer_when_it_is_there() -> None:
    kept = Kept()
    answering = underway("killed", kept.append)
    answering.work(lambda: StandIn().stream("killed"))
    assert kept.outcomes == ["coming", "answered"]
    assert kept[-1] is answering.conversation


def test_stopping_keeps_what_had_come_and_closes_the_stream() -> None:
    footnote, kept = StandIn(), Kept()
    answering, thread = started(footnote, "slow", kept.append)
    wait_until(lambda: "word1" in text_of(answering))
    answering.stop()
    shown = text_of(answering)
    assert answering.is_over
    thread.join(20)
    assert not thread.is_alive()
    assert footnote.stopped == 1
    assert text_of(answering) == shown
    assert "word1" in shown
    assert kept.outcomes[-1] == "stopped"
    assert answering.conversation.turns == []


def test_a_late_answer_does_not_cover_that_it_was_stopped() -> None:
    answering = underway("killed", Kept().append)

    def stopped_at_the_last_word() -> Generator[Piece, None, Answer]:
        answer = StandIn().ask("killed")
        yield Piece("At least ")
        answering._stream = None  # what is to come has come, and cannot be called off
        answering.stop()
        return answer

    answering.work(lambda: AnswerStream(stopped_at_the_last_word()))
    assert answering.conversation.exchanges[-1].outcome == "stopped"
    assert text_of(answering) == "At least "


def test_what_was_stopped_before_its_turn_is_never_answered() -> None:
    footnote, kept = StandIn(), Kept()
    answering = underway("slow", kept.append)
    answering.stop()
    answering.work(lambda: footnote.stream("slow"))
    assert kept.outcomes == ["stopped"]
    assert text_of(answering) == ""
    answering.stop()
    assert kept.outcomes == ["stopped"]


def test_a_users_error_becomes_a_sentence() -> None:
    exchange = worked(StandIn(), "unreachable").conversation.exchanges[-1]
    assert exchange.outcome == "failed"
    assert "start it with `ollama serve`" in exchange.message
    assert exchange.message[0].isupper()
    assert exchange.answer is None


def test_a_bug_becomes_a_message_and_its_log_repeats_nothing_typed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        exchange = worked(StandIn(), "broken secret-word").conversation.exchanges[-1]
    assert (exchange.outcome, exchange.message) == ("failed", SOMETHING_WRONG)
    assert exchange.answer
    assert exchange.answer.text == "The first words "
    assert "RuntimeError" in caplog.text
    assert "page_stand_ins.py" in caplog.text
    assert "secret-word" not in caplog.text


def test_a_page_that_goes_away_leaves_the_answer_to_the_others() -> None:
    async def one_page_leaves() -> list[Frame]:
        answering, thread = started(StandIn(), "slow", Kept().append)
        leaving, staying = asyncio.create_task(followed(answering)), asyncio.create_task(followed(answering))
        while "word0" not in text_of(answering):
            await asyncio.sleep(0.01)
        leaving.cancel()
        seen = text_of(answering)
        while text_of(answering) == seen:
            await asyncio.sleep(0.01)
        assert not answering.is_over
        answering.stop()
        frames = await staying
        await asyncio.to_thread(thread.join, 20)
        return frames

    assert asyncio.run(one_page_leaves())[-1]["outcome"] == "stopped"


def test_a_fast_model_is_shown_at_most_twenty_times_a_second() -> None:
    def fast() -> Generator[Piece, None, Answer]:
        for number in range(5000):
            yield Piece(f"word{number} ")
        return StandIn().ask("killed")

    answering = underway("killed", Kept().append)

    async def follow() -> list[Frame]:
        thread = threading.Thread(target=answering.work, args=(lambda: AnswerStream(fast()),), daemon=True)
        page = asyncio.create_task(followed(answering))
        await asyncio.sleep(0)
        thread.start()
        frames = await page
        await asyncio.to_thread(thread.join, 20)
        return frames

    frames = asyncio.run(follow())
    assert len(frames) < 500
    assert frames[-1]["outcome"] == "answered"
