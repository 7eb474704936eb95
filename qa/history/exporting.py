"""Conversations and single answers to take away, with all their footnotes: as Markdown, plain text, or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from qa import terminal
from qa.history.conversation import Conversation, Exchange, Scope, to_dict
from qa.history.markdown import HALF, escaped, escaped_lines, whole
from qa.terminal import cut, one_line
from qa.types import Answer, Citation
from vectorstore.within import day_in_words

_MOST_COPIES = 3


@dataclass(frozen=True, slots=True)
class _Form:
    """How a kind of text shows words of others, and its own lists."""

    line: Callable[[str], str]
    """Of others, within a line."""
    block: Callable[[str], str]
    """Of others, on lines of its own."""
    listed: Callable[[list[str]], str]
    """Lines that are ready, as a list."""


_MARKDOWN = _Form(escaped, escaped_lines, lambda lines: "\n".join(f"- {line}" for line in lines))
_TEXT = _Form(lambda text: whole(one_line(text)), lambda text: whole(text).strip(), "\n".join)


def as_markdown(conversation: Conversation) -> str:
    """The conversation as a page of Markdown; whatever is said in it stays text in every renderer."""
    count = len(conversation.exchanges)
    questions = f"{count} question{'' if count == 1 else 's'}, {day_in_words(conversation.created.date(), 'day')}"
    parts = [f"# {escaped(conversation.title)}", questions]
    for number, exchange in enumerate(conversation.exchanges, 1):
        parts += [f"## {number}\\. {escaped(exchange.question)}", *_said(exchange, _MARKDOWN)]
    return "\n\n".join(parts) + "\n"


def as_json(conversation: Conversation) -> str:
    """The conversation as indented JSON, each answer in its stable form; every quote is exact."""
    text = terminal.as_json(to_dict(conversation))
    return HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n"


def exchange_markdown(exchange: Exchange) -> str:
    """A question and its answer as Markdown."""
    return "\n\n".join([f"**{escaped(exchange.question)}**", *_said(exchange, _MARKDOWN)]) + "\n"


def exchange_text(exchange: Exchange) -> str:
    """A question and its answer as plain text."""
    return "\n\n".join([_TEXT.block(exchange.question), *_said(exchange, _TEXT)]) + "\n"


def _said(exchange: Exchange, form: _Form) -> Iterator[str]:
    """The answer, what is to be known of it, and its footnotes, each a paragraph."""
    asked_of = ", ".join(_restrictions(exchange.scope))
    if asked_of:
        yield form.line(f"Asked only of: {asked_of}")
    if exchange.answer and exchange.answer.text.strip():
        yield form.block(exchange.answer.text)
    ending = _ending(exchange)
    if ending:
        yield form.line(ending)
    if exchange.answer:
        yield from _beneath(exchange.answer, form)


def _beneath(answer: Answer, form: _Form) -> Iterator[str]:
    if answer.citations:
        yield form.listed([_reference(citation, form) for citation in answer.citations])
    notes = terminal.footnotes(replace(answer, citations=()))
    if answer.query != answer.question and answer.complete:
        notes.append(f"Searched for: {answer.query}")
    notes += [f"Note: {notice}" for notice in answer.notices]
    if notes:
        yield form.listed([form.line(note) for note in notes])


def _ending(exchange: Exchange) -> str:
    if exchange.outcome == "failed":
        return f"No answer: {exchange.message or 'something went wrong'}"
    if exchange.outcome == "stopped":
        return "Stopped before it was complete; what has no footnote was not checked."
    if exchange.outcome == "coming":
        return "This answer is still on its way; what has no footnote was not checked."
    cut_off = exchange.answer is not None and not exchange.answer.complete
    return "The answer was cut off; this is what had come." if cut_off else ""


def _restrictions(scope: Scope) -> Iterator[str]:
    yield from scope.sources
    yield from filter(None, [scope.outlet])
    yield from (f"{word} {day.isoformat()}" for word, day in (("since", scope.since), ("until", scope.until)) if day)


def _reference(citation: Citation, form: _Form) -> str:
    """`[n] Title, Outlet, date. file, characters a-b: “quote”`."""
    day = day_in_words(citation.published, citation.precision)
    told_by = ", ".join(filter(None, [citation.title, citation.outlet, day]))
    page = f", page {citation.page}" if citation.page else ""
    place = f"{citation.source}{page}, characters {citation.start}-{citation.end}"
    copies = f" (also in {', '.join(cut(citation.copies, most=_MOST_COPIES))})" if citation.copies else ""
    head = f"{told_by}. " if told_by else ""
    return form.line(f"[{citation.number}] {head}{place}: “{one_line(citation.quote)}”{copies}")
