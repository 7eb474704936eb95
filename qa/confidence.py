"""How sure an extractive answer is: a measured frequency, from its best sentence and from what the question holds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from qa.asking import Asked
from qa.scoring import Candidate
from vectorstore.terms import stem

_READ = (-2.64, 0.886)
"""Offset and slope of the logistic fit of right answers on the strength of their best sentence."""
_UNREAD = (4.42, 0.337)
"""The same without the reader, moved by 0.34 so that one threshold serves both."""
_READ_UNHEARD = 0.35


def confidence(query: str, ranked: Sequence[Candidate], *, asked: Asked, knows: Callable[[str], bool]) -> float:
    """Between 0 and 1: how often an answer of this strength was right; the model card tells on which questions."""
    if not ranked:
        return 0.0
    best, unheard = ranked[0], unheard_of(asked, query, knows)
    if best.told:
        offset, slope = _READ
        return chance(slope * (best.score - _READ_UNHEARD * unheard) - offset)
    offset, slope = _UNREAD
    return chance(slope * (best.score - misfit(asked, best) - unheard) - offset)


def misfit(asked: Asked, candidate: Candidate) -> float:
    """What is asked for is not in the sentence: a count of nothing, an age, a time."""
    fit = candidate.features.fit
    if asked.kind in ("count", "age"):
        return (5.0 if asked.kind == "count" else 10.0) * (1 - min(1.0, fit / 0.7))
    return 2.5 * (asked.kind in ("time", "money", "share") and fit == 0)


def unheard_of(asked: Asked, query: str, knows: Callable[[str], bool]) -> float:
    """Names, numbers and other words of the question that no article holds."""
    names = [name for name in asked.names if not knows(stem(name))]
    numbers = [number for number in re.findall(r"\d{2,}", query) if not knows(number)]
    share = sum(not knows(term) for term in asked.terms) / max(len(asked.terms), 1)
    return 4.5 * bool(names) + 4.5 * bool(numbers) + share


def chance(logit: float) -> float:
    """From a logit to a frequency."""
    return 1 / (1 + math.exp(-logit))
