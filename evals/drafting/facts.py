"""Questions about the facts of a clause: how many, how much, when, where, why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from evals.drafting.clauses import Clause, opening
from evals.drafting.draft import PASSING, Draft, from_clause
from evals.drafting.places import IN_A_PLACE
from evals.drafting.reading import Reading
from evals.drafting.verbs import is_finite, is_participle
from evals.examples import QuestionType
from evals.matching import parse_partial_date
from vectorstore.types import Span

_SMALL: Final = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
_DIGITS: Final = r"\d[\d,]*(?:\.\d+)?"
_SCALE: Final = r"(?:[ -](?:hundred|thousand|million|billion|trillion)|(?<=\d)(?:m|bn|k)\b)?"
_ABOUT: Final = (
    r"(?:(?:at least|at most|about|around|some|nearly|almost|over|more than|less than|fewer than|up to|as many as"
    r"|as much as|approximately|roughly|an estimated|a record|a total of|another|just|only|just over|just under|a)\s)*"
)
_COUNT: Final = re.compile(
    rf"(?P<about>{_ABOUT})(?P<number>(?:{_DIGITS}|{_SMALL}){_SCALE}) "
    r"(?P<noun>(?:[a-z][\w-]* ){0,2}?(?:[a-z][\w-]*s|people|[a-z]*men|children|police))(?P<post>(?: .*)?)$"
)
_OF_WHAT: Final = re.compile(r" of .+?(?= (?:in|at|on|from|for|to|by|with|since|during|after|over|within)\b|$)")
_SUBJECT: Final = re.compile(
    rf"{_ABOUT}(?P<number>(?:{_DIGITS}|{_SMALL}){_SCALE}) "
    r"(?P<asked>(?P<noun>(?:[A-Za-z][\w-]* ){0,2}?(?:[a-z][\w-]*s|people|[a-z]*men|children|police)) "
    r"(?:(?:in|on|at|from|of|aboard) (?:\S+ ){1,4}?)?(?P<verb>[a-z]+) .+)$"
)
_MONEY: Final = (
    rf"(?:(?:US|A|HK|C)?[$£€¥]{_DIGITS}(?:{_SCALE}|m|bn|tn|k)|{_DIGITS}{_SCALE} (?:dollars|euros|pounds|yen))\b"
)
_SUM: Final = re.compile(rf"(?P<about>{_ABOUT})(?P<number>{_MONEY})(?P<post>(?: .*)?)$")
_AFTER_SUM: Final = re.compile(r" (?:in|for|to|on|from|at|by|over|during|when|since|if|because|last|this)\b")
_SHARE: Final = re.compile(rf"(?P<about>{_ABOUT})(?P<number>{_DIGITS})(?P<sign>%| percent| per cent) of (?P<whole>.+)$")
_CHANGE: Final = re.compile(
    rf"(?:by )?(?P<about>{_ABOUT})(?P<number>{_DIGITS})(?P<sign>%| percent| per cent)(?P<post>(?: .*)?)$"
)
_CHANGES: Final = frozenset(
    "rise fall grow drop increase decrease jump climb slip surge decline shrink soar expand".split()
)
_PAYS: Final = frozenset(
    """pay cost earn raise lose spend make invest offer donate owe receive win charge fetch contribute pledge fined paid
    raised lost spent made invested offered donated received won earned charged awarded pledged pay cost""".split()
)
_UNITS_OF_TIME: Final = re.compile(r"\b(?:years|months|weeks|days|hours|minutes|seconds)$")
_NO_NOUN: Final = re.compile(
    r"\b(?:percent|per|times|of|in|on|at|to|was|were|is|are|has|and|or|as|but|by|from|for|with|dollars|euros|pounds|its|his"
    r"|points?|goals|thousands|hundreds|millions|least|this|minus|plus|degrees|others)\b|^(?:years|months|days|weeks|hours)$"
)
_MONTH: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)  # fmt: skip
_DATE: Final = re.compile(
    r"\s(?P<joined>on|in|since|until|by|from) "
    rf"(?P<date>(?:the )?\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})(?:,? \d{{4}})?"
    rf"|(?:{_MONTH}) \d{{1,2}}(?:, \d{{4}})?\b|(?:{_MONTH})(?: of)?(?: \d{{4}})?|(?:early |late |mid-)?\d{{4}}(?![\d-])"
    r"|the (?:early |late )?\d{4}s)(?=$| (?!and|or|to\b)[a-z])"
)
_REASON: Final = re.compile(
    r"\s(?P<joined>because of|because|due to|owing to|in order to|in an effort to|in an attempt to|in response to"
    r"|in protest at|thanks to|as a result of|so that)\s(?P<reason>.+)$"
)
_TELLS: Final = frozenset("say tell report claim believe think was is were are be been".split())
_LONGEST_REASON: Final = 14
_HAPPENS: Final = frozenset(
    """open die arrive crash meet live work play begin appear speak launch hold sign perform stay grow born killed held
    arrested found shot detained launched opened signed based filmed staged built discovered released published made
    buried set attacked injured wounded shown jailed sentenced raised seen taken stabbed kidnapped""".split()
)


def clause_drafts(reading: Reading, clause: Clause) -> Iterator[Draft]:
    """Every question that a clause answers, the best first."""
    for ask in (_count, _sum, _paid_for, _share, _change, _when, _where, _why):
        found = ask(reading, clause)
        if found:
            yield found


def _ending(clause: Clause, pattern: re.Pattern[str]) -> tuple[str, re.Match[str]] | None:
    """What stands between the verb and a number, when it is no more than a participle or two, and the number."""
    words = clause.rest.split()
    for before in range(min(4, len(words))):
        head = words[:before]
        if head and not (is_participle(head[-1]) or clause.help in ("will", "would", "could", "can", "may", "must")):
            continue
        match = pattern.match(" ".join(words[before:]))
        if match and not (clause.help in ("is", "was", "are", "were") and not head):
            return " ".join(head), match
    return None


def _count(reading: Reading, clause: Clause) -> Draft | None:
    found = _ending(clause, _COUNT)
    if not found or _NO_NOUN.search(found[1]["noun"]) or clause.verb in ("say", "tell", "be"):
        return None
    head, match = found
    noun = match["noun"]
    if _UNITS_OF_TIME.search(noun) or _joins(match["post"]):
        return None
    whole = _OF_WHAT.match(match["post"])
    noun, post = (noun + whole[0], match["post"][whole.end() :]) if whole else (noun, match["post"])
    asked = f"how many {noun} {clause.asked(head + post)}"
    return from_clause(reading, clause, types=("number",), asked=asked, answer=match["number"])


def _joins(post: str) -> bool:
    return bool(re.match(r" (?:and|or|-)\b| [a-z]+s\b", post))


def _sum(reading: Reading, clause: Clause) -> Draft | None:
    found = _ending(clause, _SUM)
    if not found:
        return None
    head, match = found
    paid = (head.split() or [clause.verb])[-1] in _PAYS
    if not paid or (match["post"] and not _AFTER_SUM.match(match["post"])):
        return None
    asked = f"how much {clause.asked(head + match['post'])}"
    return from_clause(reading, clause, types=("number",), asked=asked, answer=match["number"])


def _paid_for(reading: Reading, clause: Clause) -> Draft | None:
    match = re.search(
        rf"^(?P<pre>[^\d]+?) (?P<joined>for|by|to) (?P<about>{_ABOUT})(?P<number>{_MONEY})(?P<post>(?: .*)?)$",
        clause.rest,
    )
    if (
        not match
        or clause.verb in _TELLS
        or len(match["pre"].split()) > 8
        or re.match(r" (?:and|or|each|to|a)\b| [a-z]+s\b", match["post"])
    ):
        return None
    asked = f"{match['joined']} how much {clause.asked(match['pre'] + match['post'])}"
    return from_clause(reading, clause, types=("number",), asked=asked, answer=match["number"])


def _share(reading: Reading, clause: Clause) -> Draft | None:
    found = _ending(clause, _SHARE)
    if not found:
        return None
    head, match = found
    asked = f"what percentage of {match['whole']} {clause.asked(head)}"
    if len(match["whole"].split()) > 6:
        return None
    return from_clause(reading, clause, types=("number",), asked=asked, answer=match["number"])


def _change(reading: Reading, clause: Clause) -> Draft | None:
    match = _CHANGE.match(clause.rest) if clause.verb in _CHANGES else None
    if not match:
        return None
    asked = f"by what percentage {clause.asked(match['post'])}"
    return from_clause(reading, clause, types=("number",), asked=asked, answer=match["number"])


def _when(reading: Reading, clause: Clause) -> Draft | None:
    if clause.lead:
        match = _DATE.fullmatch(f" {clause.lead}")
        clause, rest = replace(clause, lead=""), clause.rest
    else:
        match = _DATE.search(clause.rest)
        rest = clause.rest[: match.start()] + clause.rest[match.end() :] if match else ""
    late = match and match["joined"] in ("until", "by", "from")
    perfect = clause.help in ("has", "have") and match and match["joined"] != "since"
    if not match or late or perfect or len(rest.split()) < 2:
        return None
    date = match["date"]
    word = "since when" if match["joined"] == "since" else "when"
    kind: tuple[QuestionType, ...] = ("date",)
    found = from_clause(reading, clause, types=kind, asked=f"{word} {clause.asked(rest)}", answer=date)
    full = _iso(date)
    return replace(found, answers=(), dates=(full,)) if found and full else found


def _iso(date: str) -> str:
    """`2025-11-24` or `2025-11` for a date with month and year; empty for any other."""
    month = re.search(_MONTH, date)
    year, day = re.search(r"\b\d{4}\b", date), re.search(r"\b\d{1,2}(?!\d)", date)
    if not month or not year:
        return ""
    number = _MONTH.split("|").index(month[0]) + 1
    written = f"{year[0]}-{number:02}" + (f"-{int(day[0]):02}" if day else "")
    try:
        parse_partial_date(written)
    except ValueError:
        return ""
    return written


def _where(reading: Reading, clause: Clause) -> Draft | None:
    match = IN_A_PLACE.search(PASSING.sub("", clause.rest))
    rest = PASSING.sub("", clause.rest)[: match.start()] if match else ""
    happens = clause.verb in _HAPPENS or (not clause.verb and _HAPPENS & set(rest.split()[:3]))
    if not match or not happens or re.search(r"\b(?:most|only|first|\w+est)\b", rest):
        return None
    return from_clause(
        reading, clause, types=("place",), asked=f"where {clause.asked(rest + match['after'])}", answer=match["place"]
    )


def _why(reading: Reading, clause: Clause) -> Draft | None:
    match = _REASON.search(clause.rest)
    rest = clause.rest[: match.start()] if match else ""
    if (
        not match
        or clause.verb in _TELLS
        or len(rest.split()) < 2
        or rest.split()[-1] in _TELLS
        or not 2 <= len(match["reason"].split()) <= _LONGEST_REASON
    ):
        return None
    found = from_clause(reading, clause, types=("reason",), asked=f"why {clause.asked(rest)}", answer=match["reason"])
    note = "cut the accepted answer to the words that any right answer must hold"
    return replace(found, note=note) if found else None


def counted_subject(reading: Reading, sentence: Span) -> Draft | None:
    """`At least 83 people were killed in …` -> `How many people were killed in …?`."""
    clause = opening(reading, sentence)
    told = clause.of(reading.text)
    match = _SUBJECT.match(told[:1].lower() + told[1:])
    if not match or _NO_NOUN.search(match["noun"]) or not is_finite(match["verb"]):
        return None
    whole = Clause("", "", "", match["asked"], clause, match["verb"])
    return from_clause(reading, whole, types=("number",), asked=f"how many {match['asked']}", answer=match["number"])
