"""An open generation: what one question is asked of, from first search to last quote."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from vectorstore.base import Base
from vectorstore.copies import told_once
from vectorstore.duplicates import Accounts, accounts
from vectorstore.errors import CorpusMissing, EmbeddingMismatch, IndexDamaged
from vectorstore.lexical import LexicalIndex, Scored
from vectorstore.library import Library
from vectorstore.seals import Seal
from vectorstore.types import Article, Chunk, Passage
from vectorstore.within import Within, restrict

_FEW = 5000
"""So many vectors are compared one by one, which is exact, rather than searched by Chroma."""
_WIDER = 4
_MOST_FROM_CHROMA = 10_000
"""Where more of the nearest chunks are needed, all vectors are compared."""
_Vector = npt.NDArray[np.float32]


class Index:
    """One generation of the index, open for reading; safe to share between threads."""

    def __init__(self, seal: Seal, base: Base, library: Library, *, before: Index | None = None) -> None:
        self.seal = seal
        self.base = base.hold()
        self._library = library
        self._before = (before.articles(), before.seal) if before else None
        try:
            self._come, self._lexical = self._read_on()
        except BaseException:
            base.release()
            raise

    def _read_on(self) -> tuple[list[tuple[list[Chunk], _Vector]], LexicalIndex]:
        """What came since the files were built, and the words of all."""
        seal, library = self.seal, self._library
        if seal.library != library.identity:
            raise IndexDamaged("its library was lost")
        come = list(library.chunk_vectors(revision=seal.revision, since=seal.base_revision))
        gone = library.gone_chunks(since=seal.base_revision, until=seal.revision)
        chunks = [chunk for batch, _ in come for chunk in batch]
        return come, LexicalIndex(self.base.postings, gone=gone, come=chunks)

    def search_dense(self, vector: _Vector, *, embedding: str, candidates: int, within: Within) -> list[Passage]:
        """The chunks nearest to a query vector of the embedding model named by its fingerprint, best first."""
        if embedding != self.seal.embedding:
            raise EmbeddingMismatch("the index was made with another embedding model; run `qa index`")
        allowed = self._ids_within(within)
        count = candidates
        while count <= _MOST_FROM_CHROMA and (allowed is None or len(allowed) > _FEW):
            stored = self.base.store.search(vector, candidates=count)
            found = self._told_once(_ranked((*stored, *_compared(self._come, vector)), allowed))
            if len(found) >= candidates or len(stored) < count:
                return found[:candidates]
            count *= _WIDER
        ranked = self._all_compared(vector, allowed)
        return self._widening(lambda count: ranked[:count], candidates)

    def search_lexical(self, query: str, *, candidates: int, within: Within) -> list[Passage]:
        """The best chunks by BM25, best first."""
        allowed = self._ids_within(within)
        return self._widening(lambda count: self._lexical.search(query, candidates=count, within=allowed), candidates)

    def similarities(self, passages: Sequence[Passage], vector: _Vector) -> dict[str, float]:
        """Cosine of a query vector and each passage's own, by chunk id."""
        vectors = self._library.vectors([passage.chunk.id for passage in passages], revision=self.seal.revision)
        return {identity: float(own @ vector) for identity, own in vectors.items()}

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a stemmed word among the chunks."""
        return self._lexical.rarity(term)

    def knows(self, term: str) -> bool:
        """Whether any chunk holds this stemmed word."""
        return self._lexical.knows(term)

    def frequency(self, word: str) -> int:
        """How often a folded word, not stemmed, occurs in the chunks."""
        return self._lexical.frequency(word)

    def articles(self) -> tuple[Article, ...]:
        """All articles, by source, without their text."""
        return self._articles

    def article(self, source: str) -> Article:
        """One article with its text; raises CorpusMissing when there is none of that name."""
        article = self._library.article(source, revision=self.seal.revision)
        if article is None:
            raise CorpusMissing(f"no article {source!r} in the index; `qa status` lists them")
        return article

    def chunk_counts(self) -> dict[str, int]:
        """How many chunks each article has, by source."""
        return self._library.count_chunks_by_source(revision=self.seal.revision)

    @cached_property
    def accounts(self) -> Accounts:
        """Which articles are copies of one another."""
        pairs = self._library.copies(revision=self.seal.revision)
        return accounts({source for pair in pairs for source in pair}, pairs)

    def restrict(
        self,
        sources: Sequence[str] | None = None,
        *,
        outlet: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> Within:
        """The sources that a filter leaves; raises CorpusMissing when it names one that is not there."""
        return restrict(self._articles, sources=sources, outlet=outlet, since=since, until=until)

    def close(self) -> None:
        """Let go of the files."""
        self.base.release()

    @cached_property
    def _articles(self) -> tuple[Article, ...]:
        revision = self.seal.revision
        if self._before:
            known, seal = self._before
            self._before = None
            if seal.library == self.seal.library and seal.revision <= revision:
                return tuple(self._library.articles_since(known, since=seal.revision, revision=revision))
        return tuple(self._library.articles(revision=revision))

    def _ids_within(self, within: Within) -> Collection[str] | None:
        if within.sources is None:
            return None
        return frozenset(self._library.chunk_ids(within.sources, revision=self.seal.revision))

    def _all_compared(self, vector: _Vector, allowed: Collection[str] | None) -> list[Scored]:
        if allowed is None or len(allowed) > _FEW:
            return _ranked(_compared(self._library.chunk_vectors(revision=self.seal.revision), vector), allowed)
        own = self._library.vectors(list(allowed), revision=self.seal.revision)
        return _ranked([Scored(identity, float(row @ vector)) for identity, row in own.items()], allowed)

    def _widening(self, search: Callable[[int], list[Scored]], candidates: int) -> list[Passage]:
        """As many passages as wanted, by searching wider while copies take their places."""
        count = candidates
        while True:
            hits = search(count)
            found = self._told_once(hits)
            if len(found) >= candidates or len(hits) < count:
                return found[:candidates]
            count *= _WIDER

    def _told_once(self, hits: Sequence[Scored]) -> list[Passage]:
        """As passages, what is gone since left out, and copies of what a better one tells."""
        chunks = self._library.chunks([hit.id for hit in hits], revision=self.seal.revision)
        passages = [Passage(chunks[hit.id], hit.score) for hit in hits if hit.id in chunks]
        return told_once(passages, self.accounts, self.article) if self.accounts else passages


def _compared(batches: Iterable[tuple[list[Chunk], _Vector]], vector: _Vector) -> list[Scored]:
    """Every chunk with the cosine of its vector and another, both of unit length."""
    return [
        Scored(chunk.id, float(score))
        for chunks, rows in batches
        for chunk, score in zip(chunks, rows @ vector, strict=True)
    ]


def _ranked(hits: Iterable[Scored], allowed: Collection[str] | None) -> list[Scored]:
    each = {hit.id: hit for hit in hits if allowed is None or hit.id in allowed}
    return sorted(each.values(), key=lambda hit: (-hit.score, hit.id))
