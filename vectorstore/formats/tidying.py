"""What every reader of a format ends with: text without invisible characters, bounded in length, and its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vectorstore.formats.extracted import FIELDS, Extracted, UnreadableError

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"[^\S\n]+")
_LONGEST_FIELD = 1_000
_NO_TITLE = re.compile(
    r"(?:microsoft )?(?:word|powerpoint|excel)(?: - .*| document)?|untitled.*|(?:new |test )?document ?\d*|title|"
    r"(?:no|without) title|[a-z0-9]*(?:[-_][a-z0-9]*)*|\W*|"
    r".*\.(?:docx?|dotx?|rtf|odt|pdf|txt|tex|dvi|indd|qxd|pptx?|xlsx?|html?|wpd|pages|p65|fm)",
    re.IGNORECASE,
)
"""Titles that a program made up, and names of files: one word of letters, digits and hyphens is taken for one."""
_NO_AUTHOR = frozenset("python-docx user owner admin administrator author unknown anonymous win root".split())


def tidy(text: str) -> str:
    """Lines with single blanks, paragraphs one empty line apart, and no character that nobody sees."""
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    lines = [_BLANKS.sub(" ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    """A title or a name as one line."""
    return " ".join(_UNSEEN.sub("", text).split())


def real_title(title: str | None) -> str:
    """The title that a document's properties tell, or nothing where a program made it up or it is a file's name."""
    title = one_line(title or "")
    return "" if _NO_TITLE.fullmatch(title) else title


def real_author(author: str | None) -> str:
    """The author that a document's properties tell, or nothing where a program made the name up."""
    author = one_line(author or "")
    return "" if author.lower() in _NO_AUTHOR or not any(map(str.isalpha, author)) else author


def as_article(text: str, fields: Mapping[str, str], *, max_chars: int) -> list[Extracted]:
    """The one article of a file, from tidied text; raises UnreadableError where the text is empty or too long."""
    if not text.strip():
        raise UnreadableError("holds no text")
    need_room(len(text), max_chars=max_chars)
    known = {name: one_line(fields.get(name, ""))[:_LONGEST_FIELD] for name in FIELDS}
    return [Extracted(text, {name: value for name, value in known.items() if value})]


def need_room(chars: int, *, max_chars: int) -> None:
    """Raise UnreadableError where so many characters are more than a file may become."""
    if chars > max_chars:
        raise too_large(max_chars)


def too_large(max_chars: int) -> UnreadableError:
    """The reason of a file that is small on disk and large when opened."""
    return UnreadableError(f"expands to more than {max_chars / 1_000_000:g} MB (QA_MAX_FILE_MB)")
