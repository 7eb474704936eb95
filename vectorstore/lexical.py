"""BM25 over chunks (bm25s), and how rare each word is in the corpus."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.errors import IndexDamaged
from vectorstore.terms import terms, terms_of, words
from vectorstore.types import Chunk


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk's id and its score in one ranking; higher is better."""

    id: str
    score: float


def build_lexical(chunks: Iterable[Chunk], folder: Path) -> None:
    """Write the BM25 index of these chunks (title, outlet, author and text) into a folder of its own."""
    import bm25s

    folder.mkdir(parents=True)
    ids, counts, spelled, corpus = [], Counter[str](), Counter[str](), []
    for chunk in chunks:
        spelling = words(f"{chunk.title}\n{chunk.outlet} {chunk.author}\n{chunk.text}")
        found = terms_of(spelling)
        ids.append(chunk.id)
        counts.update(set(found))
        spelled.update(spelling)
        corpus.append(found)
    stored = {"ids": ids, "counts": counts, "words": spelled}
    (folder / "chunks.json").write_text(json.dumps(stored), encoding="utf-8")
    if any(corpus):
        index = bm25s.BM25()
        index.index(corpus, show_progress=False)
        index.save(str(folder))


class LexicalIndex:
    """An open BM25 index."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        try:
            stored = json.loads((folder / "chunks.json").read_text(encoding="utf-8"))
            self._ids: list[str] = stored["ids"]
            self._counts: dict[str, int] = stored["counts"]
            self._words: dict[str, int] = stored["words"]
            self._index: Any = bm25s.BM25.load(str(folder), mmap=True) if self._counts else None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(f"{folder} is no word index of this version") from error
        self._places = {identity: place for place, identity in enumerate(self._ids)}

    def search(self, query: str, *, candidates: int, within: Sequence[str] | None = None) -> list[Scored]:
        """The best chunks for a query, best first, only those that share a word with it."""
        known = [term for term in terms(query) if term in self._counts]
        if not known or self._index is None:
            return []
        scores = self._index.get_scores(known)
        if within is not None:
            scores = scores * self._mask(within)
        best = np.argsort(-scores, kind="stable")[:candidates]
        return [Scored(self._ids[place], float(scores[place])) for place in best if scores[place] > 0]

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a stemmed word: 0.1 or so for the commonest, highest for unknown ones."""
        count = self._counts.get(term, 0)
        return math.log(1 + (len(self._ids) - count + 0.5) / (count + 0.5))

    def knows(self, term: str) -> bool:
        """Whether any chunk holds this stemmed word."""
        return term in self._counts

    def frequency(self, word: str) -> int:
        """How often a folded word, not stemmed, occurs in the chunks."""
        return self._words.get(word, 0)

    def _mask(self, within: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        mask = np.zeros(len(self._ids), dtype=np.float32)
        mask[[self._places[identity] for identity in within if identity in self._places]] = 1
        return mask
