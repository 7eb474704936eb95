"""Footnote marks: read from a chat model's text as `[1]`, `[1-3]`, `【2】`, written as `[1][2]` after statements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qa.drafts import Quote, Statement
from qa.types import Citation, Claim
from vectorstore.sentences import sentences
from vectorstore.types import Span

_NUMBERS = r"\d{1,4}(?:\s*(?:[,;&–—-]|and|to)\s*(?:passages?|sources?)?\s*\^?\d{1,4})*"
_ONE_MARK = rf"(?:\[\^?(?:(?:passages?|sources?)\s+)?{_NUMBERS}\](?:\([^()\s]*\))?|【{_NUMBERS}(?:†[^】]*)?】)"
_MARKS = re.compile(rf"[ \t\u00a0]*(?:{_ONE_MARK}(?:[ \t\u00a0]*[,;]?[ \t\u00a0]*(?={_ONE_MARK}))?)+", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*(?:[–—-]|to)\s*\^?(\d+)|(\d+)")
_ADDRESS = re.compile(r"\]\([^()\s]*\)|†[^】]*")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]+)(?:\s+\"[^\"]*\")?\)")
_SOURCE_LIST = re.compile(
    r"\n\s*(?:#+\s*|\*\*)?(?:sources?|references?|footnotes?|citations?|notes)\s*:?(?:\*\*)?:?[ \t]*\n"
    r"(?:\s*(?:[-*•]\s*)?(?:\[\^?\d+\]|【\d+】|\d+\.)[^\n]*(?:\n|\Z))+\s*\Z",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)*")
_NOTE_LINES = re.compile(r"^[ \t]*\[\^?\d+\]:[^\n]*(?:\n|\Z)", re.MULTILINE)
_LINE_MARKER = re.compile(r"[ \t]*(?:#{1,6}[ \t]+|>[ \t]+|[-*•+][ \t]+|\d{1,2}[.)][ \t]+)*")
_FAKE_MARK = re.compile(r"[\[【［〔](\^?\d[\d\s,;–—-]*)[\]】］〕]")
UNSUPPORTED = "[unsupported]"
"""Stands in an answer's text behind a claim that no passage supports."""
_MOST_NUMBERS = 20
"""A range such as [1-9999] is an invention; it is read as its two ends."""


class DraftSentence(NamedTuple):
    """One sentence of a chat model's text, without its marks."""

    text: str
    numbers: tuple[int, ...]
    before: str
    """The blanks, line ends or list marker in front of it."""
    is_heading: bool


class Mark(NamedTuple):
    """A run of marks, at its place in the text that is left when all marks are taken out."""

    position: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Statements as an answer shows them: citations numbered in order of first appearance."""

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


def split(text: str, *, language: str = "en") -> list[DraftSentence]:
    """Take the marks out of a chat model's text and give each sentence the numbers of its own."""
    plain, marks = _take_marks(_without_lists_and_links(_BLANK_LINES.sub("\n\n", text.replace("\r\n", "\n")).strip()))
    spans = _sentence_spans(plain, language)
    numbers: list[list[int]] = [[] for _ in spans]
    for mark in marks:
        if spans:
            numbers[_owner(spans, mark.position, plain, marks=marks)].extend(mark.numbers)
    starts = [0, *(span.end for span in spans)]
    return [
        DraftSentence(
            text=span.of(plain),
            numbers=tuple(dict.fromkeys(own)),
            before=plain[start : span.start],
            is_heading=_is_heading(span, plain, has_marks=bool(own)),
        )
        for span, own, start in zip(spans, numbers, starts, strict=False)
    ]


def resolve(statements: Sequence[Statement]) -> Resolved:
    """Number the quotes, one number for each distinct quote, and write the marks right after their statements."""
    numbered: dict[tuple[str, int, int], Citation] = {}
    claims: list[Claim] = []
    text = ""
    for statement in statements:
        citations = tuple(dict.fromkeys(_numbered(quote, numbered) for quote in statement.quotes))
        plain = without_fake_marks(statement.text)
        marks = "".join(f"[{citation.number}]" for citation in citations)
        if statement.is_claim and statement.verdict == "unsupported":
            marks = UNSUPPORTED
        text += (statement.before if text else statement.before.lstrip()) + plain + (f" {marks}" if marks else "")
        if statement.is_claim:
            claims.append(Claim(plain, citations, statement.verdict, statement.why))
    return Resolved(text, tuple(claims), tuple(numbered.values()))


def without_fake_marks(text: str) -> str:
    """The text with `[3]`, as an article may have written it, turned into `(3)`: it is no footnote of ours."""
    return _FAKE_MARK.sub(r"(\1)", text)


def _numbered(quote: Quote, numbered: dict[tuple[str, int, int], Citation]) -> Citation:
    key = (quote.chunk.source, quote.start, quote.end)
    if key not in numbered:
        numbered[key] = quote.citation(len(numbered) + 1)
    return numbered[key]


def _without_lists_and_links(text: str) -> str:
    text = _NOTE_LINES.sub("", _SOURCE_LIST.sub("\n", text))
    return _IMAGE_OR_LINK.sub(_words_of_link, text)


def _words_of_link(link: re.Match[str]) -> str:
    """A link's words without its address; of an image nothing, of a mark that is a link all."""
    if _MARKS.fullmatch(link[0]):
        return link[0]
    return "" if link[0].startswith("!") else link[1]


def _take_marks(text: str) -> tuple[str, list[Mark]]:
    plain, marks, taken = "", [], 0
    for match in _MARKS.finditer(text):
        plain += text[taken : match.start()]
        taken = match.end()
        marks.append(Mark(len(plain), _read(match.group())))
        plain += _gap(plain, match.group(), text[taken:])
        if not plain or plain[-1].isspace():
            taken += len(text[taken:]) - len(text[taken:].lstrip(" \t"))
    return plain + text[taken:], marks


def _gap(before: str, mark: str, after: str) -> str:
    # "killed [1] while" keeps one blank between its words; "killed [1]." and "killed.[1]" need none.
    between_words = before[-1:].isalnum() and after[:1].isalnum()
    after_stop = before[-1:] in '.!?"”' and after[:1].isalnum() and bool(before)
    return " " if between_words or after_stop or (mark[:1].isspace() and after[:1] in "(\"“'‘" and after) else ""


def _read(marks: str) -> tuple[int, ...]:
    found: list[int] = []
    for first, last, single in _RANGE.findall(_ADDRESS.sub("]", marks)):
        low, high = sorted((int(first), int(last))) if first else (int(single), int(single))
        found += range(low, high + 1) if high - low < _MOST_NUMBERS else (low, high)
    return tuple(dict.fromkeys(found))


def _sentence_spans(text: str, language: str) -> list[Span]:
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        marker = _LINE_MARKER.match(line.group())
        start = line.start() + (marker.end() if marker else 0)
        if text[start : line.end()].strip():
            spans += _whole_quotations(sentences(text, Span(start, line.end()), language), text)
    return spans


def _whole_quotations(spans: Sequence[Span], text: str) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and _quotation_open(joined[-1].of(text)):
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _quotation_open(sentence: str) -> bool:
    curly = sentence.count("“") + sentence.count("«") > sentence.count("”") + sentence.count("»")
    return curly or sentence.count('"') % 2 == 1


def _owner(spans: Sequence[Span], position: int, text: str, *, marks: Sequence[Mark]) -> int:
    """The sentence of a mark: the one around it or before it, but the next one where marks open a line's sentences."""
    line_start = text.rfind("\n", 0, position) + 1
    line_end = text.find("\n", position) if "\n" in text[position:] else len(text)
    marker = _LINE_MARKER.match(text, line_start)
    opening = marker.end() if marker else line_start
    places = [mark.position for mark in marks if line_start <= mark.position <= line_end]
    marks_open = places[0] <= opening and max(places) < len(text[:line_end].rstrip(" .!?"))
    if position <= opening or (marks_open and not any(span.start < position < span.end for span in spans)):
        return next((i for i, span in enumerate(spans) if span.start >= position), len(spans) - 1)
    return max((i for i, span in enumerate(spans) if span.start < position), default=0)


def _is_heading(span: Span, text: str, *, has_marks: bool) -> bool:
    sentence = span.of(text).strip()
    line_start = text.rfind("\n", 0, span.start) + 1
    is_bold = sentence.startswith("**") and sentence.endswith("**")
    is_markdown = text[line_start : span.start].lstrip().startswith("#")
    return is_markdown or (not has_marks and (is_bold or sentence.endswith(":") or not any(map(str.isalnum, sentence))))
