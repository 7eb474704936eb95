"""HTML trees: bytes become one, and one becomes the text that a reader sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vectorstore.decoding import NotTextError, decode
from vectorstore.formats.extracted import UnreadableError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DECLARED = re.compile(rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_HEAD_BYTES = 4_096
_LONGEST_TEXT_NODE = 10_000_000
"""The parser drops a longer one unless it is allowed huge trees, which it may then nest too deeply to be quick."""
_SEVEN_BITS = ("iso-2022", "hz", "utf-7")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])", re.I)
_HIDDEN_TAGS = frozenset(
    "script style template noscript title iframe object embed svg math canvas audio video map datalist input"
    " select option textarea button".split()
)
_SHORT_ROW = 300
_PARAGRAPH, _LINE, _CELL = "\x1d", "\x1e", "\x1f"
_MARKS = f"{_PARAGRAPH}{_LINE}{_CELL}"
_BREAK = re.compile(rf"[ {_MARKS}]*[\n{_PARAGRAPH}{_LINE}][ \n{_MARKS}]*")
_BREAKS = {
    **dict.fromkeys(
        "address article aside blockquote body center details dialog div dl fieldset figure footer form h1 h2 h3 h4 h5"
        " h6 header hr html main menu nav ol p pre section summary table ul head list quote code".split(),
        _PARAGRAPH,
    ),
    **dict.fromkeys("caption dd dt figcaption item legend li row tr".split(), _LINE),
    **dict.fromkeys("cell td th".split(), _CELL),
}
"""What stands between an element and its neighbours; trafilatura's own tags (head, item, lb, row, cell) included."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    tree: HtmlElement
    cut_short: bool
    """Elements are nested so deeply, 256 or in a huge tree 2,048, that the parser left out the rest of the page."""


def decode_html(data: bytes) -> str:
    """Text by byte order mark, valid UTF-8, the declared charset, or detection; raises UnreadableError."""
    for encoding in _candidates(data):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    try:
        return decode(data)
    except NotTextError as error:
        raise UnreadableError(str(error)) from error


def _candidates(data: bytes) -> tuple[str, ...]:
    """Saved pages are often UTF-8 whatever they declare, and what is no UTF-8 is mostly what it declares."""
    if b"\0" in data or data.startswith((b"\xff\xfe", b"\xfe\xff", b"%PDF-", b"PK\3\4", b"\x1f\x8b")):
        return ()
    match = _DECLARED.search(data[:_HEAD_BYTES])
    declared = match[1].decode("ascii").lower() if match else ""
    if declared.startswith(("utf-16", "utf-32")):
        declared = ""
    declared = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030"}.get(
        declared, declared
    )
    if declared.startswith(_SEVEN_BITS):
        return (declared, "utf-8-sig")
    return ("utf-8-sig", declared) if declared else ("utf-8-sig",)


def parse_html(text: str) -> HtmlElement:
    """The tree of a page, without comments; raises UnreadableError where there is none."""
    content = _XML_DECLARATION.sub("", text.replace("\0", "")).encode("utf-8", "replace")
    parsed = _parsed(content, huge=len(content) > _LONGEST_TEXT_NODE)
    if not parsed.cut_short:
        return parsed.tree
    deeper = _parsed(content, huge=True)
    return parsed.tree if deeper.cut_short else deeper.tree


def _parsed(content: bytes, *, huge: bool) -> _Parsed:
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=huge)
    try:
        tree = html.document_fromstring(content, parser=parser)
    except etree.ParserError as error:  # empty; a syntax error is one of memory
        raise UnreadableError("holds no text") from error
    return _Parsed(tree, bool(parser.error_log.filter_types([etree.ErrorTypes.ERR_RESOURCE_LIMIT])))


def drop_hidden(tree: HtmlElement) -> None:
    """Take out of the tree what a reader of the page does not see: scripts, styles, and what is styled away."""
    for element in [element for element in tree.iter() if _is_hidden(element)]:
        if element.getparent() is not None and element.tag != "body":
            element.drop_tree()


def visible_text(tree: HtmlElement) -> str:
    """All text of a page or an element: blocks and list items on their own lines, cells of a row beside each other."""
    from lxml import etree

    body = tree.find("body")
    tree = tree if body is None else body
    pieces: list[str] = []
    row: HtmlElement | None = None
    walker = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walker:
        hidden = _is_hidden(element)
        if hidden and event == "start":
            walker.skip_subtree()
            continue
        if element.tag in ("br", "lb") and event == "start":
            pieces.append("\n" if row is None else " ")
        if event == "start" and row is None and _is_short_row(element):
            row = element
        if not hidden:
            mark = _BREAKS.get(element.tag, "")
            pieces.append(" " if mark not in ("", _CELL) and row is not None and row is not element else mark)
        if event == "start":
            pieces.append(_words(element.text, element.tag))
            continue
        row = None if row is element else row
        if element is not tree:
            pieces.append(_words(element.tail, element.getparent().tag))
    return _laid_out("".join(pieces))


def _is_short_row(element: HtmlElement) -> bool:
    """Whether an element is a row of a table of data, and not a part of a page laid out by tables."""
    if element.tag not in ("tr", "row") or len(element) < 2 or element.find(".//table") is not None:
        return False
    return sum(len(words) for text in element.itertext() for words in text.split()) <= _SHORT_ROW


def _words(text: str | None, tag: str) -> str:
    if not text:
        return ""
    return re.sub(rf"[{_MARKS}]", " ", text) if tag in ("pre", "code") else re.sub(r"\s+", " ", text)


def _laid_out(text: str) -> str:
    """Marks between elements become line ends; cells that hold something stand apart by a bar."""
    text = _BREAK.sub(_line_ends, text).strip(f" \n{_CELL}")
    return re.sub(rf" *{_CELL}[ {_CELL}]*", " | ", text)


def _line_ends(run: re.Match[str]) -> str:
    return "\n\n" if _PARAGRAPH in run[0] or run[0].count("\n") > 1 else "\n"


def _is_hidden(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in _HIDDEN_TAGS:
        return True
    return "hidden" in element.attrib or bool(_HIDDEN_STYLE.search(element.get("style", "")))
