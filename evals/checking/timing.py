"""How long the checker takes for an answer of five claims over eight passages, as a question would have them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evals.checking.checker import ClaimChecker
from evals.checking.judging import Passages
from evals.checking.pairs import PlacedPair
from evals.checking.public import spread
from evals.estimates import percentile
from vectorstore.types import Passage

CLAIMS, PASSAGES, MOST_ANSWERS = 5, 8, 12


@dataclass(frozen=True, slots=True)
class Timing:
    """Median milliseconds of an answer: its passages seen for the first time, and again; n answers."""

    first_milliseconds: float
    again_milliseconds: float
    n: int


@dataclass(frozen=True, slots=True)
class _Answer:
    claims: tuple[str, ...]
    passages: tuple[Passage, ...]


def measure_time(pairs: Sequence[PlacedPair], checker: ClaimChecker, passages: Passages) -> Timing:
    """Time the claims of each article in fives, with its passages nearest to them."""
    first: list[float] = []
    again: list[float] = []
    for answer in spread([*_answers(pairs, checker, passages)], MOST_ANSWERS):
        fresh = checker.anew()
        first.append(_milliseconds(fresh, answer))
        again.append(_milliseconds(fresh, answer))
    return Timing(round(percentile(first, 50), 2), round(percentile(again, 50), 2), len(first))


def _milliseconds(checker: ClaimChecker, answer: _Answer) -> float:
    started = time.perf_counter()
    checker.check(answer.claims, answer.passages)
    return (time.perf_counter() - started) * 1000


def _answers(pairs: Sequence[PlacedPair], checker: ClaimChecker, passages: Passages) -> Iterator[_Answer]:
    for source in dict.fromkeys(one.pair.source for one in pairs):
        claims = [one.pair.claim for one in pairs if one.pair.source == source]
        fives = [claims[start : start + CLAIMS] for start in range(0, len(claims) - CLAIMS + 1, CLAIMS)]
        ranked = _nearest(fives, checker, passages(source))
        for number, (five, nearest) in enumerate(zip(fives, ranked, strict=True)):
            # An article of its own for each answer: what the product remembers of a chunk must not help the next one.
            renamed = (_renamed(passage, f"{source}-{number}") for passage in nearest)
            yield _Answer(tuple(five), tuple(renamed))


def _renamed(passage: Passage, article_id: str) -> Passage:
    return Passage(replace(passage.chunk, article_id=article_id), passage.score)


def _nearest(
    fives: Sequence[Sequence[str]], checker: ClaimChecker, passages: Sequence[Passage]
) -> Iterator[tuple[Passage, ...]]:
    """For each five claims the passages whose vectors are nearest to theirs."""
    if not fives:
        return
    vectors = checker.embeddings.embed_documents([passage.chunk.text for passage in passages])
    for five in fives:
        scores = vectors @ checker.embeddings.embed_documents([" ".join(five)])[0]
        best = sorted(range(len(passages)), key=lambda at: -float(scores[at]))[:PASSAGES]
        yield tuple(passages[at] for at in best)
