"""What a file format gives of an article: its text, and what the format says beside the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FIELDS = ("title", "outlet", "author", "published", "language", "url")
NEEDS = "needs "
"""How a reason begins that the installation of a package would mend, so that the file is tried again at each sync."""


class UnreadableError(ValueError):
    """The bytes do not become an article; the text says why in a few words, as the report of a sync shows it."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """One article of a file."""

    text: str = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)
    """Some of FIELDS, as the format's metadata or a row's columns tell them; values are raw, none is empty."""
    row: str = ""
    """The article's name within a file that holds many; empty where a file is one article."""
