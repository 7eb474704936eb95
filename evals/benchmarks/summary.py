"""Rows of a benchmark as figures, each with the number of questions behind it and its 95 % interval."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

from evals.benchmarks.results import SCHEMA_VERSION, Header, Results, Row
from evals.estimates import Estimate, estimate, percentile


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_Identified)
Progress = Callable[[int, int], None]
"""Told after each question: how many are done, of how many."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its name; no estimate where it applies to no question."""

    name: str
    measured: Estimate | None
    threshold: float | None = None
    """For a figure at the best threshold: this one."""


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of one run."""

    name: str
    header: Header
    questions: int
    failed: int
    counts: Mapping[str, int]
    """What else there is to know of the set and the run, in numbers."""
    figures: tuple[Figure, ...]
    seconds_p50: float
    seconds_p95: float

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}


def summarised(
    name: str, header: Header, rows: Sequence[Row], *, figures: Sequence[Figure], counts: Mapping[str, int]
) -> Summary:
    """The figures with what every kind of benchmark tells beside them."""
    failed = [row for row in rows if row.error]
    seconds = [row.seconds for row in rows if not row.error]
    fast, slow = (round(percentile(seconds, percent), 6) for percent in (50, 95))
    return Summary(name, header, len(rows), len(failed), dict(counts), tuple(figures), fast, slow)


def mean_of(rows: Iterable[Row], metric: str) -> Figure:
    """The mean of a metric over the rows to which it applies."""
    return Figure(metric, estimate([row.scores.get(metric) for row in rows]))


def shuffled(items: Iterable[Item], *, limit: int | None) -> list[Item]:
    """The items in an order that hangs on their ids alone: the first N are a fair sample, and always the same."""
    order = sorted(items, key=lambda item: hashlib.sha256(item.id.encode("utf-8", "surrogatepass")).digest())
    return order[:limit]


def ask_all(
    items: Sequence[Item],
    asked: Callable[[Sequence[Item]], Iterable[Row]],
    results: Results,
    *,
    progress: Progress | None = None,
) -> list[Row]:
    """Ask what is not done yet, keep each row as soon as it is there, and give the rows of all items."""
    pending = [item for item in items if not results.is_done(item.id)]
    for done, row in enumerate(asked(pending), len(items) - len(pending) + 1):
        results.add(row)
        if progress:
            progress(done, len(items))
    return [results.rows[item.id] for item in items]
