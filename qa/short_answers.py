"""The few words that answer, put before the sentences that say so: `83 [1][2]; dozens, according to The Herald [3]`."""

from __future__ import annotations

from collections.abc import Sequence

from qa.asking import Kind
from qa.drafts import Quote, Statement
from qa.normalise import content_terms
from qa.quantities import Quantities, quantities
from qa.scoring import Candidate

_SURE, _SURE_OF_NUMBERS = 2.0, 0.0
_FOUND = -4.0
"""Margin over "nothing here answers" from which the words alone are shown: nine of ten were right on the development
half, of numbers from a lower one on. From the lowest on, words that agree with the shown ones are one more witness."""
_MOST_WORDS = 14
_COUNTABLE: frozenset[Kind] = frozenset(("count", "age", "money", "share", "time"))
_TOLD_WHOLE: frozenset[Kind] = frozenset(("reason", "words"))
"""Kinds of question whose answer is a sentence."""
_EDGES = " \t\n,;:.–—-"


def short_answer(ranked: Sequence[Candidate], kind: Kind) -> list[Statement]:
    """The words that answer with the footnotes of all articles that have them, then what other articles have instead.

    Empty where the reader is not sure of the words, or where they are most of their sentence.
    """
    firsts = _first_of_each_article(ranked)
    if not firsts or firsts[0] is not ranked[0] or kind in _TOLD_WHOLE:
        return []
    if not _is_sure(firsts[0], kind) or not _is_short(firsts[0]):
        return []
    best, others = firsts[0], firsts[1:]
    same = [other for other in others if _agree(best, other)]
    others = [other for other in others if _is_sure(other, kind)]
    quotes = tuple(candidate.sentence.quote for candidate in (best, *same))
    words = _words(best)
    exact = all(words.casefold() in " ".join(quote.text.split()).casefold() for quote in quotes)
    told = [Statement(words[:1].upper() + words[1:], quotes, "verbatim" if exact else "supported")]
    if kind in _COUNTABLE:
        differing = [other for other in others if other not in same and _differ(best, other)]
        told += [_attributed(other) for other in differing[:2]]
    return told


def _first_of_each_article(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Of each article the best sentence, where the reader finds words in it."""
    firsts: dict[str, Candidate] = {}
    for candidate in ranked:
        firsts.setdefault(candidate.sentence.quote.chunk.source, candidate)
    return [one for one in firsts.values() if one.told and one.told.margin >= _FOUND]


def _is_sure(candidate: Candidate, kind: Kind) -> bool:
    if candidate.told is None:
        return False
    is_number = kind in _COUNTABLE and _counted(candidate.told.answer.text)
    return candidate.told.margin >= (_SURE_OF_NUMBERS if is_number else _SURE)


def _is_short(candidate: Candidate) -> bool:
    words = _words(candidate).split()
    return 0 < len(words) <= _MOST_WORDS and 3 * len(words) <= 2 * len(candidate.sentence.quote.text.split())


def _words(candidate: Candidate) -> str:
    assert candidate.told is not None
    return " ".join(candidate.told.answer.text.split()).strip(_EDGES)


def _attributed(candidate: Candidate) -> Statement:
    chunk = candidate.sentence.quote.chunk
    text = f"{_words(candidate)}, according to {chunk.outlet or chunk.source}"
    return Statement(text, (candidate.sentence.quote,), "supported", before="; ")


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether two articles answer with the same number, or with words of which one holds the other."""
    first, second = (_quote(candidate).text for candidate in (one, other))
    if _counted(first) or _counted(second):
        return _count_the_same(quantities(first), quantities(second))
    terms, others = set(content_terms(first)), set(content_terms(second))
    return bool(terms and others) and (terms <= others or others <= terms)


def _differ(one: Candidate, other: Candidate) -> bool:
    first, second = (_quote(candidate).text for candidate in (one, other))
    both = _counted(first) and _counted(second)
    return both and not _count_the_same(quantities(first), quantities(second)) and _is_short(other)


def _counted(text: str) -> bool:
    found = quantities(text)
    return bool(found.numbers or found.days)


def _count_the_same(one: Quantities, other: Quantities) -> bool:
    """The same numbers; of dates one may be the vaguer."""
    if one.days and other.days:
        days = [(day, another) for day in one.days for another in other.days]
        return any(day.agrees_with(another) or another.agrees_with(day) for day, another in days)
    return not one.days and not other.days and one.numbers == other.numbers


def _quote(candidate: Candidate) -> Quote:
    assert candidate.told is not None
    return candidate.told.answer
