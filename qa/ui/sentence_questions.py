"""A sentence of an article -> questions that it answers, made of its own words; only those that stand alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from qa.ui.sentence_patterns import (
    ABOUT,
    AUXILIARY,
    CLAUSE_END,
    COUNTED,
    DAY,
    MONEY,
    NAME,
    OF_TIME,
    ORGANISATIONS,
    ROLE,
    ROLES,
    SAID,
    UNCLEAR,
    whole,
)
from qa.ui.verbs import base_of

Kind = Literal["who", "said", "when", "where", "count", "money", "why", "how", "what", "doer", "change", "words"]
FullName = Callable[[str], str]
"""What a name is in full, such as `Rod Eddington` for `Mr Eddington`; empty for what is no known name."""

_MOST_WORDS, _FEWEST_WORDS, _MOST_CHARACTERS = 15, 3, 110
_LONGEST_SENTENCE = 500
_BECAUSE = re.compile(
    r",? (?:because|due to|in (?:an effort|order|a bid) to|in protest at|as a result of|over (?:fears|concerns))\b"
)
_WITHOUT_OBJECT = ("die", "begin", "open", "close", "start", "end", "retire", "resign", "collapse", "vanish", "sink")
_DONE = re.compile(r"(?:ed|en|wn|orn|ound|ld|aid|ade|ught|ost|ut|hit|led|ent|due|likely|ung|id)$")
"""How a participle ends, more or less."""
_CLAUSE = re.compile(
    rf"(?:^(?:(?:But|And|Meanwhile|However|Earlier|Separately|(?:On|In) {DAY}),? )?|\b(?:that|said|says) )"
    rf"(?:(?:[\w’'-]+ ){{0,3}}?{ROLE} )?((?:[Tt]he )?{NAME})(?:, [^,]{{3,60}},)? "
    r"(?:(has been|have been|will be|has|have|had|will|was|were|is|are) )?(?:also |now |recently )?([a-z]+)\b"
)


_NO_VERBS = (
    "not",
    "never",
    "only",
    "always",
    "often",
    "probably",
    "even",
    "soon",
    "then",
    "instead",
    "been",
    "himself",
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question and the kind of thing that it asks for."""

    question: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Clause:
    """Who did something: the subject in full, the verb, and all that follows it."""

    subject: str
    helper: str
    verb: str
    rest: str
    is_person: bool

    @property
    def base(self) -> str:
        """The base form of a past tense, `has done` included; empty for other verbs."""
        return base_of(self.verb) if self.helper in ("", "has", "have", "had") else ""

    @property
    def asked(self) -> str:
        """The clause up to its verb as a question has it: `did Sony sell`, `will Sony sell`; may be empty."""
        if self.base:
            return f"did {self.subject} {self.base}"
        helper, _, be = self.helper.partition(" ")
        if helper in ("", "has", "have", "had"):
            return f"was {self.subject} {self.verb}" if be and helper == "has" else ""
        return f"{helper} {self.subject} {be + ' ' if be else ''}{self.verb}"


def questions_of(sentence: str, full_name: FullName) -> list[Drawn]:
    """The questions that an English sentence answers, those about what it tells first."""
    plain = " ".join(sentence.split())
    if len(plain) > _LONGEST_SENTENCE or plain.isupper():
        return []
    clauses = list(_clauses(plain, full_name))
    told = (one for draw in _OF_CLAUSES for clause in clauses for one in draw(clause))
    drawn = [*told, *_counted(plain), *_said(plain, full_name), *_who(plain, full_name)]
    return [one for one in dict.fromkeys(drawn) if _is_sound(one.question)]


def _is_sound(question: str) -> bool:
    """Whether it is of a fit length and names something, so that it can be asked of any articles."""
    words = question.split()
    named = re.search(" [A-Z]", re.sub(DAY, "", question))
    return bool(named) and _FEWEST_WORDS <= len(words) <= _MOST_WORDS and len(question) <= _MOST_CHARACTERS


def _clauses(sentence: str, full_name: FullName) -> Iterator[_Clause]:
    for found in _CLAUSE.finditer(sentence):
        named = found[1].removeprefix("The ").removeprefix("the ")
        subject = full_name(named)
        is_sound = found[2] in (None, "will", "will be") or _DONE.search(found[3])
        if subject and is_sound and found[3] not in _NO_VERBS and sentence[: found.start()].count('"') % 2 == 0:
            article = "the " if named != found[1] else ""
            is_person = " " in subject and " of " not in subject and not article
            yield _Clause(article + subject, found[2] or "", found[3], sentence[found.end() :], is_person)


def _when(clause: _Clause) -> Iterator[Drawn]:
    found = re.match(rf"( [^.,;:]*?)?,? (?:in|on|by) {DAY}", clause.rest)
    if found and clause.asked and clause.helper not in ("is", "are"):
        done = whole(found[1] or "")
        if done or (not found[1] and (clause.helper or clause.base in _WITHOUT_OBJECT)):
            yield Drawn(f"When {clause.asked}{done}?", "when")


def _where(clause: _Clause) -> Iterator[Drawn]:
    places = ("born", "held", "found", "arrested", "based", "staged", "killed", "built", "detained", "shown", "buried")
    if clause.verb in places and clause.helper:
        found = re.match(rf"( [a-z]+)? (?:in|at|near) (?!{DAY})(?:the )?{NAME}", clause.rest)
        if found and (not found[1] or found[1] == " dead"):
            yield Drawn(f"Where {clause.asked}{found[1] or ''}?", "where")


def _why(clause: _Clause) -> Iterator[Drawn]:
    found = _BECAUSE.search(clause.rest)
    if found and clause.asked and not CLAUSE_END.search(clause.rest[: found.start()]):
        done = whole(clause.rest[: found.start()])
        if done or clause.helper:
            yield Drawn(f"Why {clause.asked}{done}?", "why")


def _how(clause: _Clause) -> Iterator[Drawn]:
    found = re.match(r"( [^.,;:]*?) by (?!being)[a-z]+ing\b", clause.rest)
    if found and clause.base and (done := whole(found[1])):
        yield Drawn(f"How {clause.asked}{done}?", "how")
    found = re.match(r"( [^.,;:\"]{3,45}?) as\b", clause.rest)
    if found and clause.base in ("describe", "label", "brand", "hail", "denounce") and (done := whole(found[1])):
        yield Drawn(f"How {clause.asked}{done}?", "how")


def _number(clause: _Clause) -> Iterator[Drawn]:
    found = re.match(rf" {COUNTED}( .+)?", clause.rest)
    if found and clause.asked and not OF_TIME.search(found[1]):
        yield Drawn(f"How many {found[1]} {clause.asked}{whole(found[2] or '')}?", "count")


def _money(clause: _Clause) -> Iterator[Drawn]:
    found = re.match(rf" {MONEY}(?: \([^)]*\))?( (?:for|in|on|to|from) .+)", clause.rest)
    if found and clause.base and (rest := whole(found[1])):
        yield Drawn(f"How much {clause.asked}{rest}?", "money")
    found = re.match(rf"( [^.,;:]{{3,60}}?) for {MONEY}", clause.rest)
    if found and clause.base in ("buy", "acquire", "purchase", "sell") and (sold := whole(found[1])):
        paid = f"sell{sold} for" if clause.base == "sell" else f"pay for{sold}"
        yield Drawn(f"How much did {clause.subject} {paid}?", "money")


def _what(clause: _Clause) -> Iterator[Drawn]:
    subject, verb, rest = clause.subject, clause.verb, clause.rest
    if clause.helper in ("is", "are", "was", "were", "has been") and verb == "accused" and rest.startswith(" of "):
        yield Drawn(f"What {clause.asked} of?", "what")
    if clause.helper in ("is", "are") and verb in ("expected", "due", "likely") and rest.startswith(" to "):
        yield Drawn(f"What {clause.asked} to do?", "what")
    if not clause.helper and verb in ("plans", "wants", "hopes", "intends", "aims") and rest.startswith(" to "):
        yield Drawn(f"What does {subject} {verb[:-1]} to do?", "what")
    told = re.match(r"( (?:the )?[^.,;:\"]{3,40}?) to [a-z]", rest)
    if told and clause.base in ("urge", "ask", "order", "advise", "invite", "force") and (done := whole(told[1])):
        yield Drawn(f"What {clause.asked}{done} to do?", "what")
    blamed = re.match(r"( (?:the )?[^.,;:\"]{3,40}?) of [a-z]", rest)
    if blamed and clause.base == "accuse" and (done := whole(blamed[1])):
        yield Drawn(f"What {clause.asked}{done} of?", "what")
    if clause.base in ("announce", "promise", "propose", "deny", "demand", "predict", "reveal", "unveil", "reject"):
        yield Drawn(f"What {clause.asked}?", "what")


def _doer(clause: _Clause) -> Iterator[Drawn]:
    """Who did what: the sentence with its subject asked for."""
    done = whole(clause.rest)
    if not re.search(" [A-Z]", re.sub(DAY, "", done)) or clause.verb in ("said", "told", "added", "wanted", "became"):
        return
    honoured = clause.verb in ("named", "crowned", "appointed", "elected", "nominated", "chosen", "awarded")
    helper = f"{clause.helper} " if clause.helper else ""
    is_honour = honoured and clause.helper in ("was", "were", "has been", "will be")
    is_deed = clause.is_person and (clause.base or clause.helper == "will")
    if is_honour or is_deed or clause.base in ("win", "buy", "beat", "acquire", "found", "create", "design", "invent"):
        yield Drawn(f"Who {helper}{clause.verb}{done}?", "doer")


_OF_CLAUSES = (_number, _money, _why, _how, _when, _where, _what, _doer)


def _counted(sentence: str) -> Iterator[Drawn]:
    """Numbers that a clause begins with: `At least 83 people have been killed in the strikes`."""
    begun = r"(?:^|\b(?:that|said|says|where|and|but|as) )"
    passive = r"(?:were|are|have|had|will)(?: be| been)? [a-z]+(?:ed|en|wn|ld|ost|ut)|[a-z]+"
    for found in re.finditer(rf"{begun}{COUNTED} ({passive})( .+)", sentence):
        told = found[2].partition(" ")[2] or base_of(found[2])
        if told and not OF_TIME.search(found[1]) and (rest := whole(found[3])):
            yield Drawn(f"How many {found[1]} {found[2]}{rest}?", "count")
    match = re.match(rf"There (are|were|have been) {COUNTED}((?: in| at| on| from) .+)", sentence)
    if match and (rest := whole(match[3])):
        there = "have there been" if match[1] == "have been" else f"{match[1]} there"
        yield Drawn(f"How many {match[2]} {there}{rest}?", "count")
    changed = "rose|fell|grew|increased|dropped|climbed|jumped|slipped|plunged|soared|declined"
    percent = rf"\b({NAME}['’]s? [a-z-]+(?: [a-z]+)?) ({changed}) (?:by )?{ABOUT}\d[\d.]*(?:%| per ?cent)"
    match = re.search(percent, sentence)
    if match and not UNCLEAR.search(match[1]):
        yield Drawn(f"By how much did {match[1]} {base_of(match[2])}?", "change")
    sum_named = (
        rf"{MONEY} (bounty|reward|fine|bid|takeover|contract|loan|budget|bonus|deal|grant)( (?:on|for|with|from) .+)"
    )
    match = re.search(sum_named, sentence)
    if match and (rest := whole(match[2])) and re.search("[A-Z]", rest):
        yield Drawn(f"How large is the {match[1]}{rest}?", "money")


def _said(sentence: str, full_name: FullName) -> Iterator[Drawn]:
    """What was said about the subject of what was said, or about a name in it."""
    told = rf"(?:told (?:(?:the )?{NAME}|[a-z]+)(?: [a-z]+)?|{SAID})"
    match = re.search(rf"({NAME})(?:, [^,]{{3,60}},)? (?:has )?{told}\b(?: that)?(.*)", sentence)
    before = re.search(rf"^[\"“](.*)[\"”] (?:said|says) (?:(?:[\w’'-]+ ){{0,3}}{ROLE} )?({NAME})", sentence)
    speaker, words = (match[1], match[2]) if match else (before[2], before[1]) if before else ("", "")
    name = full_name(speaker)
    for topic in _topics(words) if name else ():
        known = full_name(topic.removeprefix("the ").removeprefix("The "))
        if topic.startswith("the ") or (known and known != name):
            yield Drawn(f"What did {name} say about {topic if topic.startswith('the ') else known}?", "said")
            return
    if _is_of_person(name):
        yield Drawn(f"What did {name} say?", "words")


def _topics(words: str) -> Iterator[str]:
    """What a statement is about: its subject, or a name that it tells something of."""
    subject = re.match(rf"[ ,:\"“]*(the (?:[\w’'-]+ ){{1,4}}?|(?:[Tt]he )?{NAME} ){AUXILIARY}\b", words)
    if subject:
        topic = subject[1].strip()
        is_clear = not (UNCLEAR.search(topic) or CLAUSE_END.search(topic))
        if is_clear and (len(topic.split()) > 3 or re.search("[A-Z]", topic)):
            yield topic
    for named in re.finditer(rf"(?<=[a-z] (?:of|by) )(?:the )?{NAME}(?!['’]|[ -]?\w)|(?<= about ){NAME}", words):
        if " " in named[0].removeprefix("the "):
            yield named[0]


def _who(sentence: str, full_name: FullName) -> Iterator[Drawn]:
    """`NAME, the chief executive of X,` and `chief executive NAME`."""
    gap = r"(?:(?!(?:with|where|as|starring|which|and|or|in|at|on|is|was|to|for|by|but)\b)[\w’'-]+ ){0,4}"
    after = re.finditer(rf"\b({NAME}), (?:who is )?{gap}{ROLE}\b", sentence)
    before = re.finditer(rf"\b{ROLE} ({NAME})(?=[ ,.:;)])(?! al-)", sentence)
    for match in (*before, *after):
        name = full_name(match[1])
        if _is_of_person(name) and match[1].count(" "):
            yield Drawn(f"Who is {name}?", "who")


def _is_of_person(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 4 or " of " in name or re.search(r"['’]s?(?: |$)|\d", name):
        return False
    no_person = ROLES | ORGANISATIONS
    return not any(word.lower().rstrip(".") in no_person or (word.isupper() and len(word) > 2) for word in words)
