"""English verbs as news writes them: a past form or a third person -> the form that `did` and `does` take."""

from __future__ import annotations

import re
from typing import Final

AUXILIARIES: Final = frozenset(
    "is are was were will would can could should must may might has have had".split()
)  # fmt: skip
_PAST: Final = """
    became become, began begin, bought buy, broke break, brought bring, built build, came come, caught
    catch, chose choose, cost cost, cut cut, dealt deal, did do, drew draw, drove drive, fell fall, felt
    feel, fled flee, flew fly, fought fight, found find, gave give, got get, grew grow, had have, heard
    hear, held hold, hit hit, kept keep, knew know, laid lay, left leave, led lead, lent lend, lost lose,
    made make, meant mean, met meet, overtook overtake, paid pay, put put, quit quit, ran run, said say,
    rose rise, saw see, sent send, set set, shot shoot, shut shut, sold sell, sought seek, spent spend,
    split split, spoke speak, spread spread, stole steal, stood stand, struck strike, swept sweep, swore
    swear, taught teach, thought think, threw throw, told tell, took take, understood understand, went go,
    withdrew withdraw, won win, wore wear, wrote write, beat beat, bore bear, sank sink, sang sing, rode
    ride, slept sleep, sat sit, lay lie, underwent undergo, underwrote underwrite, overcame overcome,
    oversaw oversee, forbade forbid, awoke awake, misled mislead, died die, tied tie, lied lie, owed owe,
    tuned tune, timed time, phoned phone, wasted waste, postponed postpone, axed axe, agreed agree, freed
    free, guaranteed guarantee, sued sue, scaled scale, totalled total, fuelled fuel, dialled dial"""
_PARTICIPLES: Final = frozenset(
    """
    been become begun broken chosen done drawn driven eaten fallen flown forgotten given gone grown hidden
    known overtaken proven ridden risen run seen shown spoken stolen sworn taken thrown undergone withdrawn
    won worn written beaten born sunk sung come""".split()
)
_PRESENT: Final = """
    accept aim allow become begin believe build buy call charge claim come contain control cost cover depend
    describe earn employ expect face feature fly give grow have hold hope include intend involve know lead
    lie live make mark need offer operate own pay plan play produce provide publish reach receive rely
    remain represent require run say see seek sell serve show spend stand start support take tell think
    travel use visit want warn weigh win work write"""
_DOUBLED_KEPT: Final = frozenset(
    "add err purr butt call fill kill pull roll sell spell skill smell spill stall recall install enroll poll".split()
)
_WITH_E: Final = re.compile(
    r"(?:[cvzu]|(?<!s)s|(?<![io])ng|[rd]g|[aeiou]g|[bcdfgkptz]l|[^eo]at|creat|(?:n|v|c|r)it|ib|ob"
    r"|(?<![eo])ad|(?<![ao])id|(?<!o)od|(?<!a)ud|ced|(?<![eao])ak|ik|(?<!o)ok|(?<![aeo])il|ul|(?<!e)am|um|com|(?<![aeou])in"
    r"|(?<!e)ap|ip|yp|(?<![oel])op|(?:[cqufwhtmp]|qu|sp)ir|(?:[asn]s|nj|pt|[ce]t|ec|at|ig|ed|xt|em|end|sc)ur|(?<![eo])ar"
    r"|(?:st|pl|gn|sc|dor?|b|ad)or|(?<!e)ut|(?<![oil])ot|(?:mp|pl|l)et|pet(?<=mpet))$"
)
"""How a base ends that loses an e before -ed."""
_WITHOUT_E: Final = frozenset(
    """
    visit exit edit limit credit profit deposit inherit merit exhibit prohibit benefit commit submit permit
    admit focus bias develop gallop pilot target budget market total signal rival fuel travel model label
    combat treat defeat repeat threat heat seat boast float belong sponsor monitor anchor favor harbor labor
    honor happen open listen offer order enter answer differ suffer consider remember cover deliver discover
    recover appear clear fear hear near begin win spin join gain train explain remain maintain contain
    obtain retain rain claim aim proclaim exclaim reclaim fail sail detail mail trail prevail avail unveil
    boil spoil foil reveal appeal deal heal steal seal conceal cool fool control patrol consult result
    insult fulfil murmur spur occur question mention hang ring bring sing cling wrong lead spread read head
    load upload download broad raid aid avoid need succeed proceed exceed speed feed seed plead bead leak
    break speak soak cloak cook look book hook crook knock stop drop group soup equip ship skip strip trip
    slip ask risk task invent prevent debut shout doubt spot plot shot boot shoot root vomit audit orbit
    await wait repair air pair despair stir chair impair affair flight weight threaten program worsen loosen
    mean clean lean screen strain drain stain sign assign design resign campaign reign align bucket ticket
    fidget""".split()
)
_IRREGULAR: Final = dict(pair.split() for pair in _PAST.split(","))
_THIRD: Final = {re.sub(r"([^aeiou])ys$", r"\1ies", f"{base}s"): base for base in _PRESENT.split()} | {
    "has": "have", "reaches": "reach", "publishes": "publish", "does": "do", "goes": "go",
}  # fmt: skip
_NO_VERBS: Final = frozenset(
    """
    hundred indeed sacred naked wicked wretched rugged united limited armed so-called shed sped hotbed
    watershed need seed speed feed deed breed embattled beloved renowned sophisticated""".split()
)


def past_base(word: str) -> str:
    """The base of a past form in small letters; empty when it is none that is known."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not re.fullmatch(r"[a-z]{2,}ed", word) or word in _NO_VERBS or word.endswith("eed"):
        return ""
    if word.startswith("un") and word[2:4] not in ("co", "ve", "le", "lo"):
        return ""
    root = word[:-2]
    if root.endswith("i"):
        return f"{root[:-1]}y"
    if re.search(r"([bdgmnprt])\1$", root) and root not in _DOUBLED_KEPT:
        return root[:-1]
    if root.endswith("ll"):
        return root[:-1] if re.search(r"(?:ntrol|trol|vel|cel|bel|nel|del|pel|gnal)l$", root) else root
    if root in _WITHOUT_E or not _WITH_E.search(root):
        return root
    return f"{root}e"


def third_base(word: str) -> str:
    """The base of a third person in small letters; empty when it is none that is known."""
    return _THIRD.get(word, "")


def is_participle(word: str) -> bool:
    """Whether a word can follow `has` or `was`."""
    return word in _PARTICIPLES or bool(past_base(word))


def is_finite(word: str) -> bool:
    """Whether a word in small letters may be the verb of a clause."""
    return word in AUXILIARIES or bool(past_base(word) or third_base(word))
