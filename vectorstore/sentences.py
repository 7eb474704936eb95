"""A paragraph -> its sentences, as exact spans that cover every visible character once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vectorstore.furniture import BLANKS, trimmed
from vectorstore.types import Span

_WINDOW = 8000
"""Characters given to the splitter at once: its time grows with the square where quotation marks never close."""

_LINE_BREAKS = str.maketrans(dict.fromkeys(map(ord, "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), " "))
_CLOCK = re.compile(r"\b[ap]\.\s?m\.[\"'”’)]*$", re.IGNORECASE)
_ZONE = re.compile(
    r"(?:Eastern|Central|Mountain|Pacific|Atlantic|Greenwich|Local|Moscow|Beijing|[A-Z]{1,4}T|GMT|UTC|on|at|in)\b"
)
_NUMBERED = re.compile(r"\b(?:No|Nos|Art|Fig|Sec|Vol|Ch|pp|p)\.$")
_ASIDE = re.compile(r"[(\[][^.!?]*[)\]][.!?]?$")


def sentences(text: str, span: Span, language: str = "en") -> list[Span]:
    """Sentences of a paragraph `text[span.start:span.end]`, none empty, no blanks at their edges; source: sentencex."""
    found: list[Span] = []
    for start, end in _cuts(text, span, language or "en"):
        sentence = trimmed(text, start, end)
        if sentence.start == sentence.end:
            continue
        if found and _belong_together(found[-1].of(text), sentence.of(text)):
            sentence = Span(found.pop().start, sentence.end)
        found.append(sentence)
    return found


def _belong_together(before: str, after: str) -> bool:
    """What the splitter takes apart although it is one sentence."""
    if not any(character.isalnum() for character in after):
        return True
    tail = before[-40:]
    if _CLOCK.search(tail) and _ZONE.match(after):
        return True
    if _NUMBERED.search(tail) and after[0].isdigit():
        return True
    return len(after) <= 80 and bool(_ASIDE.fullmatch(after))


def _cuts(text: str, span: Span, language: str) -> Iterator[tuple[int, int]]:
    """Pieces that tile the span, cut where a sentence ends."""
    place = span.start
    while place < span.end:
        window = text[place : min(span.end, place + _WINDOW)].translate(_LINE_BREAKS)
        starts = _sentence_starts(window, language)
        last_window = place + len(window) >= span.end
        if not last_window:
            # The window's last sentence may be cut short: the next window begins with it.
            starts = [*starts[:-1], starts[-1] or _blank_before_end(window)]
        ends = [*starts[1:], len(window)] if last_window else starts[1:]
        for start, end in zip(starts, ends, strict=False):
            yield place + start, place + end
        if last_window:
            return
        if len(starts) == 1:
            yield place, place + starts[0]
        place += starts[-1]


def _sentence_starts(window: str, language: str) -> list[int]:
    """Ascending, 0 first."""
    from sentencex import get_sentence_boundaries

    boundaries = get_sentence_boundaries(language, window)
    return sorted({0, *(int(boundary["start_index"]) for boundary in boundaries)} - {len(window)})


def _blank_before_end(window: str) -> int:
    """Where to cut a window that is all one sentence: behind its last blank, or at its end."""
    return len(window.rstrip(BLANKS).rpartition(" ")[0]) or len(window)
