"""`python -m evals check [PATH]`: the checker of claims, measured on pairs written by hand or on a public set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from evals.commands.options import CorpusOption, console, progress_bar, settings_for
from evals.commands.run import SplitChoice
from evals.examples import SPLITS
from evals.saved import write_text
from vectorstore.errors import UserError

if TYPE_CHECKING:
    from evals.checking.judging import JudgedPair
    from evals.checking.report import PairReport
    from evals.checking.scoring import SetFigures
    from evals.estimates import Estimate
    from qa.settings import Settings

SCHEMA_VERSION = 1

PathArgument = Annotated[
    Path | None, typer.Argument(help="A file or folder of QAGS, FEVER-symmetric, VitaminC or SICK.", show_default=False)
]
PairsOption = Annotated[Path | None, typer.Option("--pairs", help="Folder of pairs (default: those for seeds).")]
SplitOption = Annotated[SplitChoice, typer.Option(help="Check one half of the pairs.")]
LimitOption = Annotated[int | None, typer.Option(min=1, metavar="N", help="Check N items of each file only.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="List pairs judged wrongly; those of test only with --split test.")
]


def check(
    path: PathArgument = None,
    *,
    corpus: CorpusOption = None,
    pairs: PairsOption = None,
    split: SplitOption = SplitChoice.all,
    limit: LimitOption = None,
    json_: JsonOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Measure the checker of claims; without PATH, exit status 1 when it falls below the floors of the pairs."""
    if path:
        if corpus or pairs or verbose or split is not SplitChoice.all:
            raise UserError("--corpus, --pairs, --split and --verbose are for the pairs: leave them out, or PATH")
        _check_public(path, limit, json_)
        return
    if limit:
        raise UserError("--limit is for public sets: name one, or leave it out")
    settings = settings_for(corpus)
    report = _check_pairs(settings, pairs, split)
    _print_pairs(report)
    if verbose:
        _print_mistakes(report.mistakes())
    if json_:
        _write(json_, settings, report.to_dict())
    raise typer.Exit(1 if report.below_floors else 0)


def _check_pairs(settings: Settings, folder: Path | None, split: SplitChoice) -> PairReport:
    from evals.checking.pairs import PAIRS_DIR
    from evals.checking.report import check_pairs

    splits = [one for one in SPLITS if split.value in (one, "all")]
    with progress_bar("checking") as progress:
        return check_pairs(settings, folder or PAIRS_DIR, splits, progress=progress)


def _check_public(path: Path, limit: int | None, json_: Path | None) -> None:
    from evals.checking.checker import open_checker
    from evals.checking.passages import Cutter
    from evals.checking.public import load_public
    from evals.checking.scoring import score
    from qa.settings import load_settings

    settings, sets = load_settings(), load_public(path, limit=limit)
    checker = open_checker(settings)
    found: list[SetFigures] = []
    for one in sets:
        with progress_bar(one.path.name) as progress:
            found.append(score(one, checker, Cutter(settings, checker.embeddings), progress=progress))
        _print_figures(found[-1])
    if json_:
        _write(json_, settings, {"sets": [asdict(one) for one in found]})


def _print_pairs(report: PairReport) -> None:
    table = _table("split", "pairs", "n", "judged rightly", "rate", "95 % interval", words=2)
    for row in report.rows:
        kind = {"caught": "wrong, caught", "passed": "right, passed"}.get(row.kind, f"  {row.kind}")
        table.add_row(row.split, kind, str(row.n), str(row.rightly), *_cells(row.rate, digits=3))
    page, time = console(), report.timing
    page.print(table)
    if time.n:
        page.print(
            f"milliseconds for an answer of five claims (median of {time.n}): {time.first_milliseconds:.1f}, "
            f"and {time.again_milliseconds:.1f} where its passages were seen before"
        )
    for line in report.below_floors:
        page.print(f"below its floor: {line}", style="red")


def _print_mistakes(mistakes: Sequence[JudgedPair]) -> None:
    page = console()
    for one in mistakes:
        pair, statement = one.placed.pair, one.statement
        page.print(f"\n{one.placed.path.name}:{one.placed.line} {pair.id} ({pair.fault or 'right'}): {pair.claim}")
        page.print(f"  held {statement.verdict}{': ' * bool(statement.why)}{statement.why}")
        for quote in statement.quotes:
            page.print(f"  quoted: {' '.join(quote.text.split())}")


def _print_figures(found: SetFigures) -> None:
    page = console()
    page.print(f"{found.name}: {found.items} of {found.of} items")
    table = _table("figure", "value", "95 % interval", "n", words=1)
    for figure in found.figures:
        count = str(figure.measured.n if figure.measured else 0)
        table.add_row(figure.name.replace("_", " "), *_cells(figure.measured, digits=4), count)
    page.print(table)


def _table(*heads: str, words: int) -> Table:
    """A table whose first columns are words, and the others numbers."""
    table = Table(*heads, box=None, pad_edge=False)
    for column in table.columns[words:]:
        column.justify = "right"
    return table


def _cells(measured: Estimate | None, *, digits: int) -> tuple[str, str]:
    if measured is None:
        return "–", ""
    return f"{measured.value:.{digits}f}", f"{measured.low:.{digits}f} – {measured.high:.{digits}f}"


def _write(path: Path, settings: Settings, found: dict[str, Any]) -> None:
    told = {"schema_version": SCHEMA_VERSION, "settings": settings.fingerprint, **found}
    write_text(path, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
