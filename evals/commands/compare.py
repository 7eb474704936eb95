"""`python -m evals compare BEFORE AFTER`: what another model, setting or commit changes, and whether it is chance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evals.commands.options import console
from evals.pairing import Comparison, compare
from evals.saved import SavedRun, load_run
from vectorstore.errors import DatasetError

ReportArgument = Annotated[Path, typer.Argument(help="A report of --json, or a baseline.", show_default=False)]


def compare_runs(before: ReportArgument, after: ReportArgument) -> None:
    """Compare two runs over the same articles: wins, losses, changed answers and citations, with a paired test."""
    from evals.report.terminal import print_changes, print_differences

    old, new = load_run(before), load_run(after)
    if old.corpus_fingerprint != new.corpus_fingerprint:
        raise DatasetError(after, 0, f"is of other articles than {before}; runs over the same ones can be compared")
    page, found = console(), compare(old, new)
    for name, run in (("before", old), ("after", new)):
        page.print(_named(name, run))
    print_differences(found, page)
    _print_versions(found, page)
    print_changes(found, page)
    counts = f"{len(found.won)} won, {len(found.lost)} lost, {len(found.changed)} otherwise changed"
    page.print(f"\n{len(found.pairs)} examples compared: {counts}.")


def _named(name: str, run: SavedRun) -> str:
    commit = f", commit {run.revision}" if run.revision else ""
    return f"{name}: {run.model}, settings {run.settings_fingerprint}{commit}, {len(run.rows)} examples"


def _print_versions(found: Comparison, page: Console) -> None:
    old, new = found.before.versions, found.after.versions
    for package in sorted({*old, *new}):
        if old.get(package) != new.get(package):
            page.print(f"{package}: {old.get(package, 'none')} before, {new.get(package, 'none')} after")
