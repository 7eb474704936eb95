"""Any text as Markdown that shows it as it is, in every renderer: no link, image, markup, heading, list or formula."""

from __future__ import annotations

import re

from qa.inert import LINE_ENDS
from qa.terminal import plain

HALF = re.compile(r"[\ud800-\udfff]")
"""Half characters, which UTF-8 cannot hold."""
_ESCAPED = re.compile(r"([\\`*_{}\[\]#])")
"""These every dialect escapes with a backslash; of the others, only references of characters are safe everywhere."""
_REFERRED = re.compile(r"[<>&$~^=|@]|%(?=%)|:(?=\S)|(?<=www)\.(?=\S)", re.IGNORECASE)
_OPENING = re.compile(r"([+-])|(\d{1,9})([.)])")
_BLANKS = re.compile(r"[ \t\u00a0]+")


def escaped(text: str) -> str:
    """The text as a part of a line of Markdown; line ends become blanks."""
    return _inside(_BLANKS.sub(" ", LINE_ENDS.sub(" ", text)).strip())


def escaped_lines(text: str) -> str:
    """The text as paragraphs of Markdown, its line ends kept."""
    lines = [_opening(_BLANKS.sub(" ", line).strip()) for line in LINE_ENDS.split(text)]
    paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
    return "\n\n".join(paragraph.replace("\n", "  \n") for paragraph in paragraphs)


def whole(text: str) -> str:
    """The text without control characters, direction marks and half characters, as UTF-8 can hold it."""
    return HALF.sub("\ufffd", plain(text))


def _opening(line: str) -> str:
    """A line that begins a line of Markdown."""
    match = _OPENING.match(line)
    if not match:
        return re.sub(r"\A:", "&#58;", _inside(line))
    sign = f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"
    return sign + _inside(line[match.end() :])


def _inside(text: str) -> str:
    return _REFERRED.sub(lambda match: f"&#{ord(match[0])};", _ESCAPED.sub(r"\\\1", whole(text)))
