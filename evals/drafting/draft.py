"""A draft: a question with its answer and evidence, before it has an id and a place in a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evals.drafting.clauses import Clause
from evals.drafting.places import places
from evals.drafting.reading import Reading, bare
from evals.examples import AbstainReason, Number, QuestionType, Quote
from evals.matching import contains, numbers

_VAGUE: Final = re.compile(
    r"\b(?:he|she|they|him|them|we|you|me|(?-i:us|it|I)|this|these|those|there|here|such|latter|former|another|others"
    r"|our|my|your|above|following|same|more)\b",
    re.IGNORECASE,
)
_OWNED: Final = re.compile(r"\b(?:his|her|its|their)\b")
_DAYS: Final = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
PASSING: Final = re.compile(
    rf"\s(?:on )?(?:last |next )?(?:{_DAYS})(?: (?:morning|night|evening|afternoon))?\b(?! [A-Z]|['’])"
    r"|\s(?:yesterday|today|tonight|now|currently|also|already|still|later|recently|this (?:week|month|morning)"
    r"|probably|last (?:week|month|night)|just|only|actually|certainly|reportedly|apparently|then)(?=[ ?]|$)"
)
_UNFINISHED: Final = frozenset(
    "to not the a an and or of by in part that is was are were be been mainly largely with".split()
)
_SHORTEST_WORDS, _LONGEST_WORDS = 5, 26


@dataclass(frozen=True, slots=True)
class Draft:
    """What a template made, or a rated answer; a lower `rank` is a better one."""

    types: tuple[QuestionType, ...]
    question: str
    evidence: tuple[tuple[Quote, ...], ...] = ()
    answers: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    dates: tuple[str, ...] = ()
    abstain_reason: AbstainReason | None = None
    note: str = ""
    """What to look at when editing; a comment in the file, line by line."""
    rank: int = 0
    earlier: tuple[str, ...] = ()
    """The questions of the conversation before it."""
    derived: bool = False
    kind: str = ""
    """The file that it belongs into, where its type does not tell."""

    @property
    def sources(self) -> frozenset[str]:
        """The articles that it comes from."""
        return frozenset(quote.source for group in self.evidence for quote in group)


def question(text: str) -> str:
    """One line without passing words (`on Monday`, `also`), begun large, ended with a question mark."""
    plain = PASSING.sub("", " ".join(text.split())).strip(" ,.")
    return f"{plain[0].upper()}{plain[1:]}?"


def stands_alone(reading: Reading, asked: str) -> bool:
    """Whether a question can be understood without the article: it names somebody or something."""
    words = asked.rstrip("?").split()
    named = [word for word in words[1:] if bare(word)[:1].isupper() and (bare(word) in reading.names or places(word))]
    if words[-1].lower() in _UNFINISHED or " that " in asked[-30:]:
        return False
    if not named or _VAGUE.search(asked) or not _SHORTEST_WORDS <= len(words) <= _LONGEST_WORDS:
        return False
    owned = _OWNED.search(asked)
    return not owned or any(asked.find(name) < owned.start() for name in named)


def from_clause(
    reading: Reading, clause: Clause, *, types: tuple[QuestionType, ...], asked: str, answer: str
) -> Draft | None:
    """A draft whose evidence is the clause; None when the question would make no sense or tell its own answer."""
    if clause.said_by:
        asked, types = f"{asked}, according to {clause.said_by}", (*types, "reported_claim")
    ready = question(asked)
    quote = Quote(source=reading.source, quote=clause.span.of(reading.text).strip())
    if not stands_alone(reading, ready) or contains(ready, answer) or not contains(quote.quote, answer):
        return None
    value = numbers(answer) if types[0] == "number" else []
    counted = (Number(value=value[0]),) if len(value) == 1 else ()
    return Draft(types, ready, ((quote,),), () if counted else (answer,), counted)
