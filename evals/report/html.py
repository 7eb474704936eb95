"""The report as one page that needs nothing beside itself: figures, plots, tables, changes, and every example.

Whatever articles, questions and models say is text there and nothing else: the template escapes it, and a policy in
the page allows no script but the page's own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evals.estimates import Estimate
from evals.examples import AbstainReason
from evals.report import Report
from evals.report.cards import OUTCOMES, cards
from evals.report.changes import change_groups, minus
from evals.report.figures import facts, tiles
from evals.report.plots import (
    calibration_plot,
    latency_plot,
    outcome_bar,
    risk_coverage_plot,
    thresholds_plot,
    types_plot,
)
from evals.report.tables import (
    PART_METRICS,
    knows_what_was_left,
    metric_groups,
    part_groups,
    point_of,
    setting_lines,
    type_bars,
)
from evals.scoring import K
from qa.types import Reason

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER: Final = Path(__file__).parent
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_STANDARD_NAMES: Final = {"f1": "F1", "mrr": "MRR", f"ndcg@{K}": f"nDCG@{K}", "aurc": "AURC"}
_REASONS: Final[Mapping[Reason, str]] = {
    "": "it gives no reason",
    "not_in_corpus": "no article speaks of this",
    "fact_missing": "the articles speak of it, and do not tell this",
    "unsupported": "nothing that it would have said is supported",
    "model_failed": "the model failed",
}
_ABSTAIN_REASONS: Final[Mapping[AbstainReason, str]] = {
    "out_of_domain": "the articles are about something else",
    "near_miss": "the articles speak of it, and do not tell this",
    "false_premise": "the question takes for granted what is not so",
    "outside_dates": "it happened before or after the articles",
}


@dataclass(frozen=True, slots=True)
class _Plots:
    """All plots of the page, each as markup."""

    outcomes: str
    types: str
    risk: str
    calibration: str
    thresholds: str
    latency: str


def to_html(report: Report) -> str:
    """The whole page; the same report gives the same page."""
    style, script = (_read(name) for name in ("page.css", "page.js"))
    template = _environment().get_template("page.html")
    page = template.render(
        report=report,
        style=style,
        script=script,
        style_hash=_hash_of(style),
        script_hash=_hash_of(script),
        outcomes=OUTCOMES,
        counts=_counts(report),
        facts=list(facts(report)),
        tiles=list(tiles(report)),
        plots=_plots(report),
        point=point_of(report.run),
        all_attempts=knows_what_was_left(report),
        settings=setting_lines(report) if knows_what_was_left(report) else (),
        metric_groups=list(metric_groups(report)),
        part_groups=list(part_groups(report)),
        part_metrics=PART_METRICS,
        change_groups=change_groups(report.comparison) if report.comparison else (),
        cards=cards(report),
        notices=_notices(report),
        reasons=_REASONS,
        abstain_reasons=_ABSTAIN_REASONS,
    )
    return _UNSHOWABLE.sub("\ufffd", page)


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"fixed": _fixed, "percent": _percent, "plain": _plain, "words": _words}
    return environment


def _plots(report: Report) -> _Plots:
    attempts, run = report.attempts, report.run
    points = {name: point_of(other.run) for name, other in report.references.items()}
    others = {name: point for name, point in points.items() if point}
    whole = knows_what_was_left(report)
    return _Plots(
        outcome_bar(_counts(report)),
        types_plot(type_bars(report)),
        risk_coverage_plot(attempts, point_of(run) if whole else None, others if whole else {}),
        calibration_plot(attempts),
        thresholds_plot(attempts, report.about.abstain_below) if whole else "",
        latency_plot([row.seconds for row in run.rows]),
    )


def _counts(report: Report) -> Mapping[str, int]:
    found = Counter(row.outcome for row in report.run.rows)
    return {name: found[name] for name in reversed(list(OUTCOMES))}


def _notices(report: Report) -> tuple[str, ...]:
    """What users were told beside the answers, each once."""
    return tuple(dict.fromkeys(notice for row in report.run.rows if row.answer for notice in row.answer.notices))


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash_of(text: str) -> str:
    """What the page's policy names a style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _fixed(value: Estimate | float | None, digits: int = 3) -> str:
    number = value.value if isinstance(value, Estimate) else value
    return "–" if number is None else minus(f"{number:.{digits}f}")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}\u202f%"


def _plain(number: float) -> str:
    """A number as people write it, with all its digits."""
    return f"{number:,.15g}"


def _words(name: str) -> str:
    """A name as people say it."""
    return _STANDARD_NAMES.get(name) or name.replace("_", " ")
