"""A query becomes passages: dense and BM25 search, fused by rank, duplicates collapsed, outlets mixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from vectorstore.index import Index
from vectorstore.terms import terms
from vectorstore.types import Passage
from vectorstore.within import Within

Method = Literal["hybrid", "dense", "bm25"]
_RANK_CONSTANT = 60  # Cormack, Clarke and Büttcher, SIGIR 2009
_NEAR_DUPLICATE = 0.8


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How passages are found."""

    method: Method
    candidates: int
    k: int


class QueryEmbeddings(Protocol):
    """What retrieval needs of an embedding model."""

    @property
    def fingerprint(self) -> str:
        """Names the model and its weights."""
        ...

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """A unit vector (dimensions,)."""
        ...


def retrieve(
    query: str, *, index: Index, embeddings: QueryEmbeddings, retrieval: Retrieval, within: Within
) -> list[Passage]:
    """At most k passages, best first, from more than one article when several speak to the query."""
    if within.sources == ():
        return []

    def dense() -> list[Passage]:
        vector = embeddings.embed_query(query)
        embedding = embeddings.fingerprint
        return index.search_dense(vector, embedding=embedding, candidates=retrieval.candidates, within=within)

    def bm25() -> list[Passage]:
        return index.search_lexical(query, candidates=retrieval.candidates, within=within)

    methods: dict[Method, tuple[Callable[[], list[Passage]], ...]]
    methods = {"hybrid": (dense, bm25), "dense": (dense,), "bm25": (bm25,)}
    ranking = fuse([search() for search in methods[retrieval.method]])
    return mix(collapse(ranking), k=retrieval.k)


def fuse(rankings: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Reciprocal rank fusion: a passage scores 1 / (60 + rank) in each ranking that has it."""
    scores: Counter[str] = Counter()
    chunks = {}
    for ranking in rankings:
        for rank, passage in enumerate(ranking, start=1):
            scores[passage.chunk.id] += 1 / (_RANK_CONSTANT + rank)  # type: ignore[assignment]
            chunks[passage.chunk.id] = passage.chunk
    order = sorted(chunks, key=lambda identity: (-scores[identity], identity))
    return [Passage(chunks[identity], float(scores[identity])) for identity in order]


def collapse(ranking: Sequence[Passage]) -> list[Passage]:
    """Drop a passage that says the same words as a better one of another article (wire copy)."""
    kept: list[Passage] = []
    seen: list[frozenset[str]] = []
    for passage in ranking:
        words = _term_set(passage.chunk.text)
        if not any(_overlap(words, other) >= _NEAR_DUPLICATE for other in seen):
            kept.append(passage)
            seen.append(words)
    return kept


def mix(ranking: Sequence[Passage], *, k: int) -> list[Passage]:
    """The best k passages, no article holding more than half of the places while others wait."""
    most = max(1, (k + 1) // 2)
    places: Counter[str] = Counter()
    first: list[Passage] = []
    later: list[Passage] = []
    for passage in ranking:
        places[passage.chunk.source] += 1
        (first if places[passage.chunk.source] <= most else later).append(passage)
    chosen = (first + later)[:k]
    return sorted(chosen, key=lambda passage: (-passage.score, passage.chunk.id))


@lru_cache(maxsize=2048)
def _term_set(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    fewer, more = sorted((len(one), len(other)))
    if fewer < _NEAR_DUPLICATE * more:  # they cannot be near, whatever they share
        return 0.0
    shared = len(one & other)
    return shared / max(1, fewer + more - shared)
