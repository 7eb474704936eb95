"""Any text as inert HTML: every character of an article, a question or a model is text, never markup."""

from __future__ import annotations

import html
import re

LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
# Controls show nothing, and direction overrides make a text read as something else.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain(text: str) -> str:
    """Any text as inert HTML on one line; line ends become blanks."""
    return html.escape(_UNSEEN.sub("", LINE_ENDS.sub(" ", text)), quote=True)


def with_line_breaks(text: str) -> str:
    """Any text as inert HTML on one line; line ends become `<br>`."""
    return "<br>".join(plain(line) for line in LINE_ENDS.split(text))
