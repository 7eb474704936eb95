"""The questions of a set in BEIR's form, asked of Footnote: which articles it finds, what it answers, what it cites."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evals.benchmarks.articles import ArticleFiles
from evals.benchmarks.beir import Query
from evals.benchmarks.measures import exact_and_f1, first_of_each, ndcg_at, recall_at, reciprocal_rank_at
from evals.benchmarks.results import Row
from evals.benchmarks.summary import Figure, mean_of
from evals.corpus import Corpus
from evals.matching import contains
from evals.metrics import all_citations, is_faithful, shortest_claim
from qa.footnote import Footnote
from vectorstore.errors import QuestionError

if TYPE_CHECKING:
    from qa.types import Answer
    from vectorstore.indexing import Progress
    from vectorstore.types import IndexReport

K = 10
"""Articles of a ranking that count."""
PASSAGES = 40
"""Passages that are looked through for them: eight, as an answer has, come from about five articles."""
RANKING = {f"ndcg@{K}": ndcg_at, f"mrr@{K}": reciprocal_rank_at, f"recall@{K}": recall_at}
ANSWERING = ("exact_match", "f1", "answer_in_text", "coverage")
ANSWERED = ("exact_match_answered", "f1_answered", "quote_fidelity", "source_accuracy")
"""Over the questions that were answered."""


class SettledFootnote(Footnote):
    """Over a folder that nobody edits meanwhile: compared with its index once, and not before each question."""

    _report: IndexReport | None = None

    def sync(self, *, progress: Progress | None = None) -> IndexReport:
        """What the first sync found."""
        if self._report is None:
            self._report = super().sync(progress=progress)
        return self._report


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one question after another of the articles of a set."""

    footnote: Footnote
    files: ArticleFiles

    def __call__(self, query: Query) -> Row:
        """Answer where the set has answers, then rank; a question that cannot be asked counts as a miss."""
        started = time.perf_counter()
        try:
            answer = self.footnote.ask(query.text) if query.answers else None
            seconds = time.perf_counter() - started
            ranking = self._ranking(query)
        except QuestionError as error:
            return Row(query.id, _scores_of(query, []) | _failure(query), 0.0, str(error))
        told = {"question": query.text, "ranking": ranking}
        if answer is None:
            return Row(query.id, _scores_of(query, ranking), time.perf_counter() - started, told=told)
        failed = "; ".join(answer.notices) or "the model failed" if answer.reason == "model_failed" else ""
        scores = _failure(query) if failed else self._scores_of_answer(query, answer)
        told |= self._told(answer)
        return Row(query.id, _scores_of(query, ranking) | scores, seconds, failed, told)

    def _ranking(self, query: Query) -> list[str]:
        """Ids of articles, best first; as in BEIR's own script, a query that is an article does not find itself."""
        passages = self.footnote.search(query.text, k=PASSAGES)
        found = [self.files.ids[passage.chunk.source] for passage in passages]
        itself = None if query.relevance.get(query.id, 0) > 0 else query.id
        return first_of_each([identity for identity in found if identity != itself], most=K)

    def _scores_of_answer(self, query: Query, answer: Answer) -> dict[str, float | None]:
        if answer.abstained:
            return _failure(query)
        exact, f1 = exact_and_f1(shortest_claim(answer), query.answers)
        cited = all_citations(answer)
        relevant = [query.relevance.get(self.files.ids[one.source], 0) > 0 for one in cited]
        faithful = [is_faithful(one, Corpus({one.source: self.files.text(one.source)}, "")) for one in cited]
        return {
            "exact_match": exact,
            "f1": f1,
            "answer_in_text": float(any(contains(answer.text, wanted) for wanted in query.answers)),
            "coverage": 1.0,
            "exact_match_answered": exact,
            "f1_answered": f1,
            "quote_fidelity": _share(faithful),
            "source_accuracy": _share(relevant),
            "citations": float(len(cited)),
            "unfaithful": float(faithful.count(False)),
        }

    def _told(self, answer: Answer) -> dict[str, Any]:
        cited = [
            {"number": one.number, "article": self.files.ids[one.source], "quote": one.quote}
            for one in answer.citations
        ]
        return {
            "answer": answer.text,
            "scored": "" if answer.abstained else shortest_claim(answer),
            "reason": answer.reason,
            "confidence": answer.confidence,
            "citations": cited,
        }


def figures(rows: Sequence[Row]) -> list[Figure]:
    """The figures of a run; those of answers only where the set has answers."""
    found = [mean_of(rows, metric) for metric in (*RANKING, *ANSWERING, *ANSWERED)]
    return [figure for figure in found if figure.measured or figure.name in RANKING]


def citations(rows: Iterable[Row]) -> dict[str, int]:
    """All footnotes, and those whose quote does not stand in its article at its place."""
    totals = {"citations": 0, "unfaithful": 0}
    for row in rows:
        for name in totals:
            totals[name] += int(row.scores.get(name) or 0)
    return totals


def _scores_of(query: Query, ranking: Sequence[str]) -> dict[str, float | None]:
    return {name: measure(ranking, query.relevance, k=K) for name, measure in RANKING.items()}


def _failure(query: Query) -> dict[str, float | None]:
    """The scores of no answer: an abstention, or a question that could not be asked."""
    return dict.fromkeys(ANSWERING, 0.0) if query.answers else {}


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
