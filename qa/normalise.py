"""Small normalisers that checks of answers share: folded text, quotations, names, words that carry meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from qa.quantities import MONTHS
from vectorstore.terms import stem, words
from vectorstore.types import Span

_FOLDS = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("[【", "("),
        **dict.fromkeys("]】", ")"),
        "‹": "<",
        "›": ">",
        "…": "...",
        "\u00ad": "",
        "\u200b": "",
    }
)
_QUOTATION = re.compile(r"“([^”\n]+)”|«([^»\n]+)»|„([^“”\n]+)[“”]|\"([^\"\n]+)\"")
_NAME = re.compile(r"(?<![\d])[^\W\d_](?:\.?[^\W\d_]+)*(?:['’][^\W\d_]+)?\.?")
_CAPITALS = re.compile(r"\b[A-Z][\w'’-]*(?:\s+(?:of|the|and|de|los|la|del)\s+[A-Z][\w'’-]*|\s+[A-Z][\w'’-]*)+")
_ALIASES = (
    (re.compile(r"\b(?:the )?united states(?: of america)?\b|\busa\b|\bamericans?\b", re.IGNORECASE), "US"),
    (re.compile(r"\b(?:the )?united kingdom\b|\bbritish\b|\bbritain\b", re.IGNORECASE), "UK"),
    (re.compile(r"\beuropean union\b", re.IGNORECASE), "EU"),
    (re.compile(r"\bunited nations\b", re.IGNORECASE), "UN"),
    (re.compile(r"\bsaudi arabian?\b|\bsaudis\b", re.IGNORECASE), "Saudi"),
    (re.compile(r"\bchinese\b", re.IGNORECASE), "China"),
    (re.compile(r"\bfrench\b", re.IGNORECASE), "France"),
    (re.compile(r"\bgermans?\b", re.IGNORECASE), "Germany"),
    (re.compile(r"\bspanish\b", re.IGNORECASE), "Spain"),
    (re.compile(r"\bdutch\b", re.IGNORECASE), "Netherlands"),
)
_STOP_WORDS = """
    a about after again all also although am an and another any are as at be because been before being between both
    but by can could did do does doing done down during each either few for from further had has have having he her here
    hers him himself his how however i if in into is it its itself just may me might more most much must my near no nor
    not of off on once only onto or other our out over own per same she should since so some still such than that the
    their theirs them themselves then there these they this those though through thus to too under until up upon very
    via was we were what when where whether which while who whom whose why will with within without would yet you your
    according add added adds said say saying says tell told tells state stated states report
    reports reported reportedly reporting"""
_SYNONYMS = """
    kill die dead death deadli fatal slain casualti lethal, troop soldier personnel,
    ship vessel boat warship, leav depart exit flee,
    presid presidenti, airstrik strike bombard attack, call phone convers telephon talk discuss dialogu,
    plan propos offer, confirm acknowledg, harsh vehement strong, denounc condemn decri, request ask seek, allow permit,
    elect vote, conduct carri, locat station posit deploy, purport alleg suppos, build construct"""
_ONE_THING = {stem: group.split()[0] for group in _SYNONYMS.split(",") for stem in group.split()}
"""The stem of a word that news uses for the same thing as others; for comparing words, never names or numbers."""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_COMMON_OPENERS = """
    additionally afterwards among analysts approximately around currently earlier eventually experts finally first
    following furthermore given last later latest many meanwhile moreover nearly nobody none officials one people
    recently reports roughly second several similarly six sources specifically three thus today tomorrow two
    less fewer yesterday despite instead indeed overall officially observers reporters"""
_SEATS = {
    "washington": "us", "caracas": "venezuela", "moscow": "russia", "kremlin": "russia", "beijing": "china",
    "london": "uk", "paris": "france", "berlin": "germany", "tehran": "iran", "kyiv": "ukraine", "tokyo": "japan",
    "brussels": "eu", "ankara": "turkey", "madrid": "spain", "rome": "italy", "delhi": "india", "seoul": "korea",
    "pyongyang": "korea", "bogota": "colombia", "havana": "cuba", "ottawa": "canada", "canberra": "australia",
    "warsaw": "poland", "damascus": "syria", "baghdad": "iraq", "kabul": "afghanistan", "islamabad": "pakistan",
    "riyadh": "saudi", "pentagon": "us", "taipei": "taiwan", "cairo": "egypt", "pretoria": "africa",
}  # fmt: skip
"""The seats of governments, by which news calls their countries."""
_OPENERS = STOP_WORDS | frozenset(_COMMON_OPENERS.split())
_NUMBER_WORD = re.compile(
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    r"|hundreds?|thousands?|dozens?|half)$"
)
_COMMON_ENDINGS = re.compile(
    r"(?:ing|ed|ly|tions?|ments?|ers|ors|ials|ists|ness|ies|ous|ful|ive|ary|ity|ities|ants|ents)$"
)


class _Haystack(NamedTuple):
    text: str
    places: tuple[int, ...]
    """Of each folded character, where it stands in the text."""


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Case, quotation marks, dashes, brackets and blanks unified; for comparing text, never for showing it."""
    return "".join(char for char, _ in _folded_characters(text)).strip()


def find_folded(needle: str, haystack: str) -> Span | None:
    """Where `needle` occurs in `haystack` when both are folded, as exact offsets into `haystack`."""
    wanted = folded(needle)
    text, places = _folded_haystack(haystack)
    at = _whole_words(text, wanted) if wanted else -1
    if at < 0:
        return None
    return Span(places[at], places[at + len(wanted) - 1] + 1)


def quotations(text: str) -> tuple[str, ...]:
    """What stands between quotation marks, without the comma or full stop before the closing one."""
    found = (next(group for group in match.groups() if group) for match in _QUOTATION.finditer(text))
    return tuple(quotation.strip().rstrip(".,;:") for quotation in found if quotation.strip(" .,;:"))


@lru_cache(maxsize=8192)
def content_terms(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning, in order; the United States and America are both `us`."""
    kept = (word for word in words(unaliased(text)) if word == "us" or word not in STOP_WORDS)
    return tuple(_ONE_THING.get(stem(word), stem(word)) for word in kept)


@lru_cache(maxsize=4096)
def word_set(text: str) -> frozenset[str]:
    """The folded words of a text."""
    return frozenset(words(text))


@lru_cache(maxsize=4096)
def unaliased(text: str) -> str:
    """The text with the long and short names of a few countries and unions made one."""
    for pattern, short in _ALIASES:
        text = pattern.sub(short, text)
    return text


def names(sentence: str) -> tuple[str, ...]:
    """The capitalised words that look like parts of names, folded; common words that open a sentence are left out."""
    text = unaliased(sentence)
    found = (_name(match, text) for match in _NAME.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name))


def occurs_as_name(name: str, text_words: frozenset[str], acronyms: frozenset[str]) -> bool:
    """Whether a folded name is one of a text's words, a form of one (Venezuelan, Venezuela), or one of its acronyms."""
    if name in text_words or name in acronyms or name.removesuffix("s") in text_words:
        return True
    if name in _SEATS and occurs_as_name(_SEATS[name], text_words, acronyms):
        return True
    root = name[: max(5, len(name) - 3)]
    return len(name) >= 5 and any(word.startswith(root) and abs(len(word) - len(name)) <= 3 for word in text_words)


@lru_cache(maxsize=2048)
def acronyms(text: str) -> frozenset[str]:
    """The first letters of every run of capitalised words: `wsj` for Wall Street Journal."""
    runs = (re.findall(r"\b[A-Z]", match.group()) for match in _CAPITALS.finditer(text))
    return frozenset(
        "".join(run[i:j]).lower()
        for run in runs
        for i in range(len(run))
        for j in range(i + 2, min(i + 6, len(run)) + 1)
    )


@lru_cache(maxsize=512)
def _folded_haystack(text: str) -> _Haystack:
    """A text folded once for all that is looked for in it."""
    characters = list(_folded_characters(text))
    return _Haystack("".join(char for char, _ in characters), tuple(place for _, place in characters))


def _folded_characters(text: str) -> Iterator[tuple[str, int]]:
    blank = False
    for index, char in enumerate(text):
        if char.isspace():
            blank = True
            continue
        for piece in _folded_character(char):
            if blank:
                yield " ", index
            blank = False
            yield piece, index


@lru_cache(maxsize=4096)
def _folded_character(char: str) -> str:
    return unicodedata.normalize("NFKC", char.translate(_FOLDS)).translate(_FOLDS).casefold()


def _whole_words(text: str, wanted: str) -> int:
    at = text.find(wanted)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(wanted) : at + len(wanted) + 1]
        cuts = (before + wanted[0]).isalnum() and before, (wanted[-1] + after).isalnum() and after
        if not any(cuts):
            return at
        at = text.find(wanted, at + 1)
    return -1


def _name(match: re.Match[str], text: str) -> str:
    word = match.group()
    if not word[0].isupper() or word == "I":
        return ""
    name = next(iter(words(word)), "")
    opens = (
        not text[: match.start()].rstrip(" \"'“‘«(").rstrip()
        or text[: match.start()].rstrip(" \"'“‘«(")[-1:] in ".!?:\n"
    )
    followed = bool(re.match(r"\s+[A-Z]", text[match.end() :]))
    if opens and (name in _OPENERS or _NUMBER_WORD.match(name) or (not followed and _COMMON_ENDINGS.search(name))):
        return ""
    return "" if name in MONTHS or (name in STOP_WORDS and name != "us") else name
