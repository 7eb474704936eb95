"""Answers by a chat model, checked: no mark is taken at its word."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

from prompts import load_prompt
from qa.context import build_context, conversation, neutral
from qa.drafts import Draft, Statement, abstention
from qa.evidence import Embed, Evidence
from qa.marks import DraftSentence, resolve, split
from qa.replies import Reply, Streams
from qa.types import Turn, Usage
from qa.verification import verify
from vectorstore.errors import ModelCallFailed
from vectorstore.types import Passage

SENTINEL = "NO_ANSWER"
"""What the prompt asks a model to say when the passages do not tell; never shown."""
_SENTINELS = re.compile(rf"\**{SENTINEL}\**[.!]?")
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_SAYS_NOTHING = re.compile(
    r"\b(?:articles?|passages?|sources?|context|texts?|excerpts?)\b[^.;]{0,40}"
    r"\b(?:do(?:es)? not|don['’]t|doesn['’]t|did not)\s+(?:\w+ )?"
    r"(?:tell|say|mention|specify|state|provide|contain|give|include|answer|address|name|discuss|explain|reveal)",
    re.IGNORECASE,
)


class GenerativeAnswerer:
    """Answers from passages with a chat model; `embed` helps to recognise paraphrases."""

    def __init__(
        self,
        chat_model: Streams,
        *,
        context_tokens: int = 3000,
        encoding: str = "cl100k_base",
        embed: Embed | None = None,
    ) -> None:
        self._chat_model = chat_model
        self._context_tokens = context_tokens
        self._encoding = encoding
        self._embed = embed

    def answer(
        self, question: str, query: str, *, passages: Sequence[Passage], history: Sequence[Turn] = ()
    ) -> Generator[str, None, Draft]:
        """Yield the model's text as it comes, then return the checked draft.

        Raises ModelCallFailed when no text came at all; with some text, what came is kept and marked as cut off.
        """
        if not passages:
            return abstention("not_in_corpus")
        context = build_context(passages, context_tokens=self._context_tokens, encoding=self._encoding)
        told = load_prompt("answer", {"context", "history", "question", "query", "sentinel"}).fill(
            context=context.text,
            history=conversation(history),
            question=neutral(question),
            query=neutral(query),
            sentinel=SENTINEL,
        )
        reply = self._chat_model.stream(told.system, told.user)
        text, cause = yield from _stream_shown(reply)
        evidence = Evidence(context.passages, embed=self._embed)
        return _draft(text, evidence, usage=reply.usage, cause=cause or ("" if reply.complete else reply.cause))


def _stream_shown(reply: Reply) -> Generator[str, None, tuple[str, str]]:
    """Yield what may be shown; return the whole raw text, and why it ended early, if it did."""
    raw, shown = "", 0
    pieces = iter(reply)
    try:
        for piece in pieces:
            raw += piece
            sure = _visible(raw[: len(raw) - _unsure(raw)])
            if len(sure) > shown:
                yield sure[shown:]
                shown = len(sure)
    except ModelCallFailed as failure:
        if not raw.strip():
            raise
        return raw, failure.cause  # what came is kept; the tail that was held back is not shown
    finally:
        pieces.close()
    if rest := _visible(raw)[shown:]:
        yield rest
    return raw, ""


def _visible(raw: str) -> str:
    """The text without thoughts and sentinel; nothing at all of a reply that opens with the sentinel."""
    text = _THOUGHTS.sub("", raw).lstrip()
    return "" if text.lstrip("*").startswith(SENTINEL) else _SENTINELS.sub("", text)


def _unsure(text: str) -> int:
    """How many characters at the end may be the begin of something that is never shown."""
    for secret in (f"**{SENTINEL}**.", f"{SENTINEL}**.", "<think>"):
        for size in range(min(len(secret), len(text)), 0, -1):
            if text.endswith(secret[:size]):
                return size
    return 0


def _draft(raw: str, evidence: Evidence, *, usage: Usage, cause: str) -> Draft:
    notices: tuple[str, ...] = (f"The answer is not complete: {cause}.",) if cause else ()
    sentences = split(_visible(raw))
    resolved = resolve([_statement(sentence, evidence) for sentence in sentences])
    supported = [claim for claim in resolved.claims if claim.verdict != "unsupported"]
    if not raw.strip():
        notices += ("The model answered nothing.",)
    if not supported:
        none = abstention("unsupported" if resolved.claims else "fact_missing", usage=usage, notices=notices)
        return replace(none, complete=not cause, marks_removed=_invented(sentences, len(evidence.passages)))
    return Draft(
        text=resolved.text,
        claims=resolved.claims,
        citations=resolved.citations,
        confidence=len(supported) / len(resolved.claims),
        complete=not cause,
        marks_removed=_invented(sentences, len(evidence.passages)),
        usage=usage,
        notices=notices + _unchecked(len(resolved.claims) - len(supported)),
    )


def _statement(sentence: DraftSentence, evidence: Evidence) -> Statement:
    if _SAYS_NOTHING.search(sentence.text):
        return Statement(sentence.text, before=sentence.before, is_claim=False)
    return verify(sentence, evidence)


def _invented(sentences: Iterable[DraftSentence], passages: int) -> int:
    return sum(not 1 <= number <= passages for sentence in sentences for number in sentence.numbers)


def _unchecked(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{count} statement{'' if count == 1 else 's'} could not be checked against the articles.",)
