"""How people put questions about the articles: pieces of sentences, and a question as it is compared with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.normalise import folded

ONE = r"(?:news )?(?:article|piece|story)"
SOME = r"(?:news )?(?:articles?|pieces?|story|stories)"
HERE = r"(?:(?:the|this|your|our) (?:whole |news |article )?(?:collection|corpus|folder)|your (?:archive|library))"
IN_HERE = rf"(?: (?:in|of|from) {HERE}|(?: that)? you have)"
WHAT = r"(?:what|which|(?P<many>how many))"
SHOW = r"(?:list|show|name|give)(?: me)?(?: all)?"
BE = r"(?:is|was|are|were)"

_POLITE = re.compile(
    r"(?:please,? |(?:can|could) you (?:please )?(?=tell)|do you know |tell me,? |i (?:want|would like) to know )+"
)
_SHORT = re.compile(r"^(who|what|when|where)'?s ")


def forms(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Forms of whole questions."""
    return tuple(re.compile(pattern) for pattern in patterns)


def as_asked(question: str) -> str:
    """A question folded, without courtesies and stops, as the forms are written."""
    asked = _POLITE.sub("", folded(question).strip(" ?!."), count=1).removesuffix(" please").strip(" ,?!.")
    return _SHORT.sub(r"\1 is ", asked)


def is_any(among: Sequence[re.Pattern[str]], text: str) -> bool:
    """Whether one of the forms is the whole text."""
    return any(form.fullmatch(text) for form in among)


def matches(among: Sequence[re.Pattern[str]], text: str) -> Iterator[dict[str, str]]:
    """The groups of every form that is the whole text; a group that took no part is empty."""
    for form in among:
        match = form.fullmatch(text)
        if match:
            yield match.groupdict(default="")
