"""Asks every example and scores the answers; an example that raises becomes a failed row, and the run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.corpus import Corpus
from evals.estimates import Estimate, estimate, percentile
from evals.examples import QUESTION_TYPES, SPLITS, Example
from evals.scoring import METRICS, Scores, score, score_failure
from qa.types import Answer, Turn

Answerer = Callable[[str, Sequence[Turn]], Answer]
"""What is measured: a question and the conversation before it give an answer."""

Outcome = Literal["right", "wrong", "left", "failed"]
"""What an example came to: `left` is an abstention though the articles tell; a due abstention is `right`."""

Progress = Callable[[int, int], None]
"""Told after each example: how many are done, of how many."""


@dataclass(frozen=True, slots=True)
class Row:
    """One example, what was answered, and what that is worth."""

    example: Example
    history: tuple[Turn, ...]
    answer: Answer | None
    """None when the answerer raised."""
    error: str
    """Why the row failed; empty when it did not."""
    scores: Scores
    seconds: float

    @property
    def right(self) -> bool:
        """Answered rightly with a supporting citation, or abstained where the articles do not tell."""
        return bool(self.scores["right_with_citation" if self.example.answerable else "abstention_recall"])

    @property
    def outcome(self) -> Outcome:
        """The example's result in one word."""
        if self.error:
            return "failed"
        if self.right:
            return "right"
        return "left" if self.answer and self.answer.abstained else "wrong"


@dataclass(frozen=True, slots=True)
class Run:
    """All rows of one answerer, in the order of the examples."""

    rows: tuple[Row, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows whose answerer raised, or could not reach its model."""
        return tuple(row for row in self.rows if row.error)

    def summary(self) -> Mapping[str, Estimate | None]:
        """Each metric over all rows; None where it applies to no row."""
        return {name: estimate([row.scores[name] for row in self.rows]) for name in METRICS}

    def by_split(self) -> Mapping[str, Run]:
        """The rows of each split that occurs."""
        return _parts({split: [row for row in self.rows if row.example.split == split] for split in SPLITS})

    def by_type(self) -> Mapping[str, Run]:
        """The rows of each question type that occurs; a row counts for each of its types."""
        return _parts({kind: [row for row in self.rows if kind in row.example.types] for kind in QUESTION_TYPES})

    def latency(self, percent: float) -> float:
        """Percentile of the seconds that the scored questions took."""
        return percentile([row.seconds for row in self.rows], percent)


def run(
    answerer: Answerer,
    examples: Sequence[Example],
    corpus: Corpus,
    *,
    progress: Progress | None = None,
    last: Answerer | None = None,
) -> Run:
    """Ask and score every example, one after another; `last` may answer the scored questions, after the others."""
    rows = []
    for done, example in enumerate(examples, 1):
        rows.append(run_example(answerer, example, corpus, last=last))
        if progress:
            progress(done, len(examples))
    return Run(tuple(rows))


def run_example(answerer: Answerer, example: Example, corpus: Corpus, *, last: Answerer | None = None) -> Row:
    """Ask an example, the earlier turns of its conversation first, and score the last answer."""
    history: tuple[Turn, ...] = ()
    started = time.perf_counter()
    try:
        history = converse(answerer, example.earlier)
        started = time.perf_counter()
        answer = (last or answerer)(example.asked, history)
    except Exception as error:  # whatever the answerer raises is a result of the run, not its end
        why = f"{type(error).__name__}: {error}"
        return Row(example, history, None, why, score_failure(example), time.perf_counter() - started)
    seconds = time.perf_counter() - started
    if answer.reason == "model_failed":
        return Row(example, history, answer, "the model failed", score_failure(example), seconds)
    return Row(example, history, answer, "", score(example, answer, corpus), seconds)


def converse(answerer: Answerer, questions: Sequence[str]) -> tuple[Turn, ...]:
    """Ask the questions as one conversation; the turns hold what was really answered."""
    history: tuple[Turn, ...] = ()
    for question in questions:
        history = (*history, Turn(question, answerer(question, history).text))
    return history


def _parts(parts: Mapping[str, Sequence[Row]]) -> Mapping[str, Run]:
    return {name: Run(tuple(rows)) for name, rows in parts.items() if rows}
