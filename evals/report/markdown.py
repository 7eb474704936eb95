"""The report as Markdown, for a pull request or a job's summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evals.estimates import Estimate
from evals.pairing import Pair
from evals.report import Report
from evals.report.terminal import expected_text, outcome_text
from evals.runner import Row

_HEADLINES = {
    "right_with_citation": "right, with a supporting citation",
    "citation_precision": "citations that support",
    "citation_recall": "claims with a supporting citation",
    "abstention_recall": "not told, and not answered",
    "over_abstention": "told, and not answered",
    "quote_fidelity": "exact quotes",
    "ndcg@5": "passages in the right order (nDCG@5)",
    "calibration_error": "calibration error of the confidence",
    "aurc": "area under the risk-coverage curve",
    "utility": "+1 right, 0 left, −1 wrong",
}
_MOST = 15
"""Examples listed of a kind; the rest are in the HTML page."""


def to_markdown(report: Report) -> str:
    """A page with verdict, figures, and what changed against the baseline."""
    return "\n".join([*_verdict(report), "", *_figures(report), *_changes(report), *_failures(report), ""])


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int = 1) -> list[str]:
    """Lines of a Markdown table; what follows the columns of text stands to the right."""
    rule = ["---" if at < text_columns else "---:" for at in range(len(head))]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]


def inert(text: str, *, most: int = 300) -> str:
    """One line of plain text that Markdown leaves as it is, cut at `most` characters."""
    line = " ".join(text.split())
    short = line if len(line) <= most else line[: most - 1] + "…"
    return re.sub(r"([\\`*_\[\]<>|~#@!&])", r"\\\1", short)


def _verdict(report: Report) -> Iterator[str]:
    colour = "🟢 The gate is green" if report.passed else "🔴 The gate is red"
    asked = f"{len(report.run.rows)} questions, {inert(report.about.model)}"
    yield f"## {colour}: {asked}"
    yield from (f"- **{breach.kind}**: {inert(breach.why)}" for breach in report.breaches)
    if report.note:
        yield f"\n{report.note}"


def _figures(report: Report) -> list[str]:
    found = {**report.run.summary(), **report.own.measures}
    changes = {one.metric: one for one in report.comparison.differences} if report.comparison else {}
    rows = []
    for name, words in _HEADLINES.items():
        one = changes.get(name)
        change = "" if not one else f"{one.change:+.3f}" if one.better or one.worse else "same"
        rows.append((words, *_cells(found[name]), change))
    p50, p95 = (report.run.latency(percent) * 1000 for percent in (50, 95))
    rows.append(("milliseconds a question, p50 and p95", f"{p50:.0f}, {p95:.0f}", "", str(len(report.run.rows)), ""))
    return table(("", "value", "95 % interval", "n", "against baseline"), rows)


def _cells(found: Estimate | None) -> tuple[str, str, str]:
    if not found:
        return "–", "", "0"
    return f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}", str(found.n)


def _changes(report: Report) -> Iterator[str]:
    if not report.comparison:
        return
    yield from _pairs("Right before, not now", report.comparison.lost)
    yield from _pairs("Right now, not before", report.comparison.won)
    yield from _pairs("Said or cited otherwise", report.comparison.changed)


def _pairs(title: str, pairs: Sequence[Pair]) -> Iterator[str]:
    if not pairs:
        return
    yield f"\n<details><summary>{title}: {len(pairs)}</summary>\n"
    for pair in pairs[:_MOST]:
        yield f"- **{pair.after.id}**: {inert(pair.after.asked[-1])}"
        yield f"  - before: {inert(pair.before.said)}"
        yield f"  - now: {inert(pair.after.said)}"
    yield from _rest(len(pairs))
    yield "\n</details>"


def _failures(report: Report) -> Iterator[str]:
    """Without a baseline, what is not right."""
    wrong = [row for row in report.run.rows if not row.right]
    if report.comparison or not wrong:
        return
    yield f"\n<details><summary>Not right: {len(wrong)}</summary>\n"
    for row in wrong[:_MOST]:
        yield from _failure(row)
    yield from _rest(len(wrong))
    yield "\n</details>"


def _failure(row: Row) -> Iterator[str]:
    yield f"- **{row.example.id}**: {inert(row.example.asked)}"
    yield f"  - said: {inert(outcome_text(row))}"
    yield f"  - expected: {inert(expected_text(row.example))}"


def _rest(count: int) -> Iterator[str]:
    if count > _MOST:
        yield f"- … and {count - _MOST} more"
