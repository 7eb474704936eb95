"""`python -m evals`: ask all questions, report, and exit with 1 when the gate is red."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.commands.options import CorpusOption, QuestionsOption, console, progress_bar, settings_for
from evals.examples import QUESTION_TYPES, QUESTIONS_DIR, SPLITS, Example
from vectorstore.errors import UserError

if TYPE_CHECKING:
    from evals.about import Price
    from evals.report import Report
    from qa import Settings
    from qa.chat_model import ChatModel


class SplitChoice(StrEnum):
    """Which examples to run."""

    dev = "dev"
    test = "test"
    all = "all"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write the report to; None: not written."""

    json: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None
    html: Path | None = None


RulesOption = Annotated[Path | None, typer.Option(help="File of floors (default: thresholds.toml of the set).")]
BaselineOption = Annotated[Path | None, typer.Option(help="Earlier run (default: baseline.json of the set).")]
SplitOption = Annotated[SplitChoice, typer.Option(help="Run one half of the examples.")]
TypeOption = Annotated[str | None, typer.Option("--only", help="Run one type of question.", metavar="TYPE")]
OnceOption = Annotated[bool, typer.Option("--once", help="Do not ask again in a second process.")]
PriceOption = Annotated[
    tuple[float, float] | None, typer.Option(help="Dollars a million tokens in, and out.", metavar="IN OUT")
]
JudgeOption = Annotated[
    str | None, typer.Option(help="Chat model that judges the answers too; no gate.", metavar="SPEC")
]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write the report as JSON.")]
JunitOption = Annotated[Path | None, typer.Option("--junit", help="Write it as JUnit XML.")]
MarkdownOption = Annotated[Path | None, typer.Option("--markdown", help="Write a summary for a pull request.")]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="Write a page to read.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Show every answer, not only the wrong ones.")]


def evaluate(
    context: typer.Context,
    *,
    corpus: CorpusOption = None,
    questions: QuestionsOption = QUESTIONS_DIR,
    rules: RulesOption = None,
    baseline: BaselineOption = None,
    split: SplitOption = SplitChoice.all,
    only: TypeOption = None,
    once: OnceOption = False,
    price: PriceOption = None,
    judge: JudgeOption = None,
    json_: JsonOption = None,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
    html: HtmlOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Ask the questions, print the report; exit status 1 when the gate is red, 2 when something must be mended."""
    if context.invoked_subcommand:
        return
    from evals.report.terminal import print_report
    from evals.suite import measure, prepare

    settings = settings_for(corpus)
    job = prepare(settings, questions, rules=rules, baseline=baseline, once=once)
    job = replace(job, examples=_chosen(job.examples, split.value, only=only))
    job = replace(job, price=_price(price), judge=_open_judge(judge, settings) if judge else None)
    with progress_bar("asking") as progress:
        report = measure(job, progress=progress)
    print_report(report, console(), rows=[row for row in report.run.rows if verbose or not row.right])
    write(report, Outputs(json_, junit, markdown, html))
    raise typer.Exit(0 if report.passed else 1)


def _price(given: tuple[float, float] | None) -> Price | None:
    from evals.about import Price

    return Price(*given) if given else None


def _open_judge(spec: str, settings: Settings) -> ChatModel:
    from qa.chat_model import open_chat_model

    url, limit = settings.chat_base_url, settings.timeout_seconds
    return open_chat_model(spec, base_url=url, temperature=0.0, timeout_seconds=limit)


def write(report: Report, outputs: Outputs) -> None:
    """Write the report in every form that is asked for; raises UserError."""
    from evals.report.html import to_html
    from evals.report.json_form import to_json
    from evals.report.junit import to_junit
    from evals.report.markdown import to_markdown
    from evals.saved import write_text

    machines = ((outputs.json, to_json), (outputs.junit, to_junit))
    people = ((outputs.markdown, to_markdown), (outputs.html, to_html))
    for path, form in (*machines, *people):
        if path:
            write_text(path, form(report))


def _chosen(examples: Sequence[Example], split: str, *, only: str | None) -> list[Example]:
    if only is not None and only not in QUESTION_TYPES:
        nearest = difflib.get_close_matches(only, QUESTION_TYPES, n=1, cutoff=0.0)[0]
        raise UserError(f"no question type {only!r}; did you mean {nearest}?")
    halves = SPLITS if split == "all" else (split,)
    chosen = [one for one in examples if one.split in halves and (only is None or only in one.types)]
    if not chosen:
        raise UserError(f"no {split} example of type {only}; leave out --split or --only")
    return chosen
