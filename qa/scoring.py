"""How well a sentence answers a question: a few features between 0 and 1, and a weighted sum of them.

The weights were learned on public reading questions and then moved on the development half of the eval questions.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from qa.asking import analyse, carries, fits
from qa.drafts import Quote
from qa.evidence import Evidence, EvidenceSentence
from qa.normalise import STOP_WORDS, content_terms, word_set
from vectorstore.furniture import is_heading
from vectorstore.terms import stem, words

Rarity = Callable[[str], float]
Vectors = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
# Cosines of two words' vectors: a random pair reaches 0.4 once in a hundred, `soldiers` and `troops` 0.89.
_UNLIKE, _ALIKE, _SYNONYM = 0.4, 0.6, 0.75


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a sentence, its neighbours and a question."""

    context_cosine: float
    """Similarity of question and passage."""
    coverage: float
    """Share of the question's words, weighed by rarity, that the sentence holds."""
    context_coverage: float
    """The same with the sentence before it, the title, the outlet and the author."""
    fit: float
    """Whether it holds the type of thing that is asked for."""
    names: float
    """Share of the question's names in all that."""
    pairs: float
    """Share of the question's neighbouring words that are neighbours here."""
    density: float
    """Share of the sentence's words that the question has."""
    cosine: float = 0.0
    """Similarity of question and sentence."""
    likeness: float = 0.0
    """As coverage, but a word of like meaning counts in part."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the reader makes of a sentence."""

    answer: Quote
    """The words of it that answer best."""
    margin: float
    """How far they beat "nothing here answers", in logits."""
    answers: float
    """Logit that the sentence, with the one before it, answers."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer."""

    sentence: EvidenceSentence
    before: Quote | None
    """The sentence before it in its passage."""
    vector: Vectors
    features: Features
    score: float
    told: Told | None = None
    """None without the reader."""

    @property
    def rank(self) -> tuple[float, str, int]:
        """Sorts candidates best first, and always in the same order."""
        return (-self.score, self.sentence.quote.chunk.source, self.sentence.quote.start)


WEIGHTS = Features(
    cosine=8.6,
    context_cosine=8.4,
    coverage=1.0,
    context_coverage=3.7,
    fit=1.6,
    names=0.7,
    pairs=1.2,
    density=2.2,
    likeness=3.6,
)
_WEIGHED = tuple(asdict(WEIGHTS).items())
_EMBEDDED, MOST_RERANKED = 10, 5
"""How many sentences, the best so far, are compared by their vectors, and by the likeness of their words."""


class SentenceScorer:
    """Scores sentences for one question; what costs most is measured of the most promising only."""

    def __init__(self, query: str, *, embed: Embed, rarity: Rarity) -> None:
        self.asked = analyse(query)
        self._embed = embed
        self._weights = {term: rarity(term) for term in self.asked.terms}
        self._total = math.fsum(self._weights.values()) or 1.0
        self._rarity = rarity
        self._words = [word for word in dict.fromkeys(words(query)) if carries(word)]
        self._word_total = math.fsum(rarity(stem(word)) for word in self._words) or 1.0

    def score(
        self,
        evidence: Evidence,
        question: Vectors,
        *,
        similarities: Mapping[str, float],
        most: int = MOST_RERANKED,
    ) -> list[Candidate]:
        """The sentences that could answer, best first, at most `most`; each sentence of an article once.

        `question` is the query's vector, `similarities` its cosine to each passage by chunk id.
        """
        kept = _distinct(evidence.sentences)
        able = [place for place, sentence in enumerate(kept) if _can_answer(sentence.quote.text)]
        candidates = [self._candidate(kept[place], _before(kept, place), similarities) for place in able]
        compared = self._compared(_best(candidates, max(_EMBEDDED, most)), question)
        return sorted(self._likened(_best(compared, most)), key=_by_rank)

    def _candidate(
        self, sentence: EvidenceSentence, before: Quote | None, similarities: Mapping[str, float]
    ) -> Candidate:
        near = similarities.get(sentence.quote.chunk.id, 0.0)
        features = self._features(sentence, before.text if before else "", context_cosine=near)
        return Candidate(sentence, before, np.zeros(0, np.float32), features, _total(features))

    def _compared(self, candidates: Sequence[Candidate], question: Vectors) -> list[Candidate]:
        if not candidates:
            return []
        vectors = self._embed([candidate.sentence.quote.text for candidate in candidates])
        return [
            _with(replace(candidate, vector=vector), cosine=float(vector @ question))
            for candidate, vector in zip(candidates, vectors, strict=True)
        ]

    def _likened(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        texts = [candidate.sentence.quote.text for candidate in candidates]
        # All words at once: later look-ups find their vectors remembered.
        self._embed(sorted({*self._words, *(word for text in texts for word in told_words(text))}) or ["-"])
        return [self._with_likeness(candidate) for candidate in candidates]

    def _with_likeness(self, candidate: Candidate) -> Candidate:
        text = candidate.sentence.quote.text
        fit = fits(self.asked, text, alike=self._alike)
        return _with(candidate, likeness=self._likeness(text), fit=fit)

    def _likeness(self, text: str) -> float:
        held = {stem(word) for word in words(text)}
        found = ((word, 1.0 if stem(word) in held else self._partly(word, text)) for word in self._words)
        return math.fsum(self._rarity(stem(word)) * part for word, part in found) / self._word_total

    def _partly(self, word: str, text: str) -> float:
        """0 for a name or a number, which nothing else can stand for."""
        if word in self.asked.names or word.isdigit():
            return 0.0
        return 0.9 * min(1.0, max(0.0, (self._closest(word, text) - _UNLIKE) / (_SYNONYM - _UNLIKE)))

    def _features(self, sentence: EvidenceSentence, before: str, *, context_cosine: float) -> Features:
        asked, chunk, text = self.asked, sentence.quote.chunk, sentence.quote.text
        around = f"{before} {chunk.title} {chunk.outlet} {chunk.author} {text}"
        ordered, here = content_terms(text), word_set(around)
        coverage = self._covered(ordered)
        return Features(
            context_cosine=context_cosine,
            coverage=coverage,
            context_coverage=self._covered(content_terms(around)),
            fit=fits(asked, text, alike=operator.eq),
            names=sum(name in here for name in asked.names) / len(asked.names) if asked.names else 0.5,
            pairs=_shared_pairs(asked.terms, ordered),
            density=coverage * len(asked.terms) / max(len(ordered), 1),
        )

    def _covered(self, terms: Sequence[str]) -> float:
        return math.fsum(self._weights[term] for term in set(terms) if term in self._weights) / self._total

    def _closest(self, word: str, text: str) -> float:
        """The highest cosine of a word and the words of a text that carry meaning; 0 for an empty text."""
        told = told_words(text)
        if not told:
            return 0.0
        vectors = self._embed([word, *told])
        return float((vectors[1:] @ vectors[0]).max())

    def _alike(self, one: str, other: str) -> bool:
        return self._closest(one, other) >= _ALIKE


def _total(features: Features) -> float:
    return math.fsum(getattr(features, name) * weight for name, weight in _WEIGHED)


def _with(candidate: Candidate, **measured: float) -> Candidate:
    features = replace(candidate.features, **measured)
    return replace(candidate, features=features, score=_total(features))


def _best(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    return sorted(candidates, key=_by_rank)[:count]


def _by_rank(candidate: Candidate) -> tuple[float, str, int]:
    return candidate.rank


def _distinct(sentences: Sequence[EvidenceSentence]) -> list[EvidenceSentence]:
    """Neighbouring chunks share a sentence: keep its first occurrence."""
    first: dict[tuple[str, int, int], EvidenceSentence] = {}
    for sentence in sentences:
        first.setdefault((sentence.quote.chunk.source, sentence.quote.start, sentence.quote.end), sentence)
    return list(first.values())


def _can_answer(text: str) -> bool:
    return not is_heading(text) and not text.rstrip("\"'”’ ").endswith("?")


def _before(sentences: Sequence[EvidenceSentence], place: int) -> Quote | None:
    before = sentences[place - 1].quote if place else None
    return before if before and before.chunk.id == sentences[place].quote.chunk.id else None


def told_words(text: str) -> list[str]:
    """The words of a sentence that those of a question are likened to."""
    return sorted({word for word in words(text) if word not in STOP_WORDS and not word.isdigit()})


def _shared_pairs(question: Sequence[str], sentence: Sequence[str]) -> float:
    wanted = list(pairwise(question))
    held = set(pairwise(sentence))
    return sum(pair in held for pair in wanted) / len(wanted) if wanted else 0.0
