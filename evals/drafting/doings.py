"""Questions about who does something, what somebody does or plans, and what somebody or something is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from evals.drafting.clauses import Clause
from evals.drafting.draft import Draft, from_clause, question
from evals.drafting.offices import called
from evals.drafting.places import COUNTRIES
from evals.drafting.reading import NAME, Reading, bare
from evals.drafting.verbs import is_participle, past_base
from evals.examples import QuestionType, Quote
from evals.matching import contains, tokens

_INTENDS: Final = frozenset(
    """plan want agree promise pledge refuse decide hope intend vow threaten offer propose prepare attempt try aim
    need expect fail planning hoping preparing promising threatening trying expected planned agreed promised pledged
    refused decided vowed offered intended wanted""".split()
)
_NOT_ASKED: Final = frozenset(
    """
    say tell believe think become be seem remain look feel last cost weigh arrive come go get give have do
    mean want let end stand happen appear fall rise grow hope stay live sit lie turn try need acknowledge
    spend wait keep put play charge prove lead allow enable force help urge ask
    persuade""".split()
)
"""Verbs whose object answers no `What did …?`, or that take none."""
_THING: Final = re.compile(
    r"(?:the|a|an|new|all|plans|its|his|her|their|huge|big|major|record|[a-z]+(?:al|ic|ive|ous)) "
)
_BETWEEN: Final = ("also", "already", "now", "been", "recently")
_BEING: Final = ("is", "are", "was", "were")
_LONGEST_ANSWER_WORDS: Final = 12
_ORGANISATION: Final = re.compile(
    r"\b(?:Corp|Inc|Ltd|plc|Group|Airlines|Airways|Motors?|Bank|University|Institute|Association|Agency|Ministry|Council"
    r"|Commission|Party|Museum|Foundation|Committee|Federation|Union|Institute|Authority|Department|Office)\b"
)
_IS: Final = re.compile(
    rf"(?<![\w,’'] )\b(?P<name>{NAME}|[A-Z][\w’-]{{3,}}), "
    r"(?P<what>(?:a|an) [a-z][^,.;:()“”\"\n]{8,70}),(?! [A-Z]\w+,)"
)
_BREAKS: Final = re.compile(
    r"\b(?:he|she|it|they|who|which|that|said|says|his|her|their|its|was|were|is|are|year|years|day)\b"
)


def doing_drafts(reading: Reading, clause: Clause) -> Iterator[Draft]:
    """Questions about the subject and the object of a clause."""
    for ask in (_doer, _agent, _intention, _object):
        found = ask(reading, clause)
        if found:
            yield found


def _doer(reading: Reading, clause: Clause) -> Draft | None:
    who = _who(reading, clause.subject)
    rest = clause.rest.split()
    acts = clause.verb not in ("say", "tell", "have", "be", "") or (clause.help in ("has", "will") and len(rest) > 3)
    if (
        not who
        or not acts
        or clause.said_by
        or len(rest) < 3
        or re.search(r"\b(?:his|her|its|their|own|about)\b", clause.rest)
    ):
        return None
    asked = f"{who} {clause.plain_verb} {clause.rest} {clause.lead}"
    name = _name_in(reading, clause.subject)
    found = from_clause(reading, clause, types=("person" if who == "who" else "single_fact",), asked=asked, answer=name)
    last = name.rpartition(" ")[2]
    answers = called(name) if who == "who" and " and " not in name else (name,)
    note = "write Who, Which company, Which team … instead of Who or what" if who == "who or what" else ""
    rank = 3 if note else 1
    return (
        replace(found, answers=answers, rank=rank, note=note) if found and not contains(found.question, last) else None
    )


def _who(reading: Reading, subject: str) -> str:
    """How to ask for the subject; empty when its kind is not known."""
    if subject in COUNTRIES:
        return "which country"
    if any(subject == person or subject.endswith(f" {person}") for person in reading.persons):
        return "who"
    title = re.match("(?:Mr|Mrs|Ms|Dr|Sir|Lord) ", subject)
    if title or re.search(rf"\b{re.escape(subject)}, (?:who|\d\d)\b", reading.text):
        return "who"
    if any(subject == person.rpartition(" ")[2] for person in reading.persons):
        return "who"
    words = re.sub("^the ", "", subject).split()
    if all(bare(word) in reading.names for word in words) and len(words) <= 4 and not subject.startswith("the "):
        return "who or what"
    return "which organisation" if _ORGANISATION.search(subject) and len(subject.split()) <= 5 else ""


def _name_in(reading: Reading, subject: str) -> str:
    full = next((person for person in reading.persons if subject.endswith(person)), "")
    return full or re.sub("^(?:the|Mr|Mrs|Ms|Dr) ", "", subject)


def _intention(reading: Reading, clause: Clause) -> Draft | None:
    match = re.match(r"(?P<head>(?:[a-z]+ ){0,3}?)to (?P<what>(?!be |have )[a-z]+ .+)$", clause.rest)
    if not match or len(match["what"].split()) > _LONGEST_ANSWER_WORDS:
        return None
    intends = (match["head"].split() or [clause.verb])[-1]
    if intends not in _INTENDS or re.search(r"\b(?:not|no|never)\b", match["head"]):
        return None
    asked = f"what {clause.asked(match['head'] + 'to do')}"
    found = from_clause(reading, clause, types=("single_fact",), asked=asked, answer=match["what"])
    return replace(found, rank=2, note=_CUT) if found else None


_CUT: Final = (
    "cut the accepted answer to the words that any right answer must hold; say more in the question if it is vague"
)


def _object(reading: Reading, clause: Clause) -> Draft | None:
    """`China's economy has created huge demand` -> `What has China's economy created?`."""
    words = clause.rest.split()
    used = 0 if clause.verb else 2 if words[0] in _BETWEEN else 1
    head, what = words[:used], " ".join(words[used:])
    last = (head or [""])[-1]
    verb = clause.verb or past_base(last) or last.removesuffix("ing")
    passive = clause.help in _BEING and not last.endswith("ing")
    if not verb or verb in _NOT_ASKED or passive or "been" in head or not _THING.match(what):
        return None
    if not 3 <= len(what.split()) <= _LONGEST_ANSWER_WORDS:
        return None
    asked = f"what {clause.asked(' '.join(head))}"
    found = from_clause(reading, clause, types=("single_fact",), asked=asked, answer=what)
    return replace(found, rank=2, note=_CUT) if found else None


def _agent(reading: Reading, clause: Clause) -> Draft | None:
    """`was fined by the Football Association` -> `By whom was … fined?`."""
    match = re.search(
        rf" by (?P<who>(?:the )?(?:[a-z]+ ){{0,2}}?(?:{NAME}|[A-Z][\w’'-]+))(?P<post>(?: (?:in|on|at|for|after) .+)?)$",
        clause.rest,
    )
    if not match or clause.help not in ("is", "are", "was", "were", "has", "have", "had") or clause.said_by:
        return None
    before = clause.rest[: match.start()].split()
    if len(before) > 8 or not any(is_participle(word) for word in before[:3]):
        return None
    asked = f"by whom {clause.asked(' '.join(before) + match['post'])}"
    who = match["who"].removeprefix("the ")
    found = from_clause(reading, clause, types=("person",), asked=asked, answer=who)
    return replace(found, rank=1) if found else None


def descriptions(reading: Reading) -> Iterator[Draft]:
    """`Kenwood House, a stately home in London, …` -> `What is Kenwood House?`."""
    for sentence in reading.sentences:
        for match in _IS.finditer(sentence.of(reading.text)):
            name, what = match["name"], match["what"].partition(" ")[2]
            known = all(bare(word) in reading.names for word in name.split() if word[:1].isupper())
            if not known or _BREAKS.search(what) or len(tokens(what)) < 2:
                continue
            surnames = {person.rpartition(" ")[2] for person in reading.persons}
            who = "Who" if name in reading.persons or name in surnames else "What"
            quote = Quote(source=reading.source, quote=f"{name}, {match['what']}")
            note = f"write Who if {name} is a person; {_CUT}" if who == "What" else _CUT
            types: tuple[QuestionType, ...] = ("person",) if who == "Who" else ("single_fact",)
            yield Draft(types, question(f"{who} is {name}"), ((quote,),), (what,), note=note, rank=1)
