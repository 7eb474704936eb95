"""`python -m evals benchmark PATH`: a public benchmark in BEIR's or SQuAD's form, and its figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from evals.benchmarks.beir import is_beir, load_beir
from evals.benchmarks.results import Header, Results, program_versions
from evals.benchmarks.squad import load_squad
from evals.benchmarks.summary import Figure, Summary, ask_all, shuffled, summarised
from evals.commands.options import console, progress_bar
from evals.saved import write_text
from vectorstore.errors import DatasetError, ModelUnavailable

if TYPE_CHECKING:
    from qa.reading import Reader
    from qa.settings import Settings

_FORMS = "a folder with corpus.jsonl, queries.jsonl and qrels.tsv (BEIR), or a .json file in SQuAD's form"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line asks for."""

    path: Path
    limit: int | None
    results: Path | None
    fresh: bool
    work: Path
    workers: int | None

    def opened(self, header: Header) -> Results:
        """The results to go on from: those given, or those of the work folder that have this header."""
        given = self.results or self.home(header.dataset) / f"results-{header.fingerprint}.jsonl"
        return Results(given, header, fresh=self.fresh)

    def home(self, fingerprint: str) -> Path:
        """The folder of one data set below the work folder."""
        return self.work / f"{self.name}-{fingerprint}"

    @property
    def name(self) -> str:
        """The data set as files and reports call it."""
        path = self.path.resolve()
        return re.sub(r"[^\w.-]+", "-", path.stem if path.is_file() else path.name)[:60] or "benchmark"


PathArgument = Annotated[Path, typer.Argument(help=f"The data: {_FORMS}.", show_default=False)]
LimitOption = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Ask N questions only, the same N at each time.")
]
ResultsOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Keep what is answered here (default: in the work folder).")
]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Ask all again, instead of going on from the results.")]
WorkOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Work folder (default: benchmarks below QA_INDEX_DIR).")
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Processes that ask (default: one a core, at most 4); 1 tells how long a question alone takes.",
    ),
]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="PATH", help="Write the figures as JSON.")]


def benchmark(
    path: PathArgument,
    *,
    limit: LimitOption = None,
    results: ResultsOption = None,
    fresh: FreshOption = False,
    work: WorkOption = None,
    workers: WorkersOption = None,
    json_: JsonOption = None,
) -> None:
    """Measure on a public data set; stopped and given again, it goes on where it stopped.

    N questions are taken in an order that hangs on their ids alone.
    """
    from qa.settings import load_settings

    settings = load_settings()
    home = (work or settings.index_dir / "benchmarks").expanduser().absolute()
    wanted = _Wanted(path, limit, results, fresh, home, workers)
    if is_beir(path):
        summary = _run_beir(wanted, settings)
    elif path.is_file() and path.suffix.lower() == ".json":
        summary = _run_squad(wanted)
    else:
        raise DatasetError(path, 0, f"is no benchmark: name {_FORMS}" if path.exists() else "there is no such path")
    _print(summary)
    if json_:
        write_text(json_, json.dumps(summary.to_dict(), indent=1, ensure_ascii=False) + "\n")


def _run_beir(wanted: _Wanted, settings: Settings) -> Summary:
    from evals.benchmarks.asking import Asker, citations, figures
    from evals.benchmarks.workers import Opening, ask_at_once, usual_workers

    found = load_beir(wanted.path)
    opening = Opening(wanted.path, wanted.home(found.fingerprint), settings)
    files = opening.files()
    if not files.ids:
        raise DatasetError(wanted.path / "corpus.jsonl", 0, "holds no text")
    workers = wanted.workers or usual_workers(settings)
    with opening.footnote(files) as footnote:
        models = {"embeddings": footnote.corpus.embeddings.fingerprint}
        header = Header("beir", found.fingerprint, settings.fingerprint, program_versions() | models)
        with wanted.opened(header) as results, _kept(results):
            with progress_bar("indexing") as indexing:
                report = footnote.sync(progress=indexing)
            queries = shuffled(found.queries, limit=wanted.limit)
            with progress_bar("asking") as asking:
                asker = Asker(footnote, files)
                ask = partial(ask_at_once, opening, asker, workers=workers)
                rows = ask_all(queries, ask, results, progress=asking)
    counts = {
        "articles": found.articles,
        "articles_left_out": found.articles - len(files.ids) + len(report.skipped),
        "queries_not_judged": found.not_judged,
        **citations(rows),
    }
    return summarised(wanted.name, header, rows, figures=figures(rows), counts=counts)


def _run_squad(wanted: _Wanted) -> Summary:
    from evals.benchmarks.squad import figures, read_question
    from qa.reading.reader import WEIGHTS_SHA256

    found = load_squad(wanted.path)
    header = Header("squad", found.fingerprint, f"reader {WEIGHTS_SHA256[:12]}", program_versions())
    with wanted.opened(header) as results:
        reader = _reader()
        questions = shuffled(found.questions, limit=wanted.limit)
        with _kept(results), progress_bar("reading") as reading:
            rows = ask_all(questions, partial(map, partial(read_question, reader)), results, progress=reading)
        answerable = sum(bool(one.answers) for one in questions)
        counts = {"answerable": answerable, "unanswerable": len(questions) - answerable}
        return summarised(wanted.name, header, rows, figures=figures(rows), counts=counts)


def _reader() -> Reader:
    from qa.reading import load_reader

    reader = load_reader()
    if reader is None:
        raise ModelUnavailable("reader", "its weights are missing or damaged; install Footnote anew")
    return reader


@contextmanager
def _kept(results: Results) -> Iterator[None]:
    """Says what is done already, and where to go on when somebody stops it."""
    if results.rows:
        _say(f"{len(results.rows)} questions were asked before ({results.path}); --fresh asks them again")
    try:
        yield
    except KeyboardInterrupt:
        _say(f"stopped; {len(results.rows)} results are kept in {results.path}: the same command goes on from there")
        raise


def _print(summary: Summary) -> None:
    page = console()
    counts = "".join(f", {value} {name.replace('_', ' ')}" for name, value in summary.counts.items())
    page.print(f"{summary.name}: {summary.questions} questions, {summary.failed} failed{counts}")
    table = Table("figure", "value", "95 % interval", "n", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for figure in summary.figures:
        table.add_row(*_cells(figure))
    page.print(table)
    page.print(f"seconds a question: p50 {summary.seconds_p50:.3f}, p95 {summary.seconds_p95:.3f}")


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    name = figure.name.replace("_", " ")
    if figure.threshold is not None:
        name = f"{name} (answering from margin {figure.threshold:.2f})"
    measured = figure.measured
    if measured is None:
        return name, "–", "", "0"
    return name, f"{measured.value:.4f}", f"{measured.low:.4f} – {measured.high:.4f}", str(measured.n)


def _say(text: str) -> None:
    Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(f"evals: {text}")
