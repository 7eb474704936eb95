"""The title that a text gives itself: its headline, or the beginning of its first sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vectorstore.facts.datelines import is_date_line
from vectorstore.furniture import BLANKS, is_heading
from vectorstore.furniture_lines import without_credit
from vectorstore.sentences import sentences
from vectorstore.types import Span

LONGEST_TITLE = 200
_TITLE_FROM_SENTENCE = 80
_LONGEST_ANNOUNCEMENT = 120
_TOP_PARAGRAPHS = 6

_TOP_HEADING = re.compile(r"(?:^|[^#])#\s+$")
_CAPTION_END = re.compile(
    r"[(\[][^()\[\]]*(?:\b(?:19|20)\d\d\b|photo|image|file|reuters|afp|\bap\b|getty|handout|via)[^()\[\]]*[)\]]\.?$",
    re.I,
)


def headline(text: str, content: Sequence[Span]) -> str:
    """A Markdown heading, else the headline above the body; empty where the text begins with its body.

    `content` holds the paragraphs of the text.
    """
    top = content[:_TOP_PARAGRAPHS]
    for paragraph in top:
        if _TOP_HEADING.search(text[max(0, paragraph.start - 8) : paragraph.start]):
            return shortened(one_line(paragraph.of(text)))
    lines = list(_headlines([_whole_line(text, paragraph) for paragraph in top]))
    # One or two words above a longer headline name a section of the paper.
    best = next((line for line in lines if len(line.split()) > 2), "")
    return shortened(best or next(iter(lines), ""))


def first_sentence(text: str, content: Sequence[Span], language: str) -> str:
    """The beginning of the body, to name an article that has no headline."""
    if not content:
        return ""
    return shortened(one_line(sentences(text, content[0], language)[0].of(text)), _TITLE_FROM_SENTENCE)


def one_line(value: str) -> str:
    """Without line breaks, control and direction characters, and Markdown emphasis around it."""
    visible = value if value.isprintable() else "".join(char if char.isprintable() else " " for char in value)
    return " ".join(visible.split()).strip("*_`# ")


def shortened(title: str, longest: int = LONGEST_TITLE) -> str:
    """At most so many characters, cut between words, with a mark where it was cut."""
    if len(title) <= longest:
        return title
    head = title[: longest - 1]
    kept = head.rpartition(" ")[0] if " " in head[longest // 2 :] else head
    return kept.rstrip(BLANKS + ",;:–—-") + "…"


def _whole_line(text: str, paragraph: Span) -> str:
    """The paragraph with the image credit that was cut from its end, which tells a caption."""
    return one_line(paragraph.of(text) + (text[paragraph.end : paragraph.end + 200].splitlines() or [""])[0])


def _headlines(lines: Sequence[str]) -> Iterator[str]:
    """The headlines above the body, between which a caption or a date may stand."""
    for line in lines:
        if _CAPTION_END.search(line) or without_credit(line) != line or is_date_line(line):
            continue
        announces = is_heading(line) or (line.endswith("!") and len(line) <= _LONGEST_ANNOUNCEMENT)
        if not announces or line.endswith((":", ",", ";")):
            return
        yield line
