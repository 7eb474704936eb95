"""The runner and the reference answerers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from evals.corpus import Corpus
from evals.examples import Example
from evals.measures import attempts_of, measures, twin_agreement
from evals.references import always_abstain, oracle, random_line, references
from evals.runner import Answerer, Run, run
from qa.types import Answer, Turn

ROOT = Path(__file__).parent.parent
UP = (
    "right_with_citation",
    "right",
    "utility",
    "f1",
    "citation_precision",
    "citation_recall",
    "hit@5",
    "mrr",
    "ndcg@5",
)


def _value(found: Run, metric: str) -> float | None:
    measured = found.summary()[metric]
    return measured.value if measured else None


def test_every_metric_ranks_the_reference_answerers_rightly(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    found = {name: run(answerer, shipped, seeds) for name, answerer in references(shipped, seeds).items()}
    best, silent, blind = found["oracle evidence"], found["always abstain"], found["random line"]
    words = found["BM25 sentence"]
    for metric in UP:
        assert (_value(best, metric) or 0) > (_value(words, metric) or 0) > (_value(blind, metric) or 0), metric
    for metric in ("right_with_citation", "right", "utility", "abstention_precision"):
        assert (_value(best, metric) or 0) > (_value(silent, metric) or 0), metric
    assert (_value(silent, "utility") or 0) > (_value(blind, "utility") or 0)
    assert _value(silent, "over_abstention") == 1.0
    assert _value(blind, "false_answer_rate") == 1.0
    areas = [measures(one, attempts_of(one))["aurc"] for one in (best, words, blind)]
    assert [area.value for area in areas if area] == sorted(area.value for area in areas if area)
    assert measures(silent, attempts_of(silent))["aurc"] is None


def test_the_oracle_is_right_on_every_example(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    found = run(oracle(shipped, seeds), shipped, seeds)
    assert [row.example.id for row in found.rows if not row.right and not row.example.derived] == []
    assert _value(found, "conflict_surfaced") == 1.0


def test_each_outcome_has_its_word(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    told = next(one for one in shipped if one.answerable)
    untold = next(one for one in shipped if not one.answerable)

    def failing(question: str, history: Sequence[Turn]) -> Answer:
        raise ConnectionError

    def outcomes(answerer: Answerer) -> list[str]:
        return [row.outcome for row in run(answerer, [told, untold], seeds).rows]

    assert outcomes(oracle(shipped, seeds)) == ["right", "right"]
    assert outcomes(always_abstain) == ["left", "right"]
    assert outcomes(random_line(seeds)) == ["wrong", "wrong"]
    assert outcomes(failing) == ["failed", "failed"]


def test_twins_agree_when_both_are_right_or_left_or_cite_the_same(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    twins = [one for one in shipped if one.twin]
    pairs = [*twins, *(one for one in shipped if one.id in {twin.twin for twin in twins})]
    good = oracle(shipped, seeds)

    def halting(question: str, history: Sequence[Turn]) -> Answer:
        return always_abstain(question, history) if question == twins[0].asked else good(question, history)

    for answerer, share in ((good, 1.0), (always_abstain, 1.0), (halting, 1 - 1 / len(twins))):
        found = twin_agreement(run(answerer, pairs, seeds))
        assert found
        assert (found.value, found.n) == (pytest.approx(share, abs=1e-6), len(twins))
    assert twin_agreement(run(good, twins, seeds)) is None


def test_an_example_that_raises_becomes_a_failed_row_and_the_run_goes_on(
    shipped: tuple[Example, ...], seeds: Corpus
) -> None:
    good = oracle(shipped, seeds)

    def fragile(question: str, history: Sequence[Turn]) -> Answer:
        if question == "F-35B":
            raise ConnectionError("no route")
        return good(question, history)

    found = run(fragile, shipped, seeds)
    assert [(row.example.id, row.error) for row in found.failed] == [("f35b-jets", "ConnectionError: no route")]
    assert len(found.rows) == len(shipped)
    assert found.failed[0].scores["right_with_citation"] == 0.0


def test_an_answer_whose_model_failed_is_no_honest_abstention(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    unanswerable = [example for example in shipped if not example.answerable][:3]

    def offline(question: str, history: Sequence[Turn]) -> Answer:
        return Answer(question, question, "", abstained=True, reason="model_failed")

    found = run(offline, unanswerable, seeds)
    assert len(found.failed) == 3
    assert _value(found, "abstention_recall") == 0.0


def test_the_earlier_turns_of_a_conversation_are_really_asked(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    heard: list[tuple[str, list[Turn]]] = []

    def listening(question: str, history: Sequence[Turn]) -> Answer:
        heard.append((question, list(history)))
        return Answer(question, question, f"answer {len(heard)}")

    example = next(one for one in shipped if one.id == "then-inquiry")
    found = run(listening, [example], seeds)
    first, second, third = example.turns
    assert heard == [
        (first, []),
        (second, [Turn(first, "answer 1")]),
        (third, [Turn(first, "answer 1"), Turn(second, "answer 2")]),
    ]
    assert found.rows[0].history == (Turn(first, "answer 1"), Turn(second, "answer 2"))


def test_progress_is_told_after_each_example(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    told: list[tuple[int, int]] = []
    run(always_abstain, shipped[:3], seeds, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
