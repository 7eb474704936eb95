"""What the reader says of the sentences that may answer: where the answer stands in each, and how sure it is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.asking import Asked
from qa.confidence import misfit
from qa.drafts import Quote
from qa.evidence import LEANING
from qa.reading import Reading, Window
from qa.scoring import Candidate, Told

Read = Callable[[str, Sequence[Window]], list[Reading]]
"""The reader: a question and windows, to what it reads in each."""

MOST_READ = 8
"""Sentences that are read for a question."""
_HEDGE = re.compile(
    r"\b(?:at (?:least|most)|(?:more|less|fewer) than|up to|about|around|approximately|roughly|nearly|almost|over|under"
    r"|some|an estimated|not|no)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
"""Words before an answer without which it would say something else."""
_SHORT = 60
"""Characters of a sentence that is not understood without the one before it."""
_WEIGHTS = {"coverage": -1.23, "context_coverage": 0.28, "cosine": 2.69, "likeness": 2.14}
_MARGIN, _ANSWERS, _MISFIT, _OFFSET = 0.22, 0.17, -0.31, -3.8
"""A logistic fit of right sentences, on SQuAD articles that the reader was not trained on; see `reading/card.md`.
Of words that are in the sentence `likeness` counts all that `coverage` does."""


def judge(query: str, asked: Asked, candidates: Sequence[Candidate], read: Read) -> list[Candidate]:
    """The candidates with what the reader says of each, best first; one that leans on its predecessor is read with it.

    Their scores become logits: 0 is a sentence that is right in one case of two.
    """
    windows = [_window(candidate) for candidate in candidates]
    readings = read(query, windows)
    judged = [
        _judged(candidate, asked, window, reading)
        for candidate, window, reading in zip(candidates, windows, readings, strict=True)
    ]
    return sorted(judged, key=lambda candidate: candidate.rank)


def _window(candidate: Candidate) -> Window:
    quote, before = candidate.sentence.quote, candidate.before
    leans = before and (len(quote.text) < _SHORT or LEANING.match(quote.text))
    text = f"{before.text} {quote.text}" if before and leans else quote.text
    return Window(text, quote.chunk.title)


def _judged(candidate: Candidate, asked: Asked, window: Window, reading: Reading) -> Candidate:
    quote = candidate.sentence.quote
    shift = len(window.text) - len(quote.text)
    best = reading.best(shift)
    if best is None:  # so long a sentence before it that this one was cut off
        return replace(candidate, told=Told(quote, -math.inf, reading.answers), score=-math.inf)
    hedge = _HEDGE.search(window.text, shift, best.start)
    start = hedge.start() if hedge else best.start
    answer = Quote(quote.chunk, quote.start + start - shift, quote.start + best.end - shift)
    score = _OFFSET + _MARGIN * best.margin + _ANSWERS * reading.answers + _MISFIT * misfit(asked, candidate)
    score += math.fsum(getattr(candidate.features, name) * weight for name, weight in _WEIGHTS.items())
    return replace(candidate, told=Told(answer, best.margin, reading.answers), score=score)
