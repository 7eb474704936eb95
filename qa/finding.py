"""The passages of one question: found by words and vectors, then read, and put in the order of what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.confidence import chance
from qa.extractive import Extraction, rank
from qa.languages import language_of
from qa.reading import Reader
from qa.retrieval import Retrieval, mix, retrieve
from qa.scoring import Candidate
from qa.vector_cache import VectorCache
from vectorstore.index import Index, Within
from vectorstore.types import Passage

_WIDER = 2
"""How many times the passages that are kept are looked through by the reader."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a query."""

    passages: list[Passage]
    extraction: Extraction
    """What the extractive answerer needs of them."""
    ranked: tuple[Candidate, ...] | None = None
    """The sentences that were read, best first; None without the reader."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds passages in one index, within some of its sources."""

    index: Index
    within: Within
    vectors: VectorCache
    retrieval: Retrieval
    reader: Reader | None
    abstain_below: float

    def find(self, query: str) -> Found:
        """At most k passages; with a reader that knows the question's language, in the order of what it reads."""
        reader = self.reader if language_of(query) == "English" else None
        if reader is None:
            found = self._retrieved(query, self.retrieval.k)
            return Found(found, self._extraction(query, found))
        wide = self._retrieved(query, _WIDER * self.retrieval.k)
        extraction = self._extraction(query, wide, reader)
        ranked = rank(query, wide, extraction)
        passages = _reranked(wide, ranked, k=self.retrieval.k)
        kept = {passage.chunk.id for passage in passages}
        return Found(passages, extraction, tuple(one for one in ranked if one.sentence.quote.chunk.id in kept))

    def _extraction(self, query: str, passages: Sequence[Passage], reader: Reader | None = None) -> Extraction:
        vector = self.vectors.embed_query(query)
        return Extraction(
            embed=self.vectors.embed,
            question=vector,
            similarities=self.index.similarities(passages, vector),
            rarity=self.index.rarity,
            knows=self.index.knows,
            abstain_below=self.abstain_below,
            read=reader.read if reader else None,
        )

    def _retrieved(self, query: str, k: int) -> list[Passage]:
        wanted = replace(self.retrieval, k=k)
        return retrieve(query, index=self.index, embeddings=self.vectors, retrieval=wanted, within=self.within)


def _reranked(passages: Sequence[Passage], ranked: Sequence[Candidate], *, k: int) -> list[Passage]:
    """Best first: a passage scores the chance that its best sentence answers, and a little for its place so far."""
    chances: dict[str, float] = {}
    for candidate in ranked:
        chances.setdefault(candidate.sentence.quote.chunk.id, chance(candidate.score))
    scored = [replace(one, score=one.score + chances.get(one.chunk.id, 0.0)) for one in passages]
    return mix(sorted(scored, key=lambda passage: (-passage.score, passage.chunk.id)), k=k)
