"""The exact checks of a claim against its quotes: quotations, numbers, dates, names, words, and what is reversed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.evidence import POINTING, Evidence, EvidenceSentence
from qa.normalise import acronyms, content_terms, names, occurs_as_name, quotations, unaliased, word_set
from qa.quantities import Day, Quantities, quantities, without_quantities
from qa.verifying.told_otherwise import told_otherwise
from vectorstore.terms import words

COVERAGE_BAR = 0.5
"""The share of a claim's words, weighed by rarity, that its quotes must hold."""
SIMILAR_COVERAGE_BAR, SIMILARITY_BAR = 0.42, 0.58
"""A lower share is enough for a claim whose embedding is this close to its quote's."""
_SMALL_COUNT = re.compile(r"\b(two|three) (\w+)", re.IGNORECASE)
TOO_LITTLE = "too little of it is in the quoted sentences"


@dataclass(frozen=True, slots=True)
class ParsedClaim:
    """A claim taken apart, once for all its checks."""

    text: str
    terms: tuple[str, ...]
    quantities: Quantities
    names: tuple[str, ...]
    quotations: tuple[str, ...]


def parse(text: str) -> ParsedClaim:
    """Take a claim apart."""
    terms = content_terms(without_quantities(text))
    return ParsedClaim(text, terms, quantities(text), names(text), quotations(text))


def fault(claim: ParsedClaim, evidence: Evidence, chosen: Sequence[EvidenceSentence], *, numbers: Sequence[int]) -> str:
    """The first check that fails, in one line; empty when all hold. `numbers` are the passages quoted from."""
    return (
        _quotation_fault(claim, evidence, numbers)
        or _quantity_fault(claim, chosen)
        or _name_fault(claim, evidence, numbers)
        or _subject_fault(claim, evidence, chosen)
        or _coverage_fault(claim, evidence, chosen)
        or _told_otherwise(claim, evidence, chosen, numbers=numbers)
    )


def has_day(day: Day, days: Sequence[Day]) -> bool:
    """Whether one of several dates agrees with a date."""
    return any(day.agrees_with(other) for other in days)


def coverage(terms: Sequence[str], evidence: Evidence, chosen: Sequence[EvidenceSentence]) -> float:
    """The share of `terms`, weighed by rarity, that the chosen sentences hold; 1 for no terms."""
    told = evidence.attribution(chosen).union(*(sentence.terms for sentence in chosen))
    weights = {term: evidence.rarity(term) for term in terms}
    return sum(weight for term, weight in weights.items() if term in told) / (sum(weights.values()) or 1.0)


def _quotation_fault(claim: ParsedClaim, evidence: Evidence, numbers: Sequence[int]) -> str:
    missing = [quotation for quotation in claim.quotations if not evidence.find(quotation, numbers)]
    return f"the quotation “{missing[0]}” is not in the article" if missing else ""


def _quantity_fault(claim: ParsedClaim, chosen: Sequence[EvidenceSentence]) -> str:
    told = {number for sentence in chosen for number in sentence.quantities.numbers}
    years = {str(s.quote.chunk.published.year) for s in chosen if s.quote.chunk.published}
    days = [day for sentence in chosen for day in sentence.quantities.days]
    if missing := sorted(claim.quantities.numbers - told - years - _counted(claim.text, chosen)):
        return f"the number {missing[0]} is not in the quoted sentences"
    if any(not has_day(day, days) for day in claim.quantities.days):
        return "a date is not in the quoted sentences"
    return ""


def _counted(text: str, chosen: Sequence[EvidenceSentence]) -> frozenset[str]:
    """`Two` and `three` where the quotes have those who are counted without a number: "the leaders" may be two."""
    found = {"two": "2", "three": "3"}
    counted = [(match[1].lower(), match[2]) for match in _SMALL_COUNT.finditer(text)]
    quotes = " ".join(one.quote.text for one in chosen)
    uncounted = r"\b(?:the|both|these|those|their) "
    bare = [word for word, noun in counted if re.search(rf"{uncounted}{noun}\b", quotes, re.IGNORECASE)]
    return frozenset(found[word] for word in bare)


def _name_fault(claim: ParsedClaim, evidence: Evidence, numbers: Sequence[int]) -> str:
    text_words, short_names = evidence.words(numbers), evidence.acronyms(numbers)
    missing = [name for name in claim.names if not occurs_as_name(name, text_words, short_names)]
    missing = [name for name in missing if len(name) > 5 or not evidence.has_initials(name, numbers)]
    return f"the name “{missing[0]}” is not in the passage" if missing else ""


def _subject_fault(claim: ParsedClaim, evidence: Evidence, chosen: Sequence[EvidenceSentence]) -> str:
    """A name of the claim that neither the quotes nor the sentences around them hold."""
    near = evidence.around(chosen)
    told = " ".join(f"{one.quote.text} {one.quote.chunk.outlet} {one.quote.chunk.author}" for one in near)
    vocabulary, short_names = word_set(unaliased(told)), acronyms(told)
    named = [name for name in claim.names if not _is_common(name, claim.text, evidence)]
    missing = [name for name in named if not occurs_as_name(name, vocabulary, short_names)]
    if not missing or any(POINTING.search(one.quote.text) for one in chosen):
        return ""
    return f"the quoted sentences do not speak of “{missing[0]}”"


def _is_common(name: str, text: str, evidence: Evidence) -> bool:
    """Whether a word that opens the claim has its capital from that alone: the passages write it small."""
    opens = next(iter(words(text)), "") == name
    return opens and any(re.search(rf"\b{re.escape(name)}", one.chunk.text) for one in evidence.passages)


def _coverage_fault(claim: ParsedClaim, evidence: Evidence, chosen: Sequence[EvidenceSentence]) -> str:
    covered = coverage(claim.terms, evidence, chosen)
    if covered >= COVERAGE_BAR:
        return ""
    if covered >= SIMILAR_COVERAGE_BAR and evidence.similarity(claim.text, chosen) >= SIMILARITY_BAR:
        return ""
    return TOO_LITTLE


def _told_otherwise(
    claim: ParsedClaim, evidence: Evidence, chosen: Sequence[EvidenceSentence], *, numbers: Sequence[int]
) -> str:
    around = [sentence.quote.text for sentence in evidence.of(numbers)]
    tellers = " ".join(f"{one.quote.chunk.outlet} {one.quote.chunk.author}" for one in chosen)
    return told_otherwise(claim.text, [one.quote.text for one in chosen], around=around, tellers=tellers)
