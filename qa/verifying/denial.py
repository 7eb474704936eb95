"""Whether a claim denies what its quotes say, or says what they deny."""

from __future__ import annotations

from collections.abc import Sequence

from qa.verifying.alignment import Word, clause_of, stems_of
from vectorstore.terms import stem

_NEGATORS = frozenset("not no never none neither nor without cannot nobody nothing hardly".split())
_PLAIN_NEGATORS = frozenset("not no never cannot nobody neither without".split())
_NO_DENIAL = frozenset("only just necessarily merely even more fewer less long far surprisingly unlike without".split())
_PREFIXES = ("un", "in", "im", "ir", "dis", "non", "non-")
_DENYING = stems_of(
    "deny refuse decline fail avoid lack withhold reject dismiss refrain absent absence unable unclear unlikely stop"
    " prevent halt insist yet unconfirmed unknown unwilling contradict oppose rule unsuccessful abstain forbid ban end"
    " despite resist doubt inconclusive uncertain refute rebut"
)
_LEFT_UNDONE = stems_of("yet still fail refuse decline unable unlikely")
"""With `to`, as good as a negator."""
_SHORT = 3
_NEGATED_WITHIN, _DENIED_WITHIN = 3, 2


def denial_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    """A word that the claim denies and no quote does, or the other way round."""
    said = _terms(told)
    denied = _denied_terms(own, _NEGATED_WITHIN)
    loosely = frozenset().union(*(_denied_terms(words, 2 * _NEGATED_WITHIN) for words in told))
    if (denied & said & _DENYING) - loosely:
        return "the claim denies what the quoted sentences say"
    prefixed = {f"{prefix}{term}" for prefix in _PREFIXES for term in denied}
    shared = frozenset() if prefixed & said - loosely else denied & said
    negative = any(
        _is_negative(words[at])
        for words in told for word in words if word.term in shared for at in clause_of(words, word.place)
    )  # fmt: skip
    if shared and not shared & loosely and not negative:
        return "the claim denies what the quoted sentences say"
    plainly = frozenset().union(*(_denied_terms(words, _DENIED_WITHIN, plainly=True) for words in told))
    affirmed = [word for word in own if word.term and word.term in plainly - denied]
    if any(not _denied_around(own, word) for word in affirmed):
        return "the quoted sentences deny what the claim says"
    return _prefix_fault(own, told)


def _denied_around(words: tuple[Word, ...], word: Word) -> bool:
    return any(_is_negative(words[at]) for at in clause_of(words, word.place) if words[at].term != word.term)


def _prefix_fault(own: tuple[Word, ...], told: Sequence[tuple[Word, ...]]) -> str:
    """`Hurt` for `unhurt`."""
    texts = {word.text for words in told for word in words}
    denies = any(_is_negative(word) for words in told for word in words)
    denied = frozenset().union(*(_denied_terms(words, _NEGATED_WITHIN) for words in (own, *told)))
    for text in sorted({word.text for word in own if len(word.text) > _SHORT and word.term not in denied} - texts):
        opposites = {f"{prefix}{text}" for prefix in _PREFIXES} - {word.text for word in own}
        bare = {text.removeprefix(prefix) for prefix in _PREFIXES if text.startswith(prefix)}
        bare = set() if denies else {each for each in bare if len(each) > _SHORT}
        if found := sorted((opposites | bare) & texts):
            return f"the quoted sentences say “{found[0]}”"
    return ""


def _is_negative(word: Word) -> bool:
    return (
        stem(word.text) in _DENYING
        or word.text in _NEGATORS
        or word.text.endswith(("n't", "n’t", "less"))
        or word.text in ("only", "except", "unless", "few", "little", "rather", "instead", "other", "otherwise")
    )


def _terms(told: Sequence[tuple[Word, ...]]) -> frozenset[str]:
    return frozenset(word.term for words in told for word in words if word.term)


def _denied_terms(words: tuple[Word, ...], within: int, *, plainly: bool = False) -> frozenset[str]:
    """The terms behind a negator in its clause, the nearest few; where it ends the clause, those before it."""
    found: set[str] = set()
    for word in words:
        following = words[word.place + 1].text if word.place + 1 < len(words) else ""
        negates = word.text in (_PLAIN_NEGATORS if plainly else _NEGATORS) or word.text.endswith(("n't", "n’t"))
        negates = negates or (following == "to" and stem(word.text) in _LEFT_UNDONE)
        negates = negates and not (word.text == "without" and word.place and words[word.place - 1].text == "not")
        if not negates or following in _NO_DENIAL:
            continue
        clause = clause_of(words, word.place)
        behind = [words[at].term for at in range(word.place + 1, clause.stop) if words[at].term]
        before = [words[at].term for at in range(clause.start, word.place) if words[at].term]
        found.update(behind[:within] or before[-within:])
    return frozenset(found)
