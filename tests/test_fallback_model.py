"""A second chat model answers when the first fails before any text, and the reply tells who answered and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from model_server import CANARY, Fails, Hangs, Line, ModelServer, Says

from qa.chat_model import open_chat_model
from qa.fallback_model import with_fallback
from qa.replies import Streams
from qa.types import Usage
from vectorstore.errors import ModelCallFailed

TEXT = "At least 83 people have been killed [1]."


@contextmanager
def two_models(first: Line, second: Line) -> Iterator[tuple[Streams, ModelServer, ModelServer]]:
    """A model of one server with one of another, of another format, in reserve."""
    with ModelServer(first) as one, ModelServer(second) as other:
        primary = open_chat_model("openai:first", base_url=one.openai, timeout_seconds=1.5)
        reserve = open_chat_model("ollama:second", base_url=other.ollama, timeout_seconds=1.5)
        yield with_fallback(primary, reserve), one, other


@pytest.fixture(autouse=True)
def _canary_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


def test_a_first_model_that_answers_is_the_only_one_that_is_asked() -> None:
    with two_models(Says(TEXT), Says("no")) as (model, _, other):
        reply = model.stream("s", "u")
        assert "".join(reply) == TEXT
        assert other.requests == []
    assert (model.spec, reply.spec, reply.notices) == ("openai:first", "openai:first", ())
    assert reply.complete and reply.usage == Usage(100, 20)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (Fails(500, {"retry-after": "0.01"}), "server error 500"),
        (Fails(401), "rejected (401)"),
        (Hangs(), "timed out"),
        (Says("", ending="content_filter"), "filter"),
        (Says("", ending=None), "cannot be read"),
        (Says(" \n", then="reset"), "broke"),
    ],
)
def test_a_first_model_that_fails_before_any_text_is_replaced_and_it_is_told(line: Line, cause: str) -> None:
    with two_models(line, Says(TEXT)) as (model, _, other):
        reply = model.stream("Be brief.", "How many?")
        assert "".join(reply).strip() == TEXT
        assert [message["content"] for message in other.requests[0]["messages"]] == ["Be brief.", "How many?"]
    assert reply.spec == "ollama:second" and reply.complete and reply.usage == Usage(100, 20)
    (notice,) = reply.notices
    assert notice.startswith("openai:first failed (") and cause in notice and "ollama:second answered" in notice
    assert CANARY not in notice


def test_a_first_model_that_fails_after_some_text_is_not_replaced() -> None:
    with two_models(Says("At least 83", then="reset"), Says(TEXT)) as (model, _, other):
        reply = model.stream("s", "u")
        with pytest.raises(ModelCallFailed, match="broke"):
            list(reply)
        assert other.requests == []
    assert reply.spec == "openai:first" and reply.notices == () and not reply.complete


def test_an_answer_of_the_second_that_is_cut_off_is_marked_as_such() -> None:
    with two_models(Fails(401), Says(TEXT, ending="length")) as (model, _, _):
        reply = model.stream("s", "u")
        assert "".join(reply) == TEXT
    assert not reply.complete and "length limit" in reply.cause


def test_two_that_fail_are_both_told() -> None:
    with two_models(Fails(401), Fails(404)) as (model, _, _), pytest.raises(ModelCallFailed) as caught:
        list(model.stream("s", "u"))
    assert caught.value.spec == "openai:first"
    assert "rejected (401)" in caught.value.cause and "ollama:second" in caught.value.cause
    assert "(404)" in caught.value.cause


@pytest.mark.parametrize("first_hangs", [True, False])
def test_closing_the_reply_stops_whoever_is_at_work(first_hangs: bool) -> None:
    works = Says(TEXT, then="hang")
    with two_models(works if first_hangs else Fails(401), works) as (model, one, other):
        pieces = iter(model.stream("s", "u"))
        next(pieces)
        pieces.close()
        assert (one if first_hangs else other).hung_up.wait(30)


def test_without_a_second_model_the_first_stays_what_it_is() -> None:
    with ModelServer(Says(TEXT)) as server:
        model = open_chat_model("openai:first", base_url=server.openai)
        assert with_fallback(model, None) is model
