"""PDF files: the text of each page as paragraphs, pages apart by one form feed, title and author of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.pdf_pages import Line, joined_pages
from vectorstore.formats.tidying import as_article, need_room, real_author, real_title
from vectorstore.formats.zips import not_readable

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

_MOST_PAGES = 5_000
_PASSWORD_ERROR = 4
_HYPHENS = ("\x02", "\ufffe")
"""What PDFium writes for a hyphen at the end of a line, in place of the line end too."""
_LINE_END = re.compile(f"[\n{''.join(_HYPHENS)}]")


def read_pdf(data: bytes, *, max_chars: int) -> list[Extracted]:
    """The text of a PDF; page n begins after n - 1 form feeds; raises UnreadableError."""
    document = _opened(data)
    try:
        pages = _pages(document, max_chars=max_chars)
        # The time a file was made is no day of publication.
        fields = {
            "title": real_title(document.get_metadata_value("Title")),
            "author": real_author(document.get_metadata_value("Author")),
        }
    finally:
        document.close()
    text = "\f".join(joined_pages(pages))
    if not text.strip():
        raise UnreadableError("no text layer (scanned?)")
    return as_article(text, fields, max_chars=max_chars)


def _opened(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        locked = error.err_code == _PASSWORD_ERROR
        raise (UnreadableError("password-protected") if locked else not_readable("PDF")) from error
    if len(document) > _MOST_PAGES:
        document.close()
        raise UnreadableError(f"has more than {_MOST_PAGES:,} pages")
    return document


def _pages(document: PdfDocument, *, max_chars: int) -> list[list[Line]]:
    pages, chars = [], 0
    for number in range(len(document)):
        lines = _lines(document, number)
        chars += sum(len(line.text) for line in lines)
        need_room(chars, max_chars=max_chars)
        pages.append(lines)
    return pages


def _lines(document: PdfDocument, number: int) -> list[Line]:
    """The lines of a page in the order of the file; none where the page is damaged."""
    from pypdfium2 import PdfiumError

    try:
        page = document[number]
        text_page = page.get_textpage()
    except PdfiumError:
        return []
    try:
        return list(_lines_of(text_page))
    finally:
        text_page.close()
        page.close()


def _lines_of(text_page: PdfTextPage) -> Iterator[Line]:
    text, start = _characters(text_page), 0
    for end in [*(match.start() for match in _LINE_END.finditer(text)), len(text)]:
        line = text[start:end]
        first, last = end - len(line.lstrip()), start + len(line.rstrip()) - 1
        if first <= last:
            hyphen = "-" if text[end : end + 1] in _HYPHENS and end < len(text) else ""
            yield _placed(text_page, text[first : last + 1] + hyphen, first, last)
        start = end + 1


def _characters(text_page: PdfTextPage) -> str:
    """The page's characters, each at its own index, by which its place is asked for."""
    from pypdfium2.raw import FPDFText_GetUnicode

    count = text_page.count_chars()
    text = str(text_page.get_text_range())
    if len(text) == count:
        return text
    # Some are left out or written as two in the text as a whole; one by one takes five times as long.
    page = text_page.raw
    return "".join(chr(FPDFText_GetUnicode(page, index)) for index in range(count))


def _placed(text_page: PdfTextPage, text: str, first: int, last: int) -> Line:
    """A line with its box: the left of its first character, the right of its last, in points from bottom left."""
    left, low, _, high = text_page.get_charbox(first, loose=True)
    _, bottom, right, top = text_page.get_charbox(last, loose=True)
    return Line(text, left, right, min(low, bottom), max(high, top))
