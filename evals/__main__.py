"""`python -m evals`: ask all questions, score the answers, report, and exit with 1 below the thresholds."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from evals.corpus import Corpus, read_corpus
from evals.examples import QUESTION_TYPES, QUESTIONS_DIR, SPLITS, Example, load_questions
from evals.gate import THRESHOLDS_FILE, breaches, load_thresholds
from evals.lint import lint
from evals.references import references
from evals.report import Report, print_report, write_json
from evals.runner import run
from vectorstore.errors import DatasetError, UserError

if TYPE_CHECKING:
    from qa import Footnote, Settings

app = typer.Typer(
    help="How good the answers, the footnotes and the abstentions are.",
    pretty_exceptions_enable=False,
    add_completion=False,
)


class SplitChoice(StrEnum):
    """Which examples to run."""

    dev = "dev"
    test = "test"
    all = "all"


CorpusOption = Annotated[Path | None, typer.Option("--corpus", help="Folder of articles (QA_CORPUS_DIR).")]
QuestionsOption = Annotated[Path, typer.Option("--questions", help="Folder of question files.")]


def main() -> None:
    """Run the command line; a UserError is one line on stderr and exit status 2."""
    try:
        app()
    except UserError as error:
        Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(f"evals: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


@app.callback(invoke_without_command=True)
def evaluate(
    context: typer.Context,
    *,
    corpus: CorpusOption = None,
    questions: QuestionsOption = QUESTIONS_DIR,
    thresholds: Annotated[Path, typer.Option(help="File of thresholds.")] = THRESHOLDS_FILE,
    split: Annotated[SplitChoice, typer.Option(help="Run one half of the examples.")] = SplitChoice.all,
    only: Annotated[str | None, typer.Option(help="Run one type of question.", metavar="TYPE")] = None,
    json_: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON.", metavar="PATH")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every answer, not only the wrong ones.")] = False,
) -> None:
    """Ask the questions, print the report; exit status 1 below the thresholds, 2 when something must be mended."""
    if context.invoked_subcommand:
        return
    settings = _settings(corpus)
    limits = load_thresholds(thresholds)
    articles = read_corpus(settings.corpus_dir)
    chosen = _chosen(_questions_for(articles, questions), split.value, only=only)
    with _footnote(settings) as footnote, _progress() as progress:
        found = run(
            lambda question, history: footnote.ask(question, history=history), chosen, articles, progress=progress
        )
    report = Report(
        run=found,
        references={name: run(other, chosen, articles) for name, other in references(chosen, articles).items()},
        thresholds=limits,
        breaches=breaches(found, limits),
        model=settings.chat_model or "extractive",
        settings_fingerprint=settings.fingerprint,
        corpus_fingerprint=articles.fingerprint,
    )
    print_report(report, _console(), rows=[row for row in found.rows if verbose or not row.right])
    if json_:
        write_json(report, json_)
    raise typer.Exit(0 if report.passed else 1)


@app.command("lint")
def lint_questions(corpus: CorpusOption = None, questions: QuestionsOption = QUESTIONS_DIR) -> None:
    """Check the question set against its articles; exit status 1 when something is wrong."""
    question_set = load_questions(questions)
    problems = lint(question_set, read_corpus(_settings(corpus).corpus_dir))
    console = _console()
    for problem in problems:
        console.print(f"{problem.place}: {problem.why}", style="red")
    console.print(f"{len(question_set.examples)} examples, {len(problems)} problems")
    raise typer.Exit(1 if problems else 0)


def _settings(corpus: Path | None) -> Settings:
    from qa.settings import load_settings

    return load_settings(corpus_dir=corpus)


def _questions_for(corpus: Corpus, folder: Path) -> tuple[Example, ...]:
    questions = load_questions(folder)
    if questions.corpus_fingerprint != corpus.fingerprint:
        why = "written for other articles than these; name theirs with --corpus, or see `python -m evals lint`"
        raise DatasetError(folder, 0, why)
    return questions.examples


def _chosen(examples: Sequence[Example], split: str, *, only: str | None) -> list[Example]:
    if only is not None and only not in QUESTION_TYPES:
        nearest = difflib.get_close_matches(only, QUESTION_TYPES, n=1, cutoff=0.0)[0]
        raise UserError(f"no question type {only!r}; did you mean {nearest}?")
    halves = SPLITS if split == "all" else (split,)
    chosen = [one for one in examples if one.split in halves and (only is None or only in one.types)]
    if not chosen:
        raise UserError(f"no {split} example of type {only}; leave out --split or --only")
    return chosen


@contextmanager
def _footnote(settings: Settings) -> Iterator[Footnote]:
    from qa import open_corpus

    with open_corpus(settings.corpus_dir, settings) as footnote:
        footnote.sync()
        yield footnote


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr when somebody is looking."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(TextColumn("asking"), BarColumn(), MofNCompleteColumn(), console=console, transient=True) as bar:
        task = bar.add_task("asking")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _console() -> Console:
    """Plain text for a pipe or a file, never cut to a narrow screen there."""
    terminal = Console().is_terminal
    return Console(markup=False, highlight=False, width=None if terminal else 160, soft_wrap=not terminal)


if __name__ == "__main__":
    main()
