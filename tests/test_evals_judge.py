"""A chat model as one more judge: read from its reply, told apart from the gate, and never trusted to behave."""

from __future__ import annotations

from pathlib import Path

import pytest
from model_server import Fails, Line, ModelServer, Says

from evals.corpus import Corpus
from evals.examples import Example, load_questions
from evals.judge import Judgement, judge
from evals.measures import measures
from evals.references import always_abstain, oracle
from evals.runner import run
from qa.chat_model import open_chat_model

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def examples() -> tuple[Example, ...]:
    every = load_questions().examples
    return (*[one for one in every if one.answerable][:2], next(one for one in every if not one.answerable))


def judged(examples: tuple[Example, ...], seeds: Corpus, *script: Line) -> dict[str, Judgement]:
    found = run(oracle(examples, seeds), examples, seeds)
    with ModelServer(*script) as server:
        model = open_chat_model("openai:judge", base_url=server.openai, timeout_seconds=5)
        return dict(judge(found, model))


def test_answers_to_answerable_questions_are_judged_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, examples: tuple[Example, ...], seeds: Corpus
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    first, second = examples[0].id, examples[1].id
    found = judged(examples, seeds, Says("It tells the same.\nRIGHT"), Says("It leaves out a part.\n\n**WRONG**"))
    assert found == {first: Judgement(True, "It tells the same."), second: Judgement(False, "It leaves out a part.")}
    share = measures(run(always_abstain, examples, seeds), (), judged=[one.right for one in found.values()])
    assert share["judged_right"]
    assert share["judged_right"].value == 0.5


def test_a_reply_without_a_verdict_and_a_failed_call_are_unscored(
    monkeypatch: pytest.MonkeyPatch, examples: tuple[Example, ...], seeds: Corpus
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    found = list(judged(examples, seeds, Says("That is right, or not."), Fails(401)).values())
    assert [one.right for one in found] == [None, None]
    assert found[0].why == "That is right, or not."
    assert "openai:judge" in found[1].why


def test_what_was_not_answered_is_not_judged(examples: tuple[Example, ...], seeds: Corpus) -> None:
    found = run(always_abstain, examples, seeds)
    with ModelServer(Says("RIGHT")) as server:
        model = open_chat_model("ollama:judge", base_url=server.ollama, timeout_seconds=5)
        assert judge(found, model) == {}
