"""Each example as the page shows it: asked, said, footnotes and expected evidence in their articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from evals.judge import Judgement
from evals.matching import contains
from evals.metrics import all_citations, includes_what_it_must
from evals.report import Report
from evals.report.quotes import Footnote, GoldQuote, Retrieved, footnote, gold_quote, retrieved
from evals.runner import Outcome, Row
from evals.scoring import LOWER_IS_BETTER
from qa.types import Answer, Turn, Verdict

OUTCOMES: Final[Mapping[Outcome, str]] = {
    "failed": "failed",
    "wrong": "answered wrongly",
    "left": "wrongly left",
    "right": "right",
}
"""In the order of the page: what needs a look comes first."""
_MARK: Final = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Said:
    """Some words of an answer, or one of its marks."""

    text: str
    number: int = 0
    """Of a mark; 0: words."""
    dangling: bool = False
    """A mark without a footnote."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim of the answer, what it was found to be, and the numbers of its footnotes."""

    text: str
    verdict: Verdict
    why: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A metric of one example; `ideal` is false where something is missing."""

    name: str
    value: float
    ideal: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One example with everything that is told about it."""

    row: Row
    outcome: Outcome
    why: str
    """Why it is not right; empty when it is."""
    history: tuple[Turn, ...]
    said: tuple[Said, ...]
    statements: tuple[Statement, ...]
    verdicts: str
    """How many claims are of each verdict."""
    footnotes: tuple[Footnote, ...]
    groups: tuple[tuple[GoldQuote, ...], ...]
    retrieved: tuple[Retrieved, ...]
    scores: tuple[Score, ...]
    judgement: Judgement | None
    """What a chat model thinks of it, where one was asked."""
    change: str
    """`lost`, `won` or `changed` against the baseline; empty where nothing changed or none is there."""


def cards(report: Report) -> tuple[Card, ...]:
    """All examples, what is not right first, otherwise in their order."""
    changes = _changes(report)
    order = list(OUTCOMES)
    rows = sorted(report.run.rows, key=lambda row: order.index(row.outcome))
    return tuple(_card(row, report, changes.get(row.example.id, "")) for row in rows)


def _changes(report: Report) -> Mapping[str, str]:
    if not report.comparison:
        return {}
    found = {"lost": report.comparison.lost, "won": report.comparison.won, "changed": report.comparison.changed}
    return {pair.after.id: name for name, pairs in found.items() for pair in pairs}


def _card(row: Row, report: Report, change: str) -> Card:
    answer, corpus = row.answer, report.corpus
    gold = corpus.evidence(row.example)
    citations = all_citations(answer) if answer else ()
    passages = answer.passages if answer else ()
    notes = tuple(footnote(one, corpus, gold=gold) for one in citations)
    placed = [[gold_quote(quote, corpus, notes, passages=passages) for quote in one] for one in row.example.evidence]
    return Card(
        row,
        row.outcome,
        "" if row.right else _why(row),
        row.history or tuple(Turn(question, "") for question in row.example.earlier),
        tuple(_said(answer)) if answer else (),
        tuple(_statements(answer)) if answer else (),
        _verdicts(answer) if answer else "",
        notes,
        tuple(tuple(group) for group in placed),
        tuple(retrieved(rank, passage, gold) for rank, passage in enumerate(passages, 1)),
        tuple(_scores(row)),
        report.judgements.get(row.example.id),
        change,
    )


def _why(row: Row) -> str:
    """The first thing that is missing, in one sentence."""
    if row.error or row.answer is None:
        return row.error
    if row.answer.abstained:
        return "It abstains, though the articles tell."
    if not row.example.answerable:
        return "It answers, though the articles do not tell."
    if row.scores["right"]:
        return "The words are right, and no footnote holds the evidence."
    if any(contains(row.answer.text, item) for item in row.example.must_not_include):
        return "The text says what it must not."
    included = includes_what_it_must(row.example, row.answer.text)
    return "The text holds no accepted answer." if included else "The text leaves out what it must say."


def _said(answer: Answer) -> Iterator[Said]:
    known = {one.number for one in all_citations(answer)}
    taken = 0
    for mark in _MARK.finditer(answer.text):
        yield Said(answer.text[taken : mark.start()])
        number = int(mark[1])
        yield Said(mark[0], number, dangling=number not in known)
        taken = mark.end()
    yield Said(answer.text[taken:])


def _statements(answer: Answer) -> Iterator[Statement]:
    for claim in answer.claims:
        yield Statement(claim.text, claim.verdict, claim.why, tuple(one.number for one in claim.citations))


def _verdicts(answer: Answer) -> str:
    found = Counter(claim.verdict for claim in answer.claims)
    return ", ".join(f"{count} {verdict}" for verdict, count in found.items())


def _scores(row: Row) -> Iterator[Score]:
    for name, value in row.scores.items():
        if value is not None:
            best = 0.0 if name in LOWER_IS_BETTER else 1.0
            yield Score(name, value, value == best)
