"""HTML in a cell of a table -> plain text."""

from __future__ import annotations

import html
import re

from vectorstore.formats.tidying import tidy

_BLOCKS = (
    "address article aside blockquote body center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header"
    " hr html li main nav ol p pre section table tr ul"
).split()
_INLINE = "a abbr b br em font i img small span strong sub sup u".split()
_UNSEEN = ("script", "style", "template", "noscript", "iframe", "svg", "title")
_STARTS_WITH_TAG = re.compile(
    rf"\s*(?:<!doctype html|<!--|<(?:{'|'.join((*_BLOCKS, *_INLINE, *_UNSEEN))})(?:\s[^<>]*)?/?>)", re.I
)
# No part of it can match across another "<", which keeps the time of any input proportional to its length.
_TAG = re.compile(r"""<(?:!--|[/!?]?(?P<name>[a-z][a-z0-9]*)(?:"[^"<]*"|'[^'<]*'|[^<>"'])*+>)""", re.I)


def text_of_cell(cell: str) -> str:
    """The text that a reader sees where a cell begins with an HTML tag; any other cell exactly as it is."""
    return tidy("".join(_pieces(cell))) if _STARTS_WITH_TAG.match(cell) else cell


def _pieces(source: str) -> list[str]:
    pieces: list[str] = []
    place = 0
    while match := _TAG.search(source, place):
        if place < match.start():
            pieces.append(_words(source[place : match.start()]))
        name = (match["name"] or "").lower()
        closing = match[0].startswith("</")
        place = match.end()
        if match[0] == "<!--":
            place = _after(source, "-->", place)
        elif name in _UNSEEN and not closing:
            place = _after_closing(source, name, place)
        elif name in _BLOCKS:
            pieces.append("\n\n")
        elif name == "br":
            pieces.append("\n")
        elif name in ("td", "th"):
            pieces.append(" ")
    return [*pieces, _words(source[place:])]


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(text))


def _after(source: str, mark: str, place: int) -> int:
    """The place behind a mark; what is never closed reaches to the end."""
    found = source.find(mark, place)
    return len(source) if found < 0 else found + len(mark)


def _after_closing(source: str, name: str, place: int) -> int:
    found = re.compile(rf"</{name}\b[^<>]*>", re.I).search(source, place)
    return found.end() if found else len(source)
