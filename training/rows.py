"""Examples -> rows: a window is cut from each text as the product cuts it, and its answers are found in the pieces."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from qa.reading.inputs import Encoder, Row, Window
from training.questions import restyled
from training.sets import Example
from vectorstore.sentences import sentences
from vectorstore.types import Span

_WHOLE_CHARACTERS = 720
_SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Lesson:
    """A row, and what the reader ought to say of it; places count from the row's start."""

    row: Row
    starts: tuple[int, ...] = ()
    stops: tuple[int, ...] = ()
    """Last piece of each answer, itself included."""
    answers: int | None = None
    """1: the text answers; 0: it does not; None: not a question."""
    supports: int | None = None


def claim_lesson(example: Example, encoder: Encoder) -> Lesson:
    """A claim in the place of a question, its evidence as the text."""
    [row] = encoder.rows(example.question, [Window(example.context, example.title)])
    return Lesson(row, supports=example.supports)


def question_lesson(
    example: Example, encoder: Encoder, chance: random.Random, *, beside: bool = False
) -> Lesson | None:
    """The question restyled, with a window that holds its answer, or with `beside` one of the same text that does not.

    None where the answer does not fit, or no such window exists.
    """
    window = _window(example, chance, beside=beside)
    if window is None:
        return None
    title = example.title if chance.random() < 0.75 else ""
    [row] = encoder.rows(restyled(example.question, chance), [Window(window.of(example.context), title)])
    if not example.spans or beside:
        return Lesson(row, answers=0)
    marked = [_pieces(row, start - window.start, end - window.start) for start, end in _inside(example, window)]
    found = [place for place in marked if place]
    if not found:
        return None
    if not example.exact:
        return Lesson(row, answers=1)
    return Lesson(row, tuple(start for start, _ in found), tuple(stop for _, stop in found), answers=1)


def _inside(example: Example, window: Span) -> list[tuple[int, int]]:
    return [(start, end) for start, end in example.spans if window.start <= start and end <= window.end]


def _window(example: Example, chance: random.Random, *, beside: bool) -> Span | None:
    """Half the windows are as long as a chunk, the others one to four sentences."""
    whole = Span(0, len(example.context))
    cut = sentences(example.context, whole)
    held = [any(start < s.end and s.start < end for start, end in example.spans) for s in cut]
    if beside:
        runs = _runs_without([holds or _tells(example, s) for holds, s in zip(held, cut, strict=True)])
        return _some(cut, chance.choice(runs), chance) if runs else None
    if not any(held):
        return _some(cut, (0, len(cut)), chance) if cut else None
    first = held.index(True)
    last = first + next((n for n, h in enumerate(held[first:]) if not h), len(held) - first)
    return _around(cut, first, last, chance)


def _tells(example: Example, sentence: Span) -> bool:
    """Whether the words of an answer stand in the sentence, be it at a place that nobody marked."""
    text = sentence.of(example.context).lower()
    return any(example.context[start:end].lower() in text for start, end in example.spans)


def _runs_without(held: Sequence[bool]) -> list[tuple[int, int]]:
    runs, start = [], 0
    for place, holds in enumerate([*held, True]):
        if holds:
            if place > start:
                runs.append((start, place))
            start = place + 1
    return runs


def _some(cut: Sequence[Span], run: tuple[int, int], chance: random.Random) -> Span:
    first = chance.randrange(run[0], run[1])
    return _around(cut[: run[1]], first, first + 1, chance, least=run[0])


def _around(cut: Sequence[Span], first: int, last: int, chance: random.Random, *, least: int = 0) -> Span:
    """Sentences `first` to `last`, and some of those before and after, up to the window's size."""
    most = len(cut) if chance.random() < 0.5 else chance.randint(1, _SENTENCES)
    while last - first < most:
        grown = [(f, t) for f, t in ((first - 1, last), (first, last + 1)) if f >= least and t <= len(cut)]
        grown = [(f, t) for f, t in grown if cut[t - 1].end - cut[f].start <= _WHOLE_CHARACTERS]
        if not grown:
            break
        first, last = chance.choice(grown)
    return Span(cut[first].start, cut[last - 1].end)


def _pieces(row: Row, start: int, end: int) -> tuple[int, int] | None:
    """First and last piece of the row that the characters touch; None where they were cut off."""
    touched = [place for place, (a, b) in enumerate(row.offsets) if a < end and start < b]
    if not touched or row.offsets[touched[-1]][1] < end:
        return None
    return row.first + touched[0], row.first + touched[-1]
