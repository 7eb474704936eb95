"""The plots of the page, each one inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from evals.curves import Attempt, calibration, risk_coverage, settings_of
from evals.estimates import Estimate, percentile
from evals.report import svg
from evals.report.svg import Plane, Scale

_BIN_RADIUS = 15.0
"""Of the fullest bin of the calibration plot."""
_ROW = 29
_NAMES = 126
_SHORTEST_SECONDS = 1e-4
_LATENCY_BINS = 24
_ROUND_TIMES = [factor * 10.0**power for power in range(-4, 8) for factor in (1, 2, 5)]


@dataclass(frozen=True, slots=True)
class Point:
    """An answerer as it is set: the share it answers, and the share of those that is wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A share with its interval, and what it was in the baseline."""

    name: str
    found: Estimate
    before: float | None = None


def risk_coverage_plot(attempts: Sequence[Attempt], now: Point | None, others: Mapping[str, Point]) -> str:
    """The curve of all thresholds, where the present one stands on it, and other answerers."""
    told = f"As it is set, it answers {now.coverage:.0%}, and {now.risk:.0%} of that is wrong." if now else ""
    root = svg.picture("risk", title="Risk against coverage", told=told)
    plane = svg.shares(root, across="questions answered, surest first", up="of those, wrong")
    curve = [(plane.x.at(spot.coverage), plane.y.at(spot.risk)) for spot in risk_coverage(attempts)]
    if curve:
        floor = plane.y.start
        svg.polyline(root, [(curve[0][0], floor), *curve, (curve[-1][0], floor)], kind="area")
        svg.polyline(root, curve, kind="curve")
    for name, point in others.items():
        _named_point(plane, name, point, kind="other")
    if now:
        _named_point(plane, "as it is set", now, kind="now")
    return svg.markup(root)


def _named_point(plane: Plane, name: str, point: Point, *, kind: str) -> None:
    x, y = plane.place(point.coverage, point.risk)
    told = f"{name}: {point.coverage:.0%} answered, {point.risk:.0%} of those wrong"
    svg.dot(plane.root, (x, y), kind=kind, radius=5 if kind == "now" else 4, told=told)
    above = -9 if y > svg.TOP + 12 else 16
    anchor = "end" if x > svg.WIDTH / 2 else "start"
    svg.label(plane.root, name, (x + (4 if anchor == "end" else -4), y + above), kind=f"{kind}-name", anchor=anchor)


def calibration_plot(attempts: Sequence[Attempt]) -> str:
    """How often answers of some confidence are right; a circle's area is the number of answers."""
    bins = calibration(attempts)
    parts = [f"{one.confidence:.0%} sure, {one.right:.0%} right, {one.n} answers" for one in bins]
    root = svg.picture("calibration", title="Confidence against right answers", told="; ".join(parts))
    plane = svg.shares(root, across="confidence", up="right")
    svg.line(root, plane.place(0, 0), plane.place(1, 1), kind="ideal")
    most = max((one.n for one in bins), default=1)
    for one, told in zip(bins, parts, strict=True):
        place = plane.place(one.confidence, one.right)
        svg.line(root, plane.place(one.confidence, one.confidence), place, kind="gap")
        radius = max(_BIN_RADIUS * math.sqrt(one.n / most), 2.5)
        svg.dot(root, place, kind="bin", radius=radius, told=told)
        below = place[1] - radius - 5 < svg.TOP
        height = place[1] + radius + 13 if below else place[1] - radius - 4
        svg.label(root, str(one.n), (place[0], round(height, 1)), kind="count", anchor="middle")
    return svg.markup(root)


def thresholds_plot(attempts: Sequence[Attempt], now: float | None) -> str:
    """What each threshold on confidence would give; a line where the present one is."""
    found = settings_of(attempts, [step / 50 for step in range(51)])
    root = svg.picture(
        "thresholds", title="What another threshold would give", told="The same as figures is in the table."
    )
    plane = svg.shares(root, across="abstain below this confidence", up="")
    lines = {
        "right": [plane.place(one.abstain_below, one.right) for one in found],
        "wrongly left": [plane.place(one.abstain_below, one.over_abstention) for one in found],
        "rightly left": [plane.place(one.abstain_below, one.abstention_recall) for one in found],
    }
    if now is not None:
        svg.line(root, plane.place(now, 0), plane.place(now, 1), kind="mark-line")
        svg.label(root, "now", (plane.x.at(now) + 4, svg.TOP + 11), kind="now-name")
    for at, (name, places) in enumerate(lines.items()):
        kind = f"series series-{at}"
        svg.polyline(root, places, kind=kind)
        svg.line(root, (4 + at * 122, 9), (26 + at * 122, 9), kind=kind)
        svg.label(root, name, (31 + at * 122, 13), kind="axis-title")
    return svg.markup(root)


def latency_plot(seconds: Sequence[float]) -> str:
    """How long the questions took, on a logarithmic axis, with p50 and p95."""
    p50, p95 = (percentile(seconds, percent) for percent in (50, 95))
    told = f"Half of the questions took up to {duration(p50)}, 95 % up to {duration(p95)}."
    root = svg.picture("latency", title="Seconds a question", told=told)
    logs = [math.log10(max(one, _SHORTEST_SECONDS)) for one in seconds]
    ticks = _round_times(logs)
    x = Scale(math.log10(ticks[0]), math.log10(ticks[-1]), svg.LEFT, svg.WIDTH - svg.RIGHT)
    counts = [0] * _LATENCY_BINS
    for one in logs:
        counts[min(int((one - x.low) / (x.high - x.low) * _LATENCY_BINS), _LATENCY_BINS - 1)] += 1
    plane = Plane(root, x, Scale(0, max(counts, default=1), svg.HEIGHT - svg.BOTTOM, svg.TOP + 16))
    svg.y_axis(plane, [(0, "0"), (plane.y.high, f"{plane.y.high:g}")], title="questions")
    svg.x_axis(plane, [(math.log10(one), duration(one)) for one in _thinned(ticks)], title="time a question took")
    _columns(plane, counts)
    _percentiles(plane, {"p50": p50, "p95": p95})
    return svg.markup(root)


def types_plot(bars: Sequence[Bar]) -> str:
    """Share of right answers for each type, with intervals, how many, and the baseline as a tick."""
    told = "; ".join(f"{bar.name}: {bar.found.value:.0%} of {bar.found.n}" for bar in bars)
    height = svg.TOP + _ROW * len(bars) + svg.BOTTOM
    root = svg.picture("types", title="Right, by type of question", told=told, height=height)
    plane = Plane(root, Scale(0, 1, _NAMES, svg.WIDTH - 40), Scale(0, len(bars) or 1, height - svg.BOTTOM, svg.TOP))
    for share in (0.0, 0.5, 1.0):
        svg.line(root, plane.place(share, 0), plane.place(share, len(bars)), kind="grid" if share else "axis")
    svg.x_axis(plane, [(share, f"{share:.0%}") for share in (0.0, 0.5, 1.0)], title="right")
    svg.label(root, "n", (svg.WIDTH - 4, 18), kind="axis-title", anchor="end")
    for at, bar in enumerate(bars):
        _type_row(plane, bar, svg.TOP + _ROW * at + _ROW / 2)
    return svg.markup(root)


def interval_bar(found: Estimate, *, low: float, before: float | None, floors: Sequence[float]) -> str:
    """A small bar from `low` to 1: the interval, the value in it, the baseline, and what must be reached."""
    root = Element("svg", {"class": "interval", "viewBox": "0 0 240 16", "aria-hidden": "true"})
    scale = Scale(low, 1, 6, 234)
    svg.line(root, (6, 8), (234, 8), kind="rail")
    for floor in floors:
        svg.line(root, (scale.at(floor), 1), (scale.at(floor), 15), kind="floor")
    svg.line(root, (scale.at(found.low), 8), (scale.at(found.high), 8), kind="range")
    if before is not None:
        svg.line(root, (scale.at(before), 2), (scale.at(before), 14), kind="before")
    svg.dot(root, (scale.at(found.value), 8), kind="value", radius=4.5)
    return svg.markup(root)


def outcome_bar(counts: Mapping[str, int]) -> str:
    """One bar of all examples, a piece for each outcome."""
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    root = Element("svg", {"class": "outcomes", "viewBox": "0 0 1000 10", "preserveAspectRatio": "none", "role": "img"})
    root.set("aria-label", told)
    total, start = sum(counts.values()) or 1, 0.0
    for name, count in counts.items():
        width = 1000 * count / total
        if count:
            svg.add(root, "rect", kind=name, x=round(start, 1), y=0, width=round(max(width - 2, 1), 1), height=10)
        start += width
    return svg.markup(root)


def duration(seconds: float) -> str:
    """A time as people write it."""
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def _type_row(plane: Plane, bar: Bar, height: float) -> None:
    root, found = plane.root, bar.found
    svg.label(root, bar.name, (_NAMES - 8, height + 4), kind="row-name", anchor="end")
    svg.line(root, (plane.x.at(found.low), height), (plane.x.at(found.high), height), kind="range")
    if bar.before is not None:
        svg.line(root, (plane.x.at(bar.before), height - 8), (plane.x.at(bar.before), height + 8), kind="before")
    told = f"{bar.name}: {found.value:.0%} right, 95 % interval {found.low:.0%} to {found.high:.0%}, n = {found.n}"
    svg.dot(root, (plane.x.at(found.value), height), kind="value", radius=4.5, told=told)
    svg.label(root, str(found.n), (svg.WIDTH - 4, height + 4), kind="count", anchor="end")


def _columns(plane: Plane, counts: Sequence[int]) -> None:
    width = (plane.x.end - plane.x.start) / len(counts)
    for at, count in enumerate(counts):
        if count:
            top, left = plane.y.at(count), round(plane.x.start + at * width + 0.5, 1)
            svg.add(
                plane.root, "rect", kind="column", x=left, y=top, width=round(width - 1, 1), height=plane.y.start - top
            )


def _percentiles(plane: Plane, marks: Mapping[str, float]) -> None:
    for at, (name, seconds) in enumerate(marks.items()):
        x = plane.x.at(math.log10(max(seconds, _SHORTEST_SECONDS)))
        svg.line(plane.root, (x, plane.y.start), (x, svg.TOP + 6), kind="mark-line")
        anchor, shift = ("end", -4) if at == 0 else ("start", 4)
        anchor, shift = ("end", -4) if x > svg.WIDTH - 90 else (anchor, shift)
        svg.label(plane.root, f"{name} {duration(seconds)}", (x + shift, svg.TOP + 2), kind="now-name", anchor=anchor)


def _round_times(logs: Sequence[float]) -> list[float]:
    """Round times from below the shortest to above the longest."""
    low, high = min(logs, default=0.0), max(logs, default=1.0)
    inside = [one for one in _ROUND_TIMES if low < math.log10(one) < high]
    below = [one for one in _ROUND_TIMES if math.log10(one) <= low][-1:]
    above = [one for one in _ROUND_TIMES if math.log10(one) >= high and one not in below][:1]
    return [*below, *inside, *above]


def _thinned(ticks: Sequence[float]) -> Iterator[float]:
    """All of a few, of many only the powers of ten."""
    few = len(ticks) <= 7
    return (one for one in ticks if few or round(math.log10(one), 6).is_integer())
