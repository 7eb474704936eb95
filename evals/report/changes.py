"""What differs between the baseline and now: figures, and each example, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from evals.pairing import Comparison, Difference, Pair
from evals.saved import SavedCitation, SavedRow
from evals.scoring import LOWER_IS_BETTER

Tone = Literal["better", "worse", "same"]

_MOST_WORDS: Final = 600
"""Longer answers are shown without marks: comparing takes the square of it."""
_LEAST_ALIKE: Final = 0.3
"""Answers that share less have nothing marked: all of it differs, and a few common words tell nothing."""
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure differs from the baseline."""

    text: str
    tone: Tone
    note: str
    """How sure that is."""


@dataclass(frozen=True, slots=True)
class Words:
    """Some words of an answer, and whether the other answer has others in their place."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class ChangedExample:
    """An example before and now."""

    id: str
    asked: tuple[str, ...]
    outcomes: tuple[str, str]
    before: tuple[Words, ...]
    now: tuple[Words, ...]
    says_something_else: bool
    dropped: tuple[SavedCitation, ...]
    """Footnotes that stand where none stands now."""
    new: tuple[SavedCitation, ...]


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Examples that changed in the same way."""

    name: str
    title: str
    examples: tuple[ChangedExample, ...]


def change_groups(comparison: Comparison) -> tuple[ChangeGroup, ...]:
    """The examples that lost, that won, and that came out otherwise; empty groups too."""
    return (
        ChangeGroup("lost", "Right before, not now", _examples(comparison.lost)),
        ChangeGroup("won", "Right now, not before", _examples(comparison.won)),
        ChangeGroup("changed", "Said or cited otherwise, and worth the same", _examples(comparison.changed)),
    )


def change_of(difference: Difference | None, *, points: bool, chance: float) -> Change | None:
    """The difference in words, in points of a hundred or as it is; `chance` is what the gate holds to be too rare."""
    if difference is None:
        return None
    if not (difference.better or difference.worse):
        return Change("same", "same", "as the baseline")
    counts = f"{difference.better} better, {difference.worse} worse"
    if abs(difference.change) < _TINY:
        return Change("±0", "same", f"({counts})")
    shown = f"{100 * difference.change:+.1f} points" if points else f"{difference.change:+.3f}"
    is_gain = (difference.change > 0) != (difference.metric in LOWER_IS_BETTER)
    by_chance = difference.chance_either / 2 if is_gain else difference.chance
    sure = "beyond chance" if by_chance < chance else "may be chance"
    return Change(minus(shown), "better" if is_gain else "worse", f"({counts}; {sure})")


def minus(number: str) -> str:
    """A number with the sign that is as wide as a plus."""
    return number.replace("-", "−")


def words_of(text: str, other: str) -> tuple[Words, ...]:
    """The text, with the words marked that the other text has not in the same place."""
    mine, others = (re.findall(r"\s*\S+", one) for one in (text, other))
    if max(len(mine), len(others)) > _MOST_WORDS:
        return (Words(text, changed=False),)
    before, now = ([one.strip() for one in words] for words in (others, mine))
    matcher = difflib.SequenceMatcher(a=before, b=now, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return (Words(text, changed=False),)
    pieces = (Words("".join(mine[start:end]), tag != "equal") for tag, _, _, start, end in matcher.get_opcodes())
    return tuple(part for piece in pieces for part in _without_blanks(piece))


def _without_blanks(piece: Words) -> Iterator[Words]:
    """The blanks before changed words are not changed."""
    words = piece.text.lstrip()
    yield Words(piece.text[: len(piece.text) - len(words)], changed=False)
    yield Words(words, piece.changed)


def _examples(pairs: Sequence[Pair]) -> tuple[ChangedExample, ...]:
    return tuple(_example(pair) for pair in pairs)


def _example(pair: Pair) -> ChangedExample:
    before, after = pair.before, pair.after
    return ChangedExample(
        after.id,
        after.asked,
        (before.outcome, after.outcome),
        words_of(before.said, after.said),
        words_of(after.said, before.said),
        pair.says_something_else,
        dropped=_only_in(before, after),
        new=_only_in(after, before),
    )


def _only_in(row: SavedRow, other: SavedRow) -> tuple[SavedCitation, ...]:
    mine = row.answer.citations if row.answer else ()
    theirs = other.answer.places if other.answer else frozenset()
    return tuple(one for one in mine if (one.source, one.start, one.end) not in theirs)
