"""The command `qa`: questions, and what serves them; corpus_commands has those that look after the articles."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from qa.commands.console import (
    CorpusOption,
    JsonOption,
    ModelOption,
    OutletOption,
    Restriction,
    SinceOption,
    SourceOption,
    UntilOption,
    fields,
    opened,
    restriction,
    say,
    synced,
    write,
)
from qa.commands.corpus_commands import COMMANDS

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
QuestionArgument = Annotated[str, typer.Argument(help="The question; - reads it from standard input.")]


def main() -> None:
    """Run the command line; a UserError is one line on stderr and exit status 2."""
    try:
        _run()
    except SystemExit as ended:
        _end_with_its_threads(ended.code)
        raise


def _run() -> None:
    from qa.terminal import one_line
    from vectorstore.errors import UserError

    _never_stumble_over_encodings()
    try:
        app()
    except UserError as error:
        say(f"qa: {one_line(str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


@app.command()
def ask(
    question: QuestionArgument,
    corpus: CorpusOption = None,
    model: ModelOption = None,
    *,
    source: SourceOption = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json_: JsonOption = False,
) -> None:
    """Answer one question, with its footnotes."""
    from qa.terminal import as_json

    within = restriction(source, outlet, since=since, until=until)
    text = sys.stdin.read() if question == "-" else question
    with opened(corpus, model) as footnote:
        if json_:
            answer = footnote.ask(text, **within)
            write(as_json(answer.to_dict()))
        else:
            answer = _answer(footnote, text, within)
    if answer.reason == "model_failed":
        raise typer.Exit(2)


@app.command()
def chat(
    corpus: CorpusOption = None,
    model: ModelOption = None,
    *,
    source: SourceOption = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Ask question after question; an empty line or Ctrl-D ends it."""
    from qa.terminal import one_line
    from qa.types import Turn
    from vectorstore.errors import UserError

    within = restriction(source, outlet, since=since, until=until)
    history: list[Turn] = []
    with opened(corpus, model) as footnote:
        _report(synced(footnote))
        while question := _typed():
            try:
                answer = _answer(footnote, question, within, history=history)
            except UserError as error:
                say(f"qa: {one_line(str(error))}")
                continue
            history.append(Turn(question, answer.text))
            write("")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    corpus: CorpusOption = None,
    *,
    k: Annotated[int | None, typer.Option("-k", help="How many passages.", min=1)] = None,
    source: SourceOption = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json_: JsonOption = False,
) -> None:
    """Print the best passages for a query, without an answer."""
    from qa.terminal import as_json, passage_lines

    within = restriction(source, outlet, since=since, until=until)
    with opened(corpus) as footnote:
        passages = footnote.search(query, k=k, **within)
        with footnote.corpus.reading() as index:
            _notes(index.restrict(**within).notices)
        rows = [fields(passage) for passage in passages]
        write(as_json(rows) if json_ else "\n".join(passage_lines(passages)))


@app.command()
def serve(
    corpus: CorpusOption = None,
    model: ModelOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (QA_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for any (QA_PORT).")] = None,
) -> None:
    """Serve the chat page and print its address."""
    from qa.server.hosts import check_exposure
    from qa.server.layers import has_password
    from qa.server.serving import serve as serve_page
    from qa.settings import load_settings

    settings = load_settings(corpus_dir=corpus, chat_model=model, host=host, port=port)
    exposed = check_exposure(settings.host, has_password=has_password(settings))
    if exposed:
        say(f"warning: {exposed}")

    def open_footnote() -> Footnote:
        from qa.footnote import Footnote

        return Footnote(settings, notify=say)

    serve_page(settings, open_footnote, host=settings.host, port=settings.port, on_ready=write)


@app.command()
def mcp(corpus: CorpusOption = None, model: ModelOption = None) -> None:
    """Serve the tools ask, search and read_article over stdin and stdout, for programs that speak MCP."""
    from qa.server.mcp_tools import run_stdio

    with opened(corpus, model) as footnote:
        run_stdio(footnote)


@app.command()
def models(model: ModelOption = None, *, json_: JsonOption = False) -> None:
    """Tell which models are configured, which can be used, and what is missing; no model is called."""
    from qa.models import model_lines, survey
    from qa.settings import load_settings
    from qa.terminal import as_json, plain

    report = survey(load_settings(chat_model=model))
    write(as_json(fields(report)) if json_ else plain("\n".join(model_lines(report))))


for command in COMMANDS:
    app.command()(command)


def _answer(footnote: Footnote, question: str, within: Restriction, *, history: Sequence[Turn] = ()) -> Answer:
    from qa.terminal import footnotes, plain, receipt

    stream = footnote.stream(question, history=history, **within)
    for piece in stream:
        write(plain(piece), end="")
    answer = stream.answer
    checked = f"\n\nChecked: {plain(answer.text)}" if stream.text.strip() else plain(answer.text)
    write("" if answer.text == stream.text else checked)
    if answer.query != question:
        say(f"(searched for: {plain(answer.query)})")
    lines = footnotes(answer)
    if lines:
        write("\n" + "\n".join(lines))
    _notes(answer.notices)
    if answer.model != "extractive":
        say(f"({receipt(answer)})")
    return answer


def _notes(notices: Sequence[str]) -> None:
    from qa.terminal import plain

    for notice in notices:
        say(f"note: {plain(notice)}")


def _report(report: IndexReport) -> None:
    from qa.terminal import report_lines

    for line in report_lines(report):
        say(line)


def _typed() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _end_with_its_threads(status: object) -> None:
    """End the process here if a thread still computes in the background, such as a sync that Ctrl-C does not wait for.

    Python would take such a thread down inside a native library, which aborts the process with a core dump.
    """
    if any(thread.daemon and thread.name.startswith("footnote-") for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(status if isinstance(status, int) else 0 if status is None else 1)


def _never_stumble_over_encodings() -> None:
    """A terminal of another encoding shows `?` for what it lacks, and odd bytes of a pipe are read as such."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
