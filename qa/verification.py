"""Is each statement of an answer told by an article? Checks of our own, in milliseconds, by no model's word.

A claim is `verbatim` when it occurs in its quote, `supported` when its quotations, numbers, dates and names occur
and enough of its words do, else `unsupported` with the check that failed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from qa.drafts import Quote, Statement
from qa.evidence import Evidence, EvidenceSentence
from qa.marks import DraftSentence
from qa.normalise import acronyms, content_terms, folded, names, occurs_as_name, quotations, unaliased
from qa.quantities import Day, Quantities, quantities, without_quantities
from vectorstore.terms import words

COVERAGE_BAR = 0.5
"""The share of a claim's words, weighed by rarity, that its quotes must hold."""
SIMILAR_COVERAGE_BAR, SIMILARITY_BAR = 0.3, 0.75
"""A lower share is enough for a claim whose embedding is this close to its quote's."""
_NUMBER_WEIGHT = 3.0
_GAIN_BAR = 0.12
_MOST_QUOTES = 3
_NOTHING = "no passage says it"
_TOO_LITTLE = "too little of it is in the quoted sentences"
_BETWEEN = r"\s+(?:(?:yet|been|be|have|has|publicly|formally|immediately|to|that|it|the|a|an|any)\s+)*(\w+)"
_NOT = re.compile(r"(?:\b(?:not|never|cannot)|n['’]t)" + _BETWEEN, re.IGNORECASE)
_DENIAL = re.compile(r"\b(?:den(?:y|ies|ied|ying)|refus\w+|declin\w+|fail(?:s|ed|ing)?)" + _BETWEEN, re.IGNORECASE)
_NO_DENIAL = frozenset({"only", "just", "necessarily", "merely", "even"})
_NO = re.compile(r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing)\b|n['’]t\b", re.IGNORECASE)
_NEGATIVE = re.compile(
    _NO.pattern + r"|\b(?:unlikely|un(?:able|clear|confirmed|known|willing|disclosed|specified))\b"
    r"|\b(?:refus|den[iy]|declin|reject|fail|lack|avoid|absent|absence|withh[eo]ld|refrain|dismiss|insist|yet to)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    terms: tuple[str, ...]
    quantities: Quantities
    names: tuple[str, ...]
    quotations: tuple[str, ...]


def verify(sentence: DraftSentence, evidence: Evidence) -> Statement:
    """The statement with the exact sentences that support it; marks that support nothing are not kept.

    Cited passages are tried first, then all others: a model that cites the wrong one is put right.
    """
    if sentence.is_heading:
        return Statement(sentence.text, before=sentence.before, is_claim=False)
    claim = _Claim(
        sentence.text,
        content_terms(without_quantities(sentence.text)),
        quantities(sentence.text),
        names(sentence.text),
        quotations(sentence.text),
    )
    cited = [number for number in sentence.numbers if 1 <= number <= len(evidence.passages)]
    others = [number for number in range(1, len(evidence.passages) + 1) if number not in cited]
    checked = _each_cited(claim, evidence, cited) if cited else None
    if checked is None or checked.verdict == "unsupported":
        elsewhere = _check(claim, evidence, others)
        checked = elsewhere if checked is None or elsewhere.verdict != "unsupported" else checked
    return Statement(checked.text, checked.quotes, checked.verdict, checked.why, before=sentence.before)


def _check(claim: _Claim, evidence: Evidence, numbers: Sequence[int], *, joined: bool = False) -> Statement:
    """The claim against each passage by itself, the nearest first, and where `joined`, against all together."""
    if (quote := evidence.find(claim.text.rstrip(".!?… "), numbers)) and len(claim.terms) > 1:
        return Statement(claim.text, (_whole_sentence(quote, evidence, numbers),), "verbatim")
    sets = [[number] for number in numbers] + ([list(numbers)] if joined and len(numbers) > 1 else [])
    tried = [_support(claim, evidence, each) for each in sets if claim.terms]
    held = [statement for statement in tried if statement.verdict == "supported"]
    if held:
        return max(held, key=lambda statement: _told(claim, evidence, statement.quotes))
    # Of the reasons, the telling one: a passage without the claim's words says nothing about a wrong number.
    tried.sort(key=lambda statement: statement.why in (_NOTHING, _TOO_LITTLE))
    return next(iter(tried), Statement(claim.text, verdict="unsupported", why=_NOTHING))


def _support(claim: _Claim, evidence: Evidence, numbers: Sequence[int]) -> Statement:
    chosen = _choose(claim, evidence, numbers)
    why = _NOTHING
    for size in range(1, len(chosen) + 1):
        if not (why := _fault(claim, evidence, chosen[:size], numbers=numbers)):
            quotes = tuple(sentence.quote for sentence in chosen[:size])
            more = _missing_quotations(claim, evidence, quotes, numbers=numbers)
            return Statement(claim.text, quotes + more, "supported")
    return Statement(claim.text, verdict="unsupported", why=why)


def _told(claim: _Claim, evidence: Evidence, quotes: Sequence[Quote]) -> float:
    chosen = [sentence for sentence in evidence.sentences if sentence.quote in quotes]
    return coverage(claim.terms, evidence, chosen) - 0.1 * len(quotes)


def _each_cited(claim: _Claim, evidence: Evidence, numbers: Sequence[int]) -> Statement:
    """As `_check`, with one sentence more from each other cited passage that supports the claim by itself."""
    checked = _check(claim, evidence, numbers, joined=True)
    if checked.verdict == "unsupported" or len(numbers) > _MOST_QUOTES * 2:
        return checked
    quoted = {quote.chunk.id for quote in checked.quotes}
    silent = [number for number in numbers if evidence.passages[number - 1].chunk.id not in quoted]
    alone = [_check(claim, evidence, [number]) for number in silent]
    more = tuple(other.quotes[0] for other in alone if other.quotes)
    return replace(checked, quotes=checked.quotes + more)


def _whole_sentence(quote: Quote, evidence: Evidence, numbers: Collection[int]) -> Quote:
    for sentence in evidence.of(numbers):
        whole = sentence.quote
        if whole.chunk is quote.chunk and whole.start <= quote.start and quote.end <= whole.end:
            return whole
    return quote


def _choose(claim: _Claim, evidence: Evidence, numbers: Collection[int]) -> list[EvidenceSentence]:
    """The sentence that holds most of the claim, then those that add what it lacks."""
    wanted = _weights(claim, evidence)
    total = sum(wanted.values()) or 1.0
    left, chosen = list(evidence.of(numbers)), list[EvidenceSentence]()
    while left and len(chosen) < _MOST_QUOTES:
        gains = [sum(wanted[item] for item in _items(sentence, claim) if item in wanted) for sentence in left]
        best = max(range(len(left)), key=lambda i: (gains[i], -len(left[i].terms)))
        if gains[best] / total < (_GAIN_BAR if chosen else 1e-9):
            break
        chosen.append(left.pop(best))
        for item in _items(chosen[-1], claim):
            wanted.pop(item, None)
    return chosen


def _weights(claim: _Claim, evidence: Evidence) -> dict[object, float]:
    weights: dict[object, float] = {term: evidence.rarity(term) for term in claim.terms}
    exact = [*((("number", number)) for number in claim.quantities.numbers), *claim.quantities.days]
    return weights | dict.fromkeys(exact, _NUMBER_WEIGHT) | dict.fromkeys(_keys(claim.quotations), _NUMBER_WEIGHT)


def _items(sentence: EvidenceSentence, claim: _Claim) -> list[object]:
    days = [day for day in claim.quantities.days if _has_day(day, sentence.quantities.days)]
    text = folded(sentence.quote.text) if claim.quotations else ""
    quoted = [key for key in _keys(claim.quotations) if key[1] in text]
    return [*sentence.terms, *(("number", number) for number in sentence.quantities.numbers), *days, *quoted]


def _keys(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [("quotation", folded(text)) for text in texts]


def _has_day(day: Day, days: Sequence[Day]) -> bool:
    return any(day.agrees_with(other) for other in days)


def _fault(claim: _Claim, evidence: Evidence, chosen: Sequence[EvidenceSentence], *, numbers: Sequence[int]) -> str:
    """The first check that fails, in one line; empty when all hold."""
    if not chosen:
        return _NOTHING
    return (
        _quotation_fault(claim, evidence, numbers)
        or _quantity_fault(claim, chosen)
        or _name_fault(claim, evidence, numbers)
        or _subject_fault(claim, chosen[0].quote)
        or _coverage_fault(claim, evidence, chosen)
        or _negation_fault(claim, chosen)
    )


def _quotation_fault(claim: _Claim, evidence: Evidence, numbers: Sequence[int]) -> str:
    missing = [quotation for quotation in claim.quotations if not evidence.find(quotation, numbers)]
    return f"the quotation “{missing[0]}” is not in the article" if missing else ""


def _quantity_fault(claim: _Claim, chosen: Sequence[EvidenceSentence]) -> str:
    told = {number for sentence in chosen for number in sentence.quantities.numbers}
    years = {str(s.quote.chunk.published.year) for s in chosen if s.quote.chunk.published}
    days = [day for sentence in chosen for day in sentence.quantities.days]
    if missing := sorted(claim.quantities.numbers - told - years):
        return f"the number {missing[0]} is not in the quoted sentences"
    if any(not _has_day(day, days) for day in claim.quantities.days):
        return "a date is not in the quoted sentences"
    return ""


def _name_fault(claim: _Claim, evidence: Evidence, numbers: Sequence[int]) -> str:
    text_words, short_names = evidence.words(numbers), evidence.acronyms(numbers)
    missing = [name for name in claim.names if not occurs_as_name(name, text_words, short_names)]
    return f"the name “{missing[0]}” is not in the passage" if missing else ""


def _subject_fault(claim: _Claim, quote: Quote) -> str:
    """A claim that begins with one name cannot rest on a sentence that lacks it and begins with another."""
    told = f"{quote.text} {quote.chunk.outlet} {quote.chunk.author}"
    if not claim.names or occurs_as_name(claim.names[0], frozenset(words(unaliased(told))), acronyms(told)):
        return ""
    opening = names(" ".join(quote.text.split()[:2]))
    other = opening and opening[0] not in claim.names
    return f"the quoted sentence is about “{opening[0]}”" if other else ""


def _coverage_fault(claim: _Claim, evidence: Evidence, chosen: Sequence[EvidenceSentence]) -> str:
    covered = coverage(claim.terms, evidence, chosen)
    if covered >= COVERAGE_BAR:
        return ""
    if covered >= SIMILAR_COVERAGE_BAR and evidence.similarity(claim.text, chosen) >= SIMILARITY_BAR:
        return ""
    return _TOO_LITTLE


def coverage(terms: Sequence[str], evidence: Evidence, chosen: Sequence[EvidenceSentence]) -> float:
    """The share of `terms`, weighed by rarity, that the chosen sentences hold; 1 for no terms."""
    told = evidence.attribution(chosen).union(*(sentence.terms for sentence in chosen))
    weights = {term: evidence.rarity(term) for term in terms}
    return sum(weight for term, weight in weights.items() if term in told) / (sum(weights.values()) or 1.0)


def _negation_fault(claim: _Claim, chosen: Sequence[EvidenceSentence]) -> str:
    """Reversed as far as words tell: a `not` before a word that the quotes affirm, or the other way round."""
    told = " ".join(sentence.quote.text for sentence in chosen)
    told_terms = frozenset().union(*(sentence.terms for sentence in chosen))
    denied = _followers(_NOT, told) | _followers(_DENIAL, told)
    if (_followers(_NOT, claim.text) & told_terms) - denied:
        return "the claim denies what the quoted sentences say"
    if _NO.search(claim.text) and not _NO.search(told) and not denied:
        return "the claim denies what the quoted sentences do not deny"
    if denied & set(claim.terms) and not _NEGATIVE.search(claim.text):
        return "the quoted sentences deny what the claim says"
    return ""


def _followers(pattern: re.Pattern[str], text: str) -> set[str]:
    """The words that a negation stands right before; "not only" and "not necessarily" deny nothing."""
    words = " ".join(match[1] for match in pattern.finditer(text) if match[1].lower() not in _NO_DENIAL)
    return set(content_terms(words))


def _missing_quotations(
    claim: _Claim, evidence: Evidence, quotes: Sequence[Quote], *, numbers: Sequence[int]
) -> tuple[Quote, ...]:
    shown = folded(" ".join(quote.text for quote in quotes))
    found = [evidence.find(quotation, numbers) for quotation in claim.quotations if folded(quotation) not in shown]
    return tuple(_whole_sentence(quote, evidence, numbers) for quote in found if quote)
