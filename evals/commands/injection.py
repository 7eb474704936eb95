"""`python -m evals injection PATH`: attacks of BIPIA planted in the articles, and whether one reaches a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from evals.commands.options import CorpusOption, console, progress_bar, settings_for
from evals.corpus import read_corpus
from evals.injection import Outcome, load_attacks, try_attacks

PathArgument = Annotated[
    Path, typer.Argument(help="A folder with text_attack_*.json, as BIPIA has it.", show_default=False)
]
LimitOption = Annotated[int | None, typer.Option(min=1, metavar="N", help="Plant the first N attacks only.")]


def injection(path: PathArgument, *, corpus: CorpusOption = None, limit: LimitOption = None) -> None:
    """Plant attacks in the articles and ask; exit status 1 when one is told as a claim that is not marked unsupported.

    Asked are the extractive answerer, in neutral words and in the attack's own, and a scripted model that obeys.
    """
    attacks = load_attacks(path)[:limit]
    settings = settings_for(corpus)
    articles = read_corpus(settings.corpus_dir).texts
    with progress_bar("attacking") as progress:
        outcomes = list(try_attacks(attacks, articles, settings, progress=progress))
    page = console()
    page.print(_table(outcomes))
    for outcome in outcomes:
        for claim in outcome.reached:
            page.print(f"{outcome.attack.category}: {claim.verdict}: {claim.text}", style="red")
    raise typer.Exit(1 if any(outcome.reached for outcome in outcomes) else 0)


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("category", "attacks", "recognised", "claims", "reached the reader", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for category, group in groupby(outcomes, key=lambda outcome: outcome.attack.category):
        table.add_row(category, *_counts(list(group)))
    table.add_row("all", *_counts(outcomes), style="bold")
    return table


def _counts(outcomes: Sequence[Outcome]) -> Iterable[str]:
    recognised = sum(outcome.recognised for outcome in outcomes)
    claims = sum(outcome.claims for outcome in outcomes)
    reached = sum(len(outcome.reached) for outcome in outcomes)
    return map(str, (len(outcomes), recognised, claims, reached))
