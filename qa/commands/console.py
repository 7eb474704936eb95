"""What the commands share: their options, an open corpus, a sync with its progress, and where words are written."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

if TYPE_CHECKING:
    from qa.footnote import Footnote
    from vectorstore.types import IndexReport

CorpusOption = Annotated[Path | None, typer.Option("--corpus", help="Folder of articles (QA_CORPUS_DIR).")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Chat model as provider:model (QA_CHAT_MODEL).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
SourceOption = Annotated[list[str] | None, typer.Option("--source", help="Only this article; may be repeated.")]
OutletOption = Annotated[str | None, typer.Option("--outlet", help="Only articles of this outlet.")]
SinceOption = Annotated[str | None, typer.Option("--since", help="Only from this day, month or year on: 2025-11-30.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Only up to this day, month or year: 2025-11-30.")]


class Restriction(TypedDict):
    """The keywords that keep a question to some articles."""

    sources: list[str] | None
    outlet: str | None
    since: date | None
    until: date | None


def restriction(source: list[str] | None, outlet: str | None, *, since: str | None, until: str | None) -> Restriction:
    """What the options of a command say; raises UserError for a date that is none."""
    from qa.commands.days import first_day, last_day
    from vectorstore.errors import UserError

    first = first_day(since, option="--since") if since is not None else None
    last = last_day(until, option="--until") if until is not None else None
    if first and last and first > last:
        raise UserError(f"--since {since} is after --until {until}; no article can be of both")
    return Restriction(sources=source, outlet=outlet, since=first, until=last)


@contextmanager
def opened(corpus: Path | None, model: str | None = None, **overrides: object) -> Iterator[Footnote]:
    """The corpus that the options name, closed at the end."""
    from qa.footnote import Footnote
    from qa.settings import load_settings

    settings = load_settings(corpus_dir=corpus, chat_model=model, **overrides)
    with Footnote(settings, notify=say) as footnote:
        yield footnote


def synced(footnote: Footnote) -> IndexReport:
    """Sync with a progress bar, shown only on a terminal, and only when there is something to do."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Indexing"), BarColumn(), MofNCompleteColumn(), TextColumn("articles"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)
        return footnote.sync(
            progress=lambda done, total: bar.update(task, completed=done, total=total, visible=True),
        )


def fields(value: Any) -> dict[str, Any]:
    """A dataclass as plain JSON values, dates as text."""
    return json.loads(json.dumps(asdict(value), default=str))  # type: ignore[no-any-return]


def write(text: str, end: str = "\n") -> None:
    """Write to standard output, at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def write_exactly(text: str) -> None:
    """Write a text as UTF-8, each character as it is and none added; a terminal sees marks for what could steer it."""
    from qa.terminal import visible

    if sys.stdout.isatty():
        write(visible(text), end="")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()


def say(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(text + "\n")
