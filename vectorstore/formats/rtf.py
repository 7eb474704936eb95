"""Rich text (rtf): its words, and the title and author of its information group."""

from __future__ import annotations

import codecs
import re

from vectorstore.formats.extracted import Extracted
from vectorstore.formats.tidying import as_article, real_author, real_title, tidy
from vectorstore.formats.zips import not_readable

_MARK = b"{\\rtf"
_CODE_PAGE = re.compile(rb"\\ansicpg(\d+)")
_GROUP = r"\{\\%s\s((?:[^{}\\]|\\'[0-9a-fA-F]{2}|\\u-?\d+ ?\??|\\[{}\\])*)\}"
_HEAD_CHARS = 200_000


def read_rtf(data: bytes, *, max_chars: int) -> list[Extracted]:
    """The text of an RTF file, its title and author; raises UnreadableError."""
    data = data.lstrip()
    if not data.startswith(_MARK):
        raise not_readable("RTF")
    match = _CODE_PAGE.search(data[:_HEAD_CHARS])
    code_page = _known(f"cp{match[1].decode()}") if match else "cp1252"
    source = data.decode(code_page, "replace")  # signs above 127 written as they are, not as \'e9
    fields = {
        "title": real_title(_info(source, "title", code_page)),
        "author": real_author(_info(source, "author", code_page)),
    }
    return as_article(tidy(_laid_out(_words(source, code_page))), fields, max_chars=max_chars)


def _known(code_page: str) -> str:
    try:
        return codecs.lookup(code_page).name
    except LookupError:
        return "cp1252"


def _info(source: str, name: str, code_page: str) -> str:
    match = re.search(_GROUP % name, source[:_HEAD_CHARS])
    return _words(f"{{\\rtf1 {match[1]}}}", code_page) if match else ""


def _words(source: str, code_page: str) -> str:
    from striprtf.striprtf import rtf_to_text

    try:
        return str(rtf_to_text(source, encoding=code_page, errors="replace"))
    except (ValueError, OverflowError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise not_readable("RTF") from error


def _laid_out(text: str) -> str:
    """Paragraphs an empty line apart, rows of a table on lines that follow each other."""
    lines = (
        f"{line.rstrip('|').replace('|', ' | ')}\n" if line.endswith("|") else f"\n{line}\n"
        for line in text.split("\n")
    )
    return "".join(lines)
