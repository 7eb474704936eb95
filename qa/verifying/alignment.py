"""A sentence as words in their order, and the words that two sentences share: who does what, what is denied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.normalise import STOP_WORDS, content_terms, unaliased
from qa.quantities import quantities
from vectorstore.terms import fold, stem

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|\d[\d,]*(?:\.\d+)?%?|[^\W_]+(?:['’-][^\W_]+)*['’]?|[^\w\s]")
_OWNS = re.compile(r"(?:['’]s|s['’])$")
_CLAUSE_ENDS = frozenset(";:—–()")
_BE = frozenset("is are was were be been being get got".split())
_AUXILIARIES = _BE | frozenset("has have had will would can could may might shall should must do does did to".split())
_SKIPPED = _AUXILIARIES | frozenset(
    "also then now later already still just even only himself herself once again not never".split()
)
_PASTS = """
    say said, tell told, give gave given, take took taken, make made, send sent, leave left, begin began begun
    commence commenced commencing start started starting, meet met, hold held, win won, lose lost, speak spoke spoken,
    write wrote written author authored authoring pen penned, come came, go went gone, see saw seen, find found,
    become became, bring brought, build built construct constructed, buy bought, sell sold, lead led, keep kept,
    fall fell fallen, rise rose
    risen, flee fled, shoot shot, strike struck, pay paid, stand stood, understand understood, fight fought, grow grew
    grown, know knew known, draw drew drawn, throw threw thrown, fly flew flown, choose chose chosen, break broke
    broken, bite bit bitten, teach taught, catch caught, steal stole stolen, drive drove driven, wear wore worn,
    lend lent, feed fed, hide hid hidden, ride rode ridden, sink sank sunk, seek sought, sweep swept, tear tore torn,
    shake shook shaken, freeze froze frozen, overcome overcame, overtake overtook overtaken, forgive forgave forgiven,
    swear swore sworn, forbid forbade forbidden, withdraw withdrew withdrawn, ask asked request requested
    requesting"""
_BASES = {form: group.split()[0] for group in _PASTS.split(",") for form in group.split()}
"""The forms of irregular verbs, and of a few that news uses for the same act, by one of them."""
_STOPS_OBJECT = frozenset("by for that in on at with of as".split())
_PREPOSITIONS = frozenset("of in at from near to with by on for".split())
_TURNS = frozenset("but while although though whereas".split())
_LEADS_PARTICIPLE = frozenset("after before by while when , without".split())
_OPENS_OBJECT = frozenset("to that the a an his her its their".split())
_LINKS = frozenset("and but while although though whereas which who".split())
_UNCHANGED = frozenset("beat hit cut quit hurt".split())
"""Pasts that look like the present, and like nouns where an article stands before them."""
_IRREGULAR = frozenset(form for form, base in _BASES.items() if form != base and not form.endswith("ing"))
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence."""

    text: str
    """Folded."""
    term: str
    """The stem that is compared; empty for words that carry no meaning, and for punctuation."""
    is_name: bool
    owns: bool
    """Whether it ends in an apostrophe of possession."""
    place: int


@dataclass(frozen=True, slots=True)
class Roles:
    """The names right before and right after a verb; empty where there is none, or another word stands between."""

    subject: str = ""
    object: str = ""


@lru_cache(maxsize=2048)
def words_of(sentence: str) -> tuple[Word, ...]:
    """The words and punctuation marks of a sentence, in order."""
    return tuple(_words(unaliased(sentence)))


def _words(text: str) -> Iterator[Word]:
    opens = True
    for place, match in enumerate(_TOKEN.finditer(text)):
        token = match.group()
        is_word = token[0].isalnum()
        folded = _folded(token) if is_word else token
        terms = content_terms(_BASES.get(folded, token)) if is_word else ()
        name = is_word and token[0].isupper() and (folded not in STOP_WORDS or folded == "us")
        known = name and (not opens or _is_acronym(token) or _is_known_name(folded, text[match.end() :]))
        yield Word(folded, terms[0] if terms else "", known, bool(_OWNS.search(token)), place)
        opens = token in '.!?"“' if not is_word else False


def _folded(token: str) -> str:
    plain = token.replace(".", "") if token[0].isalpha() else token
    return re.sub(r"['’]s?$", "", fold(plain))


def _is_acronym(token: str) -> bool:
    return len(token) > 1 and token.isupper()


def _is_known_name(word: str, behind: str) -> bool:
    """Whether the capital of a word that opens a sentence is more than that: no common word looks like it."""
    return bool(re.match(r"\s+[A-Z]", behind)) or not re.search(r"(?:ing|ed|ly|s|ion|er)$", word)


def base_of(word: str) -> str:
    """The base of a form of an irregular verb; any other word as it is."""
    return _BASES.get(word, word)


def stems_of(words: str) -> frozenset[str]:
    """The stems of listed words."""
    return frozenset(stem(word) for word in words.split())


def is_verb(words: tuple[Word, ...], place: int) -> bool:
    """Whether a word stands there as a verb, as far as its form and the word before it tell."""
    word = words[place]
    if not word.term or word.is_name:
        return False
    before = words[place - 1].text if place else ""
    after = words[place + 1].text if place + 1 < len(words) else ""
    if word.text.endswith("s") and place and words[place - 1].is_name and after in _OPENS_OBJECT:
        return True
    if word.text in _UNCHANGED and place and words[place - 1].is_name:
        return True
    return bool(re.search(r"(?:ed|ing)$", word.text)) or word.text in _IRREGULAR or before in _AUXILIARIES


def is_passive(words: tuple[Word, ...], place: int) -> bool:
    """Whether the verb there is done to what stands before it."""
    after = words[place + 1].text if place + 1 < len(words) else ""
    at = place - 1
    while at >= 0 and (words[at].text in _SKIPPED - {"to"} or words[at].text.endswith("ly")) and not _is_be(words[at]):
        at -= 1
    is_done_to = at >= 0 and _is_be(words[at]) and not words[place].text.endswith("ing")
    return is_done_to or (after == "by" and not _is_number(words, place + 2))


def _is_number(words: tuple[Word, ...], place: int) -> bool:
    return place < len(words) and bool(quantities(words[place].text).numbers)


def _is_be(word: Word) -> bool:
    return re.sub("n['’]t$", "", word.text) in _BE


def roles(words: tuple[Word, ...], place: int) -> Roles:
    """The names beside a verb."""
    return Roles(_name_before(words, place), _name_after(words, place))


def _name_before(words: tuple[Word, ...], place: int) -> str:
    at = place - 1
    while at >= 0 and (words[at].text in _SKIPPED or words[at].text.endswith("ly")):
        at -= 1
    if at >= 0 and words[place].text.endswith("ing") and words[at].text in _LEADS_PARTICIPLE:
        return _first_subject(words, at)
    if at >= 0 and words[at].is_name:
        first = at
        while first > 0 and words[first - 1].is_name:
            first -= 1
        return "" if first > 0 and words[first - 1].text in _PREPOSITIONS else words[at].text
    return _first_subject(words, at) if at >= 0 and words[at].text in ("and", ",") else ""


def _first_subject(words: tuple[Word, ...], end: int) -> str:
    """For a verb joined by `and`: the name that the first verb of the sentence belongs to."""
    for word in words[:end]:
        if is_verb(words, word.place) or word.text in (",", "that"):
            before = words[word.place - 1] if word.place else word
            return before.text if before.is_name and word.text not in (",", "that") else ""
    return ""


def _name_after(words: tuple[Word, ...], place: int) -> str:
    found = ""
    for word in words[place + 1 : place + 2 + _NEAR]:
        if word.is_name:
            found = word.text
        elif found or word.term or word.text in _STOPS_OBJECT or not word.text[0].isalnum():
            break
    return found


def clause_of(words: tuple[Word, ...], place: int) -> range:
    """The places of the clause around a word: up to a semicolon, a dash, a bracket, a comma with and, but or while."""
    start = place
    while start > 0 and not _parts(words, start - 1):
        start -= 1
    end = place + 1
    while end < len(words) and not _parts(words, end):
        end += 1
    return range(start, end)


def _parts(words: tuple[Word, ...], place: int) -> bool:
    if words[place].text in _CLAUSE_ENDS:
        return True
    after = words[place + 1].text if place + 1 < len(words) else ""
    return words[place].text == "," and after in (
        "and",
        "but",
        "while",
        "although",
        "though",
        "whereas",
        "which",
        "who",
    )
