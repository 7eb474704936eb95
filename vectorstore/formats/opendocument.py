"""OpenDocument texts (odt): paragraphs, lists and tables in order, with notes after the paragraph that calls them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.tidying import as_article, real_author, real_title, tidy
from vectorstore.formats.zips import DAMAGED, BoundedZip, not_readable

if TYPE_CHECKING:
    from odfdo import Document, Element

_MANIFEST = "META-INF/manifest.xml"
_BLOCKS = frozenset({"text:p", "text:h"})
_UNSEEN = frozenset(
    "text:tracked-changes office:annotation office:forms text:sequence-decls text:table-of-content-source svg:title"
    " svg:desc text:note-citation office:event-listeners text:variable-decls text:user-field-decls".split()
)
"""What a reader of the document does not see in its text."""
_INSETS = frozenset({"text:note-body", "draw:text-box"})
_SIGNS = {"text:tab": "\t", "text:line-break": "\n", "text:s": " "}
_LONGEST_ROW = 300
"""Characters of a row of data; longer ones lay out a page."""


def read_odt(data: bytes, *, max_chars: int) -> list[Extracted]:
    """The text of an OpenDocument text, its title, author and language; raises UnreadableError."""
    members = BoundedZip(data, "ODT", max_chars=max_chars)
    if _MANIFEST in members.names and b"encryption-data" in members.read(_MANIFEST):
        raise UnreadableError("password-protected")
    document = _opened(data)
    return as_article(tidy("\n\n".join(_blocks(document.body))), _fields(document), max_chars=max_chars)


def _opened(data: bytes) -> Document:
    from lxml.etree import XMLSyntaxError
    from odfdo import Document
    from odfdo.security import SecurityError, security

    security.max_compression_ratio = 10_000  # a long text of few words: BoundedZip has bounded what comes out
    try:
        document = Document(io.BytesIO(data))
        assert document.body is not None
    except (XMLSyntaxError, SecurityError, AssertionError, TypeError, *DAMAGED) as error:
        raise not_readable("ODT") from error
    return document


def _fields(document: Document) -> Mapping[str, str]:
    """The time a document was made is no day of publication: templates keep theirs for years."""
    try:
        meta = document.meta
        author = meta.initial_creator or meta.creator
        return {"title": real_title(meta.title), "author": real_author(author), "language": meta.language or ""}
    except (KeyError, ValueError):  # it has none
        return {}


def _blocks(parent: Element) -> Iterator[str]:
    for child in parent.children:
        if child.tag in _BLOCKS:
            yield _words(child)
            for inset in _insets(child):
                yield from _blocks(inset)
        elif child.tag == "table:table":
            yield "\n".join(map(_row, child.get_elements("descendant::table:table-row")))
        elif child.tag not in _UNSEEN and child.get_attribute("text:display") != "none":
            yield from _blocks(child)


def _row(row: Element) -> str:
    cells = [[text for text in map(tidy, _blocks(cell)) if text] for cell in row.children]
    if sum(len(text) for cell in cells for text in cell) > _LONGEST_ROW:
        return "\n\n".join(text for cell in cells for text in cell)
    return " | ".join(" ".join(cell) for cell in cells if cell)


def _words(element: Element) -> str:
    """The words of a paragraph without those of its notes and text boxes."""
    pieces = [element.text or ""]
    for child in element.children:
        if child.tag not in _UNSEEN | _INSETS:
            pieces.append(_SIGNS.get(child.tag) or _words(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _insets(element: Element) -> Iterator[Element]:
    for child in element.children:
        if child.tag in _INSETS:
            yield child
        elif child.tag not in _UNSEEN:
            yield from _insets(child)
