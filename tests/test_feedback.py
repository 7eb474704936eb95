"""What readers say of answers: one whole line each, the last word of each answer counts, and nobody is named."""

from __future__ import annotations

import json
import multiprocessing
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from page_stand_ins import StandIn

from qa.history.conversation import Conversation, Exchange, Scope, Vote
from qa.history.feedback import LONGEST_COMMENT, Feedback, FeedbackUnwritable, read_feedback
from vectorstore.errors import UserError

NOON = datetime(2025, 11, 30, 12, tzinfo=UTC)


def rated(*questions: str, vote: Vote = "up", comment: str = "", name: str = "c") -> Conversation:
    """A conversation whose last answer is rated."""
    scope = Scope(("strikes.txt",), until=date(2025, 12, 1))
    exchanges = [Exchange(one, NOON, StandIn().ask(one), "answered", scope=scope) for one in questions]
    exchanges[-1] = replace(exchanges[-1], vote=vote, comment=comment)
    return Conversation(name * 32, NOON, NOON, tuple(exchanges))


def test_a_rating_is_read_back_with_all_that_is_needed_to_ask_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "feedback.jsonl"
    conversation = rated("killed?\n\u2028", "And nothing?", vote="down", comment="It is told\u2028!")
    Feedback(path).give(conversation, 2)
    found = read_feedback(path)
    (one,) = found.rated
    assert found.damaged == 0
    last = conversation.exchanges[-1]
    assert (one.vote, one.comment, one.question) == ("down", "It is told\u2028!", "And nothing?")
    assert (one.query, one.earlier, one.scope, one.answer) == (
        last.question,
        ("killed?\n\u2028",),
        last.scope,
        last.answer,
    )
    assert one.time.tzinfo is not None
    line = json.loads(path.read_text())
    assert {"settings_fingerprint", "corpus_fingerprint"} <= set(line)
    assert "visitor" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_last_rating_of_an_answer_counts(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    feedback = Feedback(path)
    feedback.give(rated("killed?", vote="up"), 1)
    feedback.give(rated("killed?", vote="up", name="d"), 1)
    feedback.give(rated("killed?", vote="down", comment="no"), 1)
    assert [(one.conversation[0], one.vote) for one in read_feedback(path).rated] == [("d", "up"), ("c", "down")]
    feedback.give(rated("killed?", vote="", name="d"), 1)
    assert [one.conversation[0] for one in read_feedback(path).rated] == ["c"]
    assert len(path.read_text().splitlines()) == 4


def test_damaged_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    feedback = Feedback(path)
    feedback.give(rated("killed?"), 1)
    whole = path.read_bytes()
    later = whole.replace(b'"schema_version":1,"time"', b'"schema_version":2,"time"')
    path.write_bytes(b"\xff\n\n[]\n{}\nnull\n" + whole[:200] + b"\n" + later + b"[" * 100_000 + b"\n" + whole[:300])
    feedback.give(rated("unknown?", name="d"), 1)
    found = read_feedback(path)
    assert [one.question for one in found.rated] == ["unknown?"]
    assert found.damaged == 8


def test_a_full_file_is_told_in_one_line_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    Feedback(path).give(rated("killed?"), 1)
    before = path.read_bytes()
    with pytest.raises(FeedbackUnwritable, match="is full; move it away") as caught:
        Feedback(path, most_bytes=len(before) + 10).give(rated("killed?"), 1)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_a_file_that_cannot_be_written_or_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "feedback.jsonl").mkdir()
    with pytest.raises(FeedbackUnwritable, match="cannot be written"):
        Feedback(tmp_path / "feedback.jsonl").give(rated("killed?"), 1)
    for name in ("feedback.jsonl", "nowhere"):
        with pytest.raises(UserError, match="cannot be read"):
            read_feedback(tmp_path / name)


def test_only_an_answer_can_be_rated(tmp_path: Path) -> None:
    conversation = replace(rated("killed?"), exchanges=(Exchange("killed?", NOON, vote="up"),))
    with pytest.raises(ValueError, match="no answer"):
        Feedback(tmp_path / "feedback.jsonl").give(conversation, 1)
    assert not list(tmp_path.iterdir())


def test_a_comment_is_kept_up_to_a_length(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    Feedback(path).give(rated("killed?", comment="x" * 9_000), 1)
    assert read_feedback(path).rated[0].comment == "x" * LONGEST_COMMENT


def _rate(path: Path, name: str) -> None:
    """Forty ratings of one conversation, by four threads."""
    conversation = rated(*["killed?"] * 40, name=name)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(Feedback(path).give, voted(conversation, turn), turn) for turn in range(1, 41)]:
            done.result()


def voted(conversation: Conversation, turn: int) -> Conversation:
    exchanges = list(conversation.exchanges)
    exchanges[turn - 1] = replace(exchanges[turn - 1], vote="down", comment="long " * 300)
    return replace(conversation, exchanges=tuple(exchanges))


def test_two_processes_never_mix_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_rate, args=(path, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    found = read_feedback(path)
    assert (len(found.rated), found.damaged) == (80, 0)
