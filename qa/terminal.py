"""An answer as plain lines for a terminal; nothing that an article says can steer the terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence

from qa.types import Answer, Citation
from vectorstore.types import IndexReport, Passage
from vectorstore.within import shown_day

_MOST_LINES = 20
_MOST_COPIES = 3
REASONS = {
    "not_in_corpus": "nothing in these articles speaks of it",
    "fact_missing": "the articles speak of it, but do not tell this",
    "unsupported": "what the model said is not in the articles",
    "model_failed": "the model did not answer",
}

_KEPT = "\n\t\u200c\u200d"
"""Line ends and tabs, and the joiners that words of some scripts need."""


def plain(text: str) -> str:
    """The text without control characters and direction marks, line ends kept."""
    return "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in ("Cc", "Cf"))


def visible(text: str) -> str:
    """The text with a mark in place of each character that could steer a terminal, so that offsets still count."""
    return "".join(char if plain(char) else "\ufffd" for char in text)


def one_line(text: str) -> str:
    """The text on one line, blanks collapsed, without control characters."""
    return " ".join(plain(text).split())


def as_json(value: object) -> str:
    """The value as indented JSON; what could steer a terminal is escaped, so that every quote stays exact."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(char if plain(char) else json.dumps(char)[1:-1] for char in text)


def footnotes(answer: Answer) -> list[str]:
    """The lines under an answer: its footnotes, or the nearest articles when it abstains, then notices."""
    lines = [line for citation in answer.citations for line in _footnote(citation)]
    if answer.told_in:
        lines.append(f"Told {answer.told_in}.")
    if answer.abstained:
        lines += [f"Why: {REASONS.get(answer.reason, answer.reason)}."]
        lines += [f"Nearest: {plain(near.title)} ({plain(near.source)})" for near in answer.nearest[:3]]
    lines += [
        f"Unsupported: {plain(claim.text)} ({plain(claim.why)})"
        for claim in answer.claims
        if claim.verdict == "unsupported"
    ]
    return lines


def receipt(answer: Answer) -> str:
    """The chat model of an answer, its tokens, the seconds, and the cost where prices are set."""
    tokens = f"{answer.usage.input_tokens:,} + {answer.usage.output_tokens:,} tokens"
    cost = f", cost {answer.cost:.{4 if answer.cost >= 0.01 else 6}f}" if answer.cost is not None else ""
    return f"{plain(answer.model)}, {tokens}, {answer.seconds:.1f} s{cost}"


def passage_lines(passages: Sequence[Passage]) -> list[str]:
    """Passages as a numbered list with their places."""
    lines = []
    for rank, passage in enumerate(passages, start=1):
        chunk = passage.chunk
        lines += [f"{rank}. {plain(chunk.title)} ({plain(chunk.source)}, characters {chunk.start}-{chunk.end})"]
        lines += [f"   {one_line(chunk.text)}"]
    return lines


def report_lines(report: IndexReport) -> list[str]:
    """What a sync did, a line for each skipped file and each notice."""
    lines = [f"{counts(report)}; {report.chunks} chunks, {report.seconds:.1f} s"]
    lines += cut([f"skipped {plain(skip.path)}: {plain(skip.why)}" for skip in report.skipped])
    return lines + [f"note: {plain(notice)}" for notice in report.notices]


def counts(report: IndexReport) -> str:
    """How many articles came, changed, went and stayed."""
    return f"{report.added} added, {report.replaced} replaced, {report.removed} removed, {report.unchanged} unchanged"


def cut(lines: Sequence[str], *, most: int = _MOST_LINES) -> list[str]:
    """The first of many lines, and how many more there are."""
    return [*lines[:most], f"… and {len(lines) - most:,} more"] if len(lines) > most else list(lines)


def _footnote(citation: Citation) -> list[str]:
    day = shown_day(citation.published, citation.precision)
    about = ", ".join(filter(None, [citation.outlet, day]))
    title = plain(citation.title) + (f" ({plain(about)})" if about else "")
    page = f", page {citation.page}" if citation.page else ""
    place = f"{plain(citation.source)}{page}, characters {citation.start}-{citation.end}"
    lines = [f"[{citation.number}] {title}", f"    {place}"]
    if citation.copies:
        lines.append(f"    also in {', '.join(map(plain, cut(citation.copies, most=_MOST_COPIES)))}")
    return [*lines, f"    “{one_line(citation.quote)}”"]
