"""An answer as one text for programs: its `[n]` marks, and the footnotes listed below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from qa.marks import UNSUPPORTED
from qa.terminal import REASONS, one_line, plain
from qa.types import Answer, Citation
from vectorstore.within import shown_day

AFTER_CHECKING = "After checking, the answer is:\n\n"
"""Stands before an answer that is another one than the text that had been streamed."""
_NOTES = "Footnotes:"
# What Markdown would take for an image, a link or a tag: clients draw it, and an image tells its host who reads.
_MARKUP = re.compile(r"(?<=\])[(]|(?<=!)\[|<(?=[A-Za-z/!?])")
_ESCAPED = re.compile(r"\\([(\[<])")
_MARK = re.compile(r"\[(\d{1,4})\]")
_MARKS = re.compile(rf"[ \t\u00a0]*(?:\[\d{{1,4}}\]|{re.escape(UNSUPPORTED)})")
_BELOW = re.compile(r"\n\s*\n(?:Footnotes:\s*\n\s*\[\d|Why: |Unsupported: ).*\Z", re.DOTALL)


class Mark(NamedTuple):
    """A footnote's mark in a text: `text[start:end]` is `[n]`."""

    start: int
    end: int
    citation: Citation


def inert(text: str) -> str:
    """The text with a backslash where it would be an image, a link or a tag in Markdown; no control characters.

    As a text grows so does this, as long as it does not end in `<`.
    """
    return _MARKUP.sub(r"\\\g<0>", plain(text))


def below(answer: Answer) -> str:
    """What stands below an answer's text: its footnotes, or why there is no answer; empty for neither."""
    lines = []
    if answer.abstained:
        lines += [f"Why: {REASONS.get(answer.reason, answer.reason)}."] if answer.reason else []
    elif answer.citations:
        lines += [_NOTES, *map(_footnote, answer.citations)]
    lines += [f"Told {answer.told_in}."] if answer.told_in else []
    lines += [f"Unsupported: {claim.text} ({claim.why})" for claim in answer.claims if claim.verdict == "unsupported"]
    return "".join(f"\n\n{inert(one_line(line))}" for line in lines)


def marks(text: str, answer: Answer) -> Iterator[Mark]:
    """Where an answer's footnotes stand in its inert text, counted in Unicode characters."""
    citations = {citation.number: citation for citation in answer.citations}
    for mark in _MARK.finditer(text):
        if int(mark[1]) in citations:
            yield Mark(mark.start(), mark.end(), citations[int(mark[1])])


def without_footnotes(text: str) -> str:
    """The bare text of an answer that was given in this form."""
    answer = text.replace("\r\n", "\n").rpartition(AFTER_CHECKING)[2]
    return _ESCAPED.sub(r"\1", _MARKS.sub("", _BELOW.sub("", answer))).strip()


def article_address(citation: Citation) -> str:
    """Where the page shows a citation in its article, relative to the root of the page."""
    return "article?" + urlencode({"source": citation.source, "start": citation.start, "end": citation.end})


def _footnote(citation: Citation) -> str:
    about = ", ".join(filter(None, [citation.outlet, shown_day(citation.published, citation.precision)]))
    page = f", page {citation.page}" if citation.page else ""
    title = f"{citation.title} ({about})" if about else citation.title
    return f"[{citation.number}] {title}, {citation.source}{page}: “{citation.quote}”"
