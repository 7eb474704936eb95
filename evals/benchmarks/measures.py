"""What one question of a public benchmark is worth, as its own scripts have it: rankings of articles, and answers."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)

Relevance = Mapping[str, int]
"""The grade of each judged article by id; relevant is what has more than 0."""


def ndcg_at(ranking: Sequence[str], relevance: Relevance, *, k: int) -> float | None:
    """Discounted gain of the first k articles over the best possible; None when no article is relevant.

    Source: `ndcg_cut` of trec_eval, which BEIR uses: the gain is the grade itself, the discount log2(rank + 1).
    """
    best = sorted((grade for grade in relevance.values() if grade > 0), reverse=True)
    return _gain(relevance.get(one, 0) for one in ranking[:k]) / _gain(best[:k]) if best else None


def reciprocal_rank_at(ranking: Sequence[str], relevance: Relevance, *, k: int) -> float | None:
    """One over the rank of the first relevant article, 0.0 when it is not among the first k."""
    if not _relevant(relevance):
        return None
    ranks = (rank for rank, one in enumerate(ranking[:k], 1) if relevance.get(one, 0) > 0)
    return 1 / next(ranks, math.inf)


def recall_at(ranking: Sequence[str], relevance: Relevance, *, k: int) -> float | None:
    """Share of the relevant articles that are among the first k."""
    relevant = _relevant(relevance)
    return len(relevant & set(ranking[:k])) / len(relevant) if relevant else None


def exact_and_f1(told: str, answers: Sequence[str]) -> tuple[float, float]:
    """Exact match and F1 of words as the SQuAD script has them, each the best over the answers."""
    said = normalised(told)
    wanted = [normalised(answer) for answer in answers]
    exact = max((float(said == words) for words in wanted), default=0.0)
    return exact, max((_f1(said, words) for words in wanted), default=0.0)


def normalised(text: str) -> list[str]:
    """The words in lower case, without punctuation and English articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def auc(high: Sequence[float], low: Sequence[float]) -> float:
    """How often one of `high` is above one of `low`; a tie counts half."""
    values = Counter((value, above) for above, side in ((True, high), (False, low)) for value in side)
    wins, below = 0.0, 0
    for value in sorted({value for value, _ in values}):
        wins += values[value, True] * (below + 0.5 * values[value, False])
        below += values[value, False]
    return wins / max(1, len(high) * len(low))


def first_of_each(sources: Sequence[str], *, most: int) -> list[str]:
    """Each source once, in the order of first appearance."""
    return list(islice(dict.fromkeys(sources), most))


def _gain(grades: Iterable[int]) -> float:
    return math.fsum(max(grade, 0) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def _relevant(relevance: Relevance) -> set[str]:
    return {one for one, grade in relevance.items() if grade > 0}


def _f1(told: Sequence[str], answer: Sequence[str]) -> float:
    shared = sum((Counter(told) & Counter(answer)).values())
    return 2 * shared / (len(told) + len(answer)) if shared else float(told == answer)
