"""How closely quotes support a claim: in its own words and their order, and by the voice of an entailment model."""

from __future__ import annotations

from collections.abc import Sequence

from qa.evidence import Evidence, EvidenceSentence
from vectorstore.terms import stem, words

ENTAILMENT_BAR = 0.5
"""The chance of entailment under which the user's model calls a claim unsupported."""
_DOUBTED = 0.7
"""The share of its support that a claim keeps when an exact check fails."""


def support(claim: str, evidence: Evidence, chosen: Sequence[EvidenceSentence], *, is_doubted: bool) -> float:
    """Between 0 and 1: the share of the claim's pairs and triples of words that the quotes have in the same order.

    Where the user has set an entailment model, the mean of that and its chance. It ranks claims; it is no verdict.
    """
    told = [_stems(text) for text in evidence.in_context(chosen)]
    shares = [_share(_stems(claim), told, size) for size in (2, 3)]
    said = [sum(shares) / len(shares), *evidence.entails(claim, chosen)]
    return sum(said) / len(said) * (_DOUBTED if is_doubted else 1.0)


def _share(own: Sequence[str], told: Sequence[Sequence[str]], size: int) -> float:
    there = {run for stems in told for run in _runs(stems, size)}
    runs = _runs(own, size)
    return sum(run in there for run in runs) / len(runs) if runs else 0.0


def _runs(stems: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(stems[start : start + size]) for start in range(len(stems) - size + 1)]


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]
