"""BM25 over chunks, and how rare each word is in the corpus: exact, whatever came or went since the files were written.

The files hold how often each word stands in each chunk; weights are computed when a query comes, from the corpus as it
is then. So an index that followed many edits ranks as one built afresh does.
"""

from __future__ import annotations

import heapq
import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vectorstore.errors import IndexDamaged
from vectorstore.terms import terms, terms_of, words
from vectorstore.types import Chunk

_SATURATION, _LENGTH_SHARE = 1.5, 0.75  # k1 and b of BM25, with the idf of Lucene: Kamphuis et al., ECIR 2020
_ARRAYS = ("counts", "places", "starts", "lengths")
_Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk's id and its score in one ranking; higher is better."""

    id: str
    score: float


@dataclass(frozen=True)
class Postings:
    """Which chunks hold which words: for the term number t, `places[starts[t]:starts[t + 1]]`, each `counts` times."""

    ids: Sequence[str]
    terms: Mapping[str, int]
    words: Mapping[str, int]
    """How often each folded word, not stemmed, occurs."""
    counts: _Numbers
    places: _Numbers
    starts: _Numbers
    lengths: _Numbers
    """Terms of each chunk."""

    @cached_property
    def ordinals(self) -> dict[str, int]:
        """The place of each chunk by its id."""
        return {identity: ordinal for ordinal, identity in enumerate(self.ids)}

    def column(self, term: str) -> slice:
        """Where a term's chunks stand in `places` and `counts`; empty for an unknown one."""
        number = self.terms.get(term)
        return slice(0, 0) if number is None else slice(int(self.starts[number]), int(self.starts[number + 1]))


def post(chunks: Iterable[Chunk]) -> Postings:
    """The postings of chunks: of their titles, outlets, authors and texts."""
    ids: list[str] = []
    spelled: Counter[str] = Counter()
    numbers: dict[str, int] = {}
    columns: list[int] = []
    counts: list[int] = []
    widths: list[int] = []
    lengths: list[int] = []
    for chunk in chunks:
        spelling = words(f"{chunk.title}\n{chunk.outlet} {chunk.author}\n{chunk.text}")
        found = Counter(terms_of(spelling))
        ids.append(chunk.id)
        spelled.update(spelling)
        columns.extend(numbers.setdefault(term, len(numbers)) for term in found)
        counts.extend(found.values())
        widths.append(len(found))
        lengths.append(found.total())
    of_terms = np.asarray(columns, dtype=np.int32)
    order = np.argsort(of_terms, kind="stable")
    places = np.repeat(np.arange(len(ids), dtype=np.int32), widths)[order]
    starts = np.searchsorted(of_terms[order], np.arange(len(numbers) + 1)).astype(np.int32)
    return Postings(
        ids, numbers, spelled, np.asarray(counts, dtype=np.int32)[order], places, starts,
        np.asarray(lengths, dtype=np.int32),
    )  # fmt: skip


def build_lexical(chunks: Iterable[Chunk], folder: Path) -> None:
    """Write the postings of chunks into a folder of its own."""
    folder.mkdir(parents=True)
    found = post(chunks)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(found, name))
    stored = {"ids": found.ids, "terms": found.terms, "words": found.words}
    (folder / "chunks.json").write_text(json.dumps(stored), encoding="utf-8")


def open_postings(folder: Path) -> Postings:
    """The postings written into a folder; raises IndexDamaged."""
    try:
        stored = json.loads((folder / "chunks.json").read_text(encoding="utf-8"))
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        return Postings(stored["ids"], stored["terms"], stored["words"], **arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{folder} is no word index of this version") from error


class LexicalIndex:
    """Chunks as they were written, less those gone since, and those that came since."""

    def __init__(self, base: Postings, *, gone: Sequence[Chunk] = (), come: Sequence[Chunk] = ()) -> None:
        self._base = base
        self._parts = (base, post(come)) if come else (base,)
        self._gone = post(gone) if gone else None
        self._dead = {chunk.id for chunk in gone}

    def search(self, query: str, *, candidates: int, within: Collection[str] | None = None) -> list[Scored]:
        """The best chunks for a query, best first, only those that share a word with it."""
        asked = [(term, self.rarity(term)) for term in terms(query) if self.knows(term)]
        hits = [hit for part in self._parts for hit in self._best(part, asked, candidates, within)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:candidates]

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a stemmed word: 0.1 or so for the commonest, highest for unknown ones."""
        count = self._chunks_with(term)
        return math.log(1 + (self._size - count + 0.5) / (count + 0.5))

    def knows(self, term: str) -> bool:
        """Whether any chunk holds this stemmed word."""
        return self._chunks_with(term) > 0

    def frequency(self, word: str) -> int:
        """How often a folded word, not stemmed, occurs in the chunks."""
        return sum(part.words.get(word, 0) for part in self._parts) - (
            self._gone.words.get(word, 0) if self._gone else 0
        )

    def _chunks_with(self, term: str) -> int:
        return sum(_width(part.column(term)) for part in self._parts) - (
            _width(self._gone.column(term)) if self._gone else 0
        )

    @cached_property
    def _size(self) -> int:
        return sum(len(part.ids) for part in self._parts) - len(self._dead)

    @cached_property
    def _mean_length(self) -> float:
        total = sum(int(part.lengths.sum()) for part in self._parts)
        return (total - (int(self._gone.lengths.sum()) if self._gone else 0)) / max(1, self._size)

    def _best(
        self, part: Postings, asked: Sequence[tuple[str, float]], candidates: int, within: Collection[str] | None
    ) -> Iterator[Scored]:
        scores = np.zeros(len(part.ids), dtype=np.float32)
        for term, rarity in asked:
            column = part.column(term)
            places, counts = part.places[column], part.counts[column].astype(np.float32)
            shares = part.lengths[places] / max(1e-9, self._mean_length)
            scores[places] += rarity * counts / (counts + _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * shares))
        if part is self._base and self._dead:
            scores[_places(part, self._dead)] = 0
        if within is not None:
            allowed = np.zeros(len(part.ids), dtype=np.float32)
            allowed[_places(part, within)] = 1
            scores *= allowed
        return (Scored(part.ids[place], float(scores[place])) for place in _highest(scores, part.ids, candidates))


def _places(part: Postings, ids: Iterable[str]) -> list[int]:
    return [part.ordinals[identity] for identity in ids if identity in part.ordinals]


def _width(column: slice) -> int:
    return int(column.stop) - int(column.start)


def _highest(scores: npt.NDArray[np.float32], ids: Sequence[str], count: int) -> list[int]:
    """Places of the highest scores above 0, in no order; of equal ones those with the first ids."""
    if count >= len(scores):
        return [int(place) for place in np.flatnonzero(scores > 0)]
    floor = np.partition(scores, -count)[-count]
    above = np.flatnonzero(scores > max(floor, 0))
    level = np.flatnonzero(scores == floor) if floor > 0 else ()
    return [*map(int, above), *heapq.nsmallest(count - len(above), map(int, level), key=ids.__getitem__)]
