"""Questions about offices: who holds one, and who somebody is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evals.drafting.draft import Draft
from evals.drafting.reading import NAME, Reading, bare
from evals.examples import Quote
from vectorstore.types import Span

_RANK: Final = r"(?:(?:[Dd]eputy|[Vv]ice|[Ss]hadow|[Aa]ssistant|[Ff]ormer|ex|[Aa]cting|[Ss]enior|[Tt]hen)[ -])?"
_RANKS: Final = "Deputy|Vice|Assistant|Shadow|Executive|Managing|General|Chief|Senior|Foreign|Prime|Former"
_OF_A_STATE: Final = (
    r"[Pp]rime [Mm]inister|[Pp]resident(?:-elect)?|[Cc]hancellor|[Ss]ecretary of [Ss]tate|[Aa]ttorney [Gg]eneral"
    r"|(?:[Ff]oreign|[Ff]inance|[Ii]nterior|[Dd]efen[sc]e|[Hh]ealth|[Ee]ducation|[Tt]rade|[Hh]ome) "
    r"(?:[Mm]inister|[Ss]ecretary)|[Ss]ecretary[ -][Gg]eneral|Speaker|Pope"
)
_OF_A_HOUSE: Final = (
    r"[Cc]hief (?:[Ee]xecutive(?: [Oo]fficer)?|[Ee]conomist|[Ss]cientist|of [Ss]taff)|[Cc]hair(?:man|woman)"
    r"|(?:[Mm]anaging )?[Dd]irector(?:[ -][Gg]eneral)?|(?:[Hh]ead )?[Cc]oach|[Cc]aptain|[Ee]ditor(?:-in-[Cc]hief)?"
    r"|[Ff]ounder|[Mm]ayor|[Gg]overnor|[Ll]eader|[Pp]olice [Cc]hief|[Cc]urator|[Bb]oss|[Ss]kipper|[Cc]ommissioner"
    r"|[Gg]eneral [Ss]ecretary|[Ss]pokes(?:man|woman)|[Mm]inister|[Mm]anager"
)
_ROLE: Final = rf"{_RANK}(?:{_OF_A_STATE}|{_OF_A_HOUSE})"
_TITLED: Final = re.compile(
    r"(?<![\w’'.-] of )(?<!former )(?<!late )(?P<of>(?:[A-Z][\w.’'&-]*\s){0,4}?)"
    rf"(?P<role>{_ROLE}),?\s(?P<name>{NAME})"
)
_APPOSED: Final = re.compile(
    rf"(?P<name>{NAME}), (?:the |(?=[A-Z]))?(?P<role>(?:[\w’'-]+ ){{0,3}}?(?:{_OF_A_STATE}|{_OF_A_HOUSE}|[Hh]ead"
    r"|[Pp]resident|[Aa]uthor|[Ll]awyer|[Ww]idow|[Ww]ife|[Hh]usband|[Mm]other|[Ff]ather|[Ss]on|[Dd]aughter)"
    r" (?:of|at|for) [^,.;:()“”\"\n]{3,60}),"
)
_TRADE: Final = re.compile(
    r"(?<![\w’'-] )(?<=[\s(“\"])(?P<trade>(?:(?!The|A|An|But|And|In|As|For|With|By|To|Former)[A-Z][\w.’'&-]*\s){0,3}"
    r"(?:[a-z-]+\s)?(?:spokes(?:man|woman|person)|analyst|professor|lawyer|attorney|director|blogger|journalist|author"
    r"|actor|actress|singer|producer|economist|researcher|scientist|striker|midfielder|defender|goalkeeper|guitarist"
    r"|founder|president|chairman|manager|coach|historian|designer|photographer|novelist|comedian|senator|columnist"
    r"|critic|curator|engineer|activist|champion|winger|lock|prop|hooker|fly-half|scrum-half|fullback|supervisor"
    rf"|expert|consultant))\s(?P<name>{NAME})(?! and )"
)
_NO_BEARER: Final = re.compile(
    r"^(?:The|A|An|He|She|They|We|It|In|At|On|And|But|Mr|Mrs|When|While|As|For|With|By|From|To|That|One)\b|\n"
)
_NO_OWNER: Final = re.compile(
    r"^(?:The|A|An|And|But|In|On|With|Both|Mr|When|As|That|Former|For|While|At|By|Then|Now)\b ?"
)
_BEFORE: Final = re.compile(r"(?:said|says|the|a|an|his|her|its|their|and|by|to|with|for|as|of|from|but|in)\b")
_PAST: Final = re.compile(r"(?i)\b(?:former|late|ex|then)\b")
_NOT_ONE: Final = re.compile(r"(?i)\b(?:a|an|his|her|and|spokes\w+)\b")


def office_drafts(reading: Reading) -> Iterator[Draft]:
    """Every question about the offices that an article names."""
    yield from _holders(reading)
    yield from _apposed(reading)
    yield from _trades(reading)


def office_holders(reading: Reading) -> Iterator[str]:
    """Full names of those whom the text gives an office."""
    found = (match["name"] for match in _TITLED.finditer(reading.text))
    yield from (clean_name(name) for name in found if is_bearer(name))


def is_bearer(name: str) -> bool:
    """Whether a capitalised run may name a person."""
    return not _NO_BEARER.search(name)


def clean_name(name: str) -> str:
    """Without a possessive ending and letters behind a name."""
    return re.sub(r"(?:[’']s?| MP| QC| Jr)$", "", name)


def called(name: str) -> tuple[str, ...]:
    """The full name and the last one, when that is no more than a syllable."""
    last = name.rpartition(" ")[2]
    return tuple(dict.fromkeys((name, last))) if len(last) > 2 else (name,)


def _holders(reading: Reading) -> Iterator[Draft]:
    """`Secretary of State Marco Rubio` -> `Who is the Secretary of State?`."""
    for match in _TITLED.finditer(reading.text):
        role, name = match["role"], clean_name(match["name"])
        owner = _NO_OWNER.sub("", match["of"].strip())
        known = re.fullmatch(_OF_A_STATE, role) or (owner and not re.match("(?i)spokes", role))
        told = "\n" not in match[0] and not _PAST.search(match[0]) and not re.fullmatch(_RANKS, owner)
        if known and told and is_bearer(name):
            the = "" if re.search(r"[’']s?$", owner) else "the "
            start = match.start("role") - (len(owner) + 1 if owner else 0)
            span = Span(start, match.start("name") + len(name))
            yield _holder(reading, f"Who is {the}{owner} {role}?", name, span=span)


def _apposed(reading: Reading) -> Iterator[Draft]:
    """`John Harris, the head curator of the Page Museum,` -> `Who is the head curator of the Page Museum?`."""
    for match in _APPOSED.finditer(reading.text):
        name, role = match["name"], match["role"]
        named = any(bare(word)[:1].isupper() for word in role.split()[1:])
        if named and is_bearer(name) and not _NOT_ONE.search(role) and not _PAST.search(role):
            yield _holder(reading, f"Who is the {role}?", name, span=Span(match.start(), match.end() - 1))


def _holder(reading: Reading, asked: str, name: str, *, span: Span) -> Draft:
    quote = Quote(source=reading.source, quote=span.of(reading.text).strip())
    return Draft(("person",), " ".join(asked.split()), ((quote,),), called(name))


def _trades(reading: Reading) -> Iterator[Draft]:
    """`said celebrity blogger Vera Sweeney` -> `Who is Vera Sweeney?`."""
    for match in _TRADE.finditer(reading.text):
        name, trade = clean_name(match["name"]), match["trade"]
        trade = trade.partition(" ")[2] if _BEFORE.match(trade) else trade
        told = " " in trade and "\n" not in match[0] and not _PAST.search(match[0])
        if told and is_bearer(name):
            span = Span(match.end("trade") - len(trade), match.start("name") + len(name))
            quote = Quote(source=reading.source, quote=span.of(reading.text))
            yield Draft(("person",), f"Who is {name}?", ((quote,),), (trade,), rank=1)
