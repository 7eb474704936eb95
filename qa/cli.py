"""The command `qa`: index, ask, chat, search, serve, status, models. Answers go to stdout, all else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from qa.footnote import Footnote
    from qa.types import Answer, Turn
    from vectorstore.types import IndexReport

app = typer.Typer(
    help="Answers questions over a folder of articles; every footnote is an exact, checked quote.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
CorpusOption = Annotated[Path | None, typer.Option("--corpus", help="Folder of articles (QA_CORPUS_DIR).")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Chat model as provider:model (QA_CHAT_MODEL).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
SourceOption = Annotated[list[str] | None, typer.Option("--source", help="Only this article; may be repeated.")]
QuestionArgument = Annotated[str, typer.Argument(help="The question; - reads it from standard input.")]


def main() -> None:
    """Run the command line; a UserError is one line on stderr and exit status 2."""
    from qa.terminal import one_line
    from vectorstore.errors import UserError

    _never_stumble_over_encodings()
    try:
        app()
    except UserError as error:
        _say(f"qa: {one_line(str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


@app.command()
def index(
    corpus: CorpusOption = None,
    *,
    json_: JsonOption = False,
    purge: Annotated[bool, typer.Option("--purge", help="Erase all traces of removed articles at once.")] = False,
) -> None:
    """Bring the index in line with the folder of articles."""
    from qa.terminal import as_json, report_lines

    with _opened(corpus) as footnote:
        report = footnote.corpus.purge() if purge else _synced(footnote)
        _print(as_json(_fields(report)) if json_ else "\n".join(report_lines(report)))


@app.command()
def ask(
    question: QuestionArgument,
    corpus: CorpusOption = None,
    model: ModelOption = None,
    source: SourceOption = None,
    *,
    json_: JsonOption = False,
) -> None:
    """Answer one question, with its footnotes."""
    from qa.terminal import as_json

    text = sys.stdin.read() if question == "-" else question
    with _opened(corpus, model) as footnote:
        if json_:
            answer = footnote.ask(text, sources=source)
            _print(as_json(answer.to_dict()))
        else:
            answer = _answer(footnote, text, sources=source)
    if answer.reason == "model_failed":
        raise typer.Exit(2)


@app.command()
def chat(corpus: CorpusOption = None, model: ModelOption = None) -> None:
    """Ask question after question; an empty line or Ctrl-D ends it."""
    from qa.terminal import one_line
    from qa.types import Turn
    from vectorstore.errors import UserError

    history: list[Turn] = []
    with _opened(corpus, model) as footnote:
        _report(_synced(footnote))
        while question := _typed():
            try:
                answer = _answer(footnote, question, history=history)
            except UserError as error:
                _say(f"qa: {one_line(str(error))}")
                continue
            history.append(Turn(question, answer.text))
            _print("")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    corpus: CorpusOption = None,
    *,
    k: Annotated[int | None, typer.Option("-k", help="How many passages.", min=1)] = None,
    json_: JsonOption = False,
) -> None:
    """Print the best passages for a query, without an answer."""
    from qa.terminal import as_json, passage_lines

    with _opened(corpus) as footnote:
        passages = footnote.search(query, k=k)
        rows = [_fields(passage) for passage in passages]
        _print(as_json(rows) if json_ else "\n".join(passage_lines(passages)))


@app.command()
def serve(
    corpus: CorpusOption = None,
    model: ModelOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (QA_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for any (QA_PORT).")] = None,
) -> None:
    """Serve the chat page and print its address."""
    from qa.server import serve as serve_page

    with _opened(corpus, model, host=host, port=port) as footnote:
        settings = footnote.settings
        serve_page(footnote, host=settings.host, port=settings.port, on_ready=lambda address: _print(address))


@app.command()
def status(corpus: CorpusOption = None, *, json_: JsonOption = False) -> None:
    """Tell what is indexed and how, after bringing the index in line with the folder."""
    from qa.terminal import as_json

    with _opened(corpus) as footnote:
        report = _synced(footnote)
        facts = _status(footnote, report)
        _print(as_json(facts) if json_ else _status_text(facts))


@app.command()
def models(model: ModelOption = None, *, json_: JsonOption = False) -> None:
    """Tell which models are configured, which can be used, and what is missing; no model is called."""
    from qa.models import model_lines, survey
    from qa.settings import load_settings
    from qa.terminal import as_json, plain

    report = survey(load_settings(chat_model=model))
    _print(as_json(_fields(report)) if json_ else plain("\n".join(model_lines(report))))


@contextmanager
def _opened(corpus: Path | None, model: str | None = None, **overrides: object) -> Iterator[Footnote]:
    from qa.footnote import Footnote
    from qa.settings import load_settings

    settings = load_settings(corpus_dir=corpus, chat_model=model, **overrides)
    with Footnote(settings, notify=_say) as footnote:
        yield footnote


def _answer(
    footnote: Footnote, question: str, *, history: list[Turn] | None = None, sources: list[str] | None = None
) -> Answer:
    from qa.terminal import footnotes, plain, receipt

    stream = footnote.stream(question, history=history or (), sources=sources)
    for piece in stream:
        _print(plain(piece), end="")
    answer = stream.answer
    checked = f"\n\nChecked: {plain(answer.text)}" if stream.text.strip() else plain(answer.text)
    _print("" if answer.text == stream.text else checked)
    if answer.query != question:
        _say(f"(searched for: {plain(answer.query)})")
    lines = footnotes(answer)
    if lines:
        _print("\n" + "\n".join(lines))
    for notice in answer.notices:
        _say(f"note: {plain(notice)}")
    if answer.model != "extractive":
        _say(f"({receipt(answer)})")
    return answer


def _synced(footnote: Footnote) -> IndexReport:
    """Sync with a progress bar, shown only on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Indexing"), BarColumn(), MofNCompleteColumn(), TextColumn("articles"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        return footnote.sync(progress=lambda done, total: bar.update(task, completed=done, total=total))


def _status(footnote: Footnote, report: IndexReport) -> dict[str, Any]:
    articles = footnote.articles()
    with footnote.corpus.reading() as index:
        seal = index.seal
    return {
        "corpus": str(footnote.corpus.options.folder),
        "index": str(footnote.corpus.options.home),
        "articles": len(articles),
        "chunks": seal.chunks,
        "undated": sum(article.published is None for article in articles),
        "generation": seal.number,
        "embedding_model": footnote.corpus.embeddings.model,
        "embedding_backend": footnote.corpus.embeddings.backend,
        "answers_by": footnote.model,
        "sources": [{"source": article.source, "title": article.title} for article in articles],
        "skipped": [_fields(skip) for skip in report.skipped],
        "notices": list(report.notices),
    }


def _status_text(facts: dict[str, Any]) -> str:
    from qa.terminal import plain

    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in facts.items() if not isinstance(value, list)]
    lines += [f"  {row['source']}: {row['title']}" for row in facts["sources"]]
    lines += [f"skipped {row['path']}: {row['why']}" for row in facts["skipped"]]
    return plain("\n".join(lines + [f"note: {notice}" for notice in facts["notices"]]))


def _report(report: IndexReport) -> None:
    from qa.terminal import report_lines

    for line in report_lines(report):
        _say(line)


def _typed() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _fields(value: Any) -> dict[str, Any]:
    import json
    from dataclasses import asdict

    return json.loads(json.dumps(asdict(value), default=str))  # type: ignore[no-any-return]


def _never_stumble_over_encodings() -> None:
    """A terminal of another encoding shows `?` for what it lacks, and odd bytes of a pipe are read as such."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _print(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
