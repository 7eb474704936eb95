"""Whether a claim is surer, or says it of more, than its quotes; and whether it names who says so rightly."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.normalise import STOP_WORDS, acronyms, content_terms, names, occurs_as_name, unaliased, word_set
from qa.verifying.alignment import stems_of, words_of
from vectorstore.terms import stem, words


def _phrases(listed: str, *more: str) -> re.Pattern[str]:
    """Any of the phrases between semicolons, as whole words; or what `more` says."""
    phrases = (" ".join(phrase.split()) for phrase in listed.split(";"))
    return re.compile("|".join([rf"\b(?:{'|'.join(phrases)})\b", *more]), re.IGNORECASE)


_SAID = r"""
    according to; sa(?:y|ys|id|ying); report(?:s|ed|ing|edly)?; alleg\w*; accus\w*; claim\w*; argu\w+; assert\w*;
    insist\w*;
    sources; purported(?:ly)?; supposed(?:ly)?; contend\w*; maintain\w*; believ\w*; thought; think\w*; estimate\w*;
    told;
    stat(?:ed|es|ing); suspect\w*; describ\w*; label\w*; call(?:s|ed|ing); characteri\w+; warn(?:s|ed|ing)? that;
    suggest\w*;
    indicat\w*; view(?:s|ed); see(?:s|n); consider\w*; confirm\w*; acknowledg\w*; reveal\w*; admit\w*; declar\w*;
    accounts?; den(?:y|ies|ied|ying); apparently; unverified; critics; observers; analysts; experts; hint\w*"""
_MAYBE = r"""
    (?-i:may); might; could; would; possibl[ey]; possibilit\w+; potential\w*; perhaps; probabl[ey]; likely; appear\w*;
    seem\w*;
    expect\w*; hop(?:es?|ed|ing); consider\w*; if; whether; should; explor\w*; speculat\w*; unclear"""
_ATTRIBUTES = _phrases(_SAID)
_HEDGES = _phrases(f"{_SAID}; {_MAYBE}")
_REPORTED = _phrases(
    r"""reportedly; allegedly; purportedly; supposedly; according to; sources; unverified;
    (?:is|are|was|were) (?:widely )?(?:believed|said|thought); accus(?:es?|ed|ing); claim(?:s|ed|ing)?;
    (?:media|news|press|some|several|one|multiple)\b[^.,]{0,30} (?:reports?|accounts?|outlets); assert(?:s|ed|ing)?;
    argu(?:es?|ed|ing); insist(?:s|ed|ing)?; contend(?:s|ed|ing)?; maintain(?:s|ed)? that; report(?:s|ed) that""",
    r"\bsa(?:ys?|id)(?= (?!(?:of|on|in|at|during|after|through|goodbye|yes|no)\b)[a-z])",
    r", [^,;]{3,60} (?:said|says)[.”\"]*$",
)
"""Words of an article by which another vouches for what follows, or for what came before."""
_POSSIBLE = _phrases(
    r"""(?-i:may); might; could; possibly; perhaps; probably; hint(?:s|ed|ing)? at; suggest(?:s|ed|ing)?;
    appear(?:s|ed)? to; seem(?:s|ed)? to; is likely; are likely; expected to; hopes? to; considering;
    possibility of; explored; whether; investigating"""
)
_MODAL, _WILL = _phrases("(?-i:may); might; could"), _phrases("will; is to; are to")
_NOT_VOUCHED = re.compile(
    r"\b(?:alleged|purported|suspected|accused|so-called|apparent|possible|potential|proposed)\s+", re.IGNORECASE
)
_LATER = re.compile(r",[^,]{0,60}\b(?:said|says|according to|reported)\b[^,]{0,60}$", re.IGNORECASE)
_TURN = re.compile(r",? \b(?:though|although|but|even as|whereas)\b", re.IGNORECASE)
_SPEAKS = (
    r"(?:said|says?|told|report(?:s|ed)|argue[sd]?|stated|claim(?:s|ed)?|insist(?:s|ed)?|warn(?:s|ed)?|believes?"
    r"|describe[sd]|call(?:s|ed)|characteri[sz]e[sd]|label(?:s|ed|led))\b"
)
_SPEAKER = re.compile(
    r"^(?:according to (?P<first>[^,]{3,80}),"
    rf"|(?P<subject>[A-Z][^,;:“\"]{{1,70}}?) (?:has |have |had |also |later )*{_SPEAKS})"
    r"|[,”\"’][”\"’]? (?:according to (?P<of>[^,]{3,80})|(?P<who>[^,]{3,60})"
    r" (?:said|says|reported|reports))\b[^,]{0,40}\.?$",
    re.IGNORECASE,
)
_ANYBODY = stems_of(
    "report article source account outlet media news press story coverage passage official other people"
)
_TITLES = _ANYBODY | stems_of(
    "president minister ministry secretary senator governor mayor chief captain general judge coach professor"
    " doctor director chairman leader spokesman spokeswoman foreign prime former us"
)
"""Words that a speaker shares with others of his kind."""
_SPEECH_BY_PRONOUN = re.compile(
    r"\b(?:he|she|they|it|the (?:\w+ )?(?:president|senator|minister|ministry|leader|secretary|group|spokes\w+))\s+"
    r"(?:\w+ )?(?:said|says|say|told|argue|claim|insist|warn|believe|think|add|call|accuse|describe|characteri)",
    re.IGNORECASE,
)
_UNIVERSAL = _phrases(
    r"""every; everyone; everybody; everything; always; entire(?:ly)?; fully; completely; unanimous(?:ly)?; nobody;
    no one; permanent(?:ly)?""",
    r"(?<!\bat )(?<!\bafter )(?<!\babove )\ball\b(?! (?:but|of (?:this|that|which)|\d|two|three|four|five|six)\b)"
    r"(?! (?:is|are|was|were|have|has|had|will|would|remain\w*)\b)",
)
_UNIVERSAL_TOLD = _phrases(
    r"""all; every\w*; each; always; entire\w*; whole; full\w*; complete\w*; unanimous\w*; no; none; nobody; never;
    any; both; permanent\w*; total\w*; sweeping; across"""
)
_STRONG = stems_of(
    "announce confirm agree prove show decide admit promise guarantee conclude establish vow demonstrate ensure"
    " definitely certainly undoubtedly clearly inevitably reveal"
)
_WEAK = _phrases(
    r"""hint\w*; suggest\w*; consider\w*; discuss\w*; explor\w*; possib\w*; potential\w*; believ\w*; appear\w*;
    seem\w*; some;
    several; expect\w*; likely; ideas?; attempt\w*; test\w*; part(?:ly|ially); reported\w*; alleg\w*; purport\w*;
    suspect\w*;
    speculat\w*; (?-i:may); might; could; would; risk\w*; urg\w*; ask\w*; request\w*; call(?:ed|s) for"""
)


def certainty_fault(claim: str, quotes: Sequence[str], *, tellers: str = "") -> str:
    """Why the claim is more than its quotes vouch for, in one line; the first quote holds most of it."""
    if not quotes:
        return ""
    claim, quotes = unaliased(claim), [unaliased(quote) for quote in quotes]
    return (
        _speaker_fault(claim, quotes[0], tellers=tellers)
        or _report_fault(claim, quotes[0])
        or _adjective_fault(claim, quotes)
        or _universal_fault(claim, quotes)
        or _strength_fault(claim, quotes)
    )


def _speaker_fault(claim: str, quote: str, *, tellers: str) -> str:
    """Somebody is named as the one who says so, and the quote does not know him."""
    match = _SPEAKER.search(claim)
    speaker = next((group for group in match.groups() if group), "") if match else ""
    if (
        not set(content_terms(speaker)) - _ANYBODY
        or _SPEECH_BY_PRONOUN.search(quote)
        or _is_in(speaker, f"{quote} {tellers}")
    ):
        return ""
    return f"the quoted sentences do not have it from “{speaker.strip()}”"


def _is_in(speaker: str, quote: str) -> bool:
    """Whether a word of the speaker's name or title stands in the quote, or the name's first letters."""
    vocabulary, short = word_set(quote), acronyms(quote)
    named = [name for name in names(speaker) if stem(name) not in _TITLES]
    named = named or [word for word in words(speaker) if word not in STOP_WORDS and stem(word) not in _ANYBODY]
    return any(occurs_as_name(word, vocabulary, short) for word in named) or bool(acronyms(speaker) & vocabulary)


def _report_fault(claim: str, quote: str) -> str:
    """The article only reports it, or holds it possible, and the claim tells it as a fact."""
    for pattern, excuse, what in ((_REPORTED, _ATTRIBUTES, "only reports"), (_POSSIBLE, _HEDGES, "is not sure of")):
        match = pattern.search(quote)
        if match and not excuse.search(claim) and _governs(match, quote, claim):
            return f"the article {what} it (“{match[0].strip(' ,.')}”)"
    modal = _MODAL.search(quote)
    if modal and not _WILL.search(quote) and _WILL.search(claim) and not _HEDGES.search(claim):
        return f"the article says “{modal[0]}”"
    return ""


def _governs(match: re.Match[str], quote: str, claim: str) -> bool:
    """Whether most of what the claim shares with the quote stands behind the word, or all before a closing one."""
    shared = {word.term for word in words_of(claim) if word.term}
    places = [word.place for word in words_of(quote) if word.term in shared]
    ahead = len(words_of(quote[: match.start()]))
    turn = _TURN.search(quote, match.end())
    stop = len(words_of(quote[: turn.start()])) if turn else len(quote)
    behind = sum(ahead <= place < stop for place in places)
    return bool(places) and (behind * 2 > len(places) or bool(_LATER.search(quote)))


def _adjective_fault(claim: str, quotes: Sequence[str]) -> str:
    """`Cartel` for `alleged cartel`."""
    if _HEDGES.search(claim) or _NOT_VOUCHED.search(f"{claim} "):
        return ""
    own = {word.term for word in words_of(claim) if word.term}
    for match in (match for quote in quotes for match in _NOT_VOUCHED.finditer(quote)):
        behind = [word.term for word in words_of(match.string[match.end() :])[:4] if word.term]
        if behind and behind[0] in own:
            return f"the article says “{match[0].strip()}”"
    return ""


def _universal_fault(claim: str, quotes: Sequence[str]) -> str:
    match = _UNIVERSAL.search(claim)
    if match and not any(_UNIVERSAL_TOLD.search(quote) for quote in quotes):
        return f"the quoted sentences do not say “{match[0]}”"
    return ""


def _strength_fault(claim: str, quotes: Sequence[str]) -> str:
    """A word that makes sure of what the quotes hint at, or say of some."""
    if not _WEAK.search(" ".join(quotes)):
        return ""
    known = {stem(word.text) for quote in quotes for word in words_of(quote)}
    strong = [word.text for word in words_of(claim) if stem(word.text) in _STRONG - known]
    return f"“{strong[0]}” is more than the quoted sentences say" if strong else ""
