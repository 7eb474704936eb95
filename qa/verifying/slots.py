"""What stands beside a word: its number, its owner, its place; and on which side of a verb others stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.quantities import MONTHS, quantities
from qa.verifying.alignment import Word, clause_of, is_passive, is_verb

_PLACES = frozenset("in at near from".split())
_BESIDE = 3
_CLAUSE_BREAK = frozenset(".;:—–()")
_NUMERIC = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Sides:
    """The words that a verb has on its sides, the nearest first."""

    before: tuple[str, ...]
    behind: tuple[str, ...]


def slot_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    """Another number, owner or place beside a word than the quotes have; or both sides of a verb changed over."""
    return (
        _number_fault(own, told)
        or _name_fault(own, told, ("of",), whose=True)
        or _name_fault(own, told, tuple(_PLACES), whose=False)
        or _sides_fault(own, told)
    )


def _number_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    numbers = {_number_of(word) for word in own}
    for word in own:
        number = _number_of(word)
        if not number:
            continue
        behind, before = (_beside_there(own, word.place, told, direction) for direction in (1, -1))
        reordered = behind == {number} and before <= numbers
        if (behind and number not in behind) or (before and number not in before and not reordered):
            return f"the quoted sentences do not have the number {number} there"
    return ""


def _beside_there(
    own: tuple[Word, ...], place: int, told: Sequence[tuple[Word, ...]], direction: int
) -> frozenset[str]:
    """The numbers that the quotes have beside the word that the claim's number has on that side."""
    term = _next_term(own, place, direction)
    return frozenset(one for words in told for one in _numbers_beside(words, term, -direction)) if term else frozenset()


def _number_of(word: Word) -> str:
    """The number that a word writes, in digits or letters; empty for any other, and for `one`."""
    numbers = quantities(word.text).numbers if word.text[:1].isalnum() else frozenset()
    return next(iter(numbers), "")


def _next_term(words: tuple[Word, ...], place: int, direction: int) -> str:
    """The nearest word on one side that carries a meaning, in the same clause; none behind a number or a month."""
    at = place + direction
    while 0 <= at < len(words) and abs(at - place) <= _BESIDE and words[at].text not in _CLAUSE_BREAK:
        if _number_of(words[at]) or words[at].text in MONTHS:
            return ""
        if words[at].term:
            return words[at].term
        at += direction
    return ""


def _numbers_beside(words: tuple[Word, ...], term: str, direction: int) -> Iterator[str]:
    for word in (word for word in words if word.term == term):
        at = word.place + direction
        while 0 <= at < len(words) and abs(at - word.place) <= _BESIDE and words[at].text not in _CLAUSE_BREAK:
            if number := _number_of(words[at]):
                yield number
                break
            at += direction


def _name_fault(
    own: tuple[Word, ...], told: Sequence[tuple[Word, ...]], prepositions: tuple[str, ...], *, whose: bool
) -> str:
    for word in own:
        mine = _linked_names(own, word, prepositions, whose=whose)
        if not mine:
            continue
        alike = ((words, other) for words in told for other in words if other.term == word.term)
        theirs = [_linked_names(words, other, prepositions, whose=whose) for words, other in alike]
        named = [names for names in theirs if names]
        if named and not any(mine & names for names in named):
            return f"the quoted sentences do not have “{' '.join(sorted(mine))}” there"
    return ""


def _linked_names(words: tuple[Word, ...], word: Word, prepositions: tuple[str, ...], *, whose: bool) -> frozenset[str]:
    """The parts of the name that a preposition ties to a word, or that owns it."""
    if not word.term or word.is_name or not word.text[:1].isalpha():
        return frozenset()
    found: set[str] = set()
    at = word.place + 1
    if at < len(words) and words[at].text in prepositions:
        at += 2 if at + 1 < len(words) and words[at + 1].text == "the" else 1
        while at < len(words) and words[at].is_name:
            found.add(words[at].text)
            at += 1
    before = word.place - 1
    if whose and not found and before >= 0 and words[before].owns:
        while before >= 0 and words[before].is_name:
            found.add(words[before].text)
            before -= 1
    return frozenset(found)


def _sides_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    for word in own:
        if not is_verb(own, word.place) or _describes(own, word.place):
            continue
        mine = _sides(own, word.place)
        alike = ((words, other.place) for words in told for other in words if other.term == word.term)
        if any(is_verb(words, place) and _turned(mine, _sides(words, place)) for words, place in alike):
            return f"in the quoted sentence it is the other way round (“{word.text}”)"
    return ""


def _turned(mine: _Sides, theirs: _Sides) -> bool:
    """Whether what stands nearest behind the verb stands before it there, and some of what stands before, behind."""
    crossed = {*mine.before} & {*theirs.behind} and {*mine.behind[:1]} & {*theirs.before}
    return bool(crossed) and not {*mine.before} & {*theirs.before} and not {*mine.behind[:1]} & {*theirs.behind}


def _describes(words: tuple[Word, ...], place: int) -> bool:
    """Whether a participle stands before the noun that it belongs to."""
    return place + 1 < len(words) and bool(words[place + 1].term) and not words[place + 1].is_name


def _sides(words: tuple[Word, ...], place: int) -> _Sides:
    """The words on both sides of a verb in its clause, changed over for a passive."""
    clause = clause_of(words, place)
    left = [words[at].term for at in range(clause.start, place) if _matters(words[at])]
    right = [words[at].term for at in range(place + 1, clause.stop) if _matters(words[at])]
    sides = tuple(left[: -_BESIDE - 1 : -1]), tuple(right[:_BESIDE])
    return _Sides(sides[1], sides[0]) if is_passive(words, place) else _Sides(*sides)


def _matters(word: Word) -> bool:
    return bool(word.term) and not _NUMERIC.search(word.text)
