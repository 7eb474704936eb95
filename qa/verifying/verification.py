"""Is each statement of an answer told by an article? Checks of our own, in milliseconds, by no model's word.

A claim is `verbatim` when it occurs in its quote, `supported` when its quotations, numbers, dates and names occur,
enough of its words do and nothing is turned round, else `unsupported` with the check that failed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.drafts import Quote, Statement
from qa.evidence import Evidence, EvidenceSentence
from qa.instructions import is_question, looks_like_instruction
from qa.marks import DraftSentence
from qa.normalise import folded
from qa.verifying.faults import ParsedClaim, coverage, fault, has_day, parse
from qa.verifying.support import ENTAILMENT_BAR, support
from qa.verifying.told_otherwise import told_otherwise

_NUMBER_WEIGHT = 3.0
_GAIN_BAR = 0.12
_MOST_QUOTES = 3
_MOST_TRIED = 3
_NEAR = 0.15
_FULL = 0.8
_NOTHING = "no passage says it"
_NOT_FOLLOWING = "by the entailment model it does not follow from the quoted sentences"


@dataclass(frozen=True, slots=True)
class _Choice:
    """Sentences that hold most of a claim, of passages with these numbers."""

    numbers: tuple[int, ...]
    sentences: tuple[EvidenceSentence, ...]
    coverage: float


def verify(sentence: DraftSentence, evidence: Evidence) -> Statement:
    """The statement with the exact sentences that support it; marks that support nothing are not kept.

    Cited passages are tried first, then all others: a model that cites one that tells less is put right.
    """
    if sentence.is_heading:
        return Statement(sentence.text, before=sentence.before, is_claim=False)
    if why := _tells_nothing(sentence.text):
        return Statement(sentence.text, verdict="unsupported", why=why, support=0.0, before=sentence.before)
    claim = parse(sentence.text)
    cited = [number for number in sentence.numbers if 1 <= number <= len(evidence.passages)]
    others = [number for number in range(1, len(evidence.passages) + 1) if number not in cited]
    checked = _each_cited(claim, evidence, cited) if cited else _check(claim, evidence, others)
    if cited and others and (held := _held(claim, evidence, checked)) < _FULL:
        tried = (_check(claim, evidence, others), _check(claim, evidence, [*cited, *others], joined=True))
        helds = [_held(claim, evidence, one) for one in tried]
        checked = tried[helds.index(max(helds))] if max(helds) > held + _GAIN_BAR else checked
    return replace(checked, before=sentence.before)


def _held(claim: ParsedClaim, evidence: Evidence, statement: Statement) -> float:
    """The share of the claim that its quotes hold; nothing of what is not supported."""
    if statement.verdict != "supported":
        return float(statement.verdict == "verbatim")
    return coverage(claim.terms, evidence, [one for one in evidence.sentences if one.quote in statement.quotes])


def _tells_nothing(text: str) -> str:
    if looks_like_instruction(text):
        return "it tells nothing, it gives orders"
    return "it tells nothing, it asks" if is_question(text) else ""


def _check(claim: ParsedClaim, evidence: Evidence, numbers: Sequence[int], *, joined: bool = False) -> Statement:
    """The claim against each passage by itself, the nearest first, and where `joined`, against all together."""
    if len(claim.terms) > 1 and (quote := evidence.find(claim.text.rstrip(".!?… "), numbers)):
        whole = _whole_sentence(quote, evidence, numbers)
        # A clause that stands in the article may be what another is said to have claimed, or denied.
        if not told_otherwise(claim.text, [whole.text], around=[whole.text]):
            return Statement(claim.text, (whole,), "verbatim")
    sets = [(number,) for number in numbers] + ([tuple(numbers)] if joined and len(numbers) > 1 else [])
    wanted = _weights(claim, evidence)
    choices = [_choose(claim, evidence, each, wanted=wanted) for each in sets if claim.terms]
    choices.sort(key=lambda choice: (-choice.coverage, len(choice.numbers)))
    # Sentences that hold less of a claim are no excuse for what those that hold most of it tell otherwise.
    near = [choice for choice in choices if choice.sentences and choice.coverage > choices[0].coverage - _NEAR]
    nearest = Statement(claim.text, verdict="unsupported", why=_NOTHING, support=-1.0)
    for choice in near[:_MOST_TRIED]:
        judged = _judge(claim, evidence, choice)
        if judged.verdict == "supported":
            return judged
        nearest = max(nearest, judged, key=lambda one: one.support)
    return replace(nearest, support=max(nearest.support, 0.0))


def _judge(claim: ParsedClaim, evidence: Evidence, choice: _Choice) -> Statement:
    """The claim against the fewest of the chosen sentences that hold it all, or as much of it as they can.

    The exact checks come first, then the user's entailment model, if there is one.
    """
    sound: tuple[EvidenceSentence, ...] = ()
    why = ""
    for size in range(1, len(choice.sentences) + 1):
        chosen = choice.sentences[:size]
        why = fault(claim, evidence, chosen, numbers=choice.numbers)
        sound = sound if why else chosen
        if not why and coverage(claim.terms, evidence, chosen) >= _FULL:
            break
    chosen, why = sound or choice.sentences, "" if sound else why
    why = why or _voice_fault(claim, evidence, chosen)
    sure = support(claim.text, evidence, chosen, is_doubted=bool(why))
    if why:
        return Statement(claim.text, verdict="unsupported", why=why, support=sure)
    quotes = tuple(sentence.quote for sentence in chosen)
    more = _missing_quotations(claim, evidence, quotes, numbers=choice.numbers)
    return Statement(claim.text, quotes + more, "supported", support=sure)


def _voice_fault(claim: ParsedClaim, evidence: Evidence, chosen: Sequence[EvidenceSentence]) -> str:
    said = evidence.entails(claim.text, chosen)
    return _NOT_FOLLOWING if said and said[0] < ENTAILMENT_BAR else ""


def _each_cited(claim: ParsedClaim, evidence: Evidence, numbers: Sequence[int]) -> Statement:
    """As `_check`, with one sentence more from each other cited passage that supports the claim by itself."""
    checked = _check(claim, evidence, numbers, joined=True)
    if checked.verdict == "unsupported" or len(numbers) > _MOST_QUOTES * 2:
        return checked
    quoted = {quote.chunk.id for quote in checked.quotes}
    silent = [number for number in numbers if evidence.passages[number - 1].chunk.id not in quoted]
    alone = [_check(claim, evidence, [number]) for number in silent]
    more = tuple(other.quotes[0] for other in alone if other.quotes)
    return replace(checked, quotes=checked.quotes + more)


def _whole_sentence(quote: Quote, evidence: Evidence, numbers: Collection[int]) -> Quote:
    for sentence in evidence.of(numbers):
        whole = sentence.quote
        if whole.chunk.id == quote.chunk.id and whole.start <= quote.start and quote.end <= whole.end:
            return whole
    return quote


def _choose(
    claim: ParsedClaim, evidence: Evidence, numbers: tuple[int, ...], *, wanted: Mapping[object, float]
) -> _Choice:
    """The sentence that holds most of the claim, then those that add what it lacks."""
    total = sum(wanted.values()) or 1.0
    left = [(sentence, _items(sentence, claim) & wanted.keys()) for sentence in evidence.of(numbers)]
    chosen: list[EvidenceSentence] = []
    missing = set(wanted)
    while left and len(chosen) < _MOST_QUOTES:
        gains = [sum(wanted[item] for item in items & missing) for _, items in left]
        best = max(range(len(left)), key=lambda i: (gains[i], -len(left[i][0].terms)))
        if gains[best] / total < (_GAIN_BAR if chosen else 1e-9):
            break
        sentence, items = left.pop(best)
        chosen.append(sentence)
        missing -= items
    return _Choice(numbers, tuple(chosen), coverage(claim.terms, evidence, chosen) if chosen else 0.0)


def _weights(claim: ParsedClaim, evidence: Evidence) -> dict[object, float]:
    weights: dict[object, float] = {term: evidence.rarity(term) for term in claim.terms}
    exact = [*((("number", number)) for number in claim.quantities.numbers), *claim.quantities.days]
    return weights | dict.fromkeys(exact, _NUMBER_WEIGHT) | dict.fromkeys(_keys(claim.quotations), _NUMBER_WEIGHT)


def _items(sentence: EvidenceSentence, claim: ParsedClaim) -> frozenset[object]:
    days = [day for day in claim.quantities.days if has_day(day, sentence.quantities.days)]
    text = folded(sentence.quote.text) if claim.quotations else ""
    quoted = [key for key in _keys(claim.quotations) if key[1] in text]
    numbers = [("number", number) for number in sentence.quantities.numbers]
    return sentence.terms.union(numbers, days, quoted)


def _keys(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [("quotation", folded(text)) for text in texts]


def _missing_quotations(
    claim: ParsedClaim, evidence: Evidence, quotes: Sequence[Quote], *, numbers: Sequence[int]
) -> tuple[Quote, ...]:
    shown = folded(" ".join(quote.text for quote in quotes))
    found = [evidence.find(quotation, numbers) for quotation in claim.quotations if folded(quotation) not in shown]
    return tuple(_whole_sentence(quote, evidence, numbers) for quote in found if quote)
