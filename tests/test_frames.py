"""What the page draws: every state of an exchange as a frame of safe HTML, ready for JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from page_stand_ins import KILLED, PAYLOADS, StandIn
from test_rendering import assert_harmless

from qa.history.conversation import Conversation, Exchange, Scope
from qa.ui.frames import Frame, failure_frame, frame_of

NOON = datetime(2025, 11, 30, 12, tzinfo=UTC)


def frame(question: str, **changes: Any) -> Frame:
    """The second exchange of a conversation."""
    exchange = Exchange(question, NOON, StandIn().ask(question), "answered")
    exchanges = (Exchange("First?", NOON, outcome="failed", message="No."), replace(exchange, **changes))
    return frame_of(Conversation("c" * 32, created=NOON, changed=NOON, exchanges=exchanges), 2)


def test_an_answered_exchange_has_its_answer_and_its_footnotes() -> None:
    scope = Scope(("strikes.txt",), since=date(2025, 1, 1))
    drawn = frame("How many were killed?", vote="up", comment="Good.", scope=scope)
    assert (drawn["conversation"], drawn["title"], drawn["turn"]) == ("c" * 32, "First?", 2)
    assert (drawn["outcome"], drawn["model"], drawn["vote"], drawn["comment"]) == (
        "answered",
        "extractive",
        "up",
        "Good.",
    )
    assert drawn["asked"] == "2025-11-30T12:00:00+00:00"
    assert drawn["asks"] == "How many were killed?"
    assert 'href="#src-2-1"' in drawn["answer"]
    assert 'id="src-2-1"' in drawn["notes"]
    assert KILLED in drawn["notes"]
    assert drawn["scope"] == {"sources": ["strikes.txt"], "outlet": "", "since": "2025-01-01", "until": None}
    assert json.loads(json.dumps(drawn)) == drawn


def test_an_answer_on_its_way_has_the_footnotes_that_are_settled_and_no_verdict_of_the_articles() -> None:
    differing = frame("Do they differ?", outcome="coming")
    assert "fn-coming" in differing["answer"]
    assert 'id="src-2-2"' in differing["notes"]
    assert "fn-voices" not in differing["notes"]
    assert "fn-voices" in frame("Do they differ?")["notes"]


def test_an_answer_of_which_nothing_has_come_waits() -> None:
    waiting = frame("killed", outcome="coming", answer=None)
    assert "fn-waiting" in waiting["answer"]
    assert (waiting["notes"], waiting["model"]) == ("", "")


def test_an_abstention_is_an_outcome_of_its_own_and_has_no_footnotes() -> None:
    drawn = frame("Who won the cup?")
    assert (drawn["outcome"], drawn["notes"]) == ("abstained", "")
    assert "fn-abstained" in drawn["answer"]


def test_what_was_stopped_or_failed_keeps_what_had_come() -> None:
    stopped = frame("killed", outcome="stopped")
    assert "Stopped; what has no footnote was not checked." in stopped["answer"]
    assert 'href="#src-2-1"' in stopped["answer"]
    assert 'id="src-2-1"' in stopped["notes"]
    failed = frame("killed", outcome="failed", message="The model is gone.")
    assert "At least 83" in failed["answer"]
    assert "The model is gone." in failed["answer"]


def test_where_nothing_could_be_asked_the_frame_belongs_to_no_conversation() -> None:
    drawn = failure_frame("no <b>model</b>")
    assert (drawn["outcome"], drawn["conversation"], drawn["notes"]) == ("failed", "", "")
    assert "no &lt;b&gt;model&lt;/b&gt;" in drawn["answer"]


@pytest.mark.parametrize("outcome", ["coming", "answered", "stopped", "failed"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_hostile_becomes_markup(payload: str, outcome: str) -> None:
    drawn = frame(f"hostile {payload}", outcome=outcome, message=payload, comment=payload)
    for part in ("question", "answer", "notes"):
        assert_harmless(drawn[part])  # type: ignore[literal-required]
    assert drawn["asks"] == f"hostile {payload}"
