"""The passages of one question: found by words and vectors, then read, and put in the order of what was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qa.confidence import chance
from qa.extractive import Extraction, rank
from qa.languages import language_of
from qa.narrowing.days_told import day_fit
from qa.narrowing.narrowing import Narrowed
from qa.reading import Reader
from qa.retrieval import Retrieval, mix, retrieve
from qa.scoring import Candidate
from qa.vector_cache import VectorCache
from vectorstore.index import Index
from vectorstore.types import Passage
from vectorstore.within import Within

_WIDER = 2
"""How many times the passages that are kept are looked through by the reader."""
_OF_DAY = 2.0
"""Logits by which a sentence of the day that a question names goes before others, and one of another day behind."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a query."""

    passages: list[Passage]
    extraction: Extraction
    """What the extractive answerer needs of them."""
    ranked: tuple[Candidate, ...] | None = None
    """The sentences that were read, best first; None without the reader."""
    notices: tuple[str, ...] = ()
    """Where it was searched, if not everywhere."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds passages in one index, within some of its sources."""

    index: Index
    narrowed: Narrowed
    vectors: VectorCache
    retrieval: Retrieval
    reader: Reader | None
    abstain_below: float

    def find(self, query: str) -> Found:
        """At most k passages; with a reader that knows the question's language, in the order of what it reads."""
        reader = self.reader if language_of(query) == "English" else None
        k, within = self.retrieval.k, self.narrowed.within
        if reader is None:
            found = self._retrieved(query, k, within)
            return Found(found, self._extraction(query, found), notices=within.notices)
        wide = self._retrieved(query, _WIDER * k, within)
        if self.narrowed.days:
            return self._found_of_days(query, wide, reader)
        extraction = self._extraction(query, wide, reader)
        return _found(wide, rank(query, wide, extraction), extraction, k=k, notices=within.notices)

    def _found_of_days(self, query: str, wide: Sequence[Passage], reader: Reader) -> Found:
        """As many more passages of the days that the question names; what is told of those days goes first."""
        narrowed = self.narrowed
        near = self._retrieved(query, self.retrieval.k, Within(narrowed.preferred))
        everything = list({passage.chunk.id: passage for passage in (*near, *wide)}.values())
        extraction = self._extraction(query, everything, reader)
        read = {one.sentence.quote: one for part in (wide, near) for one in rank(query, part, extraction)}
        ranked = _of_days_first(read.values(), narrowed.days)
        notices = (*narrowed.within.notices, narrowed.preference)
        return _found(everything, ranked, extraction, k=self.retrieval.k, notices=notices)

    def _extraction(self, query: str, passages: Sequence[Passage], reader: Reader | None = None) -> Extraction:
        vector = self.vectors.embed_query(query)
        return Extraction(
            embed=self.vectors.embed,
            question=vector,
            similarities=self.index.similarities(passages, vector),
            rarity=self.index.rarity,
            knows=lambda term: term in self.narrowed.heard or self.index.knows(term),
            abstain_below=self.abstain_below,
            read=reader.read if reader else None,
            account_of=self.index.accounts.account_of,
        )

    def _retrieved(self, query: str, k: int, within: Within) -> list[Passage]:
        wanted = replace(self.retrieval, k=k)
        return retrieve(query, index=self.index, embeddings=self.vectors, retrieval=wanted, within=within)


def _found(
    wide: Sequence[Passage], ranked: Sequence[Candidate], extraction: Extraction, *, k: int, notices: tuple[str, ...]
) -> Found:
    """The best passages, and of the sentences that were read those in them."""
    passages = _reranked(wide, ranked, k=k)
    kept = {passage.chunk.id for passage in passages}
    of_them = tuple(one for one in ranked if one.sentence.quote.chunk.id in kept)
    return Found(passages, extraction, of_them, notices)


def _of_days_first(candidates: Collection[Candidate], days: Sequence[date]) -> list[Candidate]:
    """Sentences of these days go up, those of other days go down, and out where the best is of these days."""
    fits = {one.sentence.quote: day_fit(one.sentence.quote.text, one.sentence.quote.chunk, days) for one in candidates}

    def rank_of(candidate: Candidate) -> tuple[float, str, int]:
        return replace(candidate, score=candidate.score + _OF_DAY * fits[candidate.sentence.quote]).rank

    ranked = sorted(candidates, key=rank_of)
    told = bool(ranked) and fits[ranked[0].sentence.quote] > 0
    return [one for one in ranked if not told or fits[one.sentence.quote] >= 0]


def _reranked(passages: Sequence[Passage], ranked: Sequence[Candidate], *, k: int) -> list[Passage]:
    """Best first: a passage scores the chance that its best sentence answers, and a little for its place so far."""
    chances: dict[str, float] = {}
    for candidate in ranked:
        chances.setdefault(candidate.sentence.quote.chunk.id, chance(candidate.score))
    scored = [replace(one, score=one.score + chances.get(one.chunk.id, 0.0)) for one in passages]
    return mix(sorted(scored, key=lambda passage: (-passage.score, passage.chunk.id)), k=k)
