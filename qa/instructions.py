"""Text inside an article that talks to a model instead of telling readers something, and sentences that only ask."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from qa.instruction_patterns import ADDRESSES, OPENING, TAKEOVERS, TASKS, Rule
from vectorstore.furniture import paragraphs
from vectorstore.sentences import sentences
from vectorstore.types import Span

_QUOTED = re.compile(
    r"^[^\"“«„]*[^\s\"“«„(][\"”»](?!\w)|“[^”]*(?:”|$)|«[^»]*(?:»|$)|„[^“”]*(?:[“”]|$)|\"[^\"]*(?:\"|$)"
    r"|‘(?:[^’]|’(?=\w))*(?:’(?!\w)|$)|(?<!\w)'(?=\w)(?:[^']|(?<=\w)'(?=\w)){0,300}'(?!\w)"
)
"""Words in quotation marks; a mark without its partner quotes from the sentence's begin, or to its end."""
_MARK = re.compile(r"[\"'“”«»„‘’]")
_REPORTED = re.compile(
    r",\s+(?:\w[\w.'’-]{0,30}\s+){1,5}"
    r"(?:said|says|added|adds|urged|urges|told|warned|wrote|advised|recommended|suggested)\b",
    re.IGNORECASE,
)
_QUESTION_END = re.compile(r"[?？؟⁇‽][\s!?？؟.…)\]*_]{0,9}(?:\[[\d\s,]{1,20}\]\s*)?$")
_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")


def looks_like_instruction(sentence: str) -> bool:
    """Whether a sentence talks to a model; an order that is reported or quoted is news, and is none."""
    text = _plain(sentence)
    own = _own_words(text)
    return _takes_over(text, own) or _finds(ADDRESSES, own) or _is_task(own)


def takes_over(sentence: str) -> bool:
    """Whether a sentence begins a stranger's prompt: what follows in its paragraph is part of that, too."""
    text = _plain(sentence)
    return _takes_over(text, _own_words(text))


def is_question(sentence: str) -> bool:
    """Whether a sentence asks in the article's own words; a question in quotation marks tells what somebody asked."""
    if not _QUESTION_END.search(sentence[-40:]):
        return False
    return bool(_QUESTION_END.search(_own_words(_plain(sentence))))


def instruction_spans(text: str, language: str = "en") -> tuple[Span, ...]:
    """The sentences that talk to a model, in order; after one that takes over, the rest of its paragraph too."""
    return tuple(span for paragraph in paragraphs(text) for span in _flagged(text, paragraph, language))


def _flagged(text: str, paragraph: Span, language: str) -> Iterator[Span]:
    taken_over = False
    for span in sentences(text, paragraph, language):
        sentence = span.of(text)
        taken_over = taken_over or takes_over(sentence)
        if taken_over or looks_like_instruction(sentence):
            yield span


def _takes_over(text: str, own: str) -> bool:
    # The machinery of chats is told by marks and brackets, so quotation marks around it make no difference.
    return _finds(TAKEOVERS[:4], text) or _finds(TAKEOVERS[4:], own)


def _finds(rules: tuple[Rule, ...], text: str) -> bool:
    lowered = f" {text.lower()} "
    return any(rule.finds(text, lowered) for rule in rules)


def _is_task(own: str) -> bool:
    opening = OPENING.match(own)
    verb = _WORD.match(own, opening.end() if opening else 0)
    if verb is None:
        return False
    follows = TASKS.get(verb.group().lower())
    return bool(follows and follows.match(own, verb.end())) and not _REPORTED.search(own, verb.end())


def _own_words(text: str) -> str:
    """The text with one “ for each quotation; all of it where it is nothing but one."""
    if not _MARK.search(text):
        return text
    own = _QUOTED.sub(" “ ", text).strip()
    return (own if _WORD.search(own) else text.strip("\"'“”«»„‘’ ")).replace("’", "'")


def _plain(sentence: str) -> str:
    """Compatibility forms unified, invisible characters dropped."""
    return sentence if sentence.isascii() else unicodedata.normalize("NFKC", _INVISIBLE.sub("", sentence))
