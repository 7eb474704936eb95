"""Articles that are copies of each other: the same words, or wire copy with small edits; and how they group.

MinHash sketches cut into bands propose the pairs (Leskovec et al., Mining of Massive Datasets, chapter 3); the texts
themselves decide. Whatever is told here depends on the texts alone, never on the order in which they come.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np

from vectorstore.furniture import paragraphs
from vectorstore.terms import fold, terms_of, words

FEWEST_WORDS = 20
"""A shorter text has no near copies, only exact ones."""
COPIED = 0.85
"""Least resemblance of a copy. On BBC news copies have .907 or more, and the next pairs .809 or less."""
LEAST_OF_LONGER = 1 / 3
"""What a copy still holds of the longer article, so that a page of many reports is no copy of each."""

_RUN_WORDS = 3
_MOST_WORDS = 20_000
_PERMUTATIONS = 128
_BAND_ROWS = 3  # 42 bands: of two articles with half of their runs in common 99.6 % are found, with a third 80 %
_SEED = 1

_WORDS_PER_CHANGE = 80
"""Rarer changes of a name or figure are corrections. Copies of BBC news have one in 200 words or fewer."""

_TOKEN = re.compile(r"\d+(?:[.,:/–-]\d+)*|[^\W\d_]+")


def content_digest(text: str) -> str:
    """Equal for articles of the same words in the same order, whatever the blanks, marks, case and furniture."""
    return _read(text).digest


def sketch(text: str) -> bytes:
    """The MinHash of an article's runs of words: 128 little-endian 32-bit numbers, the same on every machine.

    Empty for a text too short to compare.
    """
    from rensa import RMinHash

    article = _read(text)
    if len(article.terms) < FEWEST_WORDS:
        return b""
    minhash = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    minhash.update(list(article.runs))
    return np.asarray(minhash.digest(), dtype="<u4").tobytes()


def band_keys(sketch: bytes) -> tuple[str, ...]:
    """The 42 keys under which an article is filed; two articles that share one are to be compared by `is_copy`."""
    width = 4 * _BAND_ROWS
    starts = range(0, len(sketch) - width + 1, width)
    bands = (start.to_bytes(2, "little") + sketch[start : start + width] for start in starts)
    return tuple(hashlib.blake2b(band, digest_size=6).hexdigest() for band in bands)


def resemblance(one: str, other: str) -> float:
    """The share of the shorter article's words that stand in runs of three or more of the longer's; 0 to 1."""
    shorter, longer = _by_length(one, other)
    return _share_told(shorter, longer)


def is_copy(one: str, other: str) -> bool:
    """Whether two articles are one account: equal, or one the other's words with small edits, cut or added to.

    Reports of one form about different things, such as weather or results, keep the words and change names or figures.
    """
    shorter, longer = _by_length(one, other)
    if shorter.digest == longer.digest:
        return True
    if len(shorter.terms) < FEWEST_WORDS:
        return False
    if _share_told(shorter, longer) < COPIED or _share_told(longer, shorter) < LEAST_OF_LONGER:
        return False
    return not _are_of_one_form(shorter, longer)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Articles grouped into independent accounts."""

    _members: Mapping[str, tuple[str, ...]]
    """All articles of the account that a source belongs to, sorted."""

    def copies_of(self, source: str) -> tuple[str, ...]:
        """The other articles of the same account, sorted."""
        return tuple(member for member in self._members.get(source, ()) if member != source)

    def account_of(self, source: str) -> str:
        """The first article of the account, which stands for it; an unknown source stands for itself."""
        return self._members.get(source, (source,))[0]

    def count(self, sources: Iterable[str]) -> int:
        """How many independent accounts these articles are."""
        return len({self.account_of(source) for source in sources})


def accounts(sources: Iterable[str], pairs: Iterable[tuple[str, str]]) -> Accounts:
    """Articles grouped by the pairs that are copies: those of the most copied one, then of the next.

    A chain of ever more distant versions is therefore several accounts, and no order of sources or pairs matters.
    """
    copies: dict[str, set[str]] = {source: set() for source in sources}
    for one, other in pairs:
        if one != other and one in copies and other in copies:
            copies[one].add(other)
            copies[other].add(one)
    groups: dict[str, list[str]] = {}
    for source in sorted(copies, key=lambda source: (-len(copies[source]), source)):
        centres = [copy for copy in copies[source] if copy in groups]
        centre = min(centres, key=lambda copy: (-len(copies[copy]), copy), default=source)
        groups.setdefault(centre, []).append(source)
    accounts_found = [tuple(sorted(group)) for group in groups.values()]
    return Accounts({source: members for members in accounts_found for source in members})


@dataclass(frozen=True, slots=True)
class _Read:
    """An article made ready to be compared; of a very long one all but the digest is of its beginning."""

    content: str
    digest: str
    terms: Sequence[str]
    runs: frozenset[str]


@lru_cache(maxsize=8)
def _read(text: str) -> _Read:
    content = "\n\n".join(paragraph.of(text) for paragraph in paragraphs(text))
    found = words(content)
    stems = terms_of(found[:_MOST_WORDS])[:_MOST_WORDS]
    digest = hashlib.blake2b(_bytes(" ".join(found) or text), digest_size=16).hexdigest()
    return _Read(content[: _MOST_WORDS * 8], digest, stems, frozenset(runs(stems)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def runs(found: Sequence[str]) -> Iterator[str]:
    """Each three words that follow each other."""
    return map(" ".join, zip(*(found[start:] for start in range(_RUN_WORDS)), strict=False))


def _by_length(one: str, other: str) -> tuple[_Read, _Read]:
    """The shorter article first; of two of one length always the same one, whichever is asked for first."""
    shorter, longer = sorted((_read(one), _read(other)), key=lambda article: (len(article.terms), article.content))
    return shorter, longer


def _share_told(article: _Read, other: _Read) -> float:
    if not article.terms:
        return 0.0
    told = [False] * len(article.terms)
    for start, run in enumerate(runs(article.terms)):
        if run in other.runs:
            told[start : start + _RUN_WORDS] = [True] * _RUN_WORDS
    return sum(told) / len(told)


def _are_of_one_form(shorter: _Read, longer: _Read) -> bool:
    """Whether, between the same words, one article has other names or figures than the other, and often."""
    ours, theirs = _slots(shorter.content), _slots(longer.content)
    others = sum(ours[place].isdisjoint(theirs[place]) for place in ours.keys() & theirs.keys())
    return others * _WORDS_PER_CHANGE > len(shorter.terms)


@lru_cache(maxsize=8)
def _slots(content: str) -> Mapping[tuple[str, ...], set[str]]:
    """The names and figures of an article by the words before and after each; neighbours count as one."""
    tokens = _TOKEN.findall(content)
    common = {fold(token) for token in tokens if token[0].islower()}
    words_left: list[str] = []
    details: dict[int, str] = {}
    for is_detail, run in groupby(tokens, key=lambda token: _is_detail(token, common)):
        folded = [fold(token).replace(",", "") for token in run]
        if is_detail:
            details[len(words_left)] = " ".join(folded)
        words_left.extend([""] if is_detail else folded)
    slots: dict[tuple[str, ...], set[str]] = {}
    for at, detail in details.items():
        before, after = words_left[at - 1 : at], words_left[at + 1 : at + 2]
        slots.setdefault((*before, "", *after), set()).add(detail)
    return slots


def _is_detail(token: str, common: Container[str]) -> bool:
    """A figure, or a word that has a capital wherever it stands."""
    return token[0].isdecimal() or (token[0].isupper() and fold(token) not in common)
