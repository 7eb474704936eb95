"""How people type a question: in full, in small letters, in keywords, misspelt, indirectly."""

from __future__ import annotations

import random

_STOPWORDS = frozenset("a an the of to in on at for by did do does was were is are be been has have had".split())
_OPENINGS = ("can you tell me ", "i would like to know ", "do you know ", "tell me ", "please tell me ")


def restyled(question: str, chance: random.Random) -> str:
    """The question as somebody types it: two in three unchanged, others short, misspelt, indirect, in small letters."""
    question = " ".join(question.split())
    style = chance.random()
    if style < 0.66:
        return question
    if style < 0.80:
        return question.lower().rstrip("?. ")
    if style < 0.87:
        return _misspelt(question, chance)
    if style < 0.94:
        return _keywords(question)
    return chance.choice(_OPENINGS) + question[:1].lower() + question[1:]


def _misspelt(question: str, chance: random.Random) -> str:
    """One letter of one longer word swapped, dropped or doubled."""
    words = question.split()
    places = [place for place, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not places:
        return question
    place = chance.choice(places)
    word = words[place]
    at = chance.randrange(1, len(word) - 2)
    words[place] = chance.choice(
        (word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :], word[: at + 1] + word[at:])
    )
    return " ".join(words)


def _keywords(question: str) -> str:
    kept = [word for word in question.rstrip("?. ").split() if word.lower() not in _STOPWORDS]
    return " ".join(kept) if len(kept) > 2 else question
