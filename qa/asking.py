"""What a question asks for: the type of thing, the words that carry it, and whether a sentence holds such a thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from qa.normalise import STOP_WORDS, content_terms, names, quotations
from qa.quantities import quantities
from vectorstore.terms import stem, words

Alike = Callable[[str, str], bool]
"""Whether two words mean about the same."""
Kind = Literal["count", "age", "money", "share", "time", "person", "place", "reason", "words", "thing"]

_KINDS: dict[Kind, tuple[str, ...]] = {
    "money": (
        r"\bhow much (?:money|cash|did .* cost|does .* cost|is .* worth)",
        r"\b(?:price|cost|bounty|reward|budget|salary)\b",
    ),
    "share": (r"\b(?:what|which) (?:percent(?:age)?|share|proportion|fraction)\b", r"\bhow many percent\b"),
    "age": (r"\bhow old\b", r"\bwhat age\b"),
    "count": (
        r"\bhow (?:many|mny|much|long|far|big|large|high|tall|fast|often|heavy)\b",
        r"\bnumber of\b|\bdeath toll\b|\bhow .* (?:was|were) killed",
    ),
    "time": (
        r"\bwhen\b|\bsince when\b|\bhow long ago\b",
        r"\b(?:what|which) (?:day|date|year|month|time|century|decade)\b",
    ),
    "person": (
        r"\bwho(?:m|se)?\b",
        r"\b(?:what|which) (?:person|people|man|woman|official|senator|president|minister|leader|author|reporter)\b",
    ),
    "place": (
        r"\bwhere\b|\baboard what\b",
        r"\b(?:what|which) (?:countr(?:y|ies)|cit(?:y|ies)|place|state|town|region|location|nation|island)\b",
    ),
    "reason": (
        r"\bwhy\b|\bhow come\b|\bfor what (?:reason|purpose)\b",
        r"\bwhat (?:reason|caused|led|motivat|prompted)",
        r"\bwhat (?:is|was) the (?:reason|purpose|aim|goal|cause)\b",
    ),
    "words": (
        r"\bwhat did .*\b(?:say|said|tell|told|call|called|declare|claim|warn|describe|think)\b",
        r"\bhow did .*\b(?:describe|characteri[sz]e|react|respond|call|label|put)\b|\bquote\b|\bexact words\b",
    ),
}
"""The first kind with a pattern in the question is the kind that is asked for."""
_ASKING = frozenset(
    stem(word)
    for word in (
        "how many much long old far big large often who whom whose when where why what which did does is are was were"
        " tell me please know say said says exactly anyone anything someone something there any article articles"
        " report reported reports according mention mentioned text story describe described give name happen happened"
        " number kind type sort"
    ).split()
)
_MONEY = re.compile(
    r"[$€£¥]\s?\d|\b\d[\d.,]*\s*(?:million|billion|thousand|trillion)?\s*(?:dollars|euros|pounds|cents|yen)\b", re.I
)
_SHARE = re.compile(r"\d\s?%|\bper\s?cent\b|\bpercent(?:age)?\b|\b(?:half|third|quarter|majority)\b", re.I)
_AGE = re.compile(r"\baged?\b|\byears? old\b|-year-old", re.I)
_COUNTED = re.compile(
    r"(?<![\w-])(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+ty|dozens?|hundreds?"
    r"|thousands?|several)(?:\s+(?:million|thousand|billion|hundred|dozen)s?)?\s+((?:[\w'-]+\s+){0,3}[\w'-]+)",
    re.I,
)
_PEOPLE = frozenset("people persons victims deaths fatalities killed dead casualties lives men women civilians".split())
_TIME = re.compile(
    r"\b(?:\d{4}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|yesterday|tomorrow|tonight"
    r"|(?:last|this|next) (?:week|month|year|night)|recently|late(?:r)?|earlier|since|ago|century"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|thanksgiving|christmas|weekend|morning|evening|afternoon|noon|midnight)\b",
    re.I,
)
_PLACE = re.compile(
    r"\b(?:in|at|to|from|near|off|over|aboard|around|across|outside|into)\s+(?:the\s+)?(?:\w+\s+)?[A-Z]"
)
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|as a result|so that|in order to|aim(?:s|ed|ing)?|amid|after|to (?:\w+)"
    r"|for (?:his|her|its|their)|accus\w+|reason|purpose|designed|intended|part of|over|fear\w*|risk\w*|driven"
    r"|motivat\w+)\b",
    re.I,
)
_SPEECH = re.compile(
    r"[\"“”«»]|\b(?:said|says|stat\w+|describ\w+|call\w*|label\w*|character\w+|declar\w+|claim\w*|accus\w+"
    r"|condemn\w*|denounc\w*|warn\w*|told)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart."""

    kind: Kind
    terms: tuple[str, ...]
    """Stems of the words that carry the question, each once, in order."""
    names: tuple[str, ...]
    """Folded parts of the names that the question mentions."""
    noun: str = ""
    """For a count: what is counted."""


def analyse(question: str) -> Asked:
    """Take a question apart; works best on English, and finds plain words in any language."""
    lowered = question.casefold()
    kinds = (kind for kind, patterns in _KINDS.items() if any(re.search(pattern, lowered) for pattern in patterns))
    kind: Kind = next(kinds, "thing")
    carried = [term for term in content_terms(question) if term not in _ASKING]
    return Asked(kind, tuple(dict.fromkeys(carried)), names(question), _noun(lowered))


def carries(word: str) -> bool:
    """Whether a folded word of a question says what it is about, rather than how it asks."""
    return len(word) > 1 and word not in STOP_WORDS and stem(word) not in _ASKING


def fits(asked: Asked, sentence: str, *, alike: Alike) -> float:
    """Between 0 and 1: how well a sentence could hold the type of thing that is asked for."""
    if asked.kind == "count":
        return _count_fits(asked, sentence, alike)
    tests = {
        "money": lambda: bool(_MONEY.search(sentence)),
        "share": lambda: bool(_SHARE.search(sentence)),
        "age": lambda: bool(_AGE.search(sentence)),
        "time": lambda: bool(_TIME.search(sentence) or quantities(sentence).days),
        "person": lambda: bool(set(names(sentence)) - set(asked.names)),
        "place": lambda: bool(_PLACE.search(sentence)),
        "reason": lambda: bool(_REASON.search(sentence)),
        "words": lambda: bool(_SPEECH.search(sentence) or quotations(sentence)),
    }
    return float(tests[asked.kind]()) if asked.kind in tests else 0.5


def _count_fits(asked: Asked, sentence: str, alike: Alike) -> float:
    """Fully when a number counts what is asked for, or something like it; a number of something else counts little."""
    counted = [word for match in _COUNTED.finditer(sentence) for word in words(match[1]) if word not in STOP_WORDS]
    if not asked.noun:
        return 0.7 if quantities(sentence).numbers or counted else 0.0
    if not counted:
        return 0.0
    if asked.noun in _PEOPLE:
        return 1.0 if _PEOPLE & set(counted) else 0.2
    return 1.0 if any(stem(word) == stem(asked.noun) or alike(asked.noun, word) for word in counted) else 0.2


def _noun(question: str) -> str:
    match = re.search(
        r"\bhow m(?:an|n)y (?:\w+ly )?(?:more |other |different |of (?:the |them |these )?)?([^\W\d_]+)", question
    )
    word = match[1] if match else ""
    return "" if word in STOP_WORDS else word
