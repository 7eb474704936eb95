"""A run with all that is told about it; the modules beside this one write it in different forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evals.about import About
from evals.corpus import Corpus
from evals.curves import Attempt
from evals.estimates import Estimate
from evals.gate import Breach, Rules
from evals.pairing import Comparison
from evals.runner import Run

if TYPE_CHECKING:
    from evals.judge import Judgement


@dataclass(frozen=True, slots=True)
class Measured:
    """A run with its measures."""

    run: Run
    measures: Mapping[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Report:
    """A run with all that is needed to judge and to repeat it."""

    about: About
    corpus: Corpus
    own: Measured
    references: Mapping[str, Measured]
    """Answerers of known worth over the same examples."""
    attempts: Sequence[Attempt]
    """What confidence is judged by: with abstention off, where the model could be asked so."""
    rules: Rules
    breaches: Sequence[Breach]
    comparison: Comparison | None
    """With the baseline."""
    note: str
    """What a reader should know besides: why there is no comparison with a baseline, that examples are drafts."""
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    """What a chat model thinks of the answers, by example, where one was asked to; the gate does not look."""

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.own.run

    @property
    def passed(self) -> bool:
        """Whether everything is kept."""
        return not self.breaches
