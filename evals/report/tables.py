"""The tables: every metric, splits and types, and what other thresholds would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evals.curves import Setting, settings_of
from evals.estimates import Estimate, estimate
from evals.measures import MEASURES
from evals.report import Report
from evals.report.changes import Change, change_of
from evals.report.figures import broken_kinds
from evals.report.plots import Bar, Point
from evals.runner import Row, Run
from evals.scoring import METRICS, K

_GROUPS: Final = {
    "Answers": ("right_with_citation", "right", "utility", "exact_match", "f1", "conflict_surfaced"),
    "Footnotes": (
        "citation_precision", "citation_recall", "evidence_coverage", "source_accuracy", "quote_fidelity",
        "dangling_marks",
    ),
    "Abstention": ("abstention_recall", "abstention_precision", "false_answer_rate", "over_abstention"),
    "Passages": (f"hit@{K}", "hit@1", f"recall@{K}", "mrr", f"ndcg@{K}"),
    "Confidence, and the same again": tuple(MEASURES),
}  # fmt: skip
PART_METRICS: Final = ("citation_precision", f"hit@{K}", "over_abstention", "abstention_recall")
"""Shown for each split and type, beside the share that is right."""
_Found = Mapping[str, Estimate | None]
_THRESHOLDS: Final = tuple(step / 20 for step in range(20))


@dataclass(frozen=True, slots=True)
class MetricLine:
    """A metric of the run, of its baseline, and of the reference answerers."""

    name: str
    over: str
    found: Estimate | None
    bound: str
    broken: frozenset[str]
    """The kinds of rule that it does not keep."""
    before: float | None
    change: Change | None
    chance: float | None
    others: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True)
class MetricGroup:
    """Metrics of the same kind."""

    name: str
    lines: tuple[MetricLine, ...]


@dataclass(frozen=True, slots=True)
class PartLine:
    """A split or a type: how many are right, of each answerer, and the metrics of the run."""

    name: str
    n: int
    right: float
    before: float | None
    others: tuple[float, ...]
    """Of the reference answerers."""
    metrics: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True)
class PartGroup:
    """The splits, or the types."""

    name: str
    lines: tuple[PartLine, ...]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """What a threshold on confidence would give."""

    setting: Setting
    is_present: bool


def metric_groups(report: Report) -> Iterator[MetricGroup]:
    """All metrics and measures by what they are about; a new one stands in a last group until it is put in its own."""
    told = {**METRICS, **MEASURES}
    grouped = {name for names in _GROUPS.values() for name in names}
    groups = {**_GROUPS, "Others": tuple(name for name in told if name not in grouped)}
    answerers = [{**one.run.summary(), **one.measures} for one in (report.own, *report.references.values())]
    for title, names in groups.items():
        lines = tuple(_metric_line(name, told[name], report, answerers=answerers) for name in names if name in told)
        if lines:
            yield MetricGroup(title, lines)


def part_groups(report: Report) -> Iterator[PartGroup]:
    """The splits, then the types."""
    for title, named in (("Splits", Run.by_split), ("Types", Run.by_type)):
        others = [named(measured.run) for measured in report.references.values()]
        lines = (_part_line(name, part, report, others=others) for name, part in named(report.run).items())
        yield PartGroup(title, tuple(lines))


def type_bars(report: Report) -> tuple[Bar, ...]:
    """How many are right of each type, best first."""
    bars = []
    for name, part in report.run.by_type().items():
        found = estimate([float(row.right) for row in part.rows])
        if found:
            bars.append(Bar(name.replace("_", " "), found, _share_before(report, part)))
    return tuple(sorted(bars, key=lambda bar: -bar.found.value))


def point_of(run: Run) -> Point | None:
    """Where an answerer stands between answering all and answering nothing; None of nothing answered."""
    answered = [row for row in run.rows if _answered(row)]
    if not answered:
        return None
    wrong = sum(not (row.example.answerable and row.right) for row in answered)
    return Point(len(answered) / len(run.rows), wrong / len(answered))


def knows_what_was_left(report: Report) -> bool:
    """Whether the attempts hold every question, also those that were left."""
    return bool(report.attempts) and len(report.attempts) >= len(report.run.rows) - len(report.run.failed)


def setting_lines(report: Report) -> tuple[SettingLine, ...]:
    """A threshold every five hundredths, the present one among them."""
    present = report.about.abstain_below
    lines = [SettingLine(one, is_present=False) for one in settings_of(report.attempts, _THRESHOLDS)]
    if present is not None:
        lines += [SettingLine(one, is_present=True) for one in settings_of(report.attempts, [present])]
    return tuple(sorted(lines, key=lambda line: line.setting.abstain_below))


def _metric_line(name: str, over: str, report: Report, *, answerers: Sequence[_Found]) -> MetricLine:
    own, *others = (found.get(name) for found in answerers)
    differences = report.comparison.differences if report.comparison else ()
    difference = next((one for one in differences if one.metric == name), None)
    return MetricLine(
        name,
        over,
        own,
        report.rules.bound(name),
        broken_kinds(report, name),
        difference.before if difference else None,
        change_of(difference, points=False, chance=report.rules.chance),
        difference.chance if difference else None,
        tuple(others),
    )


def _part_line(name: str, part: Run, report: Report, *, others: Sequence[Mapping[str, Run]]) -> PartLine:
    summary = part.summary()
    return PartLine(
        name,
        len(part.rows),
        _share(part),
        _share_before(report, part),
        tuple(_share(other[name]) for other in others),
        tuple(summary[metric] for metric in PART_METRICS),
    )


def _share(part: Run) -> float:
    return sum(row.right for row in part.rows) / len(part.rows)


def _share_before(report: Report, part: Run) -> float | None:
    """Of the same examples in the baseline, as far as it holds them."""
    pairs = {pair.after.id: pair for pair in (report.comparison.pairs if report.comparison else ())}
    held = [pairs[row.example.id].before.right for row in part.rows if row.example.id in pairs]
    return sum(held) / len(held) if held else None


def _answered(row: Row) -> bool:
    return row.answer is not None and not row.error and not row.answer.abstained
