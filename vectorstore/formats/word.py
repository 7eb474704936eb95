"""Word documents: paragraphs, lists and tables in order, with the footnotes at the end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vectorstore.formats.extracted import Extracted
from vectorstore.formats.tidying import as_article, real_author, real_title, tidy
from vectorstore.formats.zips import DAMAGED, BoundedZip, not_readable

if TYPE_CHECKING:
    from docx.document import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_UNSEEN = frozenset({_FALLBACK, f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr"})
"""A second copy of a text box, what a tracked change took out, and settings."""
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_LONGEST_ROW = 300
"""Characters of a row of data; longer ones lay out a page."""


def read_docx(data: bytes, *, max_chars: int) -> list[Extracted]:
    """The text of a Word document, and its title and author; raises UnreadableError."""
    document = _opened(data, max_chars=max_chars)
    blocks = [*_blocks(document.element.body), *_footnotes(document)]
    properties = document.core_properties
    # The time a file was made is no day of publication: templates keep theirs for years.
    fields = {"title": real_title(properties.title), "author": real_author(properties.author)}
    return as_article(tidy("\n\n".join(blocks)), fields, max_chars=max_chars)


def _opened(data: bytes, *, max_chars: int) -> Document:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    BoundedZip(data, "DOCX", max_chars=max_chars)
    try:
        return docx.Document(io.BytesIO(data))
    except (OpcError, XMLSyntaxError, AttributeError, *DAMAGED) as error:
        raise not_readable("DOCX") from error


def _blocks(parent: Any) -> Iterator[str]:
    """Paragraphs and tables in order, inside content controls and tracked insertions too."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield _paragraph(child)
        elif child.tag == f"{_W}tbl":
            yield "\n".join(map(_row, child.iterchildren(f"{_W}tr")))
        elif child.tag not in _UNSEEN:
            yield from _blocks(child)


def _row(row: Any) -> str:
    cells = [
        [text for text in map(tidy, _blocks(cell)) if text] for cell in row.iter(f"{_W}tc") if _row_of(cell) is row
    ]
    if sum(len(text) for cell in cells for text in cell) > _LONGEST_ROW:
        return "\n\n".join(text for cell in cells for text in cell)
    return " | ".join(" ".join(cell) for cell in cells if cell)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(f"{_W}tr"), None)


def _paragraph(paragraph: Any) -> str:
    """The words of a paragraph; a text box that hangs on it begins on a new line."""
    from lxml import etree

    pieces: list[str] = []
    walker = etree.iterwalk(paragraph, events=("start",))
    for _, element in walker:
        if element.tag in _UNSEEN:
            walker.skip_subtree()
        elif element.tag == f"{_W}t":
            pieces.append("".join(element.itertext()))
        elif element.tag == f"{_W}p" and element is not paragraph:
            pieces.append("\n")
        else:
            pieces.append(_SIGNS.get(element.tag, ""))
    return "".join(pieces)


def _footnotes(document: Document) -> Iterator[str]:
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")) and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                if f"{_W}type" not in note.attrib:  # the line above the notes is one of a type
                    yield from _blocks(note)
