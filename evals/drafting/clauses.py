"""A sentence -> its first clause in parts, so that it can be asked about; a sentence of any other shape gives none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from evals.drafting.places import places
from evals.drafting.reading import Reading, bare
from evals.drafting.verbs import AUXILIARIES, is_finite, is_participle, past_base, third_base
from vectorstore.furniture import trimmed
from vectorstore.types import Span

_DATELINE: Final = re.compile(r"^(?:[A-Z][\w., ]{1,40} )?\([A-Z][\w .]{1,20}\)\s*(?:--|[-–—])\s*")
_CONNECTIVE: Final = re.compile(
    r"^(?:However|But|And|Meanwhile|Also|Yet|So|Still|In addition|As a result|Moreover|Separately|Earlier|Overall"
    r"|Instead|Nevertheless|Even so|In turn|Of course|Now|Then|According to (?:[^,]){3,60}(?=,)),?\s+(?=[A-Zta])"
)
_WHEN_LEAD: Final = re.compile(
    r"^((?:In|On|During|By|Since|At|Between) (?:(?!he |she |it |they )[^,]){3,40}),\s+(?=\S)"
)
_APPOSITION: Final = re.compile(r"^([^,]{3,60}), (?!and |but |so |or )[^,]{3,90}, (?=([a-z]+) )")
_END: Final = re.compile(
    r",(?!\d)|[;()\"“”?!]|:(?!\d)|\s(?:--|[-–—])\s|—|\s(?:when|where|if|although|while|whereas|though|but|whose|who|which"
    r"|unless|whether|how)\s|\s(?:and|as|before|after|until)\s(?:he|she|it|they|that|this|there|their|his|her|its|then|also|would|will|has|have|is|was"
    r"|were|are|said|says|[a-z]+ed)\b|\.$|\.(?=[\"”’'])"
)
_ADVERBS: Final = frozenset("also now already recently then later since still currently once".split())
_NO_SUBJECT: Final = frozenset(
    """he she it they we i you this that these those there here what who when where which how why if but and or so as
    some many most several others another both each no not such one two three his her its their my our your while
    although after before until because since under with for to from by at on in of according despite let all any
    more today's yesterday's tomorrow's it's he's she's that's there's i'm we're they're""".split()
)
_NATION: Final = re.compile(
    r"German|French|Dutch|Greek|Swiss|Iraqi|Israeli|Pakistani|Afghan|Thai|[A-Z]\w+(?:ian|ean|ish|ese|rican|xican)"
)
_NO_SUBJECT_INSIDE: Final = frozenset(
    "that which who to because not he she it they we i you there if as say think believe".split()
)
_NO_SUBJECT_END: Final = frozenset("to and of the week month year night".split())
_NO_SUBJECT_MARK: Final = re.compile(r"[,;:\"“”()\d$£%]|--|n[’']t\b")
_REPORTS: Final = frozenset("say claim report estimate announce warn believe reveal add state confirm expect".split())
_NEEDS_MORE: Final = frozenset(
    """a an the of to in on at by for from with as and or that than his her its their my our your be been is was were
    are has have had more less into about between among such very so not also""".split()
)
_MOST_SUBJECT_WORDS, _MOST_WORDS = 9, 30


@dataclass(frozen=True, slots=True)
class Clause:
    """Subject, verb and the rest; asked about as `{help} {subject} {verb} {rest}`, as in `did Ford sell cars`."""

    subject: str
    help: str
    verb: str
    """The base, behind `did` and `does`; empty when the verb itself is the helper (`was`)."""
    rest: str
    span: Span
    """Where it stands in the article."""
    plain_verb: str
    """As the text writes it."""
    lead: str = ""
    """`in 2003`, moved from the front to the end."""
    said_by: str = ""

    def asked(self, rest: str) -> str:
        """The clause turned into the second part of a question."""
        return " ".join(f"{self.help} {self.subject} {self.verb} {rest} {self.lead}".split())


def clause_of(reading: Reading, sentence: Span) -> Clause | None:
    """The first clause of a sentence; None when its shape is not known for sure."""
    told = sentence.of(reading.text)
    start = opening(reading, sentence).start - sentence.start
    match = _WHEN_LEAD.match(told[start:])
    lead = f"{match[1][0].lower()}{match[1][1:]}" if match else ""
    start += match.end() if match and _starts_like_subject(told[start + match.end() :]) else 0
    found = _parsed(reading, told[start:])
    if found is None:
        return None
    begin = sentence.start + start
    placed = replace(found, span=Span(begin, begin + found.span.end), lead=lead if match else "")
    return _reported(reading, placed) or placed


def opening(reading: Reading, sentence: Span) -> Span:
    """The first clause of a sentence without dateline and connective, whatever its shape."""
    told = sentence.of(reading.text)
    start = 0
    for pattern in (_DATELINE, _CONNECTIVE):
        match = pattern.match(told[start:])
        start += match.end() if match else 0
    end = _END.search(told, start)
    return trimmed(reading.text, sentence.start + start, sentence.start + (end.start() if end else len(told)))


def _starts_like_subject(text: str) -> bool:
    return bool(re.match(r"[A-Z]|(?:the|an?) ", text))


def _reported(reading: Reading, clause: Clause) -> Clause | None:
    """What somebody is said to say, asked with `according to`."""
    if clause.verb not in _REPORTS or not re.match(r"(?:that )?(?:the |an? |[A-Z])", clause.rest):
        return None
    inner = _parsed(reading, re.sub(r"^that ", "", clause.rest))
    subject = clause.subject
    return inner and replace(inner, span=clause.span, lead=clause.lead, said_by=subject)


def _parsed(reading: Reading, text: str) -> Clause | None:
    """The clause that a text begins with, its span counted from the text's start."""
    aside = _APPOSITION.match(text)
    shortened = f"{aside[1]} {text[aside.end() :]}" if aside and is_finite(aside[2]) else text
    words = [(match[0], match.start()) for match in re.finditer(r"\S+", shortened)]
    place = next((at for at, (word, _) in enumerate(words[: _MOST_SUBJECT_WORDS + 2]) if at and is_finite(word)), 0)
    subject = [word for word, _ in words[:place]]
    while len(subject) > 1 and (subject[-1] in _ADVERBS or (subject[-1].endswith("ly") and subject[-1].islower())):
        subject.pop()
    if not place or len(subject) > _MOST_SUBJECT_WORDS or not _is_subject(subject, reading.names):
        return None
    after = shortened[words[place][1] + len(words[place][0]) :]
    end = _END.search(after)
    rest = " ".join(after[: end.start() if end else len(after)].split())
    if not rest or _breaks_off(rest, end) or _holds_another_verb(words[place][0], rest):
        return None
    used = len(text) - len(after) + (end.start() if end else len(after))
    return _with_verb(" ".join(_lowered(subject, reading.names)), words[place][0], rest, end=used)


def _breaks_off(rest: str, end: re.Match[str] | None) -> bool:
    """Whether the clause is cut where more is needed, or is too long to ask about."""
    words = rest.split()
    return len(words) > _MOST_WORDS or words[-1].lower() in _NEEDS_MORE or bool(end and end[0] in '"“')


def _is_subject(words: list[str], names: frozenset[str]) -> bool:
    """Whether the words before a verb name something: no pronoun, no clause, no number."""
    first, last, joined = words[0].lower(), words[-1].lower(), " ".join(words)
    if first in _NO_SUBJECT or last in _NO_SUBJECT_END or last.endswith("ly") or _NO_SUBJECT_MARK.search(joined):
        return False
    if any(word.lower() in _NO_SUBJECT_INSIDE for word in words[1:]):
        return False
    if words[0].endswith("ing") and bare(words[0]) not in names:
        return False
    determined = first in ("the", "a", "an") and len(words) > 1
    owned = re.match(r"[A-Z]\w+[’']s ", joined)
    return bool(determined or owned or places(joined)) or any(bare(word) in names for word in words)


def _lowered(words: list[str], names: frozenset[str]) -> list[str]:
    """The first word as it is written inside a sentence."""
    before_name = len(words) > 1 and words[1][0].isupper() and words[0].lower() not in ("the", "a", "an")
    owner = re.fullmatch(r"[A-Z]\w+(?:[’']s|s[’'])", words[0])
    known = bare(words[0]) in names or places(words[0]) or _NATION.fullmatch(words[0])
    kept = known or owner or before_name or (words[0].isupper() and words[0] != "A")
    return words if kept else [words[0].lower(), *words[1:]]


def _holds_another_verb(verb: str, rest: str) -> bool:
    """Whether the word taken for the verb may have been a participle: another verb follows, and nothing joins it."""
    if verb in AUXILIARIES or not verb.endswith("ed"):
        return False
    words = rest.split()
    joined = frozenset("that which who and or because as after before when where while but to what".split())
    for at, word in enumerate(words):
        if word in joined:
            return False
        if word in AUXILIARIES and at:
            return True
    return words[0] == "by"


def _with_verb(subject: str, verb: str, rest: str, *, end: int) -> Clause:
    span = Span(0, end)
    following, second = [*rest.split(), ""][:2]
    helps = verb not in ("has", "have", "had") or is_participle(following) or following == "been"
    if following in ("also", "already", "not", "now", "never", "just", "recently", "since", "long"):
        helps = helps or is_participle(second)
    if verb in AUXILIARIES and helps:
        return Clause(subject, verb, "", rest, span, verb)
    if past_base(verb):
        return Clause(subject, "did", past_base(verb), rest, span, verb)
    return Clause(subject, "do" if verb == "have" else "does", third_base(verb) or "have", rest, span, verb)
