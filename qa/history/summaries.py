"""Conversations in a list, and which of them speak of something."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import accumulate
from threading import Lock
from typing import Any

from qa.history.conversation import SCHEMA_VERSION, shortened, title_of
from qa.history.shelves import Stamp
from qa.terminal import one_line
from vectorstore.terms import fold

LONGEST_EXCERPT = 160
_BEFORE = 40
_MARKS = re.compile(r"[ \t]*\[\d{1,4}\]")
MOST_CHARACTERS = 16_000_000
"""Of all summaries together; those of five hundred conversations are a tenth to a third of it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list; `excerpt` is where it speaks of what was searched, or how it ends."""

    id: str
    title: str
    named: bool
    """Whether the user gave it its title."""
    changed: datetime
    exchanges: int
    excerpt: str


class Summary:
    """What a list needs of a conversation."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Of the JSON form; for anything else raises what reading it raises."""
        if data["schema_version"] != SCHEMA_VERSION:
            raise ValueError("of another version")
        self.id = str(data["id"])
        self.name = one_line(data["name"])
        self.changed = datetime.fromisoformat(data["changed"]).astimezone(UTC)
        exchanges = data["exchanges"]
        self.exchanges = len(exchanges)
        self.title = title_of(self.name, exchanges[0]["question"] if exchanges else "")
        self.texts = tuple(_MARKS.sub("", _one_line(text)) for one in exchanges for text in _said(one))

    @property
    def size(self) -> int:
        """In characters, about."""
        return 500 + 2 * sum(map(len, self.texts))

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """All that can be found, folded: the texts, and the name."""
        return tuple(map(fold, (*self.texts, self.name)))

    def tells(self, words: Sequence[str]) -> bool:
        """Whether each of the folded words stands somewhere in it."""
        return all(any(word in text for text in self.folded) for word in words)

    def listed(self, words: Sequence[str]) -> Listed:
        """The conversation in a list of those that speak of the words."""
        excerpt = _excerpt(self.texts, self.folded, words) if words else shortened(_last(self.texts), LONGEST_EXCERPT)
        return Listed(self.id, self.title, bool(self.name), self.changed, self.exchanges, excerpt)


class Summaries:
    """Summaries that were read once, as long as their texts stay as they were; the ones used last are held."""

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._held: OrderedDict[tuple[str, str], tuple[Stamp, Summary | None]] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    def get(self, key: tuple[str, str], stamp: Stamp) -> Summary | None:
        """A summary of this stamp; None for a text that is no conversation, raises KeyError for an unknown one."""
        with self._lock:
            held, summary = self._held[key]
            if held != stamp:
                raise KeyError(key)
            self._held.move_to_end(key)
            return summary

    def put(self, key: tuple[str, str], stamp: Stamp, summary: Summary | None) -> None:
        """Hold a summary, and let go of those that were used longest ago."""
        self.drop(key)
        with self._lock:
            self._characters += _size(summary)
            self._held[key] = (stamp, summary)
            while self._characters > self._most or len(self._held) > self._most // 500:
                _, (_, gone) = self._held.popitem(last=False)
                self._characters -= _size(gone)

    def drop(self, key: tuple[str, str]) -> None:
        """Let go of a summary, if it is held."""
        with self._lock:
            self._characters -= _size(self._held.pop(key, ((), None))[1])


def words_of(search: str) -> tuple[str, ...]:
    """The folded words of a search."""
    return tuple(dict.fromkeys(fold(one_line(search)).split()))


def _one_line(text: str) -> str:
    """As `one_line`, at a hundredth of the time for texts that hold nothing odd."""
    joined = " ".join(text.split())
    return joined if joined.isprintable() else one_line(text)


def _size(summary: Summary | None) -> int:
    return summary.size if summary else 0


def _said(exchange: Mapping[str, Any]) -> tuple[str, str]:
    answer = exchange["answer"]
    return exchange["question"], answer["text"] if answer else ""


def _last(texts: Sequence[str]) -> str:
    return next((text for text in reversed(texts) if text), "")


def _excerpt(texts: Sequence[str], folded: Sequence[str], words: Sequence[str]) -> str:
    """The text that holds most of the words, from a little before the first of them."""
    best = max(range(len(texts)), key=lambda at: sum(word in folded[at] for word in words), default=-1)
    if best < 0:
        return ""
    places = [folded[best].find(word) for word in words if word in folded[best]]
    start = _unfolded(texts[best], min(places)) if places else 0
    return _from(texts[best], start)


def _unfolded(text: str, place: int) -> int:
    """The character of a text that stands at a place of its folded form."""
    ends = accumulate(len(fold(char)) for char in text)
    return next((at for at, end in enumerate(ends) if end > place), 0)


def _from(text: str, start: int) -> str:
    if start <= _BEFORE or len(text) <= LONGEST_EXCERPT:
        return shortened(text, LONGEST_EXCERPT)
    blank = text.find(" ", start - _BEFORE, start)
    return "…" + shortened(text[blank + 1 if blank >= 0 else start :], LONGEST_EXCERPT - 1)
