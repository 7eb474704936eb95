"""Questions that the sentences of an article answer, each with its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.instructions import looks_like_instruction
from qa.ui.sentence_patterns import NAME, ROLES, TITLES
from qa.ui.sentence_questions import Kind, questions_of
from vectorstore.furniture import is_heading, paragraphs
from vectorstore.sentences import sentences
from vectorstore.types import Span

_MOST_CHARACTERS = 20_000
_FORMS_OF_ADDRESS = frozenset("mr mrs ms miss dr sir dame".split())
_NO_NAMES = frozenset(
    """
    the a an in on at it he she they we i i'm but and or if for from with as by to of this that these those there when
    where while after before although today monday tuesday wednesday thursday friday saturday sunday january february
    march april may june july august september october november december mr mrs ms dr
    """.split()
)
_INSIDE = re.compile(rf"(?<=[a-z,] )(?:{NAME})")
_ANYWHERE = re.compile(NAME)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the kind of thing that it asks for, and the sentence that it was made of."""

    text: str
    kind: Kind
    span: Span


@lru_cache(maxsize=64)
def drawn_from(text: str, language: str = "en") -> tuple[Question, ...]:
    """The questions of an article in its order; none for one that is not in English."""
    return tuple(dict.fromkeys(_drawn(text[:_MOST_CHARACTERS]))) if language == "en" else ()


def named_in(text: str, language: str = "en") -> frozenset[str]:
    """The names of an English article that stand inside its sentences."""
    return frozenset(_Names(text[:_MOST_CHARACTERS]).known) if language == "en" else frozenset()


def _drawn(text: str) -> Iterator[Question]:
    names = _Names(text)
    for paragraph in paragraphs(text):
        if is_heading(paragraph.of(text)):
            continue
        for span in sentences(text, paragraph):
            sentence = span.of(text)
            for drawn in questions_of(sentence, names.in_full):
                if not looks_like_instruction(sentence):
                    yield Question(drawn.question, drawn.kind, span)


class _Names:
    """The names of an article, and what each is in full."""

    def __init__(self, text: str) -> None:
        flat = " ".join(text.split())
        inside = Counter(_without_title(name) for name in _INSIDE.findall(flat))
        self.known = {name for name in inside if name}
        self._longer: dict[str, set[str]] = {}
        for name in {*self.known, *(_without_title(name) for name in _ANYWHERE.findall(flat))}:
            parts = name.split()
            if 1 < len(parts) < 4 and name in self.known and parts[0] != "The":
                self._longer.setdefault(parts[-1], set()).add(name)
        self._lower = set(re.findall(r"\b[a-z]\w+", flat))

    def in_full(self, name: str) -> str:
        """`Rod Eddington` for `Mr Eddington`; empty for what is not known as a name."""
        bare = _without_title(name)
        first = bare.split()[0].lower() if bare else ""
        if not bare or first in _NO_NAMES or (" of " in bare and bare not in self.known):
            return ""
        if " " in bare:
            return bare if bare in self.known or first not in self._lower else ""
        longer = self._longer.get(bare, set())
        if len(longer) == 1:
            return next(iter(longer))
        is_name = bare.lower() not in self._lower and bare in self.known and len(bare) > 1
        return bare if is_name and bare == name else ""


def _without_title(name: str) -> str:
    """The name alone, behind its possessor, its role and its title."""
    owned = re.sub(r"^.*['’]s? ", "", re.sub(r"['’]s?$", "", name))
    parts = owned.split()
    roles = [place for place, part in enumerate(parts) if part.lower().rstrip(".") in ROLES | _FORMS_OF_ADDRESS]
    if roles and "of" not in parts:
        parts = parts[roles[-1] + 1 :]
    while parts and parts[0].lower().rstrip(".") in TITLES:
        parts = parts[1:]
    return " ".join(parts)
