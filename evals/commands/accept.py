"""`python -m evals accept`: make the present answers the baseline, and show what that changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.options import CorpusOption, QuestionsOption, console, progress_bar, settings_for
from evals.examples import QUESTIONS_DIR


def accept(
    corpus: CorpusOption = None,
    questions: QuestionsOption = QUESTIONS_DIR,
    *,
    baseline: Annotated[Path | None, typer.Option(help="File to write (default: baseline.json of the set).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, write nothing.")] = False,
) -> None:
    """Ask everything and keep it as the baseline; exit status 1, and nothing written, when a promise is broken."""
    from evals.report.terminal import print_changes, print_differences
    from evals.saved import save, write_run
    from evals.suite import BASELINE_FILE, measure, prepare

    target = baseline or questions / BASELINE_FILE
    there = baseline if baseline and baseline.exists() else None
    job = prepare(settings_for(corpus), questions, baseline=there, renewing=True)
    with progress_bar("asking") as progress:
        report = measure(job, progress=progress)
    page = console()
    if report.comparison:
        print_differences(report.comparison, page)
        print_changes(report.comparison, page)
    elif report.note:
        page.print(report.note)
    broken = [breach for breach in report.breaches if breach.kind == "promise"]
    for breach in broken:
        page.print(f"{breach.kind}: {breach.why}", style="red")
    if broken:
        page.print("A promise is broken, so the baseline stays as it is.")
        raise typer.Exit(1)
    if dry_run:
        page.print(f"{target} would hold {len(report.run.rows)} examples.")
        return
    write_run(save(report.run, report.about), target)
    page.print(f"{target} now holds {len(report.run.rows)} examples; commit it with the change that made it.")
