"""Every metric of an example at once, by name; the names are those of reports and thresholds."""

from __future__ import annotations

from collections.abc import Mapping

from evals import metrics
from evals.corpus import Corpus
from evals.examples import Example
from qa.types import Answer

K = 5
"""Passages that the retrieval metrics look at."""

Scores = Mapping[str, float | None]
"""A metric's name to its value for one example; None where it does not apply."""

METRICS: Mapping[str, str] = {
    "right_with_citation": "answerable: right, and a citation supports it",
    "right": "answerable: the text is a right answer",
    "utility": "all: +1 right, 0 needless abstention, −1 wrong",
    "exact_match": "answered: shortest claim is an accepted answer",
    "f1": "answered: word overlap of the shortest claim",
    "conflict_surfaced": "conflicting articles, answered: both sides are told",
    "citation_precision": "answered: citations that support",
    "citation_recall": "answered: claims with a supporting citation",
    "evidence_coverage": "answered: quotes of a group that are cited",
    "source_accuracy": "answered: citations of the right article",
    "quote_fidelity": "all: quotes that stand at their offsets",
    "dangling_marks": "all: marks without citation and the reverse, per answer",
    "abstention_recall": "unanswerable: abstained",
    "abstention_precision": "abstained: rightly",
    "false_answer_rate": "unanswerable: answered all the same",
    "over_abstention": "answerable: abstained all the same",
    f"hit@{K}": "answerable: a gold quote is retrieved",
    "hit@1": "answerable: a gold quote is retrieved first",
    f"recall@{K}": "answerable: quotes of a group retrieved",
    "mrr": "answerable: one over the rank of the first gold quote",
    f"ndcg@{K}": "answerable: discounted gain of the ranking",
}


LOWER_IS_BETTER = frozenset({"dangling_marks", "false_answer_rate", "over_abstention"})
"""Of all others more is better."""


def score(example: Example, answer: Answer, corpus: Corpus) -> Scores:
    """All metrics of one answer, in the order of METRICS."""
    found = {
        **_answer_scores(example, answer, corpus),
        **_citation_scores(example, answer, corpus),
        **_abstention_scores(example, answer),
        **_retrieval_scores(example, answer, corpus),
    }
    return {name: found.get(name) for name in METRICS}


def score_failure(example: Example) -> Scores:
    """What an example that raised is worth: not right, not abstained, nothing else measured."""
    failed = {"right_with_citation": 0.0, "right": 0.0, "utility": -1.0, "over_abstention": 0.0}
    unanswered = {"abstention_recall": 0.0, "false_answer_rate": 1.0, "utility": -1.0}
    found = failed if example.answerable else unanswered
    return {name: found.get(name) for name in METRICS}


def _answer_scores(example: Example, answer: Answer, corpus: Corpus) -> dict[str, float | None]:
    scores: dict[str, float | None] = {"utility": metrics.utility(example, answer)}
    if not example.answerable:
        return scores
    right = not answer.abstained and metrics.matches(example, answer.text)
    cited = metrics.has_supporting_citation(answer, corpus.evidence(example), corpus)
    scores |= {"right": float(right), "right_with_citation": float(right and cited)}
    if not answer.abstained:
        scores["exact_match"] = metrics.answer_exact_match(example, answer)
        scores["f1"] = metrics.answer_f1(example, answer)
        scores["conflict_surfaced"] = metrics.surfaces_conflict(example, answer)
    return scores


def _citation_scores(example: Example, answer: Answer, corpus: Corpus) -> dict[str, float | None]:
    scores: dict[str, float | None] = {
        "quote_fidelity": metrics.quote_fidelity(answer, corpus),
        "dangling_marks": float(metrics.dangling_marks(answer)),
    }
    if example.answerable and not answer.abstained:
        evidence = corpus.evidence(example)
        scores["citation_precision"] = metrics.citation_precision(answer, evidence, corpus)
        scores["citation_recall"] = metrics.citation_recall(answer, evidence, corpus)
        scores["evidence_coverage"] = metrics.evidence_coverage(answer, metrics.groups_of(example, corpus))
        scores["source_accuracy"] = metrics.source_accuracy(answer, evidence)
    return scores


def _abstention_scores(example: Example, answer: Answer) -> dict[str, float | None]:
    abstained = float(answer.abstained)
    precision = float(not example.answerable) if answer.abstained else None
    if example.answerable:
        return {"over_abstention": abstained, "abstention_precision": precision}
    recall = {"abstention_recall": abstained, "false_answer_rate": 1.0 - abstained}
    return {**recall, "abstention_precision": precision}


def _retrieval_scores(example: Example, answer: Answer, corpus: Corpus) -> dict[str, float | None]:
    if not example.answerable:
        return {}
    groups = metrics.groups_of(example, corpus)
    return {
        f"hit@{K}": metrics.hit_at(answer.passages, groups, k=K),
        "hit@1": metrics.hit_at(answer.passages, groups, k=1),
        f"recall@{K}": metrics.recall_at(answer.passages, groups, k=K),
        "mrr": metrics.reciprocal_rank(answer.passages, groups),
        f"ndcg@{K}": metrics.ndcg_at(answer.passages, groups, k=K),
    }
