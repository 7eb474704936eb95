"""What was measured, and the headline figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evals.estimates import Estimate
from evals.gate import PROMISES, Threshold
from evals.pairing import Difference
from evals.report import Report
from evals.report.changes import Change, change_of
from evals.report.json_form import usage
from evals.report.plots import interval_bar
from evals.scoring import K

_HEADLINES: Final = {
    "right_with_citation": "Right, with a footnote that supports it",
    "citation_precision": "Footnotes that support the answer",
    "abstention_recall": "Rightly left: not told, not answered",
    "over_abstention": "Wrongly left: told, not answered",
    "quote_fidelity": "Quotes that are exact",
    f"ndcg@{K}": f"Passages in the right order (nDCG@{K})",
}
_NO_SHARES: Final = {f"ndcg@{K}"}
"""Shown as they are; the others in percent."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure."""

    label: str
    value: str
    unit: str
    interval: str
    n: int
    bar: str
    bound: str
    broken: frozenset[str]
    """The kinds of rule that it does not keep."""
    change: Change | None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to know of the run."""

    name: str
    value: str
    more: str = ""


def facts(report: Report) -> Iterator[Fact]:
    """What was measured, with what, against what."""
    about, run = report.about, report.run
    splits = ", ".join(f"{len(part.rows)} {name}" for name, part in run.by_split().items())
    changed = "with changes that are not committed" if about.revision.endswith("+") else ""
    yield Fact("Model", about.model)
    yield Fact("Questions", str(len(run.rows)), splits)
    yield Fact("Failed", str(len(run.failed)))
    yield Fact("Articles", str(len(report.corpus.texts)), f"fingerprint {about.corpus_fingerprint[:12]}")
    yield Fact("Settings", about.settings_fingerprint)
    yield Fact("Commit", about.revision.rstrip("+") or "in no repository", changed)
    if report.comparison:
        before = report.comparison.before
        yield Fact("Baseline", before.revision or before.model, f"{before.model}, {len(before.rows)} questions")
    used = usage(report)
    if used["input_tokens"] or used["output_tokens"]:
        cost = f"${used['dollars']:.4f}" if "dollars" in used else ""
        yield Fact("Tokens", f"{used['input_tokens']:,.0f} in, {used['output_tokens']:,.0f} out", cost)


def tiles(report: Report) -> Iterator[Tile]:
    """The headline figures that apply."""
    summary = report.run.summary()
    changes = {one.metric: one for one in report.comparison.differences} if report.comparison else {}
    for name in _HEADLINES:
        found = summary.get(name)
        if found:
            yield _tile(name, found, report, difference=changes.get(name))


def broken_kinds(report: Report, metric: str) -> frozenset[str]:
    """The kinds of rule that a metric does not keep."""
    return frozenset(breach.kind for breach in report.breaches if breach.rule == metric)


def _tile(name: str, found: Estimate, report: Report, *, difference: Difference | None) -> Tile:
    is_share = name not in _NO_SHARES
    value, low, high = (_shown(one, is_share=is_share) for one in (found.value, found.low, found.high))
    before = difference.before if difference else None
    bounds = (one.at_most if one.at_least is None else one.at_least for one in _thresholds(name, report))
    return Tile(
        _HEADLINES[name],
        value,
        "%" if is_share else "",
        f"{low} to {high}",
        found.n,
        interval_bar(found, low=0, before=before, floors=[one for one in bounds if one is not None]),
        _bound(name, report, is_share=is_share),
        broken_kinds(report, name),
        change_of(difference, points=is_share, chance=report.rules.chance),
    )


def _bound(name: str, report: Report, *, is_share: bool) -> str:
    """What must be reached, in the tile's own unit."""
    unit = " %" if is_share else ""
    low = (f"≥ {_shown(one.at_least, is_share=is_share)}{unit}" for one in _thresholds(name, report) if one.at_least)
    high = (f"≤ {_shown(one.at_most, is_share=is_share)}{unit}" for one in _thresholds(name, report) if one.at_most)
    promised = [f"{_shown(PROMISES[name], is_share=is_share)}{unit}"] if name in PROMISES else []
    return " and ".join([*promised, *low, *high])


def _thresholds(name: str, report: Report) -> Iterator[Threshold]:
    return (one for one in report.rules.threshold if one.metric == name)


def _shown(value: float, *, is_share: bool) -> str:
    return f"{100 * value:.1f}".removesuffix(".0") if is_share else f"{value:.3f}"
