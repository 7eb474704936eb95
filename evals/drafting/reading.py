"""An article as drafting sees it: its sentences as exact spans, its names, and which of them are persons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vectorstore.furniture import ends_sentence, paragraphs
from vectorstore.sentences import sentences
from vectorstore.types import Span

NAME: Final = (
    r"(?:(?!\w+[’']s\b)(?:[A-Z][\w’'.-]*[\w-]|[A-Z]\.)\s(?:(?:de|la|del|van|von|der|bin|al|el)\s)*){1,3}[A-Z][\w’-]*\w"
)
"""Two to four capitalised words."""
_WORD: Final = re.compile(r"[^\W\d_][\w’'-]*")
_INSIDE: Final = re.compile(r"(?<=[a-z,] )(?:(?:of|the|and|de) )?([A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)")
_ENGLISH: Final = frozenset("the of and to in is was that for on with by at from has have it as are were be".split())
_LEAST_ENGLISH: Final = 0.15
_SHORTEST, _LONGEST = 30, 320
NO_PERSONS: Final = re.compile(
    r"\b(?:Office|Bank|House|Ministry|Party|Council|Department|University|Agency|Police|Court|Press|Times|News|Union"
    r"|United|Group|Corp|Inc|Ltd|Association|Institute|Committee|Museum|Hospital|School|College|Street|Journal|Post"
    r"|Federation|League|Club|City|County|Airlines|Airport|Motors?|Bureau|Force|Army|Navy|Service|Company|Society"
    r"|Foundation|Center|Centre|Commission|Authority|National|International|World|New|North|South|East|West|The|Radio"
    r"|Organi[sz]ation|Assembly|Parliament|Senate|Congress|Guard|Games|Cup|Championship|Open|Prix|Day|Street|Road"
    r"|Island|Islands|Beach|Park|Lake|River|Valley|Mount|Hall|Palace|Red|Cross|Summit|Act|Award|Awards|Database"
    r"|[A-Z]{3,}|Daily|Telegraph|Herald|Guardian|Mail|Sun|Magazine|Downing|Whitehall|Kremlin|Wall|Supreme|Board|Trust|Week|Fund|Hotel|Square|Church|State|States|Security|Homeland|Data|Research|Online|Network|Show|Festival)\b"
)
_TITLED: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sir|Lord|Lady|Dame|Prof|Professor|Judge|Sgt|Capt|Gen)\.? ([A-Z][\w’-]+)"
    r"|\b([A-Z][\w’-]+) (?:said|says|told|added|warned|explained)\b"
)
_TITLES: Final = re.compile(
    r"^.*\b(?:Mr|Mrs|Ms|Miss|Dr|Sir|Lord|Lady|Dame|Prof|Professor|Judge|Sgt|Sergeant|Capt|Captain|Gen|General|Maj|Lt|Col"
    r"|Colonel|Commander|President|Senator|Minister|Secretary|Chancellor|Rep|Sen|Gov|Governor|Mayor|Chairman|Director|MP"
    r"|Spokesman|Spokeswoman|Chief|King|Queen|Prince|Princess|Pope|Attorney|Sheriff|Ambassador|Executive|When|Actor"
    r"|Singer|St|Coach|Captain|Detective|Inspector|Officer|Speaker|Leader|Justice|Congressman|Congresswoman)\.? "
)
_SPEAKS: Final = re.compile(rf"\b({NAME})(?:,[^,.]{{3,60}},)? (?:said|says|told|added|warned|explained)\b")
_AGED: Final = re.compile(rf"\b({NAME}), \d{{1,2}},")


@dataclass(frozen=True, slots=True)
class Reading:
    """What drafting needs of one article; `sentences` are spans of `text`."""

    source: str
    text: str
    sentences: tuple[Span, ...]
    names: frozenset[str]
    """Words that are written large inside sentences too, and never small."""
    persons: tuple[str, ...]
    """Full names, as first written."""


def read(source: str, text: str) -> Reading:
    """Read an article; one that is not English has no sentences, for every template is English."""
    told = tuple(_sentences(text)) if _is_english(text) else ()
    return Reading(source, text, told, _names(text), _persons(text))


def _is_english(text: str) -> bool:
    found = [word.lower() for word in _WORD.findall(text[:6000])]
    return bool(found) and sum(word in _ENGLISH for word in found) >= _LEAST_ENGLISH * len(found)


def _sentences(text: str) -> Iterator[Span]:
    for paragraph in paragraphs(text):
        for sentence in sentences(text, paragraph):
            told = sentence.of(text)
            if _SHORTEST <= len(told) <= _LONGEST and ends_sentence(told) and told[-1] != "?" and "\ufffd" not in told:
                yield sentence


def _names(text: str) -> frozenset[str]:
    """The words of names, found inside sentences."""
    small = Counter(word for word in _WORD.findall(text) if word[0].islower())
    large = Counter(bare(word) for match in _INSIDE.finditer(text) for word in match[1].split())
    return frozenset(word for word, times in large.items() if word and times > small[word.lower()])


def bare(word: str) -> str:
    """A word without punctuation around it and without its possessive ending."""
    return re.sub(r"[’']s?$", "", word.strip(".,;:!?\"“”'’()"))


def _persons(text: str) -> tuple[str, ...]:
    """Full names of whom the text calls Mr, gives the age, or quotes; none that may name an office or a place."""
    titled = {match[1] or match[2] for match in _TITLED.finditer(text)}
    full = dict.fromkeys(match[0] for match in re.finditer(rf"\b{NAME}", text))
    found = [name for name in full if name.rpartition(" ")[2] in titled]
    found += [match[1] for pattern in (_SPEAKS, _AGED) for match in pattern.finditer(text)]
    names = _names(text)
    kept = (name for name in map(_shortest, found) if not NO_PERSONS.search(name) and "\n" not in name)
    return tuple(dict.fromkeys(name for name in kept if " " in name and all(bare(w) in names for w in name.split())))


def _shortest(name: str) -> str:
    """Without titles and offices before it."""
    return _TITLES.sub("", name)
