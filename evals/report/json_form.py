"""The report as JSON: every figure, every answer; what `compare` reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from evals.curves import calibration, risk_coverage
from evals.estimates import Estimate
from evals.measures import MEASURES
from evals.pairing import Comparison
from evals.report import Measured, Report
from evals.runner import Row, Run
from evals.saved import SCHEMA_VERSION, row_fields
from evals.scoring import METRICS
from qa.types import Answer

_ABOUT = ("model", "revision", "settings_fingerprint", "corpus_fingerprint", "versions")


def to_dict(report: Report) -> dict[str, Any]:
    """The report's stable JSON form; two runs differ only in `timing` and `notices`."""
    rows = [_row_dict(row) for row in report.run.rows]
    about = asdict(report.about)
    return {
        "schema_version": SCHEMA_VERSION,
        "passed": report.passed,
        "breaches": [asdict(breach) for breach in report.breaches],
        **{name: about[name] for name in _ABOUT},
        "results_fingerprint": _fingerprint(rows),
        "rules": report.rules.model_dump(mode="json", exclude_none=True),
        "metrics": {**METRICS, **MEASURES},
        "overall": _measured(report.own),
        "splits": {name: _scores(part) for name, part in report.run.by_split().items()},
        "types": {name: _scores(part) for name, part in report.run.by_type().items()},
        "references": {name: _measured(other) for name, other in report.references.items()},
        "risk_coverage": [asdict(spot) for spot in risk_coverage(report.attempts)],
        "calibration": [asdict(one) for one in calibration(report.attempts)],
        "baseline": _baseline(report.comparison) if report.comparison else None,
        "note": report.note,
        "rows": rows,
        "judgements": {name: asdict(one) for name, one in report.judgements.items()},
        "usage": usage(report),
        "notices": _notices(report.run),
        "timing": _timing(report.run),
    }


def to_json(report: Report) -> str:
    """The same as text."""
    return json.dumps(to_dict(report), ensure_ascii=False, indent=1) + "\n"


def usage(report: Report) -> dict[str, float]:
    """Tokens of the chat model's calls, all examples together, and their cost in dollars where a price is given."""
    used = [row.answer.usage for row in report.run.rows if row.answer]
    total = {"input_tokens": sum(u.input_tokens for u in used), "output_tokens": sum(u.output_tokens for u in used)}
    price = report.about.price
    if not price:
        return dict(total)
    cost = (total["input_tokens"] * price.input + total["output_tokens"] * price.output) / 1_000_000
    return {**total, "dollars": round(cost, 6)}


def _measured(measured: Measured) -> dict[str, Any]:
    return _scores(measured.run, measured.measures)


def _scores(run: Run, measures: Mapping[str, Estimate | None] | None = None) -> dict[str, Any]:
    found = {**run.summary(), **(measures or {})}
    scores = {name: asdict(one) if one else None for name, one in found.items()}
    return {"examples": len(run.rows), "failed": len(run.failed), "scores": scores}


def _row_dict(row: Row) -> dict[str, Any]:
    return {
        **row_fields(row),
        "answer": _answer(row.answer) if row.answer else None,
        "history": [asdict(turn) for turn in row.history],
        "example": row.example.model_dump(mode="json", exclude_defaults=True),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    """The answer without what differs from run to run, and with its passages by place."""
    fields = {name: value for name, value in answer.to_dict().items() if name not in {"seconds", "notices"}}
    ranked = [(passage.chunk, passage.score) for passage in answer.passages]
    places = [{"source": one.source, "start": one.start, "end": one.end, "score": score} for one, score in ranked]
    return {**fields, "passages": places}


def _baseline(comparison: Comparison) -> dict[str, Any]:
    return {
        "revision": comparison.before.revision,
        "edited": list(comparison.edited),
        "added": list(comparison.added),
        "missing": list(comparison.missing),
        "won": [pair.after.id for pair in comparison.won],
        "lost": [pair.after.id for pair in comparison.lost],
        "changed": [pair.after.id for pair in comparison.changed],
        "differences": [asdict(one) for one in comparison.differences],
    }


def _fingerprint(rows: Sequence[Mapping[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _notices(run: Run) -> list[str]:
    return list(dict.fromkeys(notice for row in run.rows if row.answer for notice in row.answer.notices))


def _timing(run: Run) -> dict[str, Any]:
    seconds = {row.example.id: round(row.seconds, 6) for row in run.rows}
    return {"p50_seconds": run.latency(50), "p95_seconds": run.latency(95), "seconds": seconds}
