"""Who wrote an article and who owns its page, where the text itself tells: a byline, a copyright line."""

from __future__ import annotations

import re

from vectorstore.facts.datelines import LAST_LINES, TOP_LINES
from vectorstore.facts.headlines import one_line
from vectorstore.furniture import BLANKS
from vectorstore.furniture_lines import byline_author

_LONGEST_LINE = 300
_COPYRIGHT = re.compile(
    r"(?:copyright\s*)?(?:©|\(c\)|copyright)\s*(?P<year>(?:19|20)\d\d)(?:\s*[-–—,]\s*(?:19|20)\d\d)*[,.]?\s+(?P<name>\S.{0,120})",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"[\s.,|;–—-]*\ball rights reserved.*$", re.IGNORECASE)


def byline(text: str) -> str:
    """The names of the first byline at the edges of the text; empty where there is none."""
    lines = [line for line in text.splitlines() if line.strip(BLANKS)]
    for line in lines[:TOP_LINES] + lines[-LAST_LINES:]:
        names = byline_author(line.strip(BLANKS))
        if names:
            return names
    return ""


def imprint(text: str) -> str:
    """The owner on the last copyright line that names a year; a line without one credits a picture."""
    for line in reversed(text.splitlines()):
        match = _COPYRIGHT.match(line.strip(BLANKS)) if len(line) <= _LONGEST_LINE else None
        if match:
            name = _RIGHTS.sub("", match["name"]).strip(BLANKS + ".|,")
            return one_line(re.sub(r"^by\s+", "", name))
    return ""
