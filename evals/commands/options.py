"""What the commands share: options, the settings they make, a console, a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from qa import Settings

CorpusOption = Annotated[Path | None, typer.Option("--corpus", help="Folder of articles (QA_CORPUS_DIR).")]
QuestionsOption = Annotated[Path, typer.Option("--questions", help="Folder of question files.")]


def settings_for(corpus: Path | None) -> Settings:
    """The settings in force, the corpus as an absolute path; raises UserError."""
    from qa.places import corpus_folder
    from qa.settings import load_settings

    settings = load_settings(corpus_dir=corpus)
    return settings.model_copy(update={"corpus_dir": corpus_folder(settings)})


def console() -> Console:
    """Plain text for a pipe or a file, never cut to a narrow screen there."""
    terminal = Console().is_terminal
    return Console(markup=False, highlight=False, width=None if terminal else 170, soft_wrap=not terminal)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr when somebody is looking; told how many are done, of how many."""
    stderr = Console(stderr=True)
    if not stderr.is_terminal:
        yield None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
