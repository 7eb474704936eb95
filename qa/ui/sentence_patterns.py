"""Patterns of English news sentences that questions are made of: names, days, numbers, roles, ends of clauses."""

from __future__ import annotations

import re

_CAPITAL = r"(?:[A-Z](?:\.[A-Z])+\.?|[A-Z][\w&’'-]*\w)"
_JOINED = r"(?:(?:of|de|del|la|los|al|bin|van|von|der|da|di|du) (?:the )?)?"
NAME = rf"{_CAPITAL}(?: [A-Z]\.)?(?: {_JOINED}{_CAPITAL}){{0,4}}"
"""One capitalised word, or some in a row."""

_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)"
)
DAY = (
    rf"(?:(?:early |late |mid-)?(?:{_MONTH}(?: \d{{1,2}}\b)?(?:,? \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?"
    r"|(?:19|20)\d\d)|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
ABOUT = (
    "(?i:(?:at least|about|around|some|more than|nearly|almost|over|up to|an estimated|only|just|as many as|fewer than|"
    "another|a total of|a record) )?"
)
_NUMBER = (
    r"(?:(?!(?:19|20)\d\d\b)\d[\d,.]*(?:m|bn)?(?: (?:million|billion))?|(?i:two|three|four|five|six|seven|eight|nine"
    "|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|dozens of|hundreds of|thousands of))"
)
_NO_THING = "of|in|to|and|or|for|per|times|year|month|million|billion|other|more|points|than|from|at|by|with|on|as"
COUNTED = (
    rf"{ABOUT}{_NUMBER} ((?:(?!(?:{_NO_THING})\b)[a-z][a-z-]+ ){{0,2}}?"
    r"(?:people|men|women|children|(?!times|pounds|dollars|euros|yen)[a-z-]{2,}[^\Ws]s)\b)"
)
"""A number and what it counts, which is the group."""
MONEY = (
    rf"{ABOUT}(?:(?:US)?[$£€]\s?\d[\d,.]*\s?(?:m|bn|million|billion|trillion)?\b"
    r"|\d[\d,.]* ?(?:million|billion|m|bn)? (?:dollars|euros|pounds))"
)
OF_TIME = re.compile(r"(?:year|month|week|day|hour|minute|second|decade|centurie|percentage point)s$")
ROLES = frozenset(
    """
    president minister secretary senator director chief executive chairman chairwoman analyst economist singer actor
    actress coach captain manager spokesman spokeswoman spokesperson founder professor editor leader striker
    midfielder author star mayor governor general judge lawyer champion player director-general commissioner
    ambassador chancellor head boss writer producer designer scientist researcher student journalist mp dj winner
    official rapper conductor premier king queen prince princess constable inspector officer novelist playwright
    comedian presenter sprinter goalkeeper defender astronomer engineer entrepreneur politician diplomat lawmaker mep
    solicitor barrister detective midwife surgeon
    """.split()
)
ROLE = rf"(?i:{'|'.join(sorted(ROLES, key=len, reverse=True))})"
TITLES = ROLES | frozenset("mr mrs ms miss dr sir dame lord lady prof vice deputy prime foreign us uk".split())
AUXILIARY = "(?:had|has|have|was|were|is|are|will|would|could|should|may|might|must|can|did|do|does|needed|wanted)"
SAID = "(?:said|warned|added|argued|insisted|claimed|stated|confirmed|revealed|stressed|explained|admitted|noted)"

CLAUSE_END = re.compile(
    r"[.,](?!\d)|[;:!?()\[\]\"“”«»—–…]|\s-\s|\b(?:after|when|while|but|which|who|whom|whose|that|because|although|though|since"
    r"|before|where|if|unless|until|despite|amid|following|saying|adding|says|said|according|and|or|as|so|than|how|due"
    r"|during|via|through|whether|including|describing|calling|warning|citing|accusing|making|leaving|giving)\b"
)
_POINTING = (
    "he|she|it|they|him|them|we|our|us|i|my|me|you|your|this|these|those|such|here|today|yesterday|tomorrow|tonight|ago"
    "|last|next|recent|recently|now|then|however|former|latter|same|other|another|both|again|already|there|between|either"
    "|neither|not|itself|himself|herself|themselves|what|also|too|further|others|one|ones|more|less|back|been|being"
)
_LEFT_OPEN = (
    "never|first|no|far|down|up|out|off|about|on|in|to|at|by|for|with|from|over|into|of|the|a|an|its|his|her|their|only|just"
    "|new|some|all|any|is|was|are|were|has|have|had|will|would|against|under|towards|among|very|most|be|still|even|like"
)
UNCLEAR = re.compile(rf"\b(?:{_POINTING})\b|\b(?:{_LEFT_OPEN})\s*$", re.IGNORECASE)
"""What points elsewhere, or breaks off."""
ORGANISATIONS = frozenset(
    """
    agency airlines airways association authority bank board city club college commission committee company congress
    corp corporation council county court department electronics entertainment federation foundation games group inc
    institute international island kingdom laboratories league limited ltd magazine ministry motors museum network news
    office organisation organization parliament party pictures police post records republic research road school service
    services society states street studios system systems technologies telecom telegraph times trust union united
    university
    """.split()
)
"""What the name of a person does not hold."""
_FITTING = {
    "count": re.compile(
        r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens|hundreds|thousands)\b", re.IGNORECASE
    ),
    "money": re.compile(r"\d"),
    "change": re.compile(r"\d"),
    "when": re.compile(DAY, re.IGNORECASE),
    "who": re.compile(rf"\b{ROLE}\b"),
    "doer": re.compile("[A-Z]"),
}


def fits(kind: str, words: str) -> bool:
    """Whether the first words of an answer hold the kind of thing that was asked for."""
    pattern = _FITTING.get(kind)
    return pattern is None or bool(pattern.search(words))


def whole(rest: str) -> str:
    """What follows a verb up to where its clause ends, with its blank; empty where that would not stand alone."""
    end = CLAUSE_END.search(rest)
    phrase = (rest[: end.start()] if end else rest).rstrip()
    if (
        end
        and end[0] in ("and", "or")
        and re.match(r" [A-Z\d]", rest[end.end() :])
        and re.search(r"[A-Z][\w’'-]*$", phrase)
    ):
        return ""  # half of `the Scientific and Technical Oscars`
    bare = re.sub(r"^ (?:the|a|an|its|his|her|their) ", " ", phrase)
    return "" if UNCLEAR.search(phrase) or len(phrase.split()) > 10 or not bare.strip() else phrase
