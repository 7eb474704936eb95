"""What the speed benchmark measured, as JSON and as lines to read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

from evals.estimates import percentile
from vectorstore.embedding.onnx_model import cores

BENCHMARK_PACKAGES = {
    "langchain_chroma": "langchain-chroma>=1,<2",
    "langchain_huggingface": "langchain-huggingface>=1,<2",
    "langchain_text_splitters": "langchain-text-splitters>=1,<2",
}
"""Module -> what pip installs for it; the extra `benchmark`."""


@dataclass(frozen=True, slots=True)
class Work:
    """Articles made searchable, and the seconds it took; `tokens` are those of the chunks, overlaps counted twice."""

    articles: int
    chunks: int
    tokens: int
    seconds: float

    def __add__(self, other: Work) -> Work:
        sums = (getattr(self, name) + getattr(other, name) for name in self.__slots__)
        return Work(*sums)

    def rate(self, unit: str) -> float:
        """`articles`, `chunks` or `tokens` a second."""
        return float(getattr(self, unit)) / self.seconds


@dataclass(frozen=True, slots=True)
class Round:
    """The same files made searchable by both."""

    plain: Work
    footnote: Work

    def ratio(self, unit: str) -> float:
        """How many times as many units a second Footnote does."""
        return self.footnote.rate(unit) / self.plain.rate(unit)


@dataclass(frozen=True, slots=True)
class Later:
    """Seconds of Footnote's work in a new process over the whole index, after imports and model loading."""

    first_sync: float
    """Nothing changed; the index is checked and opened."""
    next_syncs: tuple[float, ...]
    edits: tuple[float, ...]
    """From the edit of one file to the end of the sync that holds it."""
    answers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """Everything measured in one run."""

    rounds: tuple[Round, ...]
    whole: Work
    """One sync of all files by Footnote."""
    later: Later

    @property
    def overall(self) -> Round:
        """All rounds together."""
        first, *others = self.rounds
        return Round(
            sum((one.plain for one in others), first.plain), sum((one.footnote for one in others), first.footnote)
        )


def to_dict(report: SpeedReport) -> dict[str, Any]:
    """The JSON form, with the machine and the packages that matter."""
    packages = (*BENCHMARK_PACKAGES.values(), "chromadb", "onnxruntime", "torch", "sentence-transformers")
    names = [package.partition(">")[0] for package in packages]
    ratios = {unit: report.overall.ratio(unit) for unit in ("articles", "chunks", "tokens")}
    versions = {name: version(name) for name in names}
    return {"schema_version": 1, "cores": cores(), "versions": versions, "ratios": ratios, **asdict(report)}


def to_text(report: SpeedReport) -> str:
    """A table of the rounds and a line for each later step; ratios are Footnote's rate over the plain one's."""
    heads = [f"{who} {what}" for who in ("plain", "ours") for what in ("seconds", "chunks/s", "tokens/s")]
    lines = ["".join(f"{head:>15}" for head in ("", *heads, "chunks ratio", "tokens ratio", "articles ratio"))]
    named = {**{f"round {n}": one for n, one in enumerate(report.rounds, 1)}, "overall": report.overall}
    lines += [f"{name:>15}" + "".join(f"{cell:>15}" for cell in _cells(one)) for name, one in named.items()]
    whole, later = report.whole, report.later
    summary = f"{whole.articles} articles, {whole.chunks} chunks in one sync: {whole.seconds:.2f} s"
    at_once = Round(report.overall.plain, whole)
    ratios = ", ".join(f"{unit} {at_once.ratio(unit):.2f}" for unit in ("chunks", "tokens", "articles"))
    milliseconds = [1000 * percentile(later.answers, percent) for percent in (50, 95)]
    return "\n".join(
        [
            *lines,
            f"{summary}; {ratios} times plain",
            f"unchanged: {later.first_sync:.3f} s in a new process, then {median(later.next_syncs):.3f} s",
            f"one file edited: {median(later.edits):.2f} s until the index holds it",
            f"ask(): p50 {milliseconds[0]:.0f} ms, p95 {milliseconds[1]:.0f} ms over {len(later.answers)} answers",
        ]
    )


def _cells(one: Round) -> list[str]:
    works = [
        (f"{work.seconds:.2f}", f"{work.rate('chunks'):.1f}", f"{work.rate('tokens'):.0f}")
        for work in (one.plain, one.footnote)
    ]
    return [*works[0], *works[1], *(f"{one.ratio(unit):.2f}" for unit in ("chunks", "tokens", "articles"))]
