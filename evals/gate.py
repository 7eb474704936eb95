"""The gate: what a run must keep to pass, in three parts.

Promises hold for every run, and no file can lower them: each quote is exact, each mark has its footnote, the same
question gets the same answer, the question set is clean, nothing failed. Floors are values that metrics must reach.
And nothing may get worse than in the baseline, beyond what chance explains on the same examples.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from evals.estimates import Estimate
from evals.pairing import Comparison
from evals.runner import Run
from evals.scoring import METRICS
from vectorstore.errors import DatasetError

DEFAULT_COMPARED: Final = (
    "right", "right_with_citation", "utility", "citation_precision", "citation_recall", "evidence_coverage",
    "abstention_recall", "over_abstention", "hit@5", "ndcg@5",
)  # fmt: skip
PROMISES: Final[Mapping[str, float]] = {"quote_fidelity": 1.0, "dangling_marks": 0.0}
"""Metrics of which every example must have exactly this value."""


class Threshold(BaseModel):
    """The lowest or highest mean that a metric may have; `why` is for who reads the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    why: str = ""

    @field_validator("metric")
    @classmethod
    def _known(cls, name: str) -> str:
        return _metric(name)

    @model_validator(mode="after")
    def _one_bound(self) -> Threshold:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        return self

    def allows(self, value: float) -> bool:
        """Whether the value is on the right side."""
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)

    @property
    def bound(self) -> str:
        """The condition as a reader writes it."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


class Rules(BaseModel):
    """What a question set demands of a run, beside the promises."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: tuple[Threshold, ...] = ()
    compared: tuple[str, ...] = DEFAULT_COMPARED
    """Metrics that may not get worse than in the baseline."""
    chance: float = Field(default=0.05, gt=0.0, lt=0.5)
    """A loss that chance alone gives more rarely than this is held to be real."""

    @field_validator("compared")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_metric(name) for name in names)

    def bound(self, metric: str) -> str:
        """What the metric must be, as a reader writes it; empty: anything."""
        if metric in PROMISES:
            return f"= {PROMISES[metric]:g}"
        return " and ".join(one.bound for one in self.threshold if one.metric == metric)


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that a run did not keep, in one line."""

    rule: str
    """The metric, or `failed`, `determinism`, `questions`."""
    kind: Literal["promise", "floor", "baseline"]
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the gate looks at beside the run itself."""

    problems: Sequence[str] = ()
    """What the linter says of the question set."""
    differing: Sequence[str] = ()
    """Ids of examples that were answered otherwise when asked again."""
    comparison: Comparison | None = None
    """With the baseline, when there is one for this model."""


def load_rules(path: Path) -> Rules:
    """Read the rules of a question set; raises DatasetError. No file: no floors, and DEFAULT_COMPARED."""
    if not path.exists():
        return Rules()
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise DatasetError(path, 0, f"{place}: {problem['msg'].removeprefix('Value error, ')}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetError(path, 0, f"is not a file of rules: {error}") from error


def breaches(run: Run, rules: Rules, evidence: Evidence) -> tuple[Breach, ...]:
    """Everything that the run does not keep; a metric that applies to no example is kept."""
    summary = run.summary()
    return (*_promises(run, summary, evidence), *_floors(summary, rules), *_losses(rules, evidence.comparison))


def _promises(run: Run, summary: Mapping[str, Estimate | None], evidence: Evidence) -> Iterator[Breach]:
    if evidence.problems:
        others = f" (and {len(evidence.problems) - 1} more; `python -m evals lint`)" if evidence.problems[1:] else ""
        yield Breach("questions", "promise", evidence.problems[0] + others)
    if run.failed:
        first = run.failed[0]
        why = f"{len(run.failed)} of {len(run.rows)} examples failed; {first.example.id}: {first.error}"
        yield Breach("failed", "promise", why)
    if evidence.differing:
        why = f"{len(evidence.differing)} examples came out otherwise when asked again: {_some(evidence.differing)}"
        yield Breach("determinism", "promise", why)
    for metric, wanted in PROMISES.items():
        found = summary[metric]
        if found and found.value != wanted:
            guilty = [row.example.id for row in run.rows if row.scores[metric] not in (None, wanted)]
            why = f"{metric} is {found.value:.3f}, must be {wanted:g}: {_some(guilty)}"
            yield Breach(metric, "promise", why)


def _floors(summary: Mapping[str, Estimate | None], rules: Rules) -> Iterator[Breach]:
    for threshold in rules.threshold:
        found = summary[threshold.metric]
        if found and not threshold.allows(found.value):
            why = f"{threshold.metric} is {found.value:.3f} (n = {found.n}), must be {threshold.bound}"
            yield Breach(threshold.metric, "floor", why)


def _losses(rules: Rules, comparison: Comparison | None) -> Iterator[Breach]:
    for found in comparison.differences if comparison else ():
        if found.metric in rules.compared and found.chance < rules.chance:
            why = (
                f"{found.metric} fell behind the baseline, {found.before:.3f} to {found.after:.3f}: {found.worse} "
                f"examples lost, {found.better} gained; chance alone does that in {found.chance:.1%} of cases"
            )
            yield Breach(found.metric, "baseline", why)


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" …" if ids[5:] else "")


def _metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"unknown metric {name!r}")
    return name
