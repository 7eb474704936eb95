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

_ARRAYS = ("scores", "places", "starts")


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk's id and its score in one ranking; higher is better."""

    id: str
    score: float


def build_lexical(chunks: Iterable[Chunk], folder: Path) -> None:
    """Write the BM25 index of these chunks (title, outlet, author and text) into a folder of its own."""
    folder.mkdir(parents=True)
    ids, counts, spelled, corpus = [], Counter[str](), Counter[str](), []
    for chunk in chunks:
        spelling = words(f"{chunk.title}\n{chunk.outlet} {chunk.author}\n{chunk.text}")
        found = terms_of(spelling)
        ids.append(chunk.id)
        counts.update(set(found))
        spelled.update(spelling)
        corpus.append(found)
    columns = _columns(corpus)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", columns[name])
    stored = {"ids": ids, "counts": counts, "words": spelled, "terms": columns["terms"]}
    (folder / "chunks.json").write_text(json.dumps(stored), encoding="utf-8")


def _columns(corpus: list[list[str]]) -> dict[str, Any]:
    """BM25 scores as one sparse column a term: `scores` of the chunks `places`, from `starts[term]` on."""
    import bm25s

    if not any(corpus):
        empty = np.zeros(0, dtype=np.int32)
        return {"terms": {}, "scores": empty, "places": empty, "starts": np.zeros(1, dtype=np.int32)}
    index = bm25s.BM25()
    index.index(corpus, show_progress=False)
    found = index.scores
    return {
        "terms": index.vocab_dict,
        "scores": found["data"],
        "places": found["indices"],
        "starts": found["indptr"],
    }


class LexicalIndex:
    """An open BM25 index; reading it needs numpy alone, since importing bm25s costs a third of a second."""

    def __init__(self, folder: Path) -> None:
        try:
            stored = json.loads((folder / "chunks.json").read_text(encoding="utf-8"))
            self._ids: list[str] = stored["ids"]
            self._counts: dict[str, int] = stored["counts"]
            self._words: dict[str, int] = stored["words"]
            self._terms: dict[str, int] = stored["terms"]
            self._scores, self._places, self._starts = (
                np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(f"{folder} is no word index of this version") from error
        self._ordinals = {identity: ordinal for ordinal, identity in enumerate(self._ids)}

    def search(self, query: str, *, candidates: int, within: Sequence[str] | None = None) -> list[Scored]:
        """The best chunks for a query, best first, only those that share a word with it."""
        scores = np.zeros(len(self._ids), dtype=np.float32)
        for term in terms(query):
            if term in self._terms:
                column = slice(*self._starts[self._terms[term] : self._terms[term] + 2])
                scores[self._places[column]] += self._scores[column]
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
        mask[[self._ordinals[identity] for identity in within if identity in self._ordinals]] = 1
        return mask
