"""Questions of the near-miss kind: one name, number, rank or role changed, so that the text no longer answers."""

from __future__ import annotations

import random
import re
from functools import cache

import numpy as np
import numpy.typing as npt

_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w’-]+(?:\s+(?:of\s+|the\s+)?[A-Z][\w’-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_WORD = re.compile(r"[a-z]{3,}")
_GROUPS = [
    group.split()
    for group in (
        "first last second third",
        "largest smallest",
        "oldest newest youngest",
        "highest lowest",
        "most least",
        "before after",
        "north south east west",
        "northern southern eastern western",
        "killed wounded arrested rescued",
        "died born married",
        "won lost",
        "bought sold rented",
        "opened closed",
        "founded dissolved",
        "increased decreased",
        "rose fell",
        "began ended",
        "joined left",
        "accepted rejected",
        "supported opposed",
        "praised criticized",
        "confirmed denied",
        "built destroyed",
        "discovered invented",
        "mother father wife husband brother sister son daughter",
        "president minister governor mayor senator king",
        "director producer composer singer author",
        "city country river lake mountain island",
        "year month week day",
        "morning evening night",
        "men women children",
        "soldiers civilians police",
        "income debt profit loss",
        "height weight length depth",
        "area population",
        "red blue green yellow black white",
        "summer winter spring autumn",
        "gold silver bronze copper",
        "minimum maximum average",
        "early late",
        "eldest middle",
        "army navy",
        "import export",
        "male female",
        "allowed forbidden",
        "legal illegal",
        "buy sell",
        "win lose",
        "die marry",
        "leave join",
        "support oppose",
        "open close",
        "begin end",
    )
]
_ROLES = {word: [other for other in group if other != word] for group in _GROUPS for word in group}
_ALIKE, _NEAREST = 0.25, 12

Vectors = npt.NDArray[np.float32]


class Swapper:
    """Swaps by likeness of word vectors, so that a country gives way to a country and a month to a month."""

    def __init__(self, vectors: Vectors, vocabulary: dict[str, int]) -> None:
        """`vectors`: (pieces known, width); `vocabulary`: whole words and pieces to their rows."""
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors = vectors / np.maximum(lengths, 1e-9)
        self._rows = {word: row for word, row in vocabulary.items() if word.isalpha() and len(word) > 2}
        self._words = {row: word for word, row in self._rows.items()}
        self._near = cache(self._nearest)

    def swapped(self, question: str, text: str, chance: random.Random) -> str | None:
        """The question with one thing changed; None where it holds nothing that can be."""
        ways = [self._name, self._number, self._role]
        for way in chance.sample(ways, len(ways)):
            changed = way(question, text, chance)
            if changed and changed != question:
                return changed
        return None

    def _name(self, question: str, text: str, chance: random.Random) -> str | None:
        found = list(_NAME.finditer(question))
        if not found:
            return None
        match = chance.choice(found)
        beside = self._names_like(match[0], text) if chance.random() < 0.5 else []
        others = beside or self._words_like(match[0], text)
        if not others:
            return None
        return question[: match.start()] + chance.choice(others) + question[match.end() :]

    def _names_like(self, name: str, text: str) -> list[str]:
        """Names in the text that may be of one kind with the name, and share no word with it."""
        wanted, own = self._mean(name), set(name.lower().split())
        names = {match[0] for match in _NAME.finditer(text)}
        return sorted(
            other for other in names if not own & set(other.lower().split()) and self._mean(other) @ wanted > _ALIKE
        )

    def _words_like(self, name: str, text: str) -> list[str]:
        """For a name of one word: words of its kind that the text does not hold."""
        near = self._near(name.lower()) if " " not in name else ()
        return [word.capitalize() for word in near if word not in text.lower()]

    def _number(self, question: str, text: str, chance: random.Random) -> str | None:
        found = list(_NUMBER.finditer(question))
        if not found:
            return None
        match = chance.choice(found)
        digits = match[0].replace(",", "").rstrip(".")
        if not digits.isdigit():
            return None
        value, step = int(digits), chance.choice((1, 2, 3, 5, 10))
        other = str(value - step if chance.random() < 0.5 and value > step else value + step)
        return None if other in text else question[: match.start()] + other + question[match.end() :]

    def _role(self, question: str, _: str, chance: random.Random) -> str | None:
        found = [match for match in _WORD.finditer(question) if match[0] in _ROLES]
        if not found:
            return None
        match = chance.choice(found)
        return question[: match.start()] + chance.choice(_ROLES[match[0]]) + question[match.end() :]

    def _nearest(self, word: str) -> tuple[str, ...]:
        if word not in self._rows:
            return ()
        likeness = self._vectors @ self._vectors[self._rows[word]]
        near = [self._words.get(int(row), "") for row in np.argsort(-likeness)[: 3 * _NEAREST]]
        return tuple(other for other in near if other and other[:4] != word[:4])[:_NEAREST]

    def _mean(self, name: str) -> Vectors:
        rows = [self._rows[word] for word in name.lower().split() if word in self._rows]
        mean = self._vectors[rows].mean(axis=0) if rows else np.zeros(self._vectors.shape[1], np.float32)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
