"""Whether a claim says with the words of its quotes something else than they: of others, the reverse, to come, done."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from qa.verifying.alignment import Word, base_of, is_passive, is_verb, roles, stems_of, words_of
from qa.verifying.certainty import certainty_fault
from qa.verifying.denial import denial_fault
from qa.verifying.slots import slot_fault
from vectorstore.terms import stem


def _apart(groups: str) -> dict[str, frozenset[str]]:
    """The stems that each word excludes, from groups between commas whose sides a slash parts."""
    found: dict[str, frozenset[str]] = {}
    for sides in ([stems_of(side) for side in group.split("/")] for group in groups.split(",")):
        for side in sides:
            rivals = frozenset().union(*sides) - side
            found |= {each: found.get(each, frozenset()) | rivals for each in side}
    return found


_CAUSE = re.compile(
    r"\b(?:because|due to|as a result of|owing to|thanks to|in retaliation for|so that|led to|caused?|causing"
    r"|prompt(?:ed|ing)|triggered|forced|which is why|therefore)\b",
    re.IGNORECASE,
)
_CAUSE_TOLD = re.compile(
    _CAUSE.pattern + r"|\b(?:(?:result|respon[sd]|retaliat|prompt|motivat|reason|aim|spark|trigger|justif|accus|blam"
    r"|contribut|fuel|lead|mean|reflect|mak)\w*|since|in order to|thus|driven|drives?|designed|intended|over|for|amid"
    r"|made|left|shaped?)\b",
    re.IGNORECASE,
)
_APART = _apart(
    "early/late, first/last, increase/decrease reduce, rise/fall drop, north/south/east/west,"
    "northern/southern/eastern/western, agree accept/refuse reject decline, support/oppose, open/close, win/lose,"
    "buy/sell, begin start/end stop, enter/leave, maximum/minimum, most/least, highest/lowest, largest/smallest,"
    "more/less fewer, ally/enemy rival, weaken/strengthen, praise/criticize condemn, legal/illegal, public/private,"
    "morning/evening, confirm admit acknowledge/deny, offer/request ask, male/female, mother/father, husband/wife,"
    "son/daughter, brother/sister, minister/senator, internal/external, domestic/foreign, land/sea, civilian/military,"
    "success/failure, former/current, spring/summer/autumn/winter, dozens/hundreds/thousands/millions/billions,"
    "monday/tuesday/wednesday/thursday/friday/saturday/sunday"
)
"""Of each stem those that cannot stand in its place."""
_ORDER = frozenset(("before", "after"))
_BOUNDS = (
    (re.compile(r"\b(?:at least|no fewer than|no less than|more than|over|or more|minimum)\b", re.I), "at least"),
    (re.compile(r"\b(?:at most|no more than|up to|fewer than|less than|under|maximum|as many as)\b", re.I), "at most"),
)
_RELATIVE = re.compile(
    r"\b(this|last|next|previous|coming)(?: \w+)? (week|month|year|night|spring|summer|autumn|winter)\b"
    r"|\b(?:earlier|later) (this) (week|month|year)\b",
    re.IGNORECASE,
)
_TO_COME = frozenset("will would shall".split())
_NOT_DONE = _TO_COME | frozenset("to may might could can should must if whether".split())
_BESIDE, _AHEAD, _SAME_MATTER = 3, 3, 3


def told_otherwise(claim: str, quotes: Sequence[str], *, around: Sequence[str], tellers: str = "") -> str:
    """Why the claim is not what its quotes say, in one line; empty when nothing tells so.

    `around` are all sentences that might say it too: a role that one of them gives is no swap.
    `tellers` are the outlets and authors of the quotes, who may be named as those who say it.
    """
    own = words_of(claim)
    told = [words_of(quote) for quote in quotes]
    terms = {word.term for word in own if word.term and not word.is_name}
    same = [words for words in told if _shares(words, terms)]
    return (
        _bound_fault(claim, quotes)
        or _relative_fault(claim, quotes)
        or _role_fault(own, told, [words_of(sentence) for sentence in around])
        or slot_fault(own, told)
        or denial_fault(own, same)
        or _apart_fault(own, told)
        or _order_fault(own, told)
        or _time_fault(own, same)
        or certainty_fault(claim, quotes, tellers=tellers)
        or _cause_fault(claim, quotes)
    )


def _bound_fault(claim: str, quotes: Sequence[str]) -> str:
    """`At most` for `at least`."""
    bounds = {name for pattern, name in _BOUNDS if pattern.search(claim)}
    told = {name for pattern, name in _BOUNDS if pattern.search(" ".join(quotes))}
    if len(bounds) == 1 and len(told) == 1 and bounds != told:
        return f"the quoted sentences say “{told.pop()}”"
    return ""


def _relative_fault(claim: str, quotes: Sequence[str]) -> str:
    """`This year` for `last year`."""
    told: dict[str, set[str]] = {}
    for match in (match for quote in quotes for match in _RELATIVE.finditer(quote)):
        told.setdefault((match[2] or match[4]).lower(), set()).add((match[1] or match[3]).lower())
    for match in _RELATIVE.finditer(claim):
        said = told.get((match[2] or match[4]).lower())
        if said and (match[1] or match[3]).lower() not in said:
            return f"the quoted sentences do not say “{match[0]}”"
    return ""


def _role_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]], around: Sequence[tuple[Word, ...]]) -> str:
    """Another does it in the quotes, or it is done to whom the claim has do it."""
    terms = {word.term for word in own if word.term and not word.is_name}
    most = max((_shared(words, terms) for words in told), default=0)
    alike = [words for words in (*told, *around) if 2 * _shared(words, terms) > most and _shares(words, terms)]
    for word in own:
        if not is_verb(own, word.place) or is_passive(own, word.place):
            continue
        mine = roles(own, word.place)
        theirs = [roles(words, place) for words in told if _shares(words, terms) for place in _active(words, word.term)]
        others = [roles(words, place) for words in alike for place in _active(words, word.term)]
        turned = [each for each in theirs if mine.subject == each.object != "" or mine.object == each.subject != ""]
        known = any(mine.subject and each.subject == mine.subject for each in others)
        another = [each for each in theirs if mine.subject and each.subject and not known]
        if turned or another:
            name = next(iter([*turned, *another])).subject
            return f"in the quoted sentence it is {name.title() or 'another'} who “{word.text}”"
    return ""


def _shares(words: tuple[Word, ...], terms: Set[str]) -> bool:
    """Whether a sentence speaks of the same as a claim: it has three of its words beside the names, or all."""
    return _shared(words, terms) >= min(_SAME_MATTER, len(terms))


def _shared(words: tuple[Word, ...], terms: Set[str]) -> int:
    return len(terms & {word.term for word in words})


def _active(words: tuple[Word, ...], term: str) -> list[int]:
    found = [word.place for word in words if word.term == term]
    return [place for place in found if is_verb(words, place) and not is_passive(words, place)]


def _apart_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    """One of two words that exclude each other, beside the words that the quotes have beside the other."""
    roots = {_root(other) for words in told for other in words}
    for word in own:
        mine = _root(word)
        rivals = _APART.get(mine, frozenset())
        if not rivals & roots or mine in roots or any(_APART.get(root) == rivals for root in roots):
            continue
        near = _beside(own, word.place)
        if any(_root(other) in rivals and near & _beside(words, other.place) for words in told for other in words):
            return f"the quoted sentences do not say “{word.text}”"
    return ""


def _root(word: Word) -> str:
    return stem(base_of(word.text))


def _order_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    """`After` something that the quotes have `before` it."""
    for word in own:
        if word.text not in _ORDER:
            continue
        mine = _beside(own, word.place, ahead_only=True)
        for words in told:
            for other in words:
                if other.text in _ORDER - {word.text} and len(mine & _beside(words, other.place, ahead_only=True)) > 1:
                    return f"the quoted sentences say “{other.text}”"
    return ""


def _beside(words: tuple[Word, ...], place: int, *, ahead_only: bool = False) -> frozenset[str]:
    behind = words[place + 1 : place + (2 if ahead_only else 1) * _BESIDE + 1]
    near = behind if ahead_only else (*words[max(0, place - _BESIDE) : place], *behind)
    return frozenset(word.term for word in near if word.term and word.place != place)


def _time_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    """Done in the claim, to come in the quotes."""
    for word in own:
        done = is_verb(own, word.place) and not word.text.endswith("ing") and not _ahead(own, word.place) & _NOT_DONE
        if not done or not word.text.endswith(("ed", "un", "an", "en")):
            continue
        places = [(words, other.place) for words in told for other in words if other.term == word.term]
        if places and all(_ahead(words, place) & _TO_COME for words, place in places):
            return f"in the quoted sentences “{word.text}” is yet to come"
    return ""


def _ahead(words: tuple[Word, ...], place: int) -> frozenset[str]:
    return frozenset(word.text for word in words[max(0, place - _AHEAD) : place])


def _cause_fault(claim: str, quotes: Sequence[str]) -> str:
    """A cause that the nearest sentence does not tell."""
    match = _CAUSE.search(claim)
    if match and not any(_CAUSE_TOLD.search(quote) for quote in quotes[:1]):
        return f"the quoted sentences do not say “{match[0]}”"
    return ""
