"""The gate: which values of which metrics a run must reach, read from one small file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from evals.estimates import Estimate
from evals.runner import Run
from evals.scoring import METRICS
from vectorstore.errors import DatasetError

THRESHOLDS_FILE = Path(__file__).parent / "thresholds.toml"


class Threshold(BaseModel):
    """The lowest or highest mean that a metric may have; `why` is for who reads the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str
    kind: Literal["hard", "soft"]
    at_least: float | None = None
    at_most: float | None = None
    why: str = ""

    @field_validator("metric")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in METRICS:
            raise ValueError(f"unknown metric {name!r}")
        return name

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


@dataclass(frozen=True, slots=True)
class Breach:
    """A threshold that a run did not keep, in one line."""

    metric: str
    kind: str
    why: str


def load_thresholds(path: Path = THRESHOLDS_FILE) -> tuple[Threshold, ...]:
    """Read the thresholds; raises DatasetError."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["threshold"]
        return tuple(Threshold.model_validate(row) for row in rows)
    except ValidationError as error:
        problem = error.errors()[0]
        raise DatasetError(path, 0, f"{problem['input']}: {problem['msg']}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DatasetError(path, 0, f"is not a list of [[threshold]] tables: {error}") from error


def breaches(run: Run, thresholds: Sequence[Threshold]) -> tuple[Breach, ...]:
    """Every threshold that the run does not keep; one whose metric applies to no row is kept."""
    return (*_failures(run), *_below(run.summary(), thresholds))


def _failures(run: Run) -> Iterator[Breach]:
    if run.failed:
        yield Breach("failed", "hard", f"{len(run.failed)} of {len(run.rows)} examples raised an error")


def _below(summary: Mapping[str, Estimate | None], thresholds: Sequence[Threshold]) -> Iterator[Breach]:
    for threshold in thresholds:
        found = summary[threshold.metric]
        if found and not threshold.allows(found.value):
            why = f"{threshold.metric} is {found.value:.3f} (n = {found.n}), must be {threshold.bound}"
            yield Breach(threshold.metric, threshold.kind, why)
