"""Answers by a chat model, checked: no mark is taken at its word."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

from prompts import load_prompt
from qa.context import build_context, conversation, neutral
from qa.context_windows import LEAST_CONTEXT_TOKENS
from qa.drafts import Draft, Piece, abstention
from qa.marks import DraftSentence, Resolved, resolve, split
from qa.replies import Reply, Streams
from qa.settling import Settling
from qa.types import Reason, Turn, Usage
from qa.verifying.checker import Checker
from vectorstore.errors import ModelCallFailed
from vectorstore.tokens import count_tokens
from vectorstore.types import Passage

SENTINEL = "NO_ANSWER"
"""What the prompt asks a model to say when the passages do not tell; never shown."""
_QUESTION_TOKENS = 200
_SENTINELS = re.compile(rf"\**{SENTINEL}\**[.!]?")
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)|\A(?:(?!<think>).)*?</think>", re.DOTALL)


class GenerativeAnswerer:
    """Answers from passages with a chat model; `check` is what tells whether passages support a sentence."""

    def __init__(
        self,
        chat_model: Streams,
        *,
        context_tokens: int = 3000,
        encoding: str = "cl100k_base",
        checker: Checker | None = None,
        keep_unsupported: bool = True,
    ) -> None:
        self._chat_model = chat_model
        self._context_tokens = context_tokens
        self._encoding = encoding
        self._checker = checker or Checker()
        self._keep_unsupported = keep_unsupported

    def answer(
        self, question: str, query: str, *, passages: Sequence[Passage], history: Sequence[Turn] = ()
    ) -> Generator[Piece, None, Draft]:
        """Yield the model's text as it comes, its footnotes as sentences are complete, then return the checked draft.

        Where no text comes at all, the draft abstains as `model_failed`; with some, it is kept and marked as cut off.
        """
        if not passages:
            return abstention("not_in_corpus")
        context = build_context(passages, context_tokens=self._room(question, query), encoding=self._encoding)
        told = load_prompt("answer", {"context", "history", "question", "query", "sentinel"}).fill(
            context=context.text,
            history=conversation(history),
            question=neutral(question),
            query=neutral(query),
            sentinel=SENTINEL,
        )
        reply = self._chat_model.stream(told.system, told.user)
        settling = Settling(
            self._checker.against(context.passages, f"{question} {query}"), keep_unsupported=self._keep_unsupported
        )
        raw, cause = yield from _stream_shown(reply, settling)
        return (yield from self._drafted(raw, reply, cause=cause, settling=settling, passages=len(context.passages)))

    def _room(self, question: str, query: str) -> int:
        """Tokens for passages: fewer beside a question that is much longer than questions are."""
        asked = count_tokens(f"{question}\n{query}", self._encoding)
        return max(LEAST_CONTEXT_TOKENS, self._context_tokens - max(0, asked - _QUESTION_TOKENS))

    def _drafted(
        self, raw: str, reply: Reply, *, cause: str, settling: Settling, passages: int
    ) -> Generator[Piece, None, Draft]:
        failed = bool(cause) and not raw.strip()
        notices = (*reply.notices, *_ended_early(raw, cause or ("" if reply.complete else reply.cause)))
        text = _visible(raw)
        resolved = resolve(settling.finish(text))
        draft = _draft(resolved, usage=reply.usage, notices=notices, failed=failed)
        if not draft.abstained:
            yield settling.rest(resolved)
        return replace(
            draft,
            complete=not cause and reply.complete,
            marks_removed=_invented(split(text), passages),
            model=reply.spec,
        )


def _stream_shown(reply: Reply, settling: Settling) -> Generator[Piece, None, tuple[str, str]]:
    """Yield what may be shown; return the whole raw text, and why it ended early, if it did."""
    raw, cause = "", ""
    pieces = iter(reply)
    try:
        for piece in pieces:
            raw += piece
            progress = settling.add(_visible(raw[: len(raw) - _unsure(raw)]))
            if progress.text:
                yield progress
    except ModelCallFailed as failure:
        cause = failure.cause  # what came is kept
    finally:
        pieces.close()
    return raw, cause


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


def _draft(resolved: Resolved, *, usage: Usage, notices: tuple[str, ...], failed: bool) -> Draft:
    supported = [claim for claim in resolved.claims if claim.verdict != "unsupported"]
    if not supported:
        reason: Reason = "model_failed" if failed else "unsupported" if resolved.claims else "fact_missing"
        return abstention(reason, usage=usage, notices=notices)
    return Draft(
        text=resolved.text,
        claims=resolved.claims,
        citations=resolved.citations,
        confidence=len(supported) / len(resolved.claims),
        usage=usage,
        notices=notices + _unchecked(len(resolved.claims) - len(supported)),
    )


def _ended_early(raw: str, cause: str) -> tuple[str, ...]:
    if cause:
        told = "The answer is not complete" if raw.strip() else "The model did not answer"
        return (f"{told}: {cause}" if cause.endswith("?") else f"{told}: {cause}.",)
    return () if raw.strip() else ("The model answered nothing.",)


def _invented(sentences: Iterable[DraftSentence], passages: int) -> int:
    return sum(not 1 <= number <= passages for sentence in sentences for number in sentence.numbers)


def _unchecked(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{count} statement{'' if count == 1 else 's'} could not be checked against the articles.",)
