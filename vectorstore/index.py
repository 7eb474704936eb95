"""An open generation: what one question is asked of, from first search to last quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vectorstore.errors import CorpusMissing, EmbeddingMismatch, IndexDamaged
from vectorstore.lexical import LexicalIndex, Scored
from vectorstore.library import Library
from vectorstore.seals import Seal, folder_of, verify
from vectorstore.store import VectorStore
from vectorstore.types import Article, Passage


@dataclass(frozen=True, slots=True)
class Within:
    """A restriction of a search to some sources; None means all."""

    sources: tuple[str, ...] | None = None
    notices: tuple[str, ...] = ()
    """What the user should know of it: how many undated articles a date filter left out."""


class Index:
    """One generation of the index, open for reading; safe to share between threads."""

    def __init__(self, home: Path, number: int, library: Library) -> None:
        self.seal: Seal = verify(home, number)
        if self.seal.library != library.identity:
            raise IndexDamaged("its library was lost")
        self._library = library
        self._store = VectorStore(self.seal.place(home))
        self._lexical = LexicalIndex(folder_of(home, number) / "bm25")

    def search_dense(
        self, vector: npt.NDArray[np.float32], *, embedding: str, candidates: int, within: Within
    ) -> list[Passage]:
        """The chunks nearest to a query vector of the embedding model named by its fingerprint, best first."""
        if embedding != self.seal.embedding:
            raise EmbeddingMismatch("the index was made with another embedding model; run `qa index`")
        return self._passages(self._store.search(vector, candidates=candidates, sources=within.sources))

    def search_lexical(self, query: str, *, candidates: int, within: Within) -> list[Passage]:
        """The best chunks by BM25, best first."""
        allowed = self._ids_within(within.sources) if within.sources is not None else None
        return self._passages(self._lexical.search(query, candidates=candidates, within=allowed))

    def similarities(self, passages: Sequence[Passage], vector: npt.NDArray[np.float32]) -> dict[str, float]:
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

    def articles(self) -> list[Article]:
        """All articles, by source, without their text."""
        return self._library.articles(revision=self.seal.revision)

    def article(self, source: str) -> Article:
        """One article with its text; raises CorpusMissing when there is none of that name."""
        article = self._library.article(source, revision=self.seal.revision)
        if article is None:
            raise CorpusMissing(f"no article {source!r} in the index; `qa status` lists them")
        return article

    def restrict(self, sources: Sequence[str] | None, *, since: date | None, until: date | None) -> Within:
        """The sources that a filter leaves; raises CorpusMissing when it names one that is not there."""
        if sources is None and since is None and until is None:
            return Within()
        articles = self.articles()
        unknown = sorted(set(sources or ()) - {article.source for article in articles})
        if unknown:
            raise CorpusMissing(f"no article {unknown[0]!r} in the index; `qa status` lists them")
        named = [article for article in articles if sources is None or article.source in sources]
        if since is None and until is None:
            return Within(tuple(article.source for article in named))
        dated = [a for a in named if a.published and (since or date.min) <= a.published <= (until or date.max)]
        undated = sum(a.published is None for a in named)
        notice = f"{undated} articles carry no date and were left out by the date filter"
        return Within(tuple(a.source for a in dated), notices=(notice,) if undated else ())

    def close(self) -> None:
        """Let go of the vector files."""
        self._store.close()

    def _ids_within(self, sources: Sequence[str]) -> list[str]:
        return self._library.chunk_ids(sources, revision=self.seal.revision)

    def _passages(self, hits: Sequence[Scored]) -> list[Passage]:
        chunks = self._library.chunks([hit.id for hit in hits], revision=self.seal.revision)
        return [Passage(chunks[hit.id], hit.score) for hit in hits if hit.id in chunks]
