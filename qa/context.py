"""The passages as a prompt shows them: numbered, headed by title, outlet and date, and fenced off as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.evidence import instructions_in
from qa.types import Turn
from vectorstore.tokens import count_tokens
from vectorstore.types import Chunk, Passage
from vectorstore.within import shown_day

_LEFT_OUT = "(…)"
_TOLD_TURNS, _TOLD_CHARACTERS = 3, 500
_FAKE_MARK = re.compile(r"[\[【](\s*\^?\s*(?:(?:passage|source)s?\s*)?\d[^\]】\n]{0,20})[\]】]", re.IGNORECASE)
_FENCE = re.compile(r"<(?=\s*[/|!]|\s*(?:passage|conversation|question|system|user|assistant|think)\b)", re.IGNORECASE)
_TURN = re.compile(r"\[(?=/?(?:INST|SYS)\])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """`text` for the prompt; passage `n` of `passages` is the one that it numbers `[n]`."""

    text: str
    passages: tuple[Passage, ...]


def build_context(passages: Sequence[Passage], *, context_tokens: int, encoding: str = "cl100k_base") -> Context:
    """Pack the best passages into the budget, then show them article by article, in reading order.

    Articles stand in the order of their best passage; overlapping chunks become one.
    """
    chosen = _reading_order(_within_budget(passages, context_tokens, encoding))
    blocks = [_block(number, passage.chunk) for number, passage in enumerate(chosen, start=1)]
    return Context("\n\n".join(blocks), tuple(chosen))


def neutral(text: str) -> str:
    """Text of others with what looks like our footnotes, fences or chat turns made harmless; for prompts only."""
    marked = _FAKE_MARK.sub(r"(\1)", text)
    return _TURN.sub("(", _FENCE.sub("‹", marked))


def conversation(history: Sequence[Turn]) -> str:
    """The last turns as a prompt shows them, shortened."""
    turns = history[-_TOLD_TURNS:]
    lines = [f"Question: {_short(turn.question)}\nAnswer: {_short(turn.answer)}" for turn in turns]
    return "\n\n".join(lines) or "(nothing yet)"


def _short(text: str) -> str:
    plain = neutral(" ".join(text.split()))
    return plain if len(plain) <= _TOLD_CHARACTERS else plain[:_TOLD_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _within_budget(passages: Sequence[Passage], context_tokens: int, encoding: str) -> list[Passage]:
    chosen: list[Passage] = []
    left = context_tokens
    for passage in passages:
        needed = count_tokens(_block(len(chosen) + 1, passage.chunk), encoding) + 2
        # The best passage is shown even where it alone is longer than the budget: no answer comes from nothing.
        if needed <= left or not chosen:
            chosen.append(passage)
            left -= needed
    return chosen


def _reading_order(passages: Sequence[Passage]) -> list[Passage]:
    by_article: dict[str, list[Passage]] = {}
    for passage in passages:
        by_article.setdefault(passage.chunk.article_id, []).append(passage)
    ordered: list[Passage] = []
    for own in by_article.values():
        ordered += _joined(sorted(own, key=lambda passage: passage.chunk.start))
    return ordered


def _joined(passages: Sequence[Passage]) -> list[Passage]:
    """Chunks that overlap or touch as one; what lies between two others is not known here, so those stay two."""
    joined: list[Passage] = []
    for passage in passages:
        if joined and passage.chunk.start <= joined[-1].chunk.end:
            joined[-1] = Passage(_union(joined[-1].chunk, passage.chunk), max(joined[-1].score, passage.score))
        else:
            joined.append(passage)
    return joined


def _union(first: Chunk, second: Chunk) -> Chunk:
    if second.end <= first.end:
        return first
    return replace(first, text=first.text + second.text[first.end - second.start :], end=second.end)


def _block(number: int, chunk: Chunk) -> str:
    published = shown_day(chunk.published, chunk.precision)
    told = {"title": chunk.title, "outlet": chunk.outlet, "date": published, "file": chunk.source}
    if chunk.title or chunk.outlet:
        del told["file"]
    heads = "".join(f' {name}="{_attribute(value)}"' for name, value in told.items() if value)
    return f'<passage number="{number}"{heads}>\n{neutral(_without_instructions(chunk))}\n</passage>'


def _without_instructions(chunk: Chunk) -> str:
    """The text with what talks to a model left out: no model need resist what it is not shown."""
    told, done = "", 0
    for quote in instructions_in(chunk):
        told += chunk.text[done : quote.start - chunk.start] + _LEFT_OUT
        done = quote.end - chunk.start
    return told + chunk.text[done:]


def _attribute(text: str) -> str:
    return " ".join(neutral(text).replace('"', "'").replace(">", "›").split())
